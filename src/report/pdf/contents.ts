/** A table of contents: its room is kept when it is passed, its page numbers are put in when all pages are set. */
import type { Section } from '../document/types.js'
import { baselineOf } from './blocks/text.js'
import { drawLine } from './draw.js'
import { plain } from './fonts.js'
import { type Ink, type Line, linesOf } from './lines.js'
import type { Element } from './pdfkit.js'
import type { Sheet } from './sheet.js'
import { colours, column, leading, sizes } from './style.js'

/** Fills in the numbers. */
export interface Contents {
  /**
   * @param pageOf - The page of a section, counted from 1.
   */
  fill(pageOf: (id: string) => number): void
}

const numberRoom = 32

/**
 * Draws the entries, as many pages as they need.
 *
 * @param sheet - Where.
 * @param sections - Of the document; their own sections are not listed.
 * @param title - What stands above.
 * @returns What fills in the numbers.
 */
export function drawContents(
  sheet: Sheet,
  sections: readonly Pick<Section, 'id' | 'title'>[],
  title: string,
): Contents {
  const size = sizes.text
  const height = leading(size) + 1.5
  sheet.y += 8
  sheet.need(leading(sizes.headings[1]) + 4 * height)
  const heading = sheet.element('H2', undefined)
  const [head] = linesOf(sheet.fonts, [title], column.width, {
    size: sizes.headings[1],
    face: 'bold',
    colour: colours.heading,
  })
  drawLine(sheet, head as Line, column.left, sheet.y + baselineOf(sizes.headings[1]), { type: 'H2', element: heading })
  sheet.y += leading(sizes.headings[1]) + 3
  const list = sheet.element('TOC', undefined)
  const entries = sections.map((section) => {
    const { id } = section
    const [line] = linesOf(sheet.fonts, [section.title], column.width - numberRoom, { size })
    sheet.need(height)
    const item = sheet.element('TOCI', list)
    const link = sheet.element('Link', sheet.element('Reference', item))
    const [page, y] = [sheet.page(), sheet.y]
    sheet.within('Link', link, () => drawLine(sheet, line as Line, column.left, y + baselineOf(size), undefined))
    const name = sheet.destination(id)
    if (name !== undefined)
      sheet.pdf.goTo(column.left, y, column.width, height, name, {
        structParent: link,
        Contents: new String(plain(section.title)),
      })
    sheet.y += height
    return { id, page, y, link, end: column.left + (line as Line).width }
  })
  sheet.y += size
  return {
    fill: (pageOf) => {
      for (const { id, page, y, link, end } of entries) {
        sheet.pdf.switchToPage(page)
        fillEntry(sheet, link, String(pageOf(id)), y + baselineOf(size), end)
      }
    },
  }
}

function fillEntry(sheet: Sheet, link: Element, number: string, baseline: number, from: number): void {
  const size = sizes.text
  const ink: Ink = { face: 'regular', size, colour: colours.soft }
  const runs = sheet.fonts.runs(number, ink.face)
  const width = runs.reduce((sum, run) => sum + sheet.fonts.width(run, size), 0)
  const right = column.left + column.width
  const line: Line = { spans: [{ ink, runs, width }], width }
  sheet.artifact(() => {
    sheet.pdf.moveTo(from + 8, baseline - 1).lineTo(right - width - 6, baseline - 1)
    sheet.pdf.dash(0.6, { space: 3 }).lineWidth(0.6).strokeColor(colours.rule).stroke()
  })
  sheet.within('Link', link, () => drawLine(sheet, line, right - width, baseline, undefined))
}
