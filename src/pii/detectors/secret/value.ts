/** Where a value behind a telling word ends. */
import { isSpace, isToken } from './chars.js'

/** A value in the text. */
export interface Value {
  readonly start: number
  readonly end: number
  readonly quoted: boolean
}

const LONGEST = 2_048

const closing: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '`': '`',
  '“': '”',
  '„': '“',
  '«': '»',
  '‘': '’',
  '‚': '‘',
  '»': '«',
}

/** A glance at whether it is one of the above. */
const mayOpen = (code: number): boolean => code >= 0x80 || code === 0x22 || code === 0x27 || code === 0x60

/** Whether what follows a `,` or `;` begins something else. */
const nextMember = /[\s"'}\])]|[\w.-]{1,40}\s?[=:]|$/y
const nextParameter = /(?:amp;)?[\w.[\]%-]{1,60}=/y

/** Reads values; remembers how far it has looked, so that no stretch is looked through twice. */
export interface Values {
  /**
   * @param from - first character of the value, or the quote that opens it
   * @returns where it ends; undefined where there is none
   */
  at(from: number): Value | undefined
}

interface Looked {
  from: number
  to: number
}

const stops = new Uint8Array(128)
for (const sign of ' \t\r\n\f\v"`') stops[sign.charCodeAt(0)] = 1
for (const sign of "'\\<,;&|") stops[sign.charCodeAt(0)] = 2

/** Whether an unquoted value ends before this character. */
function endsAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code >= 128)
    return code === 0xa0 || code === 0x202f || code === 0xab || code === 0xbb || code === 0x201c || code === 0x201d
  const stop = stops[code]
  if (stop !== 2) return stop === 1
  const next = text[at + 1] ?? ''
  switch (code) {
    case 0x27:
      return next === '' || !/[\p{L}\p{N}]/u.test(next)
    case 0x5c:
      return next !== '' && '"\'ntr\\'.includes(next)
    case 0x3c:
      return /[/a-z!]/.test(next)
    case 0x26:
      nextParameter.lastIndex = at + 1
      return nextParameter.test(text)
    case 0x7c:
      return next === '' || isSpace(next.charCodeAt(0))
    default:
      nextMember.lastIndex = at + 1
      return nextMember.test(text)
  }
}

/**
 * @param text - the text
 * @returns what reads its values
 */
export function valuesOf(text: string): Values {
  const plain: Looked = { from: 0, to: 0 }
  const byClose = new Map<string, Looked>()

  const quotedEnd = (start: number, close: string, escaped: boolean): number => {
    let looked = byClose.get(close)
    if (!looked) {
      looked = { from: 0, to: 0 }
      byClose.set(close, looked)
    }
    const stop = Math.min(text.length, start + LONGEST)
    const again = start >= looked.from && start < looked.to
    let at = again ? looked.to : start
    if (!again) looked.from = start
    for (; at < stop; at += 1) {
      const code = text.charCodeAt(at)
      if (code === 0x0a) break
      if (code === 0x5c) {
        if (escaped) {
          if (text[at + 1] === close) break
        } else at += 1
      } else {
        const sign = text[at] as string
        if (sign === close || (close === '“' && sign === '”')) break
      }
    }
    looked.to = Math.max(looked.from, Math.min(at, stop))
    if (at >= stop || text.charCodeAt(at) === 0x0a) return -1
    return at
  }

  return {
    at(from) {
      let start = from
      let escaped = false
      if (text.charCodeAt(start) === 0x5c && (text[start + 1] === '"' || text[start + 1] === "'")) {
        escaped = true
        start += 1
      }
      while (text.charCodeAt(start) === 0x2a && start - from < 3) start += 1
      const close = mayOpen(text.charCodeAt(start)) ? closing[text[start] as string] : undefined
      if (close !== undefined) {
        const end = quotedEnd(start + 1, close, escaped)
        if (end >= 0) return close === '»' ? inside(text, start + 1, end) : { start: start + 1, end, quoted: true }
        start += 1
      }
      const stop = Math.min(text.length, start + LONGEST)
      const again = start >= plain.from && start < plain.to
      let end = again ? plain.to : start
      if (!again) plain.from = start
      while (end < stop && !endsAt(text, end)) end += 1
      plain.to = Math.max(plain.from, end)
      if (end - start >= LONGEST) return undefined
      return end > start ? { start, end: trimmed(text, start, end), quoted: false } : undefined
    },
  }
}

const isGap = (code: number): boolean => isSpace(code) || code === 0x202f

/** French guillemets stand apart from what they hold. */
function inside(text: string, from: number, to: number): Value | undefined {
  let start = from
  let end = to
  while (start < end && isGap(text.charCodeAt(start))) start += 1
  while (end > start && isGap(text.charCodeAt(end - 1))) end -= 1
  return end > start ? { start, end, quoted: true } : undefined
}

const LINE = 96

/** Whether emphasis of markdown that began before a value is still open there: only then a `*` behind closes it. */
function isEmphasised(text: string, start: number): boolean {
  let runs = 0
  const floor = Math.max(0, start - LINE)
  for (let at = start - 1; at >= floor && text.charCodeAt(at) !== 0x0a; at -= 1) {
    if (text.charCodeAt(at) !== 0x2a) continue
    const bullet = text.charCodeAt(at + 1) === 0x20 && (at === 0 || text.charCodeAt(at - 1) === 0x0a)
    if (!bullet) runs += 1
    while (at > floor && text.charCodeAt(at - 1) === 0x2a) at -= 1
  }
  return runs % 2 === 1
}

const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{', '>': '<' }

/** Punctuation of the sentence and brackets that were opened before the value are no part of it. */
function trimmed(text: string, start: number, end: number): number {
  let last = end
  let emphasised: boolean | undefined
  while (last > start) {
    if (isToken(text.charCodeAt(last - 1))) break
    const sign = text[last - 1] as string
    const open = pairs[sign]
    if (open !== undefined) {
      if (text.slice(start, last - 1).includes(open)) break
    } else if (sign === '*') {
      emphasised ??= isEmphasised(text, start)
      if (!emphasised) break
    } else if (!".,;:?'".includes(sign) && sign !== '…') break
    last -= 1
  }
  return last
}
