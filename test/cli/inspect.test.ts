import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signedDelegationMessage } from '../../src/keys/delegation.js'
import { didKey } from '../../src/keys/did-key.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { digestOf } from '../../src/receipt/digest.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { type CliOptions, runCli } from './run-cli.js'

const receipts = testReceipts({ chainId: 'acme', count: 4, rationale: (seq) => (seq === 2 ? 'because' : undefined) })
const lines = receipts.map(lineOf)
const did = testReceiptKeyId()
const at = (seq: number) => receipts[seq] as DecisionReceipt

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-inspect-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const inspect = (stdin: string, args: readonly string[] = [], options: Partial<CliOptions> = {}) =>
  runCli(['inspect', '-', ...args], { cwd, stdin, ...options })
const trusted = ['--trust', did]
const file = (...all: string[]) => all.map((line) => `${line}\n`).join('')
const whole = file(...lines)

async function steps(stdin: string, ...args: string[]) {
  const { code, stdout, stderr } = await inspect(stdin, [...args, '--json'])
  expect(stderr).toBe('')
  const found = JSON.parse(stdout)
  const oks = Object.fromEntries(
    Object.entries(found.steps).map(([name, step]) => [name, (step as { ok: unknown }).ok]),
  )
  return {
    code,
    verdict: found.verdict,
    line: found.line,
    oks,
    steps: found.steps,
    receipt: found.receipt,
    problems: found.problems,
  }
}

const allOk = { form: true, hash: true, signature: true, key: true, link: true, details: true }

describe('the view of one receipt', () => {
  test('says why it holds, and shows every member', async () => {
    const { code, stdout, stderr } = await inspect(whole, [...trusted, '--seq', '2'])
    expect([code, stderr]).toEqual([0, ''])
    const [reasons, members] = stdout.split('\n\n') as [string, string]
    expect(reasons.split('\n')).toEqual([
      'VALID  receipt 2 of chain acme, line 3',
      '  ok  form       every member is as the format has it',
      '  ok  hash       receiptHash is the SHA-256 of what the receipt says, computed again',
      '  ok  signature  the key in the receipt signed its receiptHash',
      '  ok  key        your keyring trusts the key for this receipt',
      '  ok  link       it names the receiptHash of seq 1, on line 2',
      '  ok  details    the free text is that of detailsHash',
      '  trust: --trust. One receipt says nothing of what was cut around it.',
    ])
    const shown = new Map(
      members
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/) as [string, string]),
    )
    expect(shown.get('receiptId')).toBe(at(2).receiptId)
    expect(shown.get('receiptHash')).toBe(at(2).receiptHash)
    expect(shown.get('details.rationale')).toBe('because')
    expect(shown.get('checks[0].fired')).toBe('false')
    expect(shown.get('seq')).toBe('2')
  })

  test('takes the newest where none is named, or one by seq, id or line', async () => {
    expect(await steps(whole, ...trusted)).toMatchObject({
      code: 0,
      verdict: 'VALID',
      line: 4,
      oks: allOk,
      receipt: { seq: 3 },
    })
    expect(await steps(whole, ...trusted, '--seq', '0')).toMatchObject({ line: 1, oks: allOk })
    expect(await steps(whole, ...trusted, '--id', at(1).receiptId)).toMatchObject({ line: 2, receipt: { seq: 1 } })
    expect(await steps(whole, ...trusted, '--line', '3')).toMatchObject({ receipt: { seq: 2 } })
    expect((await steps(whole, '--line', '3', ...trusted)).receipt).toEqual(JSON.parse(lines[2] as string))
  })

  test('what is not there is exit 2', async () => {
    for (const args of [
      ['--seq', '4'],
      ['--line', '5'],
      ['--id', 'x'],
    ]) {
      const { code, stdout, stderr } = await inspect(whole, args)
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('there is no receipt')])
    }
    expect((await inspect('')).code).toBe(2)
  })

  test('without a keyring nobody is trusted, and it says so', async () => {
    const { code, stdout } = await inspect(whole)
    expect(code).toBe(3)
    expect(stdout).toContain('  --  key        KEY_UNKNOWN: no keyring was given')
    expect(stdout).toContain('trust: no keyring was given')
    expect((await inspect(whole, [], { env: { QUITTANCE_KEYRING: 'absent' } })).code).toBe(2)
  })
})

describe('why a receipt does not hold', () => {
  const forged = (seq: number, change: (text: string) => string) =>
    file(...lines.map((line, index) => (index === seq ? change(line) : line)))

  test('a changed member: the hash', async () => {
    const found = await steps(
      forged(1, (line) => line.replace('"allow"', '"reject"')),
      '--seq',
      '1',
      ...trusted,
    )
    expect(found).toMatchObject({ code: 1, verdict: 'INVALID', oks: { ...allOk, hash: false } })
    expect(found.steps.hash.message).toMatch(/^HASH_MISMATCH: /)
  })

  test('another signature', async () => {
    const signature = /"signature":"ed25519:[0-9a-f]+"/
    const [other] = signature.exec(lines[0] as string) as RegExpExecArray
    const found = await steps(
      forged(1, (line) => line.replace(signature, other)),
      '--seq',
      '1',
      ...trusted,
    )
    expect(found).toMatchObject({ code: 1, oks: { ...allOk, signature: false } })
  })

  test('changed and erased free text', async () => {
    const changed = await steps(
      forged(2, (line) => line.replace('"because"', '"whatever"')),
      '--seq',
      '2',
      ...trusted,
    )
    expect(changed).toMatchObject({ code: 1, oks: { ...allOk, details: false } })
    const { details: _, ...rest } = at(2)
    const erased = await steps(
      forged(2, () => lineOf(rest as DecisionReceipt)),
      '--seq',
      '2',
      ...trusted,
    )
    expect(erased).toMatchObject({
      code: 0,
      oks: allOk,
      steps: { details: { message: expect.stringContaining('erased') } },
    })
    expect((await steps(whole, '--seq', '1', ...trusted)).steps.details.message).toBe('it has no free text')
  })

  test('the link: to another receipt, to none that is here, to the genesis', async () => {
    const rival = testReceipts({ chainId: 'acme', count: 3, label: 'rival' }).map(lineOf)
    expect(await steps(file(lines[0] as string, rival[1] as string), ...trusted)).toMatchObject({
      code: 1,
      oks: { ...allOk, link: false },
      problems: [{ code: 'LINK_MISMATCH' }],
    })
    expect(await steps(file(lines[3] as string), ...trusted)).toMatchObject({ code: 0, oks: { ...allOk, link: null } })
    expect(await steps(file(lines[1] as string, lines[3] as string), ...trusted)).toMatchObject({ oks: { link: null } })
    const moved = (lines[0] as string).replace('"chainId":"acme"', '"chainId":"acme2"')
    expect(await steps(file(moved), ...trusted)).toMatchObject({ code: 1, oks: { hash: false, link: false } })
  })

  test('lines that are no receipts are shown as what they are', async () => {
    const unread = { hash: null, signature: null, key: null, link: null, details: null }
    for (const text of ['hello\n', 'null\n', '\n', `${'x'.repeat(200_000)}\n`, '\ufeff{}\n']) {
      expect(await steps(text, ...trusted)).toMatchObject({
        code: 1,
        oks: { form: false, ...unread },
        receipt: undefined,
      })
    }
    expect(await steps(whole.slice(0, -1), ...trusted)).toMatchObject({
      code: 3,
      oks: { ...allOk, form: false },
      problems: [{ code: 'LINE_UNTERMINATED' }],
    })
    expect(await steps('{"version":"quittance/2"}\n', ...trusted)).toMatchObject({
      code: 3,
      oks: { form: false, ...unread },
    })
  })

  test('a delegate counts under its certificate, which may stand on an earlier line', async () => {
    const root = defaultBackend.signerFromSeed(new Uint8Array(32).fill(7))
    const certificate = {
      root: didKey(root.publicKey),
      delegate: did,
      chains: ['acme'],
      notBefore: '2025-12-31T00:00:00.000Z',
      notAfter: '2026-12-31T00:00:00.000Z',
      uses: ['receipt'] as const,
      serial: '1',
    }
    const signature = Buffer.from(root.signSync(signedDelegationMessage(digestOf(canonicalize(certificate))))).toString(
      'hex',
    )
    const key = { event: 'delegate', certificate, certificateSignature: `ed25519:${signature}` } as const
    const delegated = testReceipts({ chainId: 'acme', count: 3, body: (seq) => (seq === 0 ? ({ key } as object) : {}) })
    const stdin = file(...delegated.map(lineOf))
    const underRoot = ['--trust', `delegate=${certificate.root}`]
    expect(await steps(stdin, ...underRoot)).toMatchObject({ code: 0, oks: allOk })
    expect(await steps(file(...delegated.slice(1).map(lineOf)), ...underRoot)).toMatchObject({
      code: 3,
      oks: { key: false },
    })
    expect(await steps(stdin, '--trust', certificate.root)).toMatchObject({ oks: { key: false } })
  })

  test('a revoked key is not called good', async () => {
    const keyring = (revokedAt: string) => JSON.stringify({ keys: [{ keyId: did, revokedAt }] })
    await writeFile(join(cwd, 'before.json'), keyring('2025-01-01T00:00:00.000Z'))
    await writeFile(join(cwd, 'after.json'), keyring('2026-06-01T00:00:00.000Z'))
    expect(await steps(whole, '--keyring', 'before.json')).toMatchObject({
      code: 1,
      problems: [{ code: 'KEY_REVOKED' }],
    })
    expect(await steps(whole, '--keyring', 'after.json')).toMatchObject({
      code: 3,
      problems: [{ code: 'KEY_REVOKED_UNDATED' }],
    })
  })
})

test('hostile texts are escaped, long ones cut', async () => {
  const hostile = {
    ...at(0),
    chainId: '\x1b]0;pwned\x07',
    '\u202exName\x9b2J': { '\nVALID': ['\rVALID  all is well'] },
    xLong: 'y'.repeat(2_000),
  }
  const { code, stdout } = await inspect(file(JSON.stringify(hostile)), trusted)
  expect(code).toBe(1)
  expect(stdout).toContain('\\u{1b}]0;pwned\\u{7}')
  expect(stdout).toContain('\\u{202e}xName\\u{9b}2J.\\nVALID[0]')
  expect(stdout).toContain('… (2000 characters)')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/)
  expect(stdout.split('\n').filter((line) => line.trim().startsWith('VALID'))).toEqual([])
})
