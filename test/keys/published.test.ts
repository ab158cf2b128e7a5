/** Keyrings as DID documents and key sets. */
import { createPublicKey, verify as nodeVerify } from 'node:crypto'
import { base58 } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDidKey } from '../../src/keys/did-key.js'
import { type DidMethodType, didDocument, didWeb, keyringFromDidDocument } from '../../src/keys/did-web.js'
import { keyringFromJwks, keyringJwks } from '../../src/keys/jwks.js'
import { Keyring, type KeyringEntry } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'

const seeds = [1, 2, 3, 4, 5].map((byte) => new Uint8Array(32).fill(byte))
const providers = seeds.map((seed) => localKey({ seed }))
const ids = await Promise.all(providers.map(async (one) => (await one.signer()).keyId))
const [a, b, c, d, e] = ids as [string, string, string, string, string]

const full = new Keyring([
  a,
  {
    keyId: b,
    uses: ['receipt', 'rotate'],
    validFrom: '2026-01-01T00:00:00.000Z',
    validUntil: '2027-01-01T00:00:00.123Z',
    chains: ['acme', 'acme/*'],
    comment: 'scoring service',
  },
  { keyId: c, revokedAt: '2026-03-03T08:00:00.500Z' },
  { keyId: d, uses: ['delegate'] },
  { keyId: e, validUntil: '2026-01-01T00:00:00.000Z' },
])

describe('did:web', () => {
  test.each([
    ['example.com', 'did:web:example.com', 'https://example.com/.well-known/did.json'],
    ['Example.COM', 'did:web:example.com', 'https://example.com/.well-known/did.json'],
    ['example.com:8443', 'did:web:example.com%3A8443', 'https://example.com:8443/.well-known/did.json'],
    ['example.com/receipts', 'did:web:example.com:receipts', 'https://example.com/receipts/did.json'],
    [
      'w3c-ccg.github.io/user/alice',
      'did:web:w3c-ccg.github.io:user:alice',
      'https://w3c-ccg.github.io/user/alice/did.json',
    ],
    [
      'example.com:3000/user/alice',
      'did:web:example.com%3A3000:user:alice',
      'https://example.com:3000/user/alice/did.json',
    ],
    [
      'did:web:example.com%3A3000:user:alice',
      'did:web:example.com%3A3000:user:alice',
      'https://example.com:3000/user/alice/did.json',
    ],
    ['bücher.example', 'did:web:xn--bcher-kva.example', 'https://xn--bcher-kva.example/.well-known/did.json'],
  ])('of %s is %s', (domain, did, url) => {
    expect(didWeb(domain)).toEqual({ did, url })
  })

  test.each([
    '',
    'https://example.com',
    'user:pw@example.com',
    '192.0.2.1',
    '[::1]',
    'example.com/a?b',
    'example.com/#a',
    'example.com//a',
    'example.com/../a',
    'a b',
    'example.com/a b',
    '2130706433',
  ])('of %j is refused', (domain) => {
    expect(() => didWeb(domain)).toThrow(RangeError)
  })

  test('has every key once, the windows and revocations in the fields of the specification', () => {
    const document = didDocument(full, { domain: 'example.com' })
    expect(document.id).toBe('did:web:example.com')
    expect(document['@context'].slice(0, 2)).toEqual([
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/multikey/v1',
    ])
    for (const [at, method] of document.verificationMethod.entries()) {
      expect(method).toMatchObject({ type: 'Multikey', controller: 'did:web:example.com' })
      const multibase = method.publicKeyMultibase ?? ''
      expect(method.id).toBe(`did:web:example.com#${multibase}`)
      expect(multibase[0]).toBe('z')
      const bytes = base58.decode(multibase.slice(1))
      expect([...bytes.slice(0, 2)]).toEqual([0xed, 0x01])
      expect(bytes.slice(2)).toEqual(parseDidKey(ids[at] as string))
    }
    const dates = document.verificationMethod.map(({ expires, revoked }) => [expires, revoked])
    expect(dates).toEqual([
      [undefined, undefined],
      ['2027-01-01T00:00:00.123Z', undefined],
      [undefined, '2026-03-03T08:00:00.500Z'],
      [undefined, undefined],
      ['2026-01-01T00:00:00Z', undefined],
    ])
    const idOf = (at: number) => document.verificationMethod[at]?.id
    // a reader that does not know `revoked` must not trust the key
    expect(document.assertionMethod).toEqual([0, 1, 3, 4].map(idOf))
    expect(document.capabilityDelegation).toEqual([idOf(3)])
  })

  test.each(['Multikey', 'JsonWebKey', 'JsonWebKey2020'] satisfies DidMethodType[])(
    'as %s comes back as the same keyring, through its text',
    (type) => {
      const document = didDocument(full, { domain: 'example.com/receipts', type })
      expect(document.verificationMethod.map((method) => method.type)).toEqual(Array(5).fill(type))
      const back = keyringFromDidDocument(JSON.stringify(document), { domain: 'example.com/receipts' })
      expect(back.toJSON()).toEqual(full.toJSON())
    },
  )

  test('of a plain key has no member and no term of our own', () => {
    const text = JSON.stringify(
      didDocument(new Keyring([a, { keyId: c, revokedAt: '2026-03-03T08:00:00.000Z' }]), { domain: 'example.com' }),
    )
    expect(text).not.toContain('quittance')
  })

  test('verifies a signature with what node:crypto makes of its JWK', async () => {
    const { verificationMethod } = didDocument(full, { domain: 'example.com', type: 'JsonWebKey' })
    const key = createPublicKey({ key: { ...verificationMethod[0]?.publicKeyJwk }, format: 'jwk' })
    const message = Buffer.from('hello')
    const signature = await (await providers[0]?.signer())?.sign(message)
    expect(nodeVerify(null, message, key, signature as Uint8Array)).toBe(true)
  })

  test('of somebody else gives the Ed25519 keys that may assert, and no other', () => {
    const did = 'did:web:example.org'
    const key = (id: string) => id.slice('did:key:'.length)
    const document = {
      '@context': 'https://www.w3.org/ns/did/v1',
      id: did,
      verificationMethod: [
        {
          id: '#one',
          type: 'Multikey',
          controller: did,
          publicKeyMultibase: key(a),
          expires: '2030-01-01T01:00:00+01:00',
        },
        { id: `${did}#two`, type: 'Ed25519VerificationKey2020', controller: did, publicKeyMultibase: key(b) },
        { id: `${did}#login`, type: 'Multikey', controller: did, publicKeyMultibase: key(c) },
        { id: `${did}#other`, type: 'Multikey', controller: 'did:web:example.net', publicKeyMultibase: key(d) },
        {
          id: `${did}#p256`,
          type: 'JsonWebKey',
          controller: did,
          publicKeyJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
        },
        {
          id: `${did}#gone`,
          type: 'Multikey',
          controller: did,
          publicKeyMultibase: key(e),
          revoked: '2025-05-05T05:05:05Z',
        },
      ],
      authentication: [`${did}#login`],
      assertionMethod: ['#one', `${did}#two`, `${did}#other`, `${did}#p256`],
    }
    expect(keyringFromDidDocument(document).toJSON().keys).toEqual([
      { keyId: a, validUntil: '2030-01-01T00:00:00.000Z' },
      { keyId: b },
      { keyId: e, revokedAt: '2025-05-05T05:05:05.000Z' },
    ])
    const wrong: [object, RegExp][] = [
      [{ ...document, id: 'x' }, /id must be a DID/],
      [{ ...document, verificationMethod: {} }, /must be a list/],
      [
        { ...document, assertionMethod: [], verificationMethod: document.verificationMethod.slice(0, 3) },
        /holds no Ed25519 key/,
      ],
      [
        { ...document, verificationMethod: [{ ...document.verificationMethod[0], expires: '2030' }] },
        /expires must be a time/,
      ],
      [
        { ...document, verificationMethod: [{ ...document.verificationMethod[0], quittanceEntry: { until: 1 } }] },
        /not known/,
      ],
      [
        { ...document, verificationMethod: [{ ...document.verificationMethod[0], quittanceEntry: { uses: ['all'] } }] },
        /use/,
      ],
      [
        { ...document, verificationMethod: [document.verificationMethod[0], document.verificationMethod[0]] },
        /the id of another one/,
      ],
      [
        {
          ...document,
          verificationMethod: [
            {
              id: '#one',
              type: 'JsonWebKey',
              controller: did,
              publicKeyJwk: { kty: 'OKP', crv: 'Ed25519', x: 'x', d: 'canary' },
            },
          ],
        },
        /private/,
      ],
    ]
    for (const [given, message] of wrong) expect(() => keyringFromDidDocument(given)).toThrow(message)
    expect(() => keyringFromDidDocument(document, { domain: 'example.com' })).toThrow(/another domain/)
    for (const text of ['x', '[]', `{"id":"${did}","id":"${did}"}`])
      expect(() => keyringFromDidDocument(text)).toThrow(/./)
  })
})

describe('a document that can be read in two ways', () => {
  const document = didDocument(new Keyring([a, b]), { domain: 'example.org' })
  const [one, two] = document.verificationMethod as [object, { id: string }]
  test.each<[string, object, RegExp]>([
    [
      'a day that does not exist',
      { verificationMethod: [{ ...one, revoked: '2026-02-30T00:00:00Z' }] },
      /time with its zone/,
    ],
    ['a key without an id', { verificationMethod: [{ ...one, id: undefined }] }, /an object with an id/],
    ['a key that is null', { verificationMethod: [one, null] }, /an object with an id/],
    ['two keys with one id', { verificationMethod: [{ ...one, id: two.id }, two] }, /the id of another one/],
    [
      'one id, spelled twice',
      { verificationMethod: [{ ...one, id: two.id.replace(/^.*#/, '#') }, two] },
      /the id of another/,
    ],
    ['a reference that is null', { assertionMethod: [null] }, /assertionMethod\[0\]/],
    ['references that are no list', { assertionMethod: 'all' }, /must be a list/],
  ])('%s is refused', (_, change, message) => {
    const text = JSON.stringify({ ...document, ...change })
    expect(() => keyringFromDidDocument(text)).toThrow(message)
  })

  test('29 February exists in a leap year, with another zone too', () => {
    const until = (expires: string) =>
      keyringFromDidDocument({ ...document, verificationMethod: [{ ...one, expires }, two] }).entries()[0]?.validUntil
    expect(until('2028-02-29T23:30:00-01:00')).toBe('2028-03-01T00:30:00.000Z')
    expect(() => until('2027-02-29T23:30:00-01:00')).toThrow(/time with its zone/)
  })
})

describe('a key set', () => {
  test('has OKP keys as RFC 8037, and leaves out what is revoked or over only where told', () => {
    const now = Date.parse('2026-06-01T00:00:00.000Z')
    const { keys } = keyringJwks(full, { now, currentOnly: true })
    expect(keys.map(({ kid }) => kid)).toEqual([a, b, d])
    for (const key of keys) {
      expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA' })
      expect(Buffer.from(key.x, 'base64url')).toEqual(Buffer.from(parseDidKey(key.kid)))
      expect(key).not.toHaveProperty('d')
    }
    expect(keys[1]).toMatchObject({ nbf: Date.UTC(2026, 0, 1) / 1000, exp: Date.UTC(2027, 0, 1) / 1000 })
    const all = keyringJwks(full, { now }).keys
    expect(all.map(({ kid }) => kid)).toEqual(ids)
    expect(all[2]?.revoked).toEqual({ revoked_at: Math.floor(Date.parse('2026-03-03T08:00:00.500Z') / 1000) })
  })

  test('that lacks keys is marked, and is no keyring; one that lacks none is not', () => {
    const set = keyringJwks(full, { currentOnly: true })
    expect(set.quittanceIncomplete).toBe(true)
    for (const given of [set, JSON.stringify(set)]) expect(() => keyringFromJwks(given)).toThrow(/it is no keyring/)
    expect(keyringJwks(full)).not.toHaveProperty('quittanceIncomplete')
    expect(keyringFromJwks(keyringJwks(new Keyring([a]), { currentOnly: true })).entries()).toEqual([{ keyId: a }])
  })

  test('has the vector of RFC 8037, appendix A.2', () => {
    // the key of RFC 8032, 7.1, test 1
    const keyring = Keyring.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(keyringJwks(keyring).keys[0]).toMatchObject({
      kty: 'OKP',
      crv: 'Ed25519',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    })
  })

  test('comes back as the same keyring, to the millisecond', () => {
    expect(keyringFromJwks(JSON.stringify(keyringJwks(full))).toJSON()).toEqual(full.toJSON())
  })

  test('whose common members were edited is believed only where it narrows', () => {
    const [jwk] = keyringJwks(new Keyring([{ keyId: a, validUntil: '2027-01-01T00:00:00.000Z' }])).keys
    const until = (change: object) => keyringFromJwks({ keys: [{ ...jwk, ...change }] }).entries()[0]?.validUntil
    expect(until({ exp: Date.UTC(2026, 0, 1) / 1000 })).toBe('2026-01-01T00:00:00.000Z')
    expect(until({ exp: Date.UTC(2028, 0, 1) / 1000 })).toBe('2027-01-01T00:00:00.000Z')
    expect(until({ exp: undefined })).toBe('2027-01-01T00:00:00.000Z')
  })

  test('of somebody else gives the Ed25519 keys for signatures', () => {
    const { x } = keyringJwks(new Keyring([a])).keys[0] as { x: string }
    const okp = { kty: 'OKP', crv: 'Ed25519', x }
    const rsa = { kty: 'RSA', n: 'x', e: 'AQAB' }
    expect(keyringFromJwks({ keys: [rsa, { ...okp, kid: 'k1', nbf: 1_767_225_600 }] }).entries()).toEqual([
      { keyId: a, validFrom: '2026-01-01T00:00:00.000Z' },
    ])
    const wrong: [unknown, RegExp][] = [
      [{ keys: [rsa] }, /hold no Ed25519 key/],
      [{ keys: [{ ...okp, use: 'enc' }] }, /hold no Ed25519 key/],
      [{}, /must be a list/],
      ['{', /not JSON/],
      [{ keys: [{ ...okp, kid: b }] }, /names another key/],
      [{ keys: [{ ...okp, exp: '2027' }] }, /seconds since 1970/],
      [{ keys: [{ ...okp, exp: 1e300 }] }, /seconds since 1970/],
      [{ keys: [{ ...okp, revoked: true }] }, /seconds since 1970/],
      [{ keys: [{ ...okp, quittanceEntry: { until: 1 } }] }, /not known/],
      [{ keys: [{ ...okp, exp: 1, quittanceEntry: { validUntil: '2026-02-30T00:00:00.000Z' } }] }, /must be a time/],
      [{ keys: [{ ...okp, d: 'canary' }] }, /private key/],
      [{ keys: [okp, okp] }, /there already/],
    ]
    for (const [given, message] of wrong) expect(() => keyringFromJwks(given)).toThrow(message)
    try {
      keyringFromJwks({ keys: [{ ...okp, d: 'canary' }] })
    } catch (error) {
      expect(String(error)).not.toContain('canary')
    }
  })
})

describe('any keyring', () => {
  const time = fc
    .integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) })
    .map((ms) => new Date(ms).toISOString())
  const entry = (keyId: string): fc.Arbitrary<KeyringEntry> =>
    fc
      .record(
        {
          uses: fc.subarray(['receipt', 'delegate', 'rotate', 'revoke', 'retention', 'checkpoint', 'report'] as const, {
            minLength: 1,
          }),
          from: time,
          until: time,
          revokedAt: time,
          chains: fc.subarray(['acme', 'acme/*', 'bank', '*'], { minLength: 1 }),
          comment: fc.string({ maxLength: 40 }).map((text) => text.replaceAll(/[\p{Cc}\p{Cs}]/gu, '')),
        },
        { requiredKeys: [] },
      )
      .map(({ from, until, ...rest }) => {
        const window =
          from !== undefined && until !== undefined && from >= until
            ? {}
            : {
                ...(from === undefined ? {} : { validFrom: from }),
                ...(until === undefined ? {} : { validUntil: until }),
              }
        return { keyId, ...rest, ...window }
      })

  test('comes back from both formats as it was', () => {
    fc.assert(
      fc.property(fc.tuple(...ids.map(entry)), (entries) => {
        const keyring = new Keyring(entries)
        const document = didDocument(keyring, { domain: 'example.com' })
        expect(keyringFromDidDocument(JSON.stringify(document)).toJSON()).toEqual(keyring.toJSON())
        expect(keyringFromJwks(JSON.stringify(keyringJwks(keyring))).toJSON()).toEqual(keyring.toJSON())
      }),
      { numRuns: 200 },
    )
  })
})
