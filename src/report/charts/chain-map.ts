/** What of each chain is held, where it is silent, and what happened to it. */
import { axisHeight, drawTimeAxis, isInstant, type Plot, timeScale } from './axes.js'
import { type Canvas, createCanvas, textSize } from './canvas.js'
import { drawEmpty } from './empty.js'
import { extent } from './extent.js'
import { drawGlyph, drawPattern, type Glyph } from './glyphs.js'
import { drawLegend, type LegendItem, lineSample } from './legend.js'
import { numbersOf } from './numbers.js'
import { type ChartOf, type DrawOptions, narrow } from './options.js'
import { cleanText, cut, textWidth } from './text.js'
import type { Drawing, Role } from './types.js'
import { type Words, wordsOf } from './words.js'

/** More rows than this are for the table. */
const mostRows = 40
const barHeight = 10
const laneHeight = 16
const rowGap = 18
const nameHeight = 18
const countSize = 10
const rowHeight = (lanes: number) => 8 + lanes * laneHeight + barHeight + rowGap
/** Marks of one kind nearer than this are drawn once, with their number. */
const nearest = 14

type MarkKind = keyof Words['marks']

const kinds: Readonly<
  Record<MarkKind, { readonly glyph: Glyph; readonly role: Role; readonly events: readonly string[] }>
> = {
  ends: { glyph: 'post', role: 'label', events: ['chain_start', 'chain_end'] },
  key: { glyph: 'diamond', role: 'series-3', events: ['rotate', 'delegate'] },
  revoked: { glyph: 'frame', role: 'series-3', events: ['revoke'] },
  removed: { glyph: 'down', role: 'warning', events: ['prune', 'erase', 'shred'] },
  hold: { glyph: 'square', role: 'series-5', events: ['hold', 'release'] },
  rollback: { glyph: 'cross', role: 'bad', events: ['rollback'] },
  change: { glyph: 'up', role: 'series-0', events: ['change'] },
  other: { glyph: 'ring', role: 'axis', events: [] },
}
const kindNames = Object.keys(kinds) as MarkKind[]

function kindOf(event: string): MarkKind {
  const name = event.slice(event.lastIndexOf('.') + 1)
  return kindNames.find((kind) => kinds[kind].events.includes(name)) ?? 'other'
}

/**
 * Draws a row for each chain, from its oldest receipt to its newest.
 *
 * @param chart - the chains in their order
 * @param options - width and language
 * @returns the drawing
 */
export function drawChainMap(chart: ChartOf<'chain-map'>, { width, locale }: DrawOptions): Drawing {
  const words = wordsOf(locale)
  const numbers = numbersOf(locale)
  if (chart.rows.length === 0) return drawEmpty(width, words.noChains)

  const stacked = width < narrow
  const rows = chart.rows.slice(0, mostRows).map((row) => ({
    name: cut(cleanText(row.chainId), textSize, width * (stacked ? 1 : 0.28)),
    held:
      isInstant(row.oldest) && isInstant(row.newest) && row.newest >= row.oldest
        ? ([row.oldest, row.newest] as const)
        : undefined,
    gaps: row.gaps.filter(({ from, to }) => isInstant(from) && isInstant(to) && to > from),
    marks: row.marks.filter(({ at }) => isInstant(at)).map(({ at, event }) => ({ at, kind: kindOf(event) })),
  }))
  const instants = [
    ...[chart.from, chart.until].filter(isInstant),
    ...rows.flatMap(({ held, gaps, marks }) => [
      ...(held ?? []),
      ...gaps.flatMap(({ from, to }) => [from, to]),
      ...marks.map(({ at }) => at),
    ]),
  ]
  if (instants.length === 0) return drawEmpty(width, words.noChains)
  const [from, to] = extent(instants)
  const periodInside = isInstant(chart.from) && isInstant(chart.until) && (from < chart.from || to > chart.until)

  const canvas = createCanvas(width)
  const top = drawLegend(canvas, legendOf(rows, words, periodInside), 0) + 8
  const plot = {
    left: stacked ? 8 : Math.max(...rows.map(({ name }) => textWidth(name, textSize))) + 16,
    right: width - 8,
    top,
    bottom: top,
  }
  const x = timeScale(from, to, plot)

  const placed = rows.map((row) => ({ ...row, lanes: lanesOf(row.marks, (at) => x(at), width) }))
  const heightOf = (lanes: number) => rowHeight(lanes) + (stacked ? nameHeight : 0)
  const bottom = placed.reduce((sum, { lanes }) => sum + heightOf(lanes.length), top) - rowGap + 10
  const whole: Plot = { ...plot, bottom }
  if (periodInside) {
    for (const at of [chart.from, chart.until]) canvas.segment(x(at), top, x(at), bottom, 'axis', { dashed: true })
  }
  let y = top
  for (const { name, held, gaps, lanes } of placed) {
    y += heightOf(lanes.length) - barHeight - rowGap
    const middle = y + barHeight / 2
    canvas.segment(plot.left, middle, plot.right, middle, 'grid')
    if (stacked) canvas.text(0, y - lanes.length * laneHeight - 8, name, { backed: true })
    else canvas.text(plot.left - 12, middle + 4, name, { anchor: 'end' })
    if (held === undefined && gaps.length === 0)
      canvas.text(plot.left + 2, middle + 4, words.noReceipts, { backed: true })
    if (held !== undefined) {
      const start = Math.min(x(held[0]), plot.right - 2)
      canvas.rect(start, y, Math.max(2, x(held[1]) - start), barHeight, 'bar')
    }
    for (const gap of gaps) drawGap(canvas, Math.min(x(gap.from), plot.right - 2), x(gap.to), y, gap.explained)
    for (const [lane, marks] of lanes.entries()) {
      for (const mark of marks) drawMark(canvas, mark, y - 3 - (lane + 0.5) * laneHeight)
    }
    y += barHeight + rowGap
  }
  const more = chart.rows.length - rows.length
  drawTimeAxis(canvas, whole, x, numbers, words, more > 0 ? words.moreRows(numbers.count(more)) : '')
  return canvas.drawing(whole.bottom + axisHeight)
}

function drawGap(canvas: Canvas, from: number, to: number, y: number, explained: boolean) {
  const box = { x: from, y, width: Math.max(2, to - from), height: barHeight }
  canvas.rect(box.x, box.y - 0.5, box.width, box.height + 1, 'surface')
  if (explained) {
    canvas.segment(box.x, y + barHeight / 2, box.x + box.width, y + barHeight / 2, 'gap', { dashed: true })
    return
  }
  canvas.rect(box.x, box.y, box.width, box.height, 'bad')
  if (box.width > 4) drawPattern(canvas, 5, [box])
}

interface PlacedMark {
  readonly kind: MarkKind
  readonly x: number
  readonly count: string
  /** Whether the count stands to the left of the shape, since there is no room to its right. */
  readonly mirrored: boolean
}

/** Near marks of one kind become one; what would touch goes into lanes. */
function lanesOf(
  marks: readonly { readonly at: number; readonly kind: MarkKind }[],
  place: (at: number) => number,
  width: number,
): readonly (readonly PlacedMark[])[] {
  const clusters: { kind: MarkKind; x: number; number: number }[] = []
  const open = new Map<MarkKind, (typeof clusters)[number]>()
  for (const { at, kind } of [...marks].sort((a, b) => a.at - b.at)) {
    const x = place(at)
    const before = open.get(kind)
    if (before !== undefined && x - before.x < (before.number > 1 ? 2 * nearest : nearest)) before.number += 1
    else {
      const cluster = { kind, x, number: 1 }
      clusters.push(cluster)
      open.set(kind, cluster)
    }
  }
  const lanes: { readonly taken: [number, number][]; readonly marks: PlacedMark[] }[] = []
  for (const { kind, x, number } of clusters) {
    const count = number > 1 ? String(number) : ''
    const extent = count === '' ? 7 : 9 + textWidth(count, countSize)
    const mirrored = x + extent > width
    const [from, to] = mirrored ? [x - extent, x + 7] : [x - 7, x + extent]
    let lane = lanes.find(({ taken }) => taken.every((other) => to <= other[0] || from >= other[1]))
    if (lane === undefined) {
      lane = { taken: [], marks: [] }
      lanes.push(lane)
    }
    lane.taken.push([from, to])
    lane.marks.push({ kind, x, count, mirrored })
  }
  return lanes.map((lane) => lane.marks)
}

function drawMark(canvas: Canvas, { kind, x, count, mirrored }: PlacedMark, y: number) {
  drawGlyph(canvas, kinds[kind].glyph, x, y, 4.5, kinds[kind].role)
  if (count !== '')
    canvas.text(mirrored ? x - 8 : x + 8, y + 3.5, count, { size: countSize, anchor: mirrored ? 'end' : 'start' })
}

function legendOf(
  rows: readonly {
    readonly held: unknown
    readonly gaps: readonly { readonly explained: boolean }[]
    readonly marks: readonly { readonly kind: MarkKind }[]
  }[],
  words: Words,
  period: boolean,
): readonly LegendItem[] {
  const gaps = rows.flatMap((row) => row.gaps)
  const seen = new Set(rows.flatMap(({ marks }) => marks.map(({ kind }) => kind)))
  return [
    { text: words.held, draw: (to, x, y) => to.rect(x, y - barHeight / 2, 20, barHeight, 'bar') },
    ...([true, false] as const)
      .filter((explained) => gaps.some((gap) => gap.explained === explained))
      .map(
        (explained): LegendItem => ({
          text: explained ? words.explainedGap : words.unexplainedGap,
          draw: (to, x, y) => drawGap(to, x, x + 20, y - barHeight / 2, explained),
        }),
      ),
    ...kindNames
      .filter((kind) => seen.has(kind))
      .map(
        (kind): LegendItem => ({
          text: words.marks[kind],
          draw: (to, x, y) => drawGlyph(to, kinds[kind].glyph, x + 10, y, 4.5, kinds[kind].role),
        }),
      ),
    ...(period ? [{ text: words.period, draw: lineSample('axis', true) }] : []),
  ]
}
