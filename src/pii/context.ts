/** Words beside a candidate that raise or lower its score. */
import type { Haystack } from './detector.js'

/** Words to look for; made by `contextWords`. */
export type ContextWords = RegExp

/** How many characters before and behind a candidate are looked at. */
const BEFORE = 64
const BEHIND = 32

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/**
 * Compiles a list of words.
 *
 * @param words - lower case; as it is: a whole word or phrase, a digit may follow (`tel2`); with a `*` before or behind (or both): a word may go on there
 * @returns what `near` takes
 */
export function contextWords(...words: readonly string[]): ContextWords {
  const parts = words.map((word) => {
    const open = word.startsWith('*')
    const close = word.endsWith('*')
    const bare = escaped(word.slice(open ? 1 : 0, close ? -1 : undefined)).replaceAll(' ', '[ _-]?')
    return `${open ? '' : '(?<![\\p{L}\\p{N}])'}${bare}${close ? '' : '(?!\\p{L})'}`
  })
  return new RegExp(parts.join('|'), 'u')
}

/**
 * @param haystack - the text and its hint
 * @param start - of the candidate
 * @param end - of the candidate
 * @param words - to look for
 * @returns whether one of the words stands near before it, in its hint, or behind it
 */
export function near(haystack: Haystack, start: number, end: number, words: ContextWords): boolean {
  return before(haystack, start, words) || behind(haystack, end, words)
}

/**
 * @param haystack - the text and its hint
 * @param start - of the candidate
 * @param words - to look for
 * @returns whether one of the words stands near before it or in its hint
 */
export function before(haystack: Haystack, start: number, words: ContextWords): boolean {
  if (haystack.hint !== '' && words.test(haystack.hint)) return true
  if (start === 0) return false
  const around = aroundIn(haystack)
  if (around.start !== start) {
    around.start = start
    around.before = plain(haystack.text.slice(wordFrom(haystack.text, start), start))
  }
  return words.test(around.before)
}

/**
 * @param haystack - the text
 * @param end - of the candidate
 * @param words - to look for
 * @returns whether one of the words stands near behind it
 */
export function behind(haystack: Haystack, end: number, words: ContextWords): boolean {
  if (end >= haystack.text.length) return false
  const around = aroundIn(haystack)
  if (around.end !== end) {
    around.end = end
    around.behind = plain(haystack.text.slice(end, wordTo(haystack.text, end)))
  }
  return words.test(around.behind)
}

/** What stands around the candidate that was looked at last: mostly it is asked for several lists of words. */
interface Around {
  start: number
  end: number
  before: string
  behind: string
}

const arounds = new WeakMap<Haystack, Around>()

function aroundIn(haystack: Haystack): Around {
  let around = arounds.get(haystack)
  if (!around) {
    around = { start: -1, end: -1, before: '', behind: '' }
    arounds.set(haystack, around)
  }
  return around
}

const isLetter = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code > 0x7f

/** What a window's edge leaves of a word is none: `xylophone` holds no `phone`. */
function wordFrom(text: string, start: number): number {
  let from = Math.max(0, start - BEFORE)
  if (from > 0 && isLetter(text.charCodeAt(from - 1))) {
    while (from < start && isLetter(text.charCodeAt(from))) from += 1
  }
  return from
}

function wordTo(text: string, end: number): number {
  let to = Math.min(text.length, end + BEHIND)
  if (to < text.length && isLetter(text.charCodeAt(to))) {
    while (to > end && isLetter(text.charCodeAt(to - 1))) to -= 1
  }
  return to
}

const camel = /([a-z])(?=[A-Z])/g

/** Camel case is taken apart, so that `homePhone` holds the word `phone`. */
const plain = (text: string): string => text.replace(camel, '$1 ').toLowerCase()
