/** quittance verify --all over many chains: the ones that matter must not be looked for among thousands of lines. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { runCli } from './run-cli.js'

let dir: string
const head = (name: string) => testReceipts({ chainId: name, count: 2 })[1]?.receiptHash
const trusted = ['--trust', testReceiptKeyId()]
const cli = (...args: readonly string[]) => runCli(['verify', ...args, ...trusted], { cwd: dir })

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-many-'))
  const store = fileStore(join(dir, 'receipts'))
  for (let count = 10; count < 40; count += 1) {
    const receipts = testReceipts({ chainId: `tenant-${count}`, count: 2 })
    const bad = receipts.map((one) => ({ ...one, action: 'reject' as const }))
    await store.append(`tenant-${count}`, count === 23 || count === 31 ? bad : receipts, undefined)
  }
  await store.append(
    'late',
    testReceipts({ chainId: 'late', count: 4 }).slice(2),
    {
      seq: 1,
      receiptHash: head('late') as string,
    },
    { afterPruned: true },
  )
  await store.close()
  const erased = testReceipts({ chainId: 'acme', count: 1, rationale: () => 'why' }).map(
    ({ details: _, ...rest }) => rest,
  )
  await writeFile(join(dir, 'acme.jsonl'), erased.map((one) => `${lineOf(one)}\n`).join(''))
})
afterAll(() => rm(dir, { recursive: true }))

test('ends with how many there are of each verdict, and which do not hold', async () => {
  const { code, stdout, stderr } = await cli('receipts', '--all')
  expect([code, stderr]).toEqual([1, ''])
  expect(stdout.split('\n\n').at(-1)).toBe(
    [
      '  INVALID  tenant-23  HASH_MISMATCH 2',
      '  INVALID  tenant-31  HASH_MISMATCH 2',
      '  INCOMPLETE  late  STARTS_LATE 1',
      'INVALID  31 chains: 2 INVALID, 1 INCOMPLETE, 28 VALID; the worst verdict counts',
      '',
    ].join('\n'),
  )
  const stranger = await runCli(
    ['verify', 'receipts', '--all', '--trust', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'],
    { cwd: dir },
  )
  expect(stranger.stdout).toContain('\n  … and 11 more (--max-problems)\nINVALID  31 chains: 2 INVALID, 29 INCOMPLETE;')
})

test('--brief: a line for each that is VALID, the others as ever', async () => {
  const { code, stdout } = await cli('receipts', '--all', '--brief')
  expect(code).toBe(1)
  expect(stdout.split('\n').filter((line) => line.startsWith('VALID'))).toHaveLength(28)
  expect(stdout).toContain(
    `VALID  chain tenant-10, seq 0 to 1, 2 receipts checked, head 1:${head('tenant-10')}, tail unproved\n`,
  )
  expect(stdout).toMatch(/^INVALID {2}chain tenant-23, seq 0 to 1, 2 receipts checked\n {2}from {4}tenant_23-/m)
  expect(stdout).toMatch(/line 1 {2}seq 0 {2}HASH_MISMATCH/)
  const file = await cli('acme.jsonl', '--brief')
  expect(file).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^VALID {2}chain acme \(by its own claim\), seq 0 to 0, 1 receipt checked, head 0:sha256:\w+, tail unproved {2}\(DETAILS_ERASED 1\)\n$/,
    ),
  })
})
