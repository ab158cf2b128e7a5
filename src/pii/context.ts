/** Words beside a candidate that raise or lower its score. */
import type { Haystack } from './detector.js'

/** Words to look for; made by `contextWords`. */
export type ContextWords = RegExp

/** How many characters before and behind a candidate are looked at. */
const BEFORE = 64
const BEHIND = 32

/** What redaction left is no context: `[CREDIT_CARD]` says nothing of the number beside it. */
const placeholder = /\[[A-Z][A-Z0-9_]*(?::hmac:[0-9a-z]+)?\]/g

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/**
 * Compiles a list of words.
 *
 * @param words - lower case; as it is: a whole word or phrase; with a `*` before or behind (or both): a word may go on there
 * @returns what `near` takes
 */
export function contextWords(...words: readonly string[]): ContextWords {
  const parts = words.map((word) => {
    const open = word.startsWith('*')
    const close = word.endsWith('*')
    const bare = escaped(word.slice(open ? 1 : 0, close ? -1 : undefined)).replaceAll(' ', '[ _-]?')
    return `${open ? '' : '(?<![\\p{L}\\p{N}])'}${bare}${close ? '' : '(?![\\p{L}\\p{N}])'}`
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
export function before({ text, hint }: Haystack, start: number, words: ContextWords): boolean {
  if (hint !== '' && words.test(hint)) return true
  return start > 0 && words.test(plain(text.slice(Math.max(0, start - BEFORE), start)))
}

/**
 * @param haystack - the text
 * @param end - of the candidate
 * @param words - to look for
 * @returns whether one of the words stands near behind it
 */
export function behind({ text }: Haystack, end: number, words: ContextWords): boolean {
  return end < text.length && words.test(plain(text.slice(end, end + BEHIND)))
}

/** Camel case is taken apart, so that `homePhone` holds the word `phone`. */
const plain = (text: string): string =>
  text
    .replace(placeholder, ' ')
    .replace(/([a-z])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
