/** What formats write instead of a character: entities, percent signs, backslashes, quoted-printable, colour codes. */
import { decodeHTMLAttribute, decodeHTMLStrict } from 'entities/decode'

/** A stretch of the text that stands for something else. */
export interface Escape {
  readonly end: number
  readonly by: string
}

const LONGEST_NAME = 32

const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isLetter = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
const isName = (code: number): boolean => isDigit(code) || isLetter(code)

const hexValue = (code: number): number => (code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57)

/** The number that up to `most` hex digits write, or -1 where there are fewer than `least`. */
function hexAt(text: string, from: number, least: number, most: number): number {
  let value = 0
  let to = from
  for (; to < from + most; to += 1) {
    const code = text.charCodeAt(to)
    if (!isHex(code)) break
    value = value * 16 + hexValue(code)
  }
  return to - from < least ? -1 : value
}

/** `&#64;` `&#x40` `&commat;` `&amp;` */
export function entityAt(text: string, at: number): Escape | undefined {
  let to = at + 1
  const first = text.charCodeAt(to)
  if (first === 0x23) return numericEntityAt(text, at)
  if (!isLetter(first)) return undefined
  while (to < at + LONGEST_NAME && isName(text.charCodeAt(to))) to += 1
  if (text.charCodeAt(to) === 0x3b) {
    const name = text.slice(at, to + 1)
    const by = decodeHTMLStrict(name)
    return by === name ? undefined : { end: to + 1, by }
  }
  // without a semicolon HTML knows the old names only, and in attributes none before `=`: `?a=1&copy=2`
  if (text.charCodeAt(to) === 0x3d) return undefined
  const name = text.slice(at, to)
  const by = decodeHTMLAttribute(name)
  return by === name ? undefined : { end: to, by }
}

function numericEntityAt(text: string, at: number): Escape | undefined {
  let from = at + 2
  const hex = (text.charCodeAt(from) | 0x20) === 0x78
  if (hex) from += 1
  const belongs = hex ? isHex : isDigit
  let digits = from
  while (text.charCodeAt(digits) === 0x30) digits += 1
  let to = digits
  while (to < digits + 8 && belongs(text.charCodeAt(to))) to += 1
  if (to === from || to === digits + 8) return undefined
  const by = decodeHTMLStrict(`&#${hex ? 'x' : ''}${text.slice(digits, to) || '0'};`)
  return { end: text.charCodeAt(to) === 0x3b ? to + 1 : to, by }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

const sequenceLength = (byte: number): number =>
  byte < 0x80
    ? 1
    : byte >= 0xc2 && byte < 0xe0
      ? 2
      : byte >= 0xe0 && byte < 0xf0
        ? 3
        : byte >= 0xf0 && byte < 0xf5
          ? 4
          : 0

/** `%40` `%E2%80%8B` `%u0040` */
export function percentAt(text: string, at: number): Escape | undefined {
  if ((text.charCodeAt(at + 1) | 0x20) === 0x75) {
    const code = hexAt(text, at + 2, 4, 4)
    return code < 0 ? undefined : { end: at + 6, by: String.fromCharCode(code) }
  }
  const first = hexAt(text, at + 1, 2, 2)
  const length = first < 0 ? 0 : sequenceLength(first)
  if (length === 0) return undefined
  if (length === 1) return { end: at + 3, by: String.fromCharCode(first) }
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index += 1) {
    const byte = text.charCodeAt(at + index * 3) === 0x25 ? hexAt(text, at + index * 3 + 1, 2, 2) : -1
    if (byte < 0) return undefined
    bytes[index] = byte
  }
  try {
    return { end: at + length * 3, by: decoder.decode(bytes) }
  } catch {
    return undefined // other bytes than UTF-8: they stay as they are written
  }
}

const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** `\u0040` `\u{40}` `\U00000040` `\x40` `\n` `\"` `\_` */
export function backslashAt(text: string, at: number): Escape | undefined {
  const code = text.charCodeAt(at + 1)
  switch (code) {
    case 0x75: {
      if (text.charCodeAt(at + 2) !== 0x7b) {
        const unit = hexAt(text, at + 2, 4, 4)
        return unit < 0 ? undefined : { end: at + 6, by: String.fromCharCode(unit) }
      }
      const close = text.slice(at, at + 12).indexOf('}')
      const point = close < 4 ? -1 : hexAt(text, at + 3, close - 3, close - 3)
      return point < 0 || point > 0x10ffff ? undefined : { end: at + close + 1, by: String.fromCodePoint(point) }
    }
    case 0x55: {
      const point = hexAt(text, at + 2, 8, 8)
      return point < 0 || point > 0x10ffff ? undefined : { end: at + 10, by: String.fromCodePoint(point) }
    }
    case 0x78: {
      const unit = hexAt(text, at + 2, 2, 2)
      return unit < 0 ? undefined : { end: at + 4, by: String.fromCharCode(unit) }
    }
    case 0x6e:
    case 0x72:
    case 0x74:
      return { end: at + 2, by: controls[text.charAt(at + 1)] as string }
    default:
      return code > 0x20 && code < 0x7f && !isName(code) ? { end: at + 2, by: text.charAt(at + 1) } : undefined
  }
}

const addressCode = (code: number): boolean =>
  isName(code) || code === 0x2e || code === 0x5f || code === 0x2d || code === 0x2b || code > 0x7f

const SHORTEST_LINE = 70
const LONGEST_LINE = 78

/**
 * Quoted-printable: `=40` before a host, `=2E` inside of one, `=3D`, and a line broken at its 76th character. Its letters are
 * capitals: in `email=3dfox@example.com` the sign is the parameter's.
 */
export function equalsAt(text: string, at: number): Escape | undefined {
  const next = text.charCodeAt(at + 1)
  if (next === 0x0d || next === 0x0a) {
    const end = next === 0x0d && text.charCodeAt(at + 2) === 0x0a ? at + 3 : at + 2
    const begin = Math.max(0, at - LONGEST_LINE)
    const line = at - (begin + text.slice(begin, at).lastIndexOf('\n') + 1)
    // `email=`, and its number on the next line: a sign behind a name, where the line happens to be that long
    if (isLetter(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(end))) return undefined
    return line >= SHORTEST_LINE && line < LONGEST_LINE ? { end, by: '' } : undefined
  }
  if (!isDigit(next) || at === 0 || !addressCode(text.charCodeAt(at - 1))) return undefined
  if (text.charCodeAt(at + 2) >= 0x61) return undefined
  const byte = hexAt(text, at + 1, 2, 2)
  if (byte === 0x3d) return { end: at + 3, by: '=' }
  if (byte !== 0x40 && byte !== 0x2e) return undefined
  let to = at + 3
  while (to < at + 3 + 63 && addressCode(text.charCodeAt(to)) && text.charCodeAt(to) !== 0x2e) to += 1
  if (to === at + 3) return undefined
  if (byte === 0x2e) return isLetter(text.charCodeAt(at + 3)) ? { end: at + 3, by: '.' } : undefined
  const dotted = text.charCodeAt(to) === 0x2e || text.startsWith('=2E', to)
  return dotted ? { end: at + 3, by: '@' } : undefined
}

const AUTHORITY = 256

/**
 * User info keeps its percent signs: decoded, a `/` or `@` of a password would end it.
 *
 * @param text - the text
 * @param at - of a percent sign
 * @returns whether it stands in `scheme://user:password@`
 */
export function inPassword(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - AUTHORITY), at)
  const slashes = before.lastIndexOf('://')
  if (slashes < 0 || /[/?#\s"'<>]/.test(before.slice(slashes + 3))) return false
  const [rest = ''] = /^[^/?#\s"'<>]*/.exec(text.slice(at, at + AUTHORITY)) ?? []
  const end = rest.lastIndexOf('@')
  return end >= 0 && `${before.slice(slashes + 3)}${rest.slice(0, end)}`.includes(':')
}
