/** Charts as data, and as marks to be drawn: SVG and PDF draw the same marks. */
import type { ActionSpan, DistributionCell, RatePoint, SprtPoint } from '../types.js'

/** What is to be shown. Times are Unix milliseconds. */
export type Chart =
  | {
      readonly kind: 'rate'
      /** The confidence sequence's level. */
      readonly level: number
      readonly points: readonly RatePoint[]
      readonly p0: number
      readonly p1: number
      /** Estimated begins of changes. */
      readonly changes: readonly { readonly at: number; readonly direction: 'increase' | 'decrease' }[]
    }
  | { readonly kind: 'sprt'; readonly points: readonly SprtPoint[]; readonly upper: number; readonly lower: number }
  | {
      readonly kind: 'actions'
      readonly widthMs: number
      readonly from: number
      readonly until: number
      readonly spans: readonly ActionSpan[]
      /** In the order of the legend. */
      readonly labels: readonly string[]
    }
  | {
      readonly kind: 'distribution'
      readonly unit: string
      readonly cells: readonly DistributionCell[]
      readonly quantiles: readonly { readonly q: number; readonly value: number }[]
    }
  | {
      readonly kind: 'rates'
      readonly rows: readonly {
        readonly name: string
        readonly count: number
        readonly n: number
        readonly rate?: number | undefined
        readonly interval?: { readonly lower: number; readonly upper: number } | undefined
      }[]
    }
  | {
      readonly kind: 'chain-map'
      readonly from: number
      readonly until: number
      readonly rows: readonly {
        readonly chainId: string
        readonly oldest?: number | undefined
        readonly newest?: number | undefined
        readonly gaps: readonly { readonly from: number; readonly to: number; readonly explained: boolean }[]
        readonly marks: readonly { readonly at: number; readonly event: string }[]
      }[]
    }

/** What a mark stands for; a stylesheet or a palette gives it a colour. */
export type Role =
  | 'axis'
  | 'grid'
  | 'label'
  | 'band'
  | 'line'
  | 'limit'
  | 'bar'
  | 'good'
  | 'warning'
  | 'bad'
  | 'gap'
  /** The paper: what is drawn over a mark to part it or to give it a pattern. */
  | 'surface'
  | `series-${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`

/** One mark, in the drawing's own units, y downwards. */
export type Mark =
  /** An SVG path of absolute M, L, H, V, C and Z. `fill` closes it into an area. */
  | {
      readonly kind: 'path'
      readonly d: string
      readonly role: Role
      readonly fill?: boolean | undefined
      readonly dashed?: boolean | undefined
    }
  | {
      readonly kind: 'rect'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly role: Role
    }
  | { readonly kind: 'circle'; readonly x: number; readonly y: number; readonly r: number; readonly role: Role }
  | {
      readonly kind: 'text'
      readonly x: number
      /** Of the baseline. */
      readonly y: number
      readonly text: string
      readonly size: number
      readonly anchor: 'start' | 'middle' | 'end'
      readonly role: Role
    }

/** A chart as marks. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly marks: readonly Mark[]
}
