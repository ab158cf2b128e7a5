import { base58 } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { didKey, parseDidKey } from '../../src/keys/did-key.js'
import { nodeBackend } from '../../src/keys/ed25519/node.js'
import { concatBytes, toHex } from '../../src/primitives/bytes.js'
import { rfc8032 } from './rfc8032.js'

const seedOf = (last: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => (index === 31 ? last : 0))

// The Ed25519 examples of the did:key method specification, given there by their seeds.
const published = [
  [0, 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp'],
  [1, 'did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG'],
  [2, 'did:key:z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf'],
] as const

const good = didKey(rfc8032[0]!.publicKey)

const codeOf = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    return QuittanceError.is(error) ? error.code : String(error)
  }
  return 'nothing thrown'
}

describe('did:key', () => {
  it.each(published)('matches the published example of seed %i', (seed, did) => {
    const { publicKey } = nodeBackend.signerFromSeed(seedOf(seed))
    expect(didKey(publicKey)).toBe(did)
    expect(toHex(parseDidKey(did))).toBe(toHex(publicKey))
  })

  it('reads back what it wrote, and every key is 56 characters', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        const did = didKey(key)
        expect(did).toMatch(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/)
        expect(parseDidKey(did)).toEqual(key)
      }),
    )
  })

  it.each([
    ['', 'empty'],
    [good.slice('did:key:'.length), 'without its scheme'],
    [`${good}#${good.slice('did:key:'.length)}`, 'a verification method'],
    [`${good}?versionId=1`, 'a query'],
    [` ${good}`, 'white space before'],
    [`${good}\n`, 'a line end'],
    [good.toUpperCase(), 'upper case'],
    [good.replace('did:', 'DID:'), 'an upper-case scheme'],
    [good.replace('did:key:', 'did:web:'), 'another method'],
    [good.replace('did:key:', 'did:key:1.1:'), 'a version'],
    [good.replace('did:key:z', 'did:key:m'), 'another multibase'],
    [good.replace('did:key:z', 'did:key:z1'), 'a leading zero'],
    [good.slice(0, -1), 'a character short'],
    [`${good}1`, 'a character long'],
    [`${good.slice(0, -1)}0`, 'a digit that base58 does not have'],
    [`${good.slice(0, -1)}l`, 'a letter that base58 does not have'],
    [`did:key:z${base58.encode(concatBytes(Uint8Array.of(0xec, 0x01), rfc8032[0]!.publicKey))}`, 'an X25519 key'],
    [
      `did:key:z${base58.encode(concatBytes(Uint8Array.of(0xed, 0x81, 0x00), rfc8032[0]!.publicKey))}`,
      'a longer varint',
    ],
    [`did:key:z${base58.encode(concatBytes(Uint8Array.of(0xed, 0x01), rfc8032[0]!.publicKey.slice(1)))}`, '31 bytes'],
    [`did:key:z${base58.encode(concatBytes(Uint8Array.of(0xed, 0x01, 0), rfc8032[0]!.publicKey))}`, '33 bytes'],
    [`did:key:z${'1'.repeat(1_000_000)}`, 'a megabyte'],
  ])('refuses %j: %s', (text) => {
    expect(codeOf(() => parseDidKey(text))).toBe('KEY_ENCODING')
  })

  it.each([undefined, null, 5, {}, [good]])('refuses what is no text: %j', (value) => {
    expect(codeOf(() => parseDidKey(value as string))).toBe('KEY_ENCODING')
  })

  it('has one spelling a key: whatever other text parses is another key', () => {
    const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(...alphabet), (at, letter) => {
        const other = good.slice(0, at) + letter + good.slice(at + 1)
        if (other === good) return
        let parsed: Uint8Array | undefined
        try {
          parsed = parseDidKey(other)
        } catch (error) {
          expect(QuittanceError.is(error, 'KEY_ENCODING')).toBe(true)
          return
        }
        expect(parsed).not.toEqual(rfc8032[0]!.publicKey)
        expect(didKey(parsed)).toBe(other)
      }),
    )
  })

  it('does not repeat the text in its message', () => {
    expect(() => parseDidKey('did:key:zSOMETHING-PERSONAL')).toThrow(/^((?!PERSONAL).)*$/)
  })

  it('names the argument of a programmer mistake', () => {
    expect(() => didKey('abc' as unknown as Uint8Array)).toThrow(new TypeError('publicKey must be a Uint8Array'))
    expect(() => didKey(new Uint8Array(31))).toThrow(new RangeError('publicKey must be 32 bytes'))
  })
})
