import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import { about, type Body, good, idOf, key, sealed } from '../report/coverage/support.js'
import { runCli } from './run-cli.js'

const clean: readonly Body[] = [good.start(), good.decision(), good.call('c-1'), good.result('c-1'), good.end()]
const lacking: readonly Body[] = [
  good.decision({ checks: [], decision: { oversight: 'after' } }),
  good.call('c-1', { parentReceiptId: idOf(9) }),
]
const jsonl = (bodies: readonly Body[]) =>
  sealed(bodies)
    .map((receipt) => `${lineOf(receipt)}\n`)
    .join('')
const trusted = ['--trust', key.keyId, '--now', '2026-12-01']

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-coverage-'))
  await writeFile(join(cwd, 'clean.jsonl'), jsonl(clean))
  await writeFile(join(cwd, 'lacking.jsonl'), jsonl(lacking))
  const store = fileStore(join(cwd, 'store'))
  await store.append('acme', sealed(lacking), undefined)
  await store.append('other', sealed([good.decision({ checks: [] })], { chainId: 'other', number: 1 }), undefined)
  await store.close()
})
afterAll(() => rm(cwd, { recursive: true }))

const coverage = (args: readonly string[], stdin?: string) =>
  runCli(['coverage', ...args], stdin === undefined ? { cwd } : { cwd, stdin })

describe('quittance coverage', () => {
  test('says what is left out, how often, where, and what to call', async () => {
    const { code, stdout, stderr } = await coverage(['lacking.jsonl', ...trusted])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n')).toEqual([
      'VALID  chain acme, 2 receipts counted',
      '  trust               1 key from --trust',
      '  types seen          decision 1, tool_call 1',
      '  types not seen      inference, tool_result, human_oversight, annotation, session_start, session_end, system, key, retention',
      '  models              model-1 1',
      '  recorded by         middleware api 2 2',
      '',
      '4 findings',
      '  OVERSIGHT_AFTER_MISSING  Decisions that ask for a person afterwards, without one so far: 1 of 1, seq 0',
      expect.stringContaining('      Emit a human_oversight receipt'),
      '  CHECKS_MISSING  Decisions without a check: 1 of 1, seq 0',
      expect.stringContaining('      Call addCheck(name'),
      '  TOOL_RESULT_MISSING  Tool calls without a result: 1 of 1, seq 1',
      '      seq 1  search  since 2026-03-04T05:06:08.000Z, 271 d 18 h ago',
      expect.stringContaining('      Emit a tool_result'),
      '  PARENT_NOT_SEALED  Receipts whose parent was never sealed: 1 of 1, seq 1',
      expect.stringContaining('      Await emit()'),
      '  nothing found       INPUT_MISSING 0 of 1, OUTPUT_MISSING 0 of 1, CONTENT_MISSING 0 of 1, MODEL_MISSING 0 of 1, SYSTEM_VERSION_MISSING 0 of 1, CAPTURE_MISSING 0 of 2, REDACTOR_MISSING 0 of 2',
      expect.stringMatching(/^ {2}nothing to look at {2}OVERSIGHT_BEFORE_MISSING, OVERSIGHT_REQUEST_OPEN, /),
      '',
      expect.stringContaining('What was never recorded can not be seen here'),
      '',
    ])
  })

  test('without a finding it still does not say complete', async () => {
    const { code, stdout } = await coverage(['-', ...trusted], jsonl(clean))
    expect(code).toBe(0)
    expect(stdout).toContain('\nno finding\n')
    expect(stdout).toContain('also an empty one, says that the records are complete')
  })

  test('in German', async () => {
    const { stdout } = await coverage(['lacking.jsonl', ...trusted, '--lang', 'de'])
    expect(stdout).toContain('4 Befunde')
    expect(stdout).toContain('  Vertrauen           1 Schlüssel aus --trust\n')
    expect(stdout).toContain('  nicht gesehen       inference,')
    expect(stdout).toContain('Entscheidungen ohne Kontrolle: 1 von 1, seq 0')
  })

  test('of all chains of a store, or of one', async () => {
    const all = await coverage(['store', '--all', ...trusted])
    expect(all.code).toBe(0)
    expect(all.stdout).toContain('2 chains together, 3 receipts counted')
    expect(all.stdout).toContain('2 of 2, acme seq 0 to other seq 0')
    const one = await coverage(['store', '--chain', 'other', ...trusted, '--json'])
    expect(JSON.parse(one.stdout)).toMatchObject({
      format: 'quittance-coverage/1',
      chains: [{ chainId: 'other', receipts: 1 }],
      findings: [{ code: 'CHECKS_MISSING', count: 1, n: 1 }],
    })
    const none = await coverage(['store', ...trusted])
    expect([none.code, none.stdout]).toEqual([2, ''])
    expect(none.stderr).toContain('--all takes them all')
    expect((await coverage(['store', '--chain', 'absent', ...trusted])).code).toBe(3)
  })

  test('the exit code is the verdict, and only --fail-on makes a finding count', async () => {
    const fails = async (...args: string[]) => (await coverage(['lacking.jsonl', ...trusted, ...args])).code
    expect(await fails()).toBe(0)
    expect(await fails('--fail-on', 'PARENT_NOT_SEALED,INPUT_MISSING')).toBe(1)
    expect(await fails('--fail-on', 'INPUT_MISSING')).toBe(0)
    expect(await fails('--fail-on', 'any')).toBe(1)
    expect(await fails('--fail-on', 'NONSENSE')).toBe(2)
    expect((await coverage(['clean.jsonl', ...trusted, '--fail-on', 'any'])).code).toBe(0)
    const broken = jsonl(clean).replace('"model-1"', '"model-9"')
    expect((await coverage(['-', ...trusted], broken)).code).toBe(1)
    const stranger = ['--trust', 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK']
    expect((await coverage(['lacking.jsonl', ...stranger])).code).toBe(3)
    expect((await coverage(['lacking.jsonl'])).code).toBe(2)
  })

  test('with heartbeats that are due each silence is listed, with time for outcomes younger intents are not', async () => {
    const late = ['--trust', key.keyId, '--now', '2026-03-04T07:06:07Z']
    const { code, stdout } = await coverage(['lacking.jsonl', ...late, '--heartbeat', '15m', '--outcome-within', '2h'])
    expect(code).toBe(0)
    expect(stdout).toContain(
      [
        '  SILENCE_TOO_LONG  Silences longer than the heartbeats allow: 1 of 2, seq 1',
        '      seq 1  2026-03-04T05:06:08.000Z to 2026-03-04T07:06:07.000Z, 1 h 59 min',
        '      Find out whether the writer was down',
      ].join('\n'),
    )
    expect(stdout).not.toContain('TOOL_RESULT_MISSING  ')
    const due = await coverage(['lacking.jsonl', ...late, '--outcome-within', '1h', '--lang', 'de'])
    expect(due.stdout).toContain('      seq 1  search  seit 2026-03-04T05:06:08.000Z, vor 1 h 59 min\n')
    const silent = await coverage(['lacking.jsonl', ...late, '--heartbeat', '15m', '--fail-on', 'SILENCE_TOO_LONG'])
    expect(silent.code).toBe(1)
    for (const time of ['15', '0m', '1.5h', '1w'])
      expect((await coverage(['lacking.jsonl', ...late, '--heartbeat', time])).code).toBe(2)
  })

  test('a period', async () => {
    const { stdout } = await coverage([
      'lacking.jsonl',
      ...trusted,
      '--period',
      '2026-03-04T05:06:08Z/2026-03-05',
      '--json',
    ])
    const found = JSON.parse(stdout)
    expect([found.receipts, found.findings.map(({ code }: { code: string }) => code)]).toEqual([
      1,
      ['TOOL_RESULT_MISSING', 'PARENT_NOT_SEALED'],
    ])
    expect((await coverage(['lacking.jsonl', ...trusted, '--period', 'spring'])).code).toBe(2)
  })

  test('a rate below one an hour is one, as for a report', async () => {
    const expected = (rate: string) => coverage(['lacking.jsonl', ...trusted, '--expected-per-hour', rate])
    expect((await expected('0.5')).code).toBe(0)
    for (const rate of ['0', '-1', '1e3', 'often']) expect([rate, (await expected(rate)).code]).toEqual([rate, 2])
  })

  test('names from receipts are never let loose on a terminal', async () => {
    const lines = jsonl([good.decision({ links: [about(5)] })]).replace('"acme"', '"\\u001b[2Jacme\\u202e"')
    const { stdout, stderr } = await coverage(['-', ...trusted], lines)
    expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u)
  })
})
