/** Finding out what became of receipts: one's own after an answer was lost, somebody else's under the same id. */
import { QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { examineReceipt } from '../verify/examine.js'
import { agrees } from './agreement.js'
import type { Batch, Slot } from './batch.js'
import { acknowledge, type Chain, type Parts } from './chain.js'
import { failSlot } from './linking.js'

/**
 * Tells everybody who waits for a slot that its receipt is durable.
 *
 * @param slot - the slot
 * @param receipt - as it stands in the chain
 */
export function settleSlot(slot: Slot, receipt: DecisionReceipt): void {
  slot.order.onDurable?.(receipt)
  for (const wait of slot.waits) wait.resolve(receipt)
}

/** Settles a slot with what stands under its id. */
function settleWith(parts: Parts, chain: Chain, slot: Slot, stored: DecisionReceipt): void {
  const own = slot.sealed.find(({ receiptHash }) => receiptHash === stored.receiptHash)
  if (own) {
    acknowledge(parts, chain, [own], [slot])
    settleSlot(slot, own)
    return
  }
  const { receiptId } = slot.order
  const details = { chainId: chain.chainId, receiptId, seq: stored.seq, outcome: 'absent' as const }
  // what it was sealed as before is not what stands there, so nothing of it can come any more
  for (const wait of slot.waits) wait.exposure = 'none'
  if (!examineReceipt(stored).sound) {
    failSlot(
      slot,
      chain.chainId,
      new QuittanceError('STORE_CORRUPT', 'the receipt that stands under this id does not verify', { details }),
    )
  } else if (slot.frame !== undefined && agrees(slot.frame.body, stored)) settleSlot(slot, stored)
  else {
    const message = `another receipt of this id stands in the chain, at seq ${stored.seq}; this one was not appended`
    failSlot(slot, chain.chainId, new QuittanceError('LEDGER_ID_REUSED', message, { details }))
  }
}

/**
 * After an answer was lost: a prefix of the batch may be there, so the first that is missing ends the search.
 *
 * @param parts - the ledger's
 * @param chain - the chain, its head just read
 * @param batch - what was under way
 * @throws what the store throws
 */
export async function recogniseOwn(parts: Parts, chain: Chain, batch: Batch): Promise<void> {
  for (const slot of batch.slots) {
    const stored = await parts.store.get(chain.chainId, slot.order.receiptId, { signal: batch.signal })
    if (stored === undefined) break
    settleWith(parts, chain, slot, stored)
  }
  batch.dropEnded()
}

/**
 * After `STORE_ID_EXISTS`: settles every slot whose id is there.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param batch - what was refused as a whole
 * @param named - the id that the store named, if it did
 * @returns how many were settled
 * @throws what the store throws
 */
export async function lookUpExisting(
  parts: Parts,
  chain: Chain,
  batch: Batch,
  named: string | undefined,
): Promise<number> {
  const meant = batch.slots.filter(({ order }) => order.receiptId === named)
  let found = 0
  for (const slot of meant.length > 0 ? meant : batch.slots) {
    const stored = await parts.store.get(chain.chainId, slot.order.receiptId, { signal: batch.signal })
    if (stored === undefined) continue
    settleWith(parts, chain, slot, stored)
    found += 1
  }
  batch.dropEnded()
  return found
}
