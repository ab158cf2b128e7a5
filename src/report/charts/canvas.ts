/** Takes marks and keeps them inside the drawing, with rounded numbers. */
import { cleanText, cut, textWidth } from './text.js'
import type { Drawing, Mark, Role } from './types.js'

/** A point, y downwards. */
export type Point = readonly [x: number, y: number]

/** How a text is set. */
export interface TextOptions {
  /** Default 12. */
  readonly size?: number | undefined
  /** Default `start`. */
  readonly anchor?: 'start' | 'middle' | 'end' | undefined
  /** The width that there is; default: up to the drawing's edge. */
  readonly room?: number | undefined
  /** Whether the paper hides what was drawn behind the text. */
  readonly backed?: boolean | undefined
}

/** The size of ordinary letters. */
export const textSize = 12

/** Collects the marks of one drawing. */
export interface Canvas {
  readonly width: number
  /** Adds a path with data as d3-shape writes them; nothing when there are none. */
  path(d: string | null, role: Role, options?: { readonly fill?: boolean; readonly dashed?: boolean }): void
  /** Adds straight lines from point to point. */
  line(points: readonly Point[], role: Role, options?: { readonly dashed?: boolean }): void
  /** Adds a straight line from x1, y1 to x2, y2. */
  segment(x1: number, y1: number, x2: number, y2: number, role: Role, options?: { readonly dashed?: boolean }): void
  /** Adds a filled polygon. */
  area(points: readonly Point[], role: Role): void
  rect(x: number, y: number, width: number, height: number, role: Role): void
  circle(x: number, y: number, r: number, role: Role): void
  /** Adds a text, cleaned, cut, and moved sideways as far as the drawing's edge asks. */
  text(x: number, y: number, text: string, options?: TextOptions): void
  /** @returns the drawing so far */
  drawing(height: number): Drawing
}

/**
 * Rounds to 2 decimals, so that the same data give the same text everywhere.
 *
 * @param value - any number
 * @returns the rounded number, never -0
 */
export function round(value: number): number {
  return Math.round(value * 100) / 100 + 0
}

/**
 * Writes straight lines as path data.
 *
 * @param points - at least one
 * @param closed - whether the path goes back to its begin
 * @returns `M…L…` or `M…L…Z`
 */
export function pathOf(points: readonly Point[], closed = false): string {
  const steps = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)},${round(y)}`)
  return closed ? `${steps.join('')}Z` : steps.join('')
}

/**
 * Makes an empty drawing.
 *
 * @param width - in the drawing's units
 * @returns what takes its marks
 */
export function createCanvas(width: number): Canvas {
  const marks: Mark[] = []
  return {
    width,
    path(d, role, options = {}) {
      if (d !== null && d !== '') marks.push({ kind: 'path', d, role, ...options })
    },
    line(points, role, options = {}) {
      if (points.length > 1) marks.push({ kind: 'path', d: pathOf(points), role, ...options })
    },
    segment(x1, y1, x2, y2, role, options = {}) {
      this.line(
        [
          [x1, y1],
          [x2, y2],
        ],
        role,
        options,
      )
    },
    area(points, role) {
      if (points.length > 2) marks.push({ kind: 'path', d: pathOf(points, true), role, fill: true })
    },
    rect(x, y, w, h, role) {
      const mark = { x: round(x), y: round(y), width: round(w), height: round(h) }
      if (mark.width > 0 && mark.height > 0) marks.push({ kind: 'rect', ...mark, role })
    },
    circle(x, y, r, role) {
      marks.push({ kind: 'circle', x: round(x), y: round(y), r: round(r), role })
    },
    text(x, y, text, { size = textSize, anchor = 'start', room = width, backed = false } = {}) {
      const shown = cut(cleanText(text), size, Math.min(room, width))
      if (shown === '') return
      const long = textWidth(shown, size)
      const before = anchor === 'start' ? 0 : anchor === 'middle' ? long / 2 : long
      const inside = Math.min(Math.max(x, before), width - (long - before))
      if (backed) {
        const left = Math.max(0, inside - before - 1)
        this.rect(left, y - size * 0.85, Math.min(long + 2, width - left), size * 1.1, 'surface')
      }
      marks.push({ kind: 'text', x: round(inside), y: round(y), text: shown, size, anchor, role: 'label' })
    },
    drawing(height) {
      return { width: round(width), height: round(height), marks }
    },
  }
}
