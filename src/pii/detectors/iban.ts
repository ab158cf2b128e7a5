import { countrySpecs } from 'ibantools'
import { closesAt, isGap, isLetter, isOddGap, opensAt } from '../chars.js'
import { mod97 } from '../checksums/mod97.js'
import { before, contextWords } from '../context.js'
import type { Detector, Haystack, Report } from '../detector.js'

const DIGIT = 1
const LETTER = 2
const SEPARATOR = 4

interface Country {
  readonly length: number
  /** What each place behind the check digits may be: DIGIT, LETTER or both. */
  readonly places: Uint8Array
  /** Whether it is in the SWIFT registry; other countries use the form without being registered. */
  readonly registered: boolean
}

/** Longest IBAN that ISO 13616 allows. */
const LONGEST = 34

/** So many characters may stand between two groups: ` - `, or a line end with what it is wrapped in. */
const WIDEST_GAP = 3

/** A spaced find needs so many digits behind its check digits: words of a sentence have none. */
const FEWEST_DIGITS = 6

const place = (first: number, second: number): number => ((first | 0x20) - 0x61) * 26 + (second | 0x20) - 0x61

/** Where the library takes less or more than the SWIFT registry says. */
const corrected: Readonly<Record<string, string>> = {
  GE: '[A-Z]{2}[0-9]{16}',
  IE: '[A-Z]{4}[0-9]{14}',
  PK: '[A-Z]{4}[A-Z0-9]{16}',
  PS: '[A-Z]{4}[A-Z0-9]{21}',
  VG: '[A-Z]{4}[0-9]{16}',
}

function placesOf(pattern: string): Uint8Array {
  const places: number[] = []
  for (const [, set = '', times] of pattern.matchAll(/\[([^\]]+)\]\{(\d+)\}/g)) {
    const kind = (set.includes('0-9') ? DIGIT : 0) | (set.includes('A-Z') ? LETTER : 0)
    for (let count = Number(times); count > 0; count -= 1) places.push(kind)
  }
  return Uint8Array.from(places)
}

function countries(): readonly (Country | undefined)[] {
  const all: (Country | undefined)[] = new Array(26 * 26).fill(undefined)
  for (const [code, { chars, bban_regexp: pattern, IBANRegistry }] of Object.entries(countrySpecs)) {
    if (!chars || !pattern) continue
    const places = placesOf(corrected[code] ?? pattern)
    all[place(code.charCodeAt(0), code.charCodeAt(1))] = { length: chars, places, registered: IBANRegistry === true }
  }
  return all
}

const ibanWords = contextWords(
  '*iban*',
  'account',
  'konto*',
  '*konto',
  'bank*',
  'compte',
  'cuenta',
  'conto',
  'rekening*',
)

const codes = new Uint8Array(LONGEST)

/**
 * @returns where the country's two letters begin before the digits at `start`; -1 where there are none
 */
function countryBefore(text: string, start: number): number {
  let second = start - 1
  const apart = isGap(text.charCodeAt(second))
  if (apart) second -= 1
  if (!isLetter(text.charCodeAt(second))) return -1
  let first = second - 1
  if (apart && isGap(text.charCodeAt(first))) first -= 1
  if (!isLetter(text.charCodeAt(first))) return -1
  if (opensAt(text, first)) return first
  // A label runs into the number where a table was turned into text.
  return text.slice(Math.max(0, first - 4), first).toUpperCase() === 'IBAN' && opensAt(text, first - 4) ? first : -1
}

/** What an ASCII character is within an account number: a digit, a letter or a separator. */
const kinds = new Uint8Array(128)
kinds.fill(DIGIT, 0x30, 0x3a)
kinds.fill(LETTER, 0x41, 0x5b)
kinds.fill(LETTER, 0x61, 0x7b)
for (let code = 0; code < 128; code += 1)
  if (isGap(code) || isOddGap(code) || code === 0x0a || code === 0x0d) kinds[code] = SEPARATOR

const kindOf = (code: number): number => (code < 128 ? (kinds[code] as number) : isGap(code) ? SEPARATOR : 0)

/** Reads from the check digits to the length of the country into `codes`; returns where the number ends, or -1. */
function read(text: string, start: number, { length, places }: Country): number {
  let at = start
  let gap = 0
  for (let filled = 2; filled < length; at += 1) {
    const code = text.charCodeAt(at)
    const kind = kindOf(code)
    if (kind === SEPARATOR) {
      gap += 1
      if (gap > WIDEST_GAP) return -1
      continue
    }
    if (!(kind & (filled < 4 ? DIGIT : (places[filled - 4] as number)))) return -1
    codes[filled] = kind === LETTER ? code & 0xdf : code
    filled += 1
    gap = 0
  }
  return closesAt(text, at) ? at : -1
}

/** Two separators that nobody needs. */
const odd = /[,:;|*~#\\]{2}/

const regular = /^[A-Za-z0-9]{4}(?:[^A-Za-z0-9][A-Za-z0-9]{4})*(?:[^A-Za-z0-9][A-Za-z0-9]{1,3})?$/

/** How sure a number in `codes` is whose check digits are right, by how it is written; 0 where it is words that happen to fit. */
function manner(written: string, { length, registered }: Country): number {
  const lower = /[a-z]/.test(written)
  const mixed = lower && /[A-Z]/.test(written)
  const score = (registered ? 0.98 : 0.9) - (lower ? 0.05 : 0)
  if (written.length === length) return mixed ? score - 0.08 : score
  let digits = 0
  for (let index = 4; index < length; index += 1) if ((codes[index] as number) < 0x41) digits += 1
  if (digits < FEWEST_DIGITS) return 0
  if (!mixed && regular.test(written) && written.indexOf('\n') < 0) return score
  if (mixed || odd.test(written) || written.indexOf('\n') !== written.lastIndexOf('\n')) return 0
  return /(?<![A-Za-z0-9])[A-Za-z]{5,}(?![A-Za-z0-9])/.test(written) ? 0 : score - 0.08
}

/** Follows one candidate to the length of its country; returns its end, or -1. */
function follow(haystack: Haystack, from: number, start: number, country: Country, report: Report): number {
  const { text } = haystack
  const second = text.charCodeAt(from + 1)
  codes[0] = text.charCodeAt(from) & 0xdf
  codes[1] = (isLetter(second) ? second : text.charCodeAt(from + 2)) & 0xdf
  const end = read(text, start, country)
  if (end < 0) return -1
  const check = ((codes[2] as number) - 0x30) * 10 + (codes[3] as number) - 0x30
  if (check < 2 || check > 98 || mod97(codes, country.length) !== 1) return -1
  haystack.step()
  let score = manner(text.slice(from, end), country)
  if (score === 0) return -1
  // "at 20 …" begins with a word as well.
  const word = (text.charCodeAt(from) & 0x20) !== 0 && start - from > 2
  if ((word || !country.registered) && before(haystack, from, ibanWords)) score = 0.95
  else if (word) score -= 0.25
  report(from, end, 'IBAN', score, 'mod 97, length and structure by country')
  return end
}

/**
 * Account numbers by ISO 13616: the country's length and structure, and the check digits; in one piece, in groups, or with
 * single separators anywhere.
 *
 * @returns the detector of IBAN
 */
export function iban(): Detector {
  let table: readonly (Country | undefined)[] | undefined
  return {
    name: 'iban',
    version: '1',
    types: ['IBAN'],
    machine: true,
    find(haystack, report) {
      const { text, digits } = haystack
      table ??= countries()
      let covered = 0
      for (let index = 0; index < digits.length; index += 2) {
        const start = digits.at[index] as number
        if (start < covered || start < 2) continue
        const from = countryBefore(text, start)
        if (from < covered) continue
        const second = text.charCodeAt(from + 1)
        const country = table[place(text.charCodeAt(from), isLetter(second) ? second : text.charCodeAt(from + 2))]
        if (!country) continue
        const end = follow(haystack, from, start, country, report)
        if (end > 0) covered = end
      }
    },
  }
}
