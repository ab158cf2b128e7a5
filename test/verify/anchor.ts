/** Checkpoints of test chains, their Merkle roots computed by the recursion of RFC 6962, section 2.1, as it stands there. */
import { createHash } from 'node:crypto'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { Anchor } from '../../src/verify/types.js'

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()

/** Leaf data: the 32 bytes of the receiptHash, then the 64 bytes of the signature. */
const leafOf = (receipt: DecisionReceipt) =>
  Buffer.from(receipt.receiptHash.slice('sha256:'.length) + receipt.signature.slice('ed25519:'.length), 'hex')

function treeHash(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256()
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] as Uint8Array)
  let half = 1
  while (half * 2 < leaves.length) half *= 2
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half)))
}

/** The checkpoint of a chain's first receipts. */
export function anchorOf(receipts: readonly DecisionReceipt[], size = receipts.length, witnessedAt?: string): Anchor {
  return {
    chainId: receipts[0]?.chainId ?? 'acme',
    size,
    rootHash: `sha256:${treeHash(receipts.slice(0, size).map(leafOf)).toString('hex')}`,
    ...(witnessedAt === undefined ? {} : { witnessedAt }),
  }
}
