/** The parts of a long text that are looked through again. */
import { REACH } from './detector.js'
import type { Piece } from './replaced.js'
import type { Found } from './resolve.js'

/** A text is looked through again as a whole up to this length, and around what was replaced beyond it. */
const WHOLE = 1_024

/** How far a window reaches beyond what was replaced: what its own edges make of the text is too far away to be believed. */
const MARGIN = REACH * 3

/** A part of a text. */
export interface Window {
  readonly from: number
  readonly to: number
  /** What was replaced in it, in order. */
  readonly pieces: readonly Piece[]
  /**
   * @param believed - found in it
   * @returns whether none of it stands so near to an edge that the edge may have had a say in it
   */
  holds(believed: readonly Found[]): boolean
  /** Takes in as much again on both sides, and the windows that it then touches. */
  grow(): void
}

/**
 * @param length - of the text
 * @param fresh - what was just replaced, in order
 * @returns the windows, from left to right
 */
export function* windowsOf(length: number, fresh: readonly Piece[]): Generator<Window, void> {
  let next = 0
  while (next < fresh.length) {
    const first = fresh[next] as Piece
    const pieces: Piece[] = []
    let from = length <= WHOLE ? 0 : Math.max(0, first.start - MARGIN)
    let to = from
    const take = (least: number): void => {
      to = Math.max(to, least)
      for (let piece = fresh[next]; piece && piece.start - MARGIN <= to; piece = fresh[next]) {
        pieces.push(piece)
        to = Math.max(to, Math.min(length, piece.end + MARGIN))
        next += 1
      }
    }
    take(length <= WHOLE ? length : Math.min(length, first.end + MARGIN))
    yield {
      get from() {
        return from
      },
      get to() {
        return to
      },
      pieces,
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
 * @returns those that what was replaced may have brought about
 */
export function believedIn(found: readonly Found[], { pieces }: Window): Found[] {
  let next = 0
  return found.filter(({ start, end }) => {
    while (next < pieces.length && (pieces[next] as Piece).end + REACH <= start) next += 1
    const piece = pieces[next]
    return piece !== undefined && end > piece.start - REACH
  })
}
