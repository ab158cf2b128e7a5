/**
 * UUIDs of version 7 (RFC 9562), many of them: their random parts are drawn and written as hex for many ids at once, and
 * the time's part once a millisecond. What is left to do for one id is to join five pieces.
 */
import { toHex } from './bytes.js'

/** Random bits of one id: 12 behind the version, 62 behind the variant, in hex digits of which the fourth gives two bits. */
const DIGITS = 19
const pool = new Uint8Array((DIGITS * 128) / 2)
let digits = ''
let used = 0

/** The variant's digit: the two bits `10`, then two of a random digit. */
const variants: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789abcdef'].map((digit) => [digit, '89ab'[Number.parseInt(digit, 16) & 3] as string]),
)

let timeMs = Number.NaN
let timePart = ''

/**
 * @param ms - milliseconds since 1970, an integer below 2^48
 * @returns a new id, lower case
 */
export function uuidv7(ms: number): string {
  if (ms !== timeMs) {
    const time = ms.toString(16).padStart(12, '0')
    timePart = `${time.slice(0, 8)}-${time.slice(8)}-7`
    timeMs = ms
  }
  if (used === digits.length) {
    digits = toHex(globalThis.crypto.getRandomValues(pool))
    used = 0
  }
  const at = used
  used += DIGITS
  const variant = variants[digits[at + 3] as string]
  return `${timePart}${digits.slice(at, at + 3)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, used)}`
}
