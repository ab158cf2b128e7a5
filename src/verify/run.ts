import type { DecisionReceipt } from '../receipt/types.js'

/** Hears of each receipt against which nothing was found, in order. */
export type Counted = (receipt: DecisionReceipt) => void

/** What has to be known of the receipt that a chain was followed to. */
export type Reached = Pick<DecisionReceipt, 'seq' | 'receiptId' | 'receiptHash' | 'timestamp'>

/**
 * Receipts behind one that was taken by itself. Whoever makes one has found that each is sound, without a problem or a
 * notice; of the chain, version and key of the first; its seq one more than that of the receipt before it, linked to it
 * and not dated before it; and no event of the ledger's own, which may change what the chain or its keys are worth.
 */
export interface Run {
  /** The receipt before all of them. */
  readonly first: DecisionReceipt
  /** How many follow it; at least one. */
  readonly count: number
  readonly last: Reached
  /** The Merkle leaf hashes of those that follow, 32 bytes each; absent where nobody asked for them. */
  readonly leaves?: Uint8Array | undefined
}

/**
 * @param receipt - one that is sound
 * @returns whether it only carries its chain on, whatever it says
 */
export function isPlain({ eventType, key, retention, system }: DecisionReceipt): boolean {
  return (
    key === undefined &&
    retention === undefined &&
    system === undefined &&
    eventType !== 'key' &&
    eventType !== 'retention' &&
    eventType !== 'system'
  )
}
