/** The text forms of IP addresses: RFC 791 dotted quads, RFC 4291 and RFC 5952. */
import { isDigit, isHex } from './letters.js'

const COLON = 0x3a
const DOT = 0x2e

/**
 * @param text - any text
 * @param start - where a decimal group begins
 * @param end - the offset behind it
 * @returns its value 0 to 255, or -1 where it is too great, too long or has a leading zero
 */
export function octet(text: string, start: number, end: number): number {
  const length = end - start
  if (length < 1 || length > 3) return -1
  let value = 0
  for (let index = start; index < end; index += 1) value = value * 10 + text.charCodeAt(index) - 0x30
  if (value > 255 || (length > 1 && text.charCodeAt(start) === 0x30)) return -1
  return value
}

/**
 * @param text - any text
 * @param start - of the first group
 * @returns the offset behind a dotted quad that begins there, or -1
 */
export function quadEnd(text: string, start: number): number {
  let index = start
  for (let group = 0; group < 4; group += 1) {
    const from = index
    while (index - from < 4 && isDigit(text.charCodeAt(index))) index += 1
    if (octet(text, from, index) < 0) return -1
    if (group === 3) return index
    if (text.charCodeAt(index) !== DOT) return -1
    index += 1
  }
  return -1
}

/** An IPv6 address in a text. */
export interface V6 {
  readonly end: number
  /** Groups written out; an embedded dotted quad counts two. */
  readonly groups: number
  /** Whether it holds `::`. */
  readonly compressed: boolean
  /** Whether it ends with a dotted quad. */
  readonly quad: boolean
  /** The longest group's digits. */
  readonly longest: number
  /** The shortest group's digits. */
  readonly shortest: number
  /** Whether any of 0-9 is in it. */
  readonly digit: boolean
}

/** The longest form: six groups, five colons between, and a quad. */
const LONGEST = 45

/**
 * Reads an IPv6 address; a colon that only ends the sentence or a label is left out.
 *
 * @param text - any text
 * @param start - of the first group, or of a leading `::`
 * @returns the address, or undefined where there is none that ends at a non-group character
 */
export function readV6(text: string, start: number): V6 | undefined {
  const stop = start + LONGEST + 1
  let index = start
  let groups = 0
  let compressed = false
  let quad = false
  let longest = 0
  let shortest = 5
  let digit = false
  if (text.charCodeAt(index) === COLON) {
    if (text.charCodeAt(index + 1) !== COLON) return undefined
    compressed = true
    index += 2
  }
  while (index < stop) {
    const from = index
    let decimal = true
    while (isHex(text.charCodeAt(index))) {
      if (isDigit(text.charCodeAt(index))) digit = true
      else decimal = false
      index += 1
      if (index - from > 4) return undefined
    }
    if (index === from) break
    if (decimal && text.charCodeAt(index) === DOT && isDigit(text.charCodeAt(index + 1))) {
      const end = quadEnd(text, from)
      if (end >= 0 && groups <= 6 && (groups > 0 || compressed)) {
        groups += 2
        quad = true
        index = end
        break
      }
    }
    groups += 1
    longest = Math.max(longest, index - from)
    shortest = Math.min(shortest, index - from)
    if (groups > 8) return undefined
    if (text.charCodeAt(index) !== COLON) break
    if (text.charCodeAt(index + 1) === COLON) {
      if (compressed || text.charCodeAt(index + 2) === COLON) return undefined
      compressed = true
      index += 2
    } else if (isHex(text.charCodeAt(index + 1))) index += 1
    else break
  }
  if (index >= stop || groups === 0) return undefined
  if (compressed ? groups > 7 : groups !== 8) return undefined
  return { end: index, groups, compressed, quad, longest, shortest, digit }
}
