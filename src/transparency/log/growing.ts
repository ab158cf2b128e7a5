/** A tree that receipts are added to, many at once and cheaply: its hashes are hex, which the platform makes fastest. */
import { Buffer } from 'node:buffer'
import type { Frontier } from '../../merkle/frontier.js'
import { HASH_BYTES } from '../../merkle/hash.js'
import { fromHex, toHex } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'

/** What a receipt puts into the tree. */
export interface Leaf {
  readonly receiptHash: string
  readonly signature: string
}

/** A tree that grows in place. */
export interface Growing {
  readonly size: number
  /**
   * @param leaf - of the next receipt
   * @throws RangeError when its hash or signature has another form
   */
  add(leaf: Leaf): void
  /** @returns the tree as it is now */
  frontier(): Frontier
}

const SIGNATURE_BYTES = 64
const HASH_TEXT = 'sha256:'
const SIGNATURE_TEXT = 'ed25519:'

/** Whether a text is the prefix and lower-case hex of so many bytes, which were written; hex ends at the first other character. */
function wrote(into: Buffer, at: number, text: string, prefix: string, bytes: number): boolean {
  return (
    text.length === prefix.length + 2 * bytes &&
    text.startsWith(prefix) &&
    into.write(text.slice(prefix.length), at, 'hex') === bytes
  )
}

/**
 * @param from - the tree so far
 * @returns the same, to be grown
 */
export function growing(from: Frontier): Growing {
  const leaf = Buffer.alloc(1 + HASH_BYTES + SIGNATURE_BYTES)
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)
  const peaks = from.peaks.map(toHex)
  let size = from.size
  return {
    get size() {
      return size
    },
    add({ receiptHash, signature }) {
      const whole =
        wrote(leaf, 1, receiptHash, HASH_TEXT, HASH_BYTES) &&
        wrote(leaf, 1 + HASH_BYTES, signature, SIGNATURE_TEXT, SIGNATURE_BYTES)
      if (!whole) throw new RangeError('leaf must have a receiptHash and a signature of a receipt')
      let root = sha256Hex(leaf)
      for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) {
        node.write(peaks.pop() as string, 1, 'hex')
        node.write(root, 1 + HASH_BYTES, 'hex')
        root = sha256Hex(node)
      }
      peaks.push(root)
      size += 1
    },
    frontier: () => ({ size, peaks: peaks.map(fromHex) }),
  }
}
