import { Buffer } from 'node:buffer'
import type { Frontier } from '../../merkle/frontier.js'
import { type BinaryHash, binaryNodeHash } from './leaf-hash.js'

/** A tree that grows in place, many leaves at once and cheaply. */
export interface Growing {
  readonly size: number
  /** @param leaf - the hash of the next leaf */
  add(leaf: BinaryHash): void
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
  return {
    get size() {
      return size
    },
    add(leaf) {
      let root = leaf
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2)
        root = binaryNodeHash(peaks.pop() as BinaryHash, root)
      peaks.push(root)
      size += 1
    },
    frontier: () => ({ size, peaks: peaks.map((peak) => Uint8Array.from(Buffer.from(peak, 'latin1'))) }),
  }
}
