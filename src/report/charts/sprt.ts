/** The sequential test: its evidence from cycle to cycle, between its two boundaries. */
import { scaleLinear } from 'd3-scale'
import {
  axisHeight,
  drawBaseAxis,
  drawValueAxis,
  type Plot,
  spread,
  tickCounts,
  titleHeight,
  valueAxis,
} from './axes.js'
import { createCanvas, type Point, textSize } from './canvas.js'
import { drawEmpty } from './empty.js'
import { extent } from './extent.js'
import { drawGlyph, type Glyph } from './glyphs.js'
import { drawLegend, lineSample } from './legend.js'
import { numbersOf } from './numbers.js'
import type { ChartOf, DrawOptions } from './options.js'
import { textWidth } from './text.js'
import type { Drawing, Role } from './types.js'
import { wordsOf } from './words.js'

const decisions = {
  FLAGGED: { glyph: 'up', role: 'bad', size: 6 },
  WITHIN_LIMIT: { glyph: 'ring', role: 'good', size: 4 },
} as const satisfies Record<string, { glyph: Glyph; role: Role; size: number }>

/**
 * Draws the path of the sequential test.
 *
 * @param chart - points in the order of their decisions
 * @param options - width and language
 * @returns the drawing
 */
export function drawSprt(chart: ChartOf<'sprt'>, { width, locale }: DrawOptions): Drawing {
  const words = wordsOf(locale)
  const numbers = numbersOf(locale)
  const points = chart.points.filter(({ n, llr }) => n >= 0 && n <= Number.MAX_SAFE_INTEGER && Math.abs(llr) < 1e15)
  const last = points.at(-1)
  if (last === undefined) return drawEmpty(width, words.noDecisions)

  const canvas = createCanvas(width)
  const legendEnd = drawLegend(
    canvas,
    [
      { text: words.path, draw: lineSample('line') },
      { text: words.boundaries, draw: lineSample('limit', true) },
      ...(['FLAGGED', 'WITHIN_LIMIT'] as const)
        .filter((name) => points.some(({ decision }) => decision === name))
        .map((name) => ({
          text: name === 'FLAGGED' ? words.flagged : words.withinLimit,
          draw: (to: typeof canvas, x: number, y: number) =>
            drawGlyph(to, decisions[name].glyph, x + 10, y, decisions[name].size, decisions[name].role),
        })),
    ],
    0,
  )

  const bounds = [
    { at: chart.upper, name: words.flagged },
    { at: chart.lower, name: words.withinLimit },
  ].filter(({ at }) => Math.abs(at) < 1e15)
  const values = [0, ...bounds.map(({ at }) => at), ...points.map(({ llr }) => llr)]
  const [least, most] = extent(values)
  const pad = Math.max(most - least, 1) * 0.06
  const axis = valueAxis(least - pad, most + pad, numbers.tick)
  const plot: Plot = {
    left: axis.room + 10,
    right: width - Math.max(...bounds.map(({ name }) => textWidth(name, textSize)), 0) - 10,
    top: legendEnd + titleHeight,
    bottom: legendEnd + titleHeight + 220,
  }
  const y = axis.scale.range([plot.bottom, plot.top])
  const x = scaleLinear()
    .domain([0, Math.max(1, last.n)])
    .range([plot.left, plot.right])
    .clamp(true)

  drawValueAxis(canvas, plot, axis, words.logLikelihood)
  canvas.segment(plot.left, y(0), plot.right, y(0), 'axis')
  for (const { at } of bounds) {
    canvas.segment(plot.left, y(at), plot.right, y(at), 'limit', { dashed: true })
  }
  const heights = spread(
    bounds.map(({ at }) => y(at) + 4),
    16,
    plot.top + 4,
    plot.bottom + 4,
  )
  for (const [index, { name }] of bounds.entries()) canvas.text(plot.right + 8, heights[index] as number, name)

  // A cycle begins at 0 where the one before it ended.
  let cycle: Point[] = [[x(0), y(0)]]
  const ends: { readonly x: number; readonly y: number; readonly name: keyof typeof decisions }[] = []
  for (const { n, llr, decision } of points) {
    cycle.push([x(n), y(llr)])
    if (decision === undefined) continue
    ends.push({ x: x(n), y: y(llr), name: decision })
    canvas.line(cycle, 'line')
    cycle = [[x(n), y(0)]]
  }
  canvas.line(cycle, 'line')
  drawEnds(canvas, ends)
  const [start] = points
  if (points.length === 1 && start !== undefined && start.decision === undefined)
    canvas.circle(x(start.n), y(start.llr), 3.5, 'line')
  const choices = tickCounts(plot, 70).map((count) => x.ticks(count).filter(Number.isInteger))
  drawBaseAxis(
    canvas,
    plot,
    choices.map((ticks) => ticks.map((at) => ({ at: x(at), text: numbers.count(at) }))),
    words.decisionNumber,
  )
  return canvas.drawing(plot.bottom + axisHeight)
}

/** Ends of cycles that would hide each other are drawn once. */
function drawEnds(
  canvas: ReturnType<typeof createCanvas>,
  ends: readonly { readonly x: number; readonly y: number; readonly name: keyof typeof decisions }[],
) {
  const drawn: Partial<Record<keyof typeof decisions, Point>> = {}
  for (const { x, y, name } of ends) {
    const before = drawn[name]
    if (before !== undefined && Math.hypot(x - before[0], y - before[1]) < 7) continue
    drawn[name] = [x, y]
    drawGlyph(canvas, decisions[name].glyph, x, y, decisions[name].size, decisions[name].role)
  }
}
