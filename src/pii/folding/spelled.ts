/** Addresses that are spelled out: `alice [at] corp [dot] com`, `john dot smith at corp dot com`. */
import { topLevel } from '../text/email-domain.js'
import { saysPlace } from '../text/places.js'
import { createEdits, type Edited } from './edits.js'

const words = (...all: string[]): ReadonlySet<string> => new Set(all)

const atWords = words(
  ...[
    '@',
    'at',
    'a',
    'ät',
    'aet',
    'æt',
    'arobase',
    'arobas',
    'arrobase',
    'arroba',
    'chiocciola',
    'chiocciolina',
    'klammeraffe',
  ],
  ...['apenstaartje', 'apenstaart', 'apestaartje', 'apestaart', 'affenschwanz', 'atsign', 'chez', 'presso', 'bei'],
)
const dotWords = words('.', 'dot', 'punkt', 'point', 'punto', 'punt', 'ponto', 'period', 'pkt', 'pt', 'd0t')

/** Said aloud, only these: `a`, `bei` and the like are ordinary words. */
const saidAt = words(
  'at',
  'arobase',
  'arobas',
  'arroba',
  'chiocciola',
  'klammeraffe',
  'apenstaartje',
  'apestaartje',
  'ät',
)
const saidDot = words('dot', 'punkt', 'point', 'punto', 'punt', 'ponto')
const saidSigns: ReadonlyMap<string, string> = new Map([
  ['underscore', '_'],
  ['unterstrich', '_'],
  ['dash', '-'],
  ['hyphen', '-'],
  ['minus', '-'],
  ['bindestrich', '-'],
  ['tiret', '-'],
  ['plus', '+'],
])
const lastLabels = words(
  ...'com net org edu gov info biz io ai co uk de at ch fr be nl es it eu us ca ie lu pt pl se dk no fi cz me app dev cloud online'.split(
    ' ',
  ),
)
const noHost = words('the', 'a', 'an', 'this', 'that', 'our', 'your', 'my', 'each', 'every', 'one')

/** What a spelled-out address can't do without. */
const telling = /(?:dot|DOT|Dot|punkt|PUNKT|point|POINT|punto|PUNTO|punt|PUNT|ponto|AT) /g

const LONGEST_WORD = 16
const LONGEST_LABEL = 63
const MOST_WORDS = 16

const letter = /^\p{L}$/u
const isSpace = (code: number): boolean => code === 0x20 || code === 0x09
const isAlnum = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  (code > 0x7f && letter.test(String.fromCharCode(code)))
const isLocal = (code: number): boolean =>
  isAlnum(code) || code === 0x2e || code === 0x5f || code === 0x2d || code === 0x2b

const QUOTE = 0x22
const closers: ReadonlySet<number> = new Set([0x29, 0x5d, 0x7d, 0x3e])

/** @param code - of a unit @returns whether it opens a bracket */
export const isOpener = (code: number): boolean => code === 0x28 || code === 0x5b || code === 0x7b || code === 0x3c

/** What a word in brackets stands for; empty where it is no sign. */
function signOf(text: string, from: number, to: number): string {
  const first = text.charCodeAt(from)
  const second = text.charCodeAt(from + 1) | 0x20
  // the most usual ones, without making a string
  if (to - from === 2 && (first | 0x20) === 0x61 && second === 0x74) return '@'
  if (to - from === 3 && (first | 0x20) === 0x64 && second === 0x6f && (text.charCodeAt(from + 2) | 0x20) === 0x74)
    return '.'
  const word = text.slice(from, to).toLowerCase()
  return atWords.has(word) ? '@' : dotWords.has(word) ? '.' : word === ':' ? ':' : ''
}

interface Sign {
  readonly start: number
  readonly end: number
  readonly by: string
}

function forward(text: string, from: number): number {
  let at = from
  while (at < from + 3 && isSpace(text.charCodeAt(at))) at += 1
  return at
}

function backward(text: string, from: number): number {
  let at = from
  while (at > from - 3 && isSpace(text.charCodeAt(at - 1))) at -= 1
  return at
}

/**
 * @param text - the text
 * @param open - of an opening bracket
 * @returns the sign that a bracketed word stands for, blanks around it included
 */
export function bracketedAt(text: string, open: number): Sign | undefined {
  const from = forward(text, open + 1)
  const first = text.charCodeAt(from)
  let to = from
  if (first === 0x2e || first === 0x40 || first === 0x3a) to += 1
  else while (to < from + LONGEST_WORD && isAlnum(text.charCodeAt(to))) to += 1
  if (to === from) return undefined
  const close = forward(text, to)
  if (!closers.has(text.charCodeAt(close))) return undefined
  const by = signOf(text, from, to)
  return by === '' ? undefined : { start: backward(text, open), end: forward(text, close + 1), by }
}

function labelEnd(text: string, from: number): number {
  let to = from
  while (to < from + LONGEST_LABEL && (isAlnum(text.charCodeAt(to)) || text.charCodeAt(to) === 0x2d)) to += 1
  return to
}

/** Whether a host with a dot in it, of whatever spelling, begins here. */
function hostAt(text: string, from: number): boolean {
  const to = labelEnd(text, from)
  if (to === from) return false
  if (text.charCodeAt(to) === 0x2e) return isAlnum(text.charCodeAt(to + 1))
  const next = forward(text, to)
  if (isOpener(text.charCodeAt(next))) return bracketedAt(text, next)?.by === '.'
  const end = labelEnd(text, next)
  return next > to && saidDot.has(text.slice(next, end).toLowerCase()) && isAlnum(text.charCodeAt(forward(text, end)))
}

function believed(text: string, { start, end, by }: Sign): boolean {
  const before = text.charCodeAt(start - 1)
  if (start === 0 || !isAlnum(text.charCodeAt(end)))
    return by === '@' && start > 0 && (isLocal(before) || before === QUOTE) && hostAt(text, end)
  if (by === '@') return (isLocal(before) || before === QUOTE) && hostAt(text, end)
  return isAlnum(before)
}

const wordStart = (text: string, end: number, belongs: (code: number) => boolean): number => {
  let at = end
  while (at > 0 && at > end - LONGEST_LABEL && belongs(text.charCodeAt(at - 1))) at -= 1
  return at
}

/** The bracketed sign that ends at `end`. */
function bracketBefore(text: string, end: number): Sign | undefined {
  const floor = Math.max(0, end - LONGEST_WORD - 8)
  let open = end - 2
  while (open >= floor && !isOpener(text.charCodeAt(open))) open -= 1
  const sign = open >= floor ? bracketedAt(text, open) : undefined
  return sign && sign.end >= end ? sign : undefined
}

const isLastLabel = (text: string, from: number): boolean =>
  lastLabels.has(text.slice(from, labelEnd(text, from)).toLowerCase())

/** Whether the word before makes a noun of the one that begins here: `the team at`. */
function hasArticle(text: string, label: number): boolean {
  const end = backward(text, label)
  return end < label && noHost.has(text.slice(wordStart(text, end, isAlnum), end).toLowerCase())
}

/**
 * Goes back from a dot before a last label, word by word, to the beginning of an address. Where the label is a rare one, the
 * at-sign has to stand in brackets.
 */
function spokenBack(text: string, first: Sign, rare: boolean): Sign[] {
  const signs: Sign[] = []
  let sign = first
  let sawAt = false
  let weak = false
  for (let count = 0; count < MOST_WORDS; count += 1) {
    signs.push(sign)
    const label = wordStart(text, sign.start, (code) => isLocal(code) || code === 0x40)
    const value = text.slice(label, sign.start)
    if (value === '') return sawAt ? signs.slice(0, -1) : []
    if (value.includes('@')) return sawAt ? [] : signs
    if (!sawAt && noHost.has(value.toLowerCase())) return []
    if (weak && (saysPlace(value) || hasArticle(text, label))) return []
    weak = false
    const wordEnd = backward(text, label)
    if (closers.has(text.charCodeAt(wordEnd - 1))) {
      const bracket = bracketBefore(text, wordEnd)
      if (!bracket || bracket.by === ':' || (bracket.by === '@' && sawAt)) return signs
      if (bracket.by === '@') sawAt = true
      sign = bracket
      continue
    }
    const word = wordStart(text, wordEnd, isAlnum)
    const said = text.slice(word, wordEnd).toLowerCase()
    const spaced = wordEnd < label && word > 0 && isSpace(text.charCodeAt(word - 1))
    const by = saidDot.has(said) ? '.' : saidAt.has(said) ? '@' : (saidSigns.get(said) ?? '')
    if (!spaced || by === '' || (by === '@' && sawAt)) return sawAt ? signs : []
    if (by === '@') {
      if (rare) return []
      sawAt = true
      weak = said === 'at'
    }
    sign = { start: backward(text, word), end: label, by }
  }
  return sawAt ? signs : []
}

const hostBehind = /[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,24}(?![a-zA-Z0-9])/y

/** `alice AT example.com`: capitals between small letters. */
function capitalAt(text: string, at: number): Sign | undefined {
  const before = text.charCodeAt(at - 2)
  if (!isSpace(text.charCodeAt(at - 1)) || !((before >= 0x61 && before <= 0x7a) || (before >= 0x30 && before <= 0x39)))
    return undefined
  hostBehind.lastIndex = at + 3
  return hostBehind.test(text) ? { start: at - 1, end: at + 3, by: '@' } : undefined
}

/** Where they came in order, nothing is to be sorted. */
function inOrder(signs: Sign[]): Sign[] {
  for (let index = 1; index < signs.length; index += 1)
    if ((signs[index - 1] as Sign).start > (signs[index] as Sign).start) return signs.sort((a, b) => a.start - b.start)
  return signs
}

/**
 * @param text - after the other foldings
 * @param brackets - whether a bracketed sign was seen in it
 * @returns the text with its signs written as signs, or `undefined` where there are none
 */
export function unspelled(text: string, brackets: boolean): Edited | undefined {
  const signs: Sign[] = []
  telling.lastIndex = 0
  for (let found = telling.exec(text); found; found = telling.exec(text)) {
    const { index: at } = found
    if (at === 0 || !isSpace(text.charCodeAt(at - 1))) continue
    if (found[0] === 'AT ') {
      const sign = capitalAt(text, at)
      if (sign) signs.push(sign)
      continue
    }
    const start = backward(text, at)
    const end = forward(text, telling.lastIndex - 1)
    if (start === at) continue
    const rare = !isLastLabel(text, end)
    if (!rare || (brackets && topLevel(text.slice(end, labelEnd(text, end))) === 2))
      signs.push(...spokenBack(text, { start, end, by: '.' }, rare))
  }
  if (brackets) {
    for (let at = 0; at < text.length; at += 1) {
      if (!isOpener(text.charCodeAt(at))) continue
      const sign = bracketedAt(text, at)
      if (!sign || !believed(text, sign)) continue
      signs.push(sign)
      // `joe at example [dot] com`; with a full stop between the brackets it may as well be a host that none should click
      if (sign.by === '.' && isLastLabel(text, sign.end) && isAlnum(text.charCodeAt(forward(text, at + 1))))
        signs.push(...spokenBack(text, sign, false))
    }
  }
  if (signs.length === 0) return undefined
  const edits = createEdits(text)
  for (const { start, end, by } of inOrder(signs)) {
    if (start >= edits.done) edits.replace(start, end, by)
  }
  return edits.finish()
}
