/** Sizes in points and colours of the page. Every text colour reaches 4.5:1 on its ground. */
import type { Tone } from '../document/types.js'
import type { ProvisionState } from '../types.js'

/** A4, in points. */
export const page = { width: 595.28, height: 841.89, left: 56, right: 56, top: 74, bottom: 66 } as const

/** Where text may stand. */
export const column = {
  left: page.left,
  width: page.width - page.left - page.right,
  top: page.top,
  bottom: page.height - page.bottom,
} as const

/** Sizes of text. */
export const sizes = { title: 24, headings: [15, 12, 10.5, 9.5], text: 9.5, table: 8, small: 7.5 } as const

/** Height of a line for a size of text. */
export const leading = (size: number): number => size * (size > 11 ? 1.25 : 1.42)

/** Colours that stand for nothing but the page. */
export const colours = {
  text: '#1d2430',
  soft: '#566070',
  heading: '#12304f',
  link: '#154a8a',
  rule: '#c9d0d8',
  head: '#eef2f6',
  accent: '#154a8a',
} as const

/** Ink, ground and edge of a badge or a callout. */
export interface Tint {
  readonly ink: string
  readonly ground: string
}

/** By tone. */
export const tints: Readonly<Record<Tone, Tint>> = {
  neutral: { ink: '#3a4656', ground: '#eef1f5' },
  good: { ink: '#17603a', ground: '#e7f4ec' },
  warning: { ink: '#7d4500', ground: '#fdf2e0' },
  bad: { ink: '#98190f', ground: '#fdeceb' },
}

/** Tone of a provision's state. No evidence is no fault by itself, and out of scope is nothing at all. */
export const stateTones: Readonly<Record<ProvisionState, Tone>> = {
  EVIDENCE: 'good',
  PARTIAL: 'warning',
  'NO EVIDENCE': 'bad',
  'OUT OF SCOPE': 'neutral',
}
