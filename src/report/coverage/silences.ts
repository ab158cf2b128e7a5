/** Stretches in which a chain that should show that it is alive had no receipt of any kind. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { type ReceiptRef, refOf } from '../statistics/receipt-ref.js'
import { longestCases, MOST_CASES } from './cases.js'
import type { CoverageCase } from './types.js'

/** What is looked for. */
export interface SilenceOptions {
  /** How often a heartbeat is due, in milliseconds. */
  readonly heartbeatMs: number
  /** The judge's clock, in Unix milliseconds. */
  readonly now: number
  /** Only silence that reaches into it counts, then in its whole length; Unix milliseconds, `until` not in it. */
  readonly period?: { readonly from: number; readonly until: number } | undefined
}

/** What was found. */
export interface Silences {
  readonly count: number
  /** Stretches between receipts that were looked at. */
  readonly n: number
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
  readonly cases: readonly CoverageCase[]
}

/** A heartbeat may come late, but not by more than half of what it was promised for. */
const PATIENCE = 1.5

/**
 * @param options - what is expected
 * @returns a follower of one chain
 */
export function createSilences({ heartbeatMs, now, period }: SilenceOptions): {
  update(receipt: DecisionReceipt, at: number): void
  snapshot(): Silences
} {
  let count = 0
  let n = 0
  let first: ReceiptRef | undefined
  let last: ReceiptRef | undefined
  let cases: CoverageCase[] = []
  let before: { readonly ref: ReceiptRef; readonly at: number } | undefined
  let ended = false

  const judge = (since: { readonly ref: ReceiptRef; readonly at: number }, to: number) => {
    const reaches = period === undefined || (to > period.from && since.at < period.until)
    if (!reaches || to <= since.at) return { looked: false } as const
    const ms = to - since.at
    if (ms <= PATIENCE * heartbeatMs) return { looked: true } as const
    const found: CoverageCase = {
      receipt: since.ref,
      since: new Date(since.at).toISOString(),
      until: new Date(to).toISOString(),
      ms,
    }
    return { looked: true, found } as const
  }

  return {
    update(receipt, at) {
      if (before !== undefined) {
        const { looked, found } = judge(before, at)
        if (looked) n += 1
        if (found !== undefined) {
          count += 1
          first ??= before.ref
          last = before.ref
          cases.push(found)
          if (cases.length >= 2 * MOST_CASES) cases = longestCases(cases)
        }
      }
      before = { ref: refOf(receipt), at }
      ended = receipt.system?.event === 'chain_end'
    },
    snapshot() {
      const to = period === undefined ? now : Math.min(now, period.until)
      // what follows the last receipt; nothing follows a chain's end
      const tail = before === undefined || ended ? undefined : judge(before, to)
      const more = tail?.found === undefined ? 0 : 1
      const end = more === 1 ? before?.ref : undefined
      return {
        count: count + more,
        n: n + (tail?.looked ? 1 : 0),
        ...(first === undefined && end === undefined ? {} : { first: first ?? end, last: end ?? last }),
        cases: longestCases(tail?.found === undefined ? cases : [...cases, tail.found]),
      }
    },
  }
}
