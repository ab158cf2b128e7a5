/** quittance checkpoint: what was refused is never said to be complete, and which key is missing is said. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { type NoteKey, parseVkey, vkeyOf } from '../../src/tlog/vkey.js'
import { memoryWitnessState } from '../../src/transparency/witness/memory-state.js'
import { serveWitness } from '../../src/transparency/witness/server.js'
import { createWitness } from '../../src/transparency/witness/witness.js'
import { runCli } from './run-cli.js'

const origin = 'log.example/acme'
let dir: string
let trust: string[]
const cli = (...args: string[]) => runCli(args, { cwd: dir })
const line = async (...args: string[]) => (await cli(...args)).stdout.trimEnd()

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-checkpoint-'))
  for (const name of ['receipts', 'log', 'newer']) await cli('keygen', `${name}.key.pem`)
  trust = ['--trust', testReceiptKeyId(), '--trust', await line('public-key', 'receipts.key.pem')]
})
afterAll(() => rm(dir, { recursive: true }))

async function filled(name: string): Promise<string> {
  const store = fileStore(join(dir, name))
  await store.append('acme', testReceipts({ chainId: 'acme', count: 3 }), undefined)
  await store.close()
  return name
}
const checkpoint = (store: string, ...more: string[]) =>
  cli('checkpoint', store, '--origin', origin, '--receipt-key', 'receipts.key.pem', ...trust, '--json', ...more)

async function served(seed: number, logs: readonly NoteKey[]) {
  const name = `witness.example/${seed}`
  const keys = localKey({ seed: new Uint8Array(32).fill(seed) })
  const core = createWitness({ keys, name, logs, state: memoryWitnessState() })
  const server = await serveWitness({ witness: core })
  onTestFinished(() => server.close())
  return `witness w${seed} ${vkeyOf(await core.key())} ${server.url}\n`
}

test('1 where a witness refuses, though the others are enough', async () => {
  const vkey = await line('public-key', 'log.key.pem', '--format', 'vkey', '--name', origin)
  const known = await served(1, [parseVkey(vkey)])
  const refusing = await served(2, [])
  const store = await filled('witnessed')
  await writeFile(join(dir, 'one.txt'), `log ${vkey}\n${known}quorum w1\n`)
  const whole = await checkpoint(store, '--key', 'log.key.pem', '--policy', 'one.txt')
  expect([whole.stderr, whole.code, JSON.parse(whole.stdout).complete]).toEqual(['', 0, true])
  const again = await filled('witnessed-by-two')
  await writeFile(
    join(dir, 'fresh.txt'),
    `log ${vkey}\n${await served(3, [parseVkey(vkey)])}${refusing}group g any w3 w2\nquorum g\n`,
  )
  const { code, stdout, stderr } = await checkpoint(again, '--key', 'log.key.pem', '--policy', 'fresh.txt')
  expect(stderr).toContain('[TLOG_REFUSED]')
  expect([code, JSON.parse(stdout).complete]).toEqual([1, false])
})

test('1 where a directory has a head that the log does not lead to', async () => {
  const args = ['--key', 'log.key.pem', '--to', 'audit']
  expect((await checkpoint(await filled('first'), ...args)).code).toBe(0)
  const other = await checkpoint(await filled('second'), ...args)
  expect(other.code).toBe(1)
  expect(other.stderr).toContain('TLOG_REFUSED')
  expect(other.stdout).not.toContain('"complete":true')
})

test('names the key that is missing', async () => {
  const { code, stderr } = await cli(
    'checkpoint',
    await filled('keys'),
    '--origin',
    origin,
    '--key',
    'log.key.pem',
    ...trust,
  )
  expect([code, stderr]).toEqual([2, expect.stringContaining('--receipt-key')])
  expect(stderr).not.toContain('no signing key was given')
})

test('--former-key goes on from the checkpoints of the key before', async () => {
  const store = await filled('former')
  expect((await checkpoint(store, '--key', 'log.key.pem')).code).toBe(0)
  const files = fileStore(join(dir, store))
  const first = testReceipts({ chainId: 'acme', count: 3 })
  const { seq, receiptHash } = first[2] as (typeof first)[number]
  await files.append('acme', testReceipts({ chainId: 'acme', count: 1, after: first[2] }), { seq, receiptHash })
  await files.close()
  expect((await checkpoint(store, '--key', 'newer.key.pem')).code).toBe(1)
  const former = ['--former-key', await line('public-key', 'log.key.pem')]
  const { code, stdout, stderr } = await checkpoint(store, '--key', 'newer.key.pem', ...former)
  expect([stderr, code, JSON.parse(stdout).complete]).toEqual(['', 0, true])
  expect((await checkpoint(store, '--key', 'newer.key.pem', '--former-key', 'nonsense')).code).toBe(2)
})
