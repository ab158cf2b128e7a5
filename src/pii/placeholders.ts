/** What redaction leaves: `[EMAIL]`, `[EMAIL_1]`, `[EMAIL:hmac:…]`. */

/** Digits only as the number of a token or in a hash that has letters: nobody hides a number behind brackets. */
const left = /\[[A-Z][A-Z_]{0,63}(?:[1-9][0-9]{0,6})?(?::hmac:(?![0-9]+\])[0-9a-f]{16,64})?\]/g

/** A stretch of a text, in UTF-16 offsets, the end exclusive. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/**
 * @param text - a text after redaction, or one that holds such words of its own
 * @returns where placeholders stand, in order
 */
export function placeholdersIn(text: string): Stretch[] {
  if (!text.includes('[')) return []
  return [...text.matchAll(left)].map(({ 0: word, index }) => ({ start: index, end: index + word.length }))
}
