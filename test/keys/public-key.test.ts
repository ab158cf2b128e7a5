import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { didKey } from '../../src/keys/did-key.js'
import { nodeBackend } from '../../src/keys/ed25519/node.js'
import {
  type PublicKeyInput,
  parsePublicKey,
  publicKeyHex,
  publicKeyJwk,
  publicKeyPem,
} from '../../src/keys/public-key.js'
import { toHex } from '../../src/primitives/bytes.js'
import { rfc8032 } from './rfc8032.js'

const { publicKey, seed } = rfc8032[0]!
const pem = publicKeyPem(publicKey)
const jwk = publicKeyJwk(publicKey)
const privatePem = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
})
  .export({ type: 'pkcs8', format: 'pem' })
  .toString()

const refusal = (key: unknown): string => {
  try {
    parsePublicKey(key as PublicKeyInput)
  } catch (error) {
    if (QuittanceError.is(error, 'KEY_ENCODING')) return error.message
    throw error
  }
  return 'accepted'
}

describe('a public key', () => {
  it.each<[string, PublicKeyInput]>([
    ['PEM', pem],
    ['PEM with CRLF', pem.replaceAll('\n', '\r\n')],
    ['PEM with white space round it', `\n  ${pem}\n`],
    ['a JSON Web Key', jwk],
    ['a JSON Web Key with more members', { ...jwk, kid: 'k1', use: 'sig', alg: 'EdDSA', key_ops: ['verify'] }],
    ['hex', toHex(publicKey)],
    ['upper-case hex', toHex(publicKey).toUpperCase()],
    ['did:key', didKey(publicKey)],
    ['bytes', publicKey],
    ['a Buffer', Buffer.from(publicKey)],
  ])('is read from %s', (_, key) => {
    expect(toHex(parsePublicKey(key))).toBe(toHex(publicKey))
  })

  it('is written as node:crypto writes it, whatever key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (anySeed) => {
        const key = nodeBackend.signerFromSeed(anySeed).publicKey
        const native = createPublicKey({ key: publicKeyPem(key), format: 'pem' })
        expect(native.export({ type: 'spki', format: 'pem' })).toBe(publicKeyPem(key))
        expect(native.export({ format: 'jwk' })).toEqual(publicKeyJwk(key))
        for (const form of [publicKeyPem(key), publicKeyJwk(key), publicKeyHex(key), didKey(key)]) {
          expect(parsePublicKey(form)).toEqual(key)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('is taken from what WebCrypto exports', async () => {
    const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
    const exported = await crypto.subtle.exportKey('jwk', pair.publicKey)
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    expect(parsePublicKey(exported)).toEqual(raw)
    expect(refusal(await crypto.subtle.exportKey('jwk', pair.privateKey))).toMatch(/private key/)
  })

  it('is a copy of the bytes given', () => {
    const given = Uint8Array.from(publicKey)
    const key = parsePublicKey(given)
    given.fill(0)
    expect(key).toEqual(publicKey)
  })

  it('is refused with a clear word when it is the private one', () => {
    const words = /private key.*public half/
    expect(refusal(privatePem)).toMatch(words)
    expect(refusal({ ...jwk, d: 'nWGxne_9WmC6hEr0kuwsxERJxXl7MmkZcDusAxyuf2A' })).toMatch(words)
    expect(refusal('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----')).toMatch(words)
    expect(refusal('-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----')).toMatch(words)
  })

  const other = (type: 'x25519' | 'ed448'): string =>
    generateKeyPairSync(type as 'x25519')
      .publicKey.export({ type: 'spki', format: 'pem' })
      .toString()

  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['63 hex digits', toHex(publicKey).slice(1)],
    ['65 hex digits', `${toHex(publicKey)}0`],
    ['base64', Buffer.from(publicKey).toString('base64')],
    ['another did', 'did:web:example.org'],
    ['an X25519 key', other('x25519')],
    ['an Ed448 key', other('ed448')],
    ['two PEM blocks', pem + pem],
    ['text before the PEM', `Subject: x\n${pem}`],
    ['a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
    ['a PEM cut off', pem.slice(0, -8)],
    ['a PEM without its lines', pem.replaceAll('\n', ' ')],
    ['a PEM with a character that is not base64', pem.replace('MCow', 'MC*w')],
    ['a PEM with bits after the key', pem.replace('MCow', 'MCowAAAA')],
    [
      'a PEM with non-zero padding bits',
      pem.replace(/(.)=\n/, (_, letter: string) => `${String.fromCharCode(letter.charCodeAt(0) + 1)}=\n`),
    ],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['31 bytes', publicKey.slice(1)],
    ['33 bytes', new Uint8Array(33)],
    ['null', null],
    ['undefined', undefined],
    ['a number', 5],
    ['a list', [publicKey]],
    ['an empty object', {}],
    ['a JWK of another kind', { ...jwk, kty: 'EC' }],
    ['a JWK of another curve', { ...jwk, crv: 'X25519' }],
    ['a JWK for encryption', { ...jwk, use: 'enc' }],
    ['a JWK of another algorithm', { ...jwk, alg: 'ES256' }],
    ['a JWK for signing only', { ...jwk, key_ops: ['sign'] }],
    ['a JWK with key_ops that is no list', { ...jwk, key_ops: 'verify' }],
    ['a JWK without x', { kty: 'OKP', crv: 'Ed25519' }],
    ['a JWK with padding', { ...jwk, x: `${jwk.x}=` }],
    ['a JWK with base64 that is not base64url', { ...jwk, x: `+${jwk.x.slice(1)}` }],
    ['a JWK with non-zero padding bits', { ...jwk, x: `${jwk.x.slice(0, -1)}p` }],
    ['a JWK with x as bytes', { ...jwk, x: publicKey }],
    ['a JWK that inherits its members', Object.create(jwk)],
  ])('is refused as %s', (_, key) => {
    expect(refusal(key)).toMatch(/^not (an Ed25519 public key|the did:key of an Ed25519 key): /)
  })

  it('is not written from anything but 32 bytes', () => {
    for (const write of [publicKeyPem, publicKeyJwk, publicKeyHex]) {
      expect(() => write(new Uint8Array(33))).toThrow(RangeError)
      expect(() => write('00' as unknown as Uint8Array)).toThrow(TypeError)
    }
  })
})
