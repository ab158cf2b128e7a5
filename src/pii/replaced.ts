/** A text with its findings replaced, and how what is found in it joins what was found before. */
import type { Findings, Kind } from './findings.js'
import { type Found, stronger } from './resolve.js'
import { spliced } from './spliced.js'

/** Findings and what stands for them, in columns, in the order of the text and without overlaps. */
export interface Pieces {
  readonly length: number
  /** Offsets in the original. */
  readonly start: Int32Array
  readonly end: Int32Array
  readonly kinds: Kind[]
  /** Where the value stands in what detectors saw, unless it is given. */
  readonly seenStart: Int32Array
  readonly seenEnd: Int32Array
  readonly seen: string
  readonly values: (string | undefined)[] | undefined
  /** What stands there. */
  readonly shown: string[]
  /** The round in which each was found. */
  readonly round: Int32Array
  /** Offsets in the replaced text. */
  readonly from: Int32Array
  readonly to: Int32Array
}

/**
 * @param pieces - findings
 * @param index - of one of them
 * @returns what detectors saw there
 */
export const valueIn = ({ values, seen, seenStart, seenEnd }: Pieces, index: number): string =>
  values?.[index] ?? seen.slice(seenStart[index], seenEnd[index])

/**
 * @param pieces - findings
 * @param index - of one of them
 * @returns it as an object
 */
export function foundOf(pieces: Pieces, index: number): Found {
  const { type, score, detector, reason } = pieces.kinds[index] as Kind
  const start = pieces.start[index] as number
  const end = pieces.end[index] as number
  return { type, start, end, score, detector, reason, value: valueIn(pieces, index) }
}

/**
 * @param findings - in the order of the text, without overlaps
 * @returns the pieces of the first look; nothing is shown for them yet
 */
export function piecesOf({ length, start, end, kinds, seenStart, seenEnd, seen }: Findings): Pieces {
  return {
    length,
    start,
    end,
    kinds,
    seenStart,
    seenEnd,
    seen,
    values: undefined,
    shown: [],
    round: new Int32Array(length),
    from: new Int32Array(length),
    to: new Int32Array(length),
  }
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
 * @param pieces - they are told where they stand
 * @returns the text with the pieces in it
 */
export function withPieces(text: string, pieces: Pieces): Replaced {
  const { length, start, end, shown, from: begins, to: stops } = pieces
  let shift = 0
  for (let index = 0; index < length; index += 1) {
    const from = (start[index] as number) + shift
    const to = from + (shown[index] as string).length
    begins[index] = from
    stops[index] = to
    shift = to - (end[index] as number)
  }
  return {
    length: text.length + shift,
    slice(from, to) {
      const first = firstBehind(pieces, from)
      let last = first
      while (last < length && (begins[last] as number) < to) last += 1
      // where the original goes on, in its own offsets
      const shiftBefore = first > 0 ? (end[first - 1] as number) - (stops[first - 1] as number) : 0
      const shiftBehind = last > 0 ? (end[last - 1] as number) - (stops[last - 1] as number) : 0
      const cutBefore = first < last && (begins[first] as number) < from
      const cutBehind = first < last && (stops[last - 1] as number) > to
      if (!cutBefore && !cutBehind)
        return spliced(text, from + shiftBefore, to + shiftBehind, { start, end, by: shown, first, last })
      const parts: string[] = []
      let plain = from + shiftBefore
      for (let index = first; index < last; index += 1) {
        if ((start[index] as number) > plain) parts.push(text.slice(plain, start[index]))
        const begin = begins[index] as number
        parts.push((shown[index] as string).slice(Math.max(0, from - begin), to - begin))
        plain = end[index] as number
      }
      if (to + shiftBehind > plain) parts.push(text.slice(plain, to + shiftBehind))
      return parts.join('')
    },
  }
}

/** The first piece that ends behind an offset. */
function firstBehind({ to, length }: Pieces, offset: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((to[middle] as number) <= offset) low = middle + 1
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
export function toOriginal(found: readonly Found[], pieces: Pieces): Found[] {
  const { length, start, end, from, to } = pieces
  const all: Found[] = []
  let next = 0
  for (const one of [...found].sort((a, b) => a.start - b.start)) {
    while (next < length && (to[next] as number) <= one.start) next += 1
    let last = next
    while (last < length && (from[last] as number) < one.end) last += 1
    const shift = next > 0 ? (end[next - 1] as number) - (to[next - 1] as number) : 0
    if (last === next) {
      all.push({ ...one, start: one.start + shift, end: one.end + shift })
      continue
    }
    const closing = last - 1
    const opens = (from[next] as number) <= one.start
    const closes = (to[closing] as number) >= one.end
    if (next === closing && opens && closes) continue
    const shiftBehind = (end[closing] as number) - (to[closing] as number)
    all.push({
      ...mainOf(one, pieces, next, last),
      start: opens ? (start[next] as number) : one.start + shift,
      end: closes ? (end[closing] as number) : one.end + shiftBehind,
    })
  }
  return all
}

/** The longest of what a finding takes in and of what it adds. */
function mainOf(one: Found, pieces: Pieces, from: number, to: number): Found {
  const { start, end, shown } = pieces
  let main = -1
  let length = one.end - one.start
  for (let index = from; index < to; index += 1) length -= (shown[index] as string).length
  for (let index = from; index < to; index += 1) {
    const own = (end[index] as number) - (start[index] as number)
    if (own < length) continue
    length = own
    main = index
  }
  return main < 0 ? one : foundOf(pieces, main)
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
 * @param pieces - found before
 * @param added - found now, in offsets of the original
 * @param joining - how
 * @returns all, in the order of the text, without overlaps
 */
export function united(text: string, pieces: Pieces, added: readonly Found[], joining: Joining): Pieces {
  const { round, stretch, fold, show } = joining
  const grown = (stretch === 0 ? [...added] : added.map((span) => stretched(text, span, stretch))).sort(
    (a, b) => a.start - b.start,
  )
  const { seen } = pieces
  const most = pieces.length + grown.length
  const start = new Int32Array(most)
  const end = new Int32Array(most)
  const seenStart = new Int32Array(most)
  const seenEnd = new Int32Array(most)
  const rounds = new Int32Array(most)
  const kinds: Kind[] = []
  const values: (string | undefined)[] = []
  const shown: string[] = []
  let length = 0
  let old = 0
  let fresh = 0
  /** Whether the next one is one of those found now. */
  const isFresh = (): boolean =>
    fresh < grown.length && !(old < pieces.length && (pieces.start[old] as number) < (grown[fresh] as Found).start)
  const nextStart = (now: boolean): number =>
    now ? (grown[fresh] as Found).start : old < pieces.length ? (pieces.start[old] as number) : Number.POSITIVE_INFINITY
  while (old < pieces.length || fresh < grown.length) {
    const now = isFresh()
    const begin = nextStart(now)
    const first = now ? -1 : old
    let reach = now ? (grown[fresh] as Found).end : (pieces.end[old] as number)
    let strongest = now ? grown[fresh] : undefined
    if (now) fresh += 1
    else old += 1
    let alone = true
    for (let other = isFresh(); nextStart(other) < reach; other = isFresh()) {
      const span = other ? (grown[fresh] as Found) : foundOf(pieces, old)
      if (other) fresh += 1
      else old += 1
      alone = false
      strongest ??= foundOf(pieces, first)
      reach = Math.max(reach, span.end)
      if (stronger(span, strongest) < 0) strongest = span
    }
    start[length] = begin
    end[length] = reach
    if (strongest === undefined) {
      seenStart[length] = pieces.seenStart[first] as number
      seenEnd[length] = pieces.seenEnd[first] as number
      rounds[length] = pieces.round[first] as number
      kinds.push(pieces.kinds[first] as Kind)
      values.push(pieces.values?.[first])
      shown.push(pieces.shown[first] as string)
    } else {
      const same = stretch === 0 && alone
      const span = same ? strongest : { ...strongest, start: begin, end: reach, value: fold(text.slice(begin, reach)) }
      rounds[length] = round
      kinds.push(span)
      values.push(span.value)
      shown.push(show(span))
    }
    length += 1
  }
  const from = new Int32Array(length)
  const to = new Int32Array(length)
  return { length, start, end, kinds, seenStart, seenEnd, seen, values, shown, round: rounds, from, to }
}
