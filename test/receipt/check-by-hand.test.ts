/** Runs the very commands of docs/check-by-hand.md, on receipts that hold and on tampered ones. */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalize } from '../../src/receipt/canonical.js'
import type { JsonObject } from './arbitraries.js'
import { awkwardChain } from './chain.js'
import { RFC8032_TEST1, testKey } from './keys.js'
import { blocks, page } from './page.js'
import { type Ran, requireTools, runScript } from './shell.js'

const text = page('check-by-hand.md')
const check = blocks(text, 'sh').join('\n')
const toPem = blocks(text, 'sh key').join('\n')
const look = blocks(text, 'sh look').join('\n')

const issuer = testKey(RFC8032_TEST1)
const stranger = testKey('5'.repeat(64))
const chain = 'acme/eu-1'
const lines = awkwardChain(chain, issuer)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quittance-by-hand-'))
  writeFileSync(join(folder, 'issuer.pem'), issuer.pem)
  writeFileSync(join(folder, 'stranger.pem'), stranger.pem)
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

interface Asked {
  readonly line: number
  readonly shell?: string
  readonly key?: string
  readonly chain?: string
  readonly end?: string
}

async function checked(content: readonly string[], asked: Asked): Promise<Ran> {
  writeFileSync(join(folder, 'receipts.jsonl'), content.map((line) => line + (asked.end ?? '\n')).join(''))
  const env = {
    file: 'receipts.jsonl',
    line: String(asked.line),
    key: asked.key ?? 'issuer.pem',
    chain: asked.chain ?? chain,
  }
  return runScript(asked.shell ?? 'sh', check, folder, env)
}

/** The steps that a run refused. */
const refused = ({ output }: Ran): string[] =>
  [...output.matchAll(/^(\w+): DOES NOT HOLD$/gm)].map(([, step]) => step as string)

const withLine = (line: number, change: (line: string) => string): string[] => {
  const changed = change(lines[line - 1] as string)
  expect(changed).not.toBe(lines[line - 1])
  return lines.with(line - 1, changed)
}

/** The line with a member changed, written canonically, its hash recomputed but signed by nobody. */
function forged(line: string): string {
  const { receiptHash: _hash, signature, details, ...covered } = JSON.parse(line) as JsonObject
  const changed = { ...covered, action: 'reject' }
  const receiptHash = `sha256:${createHash('sha256').update(canonicalize(changed)).digest('hex')}`
  return canonicalize({ ...changed, ...(details === undefined ? {} : { details }), receiptHash, signature })
}

describe('the commands for one receipt', { timeout: 60_000 }, () => {
  beforeAll(() => requireTools('sh', 'bash', 'sed', 'sha256sum', 'openssl'))

  it.each(['sh', 'bash'].flatMap((shell) => lines.map((_, index) => ({ shell, line: index + 1 }))))(
    'line $line holds, in $shell',
    async ({ shell, line }) => {
      const ran = await checked(lines, { line, shell })
      expect(refused(ran)).toEqual([])
      for (const step of ['hash', 'signature', 'link']) expect(ran.output).toContain(`${step}: holds\n`)
      expect(ran.output).toContain(line === 2 || line === 4 ? 'details: holds\n' : 'details: there are none')
      expect(ran.output).toContain('this receipt holds\n')
      expect(ran.status).toBe(0)
    },
  )

  it('a receipt whose details were erased holds', async () => {
    const { details: _erased, ...rest } = JSON.parse(lines[1] as string) as JsonObject
    const ran = await checked(lines.with(1, canonicalize(rest)), { line: 2 })
    expect(ran).toEqual({ status: 0, output: expect.stringContaining('details: there are none, or they were erased') })
  })

  it.each<[string, string[], Asked, string[]]>([
    [
      'a member changed',
      withLine(2, (line) => line.replace('"action":"allow"', '"action":"reject"')),
      { line: 2 },
      ['hash', 'signature'],
    ],
    ['a member changed and the hash made to fit', withLine(2, forged), { line: 2 }, ['signature']],
    [
      'a hash changed',
      withLine(3, (line) =>
        line.replace(/("receiptHash":"sha256:)(.)/, (_, name, digit) => name + (digit === '0' ? '1' : '0')),
      ),
      { line: 3 },
      ['hash'],
    ],
    [
      'a signature changed',
      withLine(3, (line) =>
        line.replace(/("signature":"ed25519:)(.)/, (_, name, digit) => name + (digit === '0' ? '1' : '0')),
      ),
      { line: 3 },
      ['signature'],
    ],
    [
      'a signature taken out',
      withLine(3, (line) => line.replace(/,"signature":"[^"]*"/, '')),
      { line: 3 },
      ['signature'],
    ],
    ['details changed', withLine(4, (line) => line.replace('seen', 'read')), { line: 4 }, ['details']],
    ['a salt changed', withLine(4, (line) => line.replace('"salt":"88', '"salt":"98')), { line: 4 }, ['details']],
    [
      'details put in where there were none',
      withLine(3, (line) => line.replace(',"eventType"', ',"details":{"salt":""},"detailsHash":"","eventType"')),
      { line: 3 },
      ['details', 'hash', 'signature'],
    ],
    [
      'members hidden behind the details',
      withLine(4, (line) => line.replace('},"detailsHash":', '},"action":"reject","xA":{},"detailsHash":')),
      { line: 4 },
      ['details'],
    ],
    [
      'a second action',
      withLine(2, (line) => line.replace(',"timestamp"', ',"action":"reject","timestamp"')),
      { line: 2 },
      ['hash', 'signature'],
    ],
    [
      'a second hash and id',
      withLine(3, (line) => line.replace(/,"receiptHash":"[^"]*","receiptId":"[^"]*"/, '$&$&')),
      { line: 3 },
      ['hash', 'signature'],
    ],
    [
      'a second signature',
      withLine(3, (line) => line.replace(/,"signature":"[^"]*"/, '$&$&')),
      { line: 3 },
      ['hash', 'signature'],
    ],
    [
      'a link to elsewhere',
      withLine(3, (line) =>
        line.replace(/("prevReceiptHash":"sha256:)(.)/, (_, name, digit) => name + (digit === '0' ? '1' : '0')),
      ),
      { line: 3 },
      ['hash', 'signature', 'link'],
    ],
    ['the line before taken out', lines.toSpliced(1, 1), { line: 2 }, ['link']],
    ['the line before exchanged', lines.with(1, lines[3] as string), { line: 3 }, ['link']],
    ['the first line taken out', lines.slice(1), { line: 1 }, ['link']],
    ['another chain than was asked for', lines, { line: 1, chain: 'acme' }, ['link']],
    ["another's key", lines, { line: 2, key: 'stranger.pem' }, ['signature']],
    ['a key that is not there', lines, { line: 2, key: 'none.pem' }, ['signature']],
    [
      'white space',
      withLine(2, (line) => line.replace(',"agent', ', "agent').replace('{"action"', '{ "action"')),
      { line: 2 },
      ['hash', 'signature'],
    ],
    ['another end of line', lines, { line: 2, end: '\r\n' }, ['hash', 'signature']],
  ])('refuse %s', async (_, content, asked, steps) => {
    for (const shell of ['sh', 'bash']) {
      const ran = await checked(content, { ...asked, shell })
      expect(refused(ran)).toEqual(steps)
      expect(ran.output).toContain('this receipt DOES NOT HOLD\n')
      expect(ran.status).toBe(1)
    }
  })

  it('a re-signed forgery is refused under the key that one trusts', async () => {
    const theirs = awkwardChain(chain, stranger)
    expect(refused(await checked(theirs, { line: 2 }))).toEqual(['signature'])
    expect((await checked(theirs, { line: 2, key: 'stranger.pem' })).status).toBe(0)
  })

  it('a line that is not there is said to be missing', async () => {
    for (const line of [6, 99]) {
      expect(await checked(lines, { line })).toEqual({ status: 1, output: `receipts.jsonl has no line ${line}\n` })
    }
  })
})

describe('the commands for a did:key', { timeout: 60_000 }, () => {
  beforeAll(() => requireTools('sh', 'bash', 'sed', 'openssl'))

  it.each(['sh', 'bash'])('give the PEM of the key, in %s', async (shell) => {
    for (const seed of [RFC8032_TEST1, ...['0', '1', 'a', 'f'].map((digit) => digit.repeat(64))]) {
      const { keyId, pem } = testKey(seed)
      expect(await runScript(shell, toPem, folder, { did: keyId })).toEqual({ status: 0, output: '' })
      expect(readFileSync(join(folder, 'issuer.pem'), 'utf8')).toBe(pem)
    }
    writeFileSync(join(folder, 'issuer.pem'), issuer.pem)
  })

  it('show the key of RFC 8032, test 1', () => {
    expect(issuer.publicKey).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(toPem).toContain(issuer.keyId)
  })

  it.each([
    ['a digit that base58 has not', issuer.keyId.replace('t', '0')],
    ['a digit too few', issuer.keyId.slice(0, -1)],
    ['a digit too many', `${issuer.keyId}1`],
    ['a key of another kind', `did:key:z${'1'.repeat(47)}`],
  ])('refuse %s', async (_, did) => {
    for (const shell of ['sh', 'bash']) expect((await runScript(shell, toPem, folder, { did })).status).toBe(1)
  })
})

describe('the command to look at a receipt', () => {
  beforeAll(() => requireTools('sh', 'sed', 'jq'))

  it('prints the receipt', async () => {
    writeFileSync(join(folder, 'receipts.jsonl'), lines.map((line) => `${line}\n`).join(''))
    const { status, output } = await runScript('sh', look, folder, { line: '2', file: 'receipts.jsonl' })
    expect(status).toBe(0)
    expect(JSON.parse(output)).toEqual(JSON.parse(lines[1] as string))
    expect(output).toContain('\n  "action": "allow",\n')
  })
})
