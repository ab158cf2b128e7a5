/** Tables of text. */
import { printable } from '../printable.js'

/** The widest that the first column gets. */
const WIDEST = 40

/**
 * @param head - the titles
 * @param rows - as many cells each; text from receipts is made harmless here
 * @returns the lines, indented; the first column to the left, the others under their titles
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows].map((row) => row.map((cell) => printable(cell, WIDEST * 3)))
  const widths = head.map((_, column) =>
    Math.min(column === 0 ? WIDEST : 120, Math.max(...all.map((row) => row[column]?.length ?? 0))),
  )
  return all.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}
