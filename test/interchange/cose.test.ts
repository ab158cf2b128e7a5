import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode, encode } from 'cborg'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import {
  coseReceipt,
  signedStatement,
  verifyCoseReceipt,
  verifyStatement,
  withReceipts,
} from '../../src/interchange/cose/index.js'
import { parseDidKey } from '../../src/keys/did-key.js'
import { localKey } from '../../src/keys/local.js'
import { inclusionProof, leafHash, merkleRoot, receiptLeaf } from '../../src/merkle/index.js'
import { lineOf } from '../../src/receipt/seal.js'
import { goProgram } from '../interop/go-program.js'
import { keyIds, keys, receipts, verdictOf } from './support.js'

const leaves = receipts.map(({ receiptHash, signature }) => leafHash(receiptLeaf(receiptHash, signature)))
const inclusion = (index: number, size = leaves.length) => ({
  size,
  index,
  hashes: inclusionProof(leaves, index, size),
})
const terms = { issuer: 'log.example/acme', subject: 'acme', keys }
const statement = () => signedStatement(receipts[2]!, { issuer: 'https://acme.example', keys })
const refusal = (call: () => unknown): string => {
  try {
    call()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'taken'
}

describe('a signed statement', () => {
  it('carries the receipt byte for byte, which still verifies by itself', async () => {
    const verified = verifyStatement(await statement(), { keys: await keyIds() })
    expect(verified).toMatchObject({ issuer: 'https://acme.example', receipts: [] })
    expect(verified.subject).toBe(`${receipts[2]!.chainId}/${receipts[2]!.receiptId}`)
    expect(verified.line).toBe(lineOf(receipts[2]!))
    expect(verdictOf(verified.line)).toBe('VALID')
  })

  it('has the headers that RFC 9943 asks for, protected', async () => {
    const bytes = await statement()
    expect(bytes[0]).toBe(0xd2)
    const [protectedBytes, unprotected] = decode(bytes.subarray(1), { useMaps: true }) as [
      Uint8Array,
      Map<number, unknown>,
    ]
    expect(unprotected.size).toBe(0)
    const header = decode(protectedBytes, { useMaps: true }) as Map<number, unknown>
    expect([...header.keys()].sort((a, b) => a - b)).toEqual([1, 3, 4, 15])
    expect(header.get(1)).toBe(-8)
    expect(header.get(15)).toEqual(
      new Map([
        [1, 'https://acme.example'],
        [2, `${receipts[2]!.chainId}/${receipts[2]!.receiptId}`],
      ]),
    )
  })

  it('is refused under any other key, and with any other byte', async () => {
    const bytes = await statement()
    const trusted = await keyIds()
    const other = [(await localKey({ seed: new Uint8Array(32).fill(8) }).signer()).keyId]
    expect(refusal(() => verifyStatement(bytes, { keys: other }))).toBe('ENVELOPE_UNTRUSTED')
    expect(refusal(() => verifyStatement(bytes, { keys: [] }))).toBe('ENVELOPE_UNTRUSTED')
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Uint8Array.from(bytes)
      altered[at]! ^= 1 << (at % 8)
      expect(['ENVELOPE_MALFORMED', 'ENVELOPE_UNTRUSTED'], `byte ${at}`).toContain(
        refusal(() => verifyStatement(altered, { keys: trusted })),
      )
    }
  })

  it('keeps its signature when receipts are put beside it', async () => {
    const bytes = await statement()
    const receipt = await coseReceipt(leaves[2]!, inclusion(2), terms)
    const transparent = withReceipts(bytes, [receipt])
    const { receipts: carried, line } = verifyStatement(transparent, { keys: await keyIds() })
    expect(line).toBe(lineOf(receipts[2]!))
    expect(carried).toEqual([receipt])
    expect(() => withReceipts(bytes, [])).toThrow(RangeError)
  })

  it('never crashes on what a stranger sent', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusal(() => verifyStatement(bytes, { keys: [] }))).toBe('ENVELOPE_MALFORMED')
      }),
    )
  })

  it('is not what is not signed with Ed25519, is critical, or says a header twice', async () => {
    const [, , payload, signature] = decode((await statement()).subarray(1), { useMaps: true }) as unknown[]
    const kid = new TextEncoder().encode((await keyIds())[0])
    const made = (header: Map<number, unknown>, unprotected = new Map<number, unknown>()) =>
      encode([encode(header), unprotected, payload, signature])
    const good = new Map<number, unknown>([
      [1, -8],
      [3, 'application/json'],
      [4, kid],
    ])
    for (const bad of [
      made(new Map([...good, [1, -7]])),
      made(new Map([...good, [2, [3]]])),
      made(new Map([...good].filter(([label]) => label !== 4))),
      made(good, new Map([[3, 'text/html']])),
    ])
      expect(refusal(() => verifyStatement(bad, { keys: [] }))).toBe('ENVELOPE_MALFORMED')
    // the same without its fault is read, and then not trusted
    expect(refusal(() => verifyStatement(made(good), { keys: [] }))).toBe('ENVELOPE_UNTRUSTED')
  })
})

describe('a COSE receipt', () => {
  it('proves that its leaf is in the tree of the root that was signed', async () => {
    for (const size of [1, 2, 3, 5, 6])
      for (let index = 0; index < size; index += 1) {
        const bytes = await coseReceipt(leaves[index]!, inclusion(index, size), terms)
        const found = verifyCoseReceipt(bytes, leaves[index]!, { keys: await keyIds() })
        expect(found).toMatchObject({ size, index, issuer: 'log.example/acme', subject: 'acme' })
        expect(found.rootHash).toEqual(merkleRoot(leaves, size))
        for (const other of leaves.filter((_, at) => at !== index))
          expect(refusal(() => verifyCoseReceipt(bytes, other, { keys: [] }))).toMatch(/^ENVELOPE_/)
      }
  })

  it('is refused with any other byte', async () => {
    const bytes = await coseReceipt(leaves[3]!, inclusion(3), terms)
    const trusted = await keyIds()
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Uint8Array.from(bytes)
      altered[at]! ^= 1 << (at % 8)
      expect(
        refusal(() => verifyCoseReceipt(altered, leaves[3]!, { keys: trusted })),
        `byte ${at}`,
      ).toMatch(/^ENVELOPE_/)
    }
  })

  it('is not made of what is no proof', async () => {
    await expect(coseReceipt(leaves[0]!, { ...inclusion(0), hashes: [] }, terms)).rejects.toThrow(RangeError)
  })
})

const { program, reason } = goProgram('interchange-go', 25)
const work = mkdtempSync(join(tmpdir(), 'quittance-interchange-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

// where Go is not installed there is nobody else to ask: the independent check is left out, and said to be
describe.skipIf(reason !== undefined)(
  'with libraries that are not ours (Go; the reason is printed where it is left out)',
  () => {
    it('veraison/go-cose verifies what was signed here, and what it signs is verified here', async () => {
      const [keyId = ''] = await keyIds()
      const ours = await statement()
      const receipt = await coseReceipt(leaves[3]!, inclusion(3), terms)
      writeFileSync(join(work, 'statement'), ours)
      writeFileSync(join(work, 'receipt'), receipt)
      writeFileSync(join(work, 'root'), merkleRoot(leaves))
      writeFileSync(join(work, 'seed'), new Uint8Array(32).fill(9))
      writeFileSync(join(work, 'public'), parseDidKey(keyId))
      writeFileSync(join(work, 'kid'), keyId)
      writeFileSync(join(work, 'line'), lineOf(receipts[2]!))
      const { attest } = await import('../../src/interchange/index.js')
      writeFileSync(join(work, 'dsse.json'), JSON.stringify(await attest(receipts[2]!, keys)))
      const ran = spawnSync(program, [work], { encoding: 'utf8' })
      expect(ran.stderr).toBe('')
      expect(ran.stdout.trim().split('\n')).toEqual([
        'statement: the payload is the line',
        'receipt: the root is signed, the label 395 is 1',
        'dsse: in-toto statement about 1 subject',
      ])
      const { readFileSync } = await import('node:fs')
      const theirs = verifyStatement(readFileSync(join(work, 'theirs')), { keys: [keyId] })
      expect(theirs).toMatchObject({ issuer: 'https://other.example', subject: 'x', line: lineOf(receipts[2]!) })
    }, 180_000)
  },
)
