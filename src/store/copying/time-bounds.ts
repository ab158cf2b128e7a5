/** Times as seqs: in a chain they never go back. */
import { receiptAt } from '../receipt-at.js'
import type { ReceiptStore } from '../store.js'

/**
 * @param store - where the chain is
 * @param chainId - the chain
 * @param time - `YYYY-MM-DDTHH:MM:SS.sssZ`
 * @param bounds - what the chain holds
 * @param signal - gives up
 * @returns the first seq that was sealed then or later; one behind the last where there is none
 */
export async function seqAtTime(
  store: ReceiptStore,
  chainId: string,
  time: string,
  bounds: { readonly first: number; readonly last: number },
  signal: AbortSignal | undefined,
): Promise<number> {
  let [low, high] = [bounds.first, bounds.last + 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const receipt = await receiptAt(store, chainId, middle, signal)
    // one that is gone was pruned meanwhile: what is looked for comes later
    if (receipt === undefined || receipt.timestamp < time) low = middle + 1
    else high = middle
  }
  return low
}
