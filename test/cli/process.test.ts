/** A few runs of the real thing: streams, exit codes and the environment as the operating system has them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')
const did = testReceiptKeyId()
const whole = testReceipts({ chainId: 'acme', count: 3 })
  .map((receipt) => `${lineOf(receipt)}\n`)
  .join('')

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-process-'))
  await writeFile(join(cwd, 'ok.jsonl'), whole)
  await writeFile(join(cwd, 'forged.jsonl'), whole.replace('"allow"', '"reject"'))
})
afterAll(() => rm(cwd, { recursive: true }))

interface Run {
  readonly stdin?: string
  readonly env?: Record<string, string>
  /** Where stdout goes; `gone` is a pipe that nobody reads. */
  readonly stdout?: number | 'gone'
}

async function quittance(args: readonly string[], { stdin, env = {}, stdout = undefined }: Run = {}) {
  const { NODE_OPTIONS: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env
  const child = spawn(process.execPath, ['--import', tsx, main, ...args], {
    cwd,
    env: { ...rest, ...env },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', typeof stdout === 'number' ? stdout : 'pipe', 'pipe'],
  })
  child.stdin?.end(stdin)
  if (stdout === 'gone') child.stdout?.destroy()
  const exit = once(child, 'exit')
  const [out, err] = await Promise.all([
    child.stdout && stdout === undefined ? text(child.stdout) : '',
    child.stderr ? text(child.stderr) : '',
  ])
  const [code] = await exit
  return { code: code as number | null, stdout: out, stderr: err }
}

const judge = (file: string, ...args: string[]) => ['verify', file, '--trust', did, ...args]

// several processes that compile themselves, perhaps on a busy machine
describe('the process', { timeout: 60_000 }, () => {
  test('answers 0, 1, 3 and 2', async () => {
    const runs = await Promise.all([
      quittance(judge('ok.jsonl')),
      quittance(judge('forged.jsonl')),
      quittance(judge('ok.jsonl', '--require-tail')),
      quittance(['verify', 'ok.jsonl']),
    ])
    expect(runs.map(({ code }) => code)).toEqual([0, 1, 3, 2])
    expect(runs.map(({ stdout }) => stdout.split(' ')[0])).toEqual(['VALID', 'INVALID', 'INCOMPLETE', ''])
    expect(runs.map(({ stderr }) => stderr !== '')).toEqual([false, false, false, true])
  })

  test('reads stdin, and writes no colour to a pipe unless it is forced', async () => {
    const plain = await quittance(judge('-'), { stdin: whole })
    expect([plain.code, plain.stdout.startsWith('VALID  chain acme')]).toEqual([0, true])
    const forced = await quittance(judge('-'), { stdin: whole, env: { FORCE_COLOR: '1' } })
    expect([forced.code, forced.stdout.startsWith('\x1b[')]).toEqual([0, true])
  })

  test('keeps its verdict when nobody reads its words', async () => {
    for (const [file, code] of [
      ['ok.jsonl', 0],
      ['forged.jsonl', 1],
    ] as const) {
      expect(await quittance(judge(file), { stdout: 'gone' })).toEqual({ code, stdout: '', stderr: '' })
    }
    expect(await quittance(['--help'], { stdout: 'gone' })).toMatchObject({ code: 0, stderr: '' })
  })

  test.runIf(process.platform === 'linux')('is exit 2 when its words are lost on a full disk', async () => {
    const full = await open('/dev/full', 'w')
    try {
      const { code, stderr } = await quittance(judge('ok.jsonl', '--json'), { stdout: full.fd })
      expect([code, stderr]).toEqual([2, expect.stringContaining('ENOSPC')])
      expect(stderr).not.toMatch(/\n\s+at /)
    } finally {
      await full.close()
    }
  })

  test('takes its keyring from the environment', async () => {
    await writeFile(join(cwd, 'keyring.json'), JSON.stringify({ keys: [{ keyId: did }] }))
    expect(await quittance(['verify', 'ok.jsonl'], { env: { QUITTANCE_KEYRING: 'keyring.json' } })).toMatchObject({
      code: 0,
    })
  })
})
