import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from './store.js'

/**
 * @param store - where the chain is
 * @param chainId - the chain
 * @param seq - a place in it
 * @param signal - gives up
 * @returns the receipt there; `undefined` where none is held
 */
export async function receiptAt(
  store: Pick<ReceiptStore, 'read'>,
  chainId: string,
  seq: number,
  signal: AbortSignal | undefined,
): Promise<DecisionReceipt | undefined> {
  for await (const receipt of store.read(chainId, { fromSeq: seq, toSeq: seq, signal })) return receipt
  return undefined
}
