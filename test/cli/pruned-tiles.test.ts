/** quittance verify --tiles: a pruned chain is held against checkpoints, from the tree of what was removed. */
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { runCli } from './run-cli.js'

const DAY_MS = 86_400_000
const origin = 'log.example/acme'
let cwd: string
const cli = (...args: string[]) => runCli(args, { cwd })
const line = async (...args: string[]) => (await cli(...args)).stdout.trimEnd()
const done = async (...args: string[]) => {
  const { code, stderr } = await cli(...args)
  expect([code, stderr]).toEqual([0, ''])
}

/** Ten decisions of a chain, 50 days apart, the last one today. */
async function fill(chainId: string): Promise<void> {
  let now = Date.now() - 450 * DAY_MS
  const keys = localKey({ file: join(cwd, 'receipts.pem') })
  const { keyId } = await keys.signer()
  const store = fileStore(join(cwd, 'store'))
  const ledger = createLedgerWith(
    { store, keys, redactor: false, keyring: new Keyring([keyId]) },
    { now: () => now, uuid: () => v7({ msecs: now }), random: (count) => randomBytes(count) },
  )
  for (let count = 0; count < 10; count += 1) {
    await ledger.append({
      receiptId: v7({ msecs: now }),
      chainId,
      tenantId: 'acme',
      eventType: 'decision',
      checks: [],
      action: 'allow',
    })
    now += 50 * DAY_MS
  }
  await ledger.close()
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-pruned-tiles-'))
  for (const name of ['receipts', 'prune', 'checkpoint']) await cli('keygen', `${name}.pem`)
  const keys = [
    { keyId: await line('public-key', 'receipts.pem') },
    { keyId: await line('public-key', 'prune.pem'), uses: ['retention'] },
  ]
  await writeFile(join(cwd, 'keyring.json'), JSON.stringify({ keys }))
  const vkey = await line('public-key', 'checkpoint.pem', '--format', 'vkey', '--name', origin)
  await writeFile(join(cwd, 'policy.txt'), `log ${vkey}\nquorum none\n`)
  await fill('acme')
  await fill('other')
  const ring = ['--keyring', 'keyring.json']
  const checkpoint = [
    ...['checkpoint', 'store', '--origin', origin, '--key', 'checkpoint.pem', '--receipt-key', 'receipts.pem'],
    ...['--to', 'audit', ...ring],
  ]
  await done(...checkpoint)
  for (const chain of ['acme', 'other']) await done('tiles', 'store', '--chain', chain, '--to', `tiles/${chain}`)
  const prune = ['prune', 'store', '--chain', 'acme', '--reason', 'expired', '--key', 'prune.pem', ...ring]
  await done(...prune, '--older-than', '300d')
  await done(...checkpoint)
  await done('export', 'store', '--chain', 'acme', '--quiet', '-o', 'acme.jsonl')
})
afterAll(() => rm(cwd, { recursive: true }))

const given = [
  '--keyring',
  'keyring.json',
  '--checkpoints',
  'audit',
  '--policy',
  'policy.txt',
  '--accept-pruned',
  '184',
]
const verify = (target: string, ...more: string[]) => cli('verify', target, ...given, ...more)
const scopeOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).scope

test('VALID from the tiles, in the store and as a file; INCOMPLETE without them', async () => {
  for (const target of [['store', '--chain', 'acme'], ['acme.jsonl']] as const) {
    const [name, ...more] = target
    const without = await verify(name, ...more)
    expect([without.code, without.stdout]).toEqual([3, expect.stringContaining('CHECKPOINT_NOT_REACHED')])
    const held = await verify(name, ...more, '--tiles', 'tiles/acme', '--require-tail', '--json')
    expect([held.code, held.stderr]).toEqual([0, ''])
    const { fromSeq, toSeq, tail, checkpoint } = scopeOf(held)
    // chain_start and ten decisions, of which the oldest went, and the receipt that says so
    expect(fromSeq).toBeGreaterThan(0)
    expect([toSeq, tail, checkpoint.size]).toEqual([11, 'checkpoint', 12])
  }
  const log = await verify('store', '--chain', 'acme', '--tiles', 'tiles/acme', '--log-chain', 'transparency-log')
  expect(log.code).toBe(0)
  // tiles of newer checkpoints have the same beginning
  await cp(join(cwd, 'tiles', 'acme'), join(cwd, 'tiles', 'newer'), { recursive: true })
  await done('tiles', 'store', '--chain', 'acme', '--to', 'tiles/newer')
  expect((await verify('acme.jsonl', '--tiles', 'tiles/newer', '--require-tail')).code).toBe(0)
})

test('what is cut or changed behind the beginning shows', async () => {
  const lines = (await readFile(join(cwd, 'acme.jsonl'), 'utf8')).trimEnd().split('\n')
  await writeFile(join(cwd, 'cut.jsonl'), `${lines.slice(0, -1).join('\n')}\n`)
  const cut = await verify('cut.jsonl', '--tiles', 'tiles/acme')
  expect([cut.code, cut.stdout]).toEqual([3, expect.stringContaining('covers seq 11 to 11, which are missing')])
})

test('tiles of another chain lead nowhere, and are never believed', async () => {
  const { code, stdout } = await verify('acme.jsonl', '--tiles', 'tiles/other')
  expect([code, stdout]).toEqual([3, expect.stringContaining('CHECKPOINT_NOT_REACHED')])
})

test('a chain that was not pruned needs none, and is not the worse for them', async () => {
  for (const more of [[], ['--tiles', 'tiles/other']])
    expect((await verify('store', '--chain', 'other', ...more)).code).toBe(0)
})

test('tiles that do not fit each other are refused, and so is what makes no sense', async () => {
  await cp(join(cwd, 'tiles', 'acme'), join(cwd, 'tiles', 'spoiled'), { recursive: true })
  const parts = join(cwd, 'tiles', 'spoiled', 'tile', '0', '000.p')
  const [width = ''] = await readdir(parts)
  const bytes = await readFile(join(parts, width))
  bytes[0] = (bytes[0] as number) ^ 1
  await writeFile(join(parts, width), bytes)
  const refused = async (...args: string[]) => {
    const { code, stderr } = await cli('verify', ...args)
    return `${code} ${stderr}`
  }
  expect(await refused('acme.jsonl', ...given, '--tiles', 'tiles/spoiled')).toMatch(
    /^2 .*tiles\/spoiled: .*\[TLOG_UNTRUSTED\]/,
  )
  expect(await refused('acme.jsonl', ...given, '--tiles', 'audit')).toMatch(/^2 .*no tiles in audit/)
  expect(await refused('store', ...given, '--all', '--tiles', 'tiles/acme')).toMatch(/^2 .*--tiles is about one chain/)
  expect(await refused('-', ...given, '--tiles', 'tiles/acme')).toMatch(/^2 .*stdin/)
  expect(await refused('acme.jsonl', '--keyring', 'keyring.json', '--tiles', 'tiles/acme')).toMatch(
    /^2 .*--checkpoints/,
  )
})
