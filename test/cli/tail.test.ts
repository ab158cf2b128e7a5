/** quittance tail: the newest receipts, and those that come, beside writers that go on. */
import { appendFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { refOf } from '../../src/store/plan.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { storeFromUrl } from '../../src/url.js'
import { startWriter } from '../store/child.js'
import { runCli, type Transcript } from './run-cli.js'
import { startCli } from './start-cli.js'

let redis: RedisService
let dir: string
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-tail-'))
})
afterEach(() => rm(dir, { recursive: true }))

const trusted = ['--trust', testReceiptKeyId()]
const stranger = ['--trust', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw']
const cli = (...args: readonly string[]) => runCli(['tail', ...args], { cwd: dir })

const acme = testReceipts({
  chainId: 'acme',
  count: 600,
  body: (seq) => (seq % 100 === 3 ? { action: 'reject', modelId: 'model-7' } : {}),
})
const other = testReceipts({ chainId: 'other', count: 5 })

async function using<T>(store: ReceiptStore, work: (store: ReceiptStore) => Promise<T>): Promise<T> {
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const place = () => join(dir, 'receipts')
async function fill(receipts: readonly DecisionReceipt[], url = `file:${place()}`): Promise<void> {
  const { chainId, seq, prevReceiptHash } = receipts[0] as DecisionReceipt
  const before = seq === 0 ? undefined : { seq: seq - 1, receiptHash: prevReceiptHash }
  await using(storeFromUrl(url), (store) => store.append(chainId, receipts, before))
}

/** The seqs that were printed, by --json or in words. */
const seqsIn = (stdout: string, chainId?: string): number[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).receipt)
    .filter((receipt) => chainId === undefined || receipt.chainId === chainId)
    .map(({ seq }) => seq)

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('the end of a chain', () => {
  test('is ten receipts, or as many as are asked for', async () => {
    await fill(acme)
    const { code, stdout, stderr } = await cli('receipts')
    expect([code, stderr]).toEqual([0, 'nothing is verified: no keyring was given\n'])
    expect(stdout.split('\n')).toHaveLength(11)
    expect(stdout).toMatch(/^2026-01-01T00:09:59.000Z {5}599 {2}decision {9}allow {7}trace [0-9a-f]{32}$/m)
    expect(seqsIn((await cli('receipts', '--json', '-n', '3')).stdout)).toEqual([597, 598, 599])
    expect(seqsIn((await cli('receipts', '--json', '-n', '1000')).stdout)).toEqual(range(0, 599))
    expect((await cli('receipts', '--json', '-n', '0')).stdout).toBe('')
  })

  test('of those that match, however far back they are', async () => {
    await fill(acme)
    for (const trust of [[], trusted]) {
      expect(seqsIn((await cli('receipts', '--json', '--action', 'reject', '-n', '4', ...trust)).stdout)).toEqual([
        203, 303, 403, 503,
      ])
      expect(seqsIn((await cli('receipts', '--json', '--model', 'model-7', ...trust)).stdout)).toEqual([
        3, 103, 203, 303, 403, 503,
      ])
      const from = (acme[303] as DecisionReceipt).timestamp
      expect(seqsIn((await cli('receipts', '--json', '--action', 'reject', '--from', from, ...trust)).stdout)).toEqual([
        303, 403, 503,
      ])
    }
  })

  test('is judged, and a bad one is marked and is exit 1', async () => {
    const bad = acme.slice(0, 20).map((one) => (one.seq === 17 ? { ...one, action: 'reject' as const } : one))
    await fill(bad)
    const { code, stdout, stderr } = await cli('receipts', '-n', '4', ...trusted)
    expect([code, stderr]).toEqual([1, ''])
    expect(stdout.split('\n').map((line) => line.slice(0, 9))).toEqual([
      'VALID    ',
      'INVALID  ',
      'VALID    ',
      'VALID    ',
      '',
    ])
    expect(stdout).toContain('HASH_MISMATCH')
    expect((await cli('receipts', '-n', '2', ...trusted)).code).toBe(0)
    expect((await cli('receipts', '-n', '2', ...stranger)).code).toBe(3)
    const [line = ''] = (await cli('receipts', '-n', '3', '--json', ...trusted)).stdout.split('\n')
    expect(JSON.parse(line)).toEqual({ verdict: 'INVALID', problems: ['HASH_MISMATCH'], receipt: bad[17] })
  })

  test('of all chains together, in the order of their times', async () => {
    await fill(acme.slice(0, 20))
    await fill(other)
    const { stdout } = await cli('receipts', '--all', '-n', '17', '--json', ...trusted)
    expect(seqsIn(stdout, 'acme')).toEqual(range(4, 19))
    expect(seqsIn(stdout, 'other')).toEqual([4])
    expect((await cli('receipts', '--all', '-n', '1')).stdout).toContain('Z  acme      19  decision')
    expect(await cli('receipts')).toMatchObject({ code: 2, stderr: expect.stringContaining('--all takes them all') })
  })

  test('of a Redis store', async () => {
    const url = `${redis.url}?prefix=tail-end`
    await fill(acme, url)
    expect(seqsIn((await cli(url, '--json', '--action', 'reject', '-n', '2', ...trusted)).stdout)).toEqual([403, 503])
  })

  test('writes nothing that a terminal would obey', async () => {
    const evil = '\u001b[2J\u202e\u009b31m'
    const receipts = testReceipts({ chainId: 'acme', count: 2, body: () => ({ tags: [evil], modelId: 'plain' }) }).map(
      (one) => ({
        ...one,
        modelId: evil,
        tool: { name: evil },
        checks: [{ name: evil, fired: true }],
      }),
    )
    await fill(receipts)
    for (const more of [[], ['--json'], trusted]) {
      const { stdout, stderr } = await cli('receipts', ...more)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      expect(stdout).toContain(more.includes('--json') ? '\\u001b[2J' : '\\u{1b}[2J')
    }
  })

  test('what makes no sense is exit 2', async () => {
    await fill(acme.slice(0, 3))
    for (const args of [
      ['absent'],
      ['memory:'],
      ['receipts', '-n', 'x'],
      ['receipts', '-n', '10001'],
      ['receipts', '--chain', 'absent'],
      ['receipts', '--all', '--chain', 'acme'],
      ['receipts', '--interval', '100'],
      ['receipts', '-f', '--interval', '1'],
      ['receipts', '--from', '2026-02-01', '--to', '2026-01-01'],
    ])
      expect(await cli(...args)).toMatchObject({ code: 2, stdout: '' })
    await mkdir(join(dir, 'empty'))
    expect(await cli('empty')).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no chain yet') })
    expect(await cli('empty', '--all')).toMatchObject({ code: 0, stdout: '' })
  })
})

/** A tail that is followed in this process; the writers are others. */
function following(args: readonly string[]) {
  const stop = new AbortController()
  const written = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  const run: Promise<Transcript> = runCli(['tail', ...args], {
    cwd: dir,
    interrupted: stop.signal,
    onOutput(name, text) {
      written[name] += text
      for (const one of waiting) one()
    },
  })
  const until = async (seen: () => boolean) => {
    const deadline = Date.now() + 20_000
    while (!seen()) {
      if (Date.now() > deadline) throw new Error(`not seen: ${written.stdout}${written.stderr}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000)
        const go = () => {
          clearTimeout(timer)
          waiting.delete(go)
          resolve()
        }
        waiting.add(go)
      })
    }
  }
  return {
    written,
    until,
    count: (count: number) => until(() => written.stdout.split('\n').length > count),
    end() {
      stop.abort()
      return run
    },
  }
}

// what is heard of needs no interval: a long one shows that it was heard
const heard = ['--interval', '600000']
const often = ['--interval', '30']

describe('following', { timeout: 60_000 }, () => {
  test('shows what another process appends, prunes and erases, each receipt once', async () => {
    const writer = startWriter('on-command', place())
    expect(await writer.next()).toBe('ready')
    for (let count = 0; count < 3; count += 1) await writer.ask('append')
    const tail = following(['receipts', '-f', '--json', '-n', '2', ...trusted, ...often])
    await tail.count(2)
    const orders = ['append', 'append', 'prune', 'append', 'erase', 'append', 'prune', 'erase', 'append', 'append']
    let shown = 2
    for (const order of orders) {
      // what is pruned before it was seen is said to be, and not shown
      if (order === 'prune') await tail.count(shown)
      expect(await writer.ask(order)).toMatch(/^(appended|pruned|erased) /)
      if (order === 'append') shown += 1
    }
    await tail.count(shown)
    const { code, stdout, stderr } = await tail.end()
    expect([code, stderr]).toEqual([0, ''])
    expect(seqsIn(stdout)).toEqual(range(1, 8))
  })

  test('hears of it before it would look', async () => {
    await fill(acme.slice(0, 1))
    const tail = following(['receipts', '-f', '--json', ...trusted, ...heard])
    await tail.count(1)
    // not before the folder is watched
    await new Promise((resolve) => setTimeout(resolve, 200))
    for (let count = 1; count <= 6; count += 1) {
      await fill(acme.slice(count, count + 1))
      await tail.count(count + 1)
    }
    expect((await tail.end()).code).toBe(0)
  })

  test('goes on where a writer died in the middle of a line', async () => {
    await fill(acme.slice(0, 5))
    const tail = following(['receipts', '-f', '--json', ...trusted, ...often])
    await tail.count(5)
    const [folder = ''] = await readdir(place()).then((names) => names.filter((name) => name.startsWith('acme-')))
    const files = (await readdir(join(place(), folder))).filter((name) => name.endsWith('.jsonl')).sort()
    await appendFile(join(place(), folder, files.at(-1) as string), '{"action":"allow","chain')
    await new Promise((resolve) => setTimeout(resolve, 100))
    // a new writer sets it aside
    const notices: string[] = []
    const store = fileStore(place(), { onNotice: ({ code }) => notices.push(code) })
    await using(store, () => store.append('acme', acme.slice(5, 6), refOf(acme[4] as DecisionReceipt)))
    expect(notices).toHaveLength(1)
    await tail.count(6)
    const { code, stdout } = await tail.end()
    expect([code, seqsIn(stdout)]).toEqual([0, range(0, 5)])
  })

  test('follows chains that appear later, or that were named before they began', async () => {
    await mkdir(place())
    const all = following(['receipts', '-f', '--all', '--json', ...trusted, ...often])
    const one = following(['receipts', '-f', '--chain', 'acme', '--json', '--action', 'reject', ...often])
    await fill(acme.slice(0, 5))
    await all.count(5)
    await fill(other)
    await all.count(10)
    await fill(acme.slice(5, 110))
    await all.count(115)
    await one.count(2)
    const { code, stdout } = await all.end()
    expect([code, seqsIn(stdout, 'acme'), seqsIn(stdout, 'other')]).toEqual([0, range(0, 109), range(0, 4)])
    expect(seqsIn((await one.end()).stdout)).toEqual([3, 103])
  })

  test('says that what was shown is no more there, and goes on', async () => {
    await fill(acme.slice(0, 8))
    const tail = following(['receipts', '-f', '--json', '-n', '3', ...trusted, ...often])
    await tail.count(3)
    // put back from a backup, and gone on from there
    await rm(place(), { recursive: true })
    await fill([...acme.slice(0, 6), ...testReceipts({ chainId: 'acme', count: 2, after: acme[5], label: 'fork' })])
    await tail.until(() => tail.written.stderr.includes('acme: was shown up to seq 7, which is no more there'))
    await fill(testReceipts({ chainId: 'acme', count: 3, after: acme[5], label: 'fork' }).slice(2))
    await tail.count(4)
    const { code, stdout } = await tail.end()
    expect([code, seqsIn(stdout).at(-1)]).toEqual([1, 8])
  })

  test('marks a bad one as it comes', async () => {
    await fill(acme.slice(0, 3))
    const tail = following(['receipts', '-f', ...trusted, ...often])
    await tail.count(3)
    await fill(acme.slice(3, 5).map((one) => (one.seq === 4 ? { ...one, latencyMs: 7 } : one)))
    await tail.count(5)
    const { code, stdout } = await tail.end()
    expect([code, stdout.split('\n')[4]]).toEqual([1, expect.stringMatching(/^INVALID .*HASH_MISMATCH/)])
  })

  test('follows a Redis store, also while it is away', async () => {
    const server = await startRedis()
    const url = `${server.url}?prefix=tail`
    await fill(acme.slice(0, 3), url)
    const tail = following([url, '-f', '--all', '--json', ...trusted, ...often])
    await tail.count(3)
    await fill(acme.slice(3, 9), url)
    await fill(other, url)
    await tail.count(14)
    await server.stop()
    await tail.until(() => tail.written.stderr.includes('the store does not answer (STORE_UNAVAILABLE); still looking'))
    const { code, stdout } = await tail.end()
    expect([code, seqsIn(stdout, 'acme'), seqsIn(stdout, 'other')]).toEqual([0, range(0, 8), range(0, 4)])
  })
})

describe('the process', { timeout: 60_000 }, () => {
  test('ends with its verdict when it is told to, or when nobody reads any more', async () => {
    await fill(acme.slice(0, 3).map((one) => (one.seq === 1 ? { ...one, latencyMs: 7 } : one)))
    const args = ['tail', 'receipts', '-f', ...trusted]
    const told = startCli(args, { cwd: dir })
    const unread = startCli(args, { cwd: dir, stdout: 'gone' })
    await told.until('stdout', /(decision.*\n[\s\S]*){3}/)
    told.process.kill('SIGINT')
    expect(await told.done).toMatchObject({ code: 1, signal: null, stderr: '' })
    expect(await unread.done).toMatchObject({ code: 1, signal: null, stderr: '' })
  })
})
