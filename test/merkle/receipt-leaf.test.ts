import { describe, expect, it } from 'vitest'
import { receiptLeaf } from '../../src/merkle/index.js'
import { hexOf } from './reference.js'

const hash = '0123456789abcdef'.repeat(4)
const signature = 'fedcba9876543210'.repeat(8)

describe('the leaf of a receipt', () => {
  it('is the 32 bytes of the hash before the 64 of the signature', () => {
    const leaf = receiptLeaf(`sha256:${hash}`, `ed25519:${signature}`)
    expect(leaf).toHaveLength(96)
    expect(hexOf(leaf)).toBe(hash + signature)
  })

  it.each([
    ['receiptHash', hash, `ed25519:${signature}`],
    ['receiptHash', `sha512:${hash}`, `ed25519:${signature}`],
    ['receiptHash', `sha256:${hash.toUpperCase()}`, `ed25519:${signature}`],
    ['receiptHash', `sha256:${hash}0`, `ed25519:${signature}`],
    ['receiptHash', `sha256:${hash}\n`, `ed25519:${signature}`],
    ['signature', `sha256:${hash}`, signature],
    ['signature', `sha256:${hash}`, `ed25519:${signature.slice(2)}`],
    ['signature', `sha256:${hash}`, `ed25519:${signature.slice(1)}g`],
  ])('refuses another %s, by name', (name, hashText, signatureText) => {
    expect(() => receiptLeaf(hashText, signatureText)).toThrow(new RegExp(`^${name} must be`))
  })
})
