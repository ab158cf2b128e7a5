import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { didKey } from '../../src/keys/did-key.js'
import { duplicateMember } from '../../src/keys/duplicate-member.js'
import { allows, coversChain, inWindow, Keyring, type KeyringEntry, type KeyUse } from '../../src/keys/keyring.js'
import { publicKeyJwk, publicKeyPem } from '../../src/keys/public-key.js'
import { concatBytes, toHex } from '../../src/primitives/bytes.js'
import { torsion } from './edge-cases.js'
import { add, B, encode, encodings, multiply, toBytes } from './reference-ed25519.js'
import { rfc8032 } from './rfc8032.js'

const [one, two, three] = rfc8032.map(({ publicKey }) => didKey(publicKey)) as [string, string, string]

const full: KeyringEntry = {
  keyId: one,
  uses: ['receipt', 'rotate'],
  validFrom: '2025-01-01T00:00:00.000Z',
  validUntil: '2026-01-01T00:00:00.000Z',
  revokedAt: '2025-06-01T00:00:00.000Z',
  chains: ['acme', 'acme/*'],
  comment: 'the key of the scoring service',
}

const refusalOf = (make: () => unknown): { path: string | undefined; message: string } => {
  try {
    make()
  } catch (error) {
    if (QuittanceError.is(error, 'KEYRING_INVALID')) return { path: error.details.path, message: error.message }
    throw error
  }
  throw new Error('accepted')
}

describe('a keyring', () => {
  it('holds did:keys and entries, in their order', () => {
    const keyring = new Keyring([two, full])
    expect(keyring.entries()).toEqual([{ keyId: two }, full])
    expect(keyring.get(one)).toEqual(full)
    expect(keyring.get(two)).toEqual({ keyId: two })
    expect(keyring.get(three)).toBeUndefined()
    expect(keyring.get('__proto__')).toBeUndefined()
  })

  it('may be empty: it trusts nobody', () => {
    expect(new Keyring([]).entries()).toEqual([])
    expect(Keyring.parse('{"keys":[]}').get(one)).toBeUndefined()
  })

  it('reads the JSON that it writes', () => {
    const keyring = new Keyring([full, two])
    const json = JSON.stringify(keyring)
    expect(JSON.parse(json)).toEqual({ keys: [full, { keyId: two }] })
    expect(Keyring.parse(json).entries()).toEqual(keyring.entries())
    expect(Keyring.parse(JSON.parse(json)).toJSON()).toEqual(keyring.toJSON())
  })

  it('leaves out members that are undefined', () => {
    const keyring = new Keyring([{ keyId: one, uses: undefined, chains: undefined, comment: undefined }])
    expect(Object.keys(keyring.get(one) ?? {})).toEqual(['keyId'])
  })

  it('can not be changed, not even through what it was made of', () => {
    const uses: KeyUse[] = ['receipt']
    const given = { keyId: one, uses }
    const list = [given]
    const keyring = new Keyring(list)
    uses.push('retention')
    given.keyId = two
    list.length = 0
    expect(keyring.entries()).toEqual([{ keyId: one, uses: ['receipt'] }])
    const entry = keyring.get(one)
    expect(Object.isFrozen(keyring) && Object.isFrozen(entry) && Object.isFrozen(entry?.uses)).toBe(true)
    expect(() => (keyring.entries() as KeyringEntry[]).push({ keyId: two })).toThrow(TypeError)
  })

  it('grows into a new one', () => {
    const small = new Keyring([one])
    const large = small.with(two, { keyId: three, uses: ['checkpoint'] })
    expect(small.entries()).toHaveLength(1)
    expect(large.entries().map(({ keyId }) => keyId)).toEqual([one, two, three])
    expect(refusalOf(() => large.with({ keyId: one, uses: ['retention'] }))).toMatchObject({ path: 'keys[3]' })
  })

  it.each([
    ['PEM', publicKeyPem(rfc8032[0]!.publicKey)],
    ['JWK', publicKeyJwk(rfc8032[0]!.publicKey)],
    ['hex', toHex(rfc8032[0]!.publicKey)],
    ['did:key', one],
    ['bytes', rfc8032[0]!.publicKey],
  ])('is made from a key as %s', (_, key) => {
    expect(Keyring.from(key, { uses: ['delegate'], comment: 'root' }).entries()).toEqual([
      { keyId: one, uses: ['delegate'], comment: 'root' },
    ])
  })

  it('is not made from a private key, nor from an inadmissible one', () => {
    expect(() => Keyring.from({ ...publicKeyJwk(rfc8032[0]!.publicKey), d: 'x' } as object)).toThrow(
      expect.objectContaining({ code: 'KEY_ENCODING', message: expect.stringContaining('private key') }),
    )
    expect(refusalOf(() => Keyring.from(new Uint8Array(32)))).toMatchObject({ path: 'keys[0].keyId' })
    expect(refusalOf(() => Keyring.from(one, { uses: [] }))).toMatchObject({ path: 'keys[0].uses' })
  })

  const mixed = didKey(encode(add(multiply(7n, B), torsion[3]!)))
  const second = didKey(encodings(torsion[0]!)[1]!)
  const off = didKey(toBytes(2n))

  it.each<[string, unknown, string | undefined]>([
    ['a list', [], undefined],
    ['null', null, undefined],
    ['a number', 5, undefined],
    ['no keys', {}, 'keys'],
    ['keys that is no list', { keys: { 0: one } }, 'keys'],
    ['keys: null', { keys: null }, 'keys'],
    ['a member beside keys', { keys: [], version: 1 }, undefined],
    ['an entry that is a number', { keys: [5] }, 'keys[0]'],
    ['an entry that is a list', { keys: [[one]] }, 'keys[0]'],
    ['an entry that is null', { keys: [null] }, 'keys[0]'],
    ['an unknown member', { keys: [one, { keyId: two, trust: 1 }] }, 'keys[1]'],
    ['a member in another case', { keys: [{ keyId: one, validuntil: full.validUntil }] }, 'keys[0]'],
    ['no keyId', { keys: [{ uses: ['receipt'] }] }, 'keys[0].keyId'],
    ['a keyId that is no text', { keys: [{ keyId: 5 }] }, 'keys[0].keyId'],
    ['a keyId that is no did:key', { keys: [{ keyId: toHex(rfc8032[0]!.publicKey) }] }, 'keys[0].keyId'],
    ['a text that is no did:key', { keys: ['did:web:example.org'] }, 'keys[0]'],
    ['a key twice', { keys: [one, { keyId: one, uses: ['rotate'] }] }, 'keys[1]'],
    ['a key of small order', { keys: [didKey(encode(torsion[1]!))] }, 'keys[0]'],
    ['the neutral point', { keys: [didKey(encode(torsion[0]!))] }, 'keys[0]'],
    ['a key of mixed order', { keys: [mixed] }, 'keys[0]'],
    ['a second spelling of a point', { keys: [second] }, 'keys[0]'],
    ['a key off the curve', { keys: [off] }, 'keys[0]'],
    ['uses: null', { keys: [{ keyId: one, uses: null }] }, 'keys[0].uses'],
    ['no use', { keys: [{ keyId: one, uses: [] }] }, 'keys[0].uses'],
    ['a use as text', { keys: [{ keyId: one, uses: 'receipt' }] }, 'keys[0].uses'],
    ['an unknown use', { keys: [{ keyId: one, uses: ['receipt', 'sign'] }] }, 'keys[0].uses[1]'],
    ['a use twice', { keys: [{ keyId: one, uses: ['receipt', 'receipt'] }] }, 'keys[0].uses[1]'],
    ['no chain', { keys: [{ keyId: one, chains: [] }] }, 'keys[0].chains'],
    ['an empty chain', { keys: [{ keyId: one, chains: ['acme', ''] }] }, 'keys[0].chains[1]'],
    ['a star in the middle', { keys: [{ keyId: one, chains: ['a*b'] }] }, 'keys[0].chains[0]'],
    ['two stars', { keys: [{ keyId: one, chains: ['a**'] }] }, 'keys[0].chains[0]'],
    ['a pattern that no chain can match', { keys: [{ keyId: one, chains: ['a/../*'] }] }, 'keys[0].chains[0]'],
    ['a leading slash', { keys: [{ keyId: one, chains: ['/a*'] }] }, 'keys[0].chains[0]'],
    ['a chain with a trailing slash', { keys: [{ keyId: one, chains: ['a/'] }] }, 'keys[0].chains[0]'],
    ['a chain with a line end', { keys: [{ keyId: one, chains: ['acme\n'] }] }, 'keys[0].chains[0]'],
    ['a chain too long', { keys: [{ keyId: one, chains: ['a'.repeat(257)] }] }, 'keys[0].chains[0]'],
    ['a chain twice', { keys: [{ keyId: one, chains: ['a', 'a'] }] }, 'keys[0].chains[1]'],
    ['a comment that is no text', { keys: [{ keyId: one, comment: 1 }] }, 'keys[0].comment'],
    ['a comment that commands a terminal', { keys: [{ keyId: one, comment: '\u001b[2J' }] }, 'keys[0].comment'],
    ['a comment with a lone surrogate', { keys: [{ keyId: one, comment: '\ud800' }] }, 'keys[0].comment'],
    ['a comment too long', { keys: [{ keyId: one, comment: 'a'.repeat(1025) }] }, 'keys[0].comment'],
    ['a window that ends where it begins', { keys: [{ ...full, validUntil: full.validFrom }] }, 'keys[0].validUntil'],
    [
      'a window the wrong way round',
      { keys: [{ ...full, validUntil: '2024-01-01T00:00:00.000Z' }] },
      'keys[0].validUntil',
    ],
  ])('is refused with %s', (_, json, path) => {
    expect(refusalOf(() => Keyring.parse(json)).path).toBe(path)
    expect(refusalOf(() => Keyring.parse(JSON.stringify(json))).path).toBe(path)
  })

  it.each(['validFrom', 'validUntil', 'revokedAt'] as const)('is refused with a bad time as %s', (member) => {
    for (const time of [
      '2025-01-01',
      '2025-01-01T00:00:00Z',
      '2025-01-01T00:00:00.00Z',
      '2025-01-01T00:00:00.000+00:00',
      '2025-01-01t00:00:00.000z',
      '2025-01-01 00:00:00.000Z',
      '2025-02-29T00:00:00.000Z',
      '2025-13-01T00:00:00.000Z',
      '2025-00-01T00:00:00.000Z',
      '2025-01-00T00:00:00.000Z',
      '2025-04-31T00:00:00.000Z',
      '1900-02-29T00:00:00.000Z',
      '2025-01-01T24:00:00.000Z',
      '2025-01-01T23:59:60.000Z',
      '2025-01-01T00:00:00.000Z\n',
      '+02025-01-01T00:00:00.000Z',
      '',
      1735689600000,
      null,
      new Date(0),
    ]) {
      const entry = { keyId: one, [member]: time }
      expect(refusalOf(() => new Keyring([entry as KeyringEntry])).path).toBe(`keys[0].${member}`)
    }
    const leap = { keyId: one, [member]: '2024-02-29T23:59:59.999Z' }
    expect(new Keyring([leap]).get(one)).toEqual(leap)
  })

  it.each([
    ['not JSON', '{"keys":['],
    ['empty', ''],
    ['with a byte order mark', '\ufeff{"keys":[]}'],
    ['with a comment', '{"keys":[]} // mine'],
    ['with a trailing comma', '{"keys":[],}'],
    ['with keys twice', '{"keys":[],"keys":[]}'],
    [
      'with a member twice in an entry',
      `{"keys":[{"keyId":"${one}","uses":["receipt"],"uses":["receipt","retention"]}]}`,
    ],
    ['with a member twice, once escaped', `{"keys":[{"keyId":"${one}","key\\u0049d":"${two}"}]}`],
    ['with __proto__', `{"keys":[{"keyId":"${one}","__proto__":{"uses":["retention"]}}]}`],
    ['too long', `{"keys":[]}${' '.repeat(4 * 1024 * 1024)}`],
    ['deep', '['.repeat(100_000) + ']'.repeat(100_000)],
  ])('is refused as text: %s', (_, text) => {
    expect(refusalOf(() => Keyring.parse(text)).message).not.toContain(one)
  })

  it('says nothing of what a wrong member holds', () => {
    const { message } = refusalOf(() => Keyring.parse({ keys: [{ keyId: one, 'jane@example.org': 1 }] }))
    expect(message).not.toContain('jane')
    expect(refusalOf(() => Keyring.parse('{"secret": hunter2}')).message).not.toContain('hunter2')
  })

  it('is no list of entries by inheritance', () => {
    const inherited = Object.create({ keyId: one }) as KeyringEntry
    expect(refusalOf(() => new Keyring([inherited])).path).toBe('keys[0].keyId')
    expect(inspect(new Keyring([one]))).toContain('Keyring')
  })
})

describe('allows', () => {
  it('takes receipt where nothing is said', () => {
    expect(allows({ keyId: one }, 'receipt')).toBe(true)
    for (const use of ['delegate', 'rotate', 'revoke', 'retention', 'checkpoint', 'report'] as const) {
      expect(allows({ keyId: one }, use)).toBe(false)
    }
  })

  it('takes what is named and nothing else', () => {
    expect(allows({ keyId: one, uses: ['retention'] }, 'retention')).toBe(true)
    expect(allows({ keyId: one, uses: ['retention'] }, 'receipt')).toBe(false)
    expect(allows({ keyId: one, uses: [] }, 'receipt')).toBe(false)
  })
})

describe('coversChain', () => {
  it.each<[readonly string[] | undefined, string, boolean]>([
    [undefined, 'acme', true],
    [[], 'acme', false],
    [['acme'], 'acme', true],
    [['acme'], 'acme2', false],
    [['acme'], 'Acme', false],
    [['acme*'], 'acme', true],
    [['acme*'], 'acme2', true],
    [['acme/*'], 'acme', false],
    [['acme/*'], 'acme/eu', true],
    [['acme/*'], 'acme/eu/1', true],
    [['acme/*'], 'xacme/eu', false],
    [['*'], 'anything', true],
    [['a.c'], 'abc', false],
    [['one', 'two*'], 'two.b', true],
  ])('%j over %s: %s', (patterns, chainId, covered) => {
    expect(coversChain(patterns, chainId)).toBe(covered)
  })
})

describe('inWindow', () => {
  const entry: KeyringEntry = { keyId: one, validFrom: full.validFrom, validUntil: full.validUntil }
  it.each<[KeyringEntry, string, boolean]>([
    [entry, '2024-12-31T23:59:59.999Z', false],
    [entry, '2025-01-01T00:00:00.000Z', true],
    [entry, '2025-12-31T23:59:59.999Z', true],
    [entry, '2026-01-01T00:00:00.000Z', false],
    [{ keyId: one }, '0000-01-01T00:00:00.000Z', true],
    [{ keyId: one, validFrom: full.validFrom }, '9999-12-31T23:59:59.999Z', true],
    [{ keyId: one, validUntil: full.validUntil }, '0000-01-01T00:00:00.000Z', true],
    [{ keyId: one, revokedAt: full.revokedAt }, '2025-12-31T00:00:00.000Z', true],
    [{ keyId: one }, 'yesterday', false],
    [{ keyId: one }, '2025-02-30T00:00:00.000Z', false],
  ])('%j at %s: %s', (given, time, inside) => {
    expect(inWindow(given, time)).toBe(inside)
  })
})

describe('duplicateMember', () => {
  it.each<[string, string | undefined]>([
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', undefined],
    ['{"a":1,"a":1}', 'a'],
    ['[{"a":{"x":[],"y":{},"x":0}}]', 'x'],
    ['{"a":":","b":"{\\"a\\":1,\\"a\\":2}"}', undefined],
    ['{"a\\"b":1,"a\\u0022b":2}', 'a"b'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['"{\\\\"', undefined],
    ['5', undefined],
  ])('%s: %j', (json, name) => {
    expect(JSON.parse(json)).toBeDefined()
    expect(duplicateMember(json)).toBe(name)
  })
})

it('keeps keys apart that differ in one bit', () => {
  const flipped = concatBytes(rfc8032[1]!.publicKey)
  flipped[31]! ^= 0x80
  expect(new Keyring([two, didKey(flipped)]).entries()).toHaveLength(2)
})
