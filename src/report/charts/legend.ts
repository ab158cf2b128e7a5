/** What the shapes and patterns of a drawing stand for. */
import { type Canvas, textSize } from './canvas.js'
import { cleanText, cut, textWidth } from './text.js'

/** One entry. */
export interface LegendItem {
  readonly text: string
  /** Draws the sample in 20 by 12 units from the left and around the middle. */
  readonly draw: (canvas: Canvas, x: number, y: number) => void
}

const sample = 20
const rowHeight = 21

/**
 * Draws a legend in as many rows as it needs.
 *
 * @param canvas - takes the marks
 * @param items - in their order
 * @param y - of its top
 * @returns the y below it
 */
export function drawLegend(canvas: Canvas, items: readonly LegendItem[], y: number): number {
  if (items.length === 0) return y
  const most = Math.min(260, canvas.width - sample - 8)
  let x = 0
  let middle = y + 10
  for (const item of items) {
    const text = cut(cleanText(item.text), textSize, most)
    const width = sample + 7 + textWidth(text, textSize)
    if (x > 0 && x + width > canvas.width) {
      x = 0
      middle += rowHeight
    }
    item.draw(canvas, x, middle)
    canvas.text(x + sample + 7, middle + 4, text)
    x += width + 22
  }
  return middle + rowHeight - 4
}

/** Draws a piece of a line as a sample. */
export const lineSample =
  (role: Parameters<Canvas['line']>[1], dashed = false): LegendItem['draw'] =>
  (canvas, x, y) =>
    canvas.segment(x, y, x + sample, y, role, dashed ? { dashed } : {})
