/** Text from receipts on a page: nothing in it hides, or turns the writing direction. */

/**
 * Control and format characters (line breaks, escape sequences, bidirectional overrides, characters without width), line
 * separators, halves of surrogate pairs, private use, and all else that is not drawn by itself.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * Writes characters that can't be seen so that they can. It escapes for no format: HTML, Markdown and PDF do that with the
 * result.
 *
 * @param text - Any text, lone surrogates included.
 * @returns The text on one line: each such character as `\u{202E}`.
 */
export function visible(text: string): string {
  return text.replace(hidden, (char) => `\\u{${char.codePointAt(0)?.toString(16).toUpperCase()}}`)
}
