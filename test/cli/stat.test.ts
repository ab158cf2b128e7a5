/** quittance stat: how much each chain holds, without reading what is between its ends. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { rateText, sizeText } from '../../src/cli/stat/table.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { storeFromUrl } from '../../src/url.js'
import { runCli } from './run-cli.js'

const acme = testReceipts({ chainId: 'acme', count: 700 })
const other = testReceipts({ chainId: 'Other/EU', count: 3, rationale: () => 'ä'.repeat(1_000) })
const textOf = (receipts: readonly DecisionReceipt[]) => receipts.map((one) => `${lineOf(one)}\n`).join('')
const bytesOf = (receipts: readonly DecisionReceipt[]) => Buffer.byteLength(textOf(receipts))

let redis: RedisService
let dir: string
let url: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-stat-'))
  redis = await startRedis()
  url = `${redis.url}?prefix=stat`
  for (const store of [fileStore(join(dir, 'receipts')), storeFromUrl(url)]) {
    await store.append('acme', acme, undefined)
    await store.append('Other/EU', other, undefined)
    const { seq, receiptHash } = acme[99] as DecisionReceipt
    await store.prune?.('acme', 100, { seq, receiptHash })
    await store.close()
  }
})
afterAll(async () => {
  await redis.stop()
  await rm(dir, { recursive: true })
})

const cli = (...args: readonly string[]) => runCli(['stat', ...args], { cwd: dir })

const figures = {
  acme: {
    chainId: 'acme',
    receipts: 600,
    first: 100,
    last: 699,
    oldest: acme[100]?.timestamp,
    newest: acme[699]?.timestamp,
    perSecond: 1,
    recentPerSecond: 1,
  },
  other: {
    chainId: 'Other/EU',
    receipts: 3,
    first: 0,
    last: 2,
    oldest: other[0]?.timestamp,
    newest: other[2]?.timestamp,
    perSecond: 1,
    recentPerSecond: 1,
  },
}
const total = { chains: 2, receipts: 603, oldest: other[0]?.timestamp, newest: acme[699]?.timestamp }

test('shows every chain of a file store, and all of them together', async () => {
  const { code, stdout, stderr } = await cli('receipts')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toBe(
    [
      `chain     receipts    bytes  rate  lately  oldest                newest`,
      `Other/EU         3  ${sizeText(bytesOf(other)).padStart(7)}   1/s     1/s  2026-01-01T00:00:00Z  2026-01-01T00:00:02Z`,
      `acme           600  ${sizeText(bytesOf(acme.slice(100))).padStart(7)}   1/s     1/s  2026-01-01T00:01:40Z  2026-01-01T00:11:39Z`,
      `2 chains       603  ${sizeText(bytesOf(other) + bytesOf(acme.slice(100))).padStart(7)}     -       -  2026-01-01T00:00:00Z  2026-01-01T00:11:39Z`,
      '',
    ].join('\n'),
  )
})

test('--json is the documented shape', async () => {
  const { chains, total: all } = JSON.parse((await cli('receipts', '--json')).stdout)
  expect(chains).toEqual([
    { ...figures.other, name: expect.stringMatching(/^other_eu-/), bytes: bytesOf(other), files: expect.any(Number) },
    {
      ...figures.acme,
      name: expect.stringMatching(/^acme-/),
      bytes: bytesOf(acme.slice(100)),
      files: expect.any(Number),
    },
  ])
  expect(all).toEqual({ ...total, bytes: bytesOf(other) + bytesOf(acme.slice(100)) })
})

test('of a store on a server the bytes are known only when all of it is read', async () => {
  const { code, stdout } = await cli(url, '--json')
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    {
      chains: [
        { ...figures.other, name: 'Other/EU' },
        { ...figures.acme, name: 'acme' },
      ],
      total,
    },
  ])
  expect((await cli(url)).stdout).toMatch(/^acme +600 +- +1\/s +1\/s {2}2026-/m)
  const read = JSON.parse((await cli(url, '--read', '--json')).stdout)
  expect(read.chains.map(({ bytes }: { bytes: number }) => bytes)).toEqual([bytesOf(other), bytesOf(acme.slice(100))])
})

test('one chain, an order, a file, a directory of files', async () => {
  expect((await cli('receipts', '--chain', 'acme')).stdout.split('\n')).toHaveLength(3)
  expect((await cli('receipts', '--sort', 'receipts')).stdout.split('\n')[1]).toMatch(/^acme/)
  await mkdir(join(dir, 'files'), { recursive: true })
  await writeFile(join(dir, 'files', 'a.jsonl'), `${textOf(acme)}{"torn`)
  await writeFile(join(dir, 'files', 'b.jsonl'), textOf(other))
  expect(JSON.parse((await cli('files/a.jsonl', '--json')).stdout)).toMatchObject({
    chains: [{ chainId: 'acme', name: 'files/a.jsonl', receipts: 700, bytes: bytesOf(acme) + 6 }],
  })
  expect(JSON.parse((await cli('files', '--json')).stdout).total).toMatchObject({ chains: 2, receipts: 703 })
})

describe('what can not be told', () => {
  test('is said, and is exit 2; the others are shown', async () => {
    const broken = join(dir, 'broken')
    await mkdir(broken, { recursive: true })
    await writeFile(join(broken, 'a.jsonl'), textOf(acme))
    await writeFile(join(broken, 'b.jsonl'), `no receipt\n${textOf(other)}`)
    await writeFile(join(broken, 'c.jsonl'), `${textOf(other)}{}\n`)
    await writeFile(join(broken, 'd.jsonl'), '{"torn')
    await writeFile(join(broken, 'e.jsonl'), '')
    await writeFile(join(broken, 'f.jsonl'), textOf([acme[3], other[2]] as DecisionReceipt[]))
    const { code, stdout, stderr } = await cli('broken')
    expect(code).toBe(2)
    expect(stdout).toMatch(/^acme +700 /m)
    expect(stdout).toMatch(/^b.jsonl +\? /m)
    expect(stdout).toMatch(/^e.jsonl +0 +0 B +-/m)
    for (const line of [
      'b.jsonl: its first line is no receipt',
      'c.jsonl: its last line is no receipt',
      'd.jsonl: it holds no whole line',
      'f.jsonl: its first and its last line are not of one chain',
    ])
      expect(stderr).toContain(`quittance: ${line}; quittance verify says more\n`)
    expect(stderr).not.toContain('e.jsonl')
  })

  test('what is not there is exit 2', async () => {
    for (const args of [
      ['receipts', '--chain', 'absent'],
      [url, '--chain', 'absent'],
      ['absent'],
      ['-'],
      ['files/b.jsonl', '--chain', 'x'],
    ]) {
      expect(await cli(...args)).toMatchObject({ code: 2, stdout: '' })
    }
    await mkdir(join(dir, 'empty'), { recursive: true })
    expect(await cli('empty')).toMatchObject({ code: 0, stdout: '', stderr: 'there is no chain\n' })
  })

  test('a folder whose receipts are gone is shown', async () => {
    const store = fileStore(join(dir, 'gone'))
    await store.append('acme', acme.slice(0, 3), undefined)
    await store.append('other', testReceipts({ chainId: 'other', count: 1 }), undefined)
    await store.close()
    for (const name of (await readdir(join(dir, 'gone'), { recursive: true })).filter((one) =>
      /^acme-.*jsonl$/.test(one),
    ))
      await rm(join(dir, 'gone', name))
    expect((await cli('gone')).stdout).toMatch(/^acme +0 +0 B +- +- +- +-$/m)
  })
})

test('a name from the data can not write on the terminal', async () => {
  await mkdir(join(dir, 'odd'), { recursive: true })
  await writeFile(join(dir, 'odd', 'x\u001b[2J.jsonl'), 'no\n')
  const { stdout, stderr } = await cli('odd')
  expect(stdout + stderr).not.toContain('\u001b[2J')
})

test('sizes and rates are short', () => {
  expect([0, 999, 1_000, 1_234, 189_488_890, 999_600, 5e15].map(sizeText)).toEqual([
    '0 B',
    '999 B',
    '1 kB',
    '1.23 kB',
    '189 MB',
    '1 MB',
    '5000 TB',
  ])
  expect([250.4, 2.54, 1 / 60, 1 / 3600, 3 / 86_400, 1e-9].map(rateText)).toEqual([
    '250/s',
    '2.5/s',
    '1/min',
    '1/h',
    '3/d',
    '0.000086/d',
  ])
})
