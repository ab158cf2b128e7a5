/** Hashes of leaves and nodes as binary strings (a character a byte): what the platform hashes fastest, many at once. */
import { Buffer } from 'node:buffer'
import { HASH_BYTES } from '../../merkle/hash.js'
import { nodeCrypto } from '../../primitives/platform.js'
import { sha256 } from '../../primitives/sha256.js'

/** What a receipt puts into the tree. */
export interface Leaf {
  readonly receiptHash: string
  readonly signature: string
}

/** 32 characters from U+0000 to U+00FF. */
export type BinaryHash = string

const native = nodeCrypto()

const hashOf: (data: Buffer) => BinaryHash =
  typeof native?.hash === 'function'
    ? (data) => native.hash('sha256', data, 'binary')
    : (data) => Buffer.from(sha256(data)).toString('latin1')

const SIGNATURE_BYTES = 64
const HASH_TEXT = 'sha256:'
const SIGNATURE_TEXT = 'ed25519:'

/** The bytes of a leaf: hash and signature. */
export const LEAF_BYTES: number = HASH_BYTES + SIGNATURE_BYTES

const leaf = Buffer.alloc(1 + LEAF_BYTES)
const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

/** Whether a text is the prefix and hex of so many bytes, which were written: read back, because Node takes other characters for digits too. */
function wrote(into: Buffer, at: number, text: string, prefix: string, bytes: number): boolean {
  if (text.length !== prefix.length + 2 * bytes || !text.startsWith(prefix)) return false
  const digits = text.slice(prefix.length)
  return into.write(digits, at, 'hex') === bytes && into.toString('hex', at, at + bytes) === digits
}

/**
 * Writes what `receiptLeaf` gives.
 *
 * @param into - where to
 * @param at - from which byte on
 * @param receipt - its hash and signature
 * @throws RangeError when hash or signature has another form
 */
export function writeLeaf(into: Buffer, at: number, { receiptHash, signature }: Leaf): void {
  const whole =
    wrote(into, at, receiptHash, HASH_TEXT, HASH_BYTES) &&
    wrote(into, at + HASH_BYTES, signature, SIGNATURE_TEXT, SIGNATURE_BYTES)
  if (!whole) throw new RangeError('leaf must have the receiptHash and the signature of a receipt')
}

/**
 * @param from - bytes that `writeLeaf` wrote
 * @param at - where the leaf begins
 * @returns its hash: that of `leafHash`
 */
export function hashWritten(from: Buffer, at: number): BinaryHash {
  from.copy(leaf, 1, at, at + LEAF_BYTES)
  return hashOf(leaf)
}

/**
 * @param receipt - its hash and signature
 * @returns the hash of its leaf: that of `leafHash(receiptLeaf(…))`
 * @throws RangeError when hash or signature has another form
 */
export function binaryLeafHash(receipt: Leaf): BinaryHash {
  writeLeaf(leaf, 1, receipt)
  return hashOf(leaf)
}

/** @returns the hash of an inner node */
export function binaryNodeHash(left: BinaryHash, right: BinaryHash): BinaryHash {
  node.write(left, 1, 'latin1')
  node.write(right, 1 + HASH_BYTES, 'latin1')
  return hashOf(node)
}
