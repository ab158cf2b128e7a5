/** Ending a chain and opening its successor. */
import { QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { checkChainId } from '../store/checks.js'
import { receiptAt } from '../store/receipt-at.js'
import type { Parts } from './chain.js'
import type { Desk, OwnEvent } from './desk.js'
import { chainStart } from './linking.js'
import type { Present } from './order.js'
import { refOf } from './rollback.js'
import type { NoteOptions } from './types.js'

const numbered = /^(.*)\/([1-9]\d{0,8})$/

/**
 * @param chainId - a chain
 * @returns the usual name of its successor: `acme/2` after `acme`, `acme/3` after `acme/2`
 */
export function successorOf(chainId: string): string {
  const [, base, number] = numbered.exec(chainId) ?? []
  return base !== undefined && Number(number) >= 2 ? `${base}/${Number(number) + 1}` : `${chainId}/2`
}

function follows(start: DecisionReceipt | undefined, end: DecisionReceipt): start is DecisionReceipt {
  const predecessor = start?.system?.event === 'chain_start' ? start.system.predecessor : undefined
  return (
    predecessor?.chainId === end.chainId && predecessor.seq === end.seq && predecessor.receiptHash === end.receiptHash
  )
}

function taken(chainId: string, head: DecisionReceipt): QuittanceError {
  return new QuittanceError('STORE_CONFLICT', 'the successor is a chain already, of another origin', {
    details: { chainId, outcome: 'absent', actual: refOf(head) },
  })
}

/**
 * Writes `chain_end` and the successor's `chain_start`. Where the first is there already, as after a crash in between, only
 * what is missing is written.
 *
 * @param parts - the ledger's
 * @param desk - the ledger's
 * @param chainId - the chain that ends
 * @param ending - why, and the successor's name
 * @param options - how to wait
 * @returns both receipts
 */
export async function succeed(
  parts: Parts,
  desk: Desk,
  chainId: string,
  ending: { readonly reason: string; readonly successor: string | undefined },
  options: NoteOptions,
): Promise<{ readonly end: DecisionReceipt; readonly start: DecisionReceipt }> {
  checkChainId(chainId)
  const { reason, successor: successorChainId = successorOf(chainId) } = ending
  checkChainId(successorChainId)
  if (successorChainId === chainId) throw new RangeError('the successor must have another name')
  const { store } = parts

  const end = await desk.submitOwn(
    chainId,
    async ({ head }): Promise<OwnEvent | Present> => {
      if (head === undefined) throw new RangeError('chainId must name a chain that has begun')
      if (head.system?.event === 'chain_end') {
        if (head.system.successorChainId === successorChainId) return { present: head }
        throw new QuittanceError('LEDGER_CHAIN_ENDED', 'the chain has ended, with another successor', {
          details: { seq: head.seq },
        })
      }
      const there = await store.head(successorChainId, { signal: options.signal })
      if (there !== undefined) throw taken(successorChainId, there)
      return { eventType: 'system', system: { event: 'chain_end', reason, successorChainId } }
    },
    options,
    { alone: true, afterEnd: true },
  )

  const start = await desk.submitOwn(
    successorChainId,
    async ({ head }): Promise<OwnEvent | Present> => {
      if (head === undefined)
        return {
          eventType: 'system',
          system: chainStart(parts, { chainId, ...refOf(end) } as Parameters<typeof chainStart>[1]),
        }
      const first = await receiptAt(store, successorChainId, 0, options.signal)
      if (follows(first, end)) return { present: first }
      throw taken(successorChainId, head)
    },
    { ...options, tenantId: options.tenantId ?? end.tenantId },
    { alone: true, opens: true, afterEnd: true },
  )
  return { end, start }
}
