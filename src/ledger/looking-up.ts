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

/** A slot, and what stands under its id. */
interface Found {
  readonly slot: Slot
  readonly stored: DecisionReceipt
}

/** Consecutive receipts, each linked to the one before. */
function runsOf(receipts: readonly DecisionReceipt[]): [DecisionReceipt, ...DecisionReceipt[]][] {
  const runs: [DecisionReceipt, ...DecisionReceipt[]][] = []
  for (const receipt of [...receipts].sort((one, other) => one.seq - other.seq)) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (before?.seq === receipt.seq) continue
    if (run && before?.seq === receipt.seq - 1 && before.receiptHash === receipt.prevReceiptHash) run.push(receipt)
    else runs.push([receipt])
  }
  return runs
}

/**
 * Makes sure that what stands in the chain is as durable as an append that resolves: it was read, and what is read may
 * still be lost. The same append again writes nothing and tells.
 */
async function confirm(
  { store }: Parts,
  { chainId }: Chain,
  receipts: readonly DecisionReceipt[],
  signal: AbortSignal,
): Promise<void> {
  for (const run of runsOf(receipts)) {
    const [{ seq, prevReceiptHash }] = run
    const before = seq === 0 ? undefined : { seq: seq - 1, receiptHash: prevReceiptHash }
    await store.append(chainId, run, before, { signal })
  }
}

const ownOf = ({ slot, stored }: Found): DecisionReceipt | undefined =>
  slot.sealed.find(({ receiptHash }) => receiptHash === stored.receiptHash)

const isRedelivered = ({ slot, stored }: Found): boolean =>
  examineReceipt(stored).sound && slot.frame !== undefined && agrees(slot.frame.body, stored)

/** Refuses a slot: what stands under its id is not what it says. */
function refuseSlot(chain: Chain, { slot, stored }: Found): void {
  const { receiptId } = slot.order
  const details = { chainId: chain.chainId, receiptId, seq: stored.seq, outcome: 'absent' as const }
  if (!examineReceipt(stored).sound) {
    failSlot(
      slot,
      chain.chainId,
      new QuittanceError('STORE_CORRUPT', 'the receipt that stands under this id does not verify', { details }),
    )
    return
  }
  const message = `another receipt of this id stands in the chain, at seq ${stored.seq}; this one was not appended`
  failSlot(slot, chain.chainId, new QuittanceError('LEDGER_ID_REUSED', message, { details }))
}

/** Settles slots with what stands under their ids. */
async function settleWith(parts: Parts, chain: Chain, found: readonly Found[], signal: AbortSignal): Promise<void> {
  const settled: { slot: Slot; receipt: DecisionReceipt; own: boolean }[] = []
  for (const one of found) {
    const { slot, stored } = one
    const own = ownOf(one)
    const isThere = own !== undefined || isRedelivered(one)
    // another receipt under the id: what it was sealed as before can't come any more
    for (const wait of slot.waits) wait.exposure = isThere ? 'ambiguous' : 'none'
    if (isThere) settled.push({ slot, receipt: own ?? stored, own: own !== undefined })
    else refuseSlot(chain, one)
  }
  await confirm(
    parts,
    chain,
    settled.map(({ receipt }) => receipt),
    signal,
  )
  for (const { slot, receipt, own } of settled) {
    if (own) acknowledge(parts, chain, [receipt], [slot])
    settleSlot(slot, receipt)
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
  const found: Found[] = []
  for (const slot of batch.slots) {
    const stored = await parts.store.get(chain.chainId, slot.order.receiptId, { signal: batch.signal })
    if (stored === undefined) break
    found.push({ slot, stored })
  }
  await settleWith(parts, chain, found, batch.signal)
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
  const found: Found[] = []
  for (const slot of meant.length > 0 ? meant : batch.slots) {
    const stored = await parts.store.get(chain.chainId, slot.order.receiptId, { signal: batch.signal })
    if (stored !== undefined) found.push({ slot, stored })
  }
  await settleWith(parts, chain, found, batch.signal)
  batch.dropEnded()
  return found.length
}
