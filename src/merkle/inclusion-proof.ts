import { checkCount, type LeafHashes, leafLookup, rangeRoot, splitOf } from './range-root.js'

/**
 * Proves that a leaf is in a tree (RFC 9162 §2.1.3.1).
 *
 * @param leaves - the leaf hashes, 32 bytes each, or a lookup; each is asked for once
 * @param index - the leaf, counted from 0
 * @param size - how many leaves the tree has
 * @returns the hashes that lead from the leaf to the root, the leaf's neighbour first
 * @throws RangeError when the leaf is not in the tree, or there are fewer leaves
 * @example
 * ```ts
 * import { inclusionProof, leafHash, merkleRoot, verifyInclusion } from 'quittance/merkle'
 * const leaves = ['a', 'b', 'c'].map((text) => leafHash(new TextEncoder().encode(text)))
 * const proof = inclusionProof(leaves, 1, 3)
 * verifyInclusion(leaves[1]!, 1, 3, proof, merkleRoot(leaves)) // true
 * ```
 */
export function inclusionProof(leaves: LeafHashes, index: number, size: number): Uint8Array[] {
  checkCount('size', size)
  checkCount('index', index)
  if (index >= size) throw new RangeError('index must be below size')
  const leafAt = leafLookup(leaves)
  const fromTheTop: Uint8Array[] = []
  let begin = 0
  let end = size
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin)
    if (index < middle) {
      fromTheTop.push(rangeRoot(leafAt, middle, end))
      end = middle
    } else {
      fromTheTop.push(rangeRoot(leafAt, begin, middle))
      begin = middle
    }
  }
  return fromTheTop.reverse()
}
