/** Comma-separated values by RFC 4180, in which no cell is a formula to a spreadsheet. */
import { printable } from '../printable.js'

/** What a spreadsheet takes for the beginning of a formula, full-width forms included. */
const formula = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u

/**
 * @param value - of a receipt; a number is our own or JSON's, and stands as it is
 * @returns one cell: on one line, visible, quoted where it must be, with an apostrophe before what would be a formula
 */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const shown = printable(value, 2_000)
  const begun = formula.test(shown) || formula.test(value) ? `'${shown}` : shown
  // where a comma stands in numbers, a spreadsheet takes a semicolon for the end of a cell
  const defused = begun.replaceAll(/;(?=\s*["']?[=+\-@\uff1d\uff0b\uff0d\uff20])/gu, ";'")
  return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused
}

/**
 * @param cells - of one row
 * @returns the row with its line end
 */
export function csvRow(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}
