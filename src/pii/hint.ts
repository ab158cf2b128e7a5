/** What the name of a place says of its value. */

const name = /[\p{L}\p{M}\p{N}_-]+/gu

/**
 * @param path - a member's path: `details.metadata.homePhone`, `input["e-mail"]`, `tags[2]`
 * @returns its last name in lower-case words: `home phone`; empty for `input`, `output` and the like
 */
export function hintOf(path: string): string {
  const names = path.match(name) ?? []
  const last = names.findLastIndex((part) => !/^\d+$/.test(part))
  if (last <= 0) return ''
  return (names[last] as string)
    .replace(/(\p{Ll})(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$2 ')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
}
