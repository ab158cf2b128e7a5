import { Buffer } from 'node:buffer'
import type { Frontier } from '../../merkle/frontier.js'
import { type BinaryHash, binaryNodeHash, binaryNodeHashes } from './leaf-hash.js'

/** The root of a perfect subtree, and the power of two of its leaves. */
export interface Subtree {
  readonly root: BinaryHash
  readonly level: number
}

/** A tree that grows in place, many leaves at once and cheaply. */
export interface Growing {
  readonly size: number
  /** @param leaf - the hash of the next leaf */
  add(leaf: BinaryHash): void
  /**
   * Adds 2^level leaves at once.
   *
   * @param subtree - stands over them; the tree's size so far must be a multiple of as many
   */
  join(subtree: Subtree): void
  /** @returns the tree as it is now */
  frontier(): Frontier
}

/**
 * @param from - the tree so far
 * @returns the same, to be grown
 */
export function growing(from: Frontier): Growing {
  const peaks = from.peaks.map((peak) => Buffer.from(peak).toString('latin1'))
  let size = from.size
  const join = (subtree: BinaryHash, leaves: number): void => {
    let root = subtree
    for (let rest = size / leaves; rest % 2 === 1; rest = (rest - 1) / 2)
      root = binaryNodeHash(peaks.pop() as BinaryHash, root)
    peaks.push(root)
    size += leaves
  }
  return {
    get size() {
      return size
    },
    add: (leaf) => join(leaf, 1),
    join({ root, level }) {
      const leaves = 2 ** level
      if (size % leaves !== 0) throw new RangeError('subtree must begin at a multiple of its leaves')
      join(root, leaves)
    },
    frontier: () => ({ size, peaks: peaks.map((peak) => Uint8Array.from(Buffer.from(peak, 'latin1'))) }),
  }
}

/** The leaves from some place in a tree on, as the perfect subtrees that stand over them alone. */
export interface Stretch {
  /** @param leaves - the hashes of the next leaves */
  add(leaves: readonly BinaryHash[]): void
  /** @returns the subtrees, the first leaves' first: at most two for each power of two */
  subtrees(): readonly Subtree[]
}

/**
 * @param from - how many leaves of the tree stand before it
 * @returns a stretch without leaves
 */
export function stretchFrom(from: number): Stretch {
  /** By level, the subtree whose left neighbour stands before the stretch, and the one that waits for its right neighbour. */
  const first: (BinaryHash | undefined)[] = []
  const last: (BinaryHash | undefined)[] = []
  let size = from

  const listed = (roots: readonly (BinaryHash | undefined)[]): Subtree[] =>
    roots.flatMap((root, level) => (root === undefined ? [] : { root, level }))

  return {
    add(leaves) {
      let nodes = leaves
      for (let level = 0; nodes.length > 0; level += 1) {
        const width = 2 ** level
        // where the first of the nodes stands among those of its level
        const place = Math.max(Math.ceil(from / width), Math.floor(size / width))
        if (place % 2 === 1) {
          const left = last[level]
          last[level] = undefined
          if (left === undefined) first[level] = nodes[0]
          nodes = left === undefined ? nodes.slice(1) : [left, ...nodes]
        }
        if (nodes.length % 2 === 1) last[level] = nodes.at(-1)
        nodes = binaryNodeHashes(nodes)
      }
      size += leaves.length
    },
    subtrees: () => [...listed(first), ...listed(last).reverse()],
  }
}
