/** Removing the free text of one receipt: a signed receipt first, then the removal. */
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { token } from '../receipt/schema/words.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { checkChainId } from '../store/checks.js'
import type { Parts } from './chain.js'
import type { Desk, OwnEvent } from './desk.js'
import { type Limit, withinLimit } from './giving-up.js'
import { holdingsOf } from './holds.js'
import { notAllowed, turnToRemove, unsupported } from './retention-turn.js'
import type { EraseOptions } from './types.js'

/** What a notice says of an erasure that a hold would have stopped. */
const DESPITE_HOLD = 'erase_despite_hold:'

const optionNames = {
  reason: true,
  despiteHold: true,
  signal: true,
  timeoutMs: true,
} satisfies Record<keyof EraseOptions, true>

const heldBack = (chainId: string): QuittanceError =>
  notAllowed(chainId, 'a hold covers the receipt: its details stay, unless despiteHold says why not', 'hold')

function checkDespite(despiteHold: string | undefined): void {
  if (despiteHold === undefined) return
  if (token.check(despiteHold) ?? token.check(`${DESPITE_HOLD}${despiteHold}`))
    throw new RangeError(`despiteHold must be a token of at most ${128 - DESPITE_HOLD.length} characters`)
}

async function eraseWithin(
  parts: Parts,
  desk: Desk,
  receipt: DecisionReceipt & { readonly detailsHash: NonNullable<DecisionReceipt['detailsHash']> },
  { reason, despiteHold }: EraseOptions,
  limit: Limit,
): Promise<boolean> {
  const { store, recent } = parts
  const { chainId, receiptId, seq, detailsHash } = receipt
  const { signal } = limit
  /** @returns whether a hold stands in the way; one that is overridden does not, but is said to be there */
  const isHeld = async (): Promise<boolean> =>
    (await holdingsOf(parts, chainId, signal)).covering({ seq, decisionId: receipt.decisionId }).length > 0

  if (await isHeld()) {
    if (despiteHold === undefined) throw heldBack(chainId)
    await desk.submitOwn(
      chainId,
      () => ({ eventType: 'system', system: { event: 'notice', code: `${DESPITE_HOLD}${despiteHold}` } }),
      limit.append(),
    )
  }
  await desk.submitOwn(
    chainId,
    async (): Promise<OwnEvent> => {
      if (despiteHold === undefined && (await isHeld())) throw heldBack(chainId)
      return {
        eventType: 'retention',
        retention: { event: 'erase', receipts: [{ seq, receiptId, detailsHash }], reason },
      }
    },
    limit.append(),
    { alone: true },
  )
  limit.begun()
  return turnToRemove(parts, chainId, signal, async () => {
    if (despiteHold === undefined && (await isHeld())) throw heldBack(chainId)
    recent.eraseDetails(chainId, receiptId)
    return (await store.eraseDetails?.(chainId, receiptId, { signal })) ?? false
  })
}

/**
 * Removes the free text of one receipt.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain
 * @param receiptId - the receipt
 * @param options - why, as a token; why a hold does not count; when to give up
 * @returns false where there is no such receipt, or no free text
 * @throws QuittanceError `STORE_UNSUPPORTED`, `STORE_CORRUPT`, `LEDGER_RETENTION` where a hold covers it,
 *   `LEDGER_ABORTED`, `LEDGER_TIMEOUT`, and what an append throws
 */
export async function eraseDetails(
  parts: Parts,
  desk: Desk,
  chainId: string,
  receiptId: string,
  options: EraseOptions,
): Promise<boolean> {
  checkChainId(chainId)
  refuseUnknownMembers(options, optionNames, 'options')
  checkDespite(options.despiteHold)
  const { store } = parts
  if (store.eraseDetails === undefined) throw unsupported('erase details')
  return withinLimit(options, chainId, async (limit) => {
    const receipt = await store.get(chainId, receiptId, { signal: limit.signal })
    if (receipt?.details === undefined) return false
    const { seq, detailsHash } = receipt
    if (detailsHash === undefined) {
      throw new QuittanceError('STORE_CORRUPT', 'the receipt has details but no detailsHash', {
        details: { chainId, receiptId, seq },
      })
    }
    return eraseWithin(parts, desk, { ...receipt, detailsHash }, options, limit)
  })
}
