/** The leaves of a log, hashed in the quick way: as the definition has them, and of nothing else. */
import { describe, expect, it } from 'vitest'
import { leafHash, nodeHash, receiptLeaf } from '../../src/merkle/index.js'
import { toHex } from '../../src/primitives/bytes.js'
import { binaryLeafHash, binaryNodeHash } from '../../src/transparency/log/leaf-hash.js'

const hexOf = (binary: string): string => Buffer.from(binary, 'latin1').toString('hex')
const receiptHash = `sha256:${'1a'.repeat(32)}`
const signature = `ed25519:${'0f'.repeat(64)}`

describe('a leaf and a node', () => {
  it('are those of the definition', () => {
    const leaf = leafHash(receiptLeaf(receiptHash, signature))
    expect(hexOf(binaryLeafHash({ receiptHash, signature }))).toBe(toHex(leaf))
    const binary = Buffer.from(leaf).toString('latin1')
    expect(hexOf(binaryNodeHash(binary, binary))).toBe(toHex(nodeHash(leaf, leaf)))
  })

  it('are not made of what only looks like hex', () => {
    for (const [from, to] of [
      ['1', '\u0131'],
      ['a', '\u0161'],
      ['a', 'A'],
      ['1', 'g'],
      ['1a', '1'],
      ['sha256', 'sha512'],
    ] as const)
      expect(() => binaryLeafHash({ receiptHash: receiptHash.replace(from, to), signature })).toThrow(RangeError)
    for (const [from, to] of [
      ['0f', '0\u0166'],
      ['f', 'F'],
      ['0f', ''],
      ['ed25519', 'ed25520'],
    ] as const)
      expect(() => binaryLeafHash({ receiptHash, signature: signature.replace(from, to) })).toThrow(RangeError)
  })
})
