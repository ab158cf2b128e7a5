/** A list of which the first and the last entries are kept, and how many there were in between. */
export interface KeptEnds<T> {
  /** How many there were. */
  readonly total: number
  /** How many of them are neither among the first nor among the last, and are not listed. */
  readonly omitted: number
  /** Ascending: the first ones, then the last ones. */
  readonly items: readonly T[]
}

/** How many entries a list keeps at either end. */
export interface KeepOptions {
  readonly first: number
  readonly last: number
}

/** Collects into a list of bounded length. */
export interface EndsKeeper<T> {
  /** @param item - the next one */
  push(item: T): void
  /** @returns the kept ones, the same objects */
  snapshot(): KeptEnds<T>
}

/**
 * Keeps the ends of a list of any length.
 *
 * @param name - of the option, for the message
 * @param keep - how many at either end; absent: 50 and 50
 * @returns an empty one
 * @throws RangeError when a number is not an integer from 0 to 100,000
 */
export function createEndsKeeper<T>(name: string, keep: KeepOptions = { first: 50, last: 50 }): EndsKeeper<T> {
  for (const value of [keep.first, keep.last]) {
    if (!Number.isSafeInteger(value) || value < 0 || value > 100_000) {
      throw new RangeError(`${name} must hold integers from 0 to 100000`)
    }
  }
  const { first, last } = keep
  const head: T[] = []
  const ring: T[] = []
  let total = 0
  let oldest = 0
  return {
    push(item) {
      total += 1
      if (head.length < first) head.push(item)
      else if (ring.length < last) ring.push(item)
      else if (last > 0) {
        ring[oldest] = item
        oldest = (oldest + 1) % last
      }
    },
    snapshot() {
      const items = [...head, ...ring.slice(oldest), ...ring.slice(0, oldest)]
      return { total, omitted: total - items.length, items }
    },
  }
}
