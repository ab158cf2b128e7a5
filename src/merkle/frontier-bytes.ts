/** A frontier as bytes, for the state beside a chain: the size in 8 bytes, big-endian, then the peaks of 32 bytes each. */
import { concatBytes } from '../primitives/bytes.js'
import type { Frontier } from './frontier.js'
import { HASH_BYTES } from './hash.js'

const SIZE_BYTES = 8

/** How many 1s the binary form of a size has: as many subtrees are perfect. */
function peakCount(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}

/**
 * @param frontier - a tree
 * @returns its bytes: 8 + 32 for each peak, at most 1,704
 */
export function encodeFrontier(frontier: Frontier): Uint8Array {
  const size = new Uint8Array(SIZE_BYTES)
  new DataView(size.buffer).setBigUint64(0, BigInt(frontier.size))
  return concatBytes(size, ...frontier.peaks)
}

/**
 * @param bytes - from `encodeFrontier`
 * @returns the tree; `undefined` where the bytes are not a frontier
 */
export function decodeFrontier(bytes: Uint8Array): Frontier | undefined {
  if (bytes.length < SIZE_BYTES) return undefined
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0))
  if (!Number.isSafeInteger(size)) return undefined
  const count = peakCount(size)
  if (bytes.length !== SIZE_BYTES + count * HASH_BYTES) return undefined
  const peaks = Array.from({ length: count }, (_, index) =>
    bytes.slice(SIZE_BYTES + index * HASH_BYTES, SIZE_BYTES + (index + 1) * HASH_BYTES),
  )
  return { size, peaks }
}
