/** Text as Markdown that says just that text: no mark-up, no HTML, no link that GitHub would make of it. */
import { visible } from '../text/visible.js'

/**
 * What GitHub makes links or pictures of after the Markdown was read, where no escape reaches: addresses, mentions,
 * references to issues and commits, names of pictures between colons, formulas, colour codes.
 */
const made = /[@#$]|:\/\/|www\.|mailto:|xmpp:|gh-\d|:(?:[\w+-]*[a-z_+-][\w+-]*|100|1234):/iu

const commit = /(?<![\w-])[0-9a-f]{7,}(?![\w-])/

const special = /[\\`*_[\]<>~&|{}!^]/g

/** What would begin a list, a heading, a rule or a quotation at the beginning of a line. */
const lineStart = /^(?:([-+=#>:])|(\d{1,9})([.)]))/

/**
 * Escapes text.
 *
 * @param text - Any text.
 * @returns Markdown for a paragraph, a list's item or a table's cell, without line breaks.
 */
export function escapeText(text: string): string {
  return visible(text)
    .split(/( +)/)
    .map((part) => (part.startsWith(' ') ? ' ' : escapeWord(part)))
    .join('')
}

/**
 * Escapes text that must stand as it is.
 *
 * @param text - Any text.
 * @returns A code span; where the text has a pipe, which would end a table's cell, several with the pipe between.
 */
export function escapeCode(text: string): string {
  return visible(text)
    .split('|')
    .map((part) => (part === '' ? '' : codeSpan(part)))
    .join('&#124;')
}

/**
 * Makes sure that a line of text is not taken for another kind of block.
 *
 * @param line - Markdown without line breaks.
 * @returns The same text as a paragraph's.
 */
export function asParagraph(line: string): string {
  return line
    .trim()
    .replace(lineStart, (_, sign, number, dot) => (sign === undefined ? `${number}\\${dot}` : `\\${sign}`))
}

/**
 * Makes text heavy.
 *
 * @param text - Any text.
 * @returns Markdown; of text that is only space, nothing.
 */
export function escapeStrong(text: string): string {
  // space beside the asterisks, no-break space among it, would leave them standing
  const inner = escapeText(visible(text).trim())
  return inner === '' ? '' : `**${inner}**`
}

function escapeWord(word: string): string {
  if (made.test(word) || commit.test(word)) return escapeCode(word)
  return word.replace(special, (char) => (char === '|' ? '&#124;' : char === '\\' ? '&#92;' : `\\${char}`))
}

function codeSpan(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const padded = /^[` ]|[` ]$/.test(text) ? ` ${text} ` : text
  return `${fence}${padded}${fence}`
}
