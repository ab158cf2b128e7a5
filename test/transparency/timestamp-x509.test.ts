/** Certificates, revocation lists and names as they are read here, held against pkijs and OpenSSL, which know nothing of each other. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { fromBER } from 'asn1js'
import fc from 'fast-check'
import { Certificate, CertificateRevocationList, RelativeDistinguishedNames } from 'pkijs'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import type { StampService } from '../../scripts/services/time-stamps.js'
import { QuittanceError } from '../../src/index.js'
import { readDer } from '../../src/transparency/timestamp/asn1.js'
import { readCertificate } from '../../src/transparency/timestamp/certificate.js'
import { nameOf } from '../../src/transparency/timestamp/name.js'
import { readCrl } from '../../src/transparency/timestamp/revocation.js'
import { extensions, startAuthority } from './timestamp-fixture.js'

let stamps: StampService
const certificates: Buffer[] = []
const lists: Buffer[] = []
const derOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')

beforeAll(async () => {
  stamps = await startAuthority()
  const more = ['subjectAltName = DNS:tsa.example', 'certificatePolicies = 1.3.6.1.4.1.99999.1']
  const rsa = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
  stamps.issue({ name: 'rsa', issuer: 'mid', extensions: [...extensions.stamping, ...more], key: rsa })
  const [from, until] = ['19500101000000Z', '20601231235959Z']
  stamps.issue({ name: 'long', issuer: 'mid', extensions: extensions.stamping, from, until })
  stamps.issue({
    name: 'bare',
    issuer: 'bare',
    extensions: ['nsComment = none'],
    key: ['-algorithm', 'ed25519'],
    digest: 'null',
  })
  certificates.push(...['root', 'mid', 'tsa', 'rsa', 'long', 'bare'].map((name) => derOf(stamps.pem(name))))
  const revoked = [
    { name: 'tsa', at: '250101000000Z', reason: 'keyCompromise' },
    { name: 'rsa', at: '490101000000Z' },
    { name: 'long', at: '240101000000Z', reason: 'CAkeyTime,20230101000000Z' },
  ]
  lists.push(
    derOf(stamps.revoke('mid', [])),
    derOf(stamps.revoke('mid', revoked, { more: ['authorityKeyIdentifier = keyid'] })),
    derOf(stamps.revoke('root', revoked.slice(1), { at: '20600101000000Z', until: '20610101000000Z' })),
    derOf(
      stamps.revoke('root', revoked, { more: ['issuingDistributionPoint = critical, @p', '[p]', 'onlyuser = TRUE'] }),
    ),
  )
})
afterAll(() => stamps.stop())

/** What can't be read is refused by its code and never otherwise. */
function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    return undefined
  }
}

const hex = (bytes: ArrayBuffer | Uint8Array) => Buffer.from(bytes as Uint8Array).toString('hex')
const byPkijs = (extensions: Certificate['extensions'] = []) =>
  extensions.map(({ extnID, critical, extnValue }) => [extnID, critical, hex(extnValue.valueBlock.valueHexView)])
const here = (extensions: ReturnType<typeof readCertificate>['extensions']) =>
  [...extensions].map(([id, { critical, value }]) => [id, critical, hex(value)])

/** Years that JavaScript's dates take for others: 60 for 1960. */
const isEarly = (...times: readonly number[]) => times.some((ms) => ms < Date.UTC(1_000, 0))

/** @returns whether it could be read here */
function agreesOnCertificate(der: Buffer, original: Buffer): boolean {
  const ours = unlessMalformed(() => readCertificate(der))
  if (ours === undefined) return false
  if (isEarly(ours.notBefore, ours.notAfter)) return true
  const theirs = Certificate.fromBER(Uint8Array.from(der))
  const before = [readCertificate(original), Certificate.fromBER(Uint8Array.from(original))] as const
  expect({
    serial: hex(ours.serial),
    dates: [ours.notBefore, ours.notAfter],
    extensions: here(ours.extensions),
    algorithm: ours.algorithm.oid,
    signature: hex(ours.signature),
    tbs: hex(ours.tbs),
    names: [
      ours.issuerName === ours.subjectName,
      ours.issuerName === before[0].issuerName,
      ours.subjectName === before[0].subjectName,
    ],
  }).toEqual({
    serial: hex(theirs.serialNumber.valueBlock.valueHexView),
    dates: [theirs.notBefore.value.getTime(), theirs.notAfter.value.getTime()],
    extensions: byPkijs(theirs.extensions),
    algorithm: theirs.signatureAlgorithm.algorithmId,
    signature: hex(theirs.signatureValue.valueBlock.valueHexView),
    tbs: hex(theirs.tbsView),
    names: [
      theirs.issuer.isEqual(theirs.subject),
      theirs.issuer.isEqual(before[1].issuer),
      theirs.subject.isEqual(before[1].subject),
    ],
  })
  const { validFrom, validTo } = new X509Certificate(der)
  expect([Date.parse(validFrom), Date.parse(validTo)]).toEqual([ours.notBefore, ours.notAfter])
  return true
}

/** @returns whether it could be read here */
function agreesOnList(der: Buffer): boolean {
  const ours = unlessMalformed(() => readCrl(der))
  if (ours === undefined) return false
  const entryTimes = [...ours.entries.values()].flat().map(({ since }) => since)
  if (isEarly(ours.thisUpdate, ...entryTimes)) return true
  const theirs = CertificateRevocationList.fromBER(Uint8Array.from(der))
  const entries = new Map<string, number>()
  for (const { userCertificate, revocationDate, crlEntryExtensions } of theirs.revokedCertificates ?? []) {
    const invalid = crlEntryExtensions?.extensions.find(({ extnID }) => extnID === '2.5.29.24')
    const since =
      invalid && (fromBER(invalid.extnValue.valueBlock.valueHexView).result as unknown as { toDate(): Date })
    const times = [revocationDate.value, ...(since === undefined ? [] : [since.toDate()])].map((time) => time.getTime())
    entries.set(hex(userCertificate.valueBlock.valueHexView), Math.min(...times))
  }
  expect({
    thisUpdate: ours.thisUpdate,
    extensions: here(ours.extensions),
    entries: new Map([...ours.entries].map(([serial, all]) => [serial, all.at(-1)?.since])),
    signature: hex(ours.signature),
    tbs: hex(ours.tbs),
  }).toEqual({
    thisUpdate: theirs.thisUpdate.value.getTime(),
    extensions: byPkijs(theirs.crlExtensions?.extensions),
    entries,
    signature: hex(theirs.signatureValue.valueBlock.valueHexView),
    tbs: hex(theirs.tbsView),
  })
  return true
}

describe('what is read here is read alike elsewhere', () => {
  it('as it was made', () => {
    expect(certificates.map((der) => agreesOnCertificate(der, der))).toEqual(certificates.map(() => true))
    expect(lists.map(agreesOnList)).toEqual(lists.map(() => true))
    expect(certificates.map((der) => new Date(readCertificate(der).notAfter).getUTCFullYear())).toContain(2060)
    const entries = [...readCrl(lists[1] as Buffer).entries.values()].flat().sort((a, b) => a.since - b.since)
    expect(entries.map(({ reason, since }) => [reason, since])).toEqual([
      [2, Date.UTC(2023, 0, 1)],
      [1, Date.UTC(2025, 0, 1)],
      [undefined, Date.UTC(2049, 0, 1)],
    ])
  })

  const place = fc.record({ which: fc.nat(), at: fc.nat(), byte: fc.integer({ min: 1, max: 255 }) })
  const changed = (all: readonly Buffer[], { which, at, byte }: { which: number; at: number; byte: number }) => {
    const original = all[which % all.length] as Buffer
    const der = Buffer.from(original)
    der[at % der.length] = (der[at % der.length] as number) ^ byte
    return { der, original }
  }

  it('with one byte changed', { timeout: 120_000 }, () => {
    let read = 0
    fc.assert(
      fc.property(place, (where) => {
        const { der, original } = changed(certificates, where)
        if (agreesOnCertificate(der, original)) read += 1
      }),
      { numRuns: 1_500 },
    )
    fc.assert(
      fc.property(place, (where) => {
        if (agreesOnList(changed(lists, where).der)) read += 1
      }),
      { numRuns: 1_000 },
    )
    expect(read).toBeGreaterThan(500)
  })
})

/** DER of an element. */
function element(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
  const digits = Buffer.from(body.length.toString(16).padStart(body.length > 255 ? 6 : 2, '0'), 'hex')
  const size = digits[0] === 0 && digits.length > 1 ? digits.subarray(1) : digits
  return Buffer.concat([
    Buffer.from([tag, ...(body.length < 128 ? [body.length] : [0x80 | size.length, ...size])]),
    body,
  ])
}

const commonName = element(6, Buffer.from([0x55, 4, 3]))
const organization = element(6, Buffer.from([0x55, 4, 10]))
const attribute = (type: Buffer, tag: number, value: string | Buffer) => element(0x30, type, element(tag, value))
const part = (...attributes: readonly Buffer[]) => element(0x31, ...attributes)
const cn = (tag: number, value: string | Buffer) => element(0x30, part(attribute(commonName, tag, value)))
const utf8 = (text: string) => cn(0x0c, Buffer.from(text))
const utf16 = (text: string) => Buffer.from(text, 'utf16le').swap16()

describe('names', () => {
  const names: readonly [string, Buffer][] = [
    ['plain', cn(0x13, 'Stamps One')],
    ['case', cn(0x13, 'STAMPS one')],
    ['another type', utf8('Stamps One')],
    ['IA5', cn(0x16, 'Stamps One')],
    ['teletex', cn(0x14, 'Stamps One')],
    ['BMP', cn(0x1e, utf16('Stamps One'))],
    ['universal', cn(0x1c, Buffer.concat([...'Stamps One'].map((one) => Buffer.from([0, 0, 0, one.charCodeAt(0)]))))],
    ['blanks', cn(0x13, '  Stamps   One ')],
    ['no blank', cn(0x13, 'StampsOne')],
    ['another', cn(0x13, 'Stamps Two')],
    ['longer', cn(0x13, 'Stamps One1')],
    ['of another attribute', element(0x30, part(attribute(organization, 0x13, 'Stamps One')))],
    ['two parts', element(0x30, part(attribute(commonName, 0x13, 'a')), part(attribute(organization, 0x13, 'b')))],
    [
      'two parts, turned',
      element(0x30, part(attribute(organization, 0x13, 'b')), part(attribute(commonName, 0x13, 'a'))),
    ],
    ['the first part', element(0x30, part(attribute(commonName, 0x13, 'a')))],
    ['a part of two', element(0x30, part(attribute(commonName, 0x13, 'c'), attribute(organization, 0x13, 'd')))],
    ['umlaut', utf8('Größe')],
    ['umlaut, case', utf8('GRÖßE')],
    ['umlaut, in two', utf8('Größe'.normalize('NFD'))],
    ['umlaut, teletex', cn(0x14, 'Gr\u00f6\u00dfe')],
    ['umlaut, BMP', cn(0x1e, utf16('größe'))],
    ['no umlaut', utf8('Grosse')],
    ['sharp s in two', utf8('Grösse')],
    ['Greek', utf8('ΣΤΑΜΠ')],
    ['Greek, case', utf8('σταμπ')],
    ['beyond 16 bits', utf8('😀')],
    ['another beyond', utf8('😁')],
    ['bits', cn(3, Buffer.from([0, 5]))],
    ['other bits', cn(3, Buffer.from([0, 6]))],
    ['digits', cn(0x12, '05')],
    ['digits as text', cn(0x13, '05')],
    ['empty', element(0x30)],
    ['empty text', cn(0x13, '')],
    ['blank text', cn(0x13, '  ')],
    ['tabulated', cn(0x13, 'Stamps\tOne')],
  ]

  it('are one where pkijs says so', () => {
    const read = names.map(([name, der]) => ({
      name,
      ours: nameOf(readDer(der, 'name'), 'name'),
      theirs: RelativeDistinguishedNames.fromBER(Uint8Array.from(der)),
    }))
    const same = (pick: (a: (typeof read)[number], b: (typeof read)[number]) => boolean) =>
      read.flatMap((a) => read.filter((b) => a.name < b.name && pick(a, b)).map((b) => `${a.name} = ${b.name}`))
    const ours = same((a, b) => a.ours === b.ours)
    // any blank is one here
    const blank = (pair: string) => pair.includes('tabulated')
    expect(ours.filter((pair) => !blank(pair))).toEqual(
      same((a, b) => a.theirs.isEqual(b.theirs)).filter((pair) => !blank(pair)),
    )
    expect(ours.filter((pair) => pair.startsWith('plain'))).toEqual([
      'plain = teletex',
      'plain = universal',
      'plain = tabulated',
    ])
    expect(ours).toEqual(
      expect.arrayContaining(['umlaut = umlaut, BMP', 'umlaut = umlaut, in two', 'BMP = plain', 'blanks = plain']),
    )
  })

  it('are one whatever the order within a part, and not across parts', () => {
    const [a, b] = [attribute(commonName, 0x13, 'a'), attribute(organization, 0x13, 'b')]
    const key = (der: Buffer) => nameOf(readDer(der, 'name'), 'name')
    expect(key(element(0x30, part(a, b)))).toBe(key(element(0x30, part(b, a))))
    expect(key(element(0x30, part(a, b)))).not.toBe(key(element(0x30, part(a), part(b))))
    expect(key(element(0x30, part(a, a)))).not.toBe(key(element(0x30, part(a))))
    // a text can't pretend to be two attributes
    expect(key(utf8('a","2.5.4.10 text b'))).not.toBe(key(element(0x30, part(a, b))))
    expect(key(utf8('a\u0000'))).not.toBe(key(utf8('a')))
  })

  it.each([
    ['broken UTF-8', cn(0x0c, Buffer.from([0xc3]))],
    ['half a character', cn(0x1e, Buffer.from([0]))],
    ['half of a pair', cn(0x1e, Buffer.from([0xd8, 0]))],
    ['beyond all characters', cn(0x1c, Buffer.from([0, 0x11, 0, 0]))],
    ['a number', cn(2, Buffer.from([5]))],
    ['a time', cn(0x17, '260101000000Z')],
    ['a part of nothing', element(0x30, part())],
    ['no value', element(0x30, part(element(0x30, commonName)))],
    ['two values', element(0x30, part(element(0x30, commonName, element(0x13, 'a'), element(0x13, 'b'))))],
    ['bits that are none', cn(3, Buffer.from([9, 5]))],
    ['a text', element(0x13, 'a')],
  ])('that can not be read are refused: %s', (_, der) => {
    expect(unlessMalformed(() => nameOf(readDer(der, 'name'), 'name'))).toBeUndefined()
  })
})

describe('hostile certificates and lists', () => {
  /** The root's certificate with other members in what is signed; whether the signature holds is not asked here. */
  const withMembers = (change: (members: Buffer[]) => readonly Uint8Array[], pick = certificates, at = 0): Buffer => {
    const [tbs, algorithm, signature] = readDer(pick[at] as Buffer, 'it').children
    const members = (tbs?.children ?? []).map(({ raw }) => Buffer.from(raw))
    return element(0x30, element(0x30, ...change(members)), algorithm?.raw ?? '', signature?.raw ?? '')
  }
  const instead = (index: number, other: Buffer) => withMembers((members) => members.with(index, other))
  const extension = (id: number, ...rest: readonly Buffer[]) =>
    element(0x30, element(6, Buffer.from([0x55, 29, id])), ...rest)
  const value = element(4, element(0x30))
  const listed = (...all: readonly Buffer[]) => instead(7, element(0xa3, element(0x30, ...all)))
  const dated = (tag: number, from: string, until = '450101000000Z') =>
    instead(4, element(0x30, element(tag, from), element(0x17, until)))
  const read = (der: Buffer) => unlessMalformed(() => readCertificate(der))

  test('are made right otherwise', () => {
    expect(read(withMembers((members) => members))?.id).toBe(readCertificate(certificates[0] as Buffer).id)
    expect(read(listed(extension(99, value)))?.extensions.size).toBe(1)
    expect(read(instead(5, element(0x30)))?.subject).toBe('')
    expect(read(dated(0x17, '490101000000Z'))?.notBefore).toBe(Date.UTC(2049, 0, 1))
    expect(read(dated(0x17, '500101000000Z'))?.notBefore).toBe(Date.UTC(1950, 0, 1))
    expect(read(dated(0x18, '20500101000000Z'))?.notBefore).toBe(Date.UTC(2050, 0, 1))
    expect(read(dated(0x18, '00010101000000Z'))?.notBefore).toBe(Date.parse('0001-01-01T00:00:00.000Z'))
  })

  test('with numbers of any size and sign', () => {
    for (const bytes of [[0x80], [0xff], [0], Array.from({ length: 4_000 }, () => 0x7f)]) {
      const der = instead(1, element(2, Buffer.from(bytes)))
      expect(hex(read(der)?.serial ?? Buffer.from('none'))).toBe(hex(Buffer.from(bytes)))
      expect(agreesOnCertificate(der, certificates[0] as Buffer)).toBe(true)
    }
    for (const bytes of [[], [0, 5], [0xff, 0xff]])
      expect(read(instead(1, element(2, Buffer.from(bytes))))).toBeUndefined()
    for (const version of [
      element(2, Buffer.from([3])),
      element(2, Buffer.from([0xff])),
      element(2),
      Buffer.concat([element(2, Buffer.from([2])), element(2, Buffer.from([2]))]),
    ])
      expect(read(instead(0, element(0xa0, version)))).toBeUndefined()
  })

  test.each([
    ['no second', 0x17, '2601010000Z'],
    ['no Z', 0x17, '260101000000'],
    ['an offset', 0x17, '260101000000+0100'],
    ['no such month', 0x17, '261301000000Z'],
    ['no such day', 0x17, '260230000000Z'],
    ['no such hour', 0x17, '260101240000Z'],
    ['a leap second', 0x17, '261231235960Z'],
    ['four digits', 0x17, '20260101000000Z'],
    ['two digits', 0x18, '260101000000Z'],
    ['parts of a second', 0x18, '20260101000000.5Z'],
    ['letters', 0x17, '2601010000xxZ'],
    ['nothing', 0x17, ''],
    ['a line behind it', 0x17, '260101000000Z\n'],
    ['a text', 0x13, '260101000000Z'],
  ])('with times that are none: %s', (_, tag, text) => {
    expect(read(dated(tag, text))).toBeUndefined()
  })

  test('with extensions that are not as they must be', () => {
    const yes = element(1, Buffer.from([0xff]))
    expect(read(listed(extension(99, yes, value)))?.extensions.get('2.5.29.99')?.critical).toBe(true)
    expect(
      read(listed(extension(99, element(1, Buffer.from([0])), value)))?.extensions.get('2.5.29.99')?.critical,
    ).toBe(false)
    for (const der of [
      listed(),
      listed(extension(99, value), extension(99, value)),
      listed(extension(99, value, value)),
      listed(extension(99)),
      listed(extension(99, element(1, Buffer.from([1])), value)),
      listed(extension(99, element(1), value)),
      listed(extension(99, element(1, Buffer.from([0xff, 0xff])), value)),
      listed(extension(99, value, yes)),
      listed(value),
      instead(7, element(0xa3)),
      instead(7, element(0xa3, element(0x30, extension(99, value)), element(0x30, extension(98, value)))),
    ])
      expect(read(der)).toBeUndefined()
  })

  test('with something before, between or behind', () => {
    const root = certificates[0] as Buffer
    for (const der of [
      Buffer.concat([root, Buffer.from([5, 0])]),
      root.subarray(0, root.length - 1),
      withMembers((members) => [...members, element(5)]),
      withMembers((members) => [element(5), ...members]),
      withMembers((members) => members.toReversed()),
      withMembers((members) => members.slice(0, 6)),
      element(0x30, readDer(root, 'it').content, element(5)),
      instead(
        6,
        element(
          0x30,
          element(0x30, element(6, Buffer.from([42])), element(5)),
          element(3, Buffer.from([0, 1])),
          element(5),
        ),
      ),
      instead(
        6,
        element(
          0x30,
          element(0x30, element(6, Buffer.from([42])), element(0x16, 'x')),
          element(3, Buffer.from([0, 1])),
        ),
      ),
      instead(
        3,
        Array.from({ length: 60 }).reduce<Buffer>((inner) => element(0x30, inner), element(0x30)),
      ),
    ])
      expect(read(der)).toBeUndefined()
    // an identifier of which the decimal form would be long
    const long = Buffer.alloc(100_000, 0xff)
    long[long.length - 1] = 1
    expect(read(listed(element(0x30, element(6, long), value)))).toBeUndefined()
    expect(read(listed(element(0x30, element(6, Buffer.from([0x55, 0x80, 0x01])), value)))).toBeUndefined()
  })

  test('with keys that are none, or of no known kind', () => {
    const algorithm = (id: string, ...parameters: readonly Buffer[]) =>
      element(0x30, element(6, Buffer.from(id, 'hex')), ...parameters)
    const keyed = (about: Buffer, ...bits: readonly (Buffer | number)[]) => {
      const key = Buffer.concat(bits.map((one) => (typeof one === 'number' ? Buffer.from([one]) : one)))
      return read(instead(6, element(0x30, about, element(3, Buffer.from([0]), key))))
    }
    const p256 = element(6, Buffer.from('2a8648ce3d030107', 'hex'))
    const ec = algorithm('2a8648ce3d0201', p256)
    const point = Buffer.from(
      readDer(certificates[0] as Buffer, 'it').children[0]?.children[6]?.children[1]?.content.subarray(2) ?? [],
    )
    const [x, odd] = [point.subarray(0, 32), (point.at(-1) as number) & 1]
    expect(keyed(ec, 4, point)?.key).toMatchObject({ kind: 'ec', strength: 'good' })
    expect(keyed(ec, 2 + odd, x)?.key).toMatchObject({ kind: 'ec', strength: 'good' })
    // the point at infinity: asked for its details, Node's OpenSSL would end the process
    for (const der of [
      keyed(ec, 0),
      keyed(ec),
      keyed(ec, 0, point),
      keyed(ec, 4, Buffer.from(point.map((byte) => byte ^ 1))),
      keyed(ec, 5, point),
    ]) {
      expect(der).toBeDefined()
      expect(der?.key).toBeUndefined()
    }
    expect(keyed(algorithm('2a8648ce3d0201'), 4, point)?.key).toBeUndefined()
    expect(keyed(algorithm('2a8648ce3d0201', element(0x30)), 4, point)?.key).toBeUndefined()
    expect(keyed(algorithm('2a8648ce38040300', p256), 4, point)?.key).toBeUndefined()
    const modulus = (bytes: number, first = 0xc1) =>
      Buffer.concat([Buffer.from([0, first]), Buffer.alloc(bytes - 1, 0xff)])
    const rsaKey = (n: Buffer, e: Buffer) => element(0x30, element(2, n), element(2, e))
    const rsa = (n: Buffer, e = Buffer.from([1, 0, 1])) =>
      keyed(algorithm('2a864886f70d010101', element(5)), rsaKey(n, e))?.key
    expect(rsa(modulus(256))).toMatchObject({ kind: 'rsa', strength: 'good' })
    expect(rsa(modulus(256, 0x81))?.strength).toBe('good')
    expect(rsa(Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(255, 0xff)]))?.strength).toBe('weak')
    expect(rsa(modulus(128))?.strength).toBe('weak')
    expect(rsa(modulus(256), Buffer.from([3]))?.strength).toBe('good')
    expect(rsa(modulus(256), modulus(8))?.strength).toBe('good')
    const even = Buffer.concat([modulus(255), Buffer.from([0xfe])])
    // with an exponent of 1 everybody can sign; with a long one, or a long modulus, a check takes long
    for (const [n, e] of [
      [Buffer.alloc(256, 0xff)],
      [even],
      [Buffer.from([0])],
      [modulus(2_049)],
      [modulus(256), Buffer.from([0x81])],
      [modulus(256), Buffer.from([1])],
      [modulus(256), Buffer.from([2])],
      [modulus(256), modulus(9)],
    ] as const)
      expect(rsa(n, e)).toBeUndefined()

    const sha = (id: number) =>
      element(0x30, element(6, Buffer.from([0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, id])), element(5))
    const mgf = (id: number) =>
      element(0xa1, element(0x30, element(6, Buffer.from('2a864886f70d010108', 'hex')), sha(id)))
    const pss = (...parts: readonly Buffer[]) =>
      keyed(algorithm('2a864886f70d01010a', element(0x30, ...parts)), rsaKey(modulus(256), Buffer.from([1, 0, 1])))?.key
    const salt = (...bytes: readonly number[]) => element(0xa2, element(2, Buffer.from(bytes)))
    const hash = element(0xa0, sha(1))
    expect(pss(hash, mgf(1), salt(32))?.pss).toEqual({ hash: 'sha256', saltLength: 32 })
    for (const parts of [
      [],
      [hash, mgf(2), salt(32)],
      [hash, mgf(1), salt(0, 32)],
      [hash, mgf(1), salt(0xff)],
      [hash, mgf(1), element(0xa2, element(4, Buffer.from([32])))],
      [hash, mgf(1), salt(32), element(0xa3, element(2, Buffer.from([2])))],
      [element(0xa0, sha(4)), mgf(4), salt(32)],
    ])
      expect(pss(...parts)).toBeUndefined()

    const edwards = (id: string, key: Buffer) => keyed(algorithm(id), key)?.key
    const one = (size: number) => Buffer.alloc(size).fill(1, 0, 1)
    // points of small order, under which one signature fits every message
    expect(edwards('2b6570', one(32))).toBeUndefined()
    expect(edwards('2b6570', Buffer.alloc(32))).toBeUndefined()
    const minusOne = Buffer.alloc(57, 0xff).fill(0xfe, 0, 1).fill(0xfe, 28, 29).fill(0, 56)
    for (const key of [Buffer.alloc(57), one(57), minusOne, one(57).fill(0x80, 56)])
      expect(edwards('2b6571', key)).toBeUndefined()
    const [ed25519, ed448] = ['ed25519', 'ed448'].map((kind) =>
      generateKeyPairSync(kind as 'ed25519').publicKey.export({ format: 'der', type: 'spki' }),
    ) as [Buffer, Buffer]
    expect(edwards('2b6570', ed25519.subarray(-32))).toMatchObject({ kind: 'ed25519', strength: 'good' })
    expect(edwards('2b6571', ed448.subarray(-57))).toMatchObject({ kind: 'ed448', strength: 'good' })
    expect(keyed(algorithm('2b6570', element(5)), ed25519.subarray(-32))?.key).toBeUndefined()
  })

  test('lists with parts that are none', () => {
    const list = (change: (members: Buffer[]) => readonly Uint8Array[], at = 1) => {
      const der = withMembers(change, lists, at)
      return unlessMalformed(() => readCrl(der))
    }
    const time = element(0x17, '260101000000Z')
    const serial = element(2, Buffer.from([5]))
    const entries = (...all: readonly Buffer[]) => list((members) => members.with(5, element(0x30, ...all)))
    const reason = (code: number) => element(0x30, extension(21, element(4, element(0x0a, Buffer.from([code])))))
    expect(list((members) => members)?.entries.size).toBe(3)
    // each of two entries counts
    const twice = entries(element(0x30, serial, time, reason(1)), element(0x30, serial, time, reason(4)))
    expect(twice?.entries.get('05')?.map((one) => one.reason)).toEqual([1, 4])
    expect(entries()?.entries.size).toBe(0)
    for (const none of [
      entries(element(0x30, serial)),
      entries(element(0x30, time, serial)),
      entries(element(0x30, serial, time, element(0x30))),
      entries(element(0x30, serial, time, reason(1), element(5))),
      entries(element(0x30, element(2, Buffer.from([0, 5])), time)),
      entries(element(0x30, serial, element(0x17, '261301000000Z'))),
      entries(serial),
      list((members) => members.with(0, element(2, Buffer.from([2])))),
      list((members) => members.with(4, element(0x17, '999999999999Z'))),
      list((members) => [...members, element(5)]),
      list((members) => members.with(1, element(0x30, element(6, Buffer.from([42]))))),
    ])
      expect(none).toBeUndefined()
  })
})
