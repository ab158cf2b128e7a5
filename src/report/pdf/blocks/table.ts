/** Tables that go over pages: the heads come again, and a row that is longer than a page is continued. */
import type { Column, Phrase } from '../../document/types.js'
import { drawLine, type Owner } from '../draw.js'
import { extentOf, type Line, linesOf } from '../lines.js'
import type { Element } from '../pdfkit.js'
import type { Sheet } from '../sheet.js'
import { colours, column, leading, sizes } from '../style.js'
import type { Words } from '../words.js'
import { shareWidth } from './columns.js'
import { baselineOf, drawLines, type Place } from './text.js'

/** What is to be set as a table. */
export interface Table {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Phrase[])[]
}

const pad = { x: 4.5, y: 3.2 }

/** A column as it is set. */
interface Track {
  readonly left: number
  readonly width: number
  readonly end: boolean
}

/** A row of cells, each as lines. */
type Row = readonly (readonly Line[])[]

/**
 * Draws a table.
 *
 * @param sheet - Where.
 * @param table - What.
 * @param place - Its column and its parent.
 * @param texts - Words of the document's language.
 */
export function drawTable(sheet: Sheet, table: Table, place: Place, texts: Words): void {
  const size = table.columns.length > 7 ? sizes.table - 1 : sizes.table
  const height = leading(size)
  const tracks = tracksOf(sheet, table, place, size)
  const rowOf = (cells: readonly Phrase[], face: 'regular' | 'bold', colour: string): Row =>
    cells.map((cell, i) => {
      const { width } = tracks[i] as Track
      return linesOf(sheet.fonts, cell, width - 2 * pad.x, { size, face, colour })
    })
  const head = rowOf(
    table.columns.map(({ title }) => [title]),
    'bold',
    colours.heading,
  )
  const headHeight = heightOf(head, height)
  const element = sheet.element('Table', place.parent)

  const rows = table.rows.map((cells) => rowOf(cells, 'regular', colours.text))
  const caption = linesOf(sheet.fonts, [table.caption], place.width, { size: sizes.table + 0.5, face: 'bold' })
  const above = caption.length * leading(sizes.table + 0.5) + headHeight + 4
  const whole = rows.reduce((sum, row) => sum + heightOf(row, height), above)
  const [first] = rows
  sheet.y += 3
  // A short table is not parted for a row or two.
  if (whole <= (column.bottom - column.top) * 0.3) sheet.need(whole)
  else sheet.need(above + (first === undefined ? 0 : Math.min(heightOf(first, height), 6 * height)))
  drawLines(sheet, caption, place.left, sizes.table + 0.5, {
    type: 'Caption',
    element: sheet.element('Caption', element),
  })
  sheet.y += 3

  const headRow = sheet.element('TR', sheet.element('THead', element))
  const headCells = head.map((): Owner => ({ type: 'TH', element: sheet.element('TH', headRow, { scope: 'Column' }) }))
  const drawHead = (owners: readonly Owner[] | undefined): void => {
    const top = sheet.y
    const draw = (): void => drawCells(sheet, head, tracks, top + pad.y, size, owners)
    sheet.artifact(() => {
      sheet.pdf.rect(place.left, top, place.width, headHeight).fillColor(colours.head).fill()
      rule(sheet, place, top + headHeight, 0.75)
    })
    if (owners === undefined) sheet.artifact(draw, 'Pagination')
    else draw()
    sheet.y += headHeight
  }
  drawHead(headCells)

  if (rows.length === 0) {
    sheet.y += sizes.text
    return
  }
  const body = sheet.element('TBody', element)
  const turn = (): void => {
    sheet.turn()
    const [note] = linesOf(sheet.fonts, [`${table.caption} (${texts.continued})`], place.width, {
      size: sizes.small,
      colour: colours.soft,
    })
    sheet.artifact(() => {
      drawLine(sheet, note as Line, place.left, sheet.y + baselineOf(sizes.small), undefined)
    }, 'Pagination')
    sheet.y += leading(sizes.small) + 2
    drawHead(undefined)
  }
  for (const cells of rows) {
    const owners = ownersOf(sheet, body, cells.length)
    let row = cells
    for (let turned = false; ; turned = true) {
      const room = column.bottom - sheet.y
      const all = heightOf(row, height)
      if (all <= room) {
        drawRow(sheet, row, tracks, size, owners, all, place)
        break
      }
      const fits = Math.max(1, Math.floor((room - 2 * pad.y) / height))
      const page = column.bottom - column.top - headHeight - leading(sizes.small) - 2
      // A row that has room on a page of its own is not parted, nor is one parted for a line or two.
      if (!turned && (all <= page || fits < 3)) {
        turn()
        continue
      }
      const part = row.map((lines) => lines.slice(0, fits))
      drawRow(sheet, part, tracks, size, owners, heightOf(part, height), place)
      row = row.map((lines) => lines.slice(fits))
      turn()
    }
  }
  sheet.y += sizes.text
}

function tracksOf(sheet: Sheet, { columns, rows }: Table, place: Place, size: number): Track[] {
  const extent = (phrase: Phrase, face: 'regular' | 'bold') => {
    const { whole, word, part } = extentOf(sheet.fonts, phrase, { size, face })
    const beside = 2 * pad.x + 0.1
    return { whole: whole + beside, word: word + beside, part: part + beside }
  }
  const extents = [
    columns.map(({ title }) => extent([title], 'bold')),
    ...rows.map((row) => columns.map((_, i) => extent(row[i] ?? [], 'regular'))),
  ]
  let left = place.left
  return shareWidth(extents, place.width, 30).map((width, i) => {
    const track = { left, width, end: columns[i]?.align === 'end' }
    left += width
    return track
  })
}

const heightOf = (row: Row, line: number): number => Math.max(1, ...row.map(({ length }) => length)) * line + 2 * pad.y

/** The first cell is the row's head. */
function ownersOf(sheet: Sheet, body: Element, count: number): Owner[] {
  const parent = sheet.element('TR', body)
  return Array.from({ length: count }, (_, i) =>
    i === 0
      ? { type: 'TH', element: sheet.element('TH', parent, { scope: 'Row' }) }
      : { type: 'TD', element: sheet.element('TD', parent) },
  )
}

function drawRow(
  sheet: Sheet,
  row: Row,
  tracks: readonly Track[],
  size: number,
  owners: readonly Owner[],
  height: number,
  place: Place,
): void {
  drawCells(sheet, row, tracks, sheet.y + pad.y, size, owners)
  sheet.y += height
  sheet.artifact(() => rule(sheet, place, sheet.y, 0.4))
}

function drawCells(
  sheet: Sheet,
  row: Row,
  tracks: readonly Track[],
  top: number,
  size: number,
  owners: readonly Owner[] | undefined,
): void {
  for (const [i, lines] of row.entries()) {
    const { left, width, end } = tracks[i] as Track
    for (const [n, line] of lines.entries()) {
      const x = end ? left + width - pad.x - line.width : left + pad.x
      drawLine(sheet, line, x, top + n * leading(size) + baselineOf(size), owners?.[i])
    }
  }
}

function rule({ pdf }: Sheet, { left, width }: Place, y: number, weight: number): void {
  pdf.moveTo(left, y).lineTo(left + width, y)
  pdf.lineWidth(weight).strokeColor(colours.rule).stroke()
}
