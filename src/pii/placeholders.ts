/** Where redaction has left `[EMAIL]`, `[EMAIL_1]` or `[EMAIL:hmac:…]` in a text. */
import { placeholderEnd } from './folding/placeholders.js'

/** A stretch of a text, in UTF-16 offsets, the end exclusive. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/**
 * @param text - a text after redaction, or one that holds such words of its own
 * @param types - beside those of the package
 * @returns where placeholders stand, in order
 */
export function placeholdersIn(text: string, types: ReadonlySet<string>): Stretch[] {
  const found: Stretch[] = []
  for (let start = text.indexOf('['); start >= 0; start = text.indexOf('[', start + 1)) {
    const end = placeholderEnd(text, start, types)
    if (end > start) found.push({ start, end })
  }
  return found
}
