/** What the name of a place says of its value. */

/**
 * @param path - a member's path: `details.metadata.homePhone`, `input["e-mail"]`, `tags[2]`
 * @returns its last name in lower-case words: `home phone`; empty for `input`, `output` and the like
 */
export function hintOf(path: string): string {
  const names = path.match(/[\p{L}\p{N}_-]+/gu) ?? []
  const last = names.findLast((name) => !/^\d+$/.test(name))
  if (last === undefined || names[0] === last) return ''
  return last
    .replace(/([a-z])(?=[A-Z])/g, '$1 ')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
}
