/** quittance checkpoint: what was refused is never said to be complete, and which key is missing is said. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { StampService } from '../../scripts/services/time-stamps.js'
import { localKey } from '../../src/keys/local.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { parseNote } from '../../src/tlog/note.js'
import { type NoteKey, noteKey, parseVkey, vkeyOf } from '../../src/tlog/vkey.js'
import { verifyTimestamp } from '../../src/transparency/timestamp/index.js'
import { memoryWitnessState } from '../../src/transparency/witness/memory-state.js'
import { serveWitness } from '../../src/transparency/witness/server.js'
import { createWitness } from '../../src/transparency/witness/witness.js'
import { extensions, startAuthority } from '../transparency/timestamp-fixture.js'
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
/** Appends a receipt to the chain that `filled` made. */
async function grown(store: string): Promise<void> {
  const files = fileStore(join(dir, store))
  const first = testReceipts({ chainId: 'acme', count: 3 })
  const { seq, receiptHash } = first[2] as (typeof first)[number]
  await files.append('acme', testReceipts({ chainId: 'acme', count: 1, after: first[2] }), { seq, receiptHash })
  await files.close()
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
  await grown(store)
  expect((await checkpoint(store, '--key', 'newer.key.pem')).code).toBe(1)
  const former = ['--former-key', await line('public-key', 'log.key.pem')]
  const { code, stdout, stderr } = await checkpoint(store, '--key', 'newer.key.pem', ...former)
  expect([stderr, code, JSON.parse(stdout).complete]).toEqual(['', 0, true])
  expect((await checkpoint(store, '--key', 'newer.key.pem', '--former-key', 'nonsense')).code).toBe(2)
})

test('--former-origin begins anew under another name, and only where the former one is named', async () => {
  const store = await filled('renamed')
  const key = ['--key', 'log.key.pem']
  expect((await checkpoint(store, ...key)).code).toBe(0)
  // of two --origin the second would be wrong usage
  const renamed = (...more: string[]) =>
    cli(
      ...['checkpoint', store, '--origin', 'log.example/other', ...key, '--receipt-key', 'receipts.key.pem', ...trust],
      ...more,
    )
  const unnamed = await renamed()
  expect([unnamed.code, unnamed.stderr]).toEqual([1, expect.stringContaining('--former-origin NAME')])
  expect(unnamed.stderr).toMatch(
    /^quittance: [\w-]+: .*\(it is of log\.example\/acme(\/[0-9a-f]{16})?, and --origin is log\.example\/other\) \[TLOG_REFUSED\]$/m,
  )
  const { code, stdout, stderr } = await renamed('--former-origin', origin)
  expect([stderr, code]).toEqual(['', 0])
  expect(stdout).toMatch(/^1 of 1 chains have their checkpoint; the log has \d+:\n\nlog\.example\/other\n/)
  for (const wrong of ['log.example/other', 'no-slash'])
    expect(await renamed('--former-origin', wrong)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--former-origin'),
    })
})

test('--former-key and --former-origin are named where they are missing', async () => {
  const store = await filled('advised')
  expect((await checkpoint(store, '--key', 'log.key.pem')).code).toBe(0)
  await grown(store)
  const { code, stderr } = await checkpoint(store, '--key', 'newer.key.pem')
  expect([code, JSON.parse(stderr.trimEnd().split('\n').at(-1) as string).error]).toMatchObject([
    1,
    {
      code: 'TLOG_REFUSED',
      message: expect.stringContaining(`(--key is ${await line('public-key', 'newer.key.pem')})`),
      advice: [expect.stringContaining('--former-key DID')],
    },
  ])
  // the same in warnings, which have no advice
  expect(stderr).toMatch(/^warning: .*acme: .* name it with --former-key if it was this log’s \[TLOG_REFUSED\]$/m)
  expect(stderr).not.toContain('formerKeys')
  const renamed = ['--origin', 'log.example/renamed', '--key', 'log.key.pem', '--receipt-key', 'receipts.key.pem']
  const other = await cli('checkpoint', store, ...renamed, ...trust)
  expect(other.code).toBe(1)
  expect(other.stderr).toMatch(/^warning: .*name the former origin of the log with --former-origin \[TLOG_REFUSED\]$/m)
  expect(other.stderr).not.toContain('formerOrigins')
})

test('the log itself is no chain to be named', async () => {
  const { code, stderr } = await checkpoint(
    await filled('itself'),
    ...['--key', 'log.key.pem', '--chain', 'transparency-log'],
  )
  expect([code, JSON.parse(stderr).error]).toMatchObject([
    2,
    { code: 'USAGE', message: expect.stringContaining('is the log itself') },
  ])
})

test('a witness without a URL: who was not asked is said', async () => {
  const vkey = await line('public-key', 'log.key.pem', '--format', 'vkey', '--name', origin)
  const witness = vkeyOf(noteKey('witness.example/w1', 'ed25519-cosignature', new Uint8Array(32).fill(1)))
  await writeFile(join(dir, 'silent.txt'), `log ${vkey}\nwitness w1 ${witness}\nquorum w1\n`)
  const { code, stdout, stderr } = await checkpoint(
    await filled('silent'),
    '--key',
    'log.key.pem',
    '--policy',
    'silent.txt',
  )
  expect([code, JSON.parse(stdout).complete]).toEqual([1, false])
  expect(stderr).toContain(
    'warning: w1 has no URL in silent.txt, and was not asked: write "witness NAME VKEY https://…"\n',
  )
})

describe('--timestamp', () => {
  let stamps: StampService
  beforeAll(async () => {
    stamps = await startAuthority()
    await writeFile(join(dir, 'root.pem'), stamps.pem('root'))
  })
  afterAll(() => stamps.stop())

  test('the stamp of a real authority is in the answer and beside the head, and holds', async () => {
    const asked = ['--key', 'log.key.pem', '--to', 'stamped', '--timestamp', stamps.url('tsa'), '--tsa', 'root.pem']
    const { code, stdout, stderr } = await checkpoint(await filled('to-be-stamped'), ...asked)
    expect([stderr, code]).toEqual(['', 0])
    const { head, complete } = JSON.parse(stdout)
    expect([complete, head.timestamps.length]).toEqual([true, 1])
    const token = Buffer.from(head.timestamps[0], 'base64')
    const judged = await verifyTimestamp(token, parseNote(head.note).text, { authorities: [stamps.pem('root')] })
    expect(judged.verdict).toBe('VALID')
    const files = (await readdir(join(dir, 'stamped'), { recursive: true })).filter((name) => name.endsWith('.tst'))
    expect(files).toHaveLength(1)
    expect(await readFile(join(dir, 'stamped', files[0] as string))).toEqual(token)
  })

  test('1 where the authority is away, or its stamp does not lead to --tsa; the head is there all the same', async () => {
    stamps.issue({ name: 'stranger', extensions: extensions.root })
    await writeFile(join(dir, 'stranger.pem'), stamps.pem('stranger'))
    for (const [store, url, tsa, said] of [
      ['away', 'http://127.0.0.1:9/', 'root.pem', 'TLOG_UNAVAILABLE'],
      ['untrusted', stamps.url('tsa'), 'stranger.pem', 'TLOG_REFUSED'],
    ] as const) {
      const asked = ['--key', 'log.key.pem', '--timestamp', url, '--tsa', tsa]
      const { code, stdout, stderr } = await checkpoint(await filled(store), ...asked)
      expect([code, stderr]).toEqual([1, expect.stringContaining(said)])
      const lines = stderr.split('\n')
      expect(lines).toEqual([...new Set(lines)])
      expect(JSON.parse(stdout)).toMatchObject({ complete: false, head: { size: 2, timestamps: [] } })
    }
  })

  test('2 for what makes no sense', async () => {
    const store = await filled('senseless')
    for (const wrong of [
      ['--tsa', 'root.pem'],
      ['--timestamp', 'ftp://tsa.example/'],
      ['--timestamp', stamps.url('tsa'), '--tsa', 'absent.pem'],
    ])
      expect((await checkpoint(store, '--key', 'log.key.pem', ...wrong)).code, wrong.join(' ')).toBe(2)
  })
})
