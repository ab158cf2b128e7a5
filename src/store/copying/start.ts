/** Where a copy goes on: what the target has already, held against the source. */

import type { HeadRef } from '../../errors.js'
import { conflict, refOf } from '../plan.js'
import { receiptAt } from '../receipt-at.js'
import type { ReceiptStore } from '../store.js'

/** What is to be done for one chain. */
export interface Start {
  /** The first seq that the source holds, and its head when it was looked at. */
  readonly first: number
  readonly last: HeadRef
  /** The target's head: what follows it is copied; `undefined` where the target has nothing of this chain. */
  readonly held: HeadRef | undefined
}

/**
 * Compares two stores at the highest seq that both know.
 *
 * @param from - the source
 * @param to - the target
 * @param chainId - the chain
 * @param signal - gives up
 * @returns where to go on; `undefined` where the source holds nothing of this chain
 * @throws QuittanceError `STORE_CONFLICT` where the target has another chain of that name, or one that ends before what
 *   the source still holds
 */
export async function startOf(
  from: ReceiptStore,
  to: ReceiptStore,
  chainId: string,
  signal: AbortSignal | undefined,
): Promise<Start | undefined> {
  const head = await from.head(chainId, { signal })
  if (head === undefined) return undefined
  const last = refOf(head)
  const first = (await from.bounds(chainId, { signal }))?.first ?? last.seq
  const held = await to.head(chainId, { signal })
  if (held === undefined) return { first, last, held: undefined }
  const mine = refOf(held)
  if (held.seq > last.seq) {
    const there = await to.get(chainId, head.receiptId, { signal })
    if (there?.receiptHash !== last.receiptHash) throw conflict(chainId, last, mine)
  } else if (held.seq >= first) {
    const here = await receiptAt(from, chainId, held.seq, signal)
    if (here?.receiptHash !== held.receiptHash) throw conflict(chainId, here && refOf(here), mine)
  } else {
    // pruned since: what follows the target's head must be the first that the source still holds
    const next = await receiptAt(from, chainId, first, signal)
    const before = next && { seq: next.seq - 1, receiptHash: next.prevReceiptHash }
    if (before?.seq !== held.seq || before.receiptHash !== held.receiptHash) throw conflict(chainId, before, mine)
  }
  return { first, last, held: mine }
}
