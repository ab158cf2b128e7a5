/** What --out names by a slip is not replaced: a key can't be made again. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { runCli } from './run-cli.js'

let cwd: string
let trust: string[]
const cli = (...args: string[]) => runCli(args, { cwd })
const [, receipt] = testReceipts({ chainId: 'acme', count: 3 })

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-foreign-file-'))
  for (const name of ['receipts', 'log']) await cli('keygen', `${name}.pem`)
  const own = (await cli('public-key', 'receipts.pem')).stdout.trimEnd()
  trust = ['--trust', own, '--trust', (receipt as NonNullable<typeof receipt>).keyId]
  await writeFile(join(cwd, 'keyring.json'), (await cli('public-key', 'receipts.pem', '--format', 'keyring')).stdout)
  const store = fileStore(join(cwd, 'store'))
  await store.append('acme', testReceipts({ chainId: 'acme', count: 3 }), undefined)
  await store.close()
  const keys = ['--key', 'log.pem', '--receipt-key', 'receipts.pem']
  expect((await cli('checkpoint', 'store', '--origin', 'log.example/acme', ...keys, ...trust)).code).toBe(0)
})
afterAll(() => rm(cwd, { recursive: true }))

const commands = () =>
  [
    ['prove', receipt?.receiptId ?? '', 'store', '--chain', 'acme', '--out'],
    ['proof-page', '--out'],
    ['export', 'store', '--chain', 'acme', '-o'],
  ] as const

test('a key, a keyring, any other file: left as it is, and nothing beside it', async () => {
  await writeFile(join(cwd, 'notes.txt'), 'mine\n')
  const before = await readdir(cwd)
  for (const command of commands()) {
    for (const file of ['receipts.pem', 'keyring.json', 'notes.txt']) {
      const content = await readFile(join(cwd, file), 'utf8')
      const { code, stdout, stderr } = await cli(...command, file)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toBe(
        `quittance: ${file} is there already, and is not of this command: it is left as it is\n` +
          'Name another file, or remove that one yourself.\n',
      )
      expect(await readFile(join(cwd, file), 'utf8')).toBe(content)
    }
  }
  // where any file may be replaced, a key may not
  const args = ['keyring', 'build', '--from', 'keyring.json', '--out', 'receipts.pem']
  expect((await cli(...args)).code).toBe(2)
  expect(await readdir(cwd)).toEqual(before)
})

test('an earlier answer of the same command is replaced, and an empty file is filled', async () => {
  for (const [at, command] of commands().entries()) {
    await writeFile(join(cwd, `answer-${at}`), '')
    for (let time = 0; time < 2; time += 1) expect((await cli(...command, `answer-${at}`)).code).toBe(0)
    expect((await readFile(join(cwd, `answer-${at}`))).length).toBeGreaterThan(0)
  }
})
