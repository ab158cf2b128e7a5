/** What was seen: a look whose result nobody keeps may be left out by the engine. */
const seen = new Uint16Array(1)

/**
 * A text that was put together of pieces keeps all of them, until somebody looks into it: then it becomes one piece and lets
 * go of the others. For what is kept long.
 *
 * @param text - any text
 * @returns the same text
 */
export function inOnePiece(text: string): string {
  seen[0] = text.charCodeAt(0)
  return text
}

/**
 * A part of a text keeps the whole text: for what is kept of a line longer than the line.
 *
 * @param text - any text
 * @returns the same text, which keeps no other of more than a character more
 */
export function ownText(text: string): string {
  return inOnePiece(` ${text}`).slice(1)
}
