/** quittance export: chains as JSON Lines, verified on the way. */
import { createHash } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exportFileName } from '../../src/cli/export/names.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { type CliOptions, runCli } from './run-cli.js'
import { startCli } from './start-cli.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-export-'))
})
afterEach(() => rm(dir, { recursive: true }))

const trusted = ['--trust', testReceiptKeyId()]
const cli = (args: readonly string[], options: Partial<CliOptions> = {}) =>
  runCli(['export', ...args], { cwd: dir, ...options })
const read = (name: string) => readFile(join(dir, name), 'utf8')

const acme = testReceipts({
  chainId: 'acme',
  count: 20,
  rationale: (seq) => `why ${seq} ${seq === 7 ? '\u001b[31mä' : ''}`,
})
const other = testReceipts({ chainId: 'Other/EU', count: 3 })
const textOf = (receipts: readonly DecisionReceipt[]) => receipts.map((one) => `${lineOf(one)}\n`).join('')

async function fill(...chains: readonly (readonly DecisionReceipt[])[]): Promise<void> {
  const store = fileStore(join(dir, 'receipts'))
  for (const receipts of chains) {
    const { chainId, seq, prevReceiptHash } = receipts[0] as DecisionReceipt
    const before = seq === 0 ? undefined : { seq: seq - 1, receiptHash: prevReceiptHash }
    await store.append(chainId, receipts, before)
  }
  await store.close()
}

/** The first file of receipts of a chain in the file store. */
async function storedFile(chainId: string): Promise<string> {
  const [folder = ''] = (await readdir(join(dir, 'receipts'))).filter((name) => name.startsWith(`${chainId}-`))
  const [file = ''] = (await readdir(join(dir, 'receipts', folder))).filter((name) => name.endsWith('.jsonl')).sort()
  return join(dir, 'receipts', folder, file)
}

test('writes the stored lines, byte for byte: to stdout, or to a file that is there when it is whole', async () => {
  await fill(acme)
  const out = await cli(['receipts', ...trusted])
  expect(out).toEqual({ code: 0, stdout: textOf(acme), stderr: 'VALID  acme  20 exported, seq 0 to 19\n' })
  const file = await cli(['receipts', ...trusted, '-o', 'acme.jsonl'])
  expect(file).toEqual({ code: 0, stdout: 'VALID  acme  20 exported to acme.jsonl, seq 0 to 19\n', stderr: '' })
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')
  expect(digest(await read('acme.jsonl'))).toBe(digest(await readFile(await storedFile('acme'), 'utf8')))
  expect((await runCli(['verify', 'acme.jsonl', ...trusted], { cwd: dir })).code).toBe(0)
  expect((await readdir(dir)).sort()).toEqual(['acme.jsonl', 'receipts'])
})

test('without a keyring nothing is verified, and that is said', async () => {
  await fill(acme)
  expect(await cli(['receipts', '-o', 'a.jsonl'])).toEqual({
    code: 0,
    stdout: 'not verified  acme  20 exported to a.jsonl, seq 0 to 19\n',
    stderr: 'nothing was verified: no keyring was given\n',
  })
  expect(await cli(['receipts', '--quiet'])).toEqual({ code: 0, stdout: textOf(acme), stderr: '' })
})

test('--json is the documented shape', async () => {
  await fill(acme)
  const { code, stdout, stderr } = await cli(['receipts', ...trusted, '-o', 'acme.jsonl', '--from-seq', '5', '--json'])
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual({
    verdict: 'VALID',
    chains: [
      {
        chainId: 'acme',
        file: 'acme.jsonl',
        exported: 15,
        first: 5,
        last: { seq: 19, receiptHash: acme[19]?.receiptHash },
        verdict: 'VALID',
        root: acme[0]?.receiptHash,
        counts: {},
      },
    ],
  })
})

test('takes a stretch by seq or by time; the chain is judged from its beginning', async () => {
  await fill(acme)
  const time = (seq: number) => acme[seq]?.timestamp as string
  for (const [args, from, to] of [
    [['--from-seq', '5', '--to-seq', '9'], 5, 9],
    [['--from', time(5), '--to', time(10)], 5, 9],
    [['--from', time(18)], 18, 19],
    [['--from', time(5), '--to-seq', '6'], 5, 6],
  ] as const) {
    for (const trust of [trusted, []])
      expect(await cli(['receipts', ...trust, ...args])).toMatchObject({
        code: 0,
        stdout: textOf(acme.slice(from, to + 1)),
      })
  }
  const none = await cli(['receipts', ...trusted, '--from', '2030-01-01'])
  expect([none.code, none.stdout]).toEqual([0, ''])
  // what was asked for is not all there
  const late = await cli(['receipts', ...trusted, '--to-seq', '30', '-o', 'x.jsonl'])
  expect(late).toMatchObject({ code: 3, stdout: expect.stringMatching(/^INCOMPLETE .*HEAD_NOT_REACHED 1/) })
  const beyond = await cli(['receipts', ...trusted, '--from-seq', '30'])
  expect([beyond.code, beyond.stdout]).toEqual([3, ''])
})

test('a chain that is INVALID ends there, and no file of that name appears', async () => {
  await fill(acme, other)
  const stored = await storedFile('acme')
  const lines = (await readFile(stored, 'utf8')).split('\n')
  lines[12] = (lines[12] as string).replace('"action":"allow"', '"action":"reject"')
  await writeFile(stored, lines.join('\n'))
  const { code, stdout, stderr } = await cli(['receipts', '--all', ...trusted, '-o', 'out'])
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^VALID {2}Other\/EU {2}3 exported to out\/other_eu-/)])
  expect(stderr).toBe(
    'quittance: acme: the source is INVALID: HASH_MISMATCH at seq 12 of chain acme; what stands before it is in out/acme.jsonl.part [COPY_INVALID]\n',
  )
  expect(await read('out/acme.jsonl.part')).toBe(textOf(acme.slice(0, 12)))
  expect((await cli(['receipts', '--chain', 'acme', ...trusted])).stdout).toBe(textOf(acme.slice(0, 12)))
  // as evidence, without a verdict
  const all = await cli(['receipts', '--chain', 'acme'])
  expect([all.code, all.stdout]).toEqual([0, lines.join('\n')])
})

describe('--all', () => {
  test('writes a file a chain, under names that every file system can have', async () => {
    await fill(acme, other)
    const { code, stdout } = await cli(['receipts', '--all', ...trusted, '-o', 'out/deep'])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toHaveLength(3)
    expect(await read('out/deep/acme.jsonl')).toBe(textOf(acme))
    expect(await read(`out/deep/${exportFileName('Other/EU')}`)).toBe(textOf(other))
    expect((await runCli(['verify', 'out/deep', '--all', ...trusted], { cwd: dir })).code).toBe(0)
  })

  test('no two chains have one file', () => {
    const names = [
      'acme',
      'Acme',
      'a/b',
      'a_b',
      'con',
      'com1',
      'x.y',
      'x'.repeat(80),
      exportFileName('Acme').slice(0, -6),
    ]
    const files = names.map(exportFileName)
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(names.length)
    for (const file of files) expect(file).toMatch(/^[a-z0-9][a-z0-9_-]{0,96}\.jsonl$/)
    expect(files.filter((name) => /^(con|com1)\./.test(name))).toEqual([])
  })

  test('a store without a chain is INCOMPLETE', async () => {
    await mkdir(join(dir, 'receipts'))
    for (const trust of [trusted, []])
      expect(await cli(['receipts', '--all', ...trust, '-o', 'out'])).toMatchObject({
        code: 3,
        stderr: 'there is no chain\n',
      })
  })
})

describe('--resume', () => {
  const go = (...more: readonly string[]) => cli(['receipts', ...trusted, '-o', 'acme.jsonl', '--resume', ...more])

  test('goes on behind the last whole line, and cuts a torn one off', async () => {
    await fill(acme.slice(0, 12))
    expect((await go()).stdout).toBe('VALID  acme  12 exported to acme.jsonl, seq 0 to 11\n')
    await fill(acme.slice(12))
    expect(await go('--check')).toEqual({
      code: 0,
      stdout: 'VALID  acme  8 exported to acme.jsonl behind seq 11, seq 12 to 19\n',
      stderr: '',
    })
    expect(await read('acme.jsonl')).toBe(textOf(acme))
    expect((await go()).stdout).toBe('VALID  acme  0 exported to acme.jsonl behind seq 19\n')
    const whole = Buffer.byteLength(textOf(acme))
    for (const size of [whole - 1, whole - 300, Buffer.byteLength(textOf(acme.slice(0, 1))) + 5, 7, 0]) {
      await truncate(join(dir, 'acme.jsonl'), size)
      const { code, stderr } = await go()
      expect(code).toBe(0)
      if (size > 0)
        expect(stderr).toMatch(/^acme: a last line without its end was cut from acme.jsonl \(\d+ bytes\)\n$/)
      expect(await read('acme.jsonl')).toBe(textOf(acme))
    }
  })

  test('of an export that broke off, what stands beside the file', async () => {
    await fill(acme)
    await writeFile(join(dir, 'acme.jsonl.part'), textOf(acme).slice(0, 5_000))
    expect((await go()).code).toBe(0)
    expect(await read('acme.jsonl')).toBe(textOf(acme))
    expect((await readdir(dir)).sort()).toEqual(['acme.jsonl', 'receipts'])
    // without --resume it is begun anew
    await writeFile(join(dir, 'acme.jsonl.part'), 'something else\n')
    expect((await cli(['receipts', ...trusted, '-o', 'acme.jsonl'])).code).toBe(0)
    expect(await read('acme.jsonl')).toBe(textOf(acme))
  })

  test('refuses what is no beginning of the chain, and leaves it as it is', async () => {
    await fill(acme)
    const rival = testReceipts({ chainId: 'acme', count: 4, label: 'rival' })
    const inMiddle = textOf(acme.slice(0, 9)).replace('why 3 ', 'why 4 ')
    for (const [text, code, message, ...more] of [
      [textOf(rival), 1, /differs at seq 3: the file has sha256:\w{64}, the store sha256:\w{64} \[STORE_CONFLICT\]/],
      [inMiddle, 1, /differs at seq 3: .*\[STORE_CONFLICT\]/, '--check'],
      [textOf(other), 2, /holds another chain than acme/],
      [textOf(acme.slice(3, 5)), 2, /begins at seq 3, and seq 0 was asked for/],
      [textOf(acme.slice(0, 5)), 2, /begins at seq 0, before what was asked for/, '--from-seq', '2'],
      [textOf(acme.slice(0, 5)), 2, /goes on to seq 4, behind what was asked for/, '--to-seq', '2'],
      ['no receipt\n', 2, /the first line of acme.jsonl is no receipt/],
      [textOf([acme[0], acme[2]] as DecisionReceipt[]), 2, /has no seq 1/, '--check'],
    ] as const) {
      await writeFile(join(dir, 'acme.jsonl'), text)
      const { code: found, stderr, stdout } = await go(...more)
      expect([found, stdout]).toEqual([code, ''])
      expect(stderr).toMatch(message)
      expect(await read('acme.jsonl')).toBe(text)
    }
    // which is why --check is there
    await writeFile(join(dir, 'acme.jsonl'), inMiddle)
    expect((await go()).code).toBe(0)
    // a line that was edited under its old hash is told as that, also where the store has the free text no more
    const edited = textOf(acme.slice(0, 9)).replace('"seq":8,', '"seq":8,"xMore":1,')
    expect(edited).not.toBe(textOf(acme.slice(0, 9)))
    const store = fileStore(join(dir, 'receipts'))
    await store.eraseDetails?.('acme', (acme[8] as DecisionReceipt).receiptId)
    await store.close()
    await writeFile(join(dir, 'acme.jsonl'), edited)
    const { code, stderr } = await go()
    expect(code).toBe(1)
    expect(stderr).toContain(`acme.jsonl differs at seq 8: the file and the store both claim ${acme[8]?.receiptHash}`)
    expect(stderr).not.toContain('erased')
  })

  test('says that free text which was erased since is still in the file', async () => {
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
    await fill(acme)
    await go()
    await fill(record)
    const store = fileStore(join(dir, 'receipts'))
    await store.eraseDetails?.('acme', receiptId)
    await store.close()
    const { code, stderr } = await go()
    expect(code).toBe(0)
    expect(stderr).toContain('the free text of seq 3 was erased since, and may still stand in acme.jsonl')
    expect((await go('--check')).stderr).toContain('has free text at seq 3 that was erased in the store')
    expect((await cli(['receipts', ...trusted, '-o', 'acme.jsonl'])).code).toBe(0)
    expect(await read('acme.jsonl')).not.toContain('why 3 ')
  })

  test('goes on where the store has pruned what the file still has', async () => {
    await fill(acme.slice(0, 12))
    await go()
    await fill(acme.slice(12))
    const store = fileStore(join(dir, 'receipts'))
    const { seq, receiptHash } = acme[11] as DecisionReceipt
    await store.prune?.('acme', 12, { seq, receiptHash })
    await store.close()
    const { code, stderr, stdout } = await go('--check')
    // the store's chain begins late, and that is what was judged
    expect([code, stdout]).toEqual([3, expect.stringContaining('8 exported to acme.jsonl behind seq 11')])
    expect(stderr).toBe('acme: 12 lines are no more in the store, and were not compared\n')
    expect(await read('acme.jsonl')).toBe(textOf(acme))
    await writeFile(join(dir, 'acme.jsonl'), textOf(acme.slice(0, 5)))
    expect(await go()).toMatchObject({ code: 1, stderr: expect.stringContaining('the store does not hold seq 4') })
  })
})

test('what makes no sense is exit 2', async () => {
  await fill(acme, other)
  for (const [args, message] of [
    [['receipts', '--all'], /name their directory with -o/],
    [['receipts'], /holds 2 chains: --chain ID chooses one, --all exports them all/],
    [['receipts', '--chain', 'acme', '--resume'], /name it with -o/],
    [['receipts', '--chain', 'acme', '-o', 'x', '--check'], /goes with --resume/],
    [['receipts', '--chain', 'acme', '--json'], /name the file with -o/],
    [['receipts', '--all', '-o', 'x', '--from-seq', '1'], /about one chain/],
    [['receipts', '--chain', 'acme', '--from-seq', '3', '--to-seq', '1'], /greater than --to-seq/],
    [['receipts', '--chain', 'absent'], /the store has no chain absent/],
    [
      ['receipts', '--chain', 'acme', '-o', 'no/such/x'],
      /cannot write no\/such\/x: there is no such directory \[ENOENT\]/,
    ],
    [['receipts', '--chain', 'acme', '-o', 'receipts'], /is a directory/],
    [['absent'], /STORE_URL/],
    [['memory:'], /memory: holds nothing/],
  ] as const) {
    const { code, stdout, stderr } = await cli(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  }
  const absent = await cli(['receipts', '--chain', 'absent', ...trusted, '-o', 'x.jsonl'])
  expect(absent).toMatchObject({ code: 3, stdout: expect.stringContaining('EMPTY 1') })
  expect(await readdir(dir)).toEqual(['receipts'])
})

test('a terminal sees nothing that it would obey', async () => {
  await fill(acme)
  const { stdout } = await cli(['receipts'], { tty: { stdout: true } })
  expect(stdout).not.toContain('\u001b')
  expect(
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  ).toEqual(acme)
})

test('of a link the file is written that it leads to', async () => {
  await fill(acme)
  await writeFile(join(dir, 'real.jsonl'), `${textOf(acme).split('\n')[0]}\n`)
  await symlink('real.jsonl', join(dir, 'link.jsonl'))
  expect((await cli(['receipts', '-o', 'link.jsonl'])).code).toBe(0)
  expect(await read('real.jsonl')).toBe(textOf(acme))
})

describe('the process', { timeout: 60_000 }, () => {
  test('is killed while it writes: what is there is a beginning, and --resume makes it whole', async () => {
    const long = testReceipts({ chainId: 'acme', count: 3_000, rationale: () => 'x'.repeat(1_500) })
    await fill(long)
    const args = ['export', 'receipts', ...trusted, '-o', 'acme.jsonl', '--resume']
    const part = join(dir, 'acme.jsonl.part')
    const killed = startCli(args, { cwd: dir })
    for (;;) {
      const size = await stat(part)
        .then(({ size }) => size)
        .catch(() => 0)
      if (size > 0 || killed.ended()) break
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await killed.kill('SIGKILL')
    // torn, whatever the moment was
    await appendFile(part, '{"seq"')
    expect(textOf(long).startsWith((await readFile(part, 'utf8')).slice(0, -'{"seq"'.length))).toBe(true)
    const { code, stderr } = await cli(args.slice(1))
    expect([code, stderr]).toEqual([0, expect.stringContaining('was cut from acme.jsonl')])
    expect(await read('acme.jsonl')).toBe(textOf(long))
  })

  test('keeps its verdict when its reader goes', async () => {
    await fill(acme)
    const { code, stderr } = await startCli(['export', 'receipts', ...trusted], { cwd: dir, stdout: 'gone' }).done
    expect([code, stderr]).toEqual([0, 'VALID  acme  20 exported, seq 0 to 19\n'])
  })
})
