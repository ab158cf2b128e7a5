/** PHONE: international and national numbers, checked against numbering plans; weak forms count by the words beside them. */

import type { CountryCode } from 'libphonenumber-js/core'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { Detector, Haystack } from '../detector.js'
import { createMemo, type Memo, WORTH_REMEMBERING } from '../memo.js'
import { CLOSE, DASH, DOT, follow, gapOf, newChain, OPEN, SLASH, SPACE } from './phone/chain.js'
import { extensionEnd } from './phone/extension.js'
import { createJudge, type Verdict } from './phone/judge.js'
import {
  AGAINST,
  DIALLED,
  DOUBTED,
  HINTED,
  isLetter,
  LABELLED,
  NEAR,
  SILENT,
  saidBefore,
  saidBehind,
} from './phone/words.js'

/** How `phone` looks. */
export interface PhoneOptions {
  /** Whose numbers are found without calling code, ISO 3166-1 alpha-2; numbers with `+` are found whatever the region. */
  readonly regions?: readonly CountryCode[] | undefined
}

/** Where most texts in the languages that the context words cover come from. */
const defaultRegions: readonly CountryCode[] = ['US', 'GB', 'DE', 'FR', 'ES', 'IT', 'NL', 'AT', 'CH', 'BE', 'IE']

const LEAST_DIGITS = 7
/** What scores less is not worth a word. */
const WORTH = 0.3
/** From here on the digits are taken: what follows them is another number. */
const THRESHOLD = 0.5
/** How many ends of one chain are tried. */
const MOST_ENDS = 4
/** How far away an e-mail address tells something. */
const BESIDE = 64
/** How far behind a number another one may follow it. */
const FOLLOWS = 40
/** From here on nothing that stands beside a number changes what it is. */
const SURE = 0.9

/** What words add to a score. */
const weights: ReadonlyMap<number, number> = new Map([
  [AGAINST, -0.4],
  [DOUBTED, -0.25],
  [HINTED, 0.22],
  [NEAR, 0.3],
  [DIALLED, 0.35],
  [LABELLED, 0.45],
])

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isCurrency = (code: number): boolean =>
  code === 0x24 || (code >= 0xa2 && code <= 0xa5) || (code >= 0x20a0 && code <= 0x20bf)

/** A candidate's left side. */
interface Opening {
  start: number
  plus: boolean
  parens: boolean
  /** Nothing there keeps it from being one, or only a word for a phone may stand there. */
  side: 'free' | 'word' | 'taken'
}

/**
 * Reads what stands before the first digit: `+`, `(`, and what the number would be a part of.
 * `found` is the offset behind the last number found: a slash there joins two.
 */
function openingOf(text: string, digit: number, found: number): Opening {
  let index = digit - 1
  let code = text.charCodeAt(index)
  let start = digit
  let plus = false
  let parens = false
  if (code === 0x28) {
    parens = true
    start = index
    index -= 1
    code = text.charCodeAt(index)
  }
  if (code === 0x2b || code === 0xff0b) {
    plus = true
    start = index
    index -= 1
    code = text.charCodeAt(index)
    if (code === 0x28 && !parens) {
      parens = true
      start = index
      index -= 1
      code = text.charCodeAt(index)
    }
  } else if (code === 0x20 && (text.charCodeAt(index - 1) === 0x2b || text.charCodeAt(index - 1) === 0xff0b)) {
    const before = text.charCodeAt(index - 2)
    if (!(isLetter(before) || isDigit(before) || before === 0x20)) {
      plus = true
      start = index - 1
      index -= 2
      code = before
    }
  }
  let side: Opening['side'] = 'free'
  if (index >= 0) {
    if (isDigit(code) || isCurrency(code) || code === 0x5f) side = 'taken'
    else if (isLetter(code)) {
      if (text.charCodeAt(index - 1) === 0x5c && 'nrt'.includes(text.charAt(index))) side = 'free'
      // "Tel030", but no "PH99539721"
      else
        side =
          plus || parens || (isLetter(text.charCodeAt(index - 1)) && isLetter(text.charCodeAt(index - 2)))
            ? 'word'
            : 'taken'
    } else if (code === 0x2d || code === 0x2f || code === 0x2e || code === 0x23) {
      const before = text.charCodeAt(index - 1)
      if (code === 0x23) side = 'word'
      else if (code === 0x2f && index === found) side = 'free'
      else if (isDigit(before) || before === 0x5f) side = 'taken'
      else if (isLetter(before) || before === 0x2e || before === 0x2d) side = 'word'
    } else if (
      code === 0x2c &&
      isDigit(text.charCodeAt(index - 1)) &&
      index > 3 &&
      '.,'.includes(text.charAt(index - 4))
    ) {
      // "4.646.961,01", "9,558,004.37"
      side = 'taken'
    } else if (code === 0x3a && isDigit(text.charCodeAt(index - 1))) side = plus ? 'free' : 'taken'
    else if (code === 0x2b || code === 0x40) side = 'taken'
  }
  return { start, plus, parens, side }
}

/** Whether what stands behind the last digit leaves it the last. */
function closes(text: string, end: number, size: number, style: number): boolean {
  const code = text.charCodeAt(end)
  if (end >= text.length) return true
  if (isLetter(code) || code === 0x5f || code === 0x25 || code === 0x40 || isCurrency(code)) return false
  const next = text.charCodeAt(end + 1)
  if (code === 0x2d) return !isDigit(next) && !(isLetter(next) && (style === 0 || style === DASH))
  if (code === 0x3a || code === 0x2e) return !isDigit(next)
  // "612.345.678,00"
  if (code === 0x2c) return !(size === 3 && (style === DOT || style === SPACE) && isDigit(next))
  if (code === 0x20 || code === 0xa0) return !isCurrency(next)
  return true
}

/** No `@handle`. */
const address = /[\p{L}\d]@/u

/** Whether an e-mail address stands near. */
const hasAddress = ({ text, ats }: Haystack, start: number, end: number): boolean =>
  ats.length > 0 && address.test(text.slice(Math.max(0, start - BESIDE), end + BESIDE))

const nextToBefore = /[^\s@,;|"'<>=:/]@[^\s@,;|"'<>]{1,60}["'>)\]]{0,2}[\s,;|/·•–-]{0,4}["'(]?$/
const nextToBehind = /^["')]?[\s,;|/·•–-]{0,4}["'<([]{0,2}[^\s@,;|"'<>]{0,60}[^\s@,;|"'<>=:/]@/

/** Whether an e-mail address stands right beside it: digits alone are many things. */
const touchesAddress = ({ text, ats }: Haystack, start: number, end: number): boolean =>
  ats.length > 0 &&
  (nextToBefore.test(text.slice(Math.max(0, start - BESIDE), start)) ||
    nextToBehind.test(text.slice(end, end + BESIDE)))

/** Whether a word or a bracket belongs to the last digit. */
const isFollowed = (text: string, end: number): boolean =>
  text.charCodeAt(end) === 0x29 || (text.charCodeAt(end) === 0x20 && isLetter(text.charCodeAt(end + 1)))

/**
 * PHONE: numbers with calling code (`+`, `00`, `011`) everywhere; numbers as they are written within the regions where
 * their form is that of a phone number; digits without any form only beside a word for a phone.
 *
 * @param options - regions; by default US GB DE FR ES IT NL AT CH BE IE
 * @returns the detector of PHONE
 * @throws RangeError when a region is unknown
 * @example
 * ```ts
 * import { phone } from 'quittance/pii'
 * const detector = phone({ regions: ['PL', 'CZ'] })
 * ```
 */
export function phone(options: PhoneOptions = {}): Detector {
  refuseUnknownMembers(options, { regions: true } satisfies Record<keyof PhoneOptions, true>, 'phone: options')
  const { regions = defaultRegions } = options
  const judge = createJudge(regions)
  return {
    name: 'phone',
    version: '1',
    types: ['PHONE'],
    config: { regions: [...regions] },
    find(haystack, report) {
      const { text, digits } = haystack
      const { at, length } = digits
      const chain = newChain()
      // by what stands before the first digit; most texts have too few numbers for it to be worth it
      let verdicts: readonly Memo<Verdict>[] | undefined
      let candidates = 0
      /** The offset behind the last number found. */
      let found = 0
      let run = 0
      while (run < length) {
        const first = run
        run += 2
        const digit = at[first] as number
        const stop = at[first + 1] as number
        // cheap first: most runs are short and stand alone
        if (first + 2 >= length || (at[first + 2] as number) - stop > 4) {
          const size = stop - digit
          if (size < LEAST_DIGITS || size > 17) continue
        }
        const opening = openingOf(text, digit, found)
        if (opening.side === 'taken') continue
        const { plus, parens } = opening
        let { start } = opening
        // a group of a longer row of numbers is no beginning, unless it is marked as one
        const marked = plus || parens
        let behind = 0
        if (!marked && first > 0 && (at[first - 1] as number) > found) {
          behind = gapOf(text, at[first - 1] as number, digit)
          if ((behind & CLOSE) !== 0) behind = 0
          else if (
            behind !== 0 &&
            ((behind & SPACE) === 0 || (stop - digit < LEAST_DIGITS && text.charCodeAt(stop) === 0x20))
          )
            continue
        }
        follow(chain, text, digits, first)
        if (chain.length === 0 || (chain.digits[chain.length - 1] as number) < LEAST_DIGITS) continue

        // a bracket that closes behind the first group belongs to the number
        let inner = false
        if (parens) {
          for (let index = 0; index < chain.length && index < 3; index += 1) {
            inner = ((chain.gaps[index] as number) & CLOSE) !== 0
            // "(+44 (0)20 …" opens another one
            if (inner || ((chain.gaps[index] as number) & OPEN) !== 0) break
          }
          if (!inner) start = text.charCodeAt(start) === 0x28 ? start + 1 : start
        }

        let best = 0
        let bestGroups = 0
        let bestReason = ''
        let said: number | undefined
        let ends = 0
        let spaced = 1
        while (spaced < chain.length && chain.gaps[spaced - 1] !== SPACE) spaced += 1
        for (let groups = chain.length; groups > 0 && ends < MOST_ENDS; groups -= 1) {
          if ((chain.digits[groups - 1] as number) < LEAST_DIGITS) break
          const gap = chain.gaps[groups - 1] as number
          // a space alone stands between its groups: where it ends, nothing but what it means can tell
          const row = spaced < groups
          if (behind !== 0 && row) continue
          let weak = false
          let another = false
          if (gap !== 0) {
            const tight = (gap & (SPACE | SLASH)) === 0
            if (tight) continue
            if ((gap & SPACE) === 0 && chain.gaps[0] === SLASH) continue
            weak = row && !plus && (gap & SLASH) === 0
            if (groups < chain.length) {
              // the next group begins another number, or the next point of a list
              const next = chain.starts[groups] as number
              const nextEnd = chain.ends[groups] as number
              another = text.charCodeAt(next) === 0x30 && nextEnd - next > 2 && text.charCodeAt(digit) === 0x30
              if (another || text.charCodeAt(nextEnd) === 0x29) weak = false
            }
          }
          const end = chain.ends[groups - 1] as number
          const style = groups > 1 ? (chain.gaps[groups - 2] as number) : 0
          const size = end - (chain.starts[groups - 1] as number)
          // "09240373X834" is no number with an extension
          const extended = groups === 1 && !plus && text.charCodeAt(end) === 0x58 ? end : extensionEnd(text, end)
          if (extended > end && text.startsWith(' X ', end)) continue
          if (extended === end && !closes(text, end, size, style)) continue
          ends += 1
          haystack.step()
          const bracketed = parens && inner
          candidates += 1
          if (candidates === WORTH_REMEMBERING) verdicts = Array.from({ length: 4 }, () => createMemo<Verdict>())
          const memo = verdicts?.[(plus ? 1 : 0) + (bracketed ? 2 : 0)]
          // a bracket behind a last zero has a say in it
          const key = memo?.active && !(size === 1 && (gap & CLOSE) !== 0) ? text.slice(digit, end) : ''
          let judged = key === '' ? undefined : memo?.get(key)
          if (judged === undefined) {
            judged = judge(text, chain, groups, plus, bracketed)
            if (key !== '') memo?.put(key, judged)
          }
          // "030 23125-17": what follows the dash is an extension
          if (style === DASH && size <= 4 && judged.score < 0.6 && groups > 2 && chain.gaps[groups - 3] !== DASH) {
            const main = judge(text, chain, groups - 1, plus, bracketed)
            if (main.score >= 0.6) judged = main
          }
          const { score: alone, reason, never } = judged
          if (never) continue
          let score = alone
          if (score < SURE || opening.side === 'word') {
            said ??= saidBefore(haystack, start)
            if (opening.side === 'word' && said !== LABELLED) continue
            let word = said
            if (word === SILENT && (groups > 1 || score >= 0.28)) word = saidBehind(text, extended)
            if (weak && (word <= SILENT || (chain.digits[groups - 1] as number) < 9)) continue
            // beside an e-mail address or another number it is one of a person's ways to be reached
            if (
              word === SILENT &&
              score >= 0.3 &&
              ((groups === 1 ? touchesAddress(haystack, start, extended) : hasAddress(haystack, start, extended)) ||
                (score >= 0.35 && found > 0 && start - found < FOLLOWS))
            )
              word = HINTED
            score += weights.get(word) ?? 0
            // "4294967296 # 1"
            const isMark = groups === 1 && /^ +#/.test(text.slice(end, end + 3))
            if (extended > end && !isMark) score += groups > 1 ? 0.1 : 0.22
          }
          // "+49 30 1234567 2 times"
          if (size === 1 && style === SPACE && isFollowed(text, end)) score -= 0.2
          if (score > best + 0.001 || (another && score > best - 0.001)) {
            best = score
            bestGroups = groups
            bestReason = said === undefined || said <= SILENT ? reason : `${reason}; context`
          }
          if (score >= SURE) break
        }
        if (best < WORTH) continue
        const end = extensionEnd(text, chain.ends[bestGroups - 1] as number)
        report(start, end, 'PHONE', Math.min(best, 0.98), bestReason)
        if (best < THRESHOLD) continue
        found = end
        while (run < length && (at[run] as number) < end) run += 2
      }
    },
  }
}
