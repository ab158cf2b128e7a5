/** Packages with time stamps by OpenSSL's authority, right and wrong, and what their verdict has to be. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StampService, Wanted } from '../../scripts/services/time-stamps.js'
import { parseNote } from '../../src/tlog/note.js'
import { randomOf } from '../fuzz/random.js'
import {
  contentOf,
  datedAt,
  extensions,
  stampedByOpenssl,
  startAuthority,
  withCrl,
} from '../transparency/timestamp-fixture.js'
import type { Misleading } from './misleading.js'
import { LOG, log, logVkey, noteOf, packed, slim } from './support.js'

/** The receipts are of 1 January 2026. */
const TIME = '20260101200000Z'

const VALID = 'VALID'
/** It contradicts. */
const INVALID = 'INVALID REQUIRED_TIMESTAMP_MISSING TIMESTAMP_INVALID'
/** It does not count. */
const MISSING = 'INCOMPLETE REQUIRED_TIMESTAMP_MISSING'

const rsa = (bits: number) => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`]
const curve = (name: string) => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`]

const asking = (withinHours: number, ...authorities: readonly string[]) =>
  JSON.stringify({
    require: { chains: ['acme'], checkpoints: { from: [logVkey] }, timestamp: { authorities, withinHours } },
  })

/** A token over a note's text, dated as one likes: `YYYYMMDDHHMMSSZ`. */
export async function tokenBy(stamps: StampService, note: string, time: string): Promise<Buffer> {
  writeFileSync(join(stamps.dir, 'message'), parseNote(note).text)
  stamps.authority('tsa', { with: ['mid'], lines: ['tsa_name = no'] })
  const content = contentOf(stamps, await stampedByOpenssl(stamps, 'tsa', '-cert', '-sha256'))
  return stamps.sign('tsa', datedAt(content, time), '-cades', '-certfile', stamps.path('mid'))
}

/** @returns each package by its name; the authority is stopped again */
export async function stamped(): Promise<readonly Misleading[]> {
  const stamps = await startAuthority()
  try {
    return await made(stamps)
  } finally {
    await stamps.stop()
  }
}

async function made(stamps: StampService): Promise<readonly Misleading[]> {
  const note = await noteOf(LOG, log)
  const cases: Misleading[] = []
  const add = async (name: string, expected: string, tokens: readonly Uint8Array[], policy: string) =>
    void cases.push({
      name: `stamped: ${name}`,
      bytes: await slim(await packed({ checkpoints: [{ note, timestamps: tokens }] })),
      policy,
      expected,
    })

  writeFileSync(join(stamps.dir, 'message'), parseNote(note).text)
  const fresh = async (name = 'tsa', hash = '-sha256') => stampedByOpenssl(stamps, name, '-cert', hash)
  const named = contentOf(stamps, await fresh())
  stamps.authority('tsa', { with: ['mid'], lines: ['tsa_name = no', 'digests = sha1, sha256, sha384, sha512'] })
  const genuine = await fresh()
  const contentBy = async (hash?: string) => contentOf(stamps, await fresh('tsa', hash))
  const content = await contentBy()
  const signed = (by: string, what = datedAt(content, TIME), ...args: readonly string[]) =>
    stamps.sign(by, what, '-cades', '-certfile', stamps.path('mid'), ...args)
  const signedBy = (wanted: Omit<Wanted, 'extensions'> & Partial<Wanted>, ...args: readonly string[]) => {
    stamps.issue({ issuer: 'mid', extensions: extensions.stamping, ...wanted })
    return signed(wanted.name, undefined, ...args)
  }
  /** With all of these certificates. */
  const signedWith = (name: string, issuer: string, ...more: readonly string[]) => {
    writeFileSync(stamps.path(`${name}-with`), more.map((one) => stamps.pem(one)).join(''))
    return signedBy({ name, issuer }, '-certfile', stamps.path(`${name}-with`))
  }
  const root = stamps.pem('root')
  const policy = asking(24, root)
  const good = signed('tsa')

  await add('good', VALID, [good], policy)
  await add('good, and asked for by two authorities', VALID, [good], asking(24, stamps.pem('mid'), root))
  await add('good, the signer is trusted itself', VALID, [good], asking(24, stamps.pem('tsa')))
  await add('good, by what openssl ts answers, long after', VALID, [genuine], asking(1_000_000, root))
  await add('good, and nobody asks', VALID, [good], JSON.stringify({ require: { checkpoints: { from: [logVkey] } } }))
  await add('wrong, and nobody asks', VALID, [Buffer.from('none')], '{}')
  await add('none', MISSING, [], policy)
  await add('too late', MISSING, [good], asking(19, root))
  await add('just in time', VALID, [good], asking(20, root))
  await add('before the receipts', MISSING, [signed('tsa', datedAt(content, '20251231200000Z'))], policy)
  await add('yet to come', INVALID, [signed('tsa', datedAt(content, '20400101000000Z'))], policy)
  await add('two, the first is late', VALID, [signed('tsa', datedAt(content, '20260201200000Z')), good], policy)
  await add('two, the first is of nobody', VALID, [signedBy({ name: 'self', issuer: 'self' }), good], policy)
  await add('two, the first is none', 'INVALID TIMESTAMP_INVALID', [Buffer.from('none'), good], policy)

  // each may have issued each other one, so that the search for an authority takes all that there is for one token
  const circle = Array.from({ length: 20 }, (_, at) => `circle-${at}`)
  for (const name of circle)
    stamps.issue({
      name,
      issuer: 'circle-0',
      commonName: 'circle',
      extensions: extensions.stamping,
      ...(name === 'circle-0' ? { issuer: name, key: rsa(2048) } : { keyOf: 'circle-0' }),
    })
  writeFileSync(
    stamps.path('circle'),
    circle
      .slice(1)
      .map((one) => stamps.pem(one))
      .join(''),
  )
  const slow = signed('circle-0', undefined, '-certfile', stamps.path('circle'))
  await add('after so many as are judged', VALID, [...Array(249).fill(slow), good], policy)
  await add(
    'after more than are judged',
    'INCOMPLETE PACKAGE_LIMIT REQUIRED_TIMESTAMP_MISSING',
    [...Array(250).fill(slow), good],
    policy,
  )

  for (const hash of ['-sha384', '-sha512'])
    await add(`imprint by ${hash}`, VALID, [signed('tsa', datedAt(await contentBy(hash), TIME))], policy)
  await add('imprint by SHA-1', INVALID, [signed('tsa', datedAt(await contentBy('-sha1'), TIME))], policy)
  writeFileSync(join(stamps.dir, 'message'), `${parseNote(note).text}more\n`)
  await add('on another message', INVALID, [signed('tsa', datedAt(await contentBy(), TIME))], policy)
  writeFileSync(join(stamps.dir, 'message'), parseNote(note).text)

  for (const [name, key, args, expected] of [
    ['RSA 2048', rsa(2048), [], VALID],
    ['RSA 3072 over SHA-512', rsa(3072), ['-md', 'sha512'], VALID],
    ['RSA 1024', rsa(1024), [], INVALID],
    ['RSA-PSS', rsa(2048), ['-keyopt', 'rsa_padding_mode:pss'], VALID],
    ['P-384', curve('P-384'), ['-md', 'sha384'], VALID],
    ['P-521', curve('P-521'), ['-md', 'sha512'], VALID],
    ['brainpoolP256r1', curve('brainpoolP256r1'), [], VALID],
    ['brainpoolP384r1', curve('brainpoolP384r1'), [], VALID],
    ['brainpoolP512r1', curve('brainpoolP512r1'), [], VALID],
    ['secp256k1', curve('secp256k1'), [], MISSING],
    ['P-224', curve('P-224'), [], MISSING],
    ['over SHA-1', curve('P-256'), ['-md', 'sha1'], INVALID],
    ['over SHA-224', curve('P-256'), ['-md', 'sha224'], INVALID],
  ] as const)
    await add(`by ${name}`, expected, [signedBy({ name: name.replaceAll(' ', '-'), key }, ...args)], policy)
  for (const [name, key, digest, expected] of [
    ['rsa', rsa(2048), 'sha256', VALID],
    ['rsa-512', rsa(2048), 'sha512', VALID],
    ['p384', curve('P-384'), 'sha384', VALID],
    ['rsa-sha1', rsa(2048), 'sha1', INVALID],
    ['ec-sha1', curve('P-256'), 'sha1', INVALID],
    ['rsa-1024', rsa(1024), 'sha256', INVALID],
    ['k1', curve('secp256k1'), 'sha256', MISSING],
  ] as const) {
    stamps.issue({ name: `root-${name}`, extensions: extensions.root, key })
    stamps.issue({ name: `mid-${name}`, issuer: `root-${name}`, extensions: extensions.issuer, digest })
    const token = signedBy({ name: `tsa-${name}`, issuer: `mid-${name}` }, '-certfile', stamps.path(`mid-${name}`))
    await add(`authority ${name}`, expected, [token], asking(24, stamps.pem(`root-${name}`)))
  }
  for (const name of ['ed25519', 'ed448']) {
    stamps.issue({ name: `root-${name}`, extensions: extensions.root, key: ['-algorithm', name], digest: 'null' })
    stamps.issue({ name: `mid-${name}`, issuer: `root-${name}`, extensions: extensions.issuer, digest: 'null' })
    const token = signedBy({ name: `tsa-${name}`, issuer: `mid-${name}` }, '-certfile', stamps.path(`mid-${name}`))
    await add(`authority ${name}`, VALID, [token], asking(24, stamps.pem(`root-${name}`)))
  }

  const critical = 'extendedKeyUsage = critical, timeStamping'
  for (const [name, line] of [
    ['for servers', 'extendedKeyUsage = critical, serverAuth'],
    ['for stamps, and does not insist', 'extendedKeyUsage = timeStamping'],
    ['for stamps and code', 'extendedKeyUsage = critical, timeStamping, codeSigning'],
    ['for no purpose', 'nsComment = none'],
    ['with an unheard-of limit', `${critical}\n1.3.6.1.4.1.99999.7 = critical, ASN1:NULL`],
    ['with an unheard-of remark', `${critical}\n1.3.6.1.4.1.99999.7 = ASN1:NULL`],
  ] as const) {
    const lines = [...extensions.stamping.filter((one) => one !== critical), line]
    const expected = { 'with an unheard-of limit': MISSING, 'with an unheard-of remark': VALID }[name as string]
    await add(
      `by a certificate ${name}`,
      expected ?? INVALID,
      [signedBy({ name: name.replaceAll(/\W/g, '-'), extensions: lines })],
      policy,
    )
  }
  await add(
    'by a certificate for encryption as well',
    INVALID,
    [
      signedBy({
        name: 'encrypting',
        extensions: [
          ...extensions.stamping.filter((one) => !one.startsWith('keyUsage')),
          'keyUsage = critical, digitalSignature, keyEncipherment',
        ],
      }),
    ],
    policy,
  )

  const from = '20200101000000Z'
  await add('by one that expired later', VALID, [signedBy({ name: 'later', from, until: '20260301000000Z' })], policy)
  await add('by one that had expired', INVALID, [signedBy({ name: 'past', from, until: '20250101000000Z' })], policy)
  await add('by one that was not yet', INVALID, [signedBy({ name: 'early', from: '20260201000000Z' })], policy)
  await add(
    'by one that ends far ahead, and began long ago',
    VALID,
    [signedBy({ name: 'long', from: '19500101000000Z', until: '99991231235959Z' })],
    policy,
  )
  await add('of nobody', MISSING, [signedBy({ name: 'nobody', issuer: 'nobody', commonName: 'tsa' })], policy)
  stamps.issue({ name: 'false-root', extensions: extensions.root, commonName: 'root' })
  stamps.issue({ name: 'false-tsa', issuer: 'false-root', extensions: extensions.stamping })
  const falsely = stamps.sign('false-tsa', datedAt(content, TIME), '-cades', '-certfile', stamps.path('false-root'))
  await add('of another root of that name', MISSING, [falsely], policy)
  await add('below a signer', INVALID, [signedWith('below', 'tsa', 'tsa', 'mid')], policy)
  for (const [name, issuer, lines, expected] of [
    ['longer', 'mid', extensions.issuer, INVALID],
    ['not-to-sign', 'root', ['basicConstraints = critical, CA:true', 'keyUsage = critical, cRLSign'], INVALID],
    ['for-servers', 'root', [...extensions.issuer, 'extendedKeyUsage = serverAuth'], INVALID],
    ['for-any', 'root', [...extensions.issuer, 'extendedKeyUsage = anyExtendedKeyUsage'], VALID],
    [
      'constrained',
      'root',
      [...extensions.issuer, 'nameConstraints = critical, permitted;dirName:only', '[only]', 'CN = under'],
      MISSING,
    ],
  ] as const) {
    stamps.issue({ name, issuer, extensions: lines })
    await add(`below an issuer ${name}`, expected, [signedWith(`under-${name}`, name, name, 'mid')], policy)
  }

  await add(
    'that does not name its certificate',
    INVALID,
    [stamps.sign('tsa', datedAt(content, TIME), '-certfile', stamps.path('mid'))],
    policy,
  )
  await add('without its certificate', MISSING, [signed('tsa', undefined, '-nocerts')], policy)
  await add('that names its certificate by its key', VALID, [signed('tsa', undefined, '-keyid')], policy)
  stamps.issue({ name: 'twin', issuer: 'mid', extensions: extensions.stamping, keyOf: 'tsa' })
  const twin = signed('tsa', undefined, '-keyid', '-nocerts', '-certfile', stamps.path('twin'))
  await add('with a twin of its certificate', INVALID, [twin], policy)
  await add('that has its own name', VALID, [signed('tsa', datedAt(named, TIME))], policy)
  await add('that has another name', INVALID, [signed('twin', datedAt(named, TIME))], policy)
  for (const line of ['ess_cert_id_alg = sha1', 'ess_cert_id_chain = yes']) {
    stamps.authority('tsa', { with: ['mid'], lines: [line] })
    await add(`as openssl ts writes it with ${line}`, VALID, [await fresh()], asking(1_000_000, root))
  }
  const at = genuine.indexOf(content)
  const other = Buffer.concat([genuine.subarray(0, at), datedAt(content, TIME), genuine.subarray(at + content.length)])
  await add('with another time than was signed', INVALID, [other], policy)
  for (const time of ['20260231000000Z', '20261301000000Z', '20260101000000z'])
    await add(`of ${time}`, INVALID, [signed('tsa', datedAt(content, time))], policy)
  const two = ['-signer', stamps.path('twin'), '-inkey', stamps.path('twin', 'key')]
  for (const [name, token] of [
    ['of two signers', signed('tsa', undefined, ...two)],
    ['without attributes', stamps.sign('tsa', datedAt(content, TIME), '-noattr')],
    ['that is no stamp', stamps.sign('tsa', Buffer.from('none'), '-cades')],
    ['with a byte behind it', Buffer.concat([good, Buffer.from([0])])],
    ['that is cut', good.subarray(0, good.length - 1)],
    ['that is empty', Buffer.alloc(0)],
    ['of many depths', Buffer.from('30'.repeat(30_000), 'hex')],
  ] as const)
    await add(name, INVALID, [token], policy)

  const later = { at: '20260601000000Z' }
  const listed = (reason?: string, at = '260301000000Z') => stamps.revoke('mid', [{ name: 'tsa', at, reason }], later)
  for (const [name, crl, expected] of [
    ['revoked by a list that came with it', listed('keyCompromise'), INVALID],
    ['revoked for no reason', listed(), INVALID],
    ['superseded later', listed('superseded'), VALID],
    ['superseded before', listed('superseded', '251201000000Z'), INVALID],
    ['on hold', listed('certificateHold'), MISSING],
    ['on a list of nobody', stamps.revoke('false-root', [{ name: 'tsa', at: '260301000000Z' }], later), VALID],
    [
      'on a list of the time to come',
      stamps.revoke('mid', [{ name: 'tsa', at: '260301000000Z' }], { at: '20300101000000Z' }),
      VALID,
    ],
    [
      'above it revoked',
      stamps.revoke('root', [{ name: 'mid', at: '260301000000Z', reason: 'CACompromise' }], later),
      INVALID,
    ],
    ['not on the list', stamps.revoke('mid', [{ name: 'twin', at: '260301000000Z' }], later), VALID],
    [
      'on a list with what nobody knows',
      stamps.revoke('mid', [{ name: 'tsa', at: '260301000000Z' }], {
        ...later,
        more: ['1.3.6.1.4.1.99999.8 = critical, ASN1:NULL'],
      }),
      VALID,
    ],
    [
      'on a list of the key',
      stamps.revoke('mid', [{ name: 'tsa', at: '260301000000Z' }], {
        ...later,
        more: ['authorityKeyIdentifier = keyid', 'crlNumber = 5'].slice(0, 1),
      }),
      INVALID,
    ],
  ] as const)
    await add(name, expected, [withCrl(good, crl)], policy)

  // a package full of stamps with one byte changed each: most contradict, some can't be judged, some mean the same
  const random = randomOf(17)
  const carrying = withCrl(good, stamps.revoke('mid', [{ name: 'twin', at: '260301000000Z' }], later))
  const rsaToken = signed('RSA-2048')
  for (const [name, token, count] of [
    ['good', good, 400],
    ['with a list', carrying, 200],
    ['by RSA', rsaToken, 200],
  ] as const) {
    const changed = Array.from({ length: count }, () => {
      const one = Buffer.from(token)
      const at = random.int(one.length)
      one[at] = (one[at] as number) ^ (1 << random.int(8))
      return one
    })
    const kinds = await slim(await packed({ checkpoints: [{ note, timestamps: changed }] }))
    cases.push({ name: `stamped: changed at random, ${name}`, bytes: kinds, policy, expected: '' })
  }
  return cases
}
