/** Charts as vector graphics, with what they show as alternative text. */
import { drawChart } from '../../charts/draw.js'
import { colourOf, paintOf } from '../../charts/palette.js'
import type { Chart, Drawing, Mark } from '../../charts/types.js'
import type { Locale } from '../../types.js'
import type { Run } from '../fonts.js'
import { linesOf } from '../lines.js'
import type { Sheet } from '../sheet.js'
import { column, leading, sizes } from '../style.js'
import { drawLines, type Place } from './text.js'

/** Units of a drawing across the column: its texts come out a little smaller than those of tables. */
const units = 680

/** A chart that nearly fits on the rest of a page is drawn this much smaller rather than on the next. */
const least = 0.8

/**
 * Draws a chart under its title.
 *
 * @param sheet - Where.
 * @param block - What.
 * @param place - Its column and its parent.
 * @param locale - Of the words in the chart.
 */
export function drawFigure(
  sheet: Sheet,
  { title, description, chart }: { readonly title: string; readonly description: string; readonly chart: Chart },
  place: Place,
  locale: Locale,
): void {
  const { drawing, lines, size, ...full } = measured(sheet, { title, chart }, place, locale)
  sheet.y += 3
  const head = lines.length * leading(size) + 8
  const room = column.bottom - sheet.y - head
  const part = Math.min(1, room / full.height)
  const shrunk = part >= least
  if (!shrunk) sheet.need(head + full.height)
  const factor = full.factor * (shrunk ? part : 1)
  const height = drawing.height * factor
  drawLines(sheet, lines, place.left, size, { type: 'P', element: sheet.element('P', place.parent) })
  sheet.y += 3
  const { y } = sheet
  const figure = sheet.element('Figure', place.parent, {
    alt: `${title}. ${description}`,
    bbox: [place.left, y, place.left + drawing.width * factor, y + height],
  })
  sheet.within('Figure', figure, () => {
    sheet.pdf.save()
    sheet.pdf.translate(place.left, y).scale(factor)
    drawMarks(sheet, drawing)
    sheet.pdf.restore()
  })
  sheet.y = y + height + sizes.text
}

/**
 * How much room a chart takes: it is never parted.
 *
 * @param sheet - Where.
 * @param block - Its title and its data.
 * @param place - Its column.
 * @param locale - Of its words.
 * @returns Points at the least, its title included.
 */
export function figureHeight(
  sheet: Sheet,
  block: { readonly title: string; readonly chart: Chart },
  place: Place,
  locale: Locale,
): number {
  const { lines, height, size } = measured(sheet, block, place, locale)
  return lines.length * leading(size) + height * least + 12
}

function measured(
  { fonts }: Sheet,
  { title, chart }: { readonly title: string; readonly chart: Chart },
  place: Place,
  locale: Locale,
) {
  const drawing = drawChart(chart, { width: units, locale })
  const size = sizes.table + 0.5
  const lines = linesOf(fonts, [title], place.width, { size, face: 'bold' })
  const room = column.bottom - column.top - lines.length * leading(size) - 8
  const factor = Math.min(place.width / drawing.width, room / drawing.height)
  return { drawing, lines, factor, height: drawing.height * factor, size }
}

function drawMarks(sheet: Sheet, { marks }: Drawing): void {
  const { pdf } = sheet
  for (const mark of marks) {
    const colour = colourOf(mark, 'print')
    if (mark.kind === 'text') {
      drawLabel(sheet, mark, colour)
      continue
    }
    if (mark.kind === 'rect') pdf.rect(mark.x, mark.y, mark.width, mark.height)
    else if (mark.kind === 'circle') pdf.circle(mark.x, mark.y, mark.r)
    else pdf.path(mark.d)
    const { by, lineWidth, dash } = paintOf(mark)
    if (by === 'fill') {
      pdf.fillColor(colour).fill()
      continue
    }
    pdf.lineWidth(lineWidth).lineJoin('round').strokeColor(colour)
    if (dash === undefined) pdf.stroke()
    else pdf.dash(dash[0], { space: dash[1] }).stroke().undash()
  }
}

function drawLabel(
  { pdf, fonts }: Sheet,
  { x, y, text, size, anchor }: Extract<Mark, { readonly kind: 'text' }>,
  colour: string,
): void {
  const runs: readonly Run[] = fonts.runs(text, 'regular')
  const width = runs.reduce((sum, run) => sum + fonts.width(run, size), 0)
  let at = anchor === 'start' ? x : anchor === 'middle' ? x - width / 2 : x - width
  for (const run of runs) {
    pdf.font(run.font).fontSize(size).fillColor(colour)
    pdf.text(run.text, at, y, { lineBreak: false, baseline: 'alphabetic' })
    at += fonts.width(run, size)
  }
}
