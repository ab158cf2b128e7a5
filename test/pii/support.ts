import type { Detector } from '../../src/pii/detector.js'
import { fold } from '../../src/pii/fold.js'
import { createBudget, scan } from '../../src/pii/haystack.js'

/** One finding as tests compare it; offsets are those of the folded text. */
export interface Seen {
  readonly type: string
  readonly value: string
  readonly start: number
  readonly end: number
  readonly score: number
}

/** A finding counts from here on. */
export const THRESHOLD = 0.5

/** Everything that one detector reports of a text, whatever the score, in the order of the text. */
export function reportsOf(detector: Detector, text: string, hint = ''): Seen[] {
  const folded = fold(text).text
  const seen: Seen[] = []
  detector.find(scan(folded, hint, createBudget(600_000)), (start, end, type, score) => {
    seen.push({ type, value: folded.slice(start, end), start, end, score })
  })
  return seen.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** What one detector is sure enough of, in the order of the text. */
export function spansOf(detector: Detector, text: string, hint = ''): Seen[] {
  return reportsOf(detector, text, hint).filter(({ score }) => score >= THRESHOLD)
}
