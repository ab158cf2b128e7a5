/** The published vectors: judged as they lie there, and frozen. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Keyring } from '../src/keys/keyring.js'
import { verifyLines } from '../src/verify/chain.js'
import { incompleteCodes, invalidCodes } from '../src/verify/types.js'
import { jcs } from './receipt/jcs.js'
import { keys, type Loose, rawLines } from './verify/support.js'
import { type Manifest, publishedFiles } from './verify/vectors/index.js'

const folder = new URL('./vectors/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder))
const manifest = JSON.parse(read('manifest.json').toString()) as Manifest

describe('frozen', () => {
  const made = publishedFiles()

  test('the folder holds what the generator makes, byte for byte', () => {
    const present = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/^.*\/test\/vectors\/+/, ''))
    expect(present.filter((name) => name !== 'README.md').sort()).toEqual([...made.keys()].sort())
    for (const [name, bytes] of made) expect([name, read(name).equals(bytes)]).toEqual([name, true])
  })

  test('it is small', () => {
    const size = [...made.values()].reduce((sum, bytes) => sum + bytes.length, 0)
    expect(size).toBeLessThan(500_000)
  })
})

describe.each(manifest.vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
  test(vector.about, async () => {
    const { keyring, options, expected } = vector
    const result = await verifyLines(rawLines(read(vector.file)), { ...options, keyring: Keyring.parse(keyring) })
    const bare = (findings: readonly { code: string; seq?: number | undefined; line?: number | undefined }[]) =>
      findings.map(({ code, seq, line }) => ({
        code,
        ...(seq === undefined ? {} : { seq }),
        ...(line === undefined ? {} : { line }),
      }))
    expect({ ...result, problems: bare(result.problems), notices: bare(result.notices) }).toEqual(expected)
  })
})

describe('what the manifest says', () => {
  test('every code of the verifier is expected by a vector', () => {
    const expected = new Set(
      manifest.vectors.flatMap(({ expected: { problems, notices } }) =>
        [...problems, ...notices].map(({ code }) => code),
      ),
    )
    expect(
      [...invalidCodes, ...incompleteCodes, 'LINE_NOT_CANONICAL', 'DETAILS_ERASED'].filter(
        (code) => !expected.has(code),
      ),
    ).toEqual([])
  })

  test('each verdict follows from the codes, and its name begins with it', () => {
    for (const { name, expected, file } of manifest.vectors) {
      const codes = expected.problems.map(({ code }) => code as never)
      const invalid = codes.some((code) => invalidCodes.includes(code))
      const verdict = invalid ? 'INVALID' : codes.length > 0 ? 'INCOMPLETE' : 'VALID'
      expect([name.split('/')[0], expected.verdict]).toEqual([verdict.toLowerCase(), verdict])
      expect(existsSync(new URL(file, folder))).toBe(true)
    }
    expect(new Set(manifest.vectors.map(({ name }) => name)).size).toBe(manifest.vectors.length)
  })

  test('its keys are those that the tests sign with', () => {
    for (const [name, key] of Object.entries(keys))
      expect(manifest.keys[name]).toMatchObject({ keyId: key.keyId, seed: Buffer.from(key.seed).toString('hex') })
  })
})

/** The format's page, done with node:crypto and another writer of RFC 8785: nothing of the product. */
describe('hash, link and signature of the valid vectors, computed by other means', () => {
  const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
  const spki = Buffer.from('302a300506032b6570032100', 'hex')
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  const publicKeyOf = (keyId: string) => {
    const value = [...keyId.slice('did:key:z'.length)].reduce(
      (sum, digit) => sum * 58n + BigInt(alphabet.indexOf(digit)),
      0n,
    )
    const bytes = Buffer.from(value.toString(16).padStart(68, '0'), 'hex')
    expect(bytes.subarray(0, 2).toString('hex')).toBe('ed01')
    return createPublicKey({ key: Buffer.concat([spki, bytes.subarray(2)]), format: 'der', type: 'spki' })
  }

  const valid = manifest.vectors.filter(({ expected }) => expected.verdict === 'VALID')
  test.each(valid.map(({ name, file }) => [name, file] as const))('%s', (_name, file) => {
    let previous: string | undefined
    for (const line of read(file).toString().trimEnd().split('\n')) {
      const { receiptHash, signature, details, ...covered } = JSON.parse(line) as Loose
      const preimage = jcs(covered)
      expect(receiptHash).toBe(sha256(preimage))
      const message = Buffer.from(`quittance/1 receipt\n${receiptHash}\n`)
      const bytes = Buffer.from((signature as string).slice('ed25519:'.length), 'hex')
      expect(verify(null, message, publicKeyOf(covered.keyId as string), bytes)).toBe(true)
      if (details !== undefined) expect(covered.detailsHash).toBe(sha256(`quittance/1 details\n${jcs(details)}`))
      if (covered.seq === 0) expect(covered.prevReceiptHash).toBe(sha256(`quittance/1 genesis\n${covered.chainId}\n`))
      if (previous !== undefined) expect(covered.prevReceiptHash).toBe(previous)
      previous = receiptHash as string
    }
    expect(previous).toBeDefined()
  })
})
