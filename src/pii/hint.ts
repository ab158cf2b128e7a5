/** What the name of a place says of its value. */

const name = /[\p{L}\p{M}\p{N}_-]+/gu

/** A longer name is a sentence. */
const LONGEST = 64

/**
 * @param text - a name as programs write it: `homePhone`, `home_phone`, `IBANNumber`
 * @returns its words in lower case: `home phone`
 */
export function wordsOfName(text: string): string {
  return text
    .slice(0, LONGEST)
    .replace(/(\p{Ll})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$2 ')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
}

/**
 * @param path - a member's path: `details.metadata.homePhone`, `input["e-mail"]`, `tags[2]`
 * @returns its last name in lower-case words: `home phone`; empty for `input`, `output` and the like
 */
export function hintOf(path: string): string {
  const names = path.match(name) ?? []
  const last = names.findLastIndex((part) => !/^\d+$/.test(part))
  return last <= 0 ? '' : wordsOfName(names[last] as string)
}
