/** Character classes of tokens and passwords, by table. */

const TOKEN = 1
const DIGIT = 2
const LOWER = 4
const UPPER = 8
const SPACE = 16

const table = new Uint8Array(128)
for (let code = 0x30; code <= 0x39; code += 1) table[code] = TOKEN | DIGIT
for (let code = 0x41; code <= 0x5a; code += 1) table[code] = TOKEN | UPPER
for (let code = 0x61; code <= 0x7a; code += 1) table[code] = TOKEN | LOWER
for (const sign of '_-') table[sign.charCodeAt(0)] = TOKEN
for (const sign of ' \t\r\n\f\v') table[sign.charCodeAt(0)] = SPACE

const has = (code: number, bits: number): boolean => code < 128 && ((table[code] as number) & bits) !== 0

/** Letters, digits, `_` and `-`: what most tokens are made of. NaN, beyond the text, is none. */
export const isToken = (code: number): boolean => has(code, TOKEN)
/** 0-9. */
export const isDigit = (code: number): boolean => has(code, DIGIT)
/** A-Z and a-z. */
export const isAsciiLetter = (code: number): boolean => has(code, LOWER | UPPER)
/** A letter of any script, roughly: everything beyond ASCII counts but punctuation and spaces of prose. */
export const isLetter = (code: number): boolean =>
  has(code, LOWER | UPPER) ||
  (code >= 0xc0 && !(code >= 0x2000 && code <= 0x206f) && !(code >= 0x3000 && code <= 0x303f))
/** Whitespace, no-break space included. */
export const isSpace = (code: number): boolean => has(code, SPACE) || code === 0xa0

/** Which characters a value holds. */
export interface Makeup {
  readonly lower: number
  readonly upper: number
  readonly digits: number
  readonly others: number
  /** How many kinds of the four there are. */
  readonly kinds: number
  /** At least so many different characters, small and capital letters counted as one. */
  readonly distinct: number
}

function bitsIn(word: number): number {
  let rest = word
  let count = 0
  while (rest !== 0) {
    rest &= rest - 1
    count += 1
  }
  return count
}

/**
 * @param value - a short text
 * @returns what it is made of
 */
export function makeupOf(value: string): Makeup {
  let lower = 0
  let upper = 0
  let digits = 0
  let low = 0
  let high = 0
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index)
    if (code & 0x40) high |= 1 << (code & 31)
    else low |= 1 << (code & 31)
    const bits = code < 128 ? (table[code] as number) : LOWER
    if (bits & DIGIT) digits += 1
    else if (bits & LOWER) lower += 1
    else if (bits & UPPER) upper += 1
  }
  const others = value.length - lower - upper - digits
  const kinds = Number(lower > 0) + Number(upper > 0) + Number(digits > 0) + Number(others > 0)
  return { lower, upper, digits, others, kinds, distinct: bitsIn(low) + bitsIn(high) }
}
