/** Receipts come from others: what they hold is never let loose on a terminal. */

/**
 * Control and format characters (escape sequences, bidirectional overrides, invisible characters), line separators,
 * halves of surrogate pairs, private use.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * @param text - any text
 * @param most - how many characters to keep; the rest is counted
 * @returns it on one line, with nothing that moves a cursor, hides, or turns the writing direction
 */
export function printable(text: string, most = 500): string {
  const shown = text.length > most ? `${text.slice(0, most)}` : text
  const escaped = shown.replace(unsafe, (char) => named[char] ?? `\\u{${char.codePointAt(0)?.toString(16)}}`)
  return text.length > most ? `${escaped}… (${text.length} characters)` : escaped
}

const unsafeInJson = /[\u007f-\uffff]/g

/**
 * @param value - JSON
 * @param indent - spaces a level; none puts all on one line
 * @returns JSON in ASCII with a newline: the same value, safe to print
 */
export function printableJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, undefined, indent)
  return `${json.replace(unsafeInJson, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}

/**
 * @param line - a stored line
 * @returns the same JSON, in which nothing moves a cursor or hides: for a terminal, where nobody takes it for the stored line
 */
export function shownLine(line: string): string {
  return line.replace(unsafe, (char) =>
    [...char]
      .flatMap((one) => Array.from({ length: one.length }, (_, index) => one.charCodeAt(index)))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/**
 * @param line - a stored line
 * @returns the same JSON in ASCII, as it is stored: written again, it could be too deep, or lose a member that is there twice
 */
export function asciiLine(line: string): string {
  return line
    .replace(/[\t\r]/g, ' ')
    .replace(unsafeInJson, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
