import { randomBytes } from 'node:crypto'
import { base64urlnopad } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { didKey } from '../../src/keys/did-key.js'
import { localKey } from '../../src/keys/local.js'
import { bytesOf, checkOf, splitIdOf } from '../../src/keys/split/share.js'
import {
  combineShares,
  examineShares,
  parseShare,
  type SecretShare,
  shareText,
  splitSecret,
} from '../../src/keys/split.js'

const options = { threshold: 3, shares: 5, label: 'receipts 2026' } as const
const fresh = () => Uint8Array.from(randomBytes(32))
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error) => ({ code: error.code, message: error.message, ...error.details }),
  )
const subsets = <T>(items: readonly T[], size: number): T[][] =>
  size === 0 ? [[]] : items.flatMap((item, at) => subsets(items.slice(at + 1), size - 1).map((rest) => [item, ...rest]))
const flip = (text: string): string => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`)

describe('a split secret', () => {
  test('comes back from every set of enough shares, in any order, and from no smaller one', async () => {
    const seed = fresh()
    const before = Uint8Array.from(seed)
    const texts = (await splitSecret(seed, options)).map(shareText)
    expect(seed).toEqual(before)
    for (const some of subsets(texts, 3)) expect((await combineShares(some.reverse())).secret).toEqual(seed)
    expect((await combineShares(texts)).secret).toEqual(seed)
    for (const some of subsets(texts, 2))
      expect(await failure(combineShares(some))).toMatchObject({ code: 'KEY_SHARE', reason: 'too-few' })
    expect(await failure(combineShares([]))).toMatchObject({ code: 'KEY_SHARE', reason: 'too-few' })
  })

  test('of any size and any numbers comes back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 32, maxLength: 128 }),
        fc
          .integer({ min: 2, max: 8 })
          .chain((shares) => fc.tuple(fc.constant(shares), fc.integer({ min: 2, max: shares }))),
        async (secret, [shares, threshold]) => {
          const purpose = 'commitment-secret' as const
          const made = await splitSecret(secret, { threshold, shares, label: 'x', purpose })
          const back = await combineShares(made.slice(shares - threshold))
          expect(Buffer.from(back.secret).equals(Buffer.from(secret))).toBe(true)
          expect(back).toMatchObject({ purpose, threshold, shares, label: 'x', splitId: made[0]?.splitId })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('takes as many custodians as the scheme has room for', async () => {
    const seed = fresh()
    const made = await splitSecret(seed, { threshold: 255, shares: 255, label: 'all' })
    expect((await combineShares(made.map(shareText))).secret).toEqual(seed)
    expect(await failure(combineShares(made.slice(1)))).toMatchObject({ reason: 'too-few' })
  })

  test('that is a signing key signs as the key that the shares name', async () => {
    const seed = fresh()
    const keys = localKey({ seed })
    const { keyId } = await keys.signer()
    const made = await splitSecret(seed, options)
    expect(made.map((share) => share.keyId)).toEqual(Array(5).fill(keyId))
    expect((await combineShares(made.slice(2))).keyId).toBe(keyId)
    await keys.close?.()
  })

  test('is taken from a Buffer too', async () => {
    const seed = randomBytes(32)
    expect(Buffer.from((await combineShares(await splitSecret(seed, options))).secret)).toEqual(seed)
  })

  test('is refused where the options make no sense', async () => {
    const wrong: [unknown, unknown, RegExp][] = [
      ['seed', options, /^secret must be a Uint8Array/],
      [new Uint8Array(31), options, /^secret must be 32 bytes/],
      [new Uint8Array(31), { ...options, purpose: 'commitment-secret' }, /^secret must be 32 to 1024 bytes/],
      [new Uint8Array(1025), { ...options, purpose: 'commitment-secret' }, /^secret must be 32 to 1024 bytes/],
      [fresh(), { ...options, threshold: 1 }, /^options.threshold/],
      [fresh(), { ...options, threshold: 6 }, /^options.threshold/],
      [fresh(), { ...options, shares: 256 }, /^options.shares/],
      [fresh(), { ...options, label: '' }, /^options.label/],
      [fresh(), { ...options, label: 'a\u001b[2J' }, /^options.label/],
      [fresh(), { ...options, purpose: 'other' }, /^options.purpose/],
      [fresh(), { ...options, treshold: 2 }, /treshold/],
      [fresh(), undefined, /^options must be an object/],
    ]
    for (const [secret, given, message] of wrong)
      await expect(splitSecret(secret as never, given as never)).rejects.toThrow(message)
  })
})

describe('fewer shares than are needed', () => {
  /** Of a secret byte s and k = 2 the share is s + a·x with a uniform: 255 degrees of freedom, chi-squared with 0.01 % above 343. */
  test('have the same distribution whatever the secret is', async () => {
    const runs = 128
    for (const byte of [0x00, 0xa5]) {
      const counts = new Array<number>(256).fill(0)
      const secret = new Uint8Array(1024).fill(byte)
      for (let run = 0; run < runs; run += 1) {
        const [one] = await splitSecret(secret, { threshold: 2, shares: 2, label: 'x', purpose: 'commitment-secret' })
        // the last byte is the share's place, not a value
        for (const value of bytesOf(one as SecretShare).share.subarray(0, 1024))
          counts[value] = (counts[value] ?? 0) + 1
      }
      const expected = (runs * 1024) / 256
      const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
      expect(chiSquared).toBeLessThan(360)
    }
  }, 30_000)

  /** GF(2^8) by the definition of its product, not by the library's tables. */
  const times = (a: number, b: number): number => {
    let product = 0
    for (
      let bit = 0, shifted = a;
      bit < 8;
      bit += 1, shifted = shifted & 0x80 ? ((shifted << 1) ^ 0x11b) & 0xff : shifted << 1
    )
      if ((b >> bit) & 1) product ^= shifted
    return product
  }
  const inverse = (a: number): number => {
    for (let candidate = 1; candidate < 256; candidate += 1) if (times(a, candidate) === 1) return candidate
    throw new Error('zero has no inverse')
  }

  test('fit every secret equally: for each guess there is exactly one share that would complete them', async () => {
    const made = await splitSecret(fresh(), { threshold: 3, shares: 3, label: 'x' })
    const [a, b, c] = made.map((share) => bytesOf(share).share)
    const [xa, xb, xc] = [a, b, c].map((share) => share?.at(-1) ?? 0) as [number, number, number]
    const weight = (x: number, y: number, z: number) => times(times(y, inverse(x ^ y)), times(z, inverse(x ^ z)))
    const [wa, wb, wc] = [weight(xa, xb, xc), weight(xb, xa, xc), weight(xc, xa, xb)]
    for (let at = 0; at < 32; at += 1) {
      const known = times(a?.[at] ?? 0, wa) ^ times(b?.[at] ?? 0, wb)
      const secrets = new Set(Array.from({ length: 256 }, (_, third) => known ^ times(third, wc)))
      expect(secrets.size).toBe(256)
    }
  })

  test('hold check values that tell nothing: the same secret and share never have the same one', async () => {
    const seed = fresh()
    const all = (await Promise.all(Array.from({ length: 20 }, () => splitSecret(seed, options)))).flat()
    expect(new Set(all.flatMap(({ checks, index }) => checks[index - 1])).size).toBe(100)
    expect(new Set(all.map(({ salt }) => salt)).size).toBe(100)
    for (const { salt } of all) expect(base64urlnopad.decode(salt).length).toBe(32)
  })
})

describe('a wrong share is named', () => {
  const world = async () => {
    const made = await splitSecret(fresh(), options)
    return { made, texts: made.map(shareText) }
  }

  test('where any member was altered, and nothing is combined', async () => {
    const { made } = await world()
    const share = made[1] as SecretShare
    const altered: Partial<Record<keyof SecretShare, unknown>> = {
      index: 4,
      threshold: 2,
      shares: 5,
      purpose: 'commitment-secret',
      label: 'receipts 2027',
      keyId: didKey(fresh()),
      checks: [...share.checks].reverse(),
      salt: flip(share.salt),
      share: flip(share.share),
      splitId: `sha256:${'0'.repeat(64)}`,
    }
    for (const [name, value] of Object.entries(altered)) {
      if (share[name as keyof SecretShare] === value) continue
      const given = [made[0], { ...share, [name]: value }, made[2], made[3]]
      const error = await failure(combineShares(given))
      expect(error, name).toMatchObject({ code: 'KEY_SHARE', reason: 'altered', path: 'shares[1]' })
      expect(error.message, name).toMatch(/^share 2 \(index \d\): it was altered/)
    }
  })

  test('where its bytes were altered, one by one', async () => {
    const { made } = await world()
    const share = made[0] as SecretShare
    const bytes = base64urlnopad.decode(share.share)
    for (let at = 0; at < bytes.length; at += 1) {
      const other = Uint8Array.from(bytes)
      other[at] = (other[at] ?? 0) ^ 1
      const report = examineShares([{ ...share, share: base64urlnopad.encode(other) }, ...made.slice(1)])
      expect(report.faults).toMatchObject([{ position: 0, index: 1, reason: 'altered' }])
      expect(report.good.map(({ index }) => index)).toEqual([2, 3, 4, 5])
    }
  })

  test('where a dishonest custodian made every check value fit again', async () => {
    const { made } = await world()
    const share = made[4] as SecretShare
    const salt = fresh()
    const forged = fresh()
    const bytes = Uint8Array.from([...forged, base64urlnopad.decode(share.share).at(-1) ?? 1])
    const checks = share.checks.map((check, at) => (at === 4 ? checkOf(5, salt, bytes) : check))
    const whole = { ...share, checks, salt: base64urlnopad.encode(salt), share: base64urlnopad.encode(bytes) }
    const given = [{ ...whole, splitId: splitIdOf(whole) }, made[1], made[2], made[3]]
    expect(await failure(combineShares(given))).toMatchObject({ reason: 'foreign', path: 'shares[0]' })
    // with the name of the split noted, also where the forged one is in the majority's place
    const { splitId } = share
    expect(examineShares([given[0], made[1]], { splitId }).faults).toMatchObject([{ position: 0, reason: 'foreign' }])
    expect(examineShares([given[0], made[1]]).faults.map(({ message }) => message)).toEqual(
      Array(2).fill(expect.stringContaining('say which one is meant')),
    )
  })

  test('where it is of another split, given twice, or no share', async () => {
    const { made, texts } = await world()
    const other = (await world()).texts
    const wrong = [
      ...texts.slice(0, 3),
      other[3],
      texts[0],
      'hello',
      '{}',
      shareText(made[3] as SecretShare).slice(0, -30),
    ]
    const { faults, good } = examineShares(wrong)
    expect(good).toHaveLength(3)
    expect(faults.map(({ position, reason }) => [position, reason])).toEqual([
      [3, 'foreign'],
      [4, 'twice'],
      [5, 'malformed'],
      [6, 'malformed'],
      [7, 'malformed'],
    ])
    const error = await failure(combineShares(wrong))
    expect(error.path).toBe('shares[3]')
    for (const place of ['share 4', 'share 5', 'share 6', 'share 7', 'share 8']) expect(error.message).toContain(place)
  })

  test('and no message repeats a share', async () => {
    const { made, texts } = await world()
    const secretParts = made.flatMap(({ share, salt }) => [share, salt])
    const wrong = [texts[0]?.replace('"index": 1', '"index": 2'), `${texts[1]}x`, { ...made[2], more: made[2]?.share }]
    const { message } = await failure(combineShares(wrong))
    for (const part of secretParts) expect(message).not.toContain(part)
  })

  test('where a member is there twice, too much or malformed', async () => {
    const { made, texts } = await world()
    const share = made[0] as SecretShare
    expect(() => parseShare(texts[0]?.replace('"index": 1', '"index": 1, "index": 1'))).toThrow(/twice/)
    const wrong: Partial<Record<keyof SecretShare | 'more', unknown>>[] = [
      { more: 1 },
      { format: 'quittance/2 share' },
      { index: 0 },
      { index: 6 },
      { index: 1.5 },
      { threshold: 6 },
      { shares: 4 },
      { purpose: 'x' },
      { label: '' },
      { splitId: 'x' },
      { keyId: 'did:web:x' },
      { checks: share.checks.slice(1) },
      { checks: 'x' },
      { salt: 'AAAA' },
      { salt: 7 },
      { share: '' },
      { share: 'A'.repeat(3000) },
      { share: '=' },
    ]
    for (const change of wrong) expect(() => parseShare({ ...share, ...change }), Object.keys(change)[0]).toThrow(/./)
    for (const nothing of [null, [], 7, 'null', '[]', 'x'.repeat(70_000)])
      expect(() => parseShare(nothing)).toThrow(/./)
    expect(parseShare(texts[0])).toEqual(share)
    expect(JSON.parse(texts[0] ?? '')).toEqual(share)
  })
})
