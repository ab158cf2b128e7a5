/** Tallies by span of time whose width follows from how much there is: any order of receipts gives the same spans. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Each is a multiple of the one before, so that spans merge whole. */
const widths = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 28 * DAY, 364 * DAY]
/** 1970 began on a Thursday: weeks begin on a Monday. */
const MONDAY = 4 * DAY

/** A bounded number of spans, each with a tally of its own. */
export interface Spans<T> {
  /** @returns the tally of the span that holds the instant, to be added to at once */
  at(ms: number): T
  /** @returns how wide the spans are now, and those that hold anything, in order of time */
  list(): { readonly widthMs: number; readonly spans: readonly { readonly from: number; readonly tally: T }[] }
}

/**
 * Makes spans that widen when there are more than `most`: the narrowest width of a fixed ladder with which all that was
 * seen fits, so the order in which it came changes nothing.
 *
 * @param most - how many spans at most
 * @param narrowest - the width to begin with, one of the ladder, in milliseconds
 * @param create - an empty tally
 * @param merge - adds the second to the first, whichever was there before
 * @returns no spans
 */
export function createSpans<T>(
  most: number,
  narrowest: number,
  create: () => T,
  merge: (into: T, from: T) => void,
): Spans<T> {
  let step = widths.indexOf(narrowest)
  let spans = new Map<number, T>()
  // receipts come in order, so the span of the last one is most often that of the next
  let lastIndex = Number.NaN
  let lastTally: T | undefined

  const width = (): number => widths[step] as number
  const indexOf = (ms: number): number => Math.floor((ms - MONDAY) / width())

  const widen = (): void => {
    const before = width()
    step += 1
    const merged = new Map<number, T>()
    for (const [index, tally] of spans) {
      const into = indexOf(index * before + MONDAY)
      const there = merged.get(into)
      if (there === undefined) merged.set(into, tally)
      else merge(there, tally)
    }
    spans = merged
    lastIndex = Number.NaN
  }

  return {
    at(ms) {
      let index = indexOf(ms)
      if (index === lastIndex) return lastTally as T
      let tally = spans.get(index)
      if (tally === undefined) {
        tally = create()
        spans.set(index, tally)
        while (spans.size > most && step < widths.length - 1) widen()
        index = indexOf(ms)
        tally = spans.get(index) as T
      }
      lastIndex = index
      lastTally = tally
      return tally
    },
    list() {
      const listed = [...spans].sort(([a], [b]) => a - b)
      return { widthMs: width(), spans: listed.map(([index, tally]) => ({ from: index * width() + MONDAY, tally })) }
    },
  }
}
