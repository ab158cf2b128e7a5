/** Roots inside a tile. */
import { HASH_BYTES } from '../../merkle/hash.js'
import { hexBytes } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'

const NODE_PREFIX = 1

/**
 * The root over hashes of a tile that make a perfect subtree.
 *
 * @param hashes - 32 bytes each, one behind the other
 * @param from - the first of them
 * @param count - how many: a power of two
 * @returns 32 bytes, which share no memory with the tile
 */
export function perfectRoot(hashes: Uint8Array, from: number, count: number): Uint8Array {
  // a copy: `slice` of a Buffer would be the tile itself
  const level = new Uint8Array(hashes.subarray(from * HASH_BYTES, (from + count) * HASH_BYTES))
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = NODE_PREFIX
  // each level is written over the front half of the one below
  for (let width = count; width > 1; width /= 2)
    for (let at = 0; at < width; at += 2) {
      pair.set(level.subarray(at * HASH_BYTES, (at + 2) * HASH_BYTES), 1)
      // the platform makes hex three times as fast as bytes
      level.set(hexBytes(sha256Hex(pair)) as Uint8Array, (at / 2) * HASH_BYTES)
    }
  return level.slice(0, HASH_BYTES)
}

/**
 * The roots of the perfect subtrees that some hashes of a tile make, the largest first.
 *
 * @param hashes - 32 bytes each
 * @param width - how many of them: up to 256
 * @returns one root for each 1 in the binary form of `width`
 */
export function peaksOf(hashes: Uint8Array, width: number): Uint8Array[] {
  const peaks: Uint8Array[] = []
  let from = 0
  for (let count = 256; count >= 1; count /= 2)
    if (width - from >= count) {
      peaks.push(perfectRoot(hashes, from, count))
      from += count
    }
  return peaks
}
