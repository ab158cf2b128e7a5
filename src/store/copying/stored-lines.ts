import { lineOf } from '../../receipt/seal.js'
import type { ReceiptStore, SeqRange } from '../store.js'

/**
 * @param store - where the chain is
 * @param chainId - the chain
 * @param range - which of it
 * @returns the lines as they are stored; parsed receipts are written again where a store has no lines
 */
export async function* storedLines(
  store: ReceiptStore,
  chainId: string,
  range: SeqRange,
): AsyncGenerator<string, void, undefined> {
  if (store.lines) return yield* store.lines(chainId, range)
  for await (const receipt of store.read(chainId, range)) yield lineOf(receipt)
}
