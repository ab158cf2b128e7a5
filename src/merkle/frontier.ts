/**
 * A tree that only grows, in O(log n): the roots of its perfect subtrees are all that the next leaf needs.
 * Plain values, nothing is changed in place.
 */
import { emptyRoot, HASH_BYTES, nodeHash } from './hash.js'

/** The right edge of a tree. */
export interface Frontier {
  /** How many leaves the tree has. */
  readonly size: number
  /** The roots of the perfect subtrees, the largest first: one for each 1 in the binary form of `size`. */
  readonly peaks: readonly Uint8Array[]
}

/** The frontier of a tree without leaves. */
export const emptyFrontier: Frontier = Object.freeze({ size: 0, peaks: Object.freeze([]) })

/**
 * Adds one leaf on the right.
 *
 * @param frontier - the tree so far
 * @param leaf - the leaf's hash, 32 bytes, from `leafHash`
 * @returns the tree with the leaf; `frontier` stays as it was
 * @throws RangeError when `leaf` is not 32 bytes, or the tree has 2^53-1 leaves
 * @example
 * ```ts
 * import { appendLeaf, emptyFrontier, frontierRoot, leafHash } from 'quittance/merkle'
 * let tree = emptyFrontier
 * for (const text of ['a', 'b', 'c']) tree = appendLeaf(tree, leafHash(new TextEncoder().encode(text)))
 * const root = frontierRoot(tree)
 * ```
 */
export function appendLeaf(frontier: Frontier, leaf: Uint8Array): Frontier {
  if (leaf.length !== HASH_BYTES) throw new RangeError(`leaf must be a hash of ${HASH_BYTES} bytes`)
  if (frontier.size >= Number.MAX_SAFE_INTEGER) throw new RangeError('frontier must have fewer than 2^53-1 leaves')
  const peaks = [...frontier.peaks]
  let root = leaf
  // every 1 at the end of the old size is a subtree that the leaf completes to the next size up
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) root = nodeHash(peaks.pop() as Uint8Array, root)
  peaks.push(root)
  return { size: frontier.size + 1, peaks }
}

/**
 * The root of the tree.
 *
 * @param frontier - a tree
 * @returns 32 bytes; SHA-256 of nothing for an empty tree
 */
export function frontierRoot(frontier: Frontier): Uint8Array {
  return frontier.peaks.length === 0 ? emptyRoot() : frontier.peaks.reduceRight((right, left) => nodeHash(left, right))
}
