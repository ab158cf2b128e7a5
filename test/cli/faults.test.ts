/** What the command line says of a store that is damaged, and of a disk that is full. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf } from '../../src/cli/failure.js'
import { QuittanceError } from '../../src/errors.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { runCli } from './run-cli.js'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-faults-'))
})
afterEach(() => rm(cwd, { recursive: true }))

test('a damaged file is named, and what to do first is said', async () => {
  const store = fileStore(join(cwd, 'receipts'))
  await store.append('acme', testReceipts({ chainId: 'acme', count: 6 }), undefined)
  await store.close()
  const [folder = ''] = (await readdir(join(cwd, 'receipts'))).filter((name) => name.startsWith('acme-'))
  const [name = ''] = (await readdir(join(cwd, 'receipts', folder))).filter((each) => each.endsWith('.jsonl'))
  const file = join(cwd, 'receipts', folder, name)
  const lines = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, lines.with(2, 'junk').join('\n'))

  const text = await runCli(['export', 'receipts', '-o', 'x'], { cwd })
  expect([text.code, text.stdout]).toEqual([2, ''])
  const [message, advice, ...more] = text.stderr.split('\n')
  expect(message).toContain(`line 3 is not a JSON object (${file}) [STORE_CORRUPT]`)
  expect(advice).toMatch(/^Keep a copy before anything is changed\. "quittance verify" says what still holds/)
  expect(more).toEqual([''])
  const { stderr } = await runCli(['export', 'receipts', '-o', 'x', '--json'], { cwd })
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'STORE_CORRUPT', advice: [advice] } })
  // and verify does say it
  const verdict = await runCli(['verify', 'receipts', '--trust', testReceiptKeyId()], { cwd })
  expect([verdict.code, verdict.stdout]).toEqual([1, expect.stringMatching(/^INVALID .*line 3 {2}LINE_MALFORMED/s)])
})

test('a file where a store would be made is left alone, and that is said', async () => {
  const lines = testReceipts({ chainId: 'acme', count: 2 })
  const store = fileStore(join(cwd, 'receipts'))
  await store.append('acme', lines, undefined)
  await store.close()
  await writeFile(join(cwd, 'a-file'), 'mine')
  expect((await runCli(['export', 'receipts', '-o', 'acme.jsonl'], { cwd })).code).toBe(0)
  for (const [command, target] of [
    [['import', 'acme.jsonl'], 'a-file'],
    [['copy', 'receipts'], 'a-file'],
    [['import', 'acme.jsonl'], 'a-file/below'],
  ] as const) {
    const { code, stdout, stderr } = await runCli([...command, target, '--trust', testReceiptKeyId()], { cwd })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe(`quittance: a file is where the directory of the store would be (${target}) [STORE_URL]\n`)
  }
  expect(await readFile(join(cwd, 'a-file'), 'utf8')).toBe('mine')
})

test.skipIf(!existsSync('/dev/full'))('a full disk has words, and the code of the system', async () => {
  const keyring = join(cwd, 'keyring.json')
  await writeFile(keyring, JSON.stringify({ keys: [{ keyId: testReceiptKeyId() }] }))
  const args = ['keyring', 'jwks', keyring, '--out', '/dev/full']
  const text = await runCli(args, { cwd })
  expect(text).toEqual({
    code: 2,
    stdout: '',
    stderr: 'quittance: cannot write /dev/full: no space is left on the disk [ENOSPC]\n',
  })
  const { stderr } = await runCli([...args, '--json'], { cwd })
  expect(JSON.parse(stderr).error.code).toBe('ENOSPC')
})

test.each([
  ['ENOSPC', 1],
  ['EDQUOT', 1],
  ['maxReceipts', undefined],
])('of a store that is full by %s', (reason, lines) => {
  const error = new QuittanceError('STORE_FULL', 'full', { details: { reason } })
  expect(failureOf(error).advice?.length).toBe(lines)
})

test('a fault of a store that names no file says which store it is', async () => {
  await runCli(['keygen', 'key.pem'], { cwd })
  const store = fileStore(join(cwd, 's'))
  const receipts = testReceipts({ chainId: 'acme', count: 3 })
  await store.append('acme', receipts, undefined)
  await store.close()
  // another key than the chain's: the newest receipt can't be verified
  const { stdout } = await runCli(['public-key', 'key.pem'], { cwd })
  const refused = (target: string, ...more: string[]) => {
    const args = ['hold', target, '--chain', 'acme', '--hold-id', 'case-7', '--reason', 'court', '--key', 'key.pem']
    return runCli([...args, '--trust', stdout.trimEnd(), ...more], { cwd })
  }
  const { code, stderr } = await refused('s')
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^quittance: s: .* \[STORE_BAD_HEAD\]\n/)])
  expect((await refused('file:./s')).stderr).toMatch(/^quittance: file:\.\/s: .* \[STORE_BAD_HEAD\]\n/)
  expect(JSON.parse((await refused('s', '--json')).stderr).error).toMatchObject({
    code: 'STORE_BAD_HEAD',
    message: expect.stringMatching(/^s: /),
  })
})

test.each([
  ['d3-scale', 2],
  ['cborg', 1],
])('the package %s that is not there is named with what installs it', (name, lines) => {
  const error = Object.assign(new Error(`Cannot find package '${name}' imported from file:///srv/x.js`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
  const { message, advice = [] } = failureOf(error)
  expect([message, advice.length]).toEqual([`the package ${name} is not installed`, lines])
  expect(advice[0]).toContain(`npm install ${name}`)
  expect(advice[1]?.includes('without --omit=optional') ?? false).toBe(lines === 2)
})
