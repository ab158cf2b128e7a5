/** Shapes and patterns: what tells series and events apart where colours don't. */
import { type Canvas, type Point, round } from './canvas.js'
import type { Role } from './types.js'

/** A small shape around a point. */
export type Glyph = 'circle' | 'square' | 'diamond' | 'up' | 'down' | 'cross' | 'post' | 'ring' | 'frame'

const outlines: Readonly<Record<Exclude<Glyph, 'circle' | 'ring' | 'frame'>, readonly Point[]>> = {
  square: [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
  diamond: [
    [0, -1.15],
    [1.15, 0],
    [0, 1.15],
    [-1.15, 0],
  ],
  up: [
    [0, -1],
    [1.1, 0.9],
    [-1.1, 0.9],
  ],
  down: [
    [0, 1],
    [-1.1, -0.9],
    [1.1, -0.9],
  ],
  cross: [
    [-1, -0.6],
    [-0.6, -1],
    [0, -0.4],
    [0.6, -1],
    [1, -0.6],
    [0.4, 0],
    [1, 0.6],
    [0.6, 1],
    [0, 0.4],
    [-0.6, 1],
    [-1, 0.6],
    [-0.4, 0],
  ],
  post: [
    [-0.35, -1.1],
    [0.35, -1.1],
    [0.35, 1.1],
    [-0.35, 1.1],
  ],
}

/**
 * Draws a shape.
 *
 * @param canvas - takes the marks
 * @param glyph - which shape
 * @param x - of its middle
 * @param y - of its middle
 * @param size - half its height, about
 * @param role - what it stands for
 */
export function drawGlyph(canvas: Canvas, glyph: Glyph, x: number, y: number, size: number, role: Role): void {
  if (glyph === 'circle' || glyph === 'ring') {
    canvas.circle(x, y, size, role)
    if (glyph === 'ring') canvas.circle(x, y, size * 0.5, 'surface')
    return
  }
  if (glyph === 'frame') {
    drawGlyph(canvas, 'diamond', x, y, size, role)
    drawGlyph(canvas, 'diamond', x, y, size * 0.5, 'surface')
    return
  }
  canvas.area(
    outlines[glyph].map(([dx, dy]): Point => [x + dx * size, y + dy * size]),
    role,
  )
}

/** A rectangle. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

type Segment = readonly [x1: number, y1: number, x2: number, y2: number]

/** Places from a to b that are whole multiples of the step, so that neighbouring boxes go on with the same pattern. */
function* multiples(a: number, b: number, step: number): Iterable<number> {
  for (let at = Math.ceil(a / step) * step; at < b; at += step) yield at
}

function* rising({ x, y, width, height }: Box, step: number): Iterable<Segment> {
  for (const sum of multiples(x + y, x + width + y + height, step)) {
    const x1 = Math.max(x, sum - y - height)
    const x2 = Math.min(x + width, sum - y)
    yield [x1, sum - x1, x2, sum - x2]
  }
}

function* falling({ x, y, width, height }: Box, step: number): Iterable<Segment> {
  for (const difference of multiples(y - x - width, y + height - x, step)) {
    const x1 = Math.max(x, y - difference)
    const x2 = Math.min(x + width, y + height - difference)
    yield [x1, x1 + difference, x2, x2 + difference]
  }
}

function* level({ x, y, width, height }: Box, step: number): Iterable<Segment> {
  for (const at of multiples(y, y + height, step)) yield [x, at, x + width, at]
}

function* upright({ x, y, width, height }: Box, step: number): Iterable<Segment> {
  for (const at of multiples(x, x + width, step)) yield [at, y, at, y + height]
}

const patterns: readonly ((box: Box) => readonly Iterable<Segment>[])[] = [
  () => [],
  (box) => [rising(box, 7)],
  (box) => [level(box, 4)],
  (box) => [falling(box, 7), rising(box, 7)],
  (box) => [upright(box, 4)],
  (box) => [falling(box, 5)],
  (box) => [level(box, 5), upright(box, 5)],
  (box) => [level(box, 8)],
]

/** How many patterns there are; pattern 0 is none. */
export const patternCount = patterns.length

/**
 * Draws a pattern over boxes, in the colour of the paper.
 *
 * @param canvas - takes the mark
 * @param pattern - 0 to `patternCount` - 1
 * @param boxes - that have been filled
 */
export function drawPattern(canvas: Canvas, pattern: number, boxes: readonly Box[]): void {
  let d = ''
  for (const box of boxes) {
    for (const segments of patterns[pattern]?.(box) ?? []) {
      for (const [x1, y1, x2, y2] of segments) {
        if (Math.hypot(x2 - x1, y2 - y1) > 0.5) d += `M${round(x1)},${round(y1)}L${round(x2)},${round(y2)}`
      }
    }
  }
  canvas.path(d, 'surface')
}
