/** Axes: few lines, labels that keep apart, a title with the unit. */
import { type ScaleLinear, type ScaleTime, scaleLinear, scaleUtc } from 'd3-scale'
import type { Canvas } from './canvas.js'
import { textSize } from './canvas.js'
import type { Numbers } from './numbers.js'
import { textWidth } from './text.js'
import type { Words } from './words.js'

/** The rectangle in which data are drawn. */
export interface Plot {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** What stands at a place of an axis. */
export interface Tick {
  readonly at: number
  readonly text: string
}

/** Space below a plot for the labels of a horizontal axis and its title. */
export const axisHeight = 46

/** Space above a plot for the title of its vertical axis. */
export const titleHeight = 26

/**
 * Makes the scale of a vertical axis, and its labels.
 *
 * @param from - the least value
 * @param to - the greatest value, above `from`
 * @param write - how a value is written, given the step between labels
 * @param whole - whether only whole numbers are labelled
 * @returns the scale, yet without a range; its labels; the width that they need
 */
export function valueAxis(from: number, to: number, write: (value: number, step: number) => string, whole = false) {
  const scale = scaleLinear().domain([from, to]).nice(5).clamp(true)
  const values = scale.ticks(5).filter((value) => !whole || Number.isInteger(value))
  const step = values.length > 1 ? (values[1] as number) - (values[0] as number) : to - from
  const ticks = values.map((at): Tick => ({ at, text: write(at, step) }))
  const room = Math.max(0, ...ticks.map(({ text }) => textWidth(text, textSize)))
  return { scale, ticks, room }
}

/**
 * Draws a vertical axis: its title above the plot, a grid line and a label for each value.
 *
 * @param canvas - takes the marks
 * @param plot - where the data are drawn
 * @param axis - from `valueAxis`, with a range
 * @param title - what is measured, and its unit
 */
export function drawValueAxis(
  canvas: Canvas,
  plot: Plot,
  axis: { readonly scale: ScaleLinear<number, number>; readonly ticks: readonly Tick[] },
  title: string,
): void {
  for (const { at, text } of axis.ticks) {
    const y = axis.scale(at)
    canvas.segment(plot.left, y, plot.right, y, 'grid')
    canvas.text(plot.left - 8, y + 4, text, { anchor: 'end' })
  }
  canvas.text(0, plot.top - 14, title)
}

const labelGap = 10

/** A label near the drawing's edge is moved inside. */
function placeOf({ at, text }: Tick, total: number) {
  const width = textWidth(text, textSize)
  const x = Math.min(Math.max(at, width / 2), total - width / 2)
  return { x, from: x - width / 2, to: x + width / 2 + labelGap }
}

function keepApart(ticks: readonly Tick[], total: number): boolean {
  const places = ticks.map((tick) => placeOf(tick, total))
  return places.every(({ from }, index) => index === 0 || from >= (places[index - 1]?.to as number))
}

/**
 * Draws a horizontal axis: its line, its labels and its title.
 *
 * @param canvas - takes the marks
 * @param plot - where the data are drawn
 * @param choices - what stands at which x, the most labels first: the first choice whose labels keep apart is drawn
 * @param title - what is measured, and its unit
 */
export function drawBaseAxis(canvas: Canvas, plot: Plot, choices: readonly (readonly Tick[])[], title: string): void {
  canvas.segment(plot.left, plot.bottom, plot.right, plot.bottom, 'axis')
  const ticks = choices.find((choice) => keepApart(choice, canvas.width)) ?? choices.at(-1) ?? []
  let taken = Number.NEGATIVE_INFINITY
  for (const tick of ticks) {
    const { x, from, to } = placeOf(tick, canvas.width)
    if (from < taken) continue
    taken = to
    canvas.segment(tick.at, plot.bottom, tick.at, plot.bottom + 4, 'axis')
    canvas.text(x, plot.bottom + 19, tick.text, { anchor: 'middle' })
  }
  canvas.text((plot.left + plot.right) / 2, plot.bottom + 40, title, { anchor: 'middle' })
}

/**
 * Says how many labels to try, the most first.
 *
 * @param plot - where the data are drawn
 * @param least - room for one label at the least
 * @returns numbers down to 2
 */
export function tickCounts(plot: Plot, least: number): readonly number[] {
  const most = Math.max(2, Math.floor((plot.right - plot.left) / least))
  return Array.from({ length: most - 1 }, (_, index) => most - index)
}

/** The greatest distance of an instant from 1970 that a date can have. */
const farthest = 8.64e15

/** @returns whether a number is an instant that can be written as a date */
export function isInstant(at: number | undefined): at is number {
  return at !== undefined && Math.abs(at) <= farthest
}

/**
 * Makes a scale of time; a single instant gets an hour around it.
 *
 * @param from - Unix milliseconds
 * @param to - Unix milliseconds, not before `from`
 * @param plot - where the data are drawn
 * @returns the scale, which never leaves the plot
 */
export function timeScale(from: number, to: number, plot: Plot): ScaleTime<number, number> {
  const pad = to > from ? 0 : 1_800_000
  const inside = (at: number) => Math.min(Math.max(at, -farthest), farthest)
  return scaleUtc()
    .domain([inside(from - pad), inside(to + pad)])
    .range([plot.left, plot.right])
    .clamp(true)
}

/**
 * Draws a horizontal axis of time in UTC; its title says from which day to which.
 *
 * @param canvas - takes the marks
 * @param plot - where the data are drawn
 * @param scale - from `timeScale`
 * @param numbers - how times are written
 * @param words - the words of the language
 * @param note - what else the title says
 */
export function drawTimeAxis(
  canvas: Canvas,
  plot: Plot,
  scale: ScaleTime<number, number>,
  numbers: Numbers,
  words: Words,
  note = '',
): void {
  const [from, to] = scale.domain().map(Number) as [number, number]
  const choices = tickCounts(plot, 60).map((count) => {
    const ticks = scale.ticks(count).map(Number)
    const step = ticks.length > 1 ? (ticks[1] as number) - (ticks[0] as number) : to - from
    const write = numbers.instants(step, from, to)
    return ticks.map((at): Tick => ({ at: scale(at), text: write(at) }))
  })
  drawBaseAxis(
    canvas,
    plot,
    choices.filter(({ length }) => length > 0),
    words.time(numbers.days(from, to)) + (note === '' ? '' : `; ${note}`),
  )
}

/**
 * Moves labels that stand above each other apart.
 *
 * @param wanted - where each would stand, y downwards
 * @param distance - between two at the least
 * @param top - above which none may stand
 * @param bottom - below which none may stand
 * @returns where each stands, in the same order
 */
export function spread(wanted: readonly number[], distance: number, top: number, bottom: number): readonly number[] {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y || a.index - b.index)
  let least = top
  for (const place of order) {
    place.y = Math.max(place.y, least)
    least = place.y + distance
  }
  let most = bottom
  for (const place of order.reverse()) {
    place.y = Math.min(place.y, most)
    most = place.y - distance
  }
  const result = [...wanted]
  for (const { y, index } of order) result[index] = y
  return result
}
