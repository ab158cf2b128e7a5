/** Each check by a token in which only that one thing is wrong; OpenSSL judges beside: what it refuses is never VALID here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StampService, Wanted } from '../../scripts/services/time-stamps.js'
import { type TimestampProblemCode, timestampsOf, verifyTimestamp } from '../../src/transparency/timestamp/index.js'
import {
  contentOf,
  datedAt,
  extensions,
  message,
  opensslAccepts,
  stampedByOpenssl,
  startAuthority,
  text,
} from './timestamp-fixture.js'

let stamps: StampService
/** A TSTInfo without the authority's name, so that anybody can sign it. */
let content: Buffer
let genuine: Buffer

const critical = 'extendedKeyUsage = critical, timeStamping'
const stampingBut = (...lines: readonly string[]) => [
  ...extensions.stamping.filter((line) => line !== critical),
  ...lines,
]

beforeAll(async () => {
  stamps = await startAuthority()
  stamps.authority('tsa', { with: ['mid'], lines: ['tsa_name = no'] })
  genuine = await stampedByOpenssl(stamps, 'tsa', '-cert', '-sha256')
  content = contentOf(stamps, genuine)
})
afterAll(() => stamps.stop())

/** Signed by a certificate made for it, and sent with the intermediate. */
const forged = (wanted: Omit<Wanted, 'extensions'> & Partial<Wanted>, ...args: readonly string[]): Buffer => {
  stamps.issue({ issuer: 'mid', extensions: extensions.stamping, ...wanted })
  return stamps.sign(wanted.name, content, '-cades', '-certfile', stamps.path('mid'), ...args)
}

const judged = async (token: Uint8Array, more: { intermediates?: string[]; now?: number } = {}) => {
  const { verdict, problems, proved } = await verifyTimestamp(token, text, {
    authorities: [stamps.pem('root')],
    ...more,
  })
  expect(proved === undefined).toBe(verdict !== 'VALID')
  return { verdict, codes: [...new Set(problems.map(({ code }) => code))] }
}

const invalid = (...codes: readonly TimestampProblemCode[]) => ({ verdict: 'INVALID', codes })
const incomplete = (...codes: readonly TimestampProblemCode[]) => ({ verdict: 'INCOMPLETE', codes })
const valid = { verdict: 'VALID', codes: [] }

describe('a token that is signed in a way of its own', () => {
  it('is VALID when everything is right: the other tests change one thing of this', async () => {
    const token = forged({ name: 'right' })
    expect(await judged(token)).toEqual(valid)
    expect(opensslAccepts(stamps, token)).toBe(true)
  })

  it.each([
    ['RSA', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'], []],
    ['P-384 over SHA-512', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], ['-md', 'sha512']],
    ['brainpoolP256r1', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:brainpoolP256r1'], []],
  ])('is VALID by %s', async (name, key, args) => {
    const token = forged({ name: name.replaceAll(' ', '-'), key }, ...args)
    expect(await judged(token)).toEqual(valid)
    expect(opensslAccepts(stamps, token)).toBe(true)
  })

  it('is VALID by RSA-PSS, which OpenSSL knows in every CMS but a time stamp', async () => {
    const key = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
    const token = forged({ name: 'pss', key }, '-keyopt', 'rsa_padding_mode:pss')
    expect(await judged(token)).toEqual(valid)
    expect(contentOf(stamps, token, '-CAfile', stamps.path('root'), '-purpose', 'timestampsign')).toEqual(content)
  })

  it('is INVALID by a key that is too short, which OpenSSL takes at its lowest level only', async () => {
    const token = forged({ name: 'short', key: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'] })
    expect(await judged(token)).toEqual(invalid('ALGORITHM_WEAK'))
  })

  it('is INVALID over SHA-1, though OpenSSL takes it', async () => {
    expect(await judged(forged({ name: 'sha1' }, '-md', 'sha1'))).toEqual(invalid('ALGORITHM_WEAK'))
  })
})

describe('a certificate that is not for time stamps alone', () => {
  it.each([
    ['another purpose', 'extendedKeyUsage = critical, serverAuth'],
    ['no insistence', 'extendedKeyUsage = timeStamping'],
    ['a second purpose', 'extendedKeyUsage = critical, timeStamping, codeSigning'],
    ['any purpose', 'extendedKeyUsage = critical, anyExtendedKeyUsage'],
    ['no purpose at all', 'nsComment = none'],
  ])('is refused: %s', async (name, line) => {
    const token = forged({ name: name.replaceAll(' ', '-'), extensions: stampingBut(line) })
    expect(await judged(token)).toEqual(invalid('SIGNER_NOT_FOR_TIME_STAMPS'))
    expect(opensslAccepts(stamps, token)).toBe(false)
  })

  it('is refused: a key usage beside signatures', async () => {
    const usage = 'keyUsage = critical, digitalSignature, keyEncipherment'
    const token = forged({
      name: 'usage',
      extensions: [...extensions.stamping.filter((l) => !l.startsWith('keyUsage')), usage],
    })
    expect(await judged(token)).toEqual(invalid('SIGNER_NOT_FOR_TIME_STAMPS'))
    expect(opensslAccepts(stamps, token)).toBe(false)
  })
})

describe('a chain', () => {
  it('to nobody whom the verifier trusts is INCOMPLETE, whatever names it bears', async () => {
    const token = forged({ name: 'selfmade', issuer: 'selfmade', commonName: 'tsa' })
    expect(await judged(token)).toEqual(incomplete('AUTHORITY_UNKNOWN'))
    expect(opensslAccepts(stamps, token)).toBe(false)
  })

  it('is not trusted for a root that it brings along, even of the same name', async () => {
    stamps.issue({ name: 'false-root', extensions: extensions.root, commonName: 'root' })
    stamps.issue({ name: 'false-tsa', issuer: 'false-root', extensions: extensions.stamping })
    const token = stamps.sign('false-tsa', content, '-cades', '-certfile', stamps.path('false-root'))
    expect(await judged(token)).toEqual(incomplete('AUTHORITY_UNKNOWN'))
    expect(opensslAccepts(stamps, token)).toBe(false)
  })

  it('is refused when one that may not issue has issued', async () => {
    const token = forged({ name: 'below-tsa', issuer: 'tsa' })
    expect(await judged(token, { intermediates: [stamps.pem('tsa')] })).toEqual(invalid('CERTIFICATE_NOT_AN_ISSUER'))
    expect(opensslAccepts(stamps, token, { untrusted: ['tsa', 'mid'] })).toBe(false)
  })

  it.each([
    ['longer-than-allowed', 'mid', extensions.issuer, false],
    ['no-right-to-sign', 'root', ['basicConstraints = critical, CA:true', 'keyUsage = critical, cRLSign'], false],
    // OpenSSL asks this of the last certificate only
    ['for-servers', 'root', [...extensions.issuer, 'extendedKeyUsage = serverAuth'], true],
  ])('is refused when an authority in it may not issue: %s', async (name, issuer, lines, accepted) => {
    stamps.issue({ name, issuer, extensions: lines })
    const token = forged({ name: `under-${name}`, issuer: name })
    const intermediates = [stamps.pem(name)]
    expect(await judged(token, { intermediates })).toEqual(invalid('CERTIFICATE_NOT_AN_ISSUER'))
    expect(opensslAccepts(stamps, token, { untrusted: [name, 'mid'] })).toBe(accepted)
  })

  it('is INCOMPLETE where a certificate in it has limits that are not worked out here', async () => {
    for (const [name, line] of [
      ['constrained', 'nameConstraints = critical, permitted;dirName:only'],
      ['unheard-of', '1.3.6.1.4.1.99999.7 = critical, ASN1:NULL'],
    ] as const) {
      stamps.issue({ name, issuer: 'root', extensions: [...extensions.issuer, line, '[only]', 'CN = under'] })
      const token = forged({ name: `under-${name}`, issuer: name })
      expect(await judged(token, { intermediates: [stamps.pem(name)] })).toEqual(incomplete('TOKEN_UNSUPPORTED'))
    }
  })

  it('is refused where a certificate in it is signed over SHA-1', async () => {
    stamps.issue({ name: 'old', issuer: 'root', extensions: extensions.issuer, digest: 'sha1' })
    const token = forged({ name: 'under-old', issuer: 'old' })
    expect(await judged(token, { intermediates: [stamps.pem('old')] })).toEqual(invalid('ALGORITHM_WEAK'))
  })

  it('may end in the certificate of the authority itself, when the verifier gives that', async () => {
    const { verdict, proved } = await verifyTimestamp(genuine, text, { authorities: [stamps.pem('tsa')] })
    expect(verdict).toBe('VALID')
    expect(proved?.authority.anchor).toBe(proved?.authority.certificate)
  })

  it('is found among many certificates of the same name', async () => {
    const decoys = ['a', 'b', 'c'].map((name) => {
      stamps.issue({ name: `decoy-${name}`, issuer: 'root', extensions: extensions.issuer, commonName: 'mid' })
      return stamps.pem(`decoy-${name}`)
    })
    expect(await judged(forged({ name: 'crowded' }), { intermediates: decoys })).toEqual(valid)
  })
})

describe('the binding to the certificate', () => {
  it('is refused when it is missing', async () => {
    const token = stamps.sign('right', content, '-certfile', stamps.path('mid'))
    expect(await judged(token)).toEqual(invalid('SIGNER_NOT_BOUND'))
    expect(opensslAccepts(stamps, token)).toBe(false)
  })

  it('is refused when another certificate with the same key stands in', async () => {
    stamps.issue({ name: 'twin', issuer: 'mid', extensions: extensions.stamping, keyOf: 'right' })
    const token = stamps.sign('right', content, '-cades', '-keyid', '-nocerts', '-certfile', stamps.path('mid'))
    expect(await judged(token, { intermediates: [stamps.pem('mid'), stamps.pem('right')] })).toEqual(valid)
    expect(await judged(token, { intermediates: [stamps.pem('mid'), stamps.pem('twin')] })).toEqual(
      invalid('SIGNER_NOT_BOUND'),
    )
    expect(opensslAccepts(stamps, token, { untrusted: ['mid', 'twin'] })).toBe(false)
  })

  it('holds with SHA-1 as older authorities write it, and with the whole chain named', async () => {
    stamps.issue({ name: 'elder', issuer: 'mid', extensions: extensions.stamping })
    for (const line of ['ess_cert_id_alg = sha1', 'ess_cert_id_chain = yes']) {
      stamps.authority('elder', { with: ['mid'], lines: [line] })
      const token = await stampedByOpenssl(stamps, 'elder', '-cert', '-sha256')
      expect(await judged(token)).toEqual(valid)
      expect(opensslAccepts(stamps, token)).toBe(true)
    }
  })

  it('is refused when a further certificate that it names is not in the chain', async () => {
    stamps.issue({ name: 'aside', issuer: 'root', extensions: extensions.issuer, keyOf: 'mid', commonName: 'mid' })
    stamps.authority('elder', { with: ['mid'], lines: ['ess_cert_id_chain = yes'] })
    const token = await stampedByOpenssl(stamps, 'elder', '-cert', '-sha256')
    const { problems } = await verifyTimestamp(token, text, { authorities: [stamps.pem('aside')] })
    expect(problems.map(({ code }) => code)).toEqual(['SIGNER_NOT_BOUND'])
  })
})

describe('what is signed', () => {
  it('is refused when it is another content than the attributes say', async () => {
    const later = datedAt(content, '20250101000000Z')
    const at = genuine.indexOf(content)
    expect(at).toBeGreaterThan(0)
    const token = Buffer.concat([genuine.subarray(0, at), later, genuine.subarray(at + content.length)])
    expect(await judged(token)).toEqual(invalid('TOKEN_SIGNATURE_WRONG'))
    expect(opensslAccepts(stamps, token)).toBe(false)
  })

  it('is refused when it is on another message', async () => {
    const { verdict, problems } = await verifyTimestamp(genuine, `${text}more\n`, { authorities: [stamps.pem('root')] })
    expect([verdict, problems[0]?.code]).toEqual(['INVALID', 'IMPRINT_MISMATCH'])
  })

  it('may be SHA-384 or SHA-512 of the message, and never SHA-1', async () => {
    stamps.authority('tsa', { with: ['mid'], lines: ['digests = sha1, sha256, sha384, sha512'] })
    for (const hash of ['-sha384', '-sha512'])
      expect(await judged(await stampedByOpenssl(stamps, 'tsa', '-cert', hash))).toEqual(valid)
    const weak = await stampedByOpenssl(stamps, 'tsa', '-cert', '-sha1')
    expect(await judged(weak)).toEqual(invalid('ALGORITHM_WEAK'))
  })

  it('is refused when it names another authority', async () => {
    stamps.authority('tsa', { with: ['mid'] })
    const named = contentOf(stamps, await stampedByOpenssl(stamps, 'tsa', '-cert', '-sha256'))
    const token = stamps.sign('right', named, '-cades', '-certfile', stamps.path('mid'))
    expect(await judged(token)).toEqual(invalid('SIGNER_NAME_MISMATCH'))
    expect(opensslAccepts(stamps, token)).toBe(false)
  })

  it('is refused when it is yet to come', async () => {
    const token = stamps.sign('right', datedAt(content, '20400101000000Z'), '-cades', '-certfile', stamps.path('mid'))
    expect(await judged(token)).toEqual(invalid('STAMP_IN_FUTURE'))
    expect(await judged(token, { now: Date.UTC(2040, 0, 2) })).toEqual(valid)
  })

  it('is refused when it is no date, or not in UTC', async () => {
    for (const time of ['20240231000000Z', '20241301000000Z', '20240101000000z']) {
      const token = stamps.sign('right', datedAt(content, time), '-cades', '-certfile', stamps.path('mid'))
      expect(await judged(token)).toEqual(invalid('TOKEN_MALFORMED'))
    }
  })

  it('is refused when two have signed it, when nothing is, or when it is no time stamp', async () => {
    const two = ['-signer', stamps.path('tsa'), '-inkey', stamps.path('tsa', 'key')]
    const tokens = [
      stamps.sign('right', content, '-cades', '-certfile', stamps.path('mid'), ...two),
      stamps.sign('right', content, '-noattr'),
      stamps.sign('right', message, '-cades'),
      Buffer.concat([genuine, Buffer.from([0])]),
      genuine.subarray(0, genuine.length - 1),
      Buffer.alloc(0),
      Buffer.alloc(300_000, 0x30),
      Buffer.from('30'.repeat(60_000), 'hex'),
    ]
    for (const token of tokens) expect(await judged(token)).toEqual(invalid('TOKEN_MALFORMED'))
  })

  it('is INCOMPLETE without the certificate, and VALID when that is given', async () => {
    const token = await stampedByOpenssl(stamps, 'tsa', '-sha256')
    expect(await judged(token)).toEqual(incomplete('SIGNER_CERTIFICATE_MISSING'))
    expect(await judged(token, { intermediates: [stamps.pem('tsa') + stamps.pem('mid')] })).toEqual(valid)
  })
})

describe('a token of which one bit was changed', () => {
  it('is not VALID, or proves the same, and then OpenSSL takes it too', async () => {
    const options = { authorities: [stamps.pem('root')] }
    const { proved } = await verifyTimestamp(genuine, text, options)
    expect(proved).toBeDefined()
    // all of the outer parts, and every third byte of the rest
    const places = [...genuine.keys()].filter((at) => at < 64 || at % 3 === 0)
    const changed = places.map((at) => {
      const token = Buffer.from(genuine)
      token[at] = (token[at] ?? 0) ^ (1 << (at % 8))
      return token
    })
    const { results } = await timestampsOf(changed, text, options)
    const passing = results.flatMap((result, index) => (result.verdict === 'VALID' ? [{ index, result }] : []))
    for (const { index, result } of passing) {
      expect(result.proved).toEqual(proved)
      expect([places[index], opensslAccepts(stamps, changed[index] ?? Buffer.alloc(0))]).toEqual([places[index], true])
    }
    // numbers of versions, and letters of names whose case means nothing
    expect(passing.length).toBeLessThan(10)
  })
})
