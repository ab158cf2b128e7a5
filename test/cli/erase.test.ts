/** quittance erase on a file store, as an operator types it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ReceiptCollector } from '../../src/collector/collector.js'
import { localKey } from '../../src/keys/local.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { runCli } from './run-cli.js'

const NOTE = 'the applicant called twice about it'

let cwd: string
let ids: string[]
const key = ['--key', 'file:./receipts.key.pem', '--keyring', 'keyring.json']

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-erase-'))
  await runCli(['keygen', 'receipts.key.pem'], { cwd })
  const { stdout } = await runCli(['public-key', 'receipts.key.pem', '--format', 'keyring'], { cwd })
  await writeFile(join(cwd, 'keyring.json'), stdout)
  const ledger = createLedger({
    store: fileStore(join(cwd, 'store')),
    keys: localKey({ file: join(cwd, 'receipts.key.pem') }),
    redactor: false,
  })
  const noted = await new ReceiptCollector({ ledger, tenantId: 'acme' })
    .setMetadata({ note: NOTE })
    .setAction('allow')
    .emit()
  const plain = await new ReceiptCollector({ ledger, tenantId: 'acme' }).setAction('reject').emit()
  await ledger.close()
  ids = [noted.receiptId, plain.receiptId]
})
afterEach(() => rm(cwd, { recursive: true }))

const erase = (...args: string[]) => runCli(['erase', 'store', '--chain', 'acme', ...args], { cwd })
const verify = () => runCli(['verify', 'store', '--chain', 'acme', '--keyring', 'keyring.json', '--json'], { cwd })

async function storedText(): Promise<string> {
  const names = await readdir(join(cwd, 'store'), { recursive: true, withFileTypes: true })
  const files = names.filter((name) => name.isFile())
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))).join('\n')
}

describe('erase', () => {
  test('removes the free text from the disk; the chain stays VALID and says so', async () => {
    expect(await storedText()).toContain(NOTE)
    expect(await erase('--id', ids[0] as string, '--reason', 'subject_request', ...key)).toEqual({
      code: 0,
      stdout: 'acme  seq 1: its free text is erased; its hash and its signature still hold\n',
      stderr: '',
    })
    expect(await storedText()).not.toContain(NOTE)
    const { code, stdout } = await verify()
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'VALID', notices: [{ code: 'DETAILS_ERASED', seq: 1 }] })
    const events = await runCli(['inspect', 'store', '--chain', 'acme', '--event', 'erase', '--json'], { cwd })
    expect(JSON.parse(events.stdout).receipts).toHaveLength(1)
  })

  test('a receipt without free text, or whose text is gone, is left, and nothing is written', async () => {
    for (const id of [ids[1], ids[0], ids[0]]) {
      const before = (await verify()).stdout
      const { code, stdout } = await erase('--id', id as string, '--reason', 'subject_request', '--json', ...key)
      expect(code).toBe(0)
      const { erased } = JSON.parse(stdout)
      if (!erased) expect((await verify()).stdout).toBe(before)
    }
    const again = await erase('--id', ids[0] as string, '--reason', 'subject_request', ...key)
    expect(again.stdout).toBe('acme  seq 1: there is no free text, and nothing was erased\n')
  })

  test('a hold stands in the way, unless it is said why it does not count', async () => {
    await runCli(['hold', 'store', '--chain', 'acme', '--hold-id', 'case-7', '--reason', 'litigation', ...key], { cwd })
    const refused = await erase('--id', ids[0] as string, '--reason', 'subject_request', ...key)
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('LEDGER_RETENTION')
    expect(await storedText()).toContain(NOTE)
    const forced = await erase(
      ...['--id', ids[0] as string, '--reason', 'court_order', '--despite-hold', 'judge_4711'],
      ...key,
    )
    expect(forced.code).toBe(0)
    expect(await storedText()).not.toContain(NOTE)
    const notices = await runCli(['inspect', 'store', '--chain', 'acme', '--event', 'notice'], { cwd })
    expect(notices.stdout).toContain('judge_4711')
  })

  test.each([
    ['no id', ['--reason', 'subject_request'], '--id is needed'],
    ['no reason', ['--id', '01985d4e-7c00-7000-8000-000000000001'], '--reason is needed'],
    [
      'an id that is not there',
      ['--id', '01985d4e-7c00-7000-8000-000000000001', '--reason', 'subject_request'],
      'the chain has no receipt with that id',
    ],
  ])('%s is wrong usage', async (_, args, message) => {
    const { code, stderr, stdout } = await erase(...args, ...key)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})
