import { createRequire } from 'node:module'
import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { didKey } from '../../src/keys/did-key.js'
import { type AdmittedKey, admitKey, publicKeyOf } from '../../src/keys/ed25519/admission.js'
import type { Ed25519Backend } from '../../src/keys/ed25519/backend.js'
import { nobleBackend } from '../../src/keys/ed25519/noble.js'
import { nodeBackend } from '../../src/keys/ed25519/node.js'
import { hasStrictForm, isReducedY } from '../../src/keys/ed25519/rules.js'
import { loadSodiumBackend, type SodiumNative, sodiumBackend } from '../../src/keys/ed25519/sodium.js'
import { defaultBackend, verifySignature } from '../../src/keys/ed25519/verify.js'
import { concatBytes, toHex, utf8 } from '../../src/primitives/bytes.js'
import { edgeCases, torsion } from './edge-cases.js'
import * as reference from './reference-ed25519.js'
import { rfc8032 } from './rfc8032.js'

const sodiumNative = createRequire(import.meta.url)('sodium-native') as SodiumNative
const names = ['noble', 'node', 'sodium'] as const
const backends = {
  noble: nobleBackend,
  node: nodeBackend,
  sodium: sodiumBackend(sodiumNative),
} satisfies Record<string, Ed25519Backend>

const admitted = (publicKey: Uint8Array): AdmittedKey => {
  const { key, refused } = admitKey(publicKey)
  if (!key) throw new Error(`refused: ${refused}`)
  return key
}

const judge = (backend: Ed25519Backend, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  const { key } = admitKey(publicKey)
  return key !== undefined && verifySignature(key, message, signature, backend)
}

const flip = (bytes: Uint8Array, bit: number): Uint8Array =>
  bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

describe.each(names)('RFC 8032, section 7.1, by %s', (name) => {
  const backend = backends[name]

  it.each(rfc8032)('$name', async ({ seed, publicKey, message, signature }) => {
    const signer = backend.signerFromSeed(seed)
    expect(toHex(signer.publicKey)).toBe(toHex(publicKey))
    expect(toHex(signer.signSync(message))).toBe(toHex(signature))
    expect(toHex(await signer.sign(message))).toBe(toHex(signature))
    expect(verifySignature(admitted(publicKey), message, signature, backend)).toBe(true)
    expect(verifySignature(admitted(publicKey), concatBytes(message, Uint8Array.of(0)), signature, backend)).toBe(false)
  })

  it('has the lengths of the published messages', () => {
    expect(rfc8032.map(({ message }) => message.length)).toEqual([0, 1, 2, 1023, 64])
  })
})

it('the reference of these tests agrees with RFC 8032 and signs nothing else', () => {
  for (const { publicKey, message, signature } of rfc8032) {
    expect(reference.verdict(publicKey, message, signature)).toBe(true)
    expect(reference.verdict(publicKey, message, flip(signature, 300))).toBe(false)
  }
})

describe('edge cases', () => {
  const cases = edgeCases()
  let demanded: boolean[]
  beforeAll(() => {
    demanded = cases.map(({ publicKey, message, signature }) => reference.verdict(publicKey, message, signature))
  })

  it('are of every kind', () => {
    const refusals = new Set(cases.map(({ publicKey }) => reference.refusal(publicKey)))
    expect([...refusals].map(String).sort()).toEqual([
      'mixed_order',
      'not_canonical',
      'not_on_curve',
      'small_order',
      'undefined',
    ])
    expect(cases.filter((_, index) => demanded[index]).map((c) => c.name)).toEqual([
      'good',
      'good, empty message',
      expect.stringContaining('A prime order + T0, R prime order + T0'),
    ])
    expect(cases.length).toBeGreaterThan(1500)
  })

  it('get the reason for which a key is refused, as the group says', () => {
    const keys = new Map(cases.map(({ publicKey }) => [toHex(publicKey), publicKey]))
    for (const key of keys.values())
      expect([toHex(key), admitKey(key).refused]).toEqual([toHex(key), reference.refusal(key)])
  })

  it.each(names)('get the verdict that the rules demand, by %s', (name) => {
    const wrong = cases.filter(
      ({ publicKey, message, signature }, index) =>
        judge(backends[name], publicKey, message, signature) !== demanded[index],
    )
    expect(wrong.map((c) => c.name)).toEqual([])
  })

  it('get it from a libsodium with the cofactored equation too', () => {
    const cofactored = sodiumBackend({
      ...sodiumNative,
      crypto_core_ed25519_is_valid_point: (point) => sodiumNative.crypto_core_ed25519_is_valid_point(point),
      crypto_sign_verify_detached(signature, message, publicKey) {
        ed.hashes.sha512 ??= (data) => sha512(data)
        return ed.verify(signature, message, publicKey, { zip215: true })
      },
    })
    const points = cases.flatMap((c, index) =>
      c.name.includes(', cofactor') ? [{ ...c, demanded: demanded[index] }] : [],
    )
    const wrong = points.filter((c) => judge(cofactored, c.publicKey, c.message, c.signature) !== c.demanded)
    expect(points.length).toBeGreaterThan(700)
    expect(wrong.map((c) => c.name)).toEqual([])
  })

  it('are where the libraries differ without the rules', () => {
    ed.hashes.sha512 ??= (data) => sha512(data)
    const points = cases.filter((c) => c.name.includes(', cofactor'))
    const verdicts = points.map(({ publicKey, message, signature }) => [
      ed.verify(signature, message, publicKey),
      nodeBackend.equationCheck(publicKey)(message, signature),
      sodiumNative.crypto_sign_verify_detached(signature, message, publicKey),
    ])
    const accepted = [0, 1, 2].map((library) => verdicts.filter((each) => each[library]).length)
    // Nothing here is the fault of a library: RFC 8032 leaves these choices open.
    expect(accepted[0]).toBe(points.length)
    expect(accepted[0]).toBeGreaterThan(accepted[1]!)
    expect(accepted[1]).toBeGreaterThan(1)
    // By the cofactored equation each of them holds, which is what makes them edge cases.
    for (const { publicKey, message, signature } of points.filter((_, index) => index % 40 === 0)) {
      expect(reference.holdsCofactored(publicKey, message, signature)).toBe(true)
    }
  })
})

describe('the rules that bytes decide', () => {
  const R = reference.encode(reference.multiply(99n, reference.B))
  const withS = (S: bigint): Uint8Array => concatBytes(R, reference.toBytes(S))

  it('take S below the order and no other', () => {
    for (const S of [0n, 1n, reference.L - 1n]) expect(hasStrictForm(withS(S))).toBe(true)
    for (const S of [reference.L, reference.L + 1n, 2n ** 253n, 2n ** 256n - 1n])
      expect(hasStrictForm(withS(S))).toBe(false)
  })

  it('take 64 bytes and no other length', () => {
    for (const length of [0, 63, 65]) expect(hasStrictForm(new Uint8Array(length).fill(1))).toBe(false)
  })

  it('refuse every encoding of the eight points of small order as R', () => {
    const all = torsion.flatMap(reference.encodings)
    expect(new Set(all.map(toHex)).size).toBe(14)
    for (const encoding of all) expect(hasStrictForm(concatBytes(encoding, reference.toBytes(5n)))).toBe(false)
  })

  it('know the prime', () => {
    const P = 2n ** 255n - 19n
    fc.assert(
      fc.property(fc.bigInt(P - 50n, 2n ** 255n - 1n), fc.boolean(), (y, sign) => {
        expect(isReducedY(reference.toBytes(y | (sign ? 1n << 255n : 0n)))).toBe(y < P)
      }),
    )
  })
})

describe('admission', () => {
  const { publicKey } = rfc8032[0]!

  it('takes the did:key and the bytes for the same key, once', () => {
    const byBytes = admitKey(publicKey).key
    expect(byBytes).toBeDefined()
    expect(admitKey(didKey(publicKey)).key).toBe(byBytes)
    expect(byBytes?.keyId).toBe(didKey(publicKey))
    expect(publicKeyOf(byBytes!)).toEqual(publicKey)
  })

  it('gives copies of the bytes, so that no caller can change an admitted key', () => {
    const given = Uint8Array.from(publicKey)
    const key = admitted(given)
    given.fill(0)
    publicKeyOf(key).fill(0)
    expect(publicKeyOf(key)).toEqual(publicKey)
    expect(Object.isFrozen(key)).toBe(true)
  })

  it.each(['', 'did:key:z6Mk', 'did:web:example.org', 'x'.repeat(100_000)])('refuses the encoding of %.30s', (did) => {
    expect(admitKey(did)).toEqual({ refused: 'encoding' })
  })

  it.each([0, 31, 33, 64])('refuses %i bytes', (length) => {
    expect(admitKey(new Uint8Array(length))).toEqual({ refused: 'encoding' })
  })

  it('still knows a key after thousands of others', () => {
    const before = admitted(publicKey)
    // These are no points, which is quick to find, and remembered like any other.
    for (let index = 0; index < 2200; index++) {
      admitKey(
        Uint8Array.from({ length: 32 }, (_, at) =>
          at === 31 ? 0x7f : at === 0 ? 0xff : at < 3 ? index >> (8 * (at - 1)) : 0xff,
        ),
      )
    }
    const { message, signature } = rfc8032[0]!
    expect(verifySignature(admitted(publicKey), message, signature)).toBe(true)
    expect(verifySignature(before, message, signature)).toBe(true)
  })

  it('is the only maker of admitted keys', () => {
    const { message, signature } = rfc8032[0]!
    const forged: AdmittedKey = { keyId: didKey(publicKey) }
    expect(() => verifySignature(forged, message, signature)).toThrow(new TypeError('key must come from admitKey'))
  })

  it('names the argument of a programmer mistake', () => {
    expect(() => admitKey(5 as unknown as string)).toThrow(TypeError)
    const key = admitted(publicKey)
    expect(() => verifySignature(key, 'm' as unknown as Uint8Array, new Uint8Array(64))).toThrow('message must be')
    expect(() => verifySignature(key, new Uint8Array(), 'ed25519:' as unknown as Uint8Array)).toThrow(
      'signature must be',
    )
  })
})

describe('signing', () => {
  const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

  it('gives the same bytes and verdicts from every backend', () => {
    fc.assert(
      fc.property(bytes(32), fc.uint8Array({ maxLength: 300 }), fc.nat(511), (seed, message, bit) => {
        const made = names.map((name) => {
          const signer = backends[name].signerFromSeed(seed)
          return [toHex(signer.publicKey), toHex(signer.signSync(message))]
        })
        expect(made[1]).toEqual(made[0])
        expect(made[2]).toEqual(made[0])
        const { publicKey, signSync } = backends.node.signerFromSeed(seed)
        const signature = signSync(message)
        for (const name of names) {
          expect(judge(backends[name], publicKey, message, signature)).toBe(true)
          expect(judge(backends[name], publicKey, message, flip(signature, bit))).toBe(false)
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each(names)('works on bytes that are a part of a larger buffer, by %s', (name) => {
    const { seed, publicKey, message, signature } = rfc8032[3]!
    const inside = (part: Uint8Array): Uint8Array => {
      const whole = new Uint8Array(part.length + 14).fill(0xa5)
      whole.set(part, 7)
      return whole.subarray(7, 7 + part.length)
    }
    expect(toHex(backends[name].signerFromSeed(inside(seed)).signSync(inside(message)))).toBe(toHex(signature))
    expect(judge(backends[name], inside(publicKey), inside(message), inside(signature))).toBe(true)
    expect(judge(backends[name], inside(publicKey), inside(message), inside(flip(signature, 9)))).toBe(false)
  })

  it.each(names)('signs the message as it was at the call, many at once, by %s', async (name) => {
    const { seed, publicKey } = rfc8032[1]!
    const signer = backends[name].signerFromSeed(seed)
    const message = new Uint8Array(100)
    const asked = Array.from({ length: 64 }, (_, index) => {
      message.fill(index)
      const signature = signer.sign(message)
      return { index, signature }
    })
    message.fill(255)
    for (const { index, signature } of asked) {
      expect(judge(backends[name], publicKey, new Uint8Array(100).fill(index), await signature)).toBe(true)
    }
  })

  it.each(names)('copies the seed and ends with wipe, by %s', async (name) => {
    const seed = Uint8Array.from(rfc8032[1]!.seed)
    const signer = backends[name].signerFromSeed(seed)
    seed.fill(0)
    expect(toHex(signer.signSync(rfc8032[1]!.message))).toBe(toHex(rfc8032[1]!.signature))
    signer.wipe()
    signer.wipe()
    expect(() => signer.signSync(utf8('m'))).toThrow(expect.objectContaining({ code: 'KEY_UNAVAILABLE' }))
    await expect(signer.sign(utf8('m'))).rejects.toSatisfy((error) => QuittanceError.is(error, 'KEY_UNAVAILABLE'))
  })
})

describe('the choice of a backend', () => {
  it('is node:crypto on Node', () => {
    expect(defaultBackend).toBe(nodeBackend)
  })

  it('finds sodium-native where it is installed', async () => {
    const { publicKey, message, signature } = rfc8032[2]!
    const loaded = await loadSodiumBackend()
    expect(loaded?.name).toBe('sodium')
    expect(judge(loaded!, publicKey, message, signature)).toBe(true)
  })
})
