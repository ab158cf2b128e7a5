/** Which UTF-16 units are letters and digits, fast for ASCII. */

const DIGIT = 1
const LETTER = 2
const HEX = 4

const classes = new Uint8Array(128)
for (let code = 0x30; code <= 0x39; code += 1) classes[code] = DIGIT | HEX
for (let code = 0x41; code <= 0x5a; code += 1) classes[code] = LETTER | (code <= 0x46 ? HEX : 0)
for (let code = 0x61; code <= 0x7a; code += 1) classes[code] = LETTER | (code <= 0x66 ? HEX : 0)

const wordUnit = /[\p{L}\p{M}\p{N}]/u
const ideograph =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

const classOf = (code: number): number => (code < 128 ? (classes[code] as number) : 0)

/**
 * @param code - a UTF-16 unit; NaN beyond the text
 * @returns whether it is one of 0-9
 */
export const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/**
 * @param code - a UTF-16 unit; NaN beyond the text
 * @returns whether it is one of A-Z and a-z
 */
export const isAsciiLetter = (code: number): boolean => (classOf(code) & LETTER) !== 0

/**
 * @param code - a UTF-16 unit; NaN beyond the text
 * @returns whether it is one of A-Z, a-z and 0-9
 */
export const isAsciiWord = (code: number): boolean => (classOf(code) & (LETTER | DIGIT)) !== 0

/**
 * @param code - a UTF-16 unit; NaN beyond the text
 * @returns whether it is a hexadecimal digit
 */
export const isHex = (code: number): boolean => (classOf(code) & HEX) !== 0

/** What was already asked of the units beyond ASCII: 0 means not yet. */
const memo = new Uint8Array(0x10000)
const KNOWN = 1
const WORD = 2
const UNSPACED = 4

function kindOf(code: number): number {
  const known = memo[code] as number
  if (known !== 0) return known
  const char = String.fromCharCode(code)
  const kind = KNOWN | (wordUnit.test(char) ? WORD : 0) | (ideograph.test(char) ? UNSPACED : 0)
  memo[code] = kind
  return kind
}

/**
 * Half of a surrogate pair counts by the pair: letters beyond the BMP are rare, and emoji are no letters.
 *
 * @param text - any text
 * @param index - of a UTF-16 unit; may lie outside of the text
 * @returns whether a letter, mark or digit of any script stands there
 */
export function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code < 128) return (classes[code] as number) !== 0
  if (!(code >= 128)) return false
  if (code < 0xd800 || code > 0xdfff) return (kindOf(code) & WORD) !== 0
  const point = text.codePointAt(code >= 0xdc00 ? index - 1 : index)
  return point !== undefined && point > 0xffff && wordUnit.test(String.fromCodePoint(point))
}

/**
 * @param text - any text
 * @param index - of a UTF-16 unit beyond ASCII
 * @returns whether it belongs to a script that is written without spaces between words
 */
export const isUnspacedAt = (text: string, index: number): boolean => (kindOf(text.charCodeAt(index)) & UNSPACED) !== 0

/** Longer words have no key. */
export const LONGEST_KEY = 6

/**
 * @param word - at most `LONGEST_KEY` of the letters A-Z and a-z
 * @returns a number that only the same letters have, whatever their case
 */
export function keyOf(word: string): number {
  let key = 0
  for (let index = 0; index < word.length; index += 1) key = (key << 5) | (word.charCodeAt(index) & 31)
  return key
}
