/** Private keys that are written as a block of lines, also where the line ends are `\n` in a string, also when cut off. */

import { SUBSTITUTE } from '../../folding/placeholders.js'
import { isDigit } from './chars.js'

/** An end that stands farther away is another's, unless a body leads to it. */
const LONGEST = 16_384
const dashes = '[-\u2010-\u2015\u2212]{1,6}'
const name = '(?:[A-Z0-9]+[ \\t]{1,4}){0,4}PRIVATE[ \\t]{1,4}KEY(?:[ \\t]{1,4}BLOCK)?'
const opening = new RegExp(`${dashes} ?BEGIN[ \\t]{1,4}${name} ?${dashes}`, 'y')
const closing = new RegExp(`${dashes} ?END[ \\t]{1,4}${name} ?${dashes}`, 'g')
const isDash = (code: number): boolean => code === 0x2d || (code >= 0x2010 && code <= 0x2015) || code === 0x2212
const header = /(?:\\[nr]|\s)*(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject): ?[^\n\\"]{1,120}/y
/** What stands between the lines of a body where nothing was written before them, and how long these are then. */
const joint = /(?:\\{1,4}[nrt]|\s|["'+,]){0,16}/y
const LEAST = 16
/** The same where something was: a quote's sign, a number, the time of a log. */
const PREFIX = 96
const LEAST_BEHIND_PREFIX = 20
/** Headers and remarks may stand before a body. */
const HEAD = 400
/** No line of a body holds these: another block, what redaction left. */
const other = new RegExp(`BEGIN|[${SUBSTITUTE}]|\\*{3}`)

/** Finds blocks; asks the text for the next closing line only once. */
export interface Blocks {
  /**
   * @param from - where to look from
   * @returns where the next `BEGIN` of a line of dashes stands, or -1
   */
  next(from: number): number
  /**
   * @param begin - where `BEGIN` stands
   * @returns where the block begins and ends, or undefined where none is
   */
  at(begin: number): { start: number; end: number } | undefined
}

/**
 * @param text - the text
 * @returns what tells the ends of its blocks
 */
export function blocksOf(text: string): Blocks {
  let next: { start: number; end: number } | undefined
  let none = false
  const closingAfter = (from: number) => {
    if (next && next.start >= from) return next
    if (none) return undefined
    closing.lastIndex = from
    const match = closing.exec(text)
    next = match ? { start: match.index, end: match.index + match[0].length } : undefined
    none = next === undefined
    return next
  }
  return {
    next(from) {
      let begin = text.indexOf('BEGIN', from)
      while (begin >= 0) {
        const before = text.charCodeAt(begin - 1)
        if (isDash(before) || (before === 0x20 && isDash(text.charCodeAt(begin - 2)))) return begin
        begin = text.indexOf('BEGIN', begin + 5)
      }
      return -1
    },
    at(begin) {
      let start = begin
      if (text.charCodeAt(start - 1) === 0x20) start -= 1
      for (let count = 0; count < 5 && isDash(text.charCodeAt(start - 1)); count += 1) start -= 1
      opening.lastIndex = start
      if (!opening.test(text)) return undefined
      const from = opening.lastIndex
      const end = bodyEnd(text, from)
      const close = closingAfter(end ?? from)
      if (close && close.start - (end ?? from) <= LONGEST) {
        const inner = text.slice(from, close.start)
        if (!other.test(inner) && (end !== undefined || /[A-Za-z0-9+/]{16}/.test(inner)))
          return { start, end: close.end }
      }
      return end === undefined ? undefined : { start, end }
    },
  }
}

const isBase64 = (code: number): boolean =>
  (code >= 0x2f && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x2b ||
  code === 0x3d

/** Where a run of base64 ends; a slash may be escaped. */
function runEnd(text: string, from: number): number {
  let end = from
  for (;;) {
    const code = text.charCodeAt(end)
    if (isBase64(code)) end += 1
    else if (code === 0x5c && text.charCodeAt(end + 1) === 0x2f) end += 2
    else return end
  }
}

/** As far as what follows looks like base64, whatever its lines begin with. */
function bodyEnd(text: string, from: number): number | undefined {
  let end = from
  let any = false
  let prefix = ''
  for (;;) {
    header.lastIndex = end
    if (header.test(text)) {
      end = header.lastIndex
      continue
    }
    joint.lastIndex = end
    joint.test(text)
    const start = joint.lastIndex
    const stop = runEnd(text, start)
    const isLine = stop - start >= LEAST || (any && stop > start && isRest(text, start, stop))
    if (isLine) {
      end = stop
      any = true
      continue
    }
    const line = lineBehindPrefix(text, end, any ? PREFIX : HEAD)
    if (line) {
      prefix = text.slice(end, line.start)
      end = line.end
      any = true
      continue
    }
    const rest = prefix === '' ? -1 : samePrefix(text, end, prefix)
    if (rest < 0) break
    const restEnd = runEnd(text, rest)
    if (restEnd === rest || !isRest(text, rest, restEnd)) break
    end = restEnd
  }
  return any ? end : undefined
}

/** Whether a short run is the last line of a body rather than a word. */
function isRest(text: string, start: number, end: number): boolean {
  if (!/\d|=$/.test(text.slice(start, Math.min(end, start + LEAST_BEHIND_PREFIX)))) return false
  return !(end < text.length && /[\w.]/.test(text[end] as string))
}

/** The next line of a body behind something that was written before it. */
function lineBehindPrefix(text: string, from: number, most: number): { start: number; end: number } | undefined {
  const ceiling = Math.min(text.length, from + most)
  let start = from
  while (start < ceiling) {
    if (!isBase64(text.charCodeAt(start))) {
      start += 1
      continue
    }
    const end = runEnd(text, start)
    if (end - start === 5 && text.startsWith('BEGIN', start)) return undefined
    if (end - start >= LEAST_BEHIND_PREFIX) {
      const run = text.slice(start, Math.min(end, start + 64))
      if (/\d/.test(run) && /[a-z]/.test(run) && /[A-Z]/.test(run))
        return other.test(text.slice(from, start)) || / END|-END/.test(text.slice(from, start))
          ? undefined
          : { start, end }
    }
    start = end
  }
  return undefined
}

/** The offset behind the same prefix as before, its numbers left out; -1 where another stands. */
function samePrefix(text: string, from: number, prefix: string): number {
  let at = from
  for (let index = 0; index < prefix.length; index += 1) {
    const code = prefix.charCodeAt(index)
    if (!isDigit(code)) {
      if (text.charCodeAt(at) !== code) return -1
      at += 1
      continue
    }
    while (isDigit(prefix.charCodeAt(index + 1))) index += 1
    const before = at
    while (at - before < 20 && isDigit(text.charCodeAt(at))) at += 1
    if (at === before) return -1
  }
  return at
}

const PUTTY = 'PuTTY-User-Key-File-'

/**
 * @param text - the text
 * @param colon - a colon
 * @returns the span of the PuTTY key whose first line that colon stands in, or undefined
 */
export function puttyAt(text: string, colon: number): { start: number; end: number } | undefined {
  const start = colon - PUTTY.length - 1
  if (start < 0 || !text.startsWith(PUTTY, start)) return undefined
  const part = text.slice(colon, colon + LONGEST)
  const mac = /Private-MAC: ?[0-9a-f]{16,64}/.exec(part)
  if (mac) return { start, end: colon + mac.index + mac[0].length }
  const lines = /Private-Lines: ?\d{1,4}(?:(?:\s|\\[nr]){1,4}[A-Za-z0-9+/=]{4,80}){1,200}/.exec(part)
  return lines ? { start, end: colon + lines.index + lines[0].length } : undefined
}
