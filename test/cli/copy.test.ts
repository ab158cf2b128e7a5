/** quittance copy: chains from store to store, verified on the way. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { storeFromUrl } from '../../src/url.js'
import { keyNamed } from '../ledger/support.js'
import { type CliOptions, runCli } from './run-cli.js'

let redis: RedisService
let dir: string
let target: string
let runs = 0
beforeAll(async () => {
  redis = await startRedis({ password: 'pass-word' })
})
afterAll(() => redis.stop())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-copy-'))
  runs += 1
  target = `${redis.url}?prefix=copy-${runs}`
})
afterEach(() => rm(dir, { recursive: true }))

const trusted = ['--trust', testReceiptKeyId()]
const cli = (args: readonly string[], options: Partial<CliOptions> = {}) =>
  runCli(['copy', ...args], { cwd: dir, ...options })

const acme = testReceipts({ chainId: 'acme', count: 20, rationale: (seq) => `why ${seq}` })
const other = testReceipts({ chainId: 'other', count: 3 })

async function using<T>(store: ReceiptStore, work: (store: ReceiptStore) => Promise<T>): Promise<T> {
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const fill = (...chains: readonly (typeof acme)[]) =>
  using(fileStore(join(dir, 'receipts')), async (store) => {
    for (const receipts of chains) await store.append(receipts[0]?.chainId as string, receipts, undefined)
  })

async function linesIn(url: string, chainId: string): Promise<string[]> {
  return using(storeFromUrl(url), async (store) => {
    const lines: string[] = []
    for await (const line of store.lines?.(chainId) ?? []) lines.push(line)
    return lines
  })
}

/** Changes the action of one receipt in the file store. */
async function tamper(chainId: string, seq: number): Promise<void> {
  const [folder = ''] = (await readdir(join(dir, 'receipts'))).filter((name) => name.startsWith(`${chainId}-`))
  const [name = ''] = (await readdir(join(dir, 'receipts', folder))).filter((one) => one.endsWith('.jsonl'))
  const file = join(dir, 'receipts', folder, name)
  const lines = (await readFile(file, 'utf8')).split('\n')
  lines[seq] = (lines[seq] as string).replace('"action":"allow"', '"action":"reject"')
  await writeFile(file, lines.join('\n'))
}

test('copies every chain to Redis and back, and then nothing more', async () => {
  await fill(acme, other)
  const there = await cli(['receipts', target, ...trusted])
  expect(there).toEqual({
    code: 0,
    stderr: '',
    stdout:
      'VALID  acme  20 copied, 0 there already, seq 0 to 19\nVALID  other  3 copied, 0 there already, seq 0 to 2\n',
  })
  const back = await cli([target, 'file:./back', ...trusted, '--json'])
  expect(back.code).toBe(0)
  expect(JSON.parse(back.stdout)).toMatchObject({
    verdict: 'VALID',
    chains: [
      {
        chainId: 'acme',
        copied: 20,
        already: 0,
        first: 0,
        head: { seq: 19, receiptHash: acme[19]?.receiptHash },
        verdict: 'VALID',
        root: acme[0]?.receiptHash,
        counts: {},
      },
      { chainId: 'other', copied: 3 },
    ],
  })
  expect(await linesIn(`file:${join(dir, 'back')}`, 'acme')).toEqual(acme.map(lineOf))
  const again = await cli(['receipts', target, ...trusted])
  expect(again.stdout).toContain('acme  0 copied, 20 there already')
  expect((await cli(['receipts', target, ...trusted, '--quiet'])).stdout).toBe('')
})

test('copies the chains that are named; one that is not there is INCOMPLETE', async () => {
  await fill(acme, other)
  expect((await cli(['receipts', target, ...trusted, '--chain', 'other'])).code).toBe(0)
  const { code, stdout } = await cli(['receipts', target, ...trusted, '--chain', 'other', '--chain', 'absent'])
  expect(code).toBe(3)
  expect(stdout).toContain('INCOMPLETE  absent  0 copied, 0 there already, no receipt  (EMPTY 1)')
  expect(await linesIn(target, 'acme')).toEqual([])
  expect((await cli([target, 'x', '--chain', '../x', ...trusted])).code).toBe(2)
})

test('a chain that is INVALID is refused and the others are copied', async () => {
  await fill(acme, other)
  await tamper('acme', 12)
  const { code, stdout, stderr } = await cli(['receipts', target, ...trusted, '--batch', '5'])
  expect(code).toBe(1)
  expect(stdout).toBe('VALID  other  3 copied, 0 there already, seq 0 to 2\n')
  expect(stderr).toContain('[COPY_INVALID]')
  expect(stderr).toContain('HASH_MISMATCH at seq 12')
  expect(await linesIn(target, 'acme')).toEqual(acme.slice(0, 10).map(lineOf))
  const json = await cli(['receipts', target, ...trusted, '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({
    verdict: 'INVALID',
    chains: [
      { chainId: 'acme', error: { code: 'COPY_INVALID' } },
      { chainId: 'other', already: 3 },
    ],
  })
})

test('another chain of that name is refused', async () => {
  await fill(acme)
  await using(storeFromUrl(target), (store) =>
    store.append('acme', testReceipts({ chainId: 'acme', count: 2, label: 'rival' }), undefined),
  )
  const { code, stderr } = await cli(['receipts', target, ...trusted])
  expect([code, stderr.includes('[STORE_CONFLICT]')]).toEqual([1, true])
})

test('a key that nobody vouches for is INCOMPLETE; --unverified asks for no key', async () => {
  await fill(other)
  const stranger = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
  const { code, stdout } = await cli(['receipts', target, '--trust', stranger])
  expect([code, stdout.includes('KEY_UNKNOWN 3')]).toEqual([3, true])
  const unverified = await cli(['receipts', 'elsewhere', '--unverified'])
  expect(unverified).toEqual({
    code: 0,
    stderr: '',
    stdout: 'not verified  other  3 copied, 0 there already, seq 0 to 2\n',
  })
  expect(JSON.parse((await cli(['receipts', 'third', '--unverified', '--json'])).stdout)).toEqual({
    chains: [{ chainId: 'other', copied: 3, already: 0, first: 0, head: expect.anything() }],
  })
})

test('a pruned chain keeps its beginning', async () => {
  await fill(acme)
  await using(fileStore(join(dir, 'receipts')), async (store) => {
    const { seq, receiptHash } = acme[6] as (typeof acme)[0]
    await store.prune?.('acme', 7, { seq, receiptHash })
  })
  const { code, stdout } = await cli(['receipts', target, ...trusted])
  expect([code, stdout]).toEqual([3, 'INCOMPLETE  acme  13 copied, 0 there already, seq 7 to 19  (STARTS_LATE 1)\n'])
  expect(await linesIn(target, 'acme')).toEqual(acme.slice(7).map(lineOf))
})

test('shows on a terminal how far it is, by receipts', async () => {
  await fill(acme)
  let time = 0
  const now = () => {
    time += 200
    return time
  }
  const { stderr } = await cli(['receipts', target, ...trusted, '--batch', '4'], { tty: { stderr: true }, now })
  expect(stderr).toMatch(/\[=+ +\] +\d+ % {2}\d+ receipts/)
  expect(stderr.endsWith('\r\u001b[K')).toBe(true)
})

describe('wrong usage', () => {
  test('is exit 2 and shows no password', async () => {
    await fill(other)
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['receipts', target], 'USAGE'],
      [['absent', target, ...trusted], 'STORE_URL'],
      [['receipts', 'memory:', ...trusted], 'USAGE'],
      [['memory:', 'receipts', ...trusted], 'USAGE'],
      [['receipts', `${redis.url}?prefixx=a`, ...trusted], 'STORE_URL'],
      [['receipts', target, ...trusted, '--unverified'], 'USAGE'],
      [['receipts', target, ...trusted, '--batch', '1001'], 'USAGE'],
      [['receipts', redis.url.replace('pass-word', 'wrong-pass'), ...trusted], 'STORE_PERMISSION'],
    ]
    for (const [args, expected] of cases) {
      const { code, stdout, stderr } = await cli([...args, '--json'])
      expect([code, stdout, JSON.parse(stderr).error.code]).toEqual([2, '', expected])
      expect(stderr).not.toMatch(/pass-word|wrong-pass/)
    }
    expect(await readdir(dir)).toEqual(['receipts'])
  })
})

test('says which text the target keeps though the source has lost it on the word of nobody trusted', async () => {
  await fill(acme)
  expect((await cli(['receipts', 'file:./to', ...trusted])).code).toBe(0)
  const erased = acme[4] as (typeof acme)[number]
  await using(fileStore(join(dir, 'receipts')), async (store) => {
    const keyring = new Keyring([testReceiptKeyId(), (await keyNamed('thief').signer()).keyId])
    const thief = createLedger({ store, keys: keyNamed('thief'), keyring, redactor: false })
    await thief.eraseDetails('acme', erased.receiptId, { reason: 'request' })
  })
  const told = await cli(['receipts', 'file:./to', ...trusted])
  expect(told.code).toBe(3)
  expect(told.stdout).toContain('seq 0 to 20, erased by nobody trusted and kept: seq 4  (')
  const json = JSON.parse((await cli(['receipts', 'file:./to', ...trusted, '--json'])).stdout)
  expect(json.chains[0].kept).toEqual([{ seq: 4, receiptId: erased.receiptId }])
  expect((await using(fileStore(join(dir, 'to')), (store) => store.get('acme', erased.receiptId)))?.details).toEqual(
    erased.details,
  )
})
