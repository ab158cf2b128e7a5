import { emptyFrontier, frontierRoot } from '../../merkle/frontier.js'
import { equalBytes } from '../../primitives/bytes.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'
import { readCell } from './cell.js'
import { growing } from './growing.js'
import { binaryLeafHash } from './leaf-hash.js'
import { refused } from './refused.js'
import type { ComparedCheckpoint } from './types.js'

/**
 * Builds the tree of a chain anew and compares it with its last checkpoint.
 *
 * @param store - where the chain is kept
 * @param chainId - the chain
 * @param options - gives up
 * @returns what both agree in
 * @throws QuittanceError `TLOG_REFUSED` where they don't, where receipts are missing, or where there is no checkpoint
 */
export async function compareWithReceipts(
  store: ReceiptStore,
  chainId: string,
  options: StoreOptions,
): Promise<ComparedCheckpoint> {
  const { kept } = await readCell(store, chainId, options)
  if (kept === undefined) throw refused(chainId, 'no-checkpoint')
  const { size, rootHash } = kept
  const tree = growing(emptyFrontier)
  for await (const receipt of store.read(chainId, { ...options, fromSeq: 0, toSeq: size - 1 })) {
    if (receipt.seq !== tree.size) throw refused(chainId, 'pruned', tree.size)
    tree.add(binaryLeafHash(receipt))
  }
  if (tree.size < size) throw refused(chainId, 'rolled-back', tree.size)
  if (!equalBytes(frontierRoot(tree.frontier()), rootHash)) throw refused(chainId, 'differs')
  return { size, rootHash }
}
