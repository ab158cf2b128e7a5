import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detailsHashOf, digestOf, genesisHash, receiptHashOf, signedMessage } from '../../src/receipt/digest.js'
import { anyJson, detailName } from './arbitraries.js'
import { jcs } from './jcs.js'

const sha256 = (data: string | Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`

describe('a digest', () => {
  it('is SHA-256 of the UTF-8 bytes of a text, or of bytes', () => {
    // FIPS 180-4's own examples
    expect(digestOf('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(digestOf('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(digestOf(text)).toBe(sha256(Buffer.from(text, 'utf8')))
        expect(digestOf(new TextEncoder().encode(text))).toBe(digestOf(text))
        expect(receiptHashOf(text)).toBe(digestOf(text))
      }),
      { seed: 180, numRuns: 300 },
    )
  })
})

describe('the genesis hash', () => {
  it.each(['acme', 'a', 'acme/eu-1', 'did:web:example.org'])('of %s is bound to the name', (chainId) => {
    expect(genesisHash(chainId)).toBe(sha256(`quittance/1 genesis\n${chainId}\n`))
  })

  it('differs from name to name', () => {
    expect(new Set(['a', 'b', 'ab', 'a/b', 'A'].map(genesisHash)).size).toBe(5)
  })
})

describe('the details hash', () => {
  it('is over the domain line and the canonical text, whatever the order of the members', () => {
    fc.assert(
      fc.property(fc.dictionary(detailName, anyJson(detailName), { noNullPrototype: true }), (details) => {
        expect(detailsHashOf(details)).toBe(sha256(`quittance/1 details\n${jcs(details)}`))
        expect(detailsHashOf(Object.fromEntries(Object.entries(details).reverse()))).toBe(detailsHashOf(details))
      }),
      { seed: 181, numRuns: 300 },
    )
  })

  it('is no plain hash of the canonical text: no digest stands for two things', () => {
    expect(detailsHashOf({ salt: '00' })).not.toBe(digestOf('{"salt":"00"}'))
  })
})

describe('the signed message', () => {
  it('is 92 bytes: the domain line, then the hash as it stands in the receipt', () => {
    const receiptHash = digestOf('abc')
    const message = signedMessage(receiptHash)
    expect(message).toHaveLength(92)
    expect(Buffer.from(message).toString('utf8')).toBe(`quittance/1 receipt\n${receiptHash}\n`)
  })
})
