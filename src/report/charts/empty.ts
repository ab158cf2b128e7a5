/** What is drawn where there is nothing to draw: that there is nothing. */
import { createCanvas } from './canvas.js'
import type { Drawing } from './types.js'

/**
 * Draws a frame that says that there are no data.
 *
 * @param width - of the drawing
 * @param text - what is missing
 * @returns the drawing
 */
export function drawEmpty(width: number, text: string): Drawing {
  const height = 120
  const canvas = createCanvas(width)
  canvas.line(
    [
      [1, 1],
      [width - 1, 1],
      [width - 1, height - 1],
      [1, height - 1],
      [1, 1],
    ],
    'axis',
    { dashed: true },
  )
  canvas.text(width / 2, height / 2 + 5, text, { anchor: 'middle', size: 14 })
  return canvas.drawing(height)
}
