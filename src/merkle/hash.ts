/** The two hashes of an RFC 9162 tree. Their first byte differs, so that no leaf can be passed off as a node. */
import { sha256 } from '../primitives/sha256.js'

/** The bytes of a hash in the tree. */
export const HASH_BYTES = 32

/**
 * The hash of a tree without leaves: SHA-256 of nothing.
 *
 * @returns 32 bytes
 */
export function emptyRoot(): Uint8Array {
  return sha256('')
}

/**
 * The hash of a leaf: SHA-256(0x00 ‖ data).
 *
 * @param data - what the leaf holds, of any length
 * @returns 32 bytes
 * @example
 * ```ts
 * import { leafHash, receiptLeaf } from 'quittance/merkle'
 * const hashOf = (receipt: { receiptHash: string; signature: string }) =>
 *   leafHash(receiptLeaf(receipt.receiptHash, receipt.signature))
 * ```
 */
export function leafHash(data: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + data.length)
  input.set(data, 1)
  return sha256(input)
}

/**
 * The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
 *
 * @param left - 32 bytes
 * @param right - 32 bytes
 * @returns 32 bytes
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES)
  input[0] = 1
  input.set(left, 1)
  input.set(right, 1 + HASH_BYTES)
  return sha256(input)
}
