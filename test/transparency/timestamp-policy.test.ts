/** Authorities that expired or were revoked, what policy makes of them, and several stamps together. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StampService } from '../../scripts/services/time-stamps.js'
import { QuittanceError } from '../../src/index.js'
import { timestampsOf, type VerifyTimestampOptions, verifyTimestamp } from '../../src/transparency/timestamp/index.js'
import {
  contentOf,
  datedAt,
  extensions,
  opensslAccepts,
  stampedByOpenssl,
  startAuthority,
  text,
  withCrl,
} from './timestamp-fixture.js'

let stamps: StampService
let content: Buffer

/** In 2024, when everything was good. */
const STAMPED = '20240601120000Z'
const stampedAt = Date.UTC(2024, 5, 1, 12)
const now = Date.UTC(2026, 0, 1)

beforeAll(async () => {
  stamps = await startAuthority()
  stamps.authority('tsa', { with: ['mid'], lines: ['tsa_name = no'] })
  content = contentOf(stamps, await stampedByOpenssl(stamps, 'tsa', '-cert', '-sha256'))
})
afterAll(() => stamps.stop())

const signed = (name: string, time = STAMPED) =>
  stamps.sign(name, datedAt(content, time), '-cades', '-certfile', stamps.path('mid'))

const judged = async (token: Uint8Array, more: Partial<VerifyTimestampOptions> = {}) => {
  const options = { authorities: [stamps.pem('root')], now, ...more }
  const { verdict, problems } = await verifyTimestamp(token, text, options)
  return [verdict, ...new Set(problems.map(({ code }) => code))]
}

describe('an authority that expired', () => {
  it('is still good for what it stamped before, unless the policy says otherwise', async () => {
    const until = '20250101000000Z'
    stamps.issue({ name: 'past', issuer: 'mid', extensions: extensions.stamping, from: '20230101000000Z', until })
    const token = signed('past')
    expect(await judged(token)).toEqual(['VALID'])
    expect(await judged(token, { allowExpired: false })).toEqual(['INCOMPLETE', 'AUTHORITY_EXPIRED'])
    expect(await judged(token, { allowExpired: false, now: Date.UTC(2024, 6, 1) })).toEqual(['VALID'])
    expect(opensslAccepts(stamps, token, { at: stampedAt })).toBe(true)
    expect(opensslAccepts(stamps, token)).toBe(false)
  })

  it('is not good for what it stamped after its end, or before its beginning', async () => {
    for (const time of ['20250102000000Z', '20221231235959Z'])
      expect(await judged(signed('past', time))).toEqual(['INVALID', 'CERTIFICATE_NOT_VALID_THEN'])
    expect(opensslAccepts(stamps, signed('past', '20250102000000Z'), { at: Date.UTC(2025, 0, 2) })).toBe(false)
    expect(await judged(signed('past', '20250101000000Z'))).toEqual(['VALID'])
  })

  it('is not good when one above it was not valid then', async () => {
    stamps.issue({ name: 'old-mid', issuer: 'root', extensions: extensions.issuer, until: '20220101000000Z' })
    stamps.issue({ name: 'under-old', issuer: 'old-mid', extensions: extensions.stamping })
    const token = stamps.sign('under-old', datedAt(content, STAMPED), '-cades', '-certfile', stamps.path('old-mid'))
    expect(await judged(token)).toEqual(['INVALID', 'CERTIFICATE_NOT_VALID_THEN'])
    expect(opensslAccepts(stamps, token, { at: stampedAt })).toBe(false)
    expect(opensslAccepts(stamps, token, { at: Date.UTC(2021, 0, 1) })).toBe(true)
  })
})

describe('an authority that was revoked', () => {
  const after = '250101000000Z'
  const before = '240101000000Z'
  const listed = (at: string, reason?: string) =>
    stamps.revoke('mid', [{ name: 'tsa', at, reason }], { at: '20250601000000Z' })

  it.each([
    ['superseded', 'VALID'],
    ['affiliationChanged', 'VALID'],
    ['cessationOfOperation', 'VALID'],
    ['keyCompromise', 'INVALID'],
    ['CACompromise', 'INVALID'],
    ['unspecified', 'INVALID'],
    [undefined, 'INVALID'],
  ] as const)('after the stamp: %s', async (reason, verdict) => {
    expect((await judged(signed('tsa'), { crls: [listed(after, reason)] }))[0]).toBe(verdict)
  })

  it('before the stamp is refused whatever the reason', async () => {
    for (const reason of ['superseded', 'affiliationChanged', 'cessationOfOperation', 'keyCompromise'])
      expect(await judged(signed('tsa'), { crls: [listed(before, reason)] })).toEqual([
        'INVALID',
        'CERTIFICATE_REVOKED',
      ])
  })

  it('within the accuracy of the stamp counts as before', async () => {
    expect(await judged(signed('tsa'), { crls: [listed('240601120001Z', 'superseded')] })).toEqual([
      'INVALID',
      'CERTIFICATE_REVOKED',
    ])
    expect(await judged(signed('tsa'), { crls: [listed('240601120002Z', 'superseded')] })).toEqual(['VALID'])
  })

  it('is on hold: INCOMPLETE', async () => {
    expect(await judged(signed('tsa'), { crls: [listed(after, 'certificateHold')] })).toEqual([
      'INCOMPLETE',
      'CERTIFICATE_ON_HOLD',
    ])
  })

  it('is as bad when it is the one above', async () => {
    const crls = [
      stamps.revoke('root', [{ name: 'mid', at: after, reason: 'CACompromise' }], { at: '20250601000000Z' }),
    ]
    expect(await judged(signed('tsa'), { crls })).toEqual(['INVALID', 'CERTIFICATE_REVOKED'])
  })

  it('is seen on a list that came with the token, which can not make it better', async () => {
    const crl = listed(after, 'keyCompromise')
    const token = stamps.sign('tsa', datedAt(content, STAMPED), '-cades', '-certfile', stamps.path('mid'))
    const carrying = withCrl(token, crl)
    expect(await judged(token)).toEqual(['VALID'])
    expect(await judged(carrying)).toEqual(['INVALID', 'CERTIFICATE_REVOKED'])
    const clean = withCrl(token, stamps.revoke('mid', [], { at: '20250601000000Z' }))
    expect(await judged(clean)).toEqual(['VALID'])
    expect(await judged(clean, { requireCrls: true })).toEqual(['INCOMPLETE', 'REVOCATION_UNKNOWN'])
    expect(opensslAccepts(stamps, clean, { at: stampedAt })).toBe(true)
  })
})

describe('revocation lists', () => {
  const ask = (crls: readonly string[]) => judged(signed('tsa'), { crls, requireCrls: true })
  const fresh = { at: '20250601000000Z' }

  it('that are required must be there for each certificate, and be younger than the stamp', async () => {
    const [mid, root] = [stamps.revoke('mid', [], fresh), stamps.revoke('root', [], fresh)]
    expect(await ask([mid, root])).toEqual(['VALID'])
    expect(await ask([mid + root])).toEqual(['VALID'])
    for (const crls of [[], [mid], [root], [stamps.revoke('mid', [], { at: '20240101000000Z' }), root]])
      expect(await ask(crls)).toEqual(['INCOMPLETE', 'REVOCATION_UNKNOWN'])
  })

  it('made after a certificate expired do not speak of it any more', async () => {
    const from = '20230101000000Z'
    stamps.issue({ name: 'brief', issuer: 'mid', extensions: extensions.stamping, from, until: '20250101000000Z' })
    const root = stamps.revoke('root', [], fresh)
    const crls = [stamps.revoke('mid', [], fresh), root]
    expect(await judged(signed('brief'), { crls, requireCrls: true })).toEqual(['INCOMPLETE', 'REVOCATION_UNKNOWN'])
    const kept = [stamps.revoke('mid', [], { at: '20241201000000Z' }), root]
    expect(await judged(signed('brief'), { crls: kept, requireCrls: true })).toEqual(['VALID'])
  })

  it('of others are passed over; one that claims to be the authority’s and is not makes it INCOMPLETE', async () => {
    stamps.issue({ name: 'stranger', extensions: extensions.root })
    const other = stamps.revoke('stranger', [{ name: 'tsa', at: '230101000000Z' }], fresh)
    expect(await judged(signed('tsa'), { crls: [other] })).toEqual(['VALID'])
    stamps.issue({ name: 'impostor', extensions: extensions.root, commonName: 'mid' })
    const false_ = stamps.revoke('impostor', [{ name: 'tsa', at: '230101000000Z' }], fresh)
    expect(await judged(signed('tsa'), { crls: [false_] })).toEqual(['INCOMPLETE', 'CRL_UNUSABLE'])
  })

  it('of an earlier or later key of the same authority are passed over', async () => {
    const more = ['authorityKeyIdentifier = keyid']
    const other = stamps.revoke('impostor', [{ name: 'tsa', at: '230101000000Z' }], { ...fresh, more })
    expect(await judged(signed('tsa'), { crls: [other] })).toEqual(['VALID'])
  })

  it('that are from the future, or have what is not understood, are not used', async () => {
    const entry = [{ name: 'tsa', at: '250101000000Z', reason: 'superseded' }]
    const unheard = ['1.3.6.1.4.1.99999.8 = critical, ASN1:NULL']
    for (const options of [{ at: '20270101000000Z' }, { ...fresh, more: unheard }])
      expect(await judged(signed('tsa'), { crls: [stamps.revoke('mid', entry, options)] })).toEqual([
        'INCOMPLETE',
        'CRL_UNUSABLE',
      ])
  })

  it('that are one of several tell who is revoked, not who is not', async () => {
    const more = ['issuingDistributionPoint = critical, @point', '[point]', 'fullname = URI:http://crl.example/1']
    const root = stamps.revoke('root', [], fresh)
    expect(await ask([stamps.revoke('mid', [], { ...fresh, more }), root])).toEqual([
      'INCOMPLETE',
      'REVOCATION_UNKNOWN',
    ])
    const entry = [{ name: 'tsa', at: '250101000000Z', reason: 'keyCompromise' }]
    expect((await ask([stamps.revoke('mid', entry, { ...fresh, more }), root]))[0]).toBe('INVALID')
  })
})

describe('the policy of the stamp', () => {
  it('must be one of those that are accepted', async () => {
    const token = signed('tsa')
    const other = '1.3.6.1.4.1.99999.2'
    expect(await judged(token, { policyOids: [other, '1.3.6.1.4.1.99999.1'] })).toEqual(['VALID'])
    for (const policyOids of [[other], []])
      expect(await judged(token, { policyOids })).toEqual(['INVALID', 'POLICY_NOT_ACCEPTED'])
  })
})

describe('several stamps', () => {
  const second = () => {
    stamps.issue({ name: 'root2', extensions: extensions.root })
    stamps.issue({ name: 'tsa2', issuer: 'root2', extensions: extensions.stamping })
    return stamps.pem('root2')
  }

  it('prove the earliest moment that any of them proves', async () => {
    const authorities = [stamps.pem('root'), second()]
    const tokens = [
      signed('tsa', '20240601120002Z'),
      signed('tsa2', '20240601120001Z'),
      signed('tsa', '20240601120003Z'),
    ]
    const { verdict, earliest, anchors, results } = await timestampsOf(tokens, text, { authorities, atLeast: 2, now })
    expect(verdict).toBe('VALID')
    expect(earliest?.latest).toBe('2024-06-01T12:00:02.500Z')
    expect(earliest?.authority.subject).toBe('CN=tsa2')
    expect([anchors.length, results.length]).toEqual([2, 3])
  })

  it('of one authority count once', async () => {
    const options = { authorities: [stamps.pem('root'), second()], now, atLeast: 2 }
    const tokens = [signed('tsa'), signed('tsa')]
    const { verdict, earliest } = await timestampsOf(tokens, text, options)
    expect([verdict, earliest]).toEqual(['INCOMPLETE', undefined])
  })

  it('are not spoilt by a wrong one beside enough good ones, and are by one that is needed', async () => {
    const options = { authorities: [stamps.pem('root'), second()], now }
    const wrong = signed('tsa2')
    wrong[wrong.length - 1] = (wrong[wrong.length - 1] ?? 0) ^ 1
    expect((await timestampsOf([wrong, signed('tsa')], text, options)).verdict).toBe('VALID')
    expect((await timestampsOf([wrong, signed('tsa')], text, { ...options, atLeast: 2 })).verdict).toBe('INVALID')
    expect((await timestampsOf([], text, options)).verdict).toBe('INCOMPLETE')
  })
})

describe('options', () => {
  const token = Buffer.alloc(1)
  const untyped = (value: object) => value as never

  it('that are wrong are refused by their names', async () => {
    const bad = (options: object) => verifyTimestamp(token, text, untyped({ authorities: [], ...options }))
    await expect(bad({ authority: [] })).rejects.toThrow(new TypeError('options has no member "authority"'))
    await expect(bad({ authorities: 'root' })).rejects.toThrow(TypeError)
    await expect(bad({ authorities: [5] })).rejects.toThrow(TypeError)
    await expect(bad({ policyOids: ['any'] })).rejects.toThrow(RangeError)
    await expect(bad({ now: Number.NaN })).rejects.toThrow(RangeError)
    await expect(bad({ requireCrls: 'yes' })).rejects.toThrow(TypeError)
    await expect(verifyTimestamp(untyped([1]), text, { authorities: [] })).rejects.toThrow(TypeError)
    await expect(timestampsOf([token], text, { authorities: [], atLeast: 0 })).rejects.toThrow(RangeError)
    await expect(timestampsOf(untyped([1]), text, { authorities: [] })).rejects.toThrow(TypeError)
  })

  it('with a certificate or list that can not be read say so', async () => {
    const broken = stamps.pem('root').replace('MII', 'MIJ')
    for (const options of [
      { authorities: ['no PEM'] },
      { authorities: [broken] },
      { authorities: [], crls: [token] },
    ]) {
      const error = await verifyTimestamp(token, text, options).catch((reason: unknown) => reason)
      expect(QuittanceError.is(error, 'TLOG_MALFORMED')).toBe(true)
    }
  })
})
