import type { Detector } from '../../src/pii/detector.js'
import { fold } from '../../src/pii/fold.js'
import { spansOf } from './support.js'

/** What one detector is sure enough of, as it stands in the original. */
export function writtenOf(detector: Detector, text: string, hint = ''): string[] {
  const { back } = fold(text)
  return spansOf(detector, text, hint).map(({ start, end }) =>
    text.slice(back ? back.start(start) : start, back ? back.end(end) : end),
  )
}
