/** How often each check fired: a dot, and the interval around it. */
import { scaleLinear } from 'd3-scale'
import { axisHeight, drawBaseAxis, type Plot } from './axes.js'
import { createCanvas, textSize } from './canvas.js'
import { drawEmpty } from './empty.js'
import { numbersOf } from './numbers.js'
import { type ChartOf, type DrawOptions, narrow } from './options.js'
import { cleanText, cut, textWidth } from './text.js'
import type { Drawing } from './types.js'
import { wordsOf } from './words.js'

/** More rows than this are for the table. */
const mostRows = 40
const rowHeight = 28
const nameHeight = 18

const isRate = (value: number | undefined): value is number => value !== undefined && value >= 0 && value <= 1

/**
 * Draws a row for each rate.
 *
 * @param chart - the rows in their order
 * @param options - width and language
 * @returns the drawing
 */
export function drawRates(chart: ChartOf<'rates'>, { width, locale }: DrawOptions): Drawing {
  const words = wordsOf(locale)
  const numbers = numbersOf(locale)
  if (chart.rows.length === 0) return drawEmpty(width, words.noChecks)

  const canvas = createCanvas(width)
  const stacked = width < narrow
  const rows = chart.rows.slice(0, mostRows).map(({ name, count, n, rate, interval }) => {
    const whole = interval !== undefined && isRate(interval.lower) && isRate(interval.upper)
    return {
      name: cut(cleanText(name), textSize, width * (stacked ? 0.45 : 0.32)),
      figures: cut(
        isRate(rate)
          ? `${numbers.percent(rate)} (${words.fired(numbers.count(count), numbers.count(n))})`
          : `${words.noData} (n = ${numbers.count(n)})`,
        textSize,
        width * (stacked ? 0.52 : 0.4),
      ),
      ...(isRate(rate) ? { rate } : {}),
      ...(whole ? { interval } : {}),
    }
  })
  const most = Math.max(0.001, ...rows.flatMap(({ rate, interval }) => [rate ?? 0, interval?.upper ?? 0]))
  const x = scaleLinear()
    .domain([0, Math.min(1, most * 1.02)])
    .nice(5)
    .clamp(true)
  const height = rowHeight + (stacked ? nameHeight : 0)
  const plot: Plot = {
    left: stacked ? 8 : Math.max(...rows.map(({ name }) => textWidth(name, textSize))) + 14,
    right: width - (stacked ? 12 : Math.max(...rows.map(({ figures }) => textWidth(figures, textSize))) + 14),
    top: 6,
    bottom: 10 + rows.length * height,
  }
  x.range([plot.left, Math.max(plot.left + 20, plot.right)])
  const values = x.ticks(Math.max(2, Math.min(5, Math.floor((plot.right - plot.left) / 75))))
  const step = values.length > 1 ? (values[1] as number) - (values[0] as number) : 1
  for (const value of values) canvas.segment(x(value), plot.top, x(value), plot.bottom, 'grid')

  for (const [index, { name, figures, rate, interval }] of rows.entries()) {
    const y = plot.top + (index + 1) * height - rowHeight / 2
    const baseline = y + 4 - (stacked ? nameHeight : 0)
    if (stacked) canvas.text(0, baseline, name, { backed: true })
    else canvas.text(plot.left - 12, baseline, name, { anchor: 'end' })
    canvas.text(width, baseline, figures, { anchor: 'end', backed: true })
    if (interval !== undefined) {
      const from = x(interval.lower)
      const to = x(interval.upper)
      canvas.segment(from, y, to, y, 'line')
      for (const end of [from, to]) canvas.segment(end, y - 5, end, y + 5, 'line')
    }
    if (rate !== undefined) canvas.circle(x(rate), y, 5, 'bar')
  }
  const more = chart.rows.length - rows.length
  drawBaseAxis(
    canvas,
    plot,
    [values.map((value) => ({ at: x(value), text: numbers.percentTick(value, step) }))],
    words.fireRate + (more > 0 ? `; ${words.moreRows(numbers.count(more))}` : ''),
  )
  return canvas.drawing(plot.bottom + axisHeight)
}
