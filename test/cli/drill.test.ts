/** The compromise drill of the page on keys, with its commands: stolen on Tuesday, found on Friday. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'
import { realEnvironment } from '../../src/ledger/environment.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { draft } from '../ledger/support.js'
import { runCli } from './run-cli.js'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-drill-'))
})
afterEach(() => rm(cwd, { recursive: true }))

const cli = (...args: string[]) => runCli(args, { cwd })
const keyringOf = async (name: string) => Keyring.parse(await readFile(join(cwd, name), 'utf8'))

/** Writes one receipt for each time, by the key of a file. */
async function write(key: string, keyring: Keyring, times: readonly string[]): Promise<void> {
  const clock = { now: 0 }
  const ledger = createLedgerWith(
    {
      store: fileStore(join(cwd, 'receipts')),
      keys: localKey({ file: join(cwd, key) }),
      redactor: false,
      keyring,
    },
    { ...realEnvironment, now: () => clock.now },
  )
  for (const time of times) {
    clock.now = Date.parse(time)
    await ledger.append(draft())
  }
  await ledger.close()
}

interface Judged {
  readonly verdict: string
  readonly counts: object
  readonly problems: readonly { readonly code: string; readonly seq: number }[]
}

/** The verdict on the chain, or on a part of its lines. */
async function judged(part?: { from?: number; through?: number }) {
  const target = part === undefined ? ['./receipts', '--chain', 'acme'] : ['-']
  const { from = 0, through } = part ?? {}
  const [folder = ''] = (await readdir(join(cwd, 'receipts'))).filter((name) => name.startsWith('acme'))
  const names = (await readdir(join(cwd, 'receipts', folder))).filter((name) => name.endsWith('.jsonl')).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(cwd, 'receipts', folder, name), 'utf8')))
  const text = texts.join('')
  const lines = text.trimEnd().split('\n')
  const { code, stdout } = await runCli(
    ['verify', ...target, '--keyring', 'keyring.json', '--json', ...(from > 0 ? ['--from-seq', `${from}`] : [])],
    { cwd, stdin: `${lines.slice(from, through === undefined ? undefined : through + 1).join('\n')}\n` },
  )
  const { verdict, problems, counts } = JSON.parse(stdout) as Judged
  return { code, verdict, counts, at: problems.map((problem) => `${problem.code}@${problem.seq}`) }
}

test('a key that was stolen on Tuesday and found to be on Friday', async () => {
  const [old, deputy] = [
    (await cli('keygen', 'old.pem')).stdout.trim(),
    (await cli('keygen', 'deputy.pem')).stdout.trim(),
  ]
  await cli('keyring', 'build', '--from', old, '--from', deputy, '--out', 'keyring.json')
  const before = await keyringOf('keyring.json')
  // 0 is the start of the chain
  await write('old.pem', before, ['2025-03-03T09:00:00Z', '2025-03-03T15:00:00Z'])
  await write('deputy.pem', before, ['2025-03-03T23:00:00Z'])
  await write('old.pem', before, ['2025-03-04T10:00:00Z', '2025-03-05T10:00:00Z', '2025-03-07T08:00:00Z'])
  expect(await judged()).toMatchObject({ code: 0, verdict: 'VALID' })

  // stop the old key, make a new one, and let the keyring know it
  const fresh = (await cli('keygen', 'new.pem')).stdout.trim()
  const build = ['keyring', 'build', '--from', 'keyring.json', '--from', fresh, '--uses', 'receipt,revoke']
  expect((await cli(...build, '--out', 'keyring.json')).code).toBe(0)
  // say so in the chains, while the old head still counts
  const said = await cli(
    ...['key', 'revoke', './receipts', '--all', '--key-id', old, '--effective-at', '2025-03-04T12:00:00Z'],
    ...['--reason', 'stolen', '--key', 'file:./new.pem', '--keyring', 'keyring.json'],
  )
  expect(said.code).toBe(0)
  // and tell those who verify
  const revoked = await cli(
    ...[
      'keyring',
      'build',
      '--from',
      'keyring.json',
      '--revoke',
      `${old}=2025-03-04T12:00:00Z`,
      '--out',
      'keyring.json',
    ],
  )
  expect(revoked.code).toBe(0)
  expect((await keyringOf('keyring.json')).get(old)?.revokedAt).toBe('2025-03-04T12:00:00.000Z')

  // what can and what can't be proved
  expect(await judged()).toMatchObject({
    code: 1,
    verdict: 'INVALID',
    counts: { KEY_REVOKED: 2, KEY_REVOKED_UNDATED: 1 },
    at: expect.arrayContaining(['KEY_REVOKED@5', 'KEY_REVOKED@6']),
  })
  expect(await judged({ through: 3 })).toMatchObject({ code: 0, verdict: 'VALID' })
  expect(await judged({ through: 4 })).toMatchObject({ code: 3, verdict: 'INCOMPLETE', at: ['KEY_REVOKED_UNDATED@4'] })

  // the service goes on with the new key, and what it writes counts
  const after = await keyringOf('keyring.json')
  await write('new.pem', after, [new Date().toISOString()])
  expect(await judged({ from: 7 })).toMatchObject({ code: 0, verdict: 'VALID' })
  // the old one signs no more
  await expect(write('old.pem', after, [new Date().toISOString()])).rejects.toMatchObject({
    code: 'LEDGER_KEY_REVOKED',
  })
})
