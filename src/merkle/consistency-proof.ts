import { checkCount, type LeafHashes, leafLookup, rangeRoot, splitOf } from './range-root.js'

/**
 * Proves that a tree only grew: that its first leaves are those of the smaller tree (RFC 9162 §2.1.4.1).
 *
 * @param leaves - the leaf hashes of the larger tree, 32 bytes each, or a lookup
 * @param first - how many leaves the smaller tree has; from 0, which needs no proof
 * @param second - how many leaves the larger tree has
 * @returns the hashes from which both roots can be built; none where `first` is 0 or equals `second`
 * @throws RangeError when `first` is above `second`, or there are fewer leaves
 * @example
 * ```ts
 * import { consistencyProof, leafHash, merkleRoot, verifyConsistency } from 'quittance/merkle'
 * const leaves = ['a', 'b', 'c'].map((text) => leafHash(new TextEncoder().encode(text)))
 * const proof = consistencyProof(leaves, 2, 3)
 * verifyConsistency(2, 3, merkleRoot(leaves, 2), merkleRoot(leaves, 3), proof) // true
 * ```
 */
export function consistencyProof(leaves: LeafHashes, first: number, second: number): Uint8Array[] {
  checkCount('first', first)
  checkCount('second', second)
  if (first > second) throw new RangeError('first must not be above second')
  if (first === 0 || first === second) return []
  const leafAt = leafLookup(leaves)
  const fromTheTop: Uint8Array[] = []
  let begin = 0
  let end = second
  // `first` stays within (begin, end]; where it meets `end`, that subtree is whole in both trees
  while (first !== end) {
    const middle = begin + splitOf(end - begin)
    if (first <= middle) {
      fromTheTop.push(rangeRoot(leafAt, middle, end))
      end = middle
    } else {
      fromTheTop.push(rangeRoot(leafAt, begin, middle))
      begin = middle
    }
  }
  // a verifier knows the smaller root already, so it is left out where this subtree is the whole smaller tree
  if (begin !== 0) fromTheTop.push(rangeRoot(leafAt, begin, end))
  return fromTheTop.reverse()
}
