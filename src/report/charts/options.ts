/** What every drawing is asked with. */
import type { Locale } from '../types.js'
import type { Chart } from './types.js'

/** How wide a drawing is, and in which language. */
export interface DrawOptions {
  /** In the drawing's units, at least 300; a unit is a CSS pixel or a point. */
  readonly width: number
  readonly locale: Locale
}

/** Below this width names stand above their rows instead of beside them. */
export const narrow = 480

/** A chart of one kind. */
export type ChartOf<K extends Chart['kind']> = Extract<Chart, { readonly kind: K }>
