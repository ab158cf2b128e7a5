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
const HASH_CHARS = HASH_TEXT.length + 2 * HASH_BYTES
const SIGNATURE_CHARS = SIGNATURE_TEXT.length + 2 * SIGNATURE_BYTES
/** What is hashed: a byte that tells leaf from node, then the rest. */
const LEAF_BYTES = 1 + HASH_BYTES + SIGNATURE_BYTES
const NODE_BYTES = 1 + 2 * HASH_BYTES
const LEAF_MARK = '00'
const NODE_MARK = '\u0001'

/** So many are written at once: each call into the platform costs as much as the bytes. */
const AT_ONCE = 64

const inputs = (bytes: number): { readonly all: Buffer; readonly each: readonly Buffer[] } => {
  const all = Buffer.alloc(AT_ONCE * bytes)
  const each = Array.from({ length: AT_ONCE }, (_, index) => all.subarray(index * bytes, (index + 1) * bytes))
  return { all, each }
}

const leaves = inputs(LEAF_BYTES)
const nodes = inputs(NODE_BYTES)

function digitsOf({ receiptHash, signature }: Leaf): string {
  const fits =
    receiptHash.length === HASH_CHARS &&
    receiptHash.startsWith(HASH_TEXT) &&
    signature.length === SIGNATURE_CHARS &&
    signature.startsWith(SIGNATURE_TEXT)
  if (!fits) throw noLeaf()
  return LEAF_MARK + receiptHash.slice(HASH_TEXT.length) + signature.slice(SIGNATURE_TEXT.length)
}

const noLeaf = (): RangeError => new RangeError('leaf must have the receiptHash and the signature of a receipt')

function writeLeaves(digits: string): void {
  const bytes = digits.length / 2
  // read back, because Node takes other characters for digits too
  if (leaves.all.write(digits, 0, 'hex') !== bytes || leaves.all.toString('hex', 0, bytes) !== digits) throw noLeaf()
}

/**
 * @param receipt - its hash and signature
 * @returns the hash of its leaf: that of `leafHash(receiptLeaf(…))`
 * @throws RangeError when hash or signature has another form
 */
export function binaryLeafHash(receipt: Leaf): BinaryHash {
  writeLeaves(digitsOf(receipt))
  return hashOf(leaves.each[0] as Buffer)
}

/**
 * @param receipts - their hashes and signatures
 * @returns the hash of the leaf of each
 * @throws RangeError when one has another form
 */
export function binaryLeafHashes(receipts: readonly Leaf[]): BinaryHash[] {
  const hashes: BinaryHash[] = []
  for (let from = 0; from < receipts.length; from += AT_ONCE) {
    const group = receipts.slice(from, from + AT_ONCE)
    let digits = ''
    for (const receipt of group) digits += digitsOf(receipt)
    writeLeaves(digits)
    for (let index = 0; index < group.length; index += 1) hashes.push(hashOf(leaves.each[index] as Buffer))
  }
  return hashes
}

/** @returns the hash of an inner node */
export function binaryNodeHash(left: BinaryHash, right: BinaryHash): BinaryHash {
  nodes.all.write(NODE_MARK + left + right, 0, 'latin1')
  return hashOf(nodes.each[0] as Buffer)
}

/**
 * @param children - two for each node; one more at the end is left out
 * @returns the hashes of the nodes
 */
export function binaryNodeHashes(children: readonly BinaryHash[]): BinaryHash[] {
  const hashes: BinaryHash[] = []
  const count = Math.floor(children.length / 2)
  for (let from = 0; from < count; from += AT_ONCE) {
    const to = Math.min(count, from + AT_ONCE)
    let bytes = ''
    for (let index = from; index < to; index += 1)
      bytes += NODE_MARK + (children[2 * index] as BinaryHash) + (children[2 * index + 1] as BinaryHash)
    nodes.all.write(bytes, 0, 'latin1')
    for (let index = 0; index < to - from; index += 1) hashes.push(hashOf(nodes.each[index] as Buffer))
  }
  return hashes
}
