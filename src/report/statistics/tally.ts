import type { ReceiptRef } from './receipt-ref.js'

/** How often one label came. */
export interface LabelCount {
  readonly label: string
  readonly count: number
  readonly first: ReceiptRef
  readonly last: ReceiptRef
}

/** Counts by label: exact for each label listed, and exact in sum. */
export interface LabelCounts {
  /** The highest count first, then by label. */
  readonly labels: readonly LabelCount[]
  /** All that came under a label that was new when `limit` labels were known: how many labels is not known. */
  readonly other: number
  /** How many labels are told apart. */
  readonly limit: number
}

/** Counts labels in bounded memory. */
export interface Tally {
  /**
   * Counts one.
   *
   * @param label - what is counted
   * @param at - the receipt where it stood
   */
  add(label: string, at: ReceiptRef): void
  /** @returns the counts so far */
  snapshot(): LabelCounts
}

/**
 * Counts by label. The first `limit` labels are told apart from their first occurrence on, so that each count listed
 * is exact; every later label counts as `other`.
 *
 * @param limit - how many labels are told apart, at least 1
 * @returns an empty tally
 */
export function createTally(limit: number): Tally {
  const known = new Map<string, { count: number; readonly first: ReceiptRef; last: ReceiptRef }>()
  let other = 0
  return {
    add(label, at) {
      const entry = known.get(label)
      if (entry !== undefined) {
        entry.count += 1
        entry.last = at
      } else if (known.size < limit) known.set(label, { count: 1, first: at, last: at })
      else other += 1
    },
    snapshot() {
      const labels = [...known].map(([label, entry]) => ({ label, ...entry }))
      return { labels: labels.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1)), other, limit }
    },
  }
}
