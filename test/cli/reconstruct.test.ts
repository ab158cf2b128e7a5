import { execFile } from 'node:child_process'
import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import { about, type Body, good, idOf, key, person, sealed } from '../report/coverage/support.js'
import { runCli } from './run-cli.js'

const bodies: readonly Body[] = [
  good.decision({
    decisionId: 'case-1',
    subjectId: person(7),
    pseudonymKeyId: 'people-1',
    decision: { type: 'credit', outcome: 'denied' },
  }),
  good.call('c-1', { parentReceiptId: idOf(0) }),
  good.result('c-1', { parentReceiptId: idOf(1), latencyMs: 40 }),
  good.review(0, 'override'),
]
const receipts = sealed(bodies)
const agent = sealed([good.decision({ links: [{ ...about(0, 0, 'delegated_from'), chainId: 'acme' }] })], {
  chainId: 'agent',
  number: 1,
})
const trusted = ['--trust', key.keyId, '--now', '2026-12-01']

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-reconstruct-'))
  await writeFile(join(cwd, 'receipts.jsonl'), receipts.map((receipt) => `${lineOf(receipt)}\n`).join(''))
  const store = fileStore(join(cwd, 'store'))
  await store.append('acme', receipts, undefined)
  await store.append('agent', agent, undefined)
  await store.close()
})
afterAll(() => rm(cwd, { recursive: true }))

const cli = (...args: readonly string[]) => runCli(['reconstruct', ...args], { cwd })

describe('quittance reconstruct', () => {
  test('tells the course of a trace', async () => {
    const { code, stdout, stderr } = await cli('trace-1', '--store', 'receipts.jsonl', ...trusted)
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    expect(lines.slice(0, 6)).toEqual([
      'VALID  trace trace-1: the chains hold, as far as they go',
      '  chain acme  VALID  4 receipts verified, 4 of them here',
      '  1 chain read, as of 2026-12-01T00:00:00.000Z',
      '',
      'Timeline',
      '  ok  2026-03-04T05:06:07.000Z  decision allow denied  acme seq 0, belongs to it',
    ])
    expect(lines).toEqual(
      expect.arrayContaining([
        '  ok    2026-03-04T05:06:08.000Z  tool_call search  acme seq 1, belongs to it',
        '  ok      2026-03-04T05:06:09.000Z  tool_result search  acme seq 2, belongs to it',
        '  ok  2026-03-04T05:06:10.000Z  human_oversight override  acme seq 3, links to it',
        'Who decided',
        '  2026-03-04T05:06:07.000Z  system scoring 4.2.0: allow denied  acme seq 0',
        `  2026-03-04T05:06:10.000Z  person ${person(1)}: override  acme seq 3`,
        '  search  acme seq 1 → acme seq 2, 40 ms',
        'What is not there',
        '  No receipt here points to something that is missing. What was never recorded can not be seen.',
      ]),
    )
  })

  test('over every chain of a store, or one; of a case or a receipt', async () => {
    const json = async (...args: string[]) => JSON.parse((await cli(...args, ...trusted, '--json')).stdout)
    const all = await json('trace-1', '--store', 'store')
    expect(all).toMatchObject({ format: 'quittance-reconstruction/1', verdict: 'VALID', chainsRead: 2 })
    expect(all.timeline).toHaveLength(5)
    expect((await json('trace-1', '--store', 'store', '--chain', 'acme')).timeline).toHaveLength(4)
    const receipt = await json(idOf(2), '--receipt', '--store', 'store')
    expect(receipt.timeline).toEqual(all.timeline)
    expect((await json('case-1', '--decision', '--store', 'store')).decisionIds).toEqual(['case-1'])
    const fromEnvironment = await runCli(['reconstruct', 'trace-1', ...trusted], {
      cwd,
      env: { QUITTANCE_STORE_URL: 'file:./store' },
    })
    expect(fromEnvironment.code).toBe(0)
  })

  test('as a page into a file', async () => {
    const args = ['trace-1', '--store', 'store', ...trusted, '--format', 'html', '--out', 'page.html', '--lang', 'de']
    expect(await cli(...args)).toEqual({ code: 0, stdout: '', stderr: '' })
    const page = await readFile(join(cwd, 'page.html'), 'utf8')
    expect(page).toMatch(/^<!doctype html>\n<html lang="de">/)
    expect(page).toContain('Rekonstruktion einer Entscheidung: Trace trace-1')
  })

  test('into what is no file is written, and into the file that a link leads to', async () => {
    const args = ['trace-1', '--store', 'store', ...trusted]
    const { stdout } = await cli(...args)
    await promisify(execFile)('mkfifo', [join(cwd, 'pipe')])
    const [read, told] = await Promise.all([readFile(join(cwd, 'pipe'), 'utf8'), cli(...args, '--out', 'pipe')])
    expect([told.code, read]).toEqual([0, stdout])
    expect((await lstat(join(cwd, 'pipe'))).isFIFO()).toBe(true)
    await writeFile(join(cwd, 'kept.txt'), 'old')
    await symlink('kept.txt', join(cwd, 'link.txt'))
    expect((await cli(...args, '--out', 'link.txt')).code).toBe(0)
    expect((await lstat(join(cwd, 'link.txt'))).isSymbolicLink()).toBe(true)
    expect(await readFile(join(cwd, 'kept.txt'), 'utf8')).toBe(stdout)
  })

  test('the exit code is the verdict of the chains that it stands on', async () => {
    const absent = await cli('absent', '--store', 'store', ...trusted)
    expect([absent.code, absent.stdout.includes('NOTHING_FOUND')]).toEqual([3, true])
    const text = await readFile(join(cwd, 'receipts.jsonl'), 'utf8')
    await writeFile(join(cwd, 'changed.jsonl'), text.replace('"override"', '"approval"'))
    const changed = await cli('trace-1', '--store', 'changed.jsonl', ...trusted)
    expect(changed.code).toBe(1)
    expect(changed.stdout).toMatch(/^ {2}no {2}.*human_oversight approval.*\n {6}does not hold: HASH_MISMATCH$/m)
    const stranger = ['--trust', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK']
    expect((await cli('trace-1', '--store', 'receipts.jsonl', ...stranger)).code).toBe(3)
  })

  test('wrong usage is refused, and nothing printed', async () => {
    for (const args of [
      ['trace-1', ...trusted],
      ['trace-1', '--store', '-', ...trusted],
      ['trace-1', '--store', 'receipts.jsonl'],
      ['trace-1', '--store', 'nowhere', ...trusted],
      ['trace-1', '--store', 'store', ...trusted, '--limit', '100001'],
      ['trace-1', '--store', 'store', ...trusted, '--lang', 'de', '--lang', 'en'],
      ['x', '--receipt', '--store', 'store', ...trusted],
      [idOf(0), '--receipt', '--decision', '--store', 'store', ...trusted],
      ['trace-1', '--store', 'store', ...trusted, '--format', 'pdf'],
      ['trace-1', '--store', 'store', ...trusted, '--json', '--format', 'html'],
      ['', '--store', 'store', ...trusted],
    ]) {
      const { code, stdout, stderr } = await cli(...args)
      expect([args, code, stdout]).toEqual([args, 2, ''])
      expect(stderr).not.toContain('UNEXPECTED')
    }
  })
})
