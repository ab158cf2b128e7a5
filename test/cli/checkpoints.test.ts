/** quittance verify --checkpoints: what was cut, rewritten or left out as a whole shows. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { anchorOf } from '../verify/anchor.js'
import { logNoteOf, noteOf, originOf, policyTextOf } from '../verify/notes.js'
import { runCli } from './run-cli.js'

let dir: string
const a = testReceipts({ chainId: 'a', count: 6 })
const b = testReceipts({ chainId: 'b', count: 4 })
const rewritten = [...a.slice(0, 3), ...testReceipts({ chainId: 'a', count: 3, after: a[2], label: 'rewritten' })]
const rootOf = (receipts: readonly DecisionReceipt[]): string => (receipts[0] as DecisionReceipt).receiptHash
const logged = [a, b]
const log = testReceipts({
  chainId: 'transparency-log',
  count: 3,
  body: (seq) => {
    const chain = logged[seq - 1]
    const rest = { input: undefined, output: undefined, checks: undefined, action: undefined }
    if (chain === undefined)
      return {
        ...rest,
        eventType: 'system',
        system: { event: 'chain_start', nonce: '0'.repeat(32), retentionDays: 184 },
      }
    const { size, rootHash } = anchorOf(chain)
    const system = {
      event: 'checkpoint' as const,
      origin: originOf(rootOf(chain)),
      size,
      rootHash: rootHash as `sha256:${string}`,
    }
    return { ...rest, eventType: 'system', system }
  },
})
const trusted = ['--trust', testReceiptKeyId()]
const cli = (...args: readonly string[]) => runCli(['verify', ...args, ...trusted], { cwd: dir })
const linesOf = (receipts: readonly DecisionReceipt[]) => receipts.map((one) => `${lineOf(one)}\n`).join('')

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-checkpoints-'))
  const stores = [
    ['whole', a, b, log],
    ['no-b', a, log],
    ['cut', a.slice(0, 5), b, log],
    ['cut-log', a, b, log.slice(0, 2)],
  ] as const
  for (const [name, ...chains] of stores) {
    const store = fileStore(join(dir, name))
    for (const chain of chains) await store.append((chain[0] as DecisionReceipt).chainId, [...chain], undefined)
    await store.close()
  }
  await writeFile(join(dir, 'a.jsonl'), linesOf(a))
  await writeFile(join(dir, 'rewritten.jsonl'), linesOf(rewritten))
  await writeFile(join(dir, 'log.jsonl'), linesOf(log))
  await writeFile(join(dir, 'policy.txt'), policyTextOf(1))
  await mkdir(join(dir, 'audit', 'deeper'), { recursive: true })
  await writeFile(join(dir, 'audit', 'readme.txt'), 'no note')
  await writeFile(join(dir, 'audit', 'a-6.note'), await noteOf(a))
  await writeFile(join(dir, 'audit', 'deeper', 'log-3.note'), await logNoteOf(log, { witnesses: [[1, 1_800_000_000]] }))
  await writeFile(join(dir, 'two.txt'), `${await noteOf(a, { size: 2 })}${await noteOf(a, { size: 5 })}`)
  await writeFile(join(dir, 'few.note'), await logNoteOf(log))
})
afterAll(() => rm(dir, { recursive: true }))

const given = ['--checkpoints', 'audit', '--policy', 'policy.txt']

test('one chain: whole, cut, rewritten with the signing key', async () => {
  const whole = await cli('a.jsonl', ...given, '--log-chain', 'log.jsonl', '--require-tail')
  expect([whole.code, whole.stderr]).toEqual([0, ''])
  expect(whole.stdout).toContain('tail    checkpoint: a checkpoint covers the last receipt')
  expect(whole.stdout).toContain(`held    seq 0 to 5 are those of the checkpoint of ${originOf(rootOf(a))}`)
  // the policy asks for witnesses: what only the log has signed is not enough
  const unseen = await cli('a.jsonl', ...given)
  expect(unseen).toMatchObject({ code: 3, stdout: expect.stringContaining('hold it against the log chain too') })
  const cut = await cli('cut', '--chain', 'a', ...given)
  expect(cut).toMatchObject({ code: 3, stdout: expect.stringContaining('covers seq 5 to 5, which are missing') })
  const forged = await cli('rewritten.jsonl', ...given)
  expect(forged).toMatchObject({ code: 1, stdout: expect.stringContaining('CHECKPOINT_MISMATCH') })
  // of what contradicts nothing is said to be held
  expect(forged.stdout).not.toMatch(/held {4}|are those of the checkpoint|tail {4}checkpoint/)
  const lines = linesOf(a).split('\n')
  await writeFile(
    join(dir, 'spoiled.jsonl'),
    [lines[0], lines[1]?.replace(/"signature":".{8}/, '"signature":"AAAAAAAA'), ...lines.slice(2)].join('\n'),
  )
  const spoiled = await cli('spoiled.jsonl', ...given, '--log-chain', 'log.jsonl')
  expect([spoiled.code, spoiled.stdout.includes('INVALID')]).toEqual([1, true])
  const about = spoiled.stdout.slice(spoiled.stdout.indexOf('INVALID'))
  expect(about.slice(0, about.indexOf('\n\n'))).not.toMatch(/held {4}|tail {4}checkpoint/)
  expect((await cli('rewritten.jsonl')).code).toBe(0)
})

test('--json has the checkpoint that was led to, and the note that contradicts', async () => {
  const { stdout } = await cli('rewritten.jsonl', ...given, '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: 'INVALID',
    problems: [{ code: 'CHECKPOINT_MISMATCH', notes: [await noteOf(a)] }],
  })
  const held = JSON.parse((await cli('a.jsonl', ...given, '--json')).stdout)
  expect(held.scope.checkpoint).toEqual({ origin: originOf(rootOf(a)), size: 6 })
})

test('notes may stand in one file, and options be repeated', async () => {
  await writeFile(join(dir, 'alone.txt'), policyTextOf(0))
  const of = ['a.jsonl', '--policy', 'alone.txt', '--json', '--checkpoints', 'two.txt']
  const { stdout } = await cli(...of)
  expect(JSON.parse(stdout).scope).toMatchObject({ tail: 'unproved', checkpoint: { size: 5 } })
  const both = await cli(...of, '--checkpoints', 'audit')
  expect(JSON.parse(both.stdout).scope).toMatchObject({ tail: 'checkpoint', checkpoint: { size: 6 } })
})

test('--log-chain: the log dates and covers what it has, and shows what is missing as a whole', async () => {
  const of = (store: string, ...more: string[]) =>
    cli(store, '--all', ...given, '--log-chain', 'transparency-log', '--json', ...more)
  const whole = await of('whole', '--require-tail')
  expect(whole.code).toBe(0)
  const { chains } = JSON.parse(whole.stdout)
  expect(chains.map(({ scope }: { scope: { tail: string } }) => scope.tail)).toEqual([
    'checkpoint',
    'checkpoint',
    'checkpoint',
  ])
  expect(chains[1].scope.checkpoint).toMatchObject({ size: 4, witnessedAt: '2027-01-15T08:00:00.999Z' })

  const missing = await of('no-b')
  expect(missing.code).toBe(3)
  const [last] = JSON.parse(missing.stdout).chains.slice(-1)
  expect(last).toMatchObject({
    name: originOf(rootOf(b)),
    verdict: 'INCOMPLETE',
    counts: { CHECKPOINT_NOT_REACHED: 1 },
  })

  const cut = await of('cut-log')
  expect(cut.code).toBe(3)
  // without its log nothing would show: that is what the log is for
  expect((await cli('no-b', '--all')).code).toBe(0)
})

test('--log-chain FILE: an export of the log, kept by somebody else', async () => {
  const { code, stdout } = await cli('no-b', '--all', ...given, '--log-chain', 'log.jsonl', '--json')
  expect(code).toBe(3)
  const names = JSON.parse(stdout).chains.map(({ name }: { name: string }) => name)
  expect(names[0]).toBe('log.jsonl')
  expect(names).toContain(originOf(rootOf(b)))
  const one = await cli('a.jsonl', ...given, '--log-chain', 'log.jsonl')
  expect(one.code).toBe(0)
  expect(one.stdout).toMatch(/2 chains/)
  // the verdict on the log counts, though the chain that was asked for holds
  await writeFile(join(dir, 'short.jsonl'), linesOf(log.slice(0, 2)))
  expect((await cli('a.jsonl', ...given, '--log-chain', 'short.jsonl')).code).toBe(3)
})

test('too few witnesses: said, and nothing is believed', async () => {
  const { code, stderr } = await cli(
    'whole',
    '--all',
    '--checkpoints',
    'few.note',
    '--policy',
    'policy.txt',
    '--log-chain',
    'transparency-log',
  )
  expect(code).toBe(3)
  expect(stderr).toBe('warning: 1 of 1 checkpoints have too few witnesses: few.note\n')
})

test('the log among all chains: what to give is said', async () => {
  const { code, stderr } = await cli('whole', '--all', ...given)
  expect(code).toBe(3)
  expect(stderr).toMatch(/^hint: give --log-chain transparency-log: /)
  expect((await cli('whole', '--all', ...given, '--log-chain', 'transparency-log')).stderr).toBe('')
})

test('a note that is wrong or passed over is named by its file', async () => {
  const wrong = join(dir, 'wrong')
  await mkdir(wrong)
  await writeFile(join(wrong, 'good.note'), await noteOf(a))
  const note = await noteOf(a)
  await writeFile(join(wrong, 'spoiled.note'), note.replace(/\n6\n/, '\n7\n'))
  const of = (...more: string[]) => cli('a.jsonl', '--policy', 'policy.txt', '--checkpoints', ...more)
  const spoiled = await of('wrong')
  expect([spoiled.code, spoiled.stderr]).toEqual([2, expect.stringContaining('wrong/spoiled.note: ')])
  await writeFile(join(wrong, 'spoiled.note'), `${note}cut`)
  const cut = await of('wrong')
  expect([cut.code, cut.stderr]).toEqual([2, expect.stringContaining('wrong/spoiled.note (note 2): ')])
  const stranger = join(dir, 'stranger')
  await mkdir(stranger)
  const few = await logNoteOf(log)
  for (let at = 0; at < 7; at += 1) await writeFile(join(stranger, `${at}.note`), few)
  const { stderr } = await of('stranger')
  expect(stderr).toContain('7 of 7 checkpoints have too few witnesses: stranger/0.note, ')
  expect(stderr).toContain('stranger/4.note and 2 more\n')
})

test('a log chain that is not there is one of the verdicts', async () => {
  const whole = fileStore(join(dir, 'no-log'))
  await whole.append('a', [...a], undefined)
  await whole.close()
  const { code, stdout } = await cli('no-log', '--all', ...given, '--log-chain', 'transparency-log', '--json')
  const { chains } = JSON.parse(stdout)
  expect([code, chains[0].name, chains[0].verdict, chains[0].counts.EMPTY]).toEqual([
    3,
    'transparency-log',
    'INCOMPLETE',
    1,
  ])
})

test('an ordinary chain that is named as the log is a slip, and accuses nobody', async () => {
  for (const [target, log] of [
    [['whole', '--all'], 'a'],
    [['a.jsonl'], 'a.jsonl'],
  ] as const) {
    const { code, stdout, stderr } = await cli(...target, ...given, '--log-chain', log)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`--log-chain: ${log} is no log`)
  }
})

test('a place without a checkpoint is a slip, and a pipe there is not waited for', async () => {
  const empty = join(dir, 'empty')
  await mkdir(join(empty, 'deeper'), { recursive: true })
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(empty, 'deeper', 'pipe.note')])
  const of = (...places: string[]) =>
    cli('a.jsonl', '--policy', 'policy.txt', ...places.flatMap((place) => ['--checkpoints', place]))
  const none = await of('empty')
  expect([none.code, none.stdout]).toEqual([2, ''])
  expect(none.stderr).toContain('there is no checkpoint in empty')
  expect((await of('audit', 'empty')).stderr).toMatch(/^warning: there is no checkpoint in empty\n/)
  execFileSync('git', ['init', '--quiet', '--bare', join(dir, 'bare.git')])
  expect((await of('bare.git')).stderr).toContain('git clone -b checkpoints bare.git DIR')
})

test('a policy that can not be read is named by its file', async () => {
  await writeFile(join(dir, 'unruly.txt'), 'Log something\n')
  const { code, stderr } = await cli('a.jsonl', '--checkpoints', 'audit', '--policy', 'unruly.txt')
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^quittance: unruly\.txt, line 1: .*\[TLOG_MALFORMED\]\n$/)])
})

test('the policy of a package is told apart from a tlog-policy', async () => {
  await writeFile(join(dir, 'policy.json'), '{"require":{"tail":true}}\n')
  const { code, stderr } = await cli('a.jsonl', '--checkpoints', 'audit', '--policy', 'policy.json')
  expect([code, stderr]).toEqual([2, expect.stringMatching(/policy\.json is the policy of a package.*tlog-policy/)])
  await writeFile(join(dir, 'keys.json'), '\ufeff{"keys":[]}')
  const mixed = await cli('a.jsonl', '--checkpoints', 'audit', '--policy', 'keys.json')
  expect([mixed.code, mixed.stderr]).toEqual([
    2,
    expect.stringContaining('keys.json is a keyring: it goes to --keyring'),
  ])
})

test('what makes no sense is refused', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await cli(...args)
    return `${code} ${stderr.split('\n')[0]}`
  }
  expect(await refused('a.jsonl', '--checkpoints', 'audit')).toMatch(/^2 .*--policy FILE/)
  expect(await refused('a.jsonl', '--policy', 'policy.txt')).toMatch(/^2 .*--checkpoints/)
  expect(await refused('a.jsonl', '--log-chain', 'log.jsonl')).toMatch(/^2 .*--checkpoints/)
  expect(await refused('a.jsonl', ...given, '--log-chain', 'no such file')).toMatch(/^2 .*no file/)
  expect(await refused('a.jsonl', ...given, '--log-chain', 'transparency-log')).toMatch(
    /^2 .*give the log chain as a file/,
  )
  expect(await refused('a.jsonl', '--checkpoints', 'nowhere', '--policy', 'policy.txt')).toMatch(/^2 .*no such file/)
  expect(await refused('a.jsonl', '--checkpoints', 'a.jsonl', '--policy', 'policy.txt')).toMatch(/^2 .*a\.jsonl: /)
  expect(await refused('a.jsonl', '--checkpoints', 'audit', '--policy', 'a.jsonl')).toMatch(/^2 .*policy/)
})
