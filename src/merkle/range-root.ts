import { emptyRoot, nodeHash } from './hash.js'

/** The hashes of a tree's leaves: in an array, or looked up by their index. */
export type LeafHashes = readonly Uint8Array[] | ((index: number) => Uint8Array)

/**
 * @param leaves - the leaf hashes, or a lookup
 * @returns a lookup that refuses an index where there is none
 */
export function leafLookup(leaves: LeafHashes): (index: number) => Uint8Array {
  if (typeof leaves === 'function') return leaves
  return (index) => {
    const leaf = leaves[index]
    if (leaf === undefined) throw new RangeError(`leaves must hold a hash at index ${index}`)
    return leaf
  }
}

/**
 * @param name - how the argument is called
 * @param value - a count or index
 * @throws RangeError when it is not an integer from 0 to 2^53-1
 */
export function checkCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} must be an integer from 0 to 2^53-1`)
}

/**
 * Where RFC 9162 divides a tree.
 *
 * @param size - at least 2
 * @returns the largest power of two below it: the leaves of the left subtree
 */
export function splitOf(size: number): number {
  let left = 1
  while (left * 2 < size) left *= 2
  return left
}

/**
 * The root over some consecutive leaves (MTH of RFC 9162 §2.1.1).
 *
 * @param leafAt - the hash of a leaf
 * @param begin - the first leaf
 * @param end - the leaf behind the last
 * @returns 32 bytes
 */
export function rangeRoot(leafAt: (index: number) => Uint8Array, begin: number, end: number): Uint8Array {
  if (begin === end) return emptyRoot()
  if (end - begin === 1) return leafAt(begin)
  const middle = begin + splitOf(end - begin)
  return nodeHash(rangeRoot(leafAt, begin, middle), rangeRoot(leafAt, middle, end))
}

/**
 * The root of a whole tree.
 *
 * @param leaves - the leaf hashes, 32 bytes each, or a lookup
 * @param size - how many leaves the tree has; default: all of an array
 * @returns 32 bytes; SHA-256 of nothing for an empty tree
 * @throws RangeError when `size` is not a count, or there are fewer leaves
 * @throws TypeError when `leaves` is a lookup and `size` is missing
 */
export function merkleRoot(leaves: LeafHashes, size?: number): Uint8Array {
  const count = size ?? (typeof leaves === 'function' ? undefined : leaves.length)
  if (count === undefined) throw new TypeError('size is required with a lookup')
  checkCount('size', count)
  return rangeRoot(leafLookup(leaves), 0, count)
}
