/** The parts of a long text that are looked through again. */
import { REACH } from './detector.js'
import type { Pieces } from './replaced.js'

/** A text is looked through again as a whole up to this length, and around what was replaced beyond it. */
export const WHOLE = 1_024

/** How far a window reaches beyond what was replaced: what its own edges make of the text is too far away to be believed. */
const MARGIN = REACH * 3

/** Where something was found. */
interface Place {
  readonly start: number
  readonly end: number
}

/** A part of a text. */
export interface Window {
  readonly from: number
  readonly to: number
  /** What was replaced in it: from `first` on, below `last`, in the list of what was just replaced. */
  readonly first: number
  readonly last: number
  /**
   * @param believed - found in it
   * @returns whether none of it stands so near to an edge that the edge may have had a say in it
   */
  holds(believed: readonly Place[]): boolean
  /** Takes in as much again on both sides, and the windows that it then touches. */
  grow(): void
}

/**
 * @param length - of the text
 * @param pieces - of that text
 * @param fresh - which of them were just replaced, in order
 * @param isWhole - one window takes in all of it
 * @returns the windows, from left to right
 */
export function* windowsOf(
  length: number,
  pieces: Pieces,
  fresh: Int32Array,
  isWhole: boolean,
): Generator<Window, void> {
  let next = 0
  while (next < fresh.length) {
    const first = next
    let from = isWhole ? 0 : Math.max(0, (pieces.from[fresh[next] as number] as number) - MARGIN)
    let to = from
    const take = (least: number): void => {
      to = Math.max(to, least)
      for (; next < fresh.length; next += 1) {
        const index = fresh[next] as number
        if ((pieces.from[index] as number) - MARGIN > to) break
        to = Math.max(to, Math.min(length, (pieces.to[index] as number) + MARGIN))
      }
    }
    take(isWhole ? length : Math.min(length, (pieces.to[fresh[next] as number] as number) + MARGIN))
    yield {
      get from() {
        return from
      },
      get to() {
        return to
      },
      first,
      get last() {
        return next
      },
      holds: (believed) =>
        believed.every(
          ({ start, end }) => (from === 0 || start - REACH >= from) && (to === length || end + REACH <= to),
        ),
      grow() {
        const size = to - from
        from = Math.max(0, from - size)
        take(Math.min(length, to + size))
      },
    }
  }
}

/**
 * @param found - in a window, in offsets of the text, in order
 * @param window - the window
 * @param pieces - of the text
 * @param fresh - which of them were just replaced
 * @returns those that what was replaced may have brought about
 */
export function believedIn<T extends Place>(
  found: readonly T[],
  { first, last }: Window,
  pieces: Pieces,
  fresh: Int32Array,
): T[] {
  let next = first
  return found.filter(({ start, end }) => {
    while (next < last && (pieces.to[fresh[next] as number] as number) + REACH <= start) next += 1
    return next < last && end > (pieces.from[fresh[next] as number] as number) - REACH
  })
}
