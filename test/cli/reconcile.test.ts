import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import { type Body, good, key, sealed } from '../report/coverage/support.js'
import { runCli } from './run-cli.js'

const DAY = 86_400_000
/** Two on 4 March, one on 5 March, none on the 6th, one on the 7th (UTC, from 05:06 on). */
const bodies = [0, 1, DAY, 3 * DAY].map((ms): Body => ({ ...good.decision(), ms }))
const jsonl = sealed(bodies)
  .map((receipt) => `${lineOf(receipt)}\n`)
  .join('')
const trusted = ['--trust', key.keyId, '--now', '2026-12-01']

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-reconcile-'))
  await writeFile(join(cwd, 'receipts.jsonl'), jsonl)
  const store = fileStore(join(cwd, 'store'))
  await store.append('acme', sealed(bodies), undefined)
  await store.append('other', sealed([bodies[0] as Body], { chainId: 'other', number: 1 }), undefined)
  await store.close()
})
afterAll(() => rm(cwd, { recursive: true }))

/** @param rows - `[day of March, count]` */
async function cli(rows: readonly (readonly [day: number, count: number])[], ...args: string[]) {
  const table = rows.map(([day, count]) => `2026-03-0${day},${count}\n`).join('')
  await writeFile(join(cwd, 'counts.csv'), `from,count\n${table}`)
  const named = args[0]?.startsWith('-') === false ? args : ['receipts.jsonl', ...args]
  return runCli(['reconcile', ...named, '--counts', 'counts.csv', '--by', 'day', ...trusted], { cwd })
}
const equal = [
  [4, 2],
  [5, 1],
  [6, 0],
  [7, 1],
] as const

describe('quittance reconcile', () => {
  test('equal counts are 0', async () => {
    const { code, stdout, stderr } = await cli(equal)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n')).toEqual([
      'VALID  chain acme, 4 receipts checked',
      '  trust  --trust',
      'EQUAL  the counts are equal',
      '  rows   4: 4 counted elsewhere, 4 receipts',
      '',
      'This compares two records. What neither of them has was never seen, and no log can show it.',
      '',
    ])
  })

  test('fewer receipts than were counted are 1, and every difference is listed', async () => {
    const { code, stdout } = await cli([
      [4, 2],
      [5, 3],
      [7, 0],
    ])
    expect(code).toBe(1)
    expect(stdout).toContain(
      [
        'FEWER  there are fewer receipts than were counted elsewhere: something was not logged, or at another time',
        '  rows   4: 5 counted elsewhere, 4 receipts',
        '  2026-03-05T00:00:00.000Z to 2026-03-06T00:00:00.000Z  1 receipt, 2 fewer than 3',
        '  2026-03-06T00:00:00.000Z to 2026-03-07T00:00:00.000Z  0 receipts, the counts have no row for this time',
        '  2026-03-07T00:00:00.000Z to 2026-03-08T00:00:00.000Z  1 receipt, 1 more than 0',
        '',
      ].join('\n'),
    )
  })

  test('what can not be compared is 3', async () => {
    const gap = equal.filter(([day]) => day !== 6)
    expect((await cli(gap)).code).toBe(3)
    expect((await cli(gap, '--gaps-are-zero')).code).toBe(0)
    expect((await cli([[4, 1]])).code).toBe(3)
    // nobody knows how many of the receipts are real
    const stranger = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    const unknown = await runCli(
      ['reconcile', 'receipts.jsonl', '--counts', 'counts.csv', '--by', 'day', '--trust', stranger],
      { cwd },
    )
    expect(unknown.code).toBe(3)
    expect(unknown.stdout).toContain('4 left out, because the verifier found something against them')
    expect((await cli(equal, 'store', '--chain', 'absent')).code).toBe(3)
  })

  test('a chain that is INVALID is 1, whatever its counts', async () => {
    await cli(equal)
    const broken = jsonl.replace('"model-1"', '"model-9"')
    const { code, stdout } = await runCli(
      ['reconcile', '-', '--counts', 'counts.csv', '--by', 'day', ...trusted, '--json'],
      { cwd, stdin: broken },
    )
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'INVALID', checked: 4, counted: expect.any(Number) })
  })

  test('all chains together, and in another zone', async () => {
    const all = await cli([[4, 3], ...equal.slice(1)], 'store', '--all')
    expect([all.code, all.stdout.split('\n')[0]]).toEqual([0, 'VALID  2 chains, 5 receipts checked'])
    expect((await cli(equal, 'store')).stderr).toContain('--all takes them all')
    // 05:06 UTC is the evening before
    const west = await cli(
      [
        [3, 2],
        [4, 1],
        [5, 0],
        [6, 1],
      ],
      '--timezone',
      'Pacific/Honolulu',
      '--json',
    )
    expect([west.code, JSON.parse(west.stdout)]).toMatchObject([0, { answer: 'EQUAL', differences: [] }])
  })

  test('what makes no sense is 2', async () => {
    const fails = async (...args: string[]) => {
      const { code, stdout, stderr } = await cli(equal, ...args)
      expect([code, stdout]).toEqual([2, ''])
      return stderr
    }
    expect(await fails('--timezone', 'Mars/Olympus')).toContain('--timezone must be a name')
    expect(await fails('--all', '--chain', 'acme')).toContain('does not go with')
    expect(await fails('--time', 'soon')).toContain('timestamp, startedAt, endedAt')
    await writeFile(join(cwd, 'bad.csv'), 'from,count\n2026-03-04,many\n')
    const bad = async (file: string) =>
      (await runCli(['reconcile', 'receipts.jsonl', '--counts', file, '--by', 'day', ...trusted], { cwd })).stderr
    expect(await bad('bad.csv')).toContain('line 2: its count')
    expect(await bad('absent.csv')).toContain('absent.csv')
    await writeFile(join(cwd, 'empty.csv'), 'from,count\n')
    expect(await bad('empty.csv')).toContain('no row')
    await writeFile(join(cwd, 'twice.csv'), 'from,count\n2026-03-04,1\n2026-03-04,1\n')
    expect(await bad('twice.csv')).toContain('must not overlap')
    const { code } = await runCli(['reconcile', 'receipts.jsonl', '--counts', 'counts.csv'], { cwd })
    expect(code).toBe(2)
    await cli(equal)
    const lengthless = await runCli(['reconcile', 'receipts.jsonl', '--counts', 'counts.csv', ...trusted], { cwd })
    expect([lengthless.code, lengthless.stderr]).toEqual([2, expect.stringContaining('--by does, day or hour')])
  })
})
