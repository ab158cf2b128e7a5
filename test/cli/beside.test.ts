/** quittance verify STORE: what lies beside the receipts is never a reason for VALID, but what contradicts it is found. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { runCli } from './run-cli.js'

let dir: string
let trust: string[]
const a = testReceipts({ chainId: 'a', count: 6 })
const b = testReceipts({ chainId: 'b', count: 4 })
const cli = (...args: string[]) => runCli(args, { cwd: dir })
const verify = (store: string, ...more: string[]) => cli('verify', store, ...trust, ...more)

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-beside-'))
  for (const name of ['receipts', 'log']) await cli('keygen', `${name}.key.pem`)
  const own = (await cli('public-key', 'receipts.key.pem')).stdout.trimEnd()
  trust = ['--trust', testReceiptKeyId(), '--trust', own]
  const store = fileStore(join(dir, 'whole'))
  await store.append('a', a, undefined)
  await store.append('b', b, undefined)
  await store.close()
  await cp(join(dir, 'whole'), join(dir, 'none'), { recursive: true })
  const keys = ['--key', 'log.key.pem', '--receipt-key', 'receipts.key.pem']
  const made = await cli('checkpoint', 'whole', '--origin', 'log.example/acme', ...keys, ...trust)
  expect([made.code, made.stderr]).toEqual([0, ''])
})
afterAll(() => rm(dir, { recursive: true }))

async function folderOf(store: string, chain: string): Promise<string> {
  const name = (await readdir(join(dir, store))).find((one) => one.startsWith(`${chain}-`))
  return join(dir, store, name as string)
}

/** A copy in which one chain has these lines. */
async function changed(store: string, chain: string, lines: readonly string[]): Promise<string> {
  await cp(join(dir, 'whole'), join(dir, store), { recursive: true })
  const folder = await folderOf(store, chain)
  const segment = (await readdir(folder)).find((name) => name.endsWith('.jsonl')) as string
  await writeFile(join(folder, segment), lines.map((line) => `${line}\n`).join(''))
  return store
}
const linesOf = (receipts: typeof a) => receipts.map(lineOf)

test('what is whole is VALID, and its tail is as unproved as without', async () => {
  for (const store of ['whole', 'none']) {
    for (const which of [['--chain', 'a'], ['--all']]) {
      const { code, stdout, stderr } = await verify(store, ...which)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).not.toContain('checkpoint')
    }
    expect(await verify(store, '--chain', 'a', '--require-tail')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('TAIL_UNPROVED'),
    })
  }
})

test('a tail that was cut', async () => {
  const cut = await changed('cut', 'a', linesOf(a.slice(0, 4)))
  const words = 'the checkpoint of size 6 that is kept beside the chain covers seq 4 to 5, which are missing'
  const one = await verify(cut, '--chain', 'a')
  expect([one.code, one.stderr]).toEqual([3, ''])
  expect(one.stdout).toMatch(/^INCOMPLETE {2}chain a, seq 0 to 3, 4 receipts checked\n/)
  expect(one.stdout).toContain(
    `  counts  CHECKPOINT_NOT_REACHED 1\n  1 problem\n    CHECKPOINT_NOT_REACHED  ${words}\n`,
  )
  const all = await verify(cut, '--all', '--json')
  expect(all.code).toBe(3)
  const { chains } = JSON.parse(all.stdout) as {
    chains: { scope: { chainId: string }; verdict: string; problems: object[] }[]
  }
  expect(chains.map(({ scope, verdict }) => `${scope.chainId} ${verdict}`).sort()).toEqual([
    'a INCOMPLETE',
    'b VALID',
    'transparency-log VALID',
  ])
  expect(chains.find(({ scope }) => scope.chainId === 'a')?.problems).toEqual([
    { code: 'CHECKPOINT_NOT_REACHED', message: words, notes: [expect.stringContaining('log.example/acme/')] },
  ])
  // the same receipts where nothing lies beside them are a shorter chain, and a good one
  await writeFile(join(dir, 'cut.jsonl'), `${linesOf(a.slice(0, 4)).join('\n')}\n`)
  expect((await verify('cut.jsonl')).code).toBe(0)
})

test('a chain of which nothing is left', async () => {
  const { code, stdout } = await verify(await changed('emptied', 'a', []), '--chain', 'a')
  expect(code).toBe(3)
  expect(stdout).toContain('covers seq 0 to 5, which are missing')
})

test('a chain that was forked beside its checkpoint, longer or not', async () => {
  const words = 'is another receipt than the one that the checkpoint of size 6 beside the chain was made of'
  for (const count of [3, 5]) {
    const forked = [...a.slice(0, 3), ...testReceipts({ chainId: 'a', count, after: a[2], label: 'forked' })]
    const store = await changed(`forked-${count}`, 'a', linesOf(forked))
    for (const which of [['--chain', 'a'], ['--all']]) {
      const { code, stdout } = await verify(store, ...which)
      expect([code, stdout]).toEqual([1, expect.stringMatching(/^ {4}seq 5 {2}CHECKPOINT_MISMATCH {2}/m)])
      expect(stdout).toContain(words)
    }
  }
  const anew = await verify(
    await changed('anew', 'a', linesOf(testReceipts({ chainId: 'a', count: 8, label: 'anew' }))),
    '--all',
  )
  expect([anew.code, anew.stdout]).toEqual([1, expect.stringContaining(`seq 0  CHECKPOINT_MISMATCH  ${words}`)])
})

test('a chain whose folder is from before: the log chain knows more than what lies beside it', async () => {
  const cut = await changed('older', 'a', linesOf(a.slice(0, 4)))
  await rm(join(await folderOf(cut, 'a'), 'state-checkpoint.json'))
  const { code, stdout, stderr } = await verify(cut, '--all')
  expect([code, stderr]).toEqual([3, ''])
  expect(stdout).toMatch(
    /the checkpoint of size 6 that seq \d of chain transparency-log has of it covers seq 4 to 5, which are missing/,
  )
  // exports are of different times, and the newest may be the log's
  expect((await cli('export', cut, '--all', '--quiet', '-o', 'exported')).code).toBe(0)
  expect(await verify('exported', '--all')).toMatchObject({ code: 0, stderr: '' })
  // who asks for one chain does not read the log
  expect((await verify(cut, '--chain', 'a')).code).toBe(0)
})

test('a chain that is not there: said, with what would judge it', async () => {
  await cp(join(dir, 'whole'), join(dir, 'without'), { recursive: true })
  await rm(await folderOf('without', 'b'), { recursive: true })
  const { code, stderr } = await verify('without', '--all')
  expect(code).toBe(0)
  expect(stderr).toMatch(
    /^hint: transparency-log has checkpoints of 1 chain that is not here \(log\.example\/acme\/[0-9a-f]{16}\): --checkpoints, --policy and --log-chain transparency-log hold all against it\n$/,
  )
})

test('what lies beside and can not be read is said, and looked at no further', async () => {
  await cp(join(dir, 'whole'), join(dir, 'spoiled'), { recursive: true })
  const file = join(await folderOf('spoiled', 'a'), 'state-checkpoint.json')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"bytes":"..../, '"bytes":"AAAA'))
  const { code, stderr } = await verify('spoiled', '--chain', 'a')
  expect(code).toBe(0)
  expect(stderr).toMatch(/^warning: chain a was not held against the checkpoint beside it: .*\n$/)
})
