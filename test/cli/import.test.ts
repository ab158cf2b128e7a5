/** quittance import: JSON Lines into a store, verified on the way. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { storeFromUrl } from '../../src/url.js'
import { type CliOptions, runCli } from './run-cli.js'
import { startCli } from './start-cli.js'

let redis: RedisService
let dir: string
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-import-'))
})
afterEach(() => rm(dir, { recursive: true }))

const trusted = ['--trust', testReceiptKeyId()]
const cli = (args: readonly string[], options: Partial<CliOptions> = {}) =>
  runCli(['import', ...args], { cwd: dir, ...options })

const acme = testReceipts({ chainId: 'acme', count: 20, rationale: (seq) => `why ${seq}` })
const other = testReceipts({ chainId: 'other', count: 3 })
const rival = testReceipts({ chainId: 'acme', count: 20, label: 'rival' })
const textOf = (receipts: readonly DecisionReceipt[]) => receipts.map((one) => `${lineOf(one)}\n`).join('')
const put = (name: string, text: string) => writeFile(join(dir, name), text)
const hash = (seq: number, receipts = acme) => (receipts[seq] as DecisionReceipt).receiptHash

async function using<T>(store: ReceiptStore, work: (store: ReceiptStore) => Promise<T>): Promise<T> {
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

async function stored(chainId = 'acme', url = `file:${join(dir, 'receipts')}`): Promise<string> {
  return using(storeFromUrl(url), async (store) => {
    let text = ''
    for await (const line of store.lines?.(chainId) ?? []) text += `${line}\n`
    return text
  })
}

test('appends the lines of a file, byte for byte, and then nothing more', async () => {
  await put('acme.jsonl', textOf(acme))
  expect(await cli(['acme.jsonl', 'receipts', ...trusted])).toEqual({
    code: 0,
    stdout: 'VALID  acme  20 appended, 0 there already, seq 0 to 19\n',
    stderr: '',
  })
  expect(await stored()).toBe(textOf(acme))
  expect((await cli(['acme.jsonl', 'receipts', ...trusted])).stdout).toBe(
    'VALID  acme  0 appended, 20 there already, seq 0 to 19\n',
  )
  const out = await runCli(['export', 'receipts', '--quiet'], { cwd: dir })
  expect(out.stdout).toBe(textOf(acme))
})

test('reads stdin, writes to Redis, and says it as JSON', async () => {
  const url = `${redis.url}?prefix=import-stdin`
  const { code, stdout, stderr } = await cli(['-', url, ...trusted, '--json', '--batch', '7'], { stdin: textOf(acme) })
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual({
    verdict: 'VALID',
    chains: [
      {
        source: 'stdin',
        chainId: 'acme',
        appended: 20,
        already: 0,
        first: 0,
        last: { seq: 19, receiptHash: hash(19) },
        torn: 0,
        verdict: 'VALID',
        root: hash(0),
        counts: {},
      },
    ],
  })
  expect(await stored('acme', url)).toBe(textOf(acme))
})

test('a keyring is needed, or --unverified in so many words', async () => {
  await put('acme.jsonl', textOf(acme))
  expect(await cli(['acme.jsonl', 'receipts'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no keyring was given'),
  })
  expect(await cli(['acme.jsonl', 'receipts', '--unverified', ...trusted])).toMatchObject({ code: 2 })
  expect(await readdir(dir)).toEqual(['acme.jsonl'])
  expect(await cli(['acme.jsonl', 'receipts', '--unverified'])).toEqual({
    code: 0,
    stdout: 'not verified  acme  20 appended, 0 there already, seq 0 to 19\n',
    stderr: '',
  })
  // a key that nobody vouches for is INCOMPLETE, and is imported
  const stranger = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
  expect(await cli(['acme.jsonl', 'again', '--trust', stranger])).toMatchObject({
    code: 3,
    stdout: 'INCOMPLETE  acme  20 appended, 0 there already, seq 0 to 19  (KEY_UNKNOWN 20)\n',
  })
})

describe('nothing after the first INVALID line is appended', () => {
  const forged = textOf(acme).replace(lineOf(acme[12] as DecisionReceipt), (line) =>
    line.replace('"allow"', '"reject"'),
  )
  const unlinked = textOf([...acme.slice(0, 12), ...rival.slice(12)])
  const gap = textOf(acme.filter(({ seq }) => seq !== 12))
  const noJson = textOf(acme).replace(lineOf(acme[12] as DecisionReceipt), 'no json')
  const foreign = textOf([...acme.slice(0, 12), ...other])

  test.each([
    ['forged', forged, 'HASH_MISMATCH', trusted],
    ['of another chain that goes on', unlinked, 'LINK_MISMATCH', trusted],
    ['missing', gap, 'SEQ_GAP', trusted],
    ['no JSON', noJson, 'LINE_MALFORMED', trusted],
    ['of another chain', foreign, 'CHAIN_MISMATCH', trusted],
    ['of another chain that goes on, unverified', unlinked, 'LINK_MISMATCH', ['--unverified']],
    ['missing, unverified', gap, 'SEQ_GAP', ['--unverified']],
    ['no JSON, unverified', noJson, 'LINE_MALFORMED', ['--unverified']],
    ['of another chain, unverified', foreign, 'CHAIN_MISMATCH', ['--unverified']],
  ])('%s', async (_, text, code, trust) => {
    await put('acme.jsonl', text)
    await put('other.jsonl', textOf(other))
    // whatever the size of the batches: they end where the first is that does not hold
    for (const [store, ...batch] of [['receipts'], ['small', '--batch', '5']] as const) {
      const run = await cli(['.', store, ...trust, ...batch])
      expect(run.code).toBe(1)
      expect(run.stdout).toMatch(/^(VALID|not verified) {2}other {2}3 appended/)
      expect(run.stderr).toMatch(
        new RegExp(
          `^quittance: acme.jsonl: the lines are INVALID: ${code} at seq \\d+ of chain acme, line 13 of acme.jsonl; the store has it to seq 11 \\[COPY_INVALID\\]\n$`,
        ),
      )
      expect(await stored('acme', `file:${join(dir, store)}`)).toBe(textOf(acme.slice(0, 12)))
    }
    // what is there is no obstacle for the right lines
    await put('acme.jsonl', textOf(acme))
    expect((await cli(['acme.jsonl', 'receipts', ...trust])).code).toBe(0)
    expect(await stored()).toBe(textOf(acme))
  })

  test('not even the first', async () => {
    for (const text of ['no json\n', '\n', '{"seq":0}\n', textOf(acme).replace('"allow"', '"reject"')]) {
      await put('acme.jsonl', text)
      const { code, stderr } = await cli(['acme.jsonl', 'receipts', ...trusted])
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('line 1 of acme.jsonl; nothing of it is in the store'),
      ])
      // where no line says which chain it is, none is made up
      expect(stderr).toMatch(/LINE_MALFORMED, and names no chain, line 1|of chain acme, line 1/)
    }
    expect(await stored()).toBe('')
  })
})

describe('what the store has', () => {
  test('of another chain is refused, with both hashes and the seq', async () => {
    await put('acme.jsonl', textOf(acme))
    await put('rival.jsonl', textOf(rival))
    await put(
      'forked.jsonl',
      textOf([...acme.slice(0, 9), ...testReceipts({ chainId: 'acme', count: 4, after: acme[8], label: 'fork' })]),
    )
    await cli(['acme.jsonl', 'receipts', ...trusted])
    for (const trust of [trusted, ['--unverified']]) {
      for (const [file, seq] of [
        ['rival.jsonl', 0],
        ['forked.jsonl', 9],
      ] as const) {
        const { code, stderr } = await cli([file, 'receipts', ...trust])
        expect(code).toBe(1)
        expect(stderr).toMatch(
          new RegExp(
            `the store has another chain acme: at seq ${seq} the lines have sha256:\\w{64}, the store ${hash(seq)} \\[STORE_CONFLICT\\]`,
          ),
        )
      }
      expect(await stored()).toBe(textOf(acme))
    }
    // lines that are themselves no good are that
    await put('bad.jsonl', textOf(acme).replace('"allow"', '"reject"'))
    expect((await cli(['bad.jsonl', 'receipts', ...trusted])).stderr).toContain('HASH_MISMATCH at seq 0')
  })

  test('is gone on from, by lines that begin behind it; others leave a gap', async () => {
    await put('1.jsonl', textOf(acme.slice(0, 8)))
    await put('2.jsonl', textOf(acme.slice(8, 15)))
    await put('3.jsonl', textOf(acme.slice(12)))
    await put('rival.jsonl', textOf(rival.slice(8)))
    await cli(['1.jsonl', 'receipts', ...trusted])
    const gap = await cli(['3.jsonl', 'receipts', ...trusted])
    expect([gap.code, gap.stderr]).toEqual([
      1,
      expect.stringContaining('ends at seq 7 in the store, and the lines begin at seq 12'),
    ])
    expect((await cli(['rival.jsonl', 'receipts', ...trusted])).stderr).toContain('at seq 7 the lines have')
    // what the store has is judged before them, so that this is the verdict on the whole chain
    const { code, stdout } = await cli(['2.jsonl', 'receipts', ...trusted, '--json'])
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        verdict: 'VALID',
        chains: [expect.objectContaining({ appended: 7, first: 8, verdict: 'VALID', root: hash(0) })],
      },
    ])
    expect((await cli(['3.jsonl', 'receipts', ...trusted])).stdout).toBe(
      'VALID  acme  5 appended, 3 there already, seq 12 to 19\n',
    )
    expect(await stored()).toBe(textOf(acme))
  })

  test('is named where it is INVALID itself', async () => {
    const bad = testReceipts({ chainId: 'acme', count: 4 }).map((one) => ({ ...one, action: 'reject' as const }))
    await using(fileStore(join(dir, 'receipts')), (store) => store.append('acme', bad, undefined))
    const rest = testReceipts({ chainId: 'acme', count: 8 }).slice(4)
    await put('rest.jsonl', textOf(rest))
    const { code, stderr } = await cli(['rest.jsonl', 'receipts', ...trusted])
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('what the store has is INVALID: HASH_MISMATCH at seq 0'),
    ])
    expect(await stored()).toBe(textOf(bad))
  })

  test('and pruned, is not asked for again', async () => {
    await put('acme.jsonl', textOf(acme.slice(0, 12)))
    await cli(['acme.jsonl', 'receipts', ...trusted])
    await using(fileStore(join(dir, 'receipts')), async (store) => {
      await store.prune?.('acme', 8, { seq: 7, receiptHash: hash(7) })
    })
    await put('acme.jsonl', textOf(acme))
    expect((await cli(['acme.jsonl', 'receipts', ...trusted])).stdout).toBe(
      'VALID  acme  8 appended, 12 there already, seq 0 to 19\n',
    )
    expect(await stored()).toBe(textOf(acme.slice(8)))
    await put('old.jsonl', textOf(acme.slice(0, 8)))
    expect((await cli(['old.jsonl', 'receipts', ...trusted])).code).toBe(0)
    // which chain these are of, nothing tells any more
    await put('older.jsonl', textOf(acme.slice(0, 6)))
    expect(await cli(['older.jsonl', 'receipts', ...trusted])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('end at seq 5, and what the store still holds follows seq 7'),
    })
  })
})

test('a pruned beginning stays one', async () => {
  await put('acme.jsonl', textOf(acme.slice(5)))
  expect(await cli(['acme.jsonl', 'receipts', ...trusted])).toMatchObject({
    code: 3,
    stdout: 'INCOMPLETE  acme  15 appended, 0 there already, seq 5 to 19  (STARTS_LATE 1)\n',
  })
  await using(fileStore(join(dir, 'receipts')), async (store) => {
    expect(await store.bounds('acme')).toEqual({ first: 5, last: 19 })
  })
  expect((await cli(['acme.jsonl', 'receipts', ...trusted])).stdout).toContain('0 appended, 15 there already')
})

test('a torn last line is left out and reported', async () => {
  const whole = textOf(acme)
  for (const [cut, trust, verdict] of [
    [1, trusted, 'INCOMPLETE'],
    [300, trusted, 'INCOMPLETE'],
    [1, ['--unverified'], 'not verified'],
  ] as const) {
    await rm(join(dir, 'receipts'), { recursive: true, force: true })
    await put('acme.jsonl', whole.slice(0, -cut))
    const { code, stdout, stderr } = await cli(['acme.jsonl', 'receipts', ...trust])
    expect([code, stderr]).toEqual([3, 'acme.jsonl: a last line without its end was left out\n'])
    expect(stdout).toContain(`${verdict}  acme  19 appended`)
    expect(await stored()).toBe(textOf(acme.slice(0, 19)))
  }
  await put('acme.jsonl', whole)
  expect((await cli(['acme.jsonl', 'receipts', ...trusted])).stdout).toContain('1 appended, 19 there already')
  await put('torn.jsonl', '{"seq":0')
  expect(await cli(['torn.jsonl', 'receipts', ...trusted])).toMatchObject({ code: 3 })
  await put('empty.jsonl', '')
  expect(await cli(['empty.jsonl', 'receipts', ...trusted])).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('(EMPTY 1)'),
  })
})

test('the files of a directory are chains; those of one chain are put in order', async () => {
  await mkdir(join(dir, 'backup'))
  await put('backup/b-first.jsonl', textOf(acme.slice(0, 9)))
  // torn at its end, where the next goes on
  await put('backup/c-then.jsonl', textOf(acme.slice(9, 14)).slice(0, -1))
  await put('backup/a-last.jsonl', textOf(acme.slice(13)))
  await put('backup/other.jsonl', textOf(other))
  await put('backup/notes.txt', 'not looked at')
  const { code, stdout, stderr } = await cli(['backup', 'receipts', ...trusted])
  expect(code).toBe(3)
  expect(stdout).toBe(
    'INCOMPLETE  acme  20 appended, 0 there already, seq 0 to 19  (LINE_UNTERMINATED 1)\nVALID  other  3 appended, 0 there already, seq 0 to 2\n',
  )
  expect(stderr).toContain('b-first.jsonl, c-then.jsonl, a-last.jsonl: a last line without its end was left out')
  expect(await stored()).toBe(textOf(acme))
  expect(await cli(['backup', 'receipts', ...trusted, '--chain', 'acme'])).toMatchObject({ code: 2 })
  expect(await cli(['receipts', 'more', ...trusted])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('quittance copy'),
  })
  expect(await cli([redis.url, 'more', ...trusted])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('quittance copy'),
  })
  expect(await cli(['absent.jsonl', 'more', ...trusted])).toMatchObject({ code: 2 })
  expect(await cli(['backup/other.jsonl', 'more', ...trusted, '--chain', 'acme'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('CHAIN_MISMATCH'),
  })
})

describe('free text that was erased', () => {
  const { receiptId, detailsHash } = acme[3] as DecisionReceipt & { detailsHash: string }
  const record = testReceipts({
    chainId: 'acme',
    count: 1,
    after: acme[19],
    body: () => ({
      eventType: 'retention',
      action: undefined,
      checks: undefined,
      retention: { event: 'erase', receipts: [{ seq: 3, receiptId, detailsHash }], reason: 'asked' },
    }),
  })
  const { details: _, ...bare } = acme[3] as DecisionReceipt
  const erased = textOf([...acme.slice(0, 3), bare, ...acme.slice(4), ...record])

  test('in the lines is erased in the store, by a record that a trusted key signed', async () => {
    await put('acme.jsonl', textOf(acme))
    await put('erased.jsonl', erased)
    await cli(['acme.jsonl', 'receipts', ...trusted])
    const stranger = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
    const doubted = await cli(['erased.jsonl', 'receipts', '--trust', stranger])
    expect(doubted.stdout).toContain('erased by nobody trusted and kept: seq 3')
    expect(await stored()).toContain('why 3')
    expect((await cli(['erased.jsonl', 'receipts', ...trusted])).stdout).not.toContain('kept')
    expect(await stored()).toBe(erased)
  })

  test('without a record stays, and is named', async () => {
    await put('acme.jsonl', textOf(acme))
    await put('bare.jsonl', textOf([...acme.slice(0, 3), bare, ...acme.slice(4)]))
    await cli(['acme.jsonl', 'receipts', ...trusted])
    expect((await cli(['bare.jsonl', 'receipts', ...trusted])).stdout).toContain('kept: seq 3')
    expect(await stored()).toBe(textOf(acme))
  })

  test('in the store stays erased', async () => {
    await put('acme.jsonl', textOf(acme))
    await put('erased.jsonl', erased)
    await cli(['erased.jsonl', 'receipts', ...trusted])
    expect((await cli(['acme.jsonl', 'receipts', ...trusted])).stdout).toContain('0 appended, 20 there already')
    expect(await stored()).toBe(erased)
  })
})

test('the progress of a file has an end', async () => {
  await put('acme.jsonl', textOf(acme))
  let now = 0
  const run = await cli(['acme.jsonl', 'receipts', ...trusted, '--batch', '1'], {
    tty: { stderr: true },
    columns: 120,
    env: { NO_COLOR: '1' },
    now: () => (now += 200),
  })
  expect(run.stderr).toMatch(/\[=* *\] +\d+ % {2}\d+ receipts {2}\d+\/s/)
  expect(run.stderr.endsWith('\r\x1b[K')).toBe(true)
})

describe('the process', { timeout: 60_000 }, () => {
  test('is killed in the middle and run again: nothing is missing and nothing is twice', async () => {
    const long = testReceipts({ chainId: 'acme', count: 2_000, rationale: () => 'x'.repeat(1_000) })
    await put('acme.jsonl', textOf(long))
    const args = ['import', 'acme.jsonl', 'receipts', ...trusted, '--batch', '20']
    const child = startCli(args, { cwd: dir })
    while (!child.ended() && (await lineCount()) <= 100) await new Promise((resolve) => setTimeout(resolve, 3))
    await child.kill('SIGKILL')
    const there = await lineCount()
    expect(there).toBeGreaterThan(100)
    const { code, stdout, stderr } = await cli(args.slice(1))
    expect([code, stderr]).toEqual([0, ''])
    const [, appended, already] =
      /^VALID {2}acme {2}(\d+) appended, (\d+) there already, seq 0 to 1999\n$/.exec(stdout) ?? []
    expect(Number(appended) + Number(already)).toBe(2_000)
    expect(Number(already)).toBeGreaterThan(100)
    expect(await stored()).toBe(textOf(long))
  })

  /** Whole lines in the file store, by looking at its files only. */
  async function lineCount(): Promise<number> {
    const files = await readdir(join(dir, 'receipts'), { recursive: true }).catch(() => [])
    let bytes = 0
    for (const name of files.filter((one) => one.endsWith('.jsonl')))
      bytes += await stat(join(dir, 'receipts', name)).then(
        ({ size }) => size,
        () => 0,
      )
    const line = Buffer.byteLength(lineOf(acme[0] as DecisionReceipt)) + 1_000
    return Math.floor(bytes / line)
  }
})
