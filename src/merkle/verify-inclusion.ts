import { equalBytes } from '../primitives/bytes.js'
import { HASH_BYTES, nodeHash } from './hash.js'

/**
 * Climbs from a leaf to the root that a proof leads to (RFC 9162 §2.1.3.2). It never throws on what a stranger sent.
 *
 * @param leaf - the leaf's hash, 32 bytes
 * @param index - the leaf, counted from 0
 * @param size - how many leaves the tree has
 * @param proof - from `inclusionProof`
 * @returns the root, 32 bytes; `undefined` where it is no proof for such a tree
 */
export function rootFromInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined
  if (![leaf, ...proof].every((hash) => hash.length === HASH_BYTES)) return undefined
  // fn and sn of the RFC: the places of this node and of the last one in their level
  let place = index
  let last = size - 1
  let node = leaf
  for (const sibling of proof) {
    if (last === 0) return undefined
    if (place % 2 === 1 || place === last) {
      node = nodeHash(sibling, node)
      while (place % 2 === 0 && place !== 0) {
        place /= 2
        last = Math.floor(last / 2)
      }
    } else {
      node = nodeHash(node, sibling)
    }
    place = Math.floor(place / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? node : undefined
}

/**
 * Tells whether a proof shows that a leaf is in a tree. It never throws on what a stranger sent.
 *
 * @param leaf - the leaf's hash, 32 bytes, from `leafHash`
 * @param index - the leaf, counted from 0
 * @param size - how many leaves the tree has
 * @param proof - from `inclusionProof`
 * @param root - the tree's root, from someone who is trusted for it
 * @returns true when it does
 */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  const reached = rootFromInclusion(leaf, index, size, proof)
  return reached !== undefined && equalBytes(reached, root)
}
