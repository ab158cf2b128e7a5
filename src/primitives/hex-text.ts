/** 1 for the codes of lower-case hex digits. */
const isDigit = new Uint8Array(128)
for (const digit of '0123456789abcdef') isDigit[digit.charCodeAt(0)] = 1

/**
 * Tells texts as `sha256:` and 64 digits. By a table: in a random digest a regular expression's question, digit or letter,
 * is guessed wrong by the processor every other time, which takes longer than all the rest.
 *
 * @param prefix - what comes first
 * @param digits - how many lower-case hex digits follow
 * @returns whether a text is just that
 */
export function prefixedHex(prefix: string, digits: number): (text: string) => boolean {
  const length = prefix.length + digits
  return (text) => {
    if (text.length !== length || !text.startsWith(prefix)) return false
    for (let index = prefix.length; index < length; index += 1) if (isDigit[text.charCodeAt(index)] !== 1) return false
    return true
  }
}
