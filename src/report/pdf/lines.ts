/** Running text as lines: measured, broken, not yet drawn. */

import { verdictTones } from '../document/tones.js'
import type { Inline, Phrase } from '../document/types.js'
import { type Face, type Fonts, plain, type Run } from './fonts.js'
import { colours, stateTones, type Tint, tints } from './style.js'

/** How a piece of text is set and what it leads to. */
export interface Ink {
  readonly face: Face
  readonly size: number
  readonly colour: string
  readonly badge?: Tint | undefined
  readonly link?: { readonly href: string } | { readonly section: string } | undefined
}

/** Neighbouring text of one ink on one line. */
export interface Span {
  readonly ink: Ink
  readonly runs: readonly Run[]
  readonly width: number
}

/** A line: its spans follow each other without room between. */
export interface Line {
  readonly spans: readonly Span[]
  /** Without the space that ends it. */
  readonly width: number
}

/** How a phrase is set where its marks say nothing else. */
export interface Setting {
  readonly size: number
  readonly face?: Face | undefined
  readonly colour?: string | undefined
}

/** Room beside a badge's text, within its edge. */
export const badgePad = 3.2

/** A stretch that is not broken unless it is wider than a line, and the space after it. */
interface Word {
  readonly parts: { readonly ink: Ink; text: string }[]
  space: boolean
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * What a mark of a phrase looks like.
 *
 * @param inline - The mark.
 * @param setting - How the phrase is set.
 * @returns Its text and its ink.
 */
function inked(inline: Inline, { size, face = 'regular', colour = colours.text }: Setting): { text: string; ink: Ink } {
  const usual: Ink = { face, size, colour }
  const mono: Ink = { face: 'mono', size: size * 0.88, colour }
  if (typeof inline === 'string') return { text: inline, ink: usual }
  const badge = (tint: Tint): Ink => ({ face: 'bold', size: size * 0.82, colour: tint.ink, badge: tint })
  switch (inline.kind) {
    case 'strong':
      return { text: inline.text, ink: { ...usual, face: 'bold' } }
    case 'code':
      return { text: inline.text, ink: mono }
    case 'link':
      return { text: inline.text, ink: { ...usual, colour: colours.link, link: { href: inline.href } } }
    case 'see':
      return { text: inline.text, ink: { ...usual, colour: colours.link, link: { section: inline.section } } }
    case 'receipt':
      return { text: `${inline.ref.chainId}#${inline.ref.seq}`, ink: mono }
    case 'verdict':
      return { text: inline.verdict, ink: badge(tints[verdictTones[inline.verdict]]) }
    case 'state':
      return { text: inline.text, ink: badge(tints[stateTones[inline.state]]) }
    case 'time':
      return { text: inline.text, ink: usual }
  }
}

/** Parts a phrase at its spaces; a badge stays whole. */
function wordsOf(phrase: Phrase, setting: Setting): Word[] {
  const words: Word[] = []
  let open: Word | undefined
  const add = (ink: Ink, text: string): void => {
    if (open === undefined) {
      open = { parts: [], space: false }
      words.push(open)
    }
    open.parts.push({ ink, text })
  }
  const space = (): void => {
    if (open !== undefined) open.space = true
    open = undefined
  }
  for (const inline of phrase) {
    const { text, ink } = inked(inline, setting)
    const shown = plain(text)
    if (ink.badge !== undefined) add(ink, shown)
    else
      for (const piece of shown.split(/( +)/)) {
        if (piece === '') continue
        if (piece.startsWith(' ')) space()
        else add(ink, piece)
      }
  }
  return words
}

/**
 * Breaks a phrase into lines.
 *
 * @param fonts - The document's fonts.
 * @param phrase - The text.
 * @param width - Of a line, in points.
 * @param setting - Size, face and colour.
 * @returns At least one line; a word wider than a line is broken where it has to be.
 */
export function linesOf(fonts: Fonts, phrase: Phrase, width: number, setting: Setting): readonly Line[] {
  const lines: Line[] = []
  let spans: { ink: Ink; text: string }[] = []
  let used = 0
  let gap = 0
  const close = (): void => {
    const set = spans.map(({ ink, text }) => spanOf(fonts, ink, text))
    lines.push({ spans: set, width: used })
    spans = []
    used = 0
    gap = 0
  }
  const put = (parts: readonly { ink: Ink; text: string }[], taken: number, space: boolean): void => {
    for (const { ink, text } of parts) {
      // A link goes on over the space between its words.
      if (spans.at(-1)?.text === ' ' && spans.at(-2)?.ink === ink) {
        spans.pop()
        ;(spans.at(-1) as { text: string }).text += ` ${text}`
        continue
      }
      const last = spans.at(-1)
      if (last !== undefined && last.ink === ink) last.text += text
      else spans.push({ ink, text })
    }
    used += gap + taken
    gap = 0
    if (!space) return
    const last = spans.at(-1) as { ink: Ink; text: string }
    // What ends a link or a badge is outside of it.
    if (last.ink.badge === undefined && last.ink.link === undefined) last.text += ' '
    else spans.push({ ink: { face: 'regular', size: setting.size, colour: last.ink.colour }, text: ' ' })
    gap = spaceOf(fonts, (spans.at(-1) as { ink: Ink }).ink)
  }
  for (const { parts, space } of wordsOf(phrase, setting)) {
    const taken = parts.reduce((sum, { ink, text }) => sum + spanOf(fonts, ink, text).width, 0)
    if (used > 0 && used + gap + taken > width) close()
    if (taken <= width) put(parts, taken, space)
    else {
      const chunks = parts.flatMap(({ ink, text }) =>
        broken(fonts, ink, text, width).map((piece) => ({ ink, ...piece })),
      )
      for (const [i, { ink, text, width: wide }] of chunks.entries()) {
        // A comma after a broken word hangs over rather than begin a line.
        const room = /^[,.;:)]+$/.test(text) ? width + 3 : width
        if (used > 0 && used + gap + wide > room) close()
        put([{ ink, text }], wide, space && i === chunks.length - 1)
      }
    }
  }
  if (spans.length > 0 || lines.length === 0) close()
  return lines
}

/** After these a word that is too wide is broken rather than anywhere else, unless what follows is long itself: a digest. */
const joints = /(?<=[/_.:,;=&?#@-])/u

/** Pieces after each of which a word that is too wide may be broken. */
function broken(fonts: Fonts, ink: Ink, text: string, width: number): { text: string; width: number }[] {
  const measured = (piece: string) => ({ text: piece, width: spanOf(fonts, { ...ink, badge: undefined }, piece).width })
  // As it is drawn: what is written as an escape may be broken within it.
  const drawn = fonts
    .runs(text, ink.face)
    .map((run) => run.text)
    .join('')
  return drawn
    .split(joints)
    .map(measured)
    .flatMap((piece) =>
      piece.width <= width / 2
        ? [piece]
        : Array.from(graphemes.segment(piece.text), ({ segment }) => measured(segment)),
    )
    .flatMap((piece) => (piece.width <= width ? [piece] : Array.from(piece.text, measured)))
}

function spanOf(fonts: Fonts, ink: Ink, text: string): Span {
  const runs = fonts.runs(text, ink.face)
  const inner = runs.reduce((sum, run) => sum + fonts.width(run, ink.size), 0)
  return { ink, runs, width: inner + (ink.badge === undefined ? 0 : 2 * badgePad) }
}

function spaceOf(fonts: Fonts, ink: Ink): number {
  const [run] = fonts.runs(' ', ink.face)
  return run === undefined ? 0 : fonts.width(run, ink.size)
}

/** How wide a phrase would like to be, in points. */
export interface Extent {
  /** On one line. */
  readonly whole: number
  /** Its widest word. */
  readonly word: number
  /** The widest part of a word that is better not broken. */
  readonly part: number
}

/**
 * Measures a phrase.
 *
 * @param fonts - The document's fonts.
 * @param phrase - The text.
 * @param setting - Size and face.
 * @returns Its extent.
 */
export function extentOf(fonts: Fonts, phrase: Phrase, setting: Setting): Extent {
  let whole = 0
  let word = 0
  let part = 0
  for (const { parts, space } of wordsOf(phrase, setting)) {
    let taken = 0
    for (const { ink, text } of parts) {
      const { width } = spanOf(fonts, ink, text)
      taken += width
      const pieces = ink.badge === undefined ? text.split(joints) : [text]
      part = Math.max(part, ...(pieces.length === 1 ? [width] : pieces.map((piece) => spanOf(fonts, ink, piece).width)))
    }
    const last = parts.at(-1)
    whole += taken + (space && last !== undefined ? spaceOf(fonts, last.ink) : 0)
    word = Math.max(word, taken)
  }
  return { whole, word, part }
}
