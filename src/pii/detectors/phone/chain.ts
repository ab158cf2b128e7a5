/** Runs of digits that may be the groups of one number, with what stands between them. */
import type { Positions } from '../../detector.js'

/** What a gap between two groups is made of. */
export const SPACE = 1
export const DASH = 2
export const DOT = 4
export const SLASH = 8
export const OPEN = 16
export const CLOSE = 32

/** No international number has more digits; two for `00`. */
const MOST_DIGITS = 17
const MOST_GROUPS = 15
/** So many groups with fewer digits are a row of small numbers. */
const SMALL_GROUPS = 4
const SMALL_DIGITS = 6
/** Brackets: of a calling code and of a trunk prefix. */
const MOST_BRACKETS = 2
/** From first to last digit. */
const MOST_CHARACTERS = 40
const LONGEST_GAP = 4

const low = new Uint8Array(256)
low[0x20] = SPACE
low[0xa0] = SPACE
low[0x2d] = DASH
low[0xad] = DASH
low[0x2e] = DOT
low[0xb7] = DOT
low[0x2f] = SLASH
low[0x28] = OPEN
low[0x29] = CLOSE

function classOf(code: number): number {
  if (code < 0x100) return low[code] as number
  if (code >= 0x2010 && code <= 0x2015) return DASH
  if (code >= 0x2000 && code <= 0x200a) return SPACE
  if (code === 0x2212 || code === 0xfe58 || code === 0xfe63 || code === 0xff0d) return DASH
  if (code === 0x202f || code === 0x205f || code === 0x3000) return SPACE
  if (code === 0x2022 || code === 0x2024 || code === 0x2219 || code === 0x22c5) return DOT
  return 0
}

/**
 * @param text - the text
 * @param from - the offset behind a group of digits
 * @param to - the offset of the next group
 * @returns what the gap is made of; 0 where the two can't be groups of one number
 */
export function gapOf(text: string, from: number, to: number): number {
  if (to - from > LONGEST_GAP || to <= from) return 0
  let bits = 0
  let spaces = 0
  let last = 0
  for (let index = from; index < to; index += 1) {
    const bit = classOf(text.charCodeAt(index))
    if (bit === 0) return 0
    if (bit === SPACE) {
      if (last === SPACE) return 0
      spaces += 1
    } else if ((bits & bit) !== 0 || (bit === CLOSE && (bits & OPEN) !== 0)) return 0
    bits |= bit
    last = bit
  }
  const joint = bits & (DASH | DOT | SLASH)
  if (joint !== 0 && (joint & (joint - 1)) !== 0) return 0
  // "12 -5" and "12. 5" are two numbers, "030 - 1234567" and ") - " may be one
  if (joint !== 0 && spaces === 1 && (bits & (OPEN | CLOSE)) === 0) return 0
  if (joint === DOT && spaces > 0 && (bits & (OPEN | CLOSE)) === 0) return 0
  return bits
}

/** Groups that follow one another; made once a text and filled again for each place. */
export interface Chain {
  length: number
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Behind each group: what the gap to the next group is made of, 0 where the chain ends there. */
  readonly gaps: Uint8Array
  /** Digits up to and including each group. */
  readonly digits: Uint8Array
}

/** @returns an empty chain */
export const newChain = (): Chain => ({
  length: 0,
  starts: new Int32Array(MOST_GROUPS),
  ends: new Int32Array(MOST_GROUPS),
  gaps: new Uint8Array(MOST_GROUPS),
  digits: new Uint8Array(MOST_GROUPS),
})

/**
 * @param chain - to be filled with the groups that follow one another from a run on
 * @param text - the text
 * @param runs - its runs of digits
 * @param first - index of the run, counted in entries of `runs`
 */
export function follow(chain: Chain, text: string, { at, length }: Positions, first: number): void {
  const origin = at[first] as number
  let count = 0
  let total = 0
  let brackets = 0
  let single = true
  let open = text.charCodeAt(origin - 1) === 0x28 || text.charCodeAt(origin - 2) === 0x28
  for (let run = first; run < length; run += 2) {
    const start = at[run] as number
    const end = at[run + 1] as number
    if (total + end - start > MOST_DIGITS || end - origin > MOST_CHARACTERS || count === MOST_GROUPS) break
    total += end - start
    chain.starts[count] = start
    chain.ends[count] = end
    chain.digits[count] = total
    let gap = run + 2 < length ? gapOf(text, end, at[run + 2] as number) : 0
    // "1) 030 1234567" is the first of a list
    if ((gap & CLOSE) !== 0 && !open) gap = 0
    if ((gap & (OPEN | CLOSE)) !== 0) {
      open = (gap & OPEN) !== 0
      if (open) {
        brackets += 1
        if (brackets > MOST_BRACKETS) gap = 0
      }
    }
    if (end - start > 1) single = false
    if (count === SMALL_GROUPS - 1 && total < SMALL_DIGITS && !single) gap = 0
    // digit by digit to its end, or a row of small numbers
    if (count >= SMALL_GROUPS && total - count > 1 && total < count * 2) gap = 0
    chain.gaps[count] = gap
    count += 1
    if (gap === 0) break
  }
  chain.length = count
}
