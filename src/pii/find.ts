/** From a text to the spans that are to be replaced: looked through until what would be left holds nothing more. */
import type { Detector } from './detector.js'
import { REACH } from './detector.js'
import { fold } from './fold.js'
import { type Budget, createBudget, scan } from './haystack.js'
import { resolve, type Span } from './resolve.js'

/** A span and what detectors saw there: the folded value. */
export interface Found extends Span {
  readonly value: string
}

/** Where a text stands. */
export interface Where {
  /** Words that name the place, lower case; empty where nothing is known. */
  readonly hint: string
  /** Only detectors for machine ids look. */
  readonly machine: boolean
}

/** What a finder is made of. */
export interface FinderOptions {
  readonly detectors: readonly Detector[]
  /** A finding counts from this score on. */
  readonly threshold: number
  /** What one text may take, in milliseconds. */
  readonly budgetMs: number
  /** What will stand in a finding's place, or something that detectors take for the same. */
  readonly preview: (found: Found) => string
}

/** Looks through texts. */
export interface Finder {
  /**
   * @param text - the original
   * @param where - where it stands
   * @returns what is to be replaced, in the order of the text, without overlaps
   * @throws QuittanceError `PII_BUDGET`
   */
  find(text: string, where: Where): Found[]
}

/** A text is looked through again as a whole up to this length, and around what was replaced beyond it. */
const WHOLE = 2_048

/** How far a window reaches beyond the reach of a detector, so that what it finds at its own edges is not believed. */
const MARGIN = REACH * 4

const leftBehind = /\[[A-Z][A-Z0-9_]*(?::hmac:[0-9a-z]+)?\]/g

/** What redaction left is never found again, whatever a pattern of one's own says. */
function outsidePlaceholders(text: string, spans: Found[]): Found[] {
  if (spans.length === 0 || !text.includes('[')) return spans
  const places = [...text.matchAll(leftBehind)].map((match) => [match.index, match.index + match[0].length] as const)
  if (places.length === 0) return spans
  const byStart = [...spans].sort((a, b) => a.start - b.start)
  const kept: Found[] = []
  let next = 0
  for (const span of byStart) {
    while (next < places.length && (places[next] as readonly [number, number])[1] <= span.start) next += 1
    const place = places[next]
    if (!place || span.start < place[0] || span.end > place[1]) kept.push(span)
  }
  return kept
}

/** A stretch of the replaced text that stands for a span of the original. */
interface Piece {
  readonly start: number
  readonly end: number
  readonly span: Found
}

function replaced(text: string, spans: readonly Found[], preview: (found: Found) => string) {
  const pieces: Piece[] = []
  let whole = ''
  let from = 0
  for (const span of spans) {
    whole += text.slice(from, span.start)
    const start = whole.length
    whole += preview(span)
    pieces.push({ start, end: whole.length, span })
    from = span.end
  }
  return { text: whole + text.slice(from), pieces }
}

/** Stretches of the replaced text that may hold something new, each with the part whose findings count. */
function windows(length: number, fresh: readonly Piece[]): { from: number; to: number; pieces: Piece[] }[] {
  if (length <= WHOLE) return [{ from: 0, to: length, pieces: [...fresh] }]
  const all: { from: number; to: number; pieces: Piece[] }[] = []
  for (const piece of fresh) {
    const from = Math.max(0, piece.start - MARGIN)
    const to = Math.min(length, piece.end + MARGIN)
    const last = all.at(-1)
    if (last && from <= last.to) {
      last.to = to
      last.pieces.push(piece)
    } else all.push({ from, to, pieces: [piece] })
  }
  return all
}

/** Maps offsets of a replaced text back to the original. */
function backTo(pieces: readonly Piece[]) {
  const indexOf = (offset: number): number => {
    let low = 0
    let high = pieces.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((pieces[middle] as Piece).end <= offset) low = middle + 1
      else high = middle
    }
    return low
  }
  const plain = (offset: number, index: number): number => {
    const before = pieces[index - 1]
    return before ? before.span.end + (offset - before.end) : offset
  }
  return (start: number, end: number): { start: number; end: number; covered: Piece[] } => {
    const first = indexOf(start)
    let next = first
    while (next < pieces.length && (pieces[next] as Piece).start < end) next += 1
    const covered = pieces.slice(first, next)
    const opening = covered[0]
    const closing = covered.at(-1)
    return {
      start: opening && opening.start <= start ? opening.span.start : plain(start, first),
      end: closing && closing.end >= end ? closing.span.end : plain(end, next),
      covered,
    }
  }
}

/**
 * @param options - detectors, threshold and budget
 * @returns what looks through texts with them
 */
export function createFinder({ detectors, threshold, budgetMs, preview }: FinderOptions): Finder {
  const forMachines = detectors.filter(({ machine }) => machine === true)

  const once = (text: string, { hint, machine }: Where, budget: Budget): Found[] => {
    const { text: seen, starts, ends } = fold(text)
    const haystack = scan(seen, hint, budget)
    const spans: Found[] = []
    for (const detector of machine ? forMachines : detectors) {
      detector.find(haystack, (start, end, type, score, reason) => {
        if (!(score >= threshold)) return
        if (!(start >= 0 && start < end && end <= seen.length))
          throw new RangeError(`the detector ${detector.name} reported offsets outside of the text`)
        spans.push({
          type,
          start: starts ? (starts[start] as number) : start,
          end: ends ? (ends[end - 1] as number) : end,
          score,
          detector: detector.name,
          reason,
          value: seen.slice(start, end),
        })
      })
    }
    return resolve(outsidePlaceholders(text, spans)) as Found[]
  }

  /** What looking once more finds beside what was just replaced, in offsets of the original. */
  const again = (
    original: string,
    spans: readonly Found[],
    fresh: ReadonlySet<Found>,
    where: Where,
    budget: Budget,
  ): { spans: Found[]; fresh: Set<Found> } => {
    const { text, pieces } = replaced(original, spans, preview)
    const back = backTo(pieces)
    const gone = new Set<Found>()
    const added: Found[] = []
    const freshPieces = pieces.filter(({ span }) => fresh.has(span))
    for (const { from, to, pieces: near } of windows(text.length, freshPieces)) {
      const whole = from === 0 && to === text.length
      for (const found of once(whole ? text : text.slice(from, to), where, budget)) {
        const start = found.start + from
        const end = found.end + from
        if (!whole && !near.some((piece) => end > piece.start - REACH && start < piece.end + REACH)) continue
        const mapped = back(start, end)
        const open = mapped.covered.every(({ start: s, end: e }) => start >= s && end <= e)
        if (mapped.covered.length > 0 && open) continue
        const longest = mapped.covered.reduce<Found>(
          (most, { span }) => (span.end - span.start > most.end - most.start ? span : most),
          found,
        )
        for (const { span } of mapped.covered) gone.add(span)
        added.push({ ...found, type: longest.type, start: mapped.start, end: mapped.end })
      }
    }
    const standing = resolve(added) as Found[]
    const kept = spans.filter((span) => !gone.has(span))
    return { spans: [...kept, ...standing].sort((a, b) => a.start - b.start), fresh: new Set(standing) }
  }

  return {
    find(text, where) {
      const budget = createBudget(budgetMs)
      let spans = once(text, where, budget)
      let fresh: ReadonlySet<Found> = new Set(spans)
      while (fresh.size > 0) ({ spans, fresh } = again(text, spans, fresh, where, budget))
      return spans
    },
  }
}
