/** How wide the columns of a table are. */
import type { Extent } from '../lines.js'

/** How much more a column with more text gets: from "a little" to "all in proportion". */
const powers = [0.5, 0.7, 0.85, 1, 1.2]

/**
 * Shares a width between columns, so that the table comes out as short as may be: each column gets its longest word if
 * that can be, and the rest goes by how much text it has.
 *
 * @param rows - What the cells of each row ask for, room beside the text included; as many in each.
 * @param width - What there is, in points.
 * @param least - What no column goes below as long as there is room for all.
 * @returns As many widths as a row has cells, with that sum.
 */
export function shareWidth(rows: readonly (readonly Extent[])[], width: number, least: number): number[] {
  const most = (i: number, member: keyof Extent): number =>
    rows.reduce((value, row) => Math.max(value, row[i]?.[member] ?? 0), least)
  const columns = (rows[0] ?? []).map((_, i) => ({
    whole: most(i, 'whole'),
    word: most(i, 'word'),
    part: most(i, 'part'),
  }))
  const sum = total(columns.map(({ whole }) => whole))
  // All fits on one line: what is left goes to all alike, so that the table is as wide as the text around it.
  if (sum <= width) return columns.map(({ whole }) => whole + (width - sum) / columns.length)
  // Words stay whole if all columns have room for theirs. Ids are broken at their joints before any word is.
  const cap = width * 0.5
  const words = columns.map(({ word }) => Math.min(word, cap))
  const floors = total(words) < width ? words : columns.map(({ part }) => Math.min(part, cap))
  const floor = total(floors)
  if (floor >= width) return floors.map((value) => (value * width) / floor)
  let best: { readonly widths: number[]; readonly lines: number } | undefined
  for (const power of powers) {
    const widths = filled(columns, floors, width - floor, power)
    const lines = linesIn(rows, widths)
    if (best === undefined || lines < best.lines) best = { widths, lines }
  }
  return (best as { readonly widths: number[] }).widths
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Gives the rest to the columns that want more; what one does not need goes to the others. */
function filled(
  columns: readonly { readonly whole: number }[],
  floors: readonly number[],
  room: number,
  power: number,
): number[] {
  const widths = [...floors]
  let rest = room
  let open = columns.map(({ whole }, i) => ({ i, whole, weight: Math.max(0, whole - (floors[i] as number)) ** power }))
  while (open.length > 0 && rest > 0.01) {
    const weights = total(open.map(({ weight }) => weight))
    if (weights === 0) break
    const share = rest
    const next: typeof open = []
    for (const column of open) {
      const has = widths[column.i] as number
      const given = Math.min(column.whole - has, (share * column.weight) / weights)
      widths[column.i] = has + given
      rest -= given
      if (has + given < column.whole) next.push(column)
    }
    if (next.length === open.length) break
    open = next
  }
  return widths
}

function linesIn(rows: readonly (readonly Extent[])[], widths: readonly number[]): number {
  return rows.reduce(
    (sum, row) => sum + Math.max(1, ...row.map(({ whole }, i) => Math.ceil(whole / (widths[i] as number)))),
    0,
  )
}
