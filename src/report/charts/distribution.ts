/** How latencies are distributed, on a logarithmic scale. */
import { scaleLog } from 'd3-scale'
import type { DistributionCell } from '../types.js'
import { axisHeight, drawBaseAxis, drawValueAxis, type Plot, type Tick, titleHeight, valueAxis } from './axes.js'
import { createCanvas, textSize } from './canvas.js'
import { drawEmpty } from './empty.js'
import { extent } from './extent.js'
import { numbersOf } from './numbers.js'
import type { ChartOf, DrawOptions } from './options.js'
import { textWidth } from './text.js'
import type { Drawing } from './types.js'
import { wordsOf } from './words.js'

/** The column of what is 0, which has no place on a logarithmic scale. */
const zeroWidth = 26
/** What is nearer to 0 is drawn as 0. */
const smallest = 1e-9
const leastBar = 4

/**
 * Draws a histogram and the quantiles above it.
 *
 * @param chart - cells in ascending order, and quantiles
 * @param options - width and language
 * @returns the drawing
 */
export function drawDistribution(chart: ChartOf<'distribution'>, { width, locale }: DrawOptions): Drawing {
  const words = wordsOf(locale)
  const numbers = numbersOf(locale)
  const cells = chart.cells.filter(
    ({ from, to, count }) =>
      Math.abs(from) < 1e15 && Math.abs(to) < 1e15 && to >= from && count > 0 && count <= Number.MAX_SAFE_INTEGER,
  )
  if (cells.length === 0) return drawEmpty(width, words.noValues)
  const zeros = cells.filter(({ to }) => to <= smallest).reduce((sum, { count }) => sum + count, 0)
  const positive = cells.filter(({ to }) => to > smallest).sort((a, b) => a.from - b.from)
  const quantiles = chart.quantiles.filter(({ q, value }) => q >= 0 && q <= 1 && value >= 0 && value < 1e15)

  const bounds = positive.flatMap(({ from, to }) => [from, to]).concat(quantiles.map(({ value }) => value))
  const above = bounds.filter((value) => value > smallest)
  const [least, most] = above.length > 0 ? extent(above) : [1, 10]
  const x = scaleLog()
    .domain(most > least ? [least, most] : [least / 2, most * 2])
    .clamp(true)

  const canvas = createCanvas(width)
  const bars = Math.floor((width - 60 - zeroWidth) / leastBar)
  const groups = together(positive, bars)
  const axis = valueAxis(0, extent([1, zeros, ...groups.map(({ count }) => count)])[1], numbers.count, true)

  const marks = quantiles.map(({ q, value }) => ({
    value,
    text: `${words.quantile(numbers.value(q * 100))} ${numbers.value(value)} ${chart.unit}`,
  }))
  const left = axis.room + 10
  const base = left + (zeros > 0 || quantiles.some(({ value }) => value <= smallest) ? zeroWidth + 8 : 0)
  x.range([base, width - 12])
  const place = (value: number) => (value > smallest ? x(value) : left + zeroWidth / 2)
  const rows = rowsOf(
    marks.map(({ value, text }) => ({ x: place(value), width: textWidth(text, textSize) })),
    width,
  )
  const labelHeight = (Math.max(-1, ...rows) + 1) * 17
  const plot: Plot = {
    left,
    right: width - 12,
    top: titleHeight + labelHeight + 8,
    bottom: titleHeight + labelHeight + 228,
  }
  const y = axis.scale.range([plot.bottom, plot.top])

  drawValueAxis(canvas, { ...plot, top: titleHeight }, axis, words.decisions)
  if (zeros > 0) canvas.rect(left + 1, y(zeros), zeroWidth - 2, plot.bottom - y(zeros), 'bar')
  for (const { from, to, count } of groups) {
    const start = from > smallest ? x(from) : base
    const wide = Math.max(x(to) - start, 1)
    const gap = Math.min(1, wide * 0.2)
    const at = Math.min(start, plot.right - wide)
    canvas.rect(at + gap / 2, y(count), wide - gap, plot.bottom - y(count), 'bar')
  }
  const heightOf = (index: number) => titleHeight + 4 + (rows[index] as number) * 17
  for (const [index, { value }] of marks.entries())
    canvas.segment(place(value), heightOf(index) + 4, place(value), plot.bottom, 'limit', { dashed: true })
  for (const [index, { value, text }] of marks.entries())
    canvas.text(place(value), heightOf(index), text, { anchor: 'middle', backed: true })
  const zero: readonly Tick[] = base > left ? [{ at: left + zeroWidth / 2, text: numbers.value(0) }] : []
  const choices = logTicks(x).map((values) => [
    ...zero,
    ...values.map((value) => ({ at: x(value), text: numbers.value(value) })),
  ])
  drawBaseAxis(canvas, plot, choices, words.latency(chart.unit))
  return canvas.drawing(plot.bottom + axisHeight)
}

/** Neighbours are summed until there is room for the bars. */
function together(cells: readonly DistributionCell[], bars: number): readonly DistributionCell[] {
  const size = Math.max(1, Math.ceil(cells.length / Math.max(1, bars)))
  const groups: DistributionCell[] = []
  for (let start = 0; start < cells.length; start += size) {
    const members = cells.slice(start, start + size)
    const from = (members[0] as DistributionCell).from
    groups.push({
      from,
      to: extent(members.map(({ to }) => to))[1],
      count: members.reduce((sum, { count }) => sum + count, 0),
    })
  }
  return groups
}

/** Labels that would touch go into rows, the first to the bottom row. */
function rowsOf(labels: readonly { readonly x: number; readonly width: number }[], total: number): readonly number[] {
  const ends: { readonly from: number; readonly to: number }[][] = []
  return labels.map(({ x, width }) => {
    const middle = Math.min(Math.max(x, width / 2), total - width / 2)
    const from = middle - width / 2 - 6
    const to = middle + width / 2 + 6
    let row = ends.findIndex((taken) => taken.every((other) => to <= other.from || from >= other.to))
    if (row < 0) row = ends.push([]) - 1
    ends[row]?.push({ from, to })
    return row
  })
}

const inDecade = [[1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] as const

/** Labels of a logarithmic axis, the most first: several in each decade, one, one in some decades, the two ends. */
function logTicks(x: ReturnType<typeof scaleLog<number, number>>): readonly (readonly number[])[] {
  const [least, most] = x.domain() as [number, number]
  const [first, last] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  const ticks = (steps: readonly number[], every: number) => {
    const values: number[] = []
    for (let power = Math.ceil(first / every) * every; power <= last; power += every)
      values.push(...steps.map((step) => step * 10 ** power).filter((value) => value >= least && value <= most))
    return values
  }
  const choices = [
    ...inDecade.slice(last - first > 1 ? 2 : 0).map((steps) => ticks(steps, 1)),
    ...[2, 3, 4, 6].map((every) => ticks([1], every)),
    [least, most],
  ]
  return choices.filter(({ length }) => length > 1)
}
