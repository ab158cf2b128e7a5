import { closesAt, isDigit, isGap, isLetter, isOddGap, isWord, opensAt } from '../chars.js'
import { luhn } from '../checksums/luhn.js'
import type { Detector, Haystack } from '../detector.js'
import { stanceOf } from './card-context.js'
import { beginsCard, issuerOf, LONGEST_CARD, SHORTEST_CARD } from './card-issuers.js'

/** So many characters may stand between two groups: ` - `. */
const WIDEST_GAP = 3

/** So many groups on either side of a number in groups of four are counted. */
const CHAIN = 4

/** So many groups may differ in length or separator. */
const MOST_UNEQUAL = 4

/** Five groups at most, as one number. */
const SHAPE_BASE = 32

/** Ways in which cards are printed, by the lengths of their groups. */
const printed: ReadonlySet<number> = new Set(
  ['4444', '44443', '44442', '44441', '4443', '4442', '444', '465', '464', '4333', '44444']
    .map((lengths) => [...lengths].reduce((shape, length) => shape * SHAPE_BASE + Number(length), 0))
    .concat(6 * SHAPE_BASE + 13),
)

const values = new Uint8Array(LONGEST_CARD)

/** A line end as well: a number wrapped at the end of its line. */
const isOdd = (code: number): boolean => isOddGap(code) || code === 0x0a
/** Joins words; longer dashes part them. */
const isHyphen = (code: number): boolean => code === 0x2d || code === 0x2010 || code === 0x2011
const separates = (code: number): boolean => isGap(code) || isOdd(code)

/** Whether two runs are groups of one number: nothing but separators between them, and few. */
function joined(text: string, from: number, to: number): boolean {
  if (to - from > WIDEST_GAP) return false
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (!isGap(code) && !(isOdd(code) && to - from === 1)) return false
  }
  return true
}

/** How many groups of one size follow (or precede) at the same distance with the same separator. */
function chain({ text, digits }: Haystack, index: number, step: 2 | -2, size: number): number {
  const at = digits.at
  const end = at[index + 1] as number
  const start = at[index] as number
  let previous = step > 0 ? end : start
  const separator = step > 0 ? text.charCodeAt(end) : text.charCodeAt(start - 1)
  let count = 0
  let distance = 0
  for (let next = index + step; next >= 0 && next < digits.length && count < CHAIN; next += step) {
    const from = at[next] as number
    const to = at[next + 1] as number
    const gap = step > 0 ? from - previous : previous - to
    if (to - from !== size || gap > WIDEST_GAP || (distance > 0 && gap !== distance)) break
    if (text.charCodeAt(step > 0 ? previous : previous - 1) !== separator || !separates(separator)) break
    if (!(step > 0 ? joined(text, previous, from) : joined(text, to, previous))) break
    distance = gap
    previous = step > 0 ? to : from
    count += 1
  }
  return count
}

/** `1225`: the month and year that a card ends, written behind its number. */
function isExpiry(text: string, at: number): boolean {
  const month = Number(text.slice(at, at + 2))
  return month >= 1 && month <= 12
}

/** Whether the gap behind one run is like the one inside of the number: on another line, or further off, is another number. */
function sameGap({ text, digits }: Haystack, first: number, gap: number): boolean {
  const { at, length } = digits
  if (gap < 0 || gap + 1 >= length) return false
  const inner = text.slice(at[first + 1], at[first + 2])
  return text.slice(at[gap], at[gap + 1]) === inner
}

/** What stands around a number of four groups: it may be cut out of a table of such groups. */
function amongOthers(haystack: Haystack, first: number, last: number): number {
  const left = sameGap(haystack, first, first - 1) ? chain(haystack, first, -2, 4) : 0
  const right = sameGap(haystack, first, last + 1) ? chain(haystack, last, 2, 4) : 0
  const total = left + right
  if (total === 0) return 0
  if (left === 0 && right === 1 && isExpiry(haystack.text, haystack.digits.at[last + 2] as number)) return 0
  if (total === 1) return 0.42
  // Whole numbers end to end.
  if (left % 4 === 0 && right % 4 === 0 && allCards(haystack, first - left * 2, total + 4)) return 0
  return 0.45
}

const others = new Uint8Array(16)

function allCards({ text, digits }: Haystack, first: number, groups: number): boolean {
  for (let group = 0; group < groups; group += 4) {
    for (let index = 0; index < 16; index += 1) {
      const at = digits.at[first + (group + (index >> 2)) * 2] as number
      others[index] = text.charCodeAt(at + (index & 3)) - 0x30
    }
    if (!luhn(others, 16) || !issuerOf(others, 16)) return false
  }
  return true
}

/** Whether another number follows or precedes where the next group would be. */
function touches({ text, digits }: Haystack, first: number, last: number): boolean {
  const { at, length } = digits
  if (first > 0 && joined(text, at[first - 1] as number, at[first] as number)) return true
  return last + 2 < length && joined(text, at[last + 1] as number, at[last + 2] as number)
}

/** How much less likely a number is for how its groups are cut; 1 where nobody writes so. */
function byShape(haystack: Haystack, first: number, last: number): number {
  const { text, digits } = haystack
  const { at } = digits
  const groups = (last - first) / 2 + 1
  if (groups === 1) return 0
  let shape = 0
  let mixed = 0
  let odd = false
  let even = true
  const size = (at[first + 1] as number) - (at[first] as number)
  const separator = text.charCodeAt(at[first + 1] as number)
  for (let index = first; index <= last; index += 2) {
    const length = (at[index + 1] as number) - (at[index] as number)
    shape = shape * SHAPE_BASE + length
    if (length !== size && index !== last) even = false
    if (index === last && length > size) even = false
    if (index === last) continue
    const own = text.charCodeAt(at[index + 1] as number)
    if (own !== separator) mixed = 0.1
    if (isOdd(own)) odd = true
  }
  if (odd) mixed += touches(haystack, first, last) ? 0.6 : 0.2
  if (separator === 0x2f) mixed += 0.1
  if (printed.has(shape)) {
    const table = size === 4 ? amongOthers(haystack, first, last) : 0
    return table + mixed - 0.1
  }
  // A decimal, or two columns of a table.
  if (groups === 2 && (separator === 0x2e || odd)) return 1
  if (even && chain(haystack, first, -2, size) + chain(haystack, last, 2, size) > 0) return 0.5 + mixed
  if (even && size < 4) return (touches(haystack, first, last) ? 0.4 : 0.15) + mixed
  return (groups === 2 ? 0.22 : 0.42) + mixed
}

/** `RS35 2600 …`: what follows the country and check digits of an account number. */
const inAccount = (text: string, start: number): boolean =>
  start > 4 &&
  isGap(text.charCodeAt(start - 1)) &&
  isDigit(text.charCodeAt(start - 2)) &&
  isDigit(text.charCodeAt(start - 3)) &&
  isLetter(text.charCodeAt(start - 4)) &&
  isLetter(text.charCodeAt(start - 5)) &&
  opensAt(text, start - 5)

/** How much less likely a number is for what it hangs on to; 1 where it is a part of something else. */
function byEnds(text: string, start: number, end: number): number {
  if (!opensAt(text, start) || !closesAt(text, end)) return 1
  const before = text.charCodeAt(start - 1)
  const beyond = text.charCodeAt(start - 2)
  const after = text.charCodeAt(end)
  const further = text.charCodeAt(end + 1)
  let less = inAccount(text, start) ? 0.45 : 0
  switch (before) {
    case 0x2e: // a fraction, or a version
      if (isDigit(beyond)) return 1
      break
    case 0x2c:
      if (beyond === 0x30 && !isWord(text.charCodeAt(start - 3))) less += 0.4
      break
    case 0x24: // $
    case 0x20ac: // €
    case 0xa3: // £
    case 0x2b: // + begins a telephone number
      return 1
    case 0x23: // #
      less += 0.35
      break
    case 0x2f:
      if (isWord(beyond)) less += /:\/\/[^\s"'<>]*$/.test(text.slice(Math.max(0, start - 80), start)) ? 0.4 : 0.15
      break
    case 0x5f:
      if (isWord(beyond)) less += 0.45
      break
    default:
      if (isHyphen(before) && (isWord(beyond) || beyond === 0x5f)) less += 0.45
  }
  if (after === 0x2e && isDigit(further)) return 1
  if (after === 0x25) return 1
  if ((isHyphen(after) || after === 0x5f) && isWord(further)) less += 0.45
  if (after === 0x40 && isWord(further)) less += 0.2
  return less
}

/** EAN-13: a Visa number of 13 digits can be an article as well. */
function isArticle(length: number): boolean {
  if (length !== 13) return false
  let sum = 0
  for (let index = 0; index < 13; index += 1) sum += (values[index] as number) * (index % 2 === 0 ? 1 : 3)
  return sum % 10 === 0
}

/** A German mobile number with its country code and without a `+`: 49 and 15, 16 or 17. */
const isMobile = (length: number): boolean =>
  length === 13 && values[1] === 9 && values[2] === 1 && (values[3] as number) >= 5 && (values[3] as number) <= 7

interface Candidate {
  last: number
  length: number
  score: number
  reason: string
}

/** By scheme: alone, and with words beside it. */
const reasons = new Map<string, readonly [alone: string, said: string]>()

/** Kept, so that a find makes no string. */
function reasonOf(name: string, words: boolean): string {
  let kept = reasons.get(name)
  if (kept === undefined) {
    kept = [`Luhn, ${name} range`, `Luhn, ${name} range; context`]
    reasons.set(name, kept)
  }
  return kept[words ? 1 : 0]
}

/** What a number must be at least, before words are asked. */
const HOPELESS = 0.1

const hexBefore = /(?<![\p{L}\d])[\dA-Fa-f]{4}[ \u00a0-]$/u
const hexBehind = /^[ \u00a0-][\dA-Fa-f]{4}(?![\p{L}\d])/u
const both = /\d[A-Fa-f]|[A-Fa-f]\d/

/** `50B7 5546 5531 5617 5968 59BE`: groups of a row of hex digits. */
function amongCodes(text: string, start: number, end: number): boolean {
  const left = Math.max(0, start - 6)
  if (holdsHexLetter(text, left, start)) {
    const before = text.slice(left, start)
    if (hexBefore.test(before) && both.test(before.slice(-5))) return true
  }
  if (!holdsHexLetter(text, end, end + 6)) return false
  const behind = text.slice(end, end + 6)
  return hexBehind.test(behind) && both.test(behind)
}

function holdsHexLetter(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const lower = text.charCodeAt(at) | 0x20
    if (lower >= 0x61 && lower <= 0x66) return true
  }
  return false
}

/** Looks at the number that ends with the run at `last`; undefined where it is none. */
function judge(haystack: Haystack, first: number, last: number, length: number): Candidate | undefined {
  const { text, digits } = haystack
  const start = digits.at[first] as number
  const end = digits.at[last + 1] as number
  const issuer = issuerOf(values, length)
  if (!issuer || !luhn(values, length)) return undefined
  const ends = byEnds(text, start, end)
  if (ends >= 1) return undefined
  let base = issuer.scores[length] as number
  let shape = byShape(haystack, first, last)
  if (length === LONGEST_CARD) {
    // Five groups of four, the second beginning with 62, are no card of any scheme, but test data.
    if (shape >= 0 || values[4] !== 6 || values[5] !== 2) return undefined
    base = 0.6
    shape = 0
  }
  if (first === last) {
    if (isMobile(length)) base -= 0.3
    else if (isArticle(length)) base -= 0.14
    // A French establishment number passes Luhn as a whole and with its first nine digits.
    else if (length === 14 && luhn(values, 9)) base -= 0.2
  } else if (amongCodes(text, start, end)) base -= 0.45
  // twelve of sixteen digits: the number goes on, and as a whole it is none
  else if (length < 16 && goesOn(haystack, last, end - (digits.at[last] as number))) base -= 0.25
  const bare = base - shape - ends
  if (bare < HOPELESS) return undefined
  haystack.step()
  const stance = stanceOf(haystack, start, end)
  if (stance === 'other') return { last, length, score: bare - 0.45, reason: reasonOf(issuer.name, true) }
  if (stance === 'doubt') return { last, length, score: bare - 0.2, reason: reasonOf(issuer.name, true) }
  if (stance === 'none') return { last, length, score: Math.min(bare, 0.95), reason: reasonOf(issuer.name, false) }
  return { last, length, score: Math.min(bare + (bare < 0.5 ? 0.3 : 0.2), 0.98), reason: reasonOf(issuer.name, true) }
}

/** Whether the run before is as long and as far away: what begins here is the middle of a row of equal groups. */
function continues({ text, digits }: Haystack, index: number, size: number): boolean {
  if (index < 2 || index + 2 >= digits.length) return false
  const { at } = digits
  const start = at[index] as number
  const left = at[index - 1] as number
  if (left - (at[index - 2] as number) !== size) return false
  const gap = (at[index + 2] as number) - (at[index + 1] as number)
  if (start - left !== gap || gap > WIDEST_GAP) return false
  return text.charCodeAt(left) === text.charCodeAt(at[index + 1] as number)
}

/**
 * Numbers of payment cards: Luhn, the ranges and lengths of the schemes, how the groups are cut, and words nearby.
 *
 * @returns the detector of CREDIT_CARD
 */
export function creditCard(): Detector {
  return {
    name: 'credit-card',
    version: '1',
    types: ['CREDIT_CARD'],
    find(haystack, report) {
      const { text, digits } = haystack
      const { at, length: runs } = digits
      for (let first = 0; first < runs; first += 2) {
        const start = at[first] as number
        const size = (at[first + 1] as number) - start
        if (size > LONGEST_CARD) continue
        if (size < SHORTEST_CARD && first + 2 >= runs) continue
        if (size < SHORTEST_CARD && (at[first + 2] as number) - (at[first + 1] as number) > WIDEST_GAP) continue
        if (!beginsCard(text.charCodeAt(start) - 0x30)) continue
        if (size < 4 && continues(haystack, first, size)) continue
        let best: Candidate | undefined
        let length = 0
        const separator = text.charCodeAt(start + size)
        for (let last = first; last < runs; last += 2) {
          const from = at[last] as number
          const to = at[last + 1] as number
          if (length + to - from > LONGEST_CARD) break
          if (last > first && !joined(text, at[last - 1] as number, from)) break
          // Many groups are believed only where all are alike.
          if (last - first > MOST_UNEQUAL * 2) {
            if (to - from > size || text.charCodeAt(at[last - 1] as number) !== separator) break
            if ((at[last - 1] as number) - (at[last - 2] as number) !== size) break
          }
          for (let index = from; index < to; index += 1) values[length++] = text.charCodeAt(index) - 0x30
          if (length < SHORTEST_CARD) continue
          const found = judge(haystack, first, last, length)
          if (found && (!best || found.score >= best.score)) best = found
        }
        if (!best || best.score <= 0) continue
        // A row of single digits that goes on behind it is a row of numbers.
        if (size < 4 && best.last > first && goesOn(haystack, best.last, size)) continue
        report(start, at[best.last + 1] as number, 'CREDIT_CARD', best.score, best.reason)
        if (best.score >= 0.5) first = best.last
      }
    },
  }
}

/** Whether another group of the same size follows at the distance of the groups. */
function goesOn({ text, digits }: Haystack, last: number, size: number): boolean {
  if (last + 2 >= digits.length) return false
  const { at } = digits
  const gap = (at[last + 2] as number) - (at[last + 1] as number)
  return (
    (at[last + 3] as number) - (at[last + 2] as number) === size &&
    gap === (at[last] as number) - (at[last - 1] as number) &&
    text.charCodeAt(at[last + 1] as number) === text.charCodeAt(at[last - 1] as number)
  )
}
