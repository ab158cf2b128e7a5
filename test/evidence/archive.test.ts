/** Archives that could be read in two ways, or that do harm where they are unpacked: each by hand, each refused. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import yazl from 'yazl'
import { verifyEvidence } from '../../src/evidence/index.js'
import { type RandomAccess, readArchive } from '../../src/evidence/zip/archive.js'
import { ArchiveFault } from '../../src/evidence/zip/fault.js'
import { type EvidenceLimits, limitsOf } from '../../src/evidence/zip/limits.js'
import { memberBytes } from '../../src/evidence/zip/member.js'
import { fileOf, packed } from './support.js'
import { entriesOf, type RawEnd, type RawEntry, zipOf } from './zip-of.js'

const accessTo = (bytes: Buffer): RandomAccess => ({
  size: bytes.length,
  read: async (position, length) => bytes.subarray(position, position + length),
})

/** Why an archive is refused, its members read to their ends. */
async function refusal(bytes: Buffer, given: EvidenceLimits = {}): Promise<string | undefined> {
  const limits = limitsOf(given)
  try {
    for (const member of await readArchive(accessTo(bytes), limits)) await memberBytes(accessTo(bytes), member, 2 ** 20)
    return undefined
  } catch (error) {
    if (error instanceof ArchiveFault) return error.reason
    throw error
  }
}

const text = (value: string) => Buffer.from(value)
const a: RawEntry = { name: 'a.txt', bytes: text('one') }
const b: RawEntry = { name: 'b.txt', bytes: text('two two two two'), deflate: true }
const named = (name: string | Uint8Array): RawEntry => ({ name, bytes: text('x') })
const mode = (bits: number) => (bits << 16) >>> 0
const extra = (id: number, length: number) => Buffer.from([id & 0xff, id >> 8, length, 0, ...new Array(length).fill(0)])

test('a plain archive, stored and compressed, is read', async () => {
  expect(await refusal(zipOf([a, b]))).toBeUndefined()
  expect(await refusal(zipOf([]))).toBeUndefined()
})

const attacks: readonly (readonly [string, string, readonly RawEntry[], RawEnd?, EvidenceLimits?])[] = [
  ['a name that leaves the folder', 'name', [named('../a.txt')]],
  ['one that leaves it further down', 'name', [named('a/../../b')]],
  ['an absolute name', 'name', [named('/etc/passwd')]],
  ['a drive', 'name', [named('c:a.txt')]],
  ['a backslash', 'name', [named('a\\..\\b')]],
  ['a NUL', 'name', [named('a.txt\0.md')]],
  ['no name', 'name', [named('')]],
  ['a name that is no UTF-8', 'name', [named(Buffer.from([0x61, 0xff]))]],
  ['a dot first', 'name', [named('.hidden')]],
  ['a name of another alphabet', 'name', [named('а.txt')]],
  ['one name twice', 'duplicate', [a, { ...a, bytes: text('other') }]],
  ['names that differ in case', 'duplicate', [a, named('A.TXT')]],
  ['names that differ in normal form', 'duplicate', [named('caf\u00e9'), named('cafe\u0301')]],
  ['names that fold together', 'duplicate', [named('stra\u00dfe'), named('strasse')]],
  ['a symbolic link', 'link', [{ ...a, attributes: mode(0o120777) }]],
  ['a device', 'link', [{ ...a, attributes: mode(0o060644) }]],
  ['a directory', 'link', [{ ...a, name: 'a', attributes: mode(0o040755) }]],
  ['a directory of DOS', 'link', [{ ...a, attributes: 0x10 }]],
  ['an encrypted member', 'encrypted', [{ ...a, flags: 0x0801 }]],
  ['strong encryption', 'encrypted', [{ ...a, flags: 0x0841 }]],
  ['a hidden directory', 'encrypted', [{ ...a, flags: 0x2800 }]],
  ['an unknown flag', 'headers', [{ ...a, flags: 0x0820 }]],
  ['an unknown method', 'method', [{ ...a, method: 12 }]],
  ['another name in the header', 'headers', [{ ...a, central: { name: 'b.txt' } }]],
  ['another method in the header', 'headers', [{ ...a, local: { method: 8 } }]],
  ['other flags in the header', 'headers', [{ ...a, local: { flags: 0 } }]],
  ['another size in the header', 'headers', [{ ...a, local: { size: 2 } }]],
  ['another packed size in the header', 'headers', [{ ...a, local: { packed: 2 } }]],
  ['another checksum in the header', 'headers', [{ ...a, local: { crc32: 1 } }]],
  ['an extra field', 'headers', [{ ...a, central: { extra: extra(0x7075, 5) } }]],
  ['an extra field in the header', 'headers', [{ ...a, local: { extra: extra(0x5455, 5) } }]],
  ['a second name in an extra field', 'headers', [{ ...a, central: { extra: extra(0x7075, 12) } }]],
  ['ZIP64 numbers that are not there', 'headers', [{ ...a, central: { size: 0xffffffff } }]],
  ['ZIP64 numbers that nobody asks for', 'headers', [{ ...a, central: { extra: extra(1, 8) } }]],
  ['ZIP64 numbers that nobody asks for in the header', 'headers', [{ ...a, local: { extra: extra(1, 8) } }]],
  ['an empty field of ZIP64 numbers', 'headers', [{ ...a, central: { extra: extra(1, 0) } }]],
  ['two sizes of a stored member', 'size', [{ ...a, central: { size: 4 }, local: { size: 4 } }]],
  ['a wrong checksum', 'checksum', [{ ...a, central: { crc32: 7 }, local: { crc32: 7 } }]],
  ['fewer bytes than declared', 'size', [{ ...b, central: { size: 99 }, local: { size: 99 } }]],
  ['more bytes than declared', 'size', [{ ...b, central: { size: 3 }, local: { size: 3 } }]],
  ['bytes behind compressed data', 'hidden-data', [{ ...b, trailing: text('more') }]],
  ['damaged compressed data', 'checksum', [{ ...a, method: 8 }]],
  ['overlapping members', 'overlap', [a, { ...named('b.txt'), central: { header: 0 } }]],
  ['members in another order', 'hidden-data', [{ ...a, central: { header: 40 } }]],
  ['bytes between members', 'hidden-data', [{ ...a, behind: text('hidden') }, named('b.txt')]],
  ['bytes before the directory', 'hidden-data', [{ ...a, behind: text('hidden') }]],
  ['a member that the directory lacks', 'hidden-data', [a, { ...named('b.txt'), hidden: true }]],
  ['bytes before the first member', 'hidden-data', [a], { before: text('#!/bin/sh\n') }],
  ['a comment', 'not-zip', [a], { comment: text('hello') }],
  ['bytes behind the end', 'not-zip', [a], { behind: text('x') }],
  ['a second archive behind it', 'hidden-data', [a], { behind: zipOf([named('b.txt')]) }],
  ['a comment of a member', 'hidden-data', [{ ...a, central: { comment: text('x') } }]],
  ['fewer members than counted', 'headers', [a], { count: 2 }],
  ['more members than counted', 'hidden-data', [a, named('b.txt')], { count: 1 }],
  ['a directory that ends early', 'hidden-data', [a], { directoryBytes: 40 }],
  ['sizes that nobody knows', 'hidden-data', [{ ...a, flags: 0x0808, local: { crc32: 0, packed: 0, size: 0 } }]],
  ['too many members', 'limit', [a, named('b.txt')], {}, { members: 1 }],
  ['too many bytes', 'limit', [a, named('b.txt')], {}, { totalBytes: 3 }],
  ['a bomb', 'limit', [{ name: 'a.txt', bytes: Buffer.alloc(1_000_000), deflate: true }]],
  [
    'a bomb that denies it',
    'size',
    [
      {
        name: 'a.txt',
        bytes: Buffer.alloc(1_000_000),
        deflate: true,
        central: { size: 5_000 },
        local: { size: 5_000 },
      },
    ],
  ],
]

describe('refused', () => {
  for (const [name, reason, entries, end, limits] of attacks)
    test(`${name}: ${reason}`, async () => {
      expect(await refusal(zipOf(entries, end), limits)).toBe(reason)
    })

  test('what is no archive, and one that is cut anywhere', async () => {
    expect(await refusal(text('hello'))).toBe('not-zip')
    expect(await refusal(Buffer.alloc(100))).toBe('not-zip')
    const whole = await packed()
    for (let at = 0; at < whole.length; at += 997)
      expect(await refusal(whole.subarray(0, at))).toMatch(/^(?:not-zip|headers|hidden-data)$/)
  })

  test('it is told as a problem of the package', async () => {
    const result = await verifyEvidence(await fileOf(zipOf([named('../a.txt')])))
    expect(result).toMatchObject({ verdict: 'INVALID', problems: [{ code: 'PACKAGE_MALFORMED' }] })
    const large = await verifyEvidence(await fileOf(await packed()), { limits: { members: 2 } })
    expect(large).toMatchObject({ verdict: 'INCOMPLETE', problems: [{ code: 'PACKAGE_LIMIT' }] })
  })
})

test('every bit of a package counts', async () => {
  const whole = await packed()
  const entries = await entriesOf(whole)
  // the texts' own bytes are found by their digests, as package.test.ts shows: here what is around them
  const inside = entries.map(({ bytes }) => whole.indexOf(bytes.subarray(0, 64)))
  const lengths = entries.map(({ bytes }) => bytes.length)
  const around = [...whole.keys()].filter(
    (at) => !inside.some((start, index) => at >= start && at < start + (lengths[index] ?? 0)),
  )
  const passed: number[] = []
  for (const at of around) {
    const other = Buffer.from(whole)
    other[at] = (other[at] as number) ^ (1 << (at % 8))
    const found = await refusal(other)
    if (found === undefined) passed.push(at)
  }
  // versions, times and permissions say nothing about the content
  const harmless = new Set<number>()
  for (let at = whole.indexOf('PK\u0003\u0004'); at >= 0; at = whole.indexOf('PK\u0003\u0004', at + 1))
    for (const offset of [4, 5, 10, 11, 12, 13]) harmless.add(at + offset)
  for (let at = whole.indexOf('PK\u0001\u0002'); at >= 0; at = whole.indexOf('PK\u0001\u0002', at + 1))
    for (const offset of [4, 5, 6, 7, 12, 13, 14, 15, 36, 37, 38, 39, 40, 41]) harmless.add(at + offset)
  expect(passed.filter((at) => !harmless.has(at))).toEqual([])
})

test.each([true, false])('ZIP64 numbers, as beyond 4 GB, are read (sizes known before: %s)', async (known) => {
  const zip = new yazl.ZipFile()
  const settings = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, compress: false, forceZip64Format: true }
  if (known) zip.addBuffer(text('one'), 'a.txt', settings)
  else zip.addReadStream(Readable.from([text('one')]), 'a.txt', settings)
  zip.addBuffer(text('two'), 'b.txt', settings)
  zip.end({ forceZip64Format: true, comment: '' })
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  const whole = Buffer.concat(chunks)
  const members = await readArchive(accessTo(whole), limitsOf(undefined))
  const found = await Promise.all(members.map((member) => memberBytes(accessTo(whole), member, 10)))
  expect(found.map(String)).toEqual(['one', 'two'])
  const end64 = whole.indexOf('PK\u0006\u0006')
  for (const offset of [4, 16, 20, 24, 32, 40, 48, 64, 72]) {
    const other = Buffer.from(whole)
    other[end64 + offset] = (other[end64 + offset] as number) ^ 1
    expect([offset, await refusal(other)]).toEqual([offset, expect.stringMatching(/^(?:headers|hidden-data)$/)])
  }
})

test('an archive that could not be written leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-evidence-'))
  try {
    const { writeEvidence } = await import('../../src/evidence/index.js')
    const { world } = await import('./support.js')
    const given = await world()
    const signer = { signer: () => Promise.reject(new Error('away')) }
    const out = join(folder, 'a.zip')
    await expect(writeEvidence({ ...given, signer, out })).rejects.toThrow('away')
    await expect(readFile(out)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(readFile(`${out}.part`)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(writeEvidence({ ...given, out: join(folder, 'no', 'a.zip') })).rejects.toMatchObject({
      code: 'ENOENT',
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
