/** Receipts that wait for another one: a tool call for its result, a session for its end. */

import type { ReceiptRef } from '../statistics/receipt-ref.js'
import { createRecent } from '../statistics/recent.js'

/** What is known of one that waits, where it will be listed. */
export interface WaitingFacts {
  /** Since when it waits, in Unix milliseconds. */
  readonly since: number
  readonly tool?: string | undefined
  readonly effect?: string | undefined
}

/** One that still waits. */
export interface WaitingCase extends WaitingFacts {
  readonly receipt: ReceiptRef
}

/** Those that nothing came for. */
export interface Waiting {
  readonly count: number
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
  /** Let go for want of memory before anything came. */
  readonly undecided: number
  /** Those of whom more is known, in the order in which they came. */
  readonly cases: readonly WaitingCase[]
}

/** Follows who waits. */
export interface Awaiting {
  /**
   * @param key - what it waits for
   * @param ref - the receipt that waits
   * @param times - how often it does
   * @param facts - of the first that waits for the key
   */
  expect(key: string, ref: ReceiptRef, times?: number, facts?: WaitingFacts): void
  /** @param key - what came: nobody waits for it any more */
  meet(key: string): void
  /**
   * @param counts - whether those who wait for a key count; default all
   * @returns those that still wait
   */
  waiting(counts?: (key: string, facts: WaitingFacts | undefined) => boolean): Waiting
}

interface Group {
  readonly key: string
  count: number
  readonly first: ReceiptRef
  last: ReceiptRef
  readonly facts: WaitingFacts | undefined
}

/**
 * @param limit - how many keys are remembered at least
 * @returns a list on which nobody waits
 */
export function createAwaiting(limit: number): Awaiting {
  const open = createRecent<Group>(limit)
  return {
    expect(key, ref, times = 1, facts) {
      const group = open.get(key)
      if (group === undefined) open.set(key, { key, count: times, first: ref, last: ref, facts })
      else {
        group.count += times
        group.last = ref
      }
    },
    meet: (key) => open.delete(key),
    waiting(counts = () => true) {
      let count = 0
      let first: ReceiptRef | undefined
      let last: ReceiptRef | undefined
      const cases: WaitingCase[] = []
      for (const group of open.values()) {
        if (!counts(group.key, group.facts)) continue
        if (group.facts !== undefined) cases.push({ receipt: group.first, ...group.facts })
        count += group.count
        if (first === undefined || group.first.seq < first.seq) first = group.first
        if (last === undefined || group.last.seq > last.seq) last = group.last
      }
      return { count, ...(first === undefined ? {} : { first, last }), undecided: open.forgotten, cases }
    },
  }
}
