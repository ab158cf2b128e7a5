import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { runCli } from './run-cli.js'

const receipts = testReceipts({ chainId: 'acme', count: 600 })
const whole = receipts.map((receipt) => `${lineOf(receipt)}\n`).join('')
const last = receipts.at(-1) as (typeof receipts)[0]
const expected = `599:${last.receiptHash}`

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-head-'))
  await writeFile(join(cwd, 'chain.jsonl'), whole)
})
afterAll(() => rm(cwd, { recursive: true }))

const head = (args: readonly string[], stdin?: string) =>
  runCli(['head', ...args], { cwd, ...(stdin === undefined ? {} : { stdin }) })

test('prints what --expect-head takes, from a file, a URL or stdin', async () => {
  for (const [args, stdin] of [
    [['chain.jsonl'], undefined],
    [['file:./chain.jsonl'], undefined],
    [['-'], whole],
  ] as const) {
    expect(await head(args, stdin)).toEqual({ code: 0, stdout: `${expected}\n`, stderr: '' })
  }
  const noted = (await head(['chain.jsonl'])).stdout.trim()
  const args = ['verify', 'chain.jsonl', '--trust', testReceiptKeyId(), '--expect-head', noted, '--require-tail']
  expect((await runCli(args, { cwd })).code).toBe(0)
})

test('--json is the documented shape', async () => {
  const { code, stdout, stderr } = await head(['chain.jsonl', '--json'])
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toEqual({
    verdict: 'VALID',
    name: 'chain.jsonl',
    chainId: 'acme',
    head: { seq: 599, receiptHash: last.receiptHash },
    expectHead: expected,
    problems: [],
  })
})

test('a line that was never acknowledged is not the head, and it says so', async () => {
  const { code, stdout, stderr } = await head(['-'], `${whole}{"half":`)
  expect([code, stdout]).toEqual([3, `${expected}\n`])
  expect(stderr).toContain('LINE_UNTERMINATED')
})

test.each([
  ['nothing', '', 3, 'EMPTY'],
  ['no whole line', '{"half":', 3, 'LINE_UNTERMINATED'],
  ['no receipt', 'hello\n', 1, 'LINE_MALFORMED'],
  ['a last line that is too long', `${whole}${'x'.repeat(200_000)}\n`, 1, 'LINE_TOO_LONG'],
  ['a head whose hash is not its own', whole.replace(/"allow"(?=[^\n]*\n$)/, '"reject"'), 1, 'HASH_MISMATCH'],
  ['a head of another format', `${lineOf(last).replace('quittance/1', 'quittance/2')}\n`, 3, 'UNSUPPORTED'],
])('%s has no head', async (_, stdin, exit, problem) => {
  const { code, stdout, stderr } = await head(['-'], stdin)
  expect([code, stdout, stderr]).toEqual([exit, '', expect.stringContaining(problem)])
  const json = await head(['-', '--json'], stdin)
  expect([json.code, json.stderr]).toEqual([exit, ''])
  expect(JSON.parse(json.stdout).problems[0].code).toBe(problem)
  expect(JSON.parse(json.stdout).expectHead).toBeUndefined()
})

test('--chain is for directories', async () => {
  expect(await head(['chain.jsonl', '--chain', 'acme'])).toMatchObject({ code: 2, stdout: '' })
  expect(await head(['chain.jsonl', '--all', '--chain', 'acme'])).toMatchObject({ code: 2, stdout: '' })
  expect(await head(['absent'])).toMatchObject({ code: 2, stdout: '' })
})
