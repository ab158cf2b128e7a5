/** Decisions by action over time, as stacked bars. */
import { stack } from 'd3-shape'
import type { ActionSpan } from '../types.js'
import {
  axisHeight,
  drawTimeAxis,
  drawValueAxis,
  isInstant,
  type Plot,
  timeScale,
  titleHeight,
  valueAxis,
} from './axes.js'
import { createCanvas } from './canvas.js'
import { drawEmpty } from './empty.js'
import { extent } from './extent.js'
import { type Box, drawPattern } from './glyphs.js'
import { drawLegend } from './legend.js'
import { numbersOf } from './numbers.js'
import type { ChartOf, DrawOptions } from './options.js'
import type { Drawing, Role } from './types.js'
import { wordsOf } from './words.js'

/** So many series are told apart by colour and pattern. */
const mostSeries = 8
/** A step from bar to bar narrower than this is drawn as the sum of several. */
const leastStep = 7
/** How many spans make a bar, so that hours become days and days weeks. */
const usual = [1, 2, 3, 4, 6, 7, 8, 12, 14, 24, 28, 48, 56, 72, 84, 168]

const countOf = (span: ActionSpan, label: string) => {
  const count = Object.hasOwn(span.counts, label) ? (span.counts[label] as number) : 0
  return count > 0 && count <= Number.MAX_SAFE_INTEGER ? count : 0
}

/**
 * Draws decisions by action over time. Labels beyond the eighth, and actions without a label, are one series.
 *
 * @param chart - spans in the order of their times
 * @param options - width and language
 * @returns the drawing
 */
export function drawActions(chart: ChartOf<'actions'>, { width, locale }: DrawOptions): Drawing {
  const words = wordsOf(locale)
  const numbers = numbersOf(locale)
  const { widthMs } = chart
  const spans = chart.spans.filter(({ from }) => isInstant(from) && isInstant(from + widthMs))
  const total = (span: ActionSpan) => Object.keys(span.counts).reduce((sum, label) => sum + countOf(span, label), 0)
  if (!(widthMs >= 1) || spans.every((span) => total(span) === 0)) return drawEmpty(width, words.noDecisions)

  const series = seriesOf(chart.labels, spans)
  const [origin, lastStart] = extent(spans.map(({ from }) => from))
  const [from, to] = extent([origin, lastStart + widthMs, ...[chart.from, chart.until].filter(isInstant)])

  const inPlot = width - 60
  const needed = (to - from) / widthMs / Math.floor(inPlot / leastStep)
  const barMs = widthMs * (usual.find((size) => size >= needed) ?? Math.ceil(needed))
  const groups = groupSpans(spans, origin, barMs)
  const heights = groups.map(({ members }) => members.reduce((sum, span) => sum + total(span), 0))

  const canvas = createCanvas(width)
  const legendEnd = drawLegend(
    canvas,
    series.map(({ label, others }, index) => ({
      text: label ?? words.otherLabels(numbers.count(others ?? 0)),
      draw: (to, x, y) => {
        const box = { x, y: y - 6, width: 20, height: 12 }
        to.rect(box.x, box.y, box.width, box.height, roleOf(index))
        drawPattern(to, index, [box])
      },
    })),
    0,
  )
  const axis = valueAxis(0, extent([1, ...heights])[1], numbers.count, true)
  const plot: Plot = {
    left: axis.room + 10,
    right: width - 2,
    top: legendEnd + titleHeight,
    bottom: legendEnd + titleHeight + 220,
  }
  const y = axis.scale.range([plot.bottom, plot.top])
  const x = timeScale(from, Math.max(to, from + 1), plot)
  drawValueAxis(canvas, plot, axis, words.decisionsPer(numbers.span(barMs)))

  const layers = stack<(typeof groups)[number], number>()
    .keys(series.keys())
    .value(({ members }, key) => members.reduce((sum, span) => sum + (series[key]?.count(span) ?? 0), 0))(groups)
  for (const [index, layer] of layers.entries()) {
    const boxes = layer.flatMap((ends, place): Box[] => {
      const start = groups[place]?.from as number
      const left = x(start)
      const right = x(Math.min(start + barMs, to))
      const gap = Math.min(1.5, (right - left) * 0.2)
      const box = { x: left + gap / 2, width: right - left - gap, y: y(ends[1]), height: y(ends[0]) - y(ends[1]) }
      return box.height > 0 ? [box] : []
    })
    for (const box of boxes) canvas.rect(box.x, box.y, box.width, box.height, roleOf(index))
    drawPattern(
      canvas,
      index,
      boxes.filter(({ height }) => height > 3),
    )
    // The paper shows between two series; where one has no room for that, only its colour tells.
    for (const box of boxes) {
      if (index > 0 && box.height > 2.5) {
        const edge = box.y + box.height
        canvas.segment(box.x, edge, box.x + box.width, edge, 'surface')
      }
    }
  }
  drawTimeAxis(canvas, plot, x, numbers, words)
  return canvas.drawing(plot.bottom + axisHeight)
}

const roleOf = (index: number) => `series-${index % mostSeries}` as Role

interface Series {
  readonly label?: string
  /** How many labels are in it, where it has none of its own. */
  readonly others?: number
  readonly count: (span: ActionSpan) => number
}

function seriesOf(labels: readonly string[], spans: readonly ActionSpan[]): readonly Series[] {
  const seen = new Set(spans.flatMap(({ counts }) => Object.keys(counts)))
  const known = new Set(labels)
  const all = [...known, ...[...seen].filter((label) => !known.has(label)).sort()]
  const named =
    all.length > mostSeries || all.length > known.size ? all.slice(0, Math.min(known.size, mostSeries - 1)) : all
  const rest = all.slice(named.length)
  const series = named.map((label): Series => ({ label, count: (span) => countOf(span, label) }))
  if (rest.length === 0) return series
  return [
    ...series,
    { others: rest.length, count: (span) => rest.reduce((sum, label) => sum + countOf(span, label), 0) },
  ]
}

function groupSpans(spans: readonly ActionSpan[], origin: number, barMs: number) {
  const groups = new Map<number, ActionSpan[]>()
  for (const span of spans) {
    const from = origin + Math.floor((span.from - origin) / barMs) * barMs
    const members = groups.get(from)
    if (members === undefined) groups.set(from, [span])
    else members.push(span)
  }
  return [...groups].map(([from, members]) => ({ from, members })).sort((a, b) => a.from - b.from)
}
