/**
 * Colours by role. What a reader needs to see reaches 3:1 against the surface (WCAG 2.2, 1.4.11), text 4.5:1 (1.4.3).
 * `grid` and the pale filling of a band are decoration: their values stand on the axis and their edges are drawn.
 */
import type { Mark, Role } from './types.js'

/** Where a drawing is seen. */
export type Scheme = 'light' | 'dark' | 'print'

/** A colour for each role, as `#rrggbb`. */
export type Palette = Readonly<Record<Role, string>>

/** The colours of lines, bars, dots and texts. */
export const palettes: Readonly<Record<Scheme, Palette>> = {
  light: {
    surface: '#ffffff',
    axis: '#6b7480',
    grid: '#e3e7ec',
    label: '#3a424d',
    band: '#5d8fc7',
    line: '#1d5aa6',
    limit: '#8a4b08',
    bar: '#3a74b8',
    good: '#1f7a4a',
    warning: '#a35a00',
    bad: '#b3261e',
    gap: '#6b7480',
    'series-0': '#2a66b0',
    'series-1': '#c2570c',
    'series-2': '#2b7d4e',
    'series-3': '#7a4db3',
    'series-4': '#b02f45',
    'series-5': '#0e7c89',
    'series-6': '#846800',
    'series-7': '#5c6572',
  },
  dark: {
    surface: '#14181f',
    axis: '#8b95a3',
    grid: '#2b323d',
    label: '#cdd3dc',
    band: '#5a8bc4',
    line: '#7db5f5',
    limit: '#e5a45c',
    bar: '#5f9ce0',
    good: '#5fc08a',
    warning: '#e8a33d',
    bad: '#f2857c',
    gap: '#8b95a3',
    'series-0': '#6aa7ee',
    'series-1': '#ef994f',
    'series-2': '#62c08a',
    'series-3': '#b695ea',
    'series-4': '#f0838f',
    'series-5': '#4fc0cd',
    'series-6': '#d3b549',
    'series-7': '#a5aebb',
  },
  print: {
    surface: '#ffffff',
    axis: '#555555',
    grid: '#dddddd',
    label: '#1f1f1f',
    band: '#5d8fc7',
    line: '#154a8a',
    limit: '#7a4106',
    bar: '#2f66a8',
    good: '#17663c',
    warning: '#8f4f00',
    bad: '#a01b14',
    gap: '#5e5e5e',
    'series-0': '#24599b',
    'series-1': '#b54e07',
    'series-2': '#226b41',
    'series-3': '#6c41a3',
    'series-4': '#9c2439',
    'series-5': '#0a6a76',
    'series-6': '#755c00',
    'series-7': '#4d5561',
  },
}

const washes: Readonly<Record<Scheme, Partial<Palette>>> = {
  light: { band: '#dbe8f6' },
  dark: { band: '#22384f' },
  print: { band: '#e2ebf5' },
}

/** Every role there is. */
export const roles: readonly Role[] = Object.keys(palettes.light) as Role[]

/** How a mark is painted, beside its colour. */
export interface Paint {
  /** `fill`: the area; `stroke`: the line along the path. */
  readonly by: 'fill' | 'stroke'
  /** Of a stroke, in the drawing's units. */
  readonly lineWidth: number
  /** Lengths of dash and space; absent: a whole line. */
  readonly dash?: readonly [number, number] | undefined
}

const lineWidths: Partial<Record<Role, number>> = { axis: 1, grid: 1, band: 1, line: 2, surface: 1.25, gap: 1.25 }

/** @returns the width of a path's line in a role, in the drawing's units */
export function lineWidthOf(role: Role): number {
  return lineWidths[role] ?? 1.5
}

/** Dash and space of a dashed line, in the drawing's units. */
export const dashes = [5, 4] as const

/**
 * Says how a mark is painted, the same in every format.
 *
 * @param mark - of a drawing
 * @returns whether it is filled or stroked, and how
 */
export function paintOf(mark: Mark): Paint {
  if (mark.kind !== 'path' || mark.fill === true) return { by: 'fill', lineWidth: 0 }
  return { by: 'stroke', lineWidth: lineWidthOf(mark.role), ...(mark.dashed === true ? { dash: dashes } : {}) }
}

/**
 * Gives the colour of a filled path of a role, which for a band is paler than its edge.
 *
 * @param role - what the area stands for
 * @param scheme - where it is seen
 * @returns `#rrggbb`
 */
export function washOf(role: Role, scheme: Scheme): string {
  return washes[scheme][role] ?? palettes[scheme][role]
}

/**
 * Gives the colour of a mark.
 *
 * @param mark - of a drawing
 * @param scheme - where it is seen
 * @returns `#rrggbb`
 */
export function colourOf(mark: Mark, scheme: Scheme): string {
  return mark.kind === 'path' && mark.fill === true ? washOf(mark.role, scheme) : palettes[scheme][mark.role]
}
