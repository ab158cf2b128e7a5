/** Paragraphs, headings, lists and names with their values. */
import type { Phrase, Section } from '../../document/types.js'
import { drawLine, type Owner } from '../draw.js'
import { plain } from '../fonts.js'
import { type Line, linesOf, type Setting } from '../lines.js'
import type { Bookmark, Element } from '../pdfkit.js'
import type { Sheet } from '../sheet.js'
import { colours, column, leading, sizes } from '../style.js'

/** Where a block stands, and in which element. */
export interface Place {
  readonly parent: Element | undefined
  readonly left: number
  readonly width: number
}

/**
 * Draws lines under each other, over as many pages as they need.
 *
 * @param sheet - Where.
 * @param lines - What.
 * @param left - Their left end.
 * @param size - Of the text.
 * @param owner - The element that says it.
 */
export function drawLines(sheet: Sheet, lines: readonly Line[], left: number, size: number, owner: Owner): void {
  const height = leading(size)
  for (const [i, line] of lines.entries()) {
    // No line of a longer text stands alone at the foot of a page.
    sheet.need(i === 0 && lines.length > 1 ? 2 * height : height)
    drawLine(sheet, line, left, sheet.y + baselineOf(size), owner)
    sheet.y += height
  }
}

/** @returns how far under the top of its line a text of that size stands */
export const baselineOf = (size: number): number => (leading(size) + size * 0.72) / 2

/**
 * Draws a paragraph.
 *
 * @param sheet - Where.
 * @param content - What.
 * @param place - Its column and its parent.
 * @param setting - How; default: body text.
 */
export function drawParagraph(
  sheet: Sheet,
  content: Phrase,
  place: Place,
  setting: Setting = { size: sizes.text },
): void {
  const element = sheet.element('P', place.parent)
  drawLines(sheet, linesOf(sheet.fonts, content, place.width, setting), place.left, setting.size, {
    type: 'P',
    element,
  })
  sheet.y += setting.size * 0.65
}

/**
 * Draws the heading of a section, and makes it a bookmark and a place to go to.
 *
 * @param sheet - Where.
 * @param section - Its title and its id.
 * @param depth - 0 for a section of the document.
 * @param place - Its column and its parent.
 * @param bookmark - The bookmark above.
 * @param after - Room that must be left under it for what follows.
 * @returns Its bookmark.
 */
export function drawHeading(
  sheet: Sheet,
  { id, title }: Pick<Section, 'id' | 'title'>,
  depth: number,
  place: Place,
  bookmark: Bookmark,
  after: number,
): Bookmark {
  const size = sizes.headings[Math.min(depth, sizes.headings.length - 1)] as number
  const lines = linesOf(sheet.fonts, [title], place.width, { size, face: 'bold', colour: colours.heading })
  const fresh = sheet.y === column.top
  if (!fresh) sheet.y += depth === 0 ? 18 : 9
  sheet.need(lines.length * leading(size) + size * 0.45 + after)
  if (depth === 0 && sheet.y > column.top) {
    const top = sheet.y - 6
    sheet.artifact(() => {
      sheet.pdf.moveTo(column.left, top).lineTo(column.left + column.width, top)
      sheet.pdf.lineWidth(0.75).strokeColor(colours.accent).stroke()
    })
  }
  const name = sheet.destination(id)
  if (name !== undefined) sheet.pdf.addNamedDestination(name, 'XYZ', 0, Math.max(0, sheet.y - 12), null)
  const item = bookmark.addItem(plain(title), {
    fit: false,
    top: Math.max(0, sheet.y - 12),
    // pdfkit counts it from the right edge.
    left: sheet.pdf.page.width,
    expanded: false,
  })
  // The document's title is the only heading of the first level.
  const type = `H${Math.min(depth + 2, 6)}`
  drawLines(sheet, lines, place.left, size, { type, element: sheet.element(type, place.parent) })
  sheet.y += size * 0.45
  return item
}

/**
 * Draws a list.
 *
 * @param sheet - Where.
 * @param items - What.
 * @param place - Its column and its parent.
 */
export function drawList(sheet: Sheet, items: readonly Phrase[], place: Place): void {
  const size = sizes.text
  const list = sheet.element('L', place.parent)
  const indent = 13
  for (const item of items) {
    const element = sheet.element('LI', list)
    const body = { type: 'LBody', element: sheet.element('LBody', element) }
    const lines = linesOf(sheet.fonts, item, place.width - indent, { size })
    sheet.need(leading(size) * Math.min(2, lines.length))
    const [x, y] = [place.left + 5, sheet.y + leading(size) / 2 + 0.4]
    sheet.artifact(() => sheet.pdf.circle(x, y, 1.5).fillColor(colours.accent).fill())
    drawLines(sheet, lines, place.left + indent, size, body)
    sheet.y += 2
  }
  sheet.y += size * 0.5
}

/**
 * Draws names and what they are, side by side.
 *
 * @param sheet - Where.
 * @param items - What.
 * @param place - Their column and their parent.
 */
export function drawFacts(
  sheet: Sheet,
  items: readonly { readonly term: string; readonly value: Phrase }[],
  place: Place,
): void {
  const size = sizes.text
  const terms = items.map(({ term }) => ({ term: [term], setting: { size, colour: colours.soft } }))
  const widest = Math.max(
    0,
    ...terms.map(({ term, setting }) => linesOf(sheet.fonts, term, 1e6, setting)[0]?.width ?? 0),
  )
  const first = Math.min(widest, place.width * 0.3)
  const gap = 14
  const list = sheet.element('L', place.parent)
  for (const [i, { value }] of items.entries()) {
    const { term, setting } = terms[i] as (typeof terms)[number]
    const names = linesOf(sheet.fonts, term, first, setting)
    const lines = linesOf(sheet.fonts, value, place.width - first - gap, { size })
    const element = sheet.element('LI', list)
    // The value may run over pages, its name not.
    sheet.need(leading(size) * Math.max(names.length, Math.min(lines.length, 2)))
    const [top, page] = [sheet.y, sheet.page()]
    drawLines(sheet, names, place.left, size, { type: 'Lbl', element: sheet.element('Lbl', element) })
    const under = sheet.y
    if (sheet.page() === page) sheet.y = top
    drawLines(sheet, lines, place.left + first + gap, size, { type: 'LBody', element: sheet.element('LBody', element) })
    if (sheet.page() === page) sheet.y = Math.max(sheet.y, under)
    sheet.y += 1.5
  }
  sheet.y += size * 0.6
}
