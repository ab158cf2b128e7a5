/** A row of figures, in the order of the columns. */
export type Row = Readonly<Record<string, string | number>>

/** A table with what it shows and how it was had. */
export interface Section {
  readonly name: string
  readonly note: string
  readonly rows: readonly Row[]
}

/** @returns the number with so many digits after the point, as a number */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** @returns the value below which such a share of them lies */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))]!
}

/** Prints a section as text. */
export function print({ name, note, rows }: Section): void {
  console.log(`\n${name}\n${note}`)
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const text = rows.map((row) => columns.map((column) => String(row[column] ?? '')))
  const widths = columns.map((column, i) => Math.max(column.length, ...text.map((cells) => cells[i]!.length)))
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  console.log(line(columns))
  for (const cells of text) console.log(line(cells))
}
