/** What happened, one event a row in the order of time, with lines to parents and between what is linked. */
import { isInstant } from './axes.js'
import { type Canvas, createCanvas, textSize } from './canvas.js'
import { drawEmpty } from './empty.js'
import { drawGlyph, type Glyph } from './glyphs.js'
import { createLanes } from './lanes.js'
import { drawLegend, type LegendItem, lineSample } from './legend.js'
import { numbersOf } from './numbers.js'
import { type DrawOptions, narrow } from './options.js'
import { cleanText, textWidth } from './text.js'
import type { Drawing, Role } from './types.js'
import { wordsOf } from './words.js'

/** One event. */
export interface TimelineEvent {
  /** Unique in the timeline. */
  readonly id: string
  /** Unix milliseconds; NaN where no time is known. */
  readonly at: number
  /** When it ended, if that is known. */
  readonly until?: number | undefined
  /** Chooses the shape: events of one kind look alike. */
  readonly kind: string
  /** One line of text. */
  readonly label: string
  /** Id of the event that it belongs under; one that is not here draws no line, a circle of parents ends where it closes. */
  readonly parent?: string | undefined
  /** Ids of events that it speaks of. */
  readonly links?: readonly string[] | undefined
  /** Default `holds`. */
  readonly state?: 'holds' | 'broken' | 'unproved' | undefined
}

/** More rows than this are for the table. */
export const mostTimelineRows = 120

const rowHeight = 26
const mostColumns = 8
const laneWidth = 9
const mostLanes = 6
const timeSize = 11

const shapes: Readonly<Record<string, { readonly glyph: Glyph; readonly role: Role }>> = {
  decision: { glyph: 'diamond', role: 'series-0' },
  inference: { glyph: 'circle', role: 'series-5' },
  tool_call: { glyph: 'square', role: 'series-3' },
  tool_result: { glyph: 'frame', role: 'series-3' },
  human_oversight: { glyph: 'up', role: 'series-1' },
  annotation: { glyph: 'down', role: 'series-6' },
}
const otherShape = { glyph: 'ring', role: 'series-7' } as const
const brokenShape = { glyph: 'cross', role: 'bad' } as const

const shapeOf = ({ kind, state }: TimelineEvent) =>
  state === 'broken' ? brokenShape : Object.hasOwn(shapes, kind) ? (shapes[kind] ?? otherShape) : otherShape

interface Row {
  readonly event: TimelineEvent
  /** The row of its parent, where that is here. */
  readonly parent?: number | undefined
  /** Rows of what it speaks of. */
  readonly links: readonly number[]
}

/**
 * Draws events one below the other in the order of their times. Each stands in a column to the right of its parent's; what
 * speaks of another event has a dashed line to it on the right.
 *
 * @param events - in any order; those whose time is no instant stand at the end; at most 120 are drawn
 * @param options - width and language
 * @returns the drawing
 * @throws RangeError when the width is not from 300 to 10,000
 */
export function drawTimeline(events: readonly TimelineEvent[], { width, locale }: DrawOptions): Drawing {
  if (!(width >= 300 && width <= 10_000)) throw new RangeError('width must be from 300 to 10,000')
  const words = wordsOf(locale)
  const numbers = numbersOf(locale)
  if (events.length === 0) return drawEmpty(width, words.noEvents)
  const ordered = [
    ...events.filter(({ at }) => isInstant(at)).sort((a, b) => a.at - b.at),
    ...events.filter(({ at }) => !isInstant(at)),
  ]

  const rows = rowsOf(ordered.slice(0, mostTimelineRows))
  const canvas = createCanvas(width)
  const days = rows.map(({ event: { at } }) => (isInstant(at) ? words.day(numbers.day(at)) : words.undated))
  const heads = days.map((day, row) => (day === days[row - 1] ? undefined : day))
  let y = drawLegend(canvas, legendOf(rows, words), 0)
  const places = heads.map((head) => {
    y += head === undefined ? 0 : rowHeight
    y += rowHeight
    return y - rowHeight / 2
  })
  const placeOf = (row: number) => places[row] as number

  const times = rows.map(({ event: { at } }) => (isInstant(at) ? numbers.clock(at) : '—'))
  const trunk = Math.max(...times.map((time) => textWidth(time, timeSize))) + 20
  const columns = columnsOf(rows)
  const columnWidth = width < narrow ? 11 : 18
  const columnOf = (row: number) => trunk + (columns[row] as number) * columnWidth
  const labelX = trunk + Math.max(...columns) * columnWidth + 16
  const lanes = createLanes(mostLanes)
  const links = rows.flatMap(({ links: targets }, row) =>
    targets.map((target) => ({ row, target, lane: lanes.take(Math.min(row, target), Math.max(row, target)) })),
  )
  const durations = rows.map(({ event: { at, until } }) =>
    width >= narrow && until !== undefined && isInstant(until) && isInstant(at) && until > at
      ? numbers.duration(until - at)
      : '',
  )
  const durationWidth = Math.max(...durations.map((text) => textWidth(text, timeSize)))
  const labelWidth = Math.max(...rows.map(({ event }) => textWidth(cleanText(event.label), textSize)))
  const margin = links.length === 0 ? 4 : lanes.count() * laneWidth + 14
  const edge = Math.min(width - margin, labelX + labelWidth + durationWidth + 40)

  for (const [row, head] of heads.entries()) {
    if (row > 0 && head === undefined)
      canvas.segment(labelX, placeOf(row) - rowHeight / 2, edge, placeOf(row) - rowHeight / 2, 'grid')
  }
  for (const [row, { parent }] of rows.entries()) {
    if (parent === undefined) continue
    const path = [
      [columnOf(parent), placeOf(parent)],
      [columnOf(parent), placeOf(row)],
      [columnOf(row), placeOf(row)],
    ] as const
    canvas.line(path, 'axis')
  }
  for (const { row, target, lane } of links)
    drawLink(canvas, edge, edge + 10 + lane * laneWidth, placeOf(row), placeOf(target))
  for (const [row, { event }] of rows.entries()) {
    const middle = placeOf(row)
    const { glyph, role } = shapeOf(event)
    const head = heads[row]
    if (head !== undefined) canvas.text(0, middle - rowHeight + 4, head, { backed: true })
    canvas.text(0, middle + 4, times[row] as string, { size: timeSize })
    drawGlyph(canvas, glyph, columnOf(row), middle, 5, role)
    if (event.state === 'unproved') drawUnproved(canvas, columnOf(row), middle)
    canvas.text(labelX, middle + 4, event.label, { room: edge - labelX - durationWidth - 14 })
    canvas.text(edge - 4, middle + 4, durations[row] as string, { size: timeSize, anchor: 'end' })
  }
  const more = ordered.length - rows.length
  if (more > 0) {
    y += rowHeight
    canvas.text(labelX, y - 8, words.moreRows(numbers.count(more)))
  }
  return canvas.drawing(y + 6)
}

function rowsOf(events: readonly TimelineEvent[]): readonly Row[] {
  const known = new Map(events.map(({ id }, row) => [id, row]))
  return events.map((event, row) => {
    const parent = event.parent === undefined ? undefined : known.get(event.parent)
    const links = (event.links ?? []).map((id) => known.get(id))
    return {
      event,
      ...(parent === undefined || parent === row ? {} : { parent }),
      links: [...new Set(links)].filter((target) => target !== undefined && target !== row) as number[],
    }
  })
}

/** A column for each row, right of its parent's, such that no line down from a parent passes another event. */
function columnsOf(rows: readonly Row[]): readonly number[] {
  const depths = rows.map((_, row) => depthOf(rows, row))
  const reach = rows.map((_, row) => ({ from: row, to: row }))
  for (const [row, { parent }] of rows.entries()) {
    const span = parent === undefined ? undefined : reach[parent]
    if (span === undefined) continue
    span.from = Math.min(span.from, row)
    span.to = Math.max(span.to, row)
  }
  const lanes = createLanes(mostColumns)
  const columns: number[] = rows.map(() => 0)
  const order = rows.map((_, row) => row).sort((a, b) => (depths[a] as number) - (depths[b] as number) || a - b)
  for (const row of order) {
    const parent = rows[row]?.parent
    const under = parent !== undefined && (depths[parent] as number) < (depths[row] as number)
    const span = reach[row] as { from: number; to: number }
    columns[row] = lanes.take(span.from, span.to, under ? (columns[parent] as number) + 1 : 0)
  }
  return columns
}

/** How many parents are above a row, up to where they close a circle. */
function depthOf(rows: readonly Row[], row: number): number {
  const met = new Set([row])
  for (let at = rows[row]?.parent; at !== undefined && !met.has(at); at = rows[at]?.parent) met.add(at)
  return met.size - 1
}

/** From the event that speaks to the one that it speaks of, where the point of the arrow is. */
function drawLink(canvas: Canvas, edge: number, x: number, from: number, to: number) {
  const path = [
    [edge, from],
    [x, from],
    [x, to],
    [edge + 5, to],
  ] as const
  canvas.line(path, 'gap', { dashed: true })
  const point = [
    [edge, to],
    [edge + 6, to - 3.5],
    [edge + 6, to + 3.5],
  ] as const
  canvas.area(point, 'gap')
}

/** A frame around the shape of what nothing vouches for. */
function drawUnproved(canvas: Canvas, x: number, y: number) {
  const frame = [
    [x - 8, y - 8],
    [x + 8, y - 8],
    [x + 8, y + 8],
    [x - 8, y + 8],
    [x - 8, y - 8],
  ] as const
  canvas.line(frame, 'warning', { dashed: true })
}

function legendOf(rows: readonly Row[], words: ReturnType<typeof wordsOf>): readonly LegendItem[] {
  const has = (state: TimelineEvent['state']) => rows.some(({ event }) => event.state === state)
  const parents = rows.some(({ parent }) => parent !== undefined)
  const links = rows.some((row) => row.links.length > 0)
  return [
    ...(parents ? [{ text: words.parent, draw: lineSample('axis') }] : []),
    ...(links ? [{ text: words.link, draw: lineSample('gap', true) }] : []),
    ...(has('broken')
      ? [
          {
            text: words.broken,
            draw: (canvas: Canvas, x: number, y: number) =>
              drawGlyph(canvas, brokenShape.glyph, x + 10, y, 5, brokenShape.role),
          },
        ]
      : []),
    ...(has('unproved')
      ? [{ text: words.unproved, draw: (canvas: Canvas, x: number, y: number) => drawUnproved(canvas, x + 10, y) }]
      : []),
  ]
}
