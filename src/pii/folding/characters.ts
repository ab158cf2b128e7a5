/** What becomes of single characters, by code point; worked out for 256 of them at a time, when the first is met. */

/** Stays as it is. */
export const KEEP = 0
/** Nothing is seen of it: zero-width, soft hyphens, controls of direction. */
export const DROP = 1
/** Means another character. */
export const MAP = 2
/** A dash: a hyphen inside of a number, punctuation elsewhere. */
export const DASH = 3
/** Looks like a full stop: one inside of a word, punctuation elsewhere. */
export const DOT = 4
/** A raised or lowered digit: a digit, unless it is a note's mark behind a word. */
export const RAISED = 5
/** Combines with the character before it. */
export const MARK = 6
/** No text: controls, private use, halves of pairs, what stands for an object or for what could not be read. */
export const UNSEEN = 7
/** A mark of another script: nothing on a Latin letter or digit. */
export const FOREIGN = 8
/** A digit or letter in a circle, square or brackets: itself among others, a list's mark alone. */
export const ENCLOSED = 9
/** One of the letters that make a flag. */
export const FLAG = 10

interface Page {
  readonly kinds: Uint8Array
  readonly by: readonly (string | undefined)[]
}

const pages = new Map<number, Page>()
let lastNumber = -1
let lastPage: Page | undefined

/** Full stops of other scripts and dots that look like one. */
const dots = new Set([
  0xb7, 0x2022, 0x2027, 0x2219, 0x22c5, 0x2e31, 0x2e33, 0x3002, 0x30fb, 0xff61, 0xff65, 0x06d4, 0x0701, 0x0702, 0x066b,
  0xa4f8, 0xa60e, 0x1d16d,
])

const dashes = new Set([0x2012, 0x2013, 0x2014, 0x2015, 0x2e3a, 0x2e3b, 0xfe58, 0x30fc, 0x4e00])

/** What NFKC does not know. */
const others = new Map<number, string>([
  [0x85, '\n'],
  [0x2028, '\n'],
  [0x2029, '\n'],
  [0x1680, ' '],
  [0x2800, ' '],
  [0x2010, '-'],
  [0x2011, '-'],
  [0x2043, '-'],
  [0x2212, '-'],
  [0x2796, '-'],
  [0x2795, '+'],
  [0x2236, ':'],
  [0xa789, ':'],
  [0x2215, '/'],
  [0x3010, '['],
  [0x3011, ']'],
  [0x3014, '['],
  [0x3015, ']'],
  [0x2116, 'No'],
  [0x2121, 'Tel'],
])

/** Rows of enclosed digits: the first of them, how many there are, and what the first one means. */
const rows: readonly (readonly [first: number, count: number, value: number])[] = [
  [0x2469, 11, 10],
  [0x2474, 20, 1],
  [0x2488, 20, 1],
  [0x24eb, 10, 11],
  [0x24f5, 10, 1],
  [0x24ff, 1, 0],
  [0x2776, 10, 1],
  [0x2780, 10, 1],
  [0x278a, 10, 1],
  [0x1f100, 1, 0],
  [0x1f101, 10, 0],
  [0x1f10b, 1, 0],
  [0x1f10c, 1, 0],
]

/** Rows of enclosed letters. */
const alphabets: readonly (readonly [first: number, letter: string])[] = [
  [0x249c, 'a'],
  [0x1f110, 'A'],
  [0x1f150, 'A'],
  [0x1f170, 'A'],
]

const FIRST_FLAG = 0x1f1e6

function enclosed(code: number): string | undefined {
  if ((code < 0x2469 || code > 0x2793) && (code < 0x1f100 || code > 0x1f189)) return undefined
  for (const [first, count, value] of rows)
    if (code >= first && code < first + count) return String(value + code - first)
  for (const [first, letter] of alphabets)
    if (code >= first && code < first + 26) return String.fromCharCode(letter.charCodeAt(0) + code - first)
  return undefined
}

/** Controls, halves of pairs, private use, what is no character, and the signs for what is not text. */
const isUnseen = (code: number): boolean =>
  (code < 0xa0 && code !== 0x85) ||
  (code >= 0xd800 && code <= 0xf8ff) ||
  (code >= 0xfdd0 && code <= 0xfdef) ||
  (code >= 0xfff9 && code <= 0xfffd) ||
  (code & 0xfffe) === 0xfffe ||
  code >= 0xf0000

/** Signs that NFKC turns into something that would stand in the way more often than it helps. */
const kept =
  /[\u00a8\u00aa\u00af\u00b4\u00b8\u00ba\u2017\u203c\u2047-\u2049\u2100-\u2106\u2120\u2122\u2260\u226e\u226f]/

const ignorable = /\p{Default_Ignorable_Code_Point}|\p{Bidi_Control}/u
/** Marks of all scripts, and what chooses a form of the character before it. */
const marks = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]/
const foreign = /\p{M}/u
const digit = /\p{Nd}/u
const space = /\p{Zs}/u
const plainAscii = /^[\x20-\x7e]$/
const ligature = /^[A-Za-z]{2,3}$/

/** Digits of a script stand in one row from 0 to 9. */
function digitValue(code: number): string {
  let first = code
  while (digit.test(String.fromCodePoint(first - 1))) first -= 1
  return String((code - first) % 10)
}

function kindOf(code: number): [kind: number, by?: string] {
  if (code < 0x80) return [KEEP]
  if (isUnseen(code)) return [UNSEEN]
  const character = String.fromCodePoint(code)
  if (marks.test(character)) return [MARK]
  if (ignorable.test(character)) return [DROP]
  if (foreign.test(character)) return [FOREIGN]
  const inside = enclosed(code)
  if (inside !== undefined) return [ENCLOSED, inside]
  if (code >= FIRST_FLAG && code < FIRST_FLAG + 26) return [FLAG, String.fromCharCode(0x41 + code - FIRST_FLAG)]
  if (dots.has(code)) return [DOT, '.']
  if (dashes.has(code)) return [DASH, '-']
  const other = others.get(code)
  if (other !== undefined) return [MAP, other]
  if (space.test(character)) return [MAP, ' ']
  if (kept.test(character)) return [KEEP]
  const wide = character.normalize('NFKC')
  if (digit.test(character)) return [MAP, /^[0-9]$/.test(wide) ? wide : digitValue(code)]
  if (wide === character) return [KEEP]
  if (/^[0-9]$/.test(wide)) return [/[\u24ea\u2460-\u2468]/.test(character) ? MAP : RAISED, wide]
  if (plainAscii.test(wide)) return [MAP, wide]
  if (code >= 0xfb00 && code <= 0xfb06 && ligature.test(wide)) return [MAP, wide]
  return [KEEP]
}

function pageOf(number: number): Page {
  if (number === lastNumber) return lastPage as Page
  let page = pages.get(number)
  if (!page) {
    const kinds = new Uint8Array(256)
    const by: (string | undefined)[] = new Array(256)
    for (let low = 0; low < 256; low += 1) {
      const [kind, instead] = kindOf(number * 256 + low)
      kinds[low] = kind
      by[low] = instead
    }
    page = { kinds, by }
    pages.set(number, page)
  }
  lastNumber = number
  lastPage = page
  return page
}

/**
 * @param code - a code point
 * @returns what becomes of it: `KEEP`, `DROP` …
 */
export const kindAt = (code: number): number => pageOf(code >> 8).kinds[code & 255] as number

/**
 * @param code - a code point
 * @returns what it means, if another character; for dashes, dots and raised digits where they mean one
 */
export const meaningOf = (code: number): string => pageOf(code >> 8).by[code & 255] ?? ''

/** Whether a mark combines with the character before it in the common blocks. */
export const isMark = (code: number): boolean => code >= 0x300 && kindAt(code) === MARK
