import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { run } from '../../src/cli/run.js'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import { storeFromUrl } from '../../src/url.js'
import { type Body, good, idOf, key, person, sealed } from '../report/coverage/support.js'
import { type CliOptions, runCli } from './run-cli.js'

const check = (name: string, fired: boolean) => ({ name, fired })
const bodies: readonly Body[] = [
  good.start(),
  good.decision({ sessionId: 's-1', decisionId: 'case-1', subjectId: person(1), pseudonymKeyId: 'people-1' }),
  good.decision({ traceId: 'trace-2', action: 'reject', checks: [check('toxicity', true), check('a:b', false)] }),
  good.inference({ traceId: 'trace-2' }),
  good.decision({ traceId: 'trace-2', checks: [check('toxicity', false)] }),
  good.end(),
]
const receipts = sealed(bodies)
const lines = receipts.map(lineOf)
const jsonl = lines.map((line) => `${line}\n`).join('')
const trusted = ['--trust', key.keyId]

let cwd: string
let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-query-'))
  await writeFile(join(cwd, 'receipts.jsonl'), jsonl)
  const store = fileStore(join(cwd, 'store'))
  await store.append('acme', receipts, undefined)
  await store.append('other', sealed([good.decision()], { chainId: 'other', number: 1 }), undefined)
  await store.close()
})
afterAll(async () => {
  await rm(cwd, { recursive: true })
  await redis.stop()
})

const query = (args: readonly string[], options: Partial<CliOptions> = {}) =>
  runCli(['query', ...args], { cwd, ...options })
const seqs = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).seq)

const filters: readonly (readonly [readonly string[], readonly number[]])[] = [
  [[], [0, 1, 2, 3, 4, 5]],
  [
    ['--trace', 'trace-2'],
    [2, 3, 4],
  ],
  [
    ['--session', 's-1'],
    [0, 1, 5],
  ],
  [['--decision', 'case-1'], [1]],
  [['--subject', person(1)], [1]],
  [['--action', 'reject'], [2]],
  [
    ['--event', 'decision'],
    [1, 2, 4],
  ],
  [['--model', 'model-2'], [3]],
  [
    ['--check', 'toxicity'],
    [1, 2, 4],
  ],
  [['--check', 'toxicity:fired'], [2]],
  [['--check', 'a:b'], [2]],
  [['--check', 'a:b:fired'], []],
  [
    ['--from', '2026-03-04T05:06:09Z'],
    [2, 3, 4, 5],
  ],
  [
    ['--from', '2026-03-04T05:06:09Z', '--to', '2026-03-04T05:06:11Z'],
    [2, 3],
  ],
  [['--seq', '3'], [3]],
  [
    ['--seq', '1-2'],
    [1, 2],
  ],
  [['--receipt', idOf(4)], [4]],
  [['--receipt', idOf(77)], []],
  [['--trace', 'trace-2', '--event', 'decision', '--seq', '3-9'], [4]],
]

describe('what is asked for', () => {
  test.each(filters)('%j of a file', async (args, expected) => {
    const { code, stdout } = await query(['receipts.jsonl', ...args])
    expect([code, seqs(stdout)]).toEqual([0, expected])
  })

  test.each(filters)('%j of a file, judged', async (args, expected) => {
    const { code, stdout } = await query(['receipts.jsonl', ...trusted, ...args])
    expect([code, seqs(stdout)]).toEqual([0, expected])
  })

  test('of a file store and of a Redis store, with its indexes and without', async () => {
    for (const options of ['prefix=plain', 'prefix=indexed&indexes=traceId,subjectId']) {
      const url = `${redis.url}?${options}`
      const store = storeFromUrl(url)
      await store.append('acme', receipts, undefined)
      await store.close()
      for (const [args, expected] of filters) {
        const { code, stdout, stderr } = await query([url, '--chain', 'acme', ...args])
        expect([args, code, seqs(stdout)]).toEqual([args, 0, expected])
        expect(stderr).toContain('nothing was verified')
      }
      const judged = await query([url, ...trusted, '--trace', 'trace-2'])
      expect([judged.code, judged.stdout]).toEqual([0, `${lines.slice(2, 5).join('\n')}\n`])
      expect((await query([url, '--chain', '../x'])).stdout).toBe('')
      const later = [...trusted, '--now', '2026-12-01', '--json']
      const covered = await runCli(['coverage', url, '--all', ...later], { cwd })
      expect([covered.code, JSON.parse(covered.stdout)]).toMatchObject([
        0,
        { receipts: 6, chains: [{ chainId: 'acme' }] },
      ])
      const put = await runCli(['reconstruct', 'trace-2', '--store', url, ...later], { cwd })
      expect([put.code, JSON.parse(put.stdout).timeline.map((one: { ref: { seq: number } }) => one.ref.seq)]).toEqual([
        0,
        [2, 3, 4],
      ])
    }
    for (const [args, expected] of filters)
      expect(seqs((await query(['store', '--chain', 'acme', ...args])).stdout)).toEqual(expected)
  })

  test('makes no sense: refused, and nothing printed', async () => {
    for (const args of [
      ['--seq', '5-1'],
      ['--seq', 'x'],
      ['--limit', '0'],
      ['--format', 'xml'],
      ['--receipt', 'x'],
      ['--check', ''],
      ['--json', '--format', 'csv'],
      ['--from', '2026-02-01', '--to', '2026-01-01'],
      ['--chain', 'acme'],
    ]) {
      const { code, stdout } = await query(['receipts.jsonl', ...args])
      expect([args, code, stdout]).toEqual([args, 2, ''])
    }
    const several = await query(['store'])
    expect([several.code, several.stderr.includes('  acme\n  other\n')]).toEqual([2, true])
  })
})

describe('lines', () => {
  test('come as they are stored: a range can be verified', async () => {
    const { stdout, stderr } = await query(['receipts.jsonl', '--seq', '2-4'])
    expect(stdout).toBe(`${lines.slice(2, 5).join('\n')}\n`)
    expect(stderr).toContain('seq 2 to 4 without a gap: quittance verify - --from-seq 2 --to-seq 4')
    const args = ['verify', '-', '--from-seq', '2', '--to-seq', '4', ...trusted, '--now', '2026-12-01', '--json']
    const verified = await runCli(args, { cwd, stdin: stdout })
    // what lies before the range is not there, and verify says no more than that
    const { counts } = JSON.parse(verified.stdout)
    expect([verified.code, counts]).toEqual([0, {}])
    expect((await query(['receipts.jsonl', '--event', 'decision'])).stderr).not.toContain('without a gap')
  })

  test('what can not be read leaves stdout empty', async () => {
    // nobody listens there
    for (const format of [['--json'], ['--format', 'csv'], ['--format', 'table']]) {
      const { code, stdout } = await query(['redis://127.0.0.1:1', '--chain', 'acme', ...format])
      expect([code, stdout]).toEqual([2, ''])
    }
  })

  test('wait for a reader that is slow', async () => {
    let waiting = 0
    let most = 0
    const stdout = {
      write: (text: string) => {
        waiting += text.split('\n').length - 1
        most = Math.max(most, waiting)
      },
      drained: async () => {
        await new Promise((resolve) => setImmediate(resolve))
        waiting = 0
      },
    }
    const quiet = { write: () => true }
    async function* stdin() {
      yield Buffer.from(jsonl)
    }
    const io = { stdout, stderr: quiet, stdin: stdin(), env: {}, cwd }
    expect(await run(['query', '-'], io)).toBe(0)
    expect(most).toBe(1)
  })

  test('a chain that is not there is told from one in which nothing matches', async () => {
    const url = `${redis.url}?prefix=chains`
    const store = storeFromUrl(url)
    await store.append('acme', receipts, undefined)
    await store.close()
    for (const target of ['store', url]) {
      const absent = await query([target, '--chain', 'acmee'])
      expect([absent.code, absent.stdout]).toEqual([0, ''])
      expect(absent.stderr).toContain('there is no chain acmee\n')
      const there = await query([target, '--chain', 'acme', '--trace', 'absent'])
      expect(there.stderr).toContain('no receipt matches\n')
      expect(there.stderr).not.toContain('there is no chain')
    }
  })

  test('begin a line of their own where the progress line was', async () => {
    let time = 0
    const now = () => {
      time += 400
      return time
    }
    const many = `${Array.from({ length: 300 }, (_, seq) => JSON.stringify({ seq })).join('\n')}\n`
    let screen = ''
    const write = (text: string) => {
      screen += text
    }
    const terminal = { write, isTTY: true, columns: 80 }
    async function* stdin() {
      yield Buffer.from(many)
    }
    const io = { stdout: terminal, stderr: terminal, stdin: stdin(), env: { NO_COLOR: '1' }, cwd, now }
    expect(await run(['query', '-', '--seq', '290', '--format', 'jsonl'], io)).toBe(0)
    expect(screen).toContain('256 receipts')
    // the line is taken away before the row comes
    expect(screen).toContain('\r\u001b[K{"seq":290}\n')
  })

  test('a limit is said', async () => {
    const { stdout, stderr } = await query(['receipts.jsonl', '--limit', '2'])
    expect([seqs(stdout), stderr.includes('stopped after 2')]).toEqual([[0, 1], true])
    expect((await query(['receipts.jsonl', '--limit', '6'])).stderr).not.toContain('stopped')
    expect((await query(['receipts.jsonl', '--trace', 'absent'])).stderr).toContain('no receipt matches')
  })

  test('--json', async () => {
    const { stdout, stderr } = await query([
      'receipts.jsonl',
      '--trace',
      'trace-2',
      '--limit',
      '2',
      ...trusted,
      '--json',
    ])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      receipts: receipts
        .slice(2, 4)
        .map((receipt) => ({ verdict: 'VALID', problems: [], receipt: JSON.parse(lineOf(receipt)) })),
      count: 2,
      verified: true,
      more: true,
    })
    expect(JSON.parse((await query(['receipts.jsonl', '--trace', 'absent', '--json'])).stdout)).toEqual({
      receipts: [],
      count: 0,
      verified: false,
      more: false,
    })
  })
})

describe('with a keyring', () => {
  const changed = lines.map((line, seq) => (seq === 2 ? line.replace('"reject"', '"allow"') : line))
  const stdin = changed.map((line) => `${line}\n`).join('')

  test('an unsound receipt is marked, in each form', async () => {
    const run = (...args: string[]) => query(['-', '--trace', 'trace-2', ...trusted, ...args], { stdin })
    const asLines = await run()
    expect([asLines.code, seqs(asLines.stdout)]).toEqual([1, [2, 3, 4]])
    expect(asLines.stderr).toContain('seq 2  INVALID HASH_MISMATCH\n')
    expect((await run('--format', 'table')).stdout).toMatch(/^INVALID {5}2 .*HASH_MISMATCH$/m)
    expect((await run('--format', 'csv')).stdout).toMatch(/^acme,2,.*,INVALID,HASH_MISMATCH\r$/m)
    expect(JSON.parse((await run('--json')).stdout).receipts[0]).toMatchObject({
      verdict: 'INVALID',
      problems: ['HASH_MISMATCH'],
    })
  })

  test('a link that does not hold is one, and a key that nobody vouches for is INCOMPLETE', async () => {
    const swapped = [...lines.slice(0, 2), lines[3], lines[2], ...lines.slice(4)].map((line) => `${line}\n`).join('')
    expect((await query(['-', '--seq', '4', ...trusted], { stdin: swapped })).code).toBe(0)
    const rival = sealed([good.start(), good.end('s-9'), good.decision()]).map(lineOf)[2]
    const stolen = await query(['-', '--seq', '2', ...trusted], {
      stdin: `${lines.slice(0, 2).join('\n')}\n${rival}\n`,
    })
    expect([stolen.code, stolen.stderr.includes('LINK_MISMATCH')]).toEqual([1, true])
    const stranger = ['--trust', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK']
    const unknown = await query(['receipts.jsonl', '--seq', '1', ...stranger])
    expect([unknown.code, unknown.stderr.includes('KEY_UNKNOWN')]).toEqual([3, true])
  })

  test('without one nothing is said of what holds', async () => {
    const { code, stdout, stderr } = await query(['-', '--seq', '2', '--format', 'table'], { stdin })
    expect([code, stdout.includes('INVALID')]).toEqual([0, false])
    expect(stderr).toContain('nothing was verified: no keyring was given')
  })
})

describe('hostile text', () => {
  const receipt = JSON.parse(lines[1] as string)
  const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\uff1d1', ' =1']
  const texts = [...formulas, '"quoted", and more', 'a\nb', '\u001b[31mred', 'x\u202ey', '\u200b', '<b>']

  test('is no formula, and no second cell or row, in CSV', async () => {
    for (const text of texts) {
      const claim = {
        ...receipt,
        modelId: text,
        traceId: text,
        decision: { type: text, outcome: text },
        checks: [{ name: text, fired: true }],
      }
      const { stdout } = await query(['-', '--seq', '1', '--format', 'csv'], { stdin: `${JSON.stringify(claim)}\n` })
      const rows = stdout.split('\r\n')
      expect(rows).toHaveLength(3)
      const cells = parseCsv(rows[1] as string)
      expect(cells).toHaveLength(parseCsv(rows[0] as string).length)
      for (const cell of cells) expect(cell).not.toMatch(/^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/)
      expect(stdout).not.toMatch(/(?![\r\n])\p{Cc}|\p{Cf}/u)
    }
  })

  test('moves no cursor in a table, in lines on a terminal, or in JSON', async () => {
    for (const text of texts) {
      const stdin = `${JSON.stringify({ ...receipt, modelId: text, action: text })}\n`
      const table = await query(['-', '--format', 'table'], { stdin })
      expect(table.stdout.split('\n')).toHaveLength(3)
      for (const output of [
        table.stdout,
        (await query(['-', '--json'], { stdin })).stdout,
        (await query(['-', '--format', 'jsonl'], { stdin, tty: { stdout: true }, env: { NO_COLOR: '1' } })).stdout,
      ])
        expect(output).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u)
    }
  })

  test('lines that are no JSON are counted, and shown to nobody', async () => {
    const stdin = '\u001b[31m\n[]\n{"seq":1}\n'
    const { code, stdout, stderr } = await query(['-'], { stdin })
    expect([code, stdout]).toEqual([0, '{"seq":1}\n'])
    expect(stderr).toContain('could not be read, and were passed over: 2')
    const json = await query(['-', ...trusted, '--json'], { stdin })
    expect(JSON.parse(json.stdout)).toMatchObject({ count: 1, verified: true, unreadable: 2 })
  })

  test('however deep it is, does not end the answer', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const stdin = `{"seq":0,"traceId":"t","modelId":${deep}}\n{"seq":1,"traceId":"t\u00e4"}\n`
    for (const format of [['--json'], ['--format', 'csv'], ['--format', 'table'], ['--format', 'jsonl']]) {
      const { code, stdout } = await query(['-', ...format], { stdin })
      expect([format, code]).toEqual([format, 0])
      if (format[0] === '--json') expect(JSON.parse(stdout).receipts[1]).toEqual({ receipt: { seq: 1, traceId: 'tä' } })
    }
  })

  test('is no formula either where a semicolon ends a cell', async () => {
    for (const text of ['a;=1+1', 'a; =1', ';@x', 'a;"=1"', 'a;\uff1d1']) {
      const stdin = `${JSON.stringify({ ...receipt, modelId: text })}\n`
      const { stdout } = await query(['-', '--format', 'csv'], { stdin })
      const rows = stdout.split('\r\n')
      for (const cell of (rows[1] as string).split(';')) expect(cell).not.toMatch(/^\s*"*[=+\-@\uff1d]/)
    }
  })
})

/** RFC 4180, one row. */
function parseCsv(row: string): string[] {
  const cells: string[] = []
  let rest = row
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(?:,|$)/.exec(rest)
    const plain = /^([^",]*)(?:,|$)/.exec(rest)
    const found = quoted ?? plain
    if (found === null) throw new Error(`not a row: ${rest}`)
    cells.push((found[1] as string).replaceAll('""', '"'))
    if (!found[0].endsWith(',')) return cells
    rest = rest.slice(found[0].length)
  }
}
