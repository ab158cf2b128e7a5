/** A text with its findings replaced, and how what is found in it joins what was found before. */
import { type Found, stronger } from './resolve.js'

/** A finding and the stretch of the replaced text that stands for it. */
export interface Piece {
  readonly span: Found
  /** What stands there. */
  readonly shown: string
  /** The round in which it was found. */
  readonly round: number
  start: number
  end: number
}

/** A text with its findings replaced: put together only where it is looked at. */
export interface Replaced {
  readonly length: number
  /**
   * @param from - first offset
   * @param to - the offset behind the last
   * @returns that part of it
   */
  slice(from: number, to: number): string
}

/**
 * @param text - the original
 * @param pieces - in its order, without overlaps; they are told where they stand
 * @returns the text with the pieces in it
 */
export function withPieces(text: string, pieces: readonly Piece[]): Replaced {
  let shift = 0
  for (const piece of pieces) {
    const { span, shown } = piece
    piece.start = span.start + shift
    piece.end = piece.start + shown.length
    shift = piece.end - span.end
  }
  return {
    length: text.length + shift,
    slice(from, to) {
      let index = firstBehind(pieces, from)
      const before = pieces[index - 1]
      // where the original goes on, in its own offsets
      let plain = before ? from + before.span.end - before.end : from
      const parts: string[] = []
      for (let piece = pieces[index]; piece && piece.start < to; piece = pieces[++index]) {
        if (piece.span.start > plain) parts.push(text.slice(plain, piece.span.start))
        parts.push(piece.shown.slice(Math.max(0, from - piece.start), to - piece.start))
        plain = piece.span.end
      }
      const last = pieces[index - 1]
      const end = last ? to + last.span.end - last.end : to
      if (end > plain) parts.push(text.slice(plain, end))
      return parts.join('')
    },
  }
}

/** The first piece that ends behind an offset. */
function firstBehind(pieces: readonly Piece[], offset: number): number {
  let low = 0
  let high = pieces.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pieces[middle] as Piece).end <= offset) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * @param found - in offsets of the replaced text
 * @param pieces - of that text
 * @returns the findings in offsets of the original; one that reaches into a piece takes in the whole span that it stands
 *   for, and is of the type of the longest part; what lies inside of one piece is left out
 */
export function toOriginal(found: readonly Found[], pieces: readonly Piece[]): Found[] {
  const all: Found[] = []
  let next = 0
  for (const one of [...found].sort((a, b) => a.start - b.start)) {
    while (next < pieces.length && (pieces[next] as Piece).end <= one.start) next += 1
    let last = next
    while (last < pieces.length && (pieces[last] as Piece).start < one.end) last += 1
    const before = pieces[next - 1]
    const opening = last > next ? pieces[next] : undefined
    const closing = last > next ? pieces[last - 1] : undefined
    if (opening && opening === closing && one.start >= opening.start && one.end <= opening.end) continue
    const shift = before ? before.span.end - before.end : 0
    const shiftBehind = closing ? closing.span.end - closing.end : shift
    all.push({
      ...mainOf(one, pieces, next, last),
      start: opening && opening.start <= one.start ? opening.span.start : one.start + shift,
      end: closing && closing.end >= one.end ? closing.span.end : one.end + shiftBehind,
    })
  }
  return all
}

/** The longest of what a finding takes in and of what it adds. */
function mainOf(one: Found, pieces: readonly Piece[], from: number, to: number): Found {
  let main = one
  let length = one.end - one.start
  for (let index = from; index < to; index += 1) length -= (pieces[index] as Piece).shown.length
  for (let index = from; index < to; index += 1) {
    const { span } = pieces[index] as Piece
    if (span.end - span.start < length) continue
    length = span.end - span.start
    main = span
  }
  return main
}

/** A blank goes along where a number goes on behind it. */
const goesOn = (text: string, at: number, outwards: number): boolean =>
  !/\s/.test(text.charAt(at)) || /[0-9+(]/.test(text.charAt(at + outwards))

/** Up to here whole words are spared; the further a chain goes, the less the text is worth it. */
const SPARING = 1_024

function stretched(text: string, span: Found, stretch: number): Found {
  let { start, end } = span
  const first = Math.max(0, start - stretch)
  const last = Math.min(text.length, end + stretch)
  while (start > first && (stretch > SPARING || goesOn(text, start - 1, -1))) start -= 1
  while (end < last && (stretch > SPARING || goesOn(text, end, 1))) end += 1
  return { ...span, start, end }
}

/** How findings are joined. */
export interface Joining {
  /** Of this look. */
  readonly round: number
  /** How many characters on either side those found now take along. */
  readonly stretch: number
  /** What detectors see of a stretch of the text. */
  readonly fold: (value: string) => string
  /** What stands for a finding. */
  readonly show: (span: Found) => string
}

/**
 * Joins findings: of those that overlap, one is left, as long as all of them and of the strongest one's type.
 *
 * @param text - the original
 * @param pieces - found before, in order, without overlaps
 * @param added - found now, in offsets of the original
 * @param joining - how
 * @returns all, in the order of the text, without overlaps; those found before are the same objects where nothing joined
 */
export function united(text: string, pieces: readonly Piece[], added: readonly Found[], joining: Joining): Piece[] {
  const { round, stretch, fold, show } = joining
  const grown = (stretch === 0 ? [...added] : added.map((span) => stretched(text, span, stretch))).sort(
    (a, b) => a.start - b.start,
  )
  const all: Piece[] = []
  let old = 0
  let fresh = 0
  const next = (): Piece | Found | undefined => {
    const piece = pieces[old]
    const span = grown[fresh]
    return span && !(piece && piece.span.start < span.start) ? span : piece
  }
  const spanOf = (one: Piece | Found): Found => ('span' in one ? one.span : one)
  const take = (one: Piece | Found): void => {
    if ('span' in one) old += 1
    else fresh += 1
  }
  for (let first = next(); first; first = next()) {
    take(first)
    let strongest = spanOf(first)
    const { start } = strongest
    let { end } = strongest
    let alone = true
    for (let other = next(); other && spanOf(other).start < end; other = next()) {
      take(other)
      alone = false
      const span = spanOf(other)
      end = Math.max(end, span.end)
      if (stronger(span, strongest) < 0) strongest = span
    }
    if (alone && 'span' in first) {
      all.push(first)
      continue
    }
    const same = stretch === 0 && strongest.start === start && strongest.end === end && alone
    const span = same ? strongest : { ...strongest, start, end, value: fold(text.slice(start, end)) }
    all.push({ span, shown: show(span), round, start: 0, end: 0 })
  }
  return all
}
