/** The failure rate over time, its confidence sequence, and where it changed. */
import { area, line } from 'd3-shape'
import {
  axisHeight,
  drawTimeAxis,
  drawValueAxis,
  isInstant,
  type Plot,
  spread,
  timeScale,
  titleHeight,
  valueAxis,
} from './axes.js'
import { createCanvas, textSize } from './canvas.js'
import { drawEmpty } from './empty.js'
import { extent } from './extent.js'
import { drawGlyph } from './glyphs.js'
import { drawLegend, type LegendItem, lineSample } from './legend.js'
import { numbersOf } from './numbers.js'
import type { ChartOf, DrawOptions } from './options.js'
import { textWidth } from './text.js'
import type { Drawing } from './types.js'
import { wordsOf } from './words.js'

const isRate = (value: number) => value >= 0 && value <= 1
/** So many decisions decide how far up the axis goes: one failure at the very start must not flatten all the rest. */
const settled = 20

/**
 * Draws the failure rate over time.
 *
 * @param chart - points in the order of their times
 * @param options - width and language
 * @returns the drawing
 */
export function drawRate(chart: ChartOf<'rate'>, { width, locale }: DrawOptions): Drawing {
  const words = wordsOf(locale)
  const numbers = numbersOf(locale)
  const known = chart.points.filter(
    ({ at, n, rate, lower, upper }) => isInstant(at) && n > 0 && isRate(rate) && isRate(lower) && isRate(upper),
  )
  if (known.length === 0) return drawEmpty(width, words.noDecisions)

  const late = known.filter(({ n }) => n >= settled)
  const telling = late.length > 1 ? late : known
  const last = known.at(-1) as (typeof known)[number]
  const limits = [chart.p0, chart.p1].filter(isRate)
  const most = extent([0.001, ...telling.map(({ rate }) => rate), ...limits, last.upper])[1] * 1.08
  const axis = valueAxis(0, Math.min(1, most), numbers.percentTick)
  const top = axis.scale.domain()[1] as number
  const first = known.findLastIndex(({ rate }) => rate > top) + 1
  const points = known.slice(first)

  const canvas = createCanvas(width)
  const changes = chart.changes.filter(({ at }) => isInstant(at))
  const items: LegendItem[] = [
    { text: words.rate, draw: lineSample('line') },
    {
      text: words.confidence(numbers.percent(chart.level)),
      draw: (to, x, y) => {
        to.area(
          [
            [x, y - 6],
            [x + 20, y - 6],
            [x + 20, y + 6],
            [x, y + 6],
          ],
          'band',
        )
        to.segment(x, y - 6, x + 20, y - 6, 'band')
        to.segment(x, y + 6, x + 20, y + 6, 'band')
      },
    },
    { text: words.limits, draw: lineSample('limit', true) },
  ]
  for (const direction of ['increase', 'decrease'] as const) {
    if (changes.some((change) => change.direction === direction))
      items.push({ text: words[direction], draw: (to, x, y) => changeGlyph(to, direction, x + 10, y) })
  }
  const legendEnd = drawLegend(canvas, items, 0)

  const labels = [
    { at: last.rate, text: numbers.percent(last.rate) },
    ...(isRate(chart.p0) ? [{ at: chart.p0, text: `p0 ${numbers.percent(chart.p0)}` }] : []),
    ...(isRate(chart.p1) ? [{ at: chart.p1, text: `p1 ${numbers.percent(chart.p1)}` }] : []),
  ]
  const marginRight = Math.max(...labels.map(({ text }) => textWidth(text, textSize))) + 10
  const plot: Plot = {
    left: axis.room + 10,
    right: width - marginRight,
    top: legendEnd + titleHeight + (changes.length > 0 ? 12 : 0),
    bottom: legendEnd + titleHeight + 240,
  }
  axis.scale.range([plot.bottom, plot.top])
  const { scale: y } = axis
  const [from, to] = extent([...known, ...changes].map(({ at }) => at))
  const x = timeScale(from, to, plot)

  type Known = (typeof known)[number]
  const across = (point: Known) => x(point.at)
  const band = area<Known>(
    across,
    (point) => y(point.lower),
    (point) => y(point.upper),
  ).digits(2)
  const course = (height: (point: Known) => number) => line<Known>(across, (point) => y(height(point))).digits(2)
  canvas.path(band(points), 'band', { fill: true })
  drawValueAxis(canvas, plot, axis, words.failureRate)
  canvas.path(course(({ lower }) => lower)(points), 'band')
  // Above the axis's end the band goes on: no edge is drawn there.
  const edged = (index: number) => points.slice(Math.max(0, index - 1), index + 2).some(({ upper }) => upper <= top)
  canvas.path(course(({ upper }) => upper).defined((_, index) => edged(index))(points), 'band')
  for (const limit of limits) canvas.segment(plot.left, y(limit), plot.right, y(limit), 'limit', { dashed: true })
  for (const { at, direction } of changes) {
    canvas.segment(x(at), plot.top, x(at), plot.bottom, direction === 'increase' ? 'bad' : 'good', { dashed: true })
    changeGlyph(canvas, direction, x(at), plot.top - 6)
  }
  if (points.length === 1) canvas.segment(across(last), y(last.lower), across(last), y(last.upper), 'band')
  else canvas.path(course(({ rate }) => rate)(points), 'line')
  canvas.circle(across(last), y(last.rate), 3.5, 'line')
  const heights = spread(
    labels.map(({ at }) => y(at) + 4),
    16,
    plot.top + 4,
    plot.bottom + 4,
  )
  for (const [index, { text }] of labels.entries()) canvas.text(plot.right + 8, heights[index] as number, text)
  drawTimeAxis(
    canvas,
    plot,
    x,
    numbers,
    words,
    first > 0 && points[0] !== undefined ? words.shownFrom(numbers.count(points[0].n)) : '',
  )
  return canvas.drawing(plot.bottom + axisHeight)
}

function changeGlyph(
  canvas: Parameters<typeof drawGlyph>[0],
  direction: 'increase' | 'decrease',
  x: number,
  y: number,
) {
  const rises = direction === 'increase'
  drawGlyph(canvas, rises ? 'up' : 'down', x, y, 5, rises ? 'bad' : 'good')
}
