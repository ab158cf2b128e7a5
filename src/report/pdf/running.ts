/** What stands at the head and the foot of every page: artifacts, which no screen reader repeats. */
import { drawLine } from './draw.js'
import { type Line, linesOf } from './lines.js'
import type { Sheet } from './sheet.js'
import { colours, column, page, sizes } from './style.js'
import type { Words } from './words.js'

/** What the head and the foot say. */
export interface Running {
  readonly title: string
  readonly digest: string
  readonly foot: string
}

/**
 * Draws heads and feet, when the number of pages is known.
 *
 * @param sheet - All pages set.
 * @param running - What they say.
 * @param texts - Words of the document's language.
 */
export function drawRunning(sheet: Sheet, { title, digest, foot }: Running, texts: Words): void {
  const { pdf, fonts } = sheet
  const setting = { size: sizes.small, colour: colours.soft }
  const right = column.left + column.width
  const one = (text: string, width: number): Line => linesOf(fonts, [text], width, setting)[0] as Line
  const { count } = pdf.bufferedPageRange()
  const short = one(digest, column.width)
  const room = column.width - short.width - 20
  const all = linesOf(fonts, [title], room, setting)
  const head = all.length === 1 ? (all[0] as Line) : ellipsed(sheet, title, room)
  for (let i = 0; i < count; i++) {
    pdf.switchToPage(i)
    const number = one(texts.page(i + 1, count), column.width)
    sheet.artifact(() => {
      const top = page.top - 28
      drawLine(sheet, head, column.left, top, undefined)
      drawLine(sheet, short, right - short.width, top, undefined)
      pdf.moveTo(column.left, top + 7).lineTo(right, top + 7)
      const bottom = page.height - page.bottom + 26
      drawLine(sheet, one(foot, column.width), column.left, bottom, undefined)
      drawLine(sheet, number, right - number.width, bottom, undefined)
      pdf.moveTo(column.left, bottom - 13).lineTo(right, bottom - 13)
      pdf.lineWidth(0.5).strokeColor(colours.rule).stroke()
    }, 'Pagination')
  }
}

/** The first line of a title that is too long for one, with a sign that it goes on. */
function ellipsed({ fonts }: Sheet, title: string, width: number): Line {
  const setting = { size: sizes.small, colour: colours.soft }
  const [dots] = linesOf(fonts, ['…'], width, setting) as [Line]
  const [first] = linesOf(fonts, [title], width - dots.width, setting) as [Line]
  return { spans: [...first.spans, ...dots.spans], width: first.width + dots.width }
}
