/** The count for one pointer, summed up from patterns of receipts. */
import type { EvidencePointer } from '../types.js'
import { hasBit } from './columns.js'
import { canHave, isAlwaysThere, type Kind } from './kinds.js'
import { createSpan, refTo, type Span, widen } from './span.js'
import type { PointerCount } from './types.js'

/** Receipts of one kind that have the same members. */
export interface CountedPattern {
  readonly kind: { readonly kind: Kind }
  readonly answer: readonly number[]
  readonly count: number
  readonly span: Span
}

/** Sums up. */
export interface PointerTotals {
  readonly pointer: Omit<EvidencePointer, 'shows'>
  /**
   * @param kind - one whose receipts are in question
   * @param places - the bit of each column of that kind, by the column's name
   */
  learn(kind: Kind, places: ReadonlyMap<string, number>): void
  /** @param pattern - of a kind that was learnt */
  add(pattern: CountedPattern): void
  /** @returns the count so far */
  snapshot(): PointerCount
}

/** Where to look in an answer: a bit, always, or never. */
type Place = number | 'always' | 'never'

interface Tally {
  count: number
  span: Span | undefined
}

/**
 * A name under which columns are told apart.
 *
 * @param path - into a receipt
 * @param values - the words that are asked for, if any
 * @returns the name
 */
export function columnName(path: string, values?: readonly string[]): string {
  return values === undefined ? path : `${path}=${values.join('|')}`
}

/**
 * Starts the count for a pointer.
 *
 * @param pointer - of a provision or a crosswalk
 * @returns sums of nothing
 */
export function createPointerTotals(pointer: Omit<EvidencePointer, 'shows'>): PointerTotals {
  const { members, having } = pointer
  const by = pointer.by ?? members
  const speaksBy = members.map((path) => by.includes(path))
  const layouts = new Map<string, { readonly having: Place; readonly members: readonly Place[] }>()
  const speaking: Tally = { count: 0, span: undefined }
  const tallies = members.map((path) => ({ path, n: 0, tally: { count: 0, span: undefined } as Tally }))
  let receipts = 0

  return {
    pointer,
    learn(kind, places) {
      const at = (path: string, values?: readonly string[]): Place => places.get(columnName(path, values)) ?? 'never'
      layouts.set(kind.name, {
        having: having === undefined ? 'always' : at(having.path, having.values),
        members: members.map((path) => {
          if (!canHave(kind, path)) return 'never'
          return isAlwaysThere(path) ? 'always' : at(path)
        }),
      })
    },
    add(pattern) {
      const layout = layouts.get(pattern.kind.kind.name)
      if (layout === undefined || !holds(layout.having, pattern.answer)) return
      receipts += pattern.count
      let speaks = false
      for (let index = 0; index < tallies.length; index += 1) {
        const one = tallies[index] as (typeof tallies)[number]
        const place = layout.members[index] ?? 'never'
        if (place === 'never') continue
        one.n += pattern.count
        if (!holds(place, pattern.answer)) continue
        tell(one.tally, pattern)
        if (speaksBy[index] === true) speaks = true
      }
      if (speaks) tell(speaking, pattern)
    },
    snapshot() {
      return {
        receipts,
        speaking: speaking.count,
        ...ends(speaking.span),
        members: tallies.map(({ path, n, tally }) => ({ path, n, present: tally.count, ...ends(tally.span) })),
      }
    },
  }
}

const holds = (place: Place, answer: readonly number[]): boolean =>
  typeof place === 'number' ? hasBit(answer, place) : place === 'always'

function tell(tally: Tally, { count, span }: CountedPattern): void {
  tally.count += count
  if (tally.span === undefined) tally.span = createSpan(span.first)
  widen(tally.span, span.first)
  widen(tally.span, span.last)
}

const ends = (span: Span | undefined) =>
  span === undefined ? {} : { first: refTo(span.first), last: refTo(span.last) }
