/** prune, hold and release on a file store, as an operator types them. */
import { randomBytes } from 'node:crypto'
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import type { LedgerOptions } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { runCli } from './run-cli.js'

const DAY_MS = 86_400_000
const signer = randomBytes(32)

let cwd: string
let pruner: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-prune-'))
  await runCli(['keygen', 'prune.key.pem'], { cwd })
  pruner = (await runCli(['public-key', 'prune.key.pem'], { cwd })).stdout.trim()
  const { keyId } = await localKey({ seed: signer }).signer()
  await writeFile(
    join(cwd, 'keyring.json'),
    JSON.stringify({ keys: [{ keyId }, { keyId: pruner, uses: ['retention'] }] }),
  )
})
afterEach(() => rm(cwd, { recursive: true }))

/** Ten receipts, 50 days apart; the newest is as old as is said. */
async function chain(chainId: string, more: Partial<LedgerOptions> & { newestDays?: number; end?: true } = {}) {
  const { newestDays = 10, end, ...options } = more
  const { keyId } = await localKey({ seed: signer }).signer()
  let now = Date.now() - (newestDays + 450) * DAY_MS
  const ledger = createLedgerWith(
    {
      store: fileStore(join(cwd, 'store')),
      keys: localKey({ seed: signer }),
      redactor: false,
      keyring: new Keyring([keyId]),
      ...options,
    },
    { now: () => now, uuid: () => v7({ msecs: now }), random: (count) => randomBytes(count) },
  )
  for (let count = 0; count < 10; count += 1) {
    const [receiptId, decisionId] = [v7({ msecs: now }), `claim-${count}`]
    await ledger.append({
      receiptId,
      chainId,
      tenantId: 'acme',
      eventType: 'decision',
      checks: [],
      action: 'allow',
      decisionId,
    })
    now += 50 * DAY_MS
  }
  if (end) await ledger.succeed(chainId, { reason: 'full' })
  await ledger.close()
}

async function kept(chainId = 'acme'): Promise<DecisionReceipt[]> {
  const store = fileStore(join(cwd, 'store'))
  const receipts: DecisionReceipt[] = []
  for await (const receipt of store.read(chainId)) receipts.push(receipt)
  await store.close()
  return receipts
}

const env = { QUITTANCE_KEY_URL: 'file:./prune.key.pem', QUITTANCE_KEYRING: 'keyring.json' }
const cli = (...args: string[]) => runCli(args, { cwd, env })
const prune = (...args: string[]) => cli('prune', 'store', '--reason', 'expired', ...args)
const verdict = async (minDays: string) =>
  (await cli('verify', 'store', '--chain', 'acme', '--accept-pruned', minDays, '--json')).code

describe('prune', () => {
  test('says what would go, then removes it; the verifier accepts it under its own terms only', async () => {
    await chain('acme')
    const before = await kept()
    const dry = await prune('--chain', 'acme', '--older-than', '300d', '--dry-run')
    // of day -460, -410, -360 and -310 the last is the first that stays; seq 0 is the chain's start
    const span = `sealed ${before[0]?.timestamp} to ${before[3]?.timestamp}`
    expect(dry).toEqual({ code: 0, stdout: `acme  would remove 4 receipts, seq 0 to 3, ${span}\n`, stderr: '' })
    expect(await kept()).toEqual(before)

    const done = await prune('--chain', 'acme', '--older-than', '300d', '--policy', 'records-3')
    expect(done).toEqual({
      code: 0,
      stdout: `acme  removed 4 receipts, seq 0 to 3, ${span}; recorded at seq 11\n`,
      stderr: '',
    })
    const after = await kept()
    expect(after.slice(0, -1)).toEqual(before.slice(4))
    expect(after.at(-1)).toMatchObject({
      keyId: pruner,
      retention: { event: 'prune', reason: 'expired', policy: '184d:records-3', count: 4 },
    })
    expect([await verdict('300'), await verdict('400')]).toEqual([0, 3])
    const again = await prune('--chain', 'acme', '--older-than', '300d')
    expect(again).toEqual({ code: 0, stdout: 'acme  nothing to remove\n', stderr: '' })
  })

  test('--json is the documented shape', async () => {
    await chain('acme')
    const before = await kept()
    const { code, stdout, stderr } = await prune('--chain', 'acme', '--older-than', '300d', '--json')
    expect([code, stderr]).toEqual([0, ''])
    const recorded = (await kept()).at(-1) as DecisionReceipt
    expect(JSON.parse(stdout)).toEqual({
      chainId: 'acme',
      dryRun: false,
      removed: 4,
      through: { seq: 3, receiptHash: before[3]?.receiptHash },
      from: before[0]?.timestamp,
      to: before[3]?.timestamp,
      receipt: { seq: 11, receiptId: recorded.receiptId, receiptHash: recorded.receiptHash },
      holds: [],
    })
  })

  test('takes the key and the keyring from its options as well, and the key as a path', async () => {
    await chain('acme')
    for (const key of ['file:./prune.key.pem', 'prune.key.pem', join(cwd, 'prune.key.pem')]) {
      const args = ['prune', 'store', '--chain', 'acme', '--older-than', '300d', '--reason', 'expired', '--dry-run']
      const { code } = await runCli([...args, '--key', key, '--keyring', 'keyring.json'], { cwd })
      expect(code).toBe(0)
    }
  })

  test('--all goes on where one chain is refused, and keeps one that ended', async () => {
    await chain('acme')
    await chain('bank', { retentionDays: 1827 })
    await chain('ended', { end: true })
    const all = await prune('--all', '--older-than', '300d')
    expect(all.code).toBe(1)
    expect(
      all.stdout.split('\n').map((line) =>
        line
          .split(/ {2}|,/)
          .slice(0, 2)
          .join(': '),
      ),
    ).toEqual([
      'acme: removed 4 receipts',
      'bank: kept whole: receipts are kept for 1827 days: olderThanDays is too low [LEDGER_RETENTION]',
      expect.stringMatching(/^ended: kept whole: .*/),
      'ended/2: nothing to remove',
      '',
    ])
    expect(all.stderr).toBe('quittance: 1 of 4 chains were refused\n')
    expect([(await kept('acme')).length, (await kept('bank')).length, (await kept('ended')).length]).toEqual([
      8, 11, 12,
    ])

    await rm(join(cwd, 'store'), { recursive: true })
    await chain('ended', { end: true })
    const { code, stdout, stderr } = await prune('--all', '--older-than', '300d', '--json')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout).chains).toEqual([
      { chainId: 'ended', error: { code: 'LEDGER_CHAIN_ENDED', message: expect.any(String) } },
      { chainId: 'ended/2', dryRun: false, removed: 0, holds: [] },
    ])
    expect((await prune('--chain', 'ended', '--older-than', '300d')).code).toBe(1)
  })

  test('below the floor needs a reason, which the chain then tells; what a chain promised stands all the same', async () => {
    await chain('acme')
    const below = ['--chain', 'acme', '--older-than', '60d']
    expect(await prune(...below)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('floor of 184'),
    })
    const promised = await prune(...below, '--override-floor', 'court_order')
    expect(promised).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('LEDGER_RETENTION') })
    expect(await kept()).toHaveLength(11)

    await chain('short', { retentionDays: 30, retentionOverride: { reason: 'test_system' } })
    const done = await prune('--chain', 'short', '--older-than', '60d', '--override-floor', 'test_system')
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('removed 9 receipts') })
    expect((await kept('short')).at(-1)?.retention).toMatchObject({ policy: '30d:override:test_system:age' })
  })

  test('is refused to a key that may not, with exit 1 and nothing removed', async () => {
    await chain('acme')
    await runCli(['keygen', 'other.key.pem'], { cwd })
    const other = (await runCli(['public-key', 'other.key.pem'], { cwd })).stdout.trim()
    for (const trust of [[], ['--trust', other]]) {
      const args = [
        '--chain',
        'acme',
        '--older-than',
        '300d',
        '--key',
        'other.key.pem',
        '--keyring',
        'keyring.json',
        ...trust,
      ]
      const refused = await prune(...args)
      expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('LEDGER_KEY_UNTRUSTED') })
      const json = await prune(...args, '--json')
      expect([json.code, json.stdout, JSON.parse(json.stderr).error.code]).toEqual([1, '', 'LEDGER_KEY_UNTRUSTED'])
    }
    expect(await kept()).toHaveLength(11)
  })

  test('of a store that another process writes to is refused', async () => {
    await chain('acme')
    const open = fileStore(join(cwd, 'store'))
    await open.head('acme')
    const child = await import('node:child_process')
    const main = new URL('../../src/cli/main.ts', import.meta.url)
    const args = ['prune', 'store', '--chain', 'acme', '--older-than', '300d', '--reason', 'expired']
    await open.state.put('acme', 'mine', new Uint8Array(1), 0)
    const { status, stderr } = child.spawnSync(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), main.pathname, ...args],
      { cwd, env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' },
    )
    await open.close()
    expect([status, stderr]).toEqual([1, expect.stringContaining('STORE_LOCKED')])
    expect(await kept()).toHaveLength(11)
  }, 60_000)
})

describe('what a dry run refuses', () => {
  test('is what the run refuses: a key that may not record it', async () => {
    await chain('acme')
    await runCli(['keygen', 'other.key.pem'], { cwd })
    const args = ['--chain', 'acme', '--older-than', '300d', '--key', 'file:./other.key.pem', '--json'] as const
    const before = await kept()
    const run = await prune(...args)
    const dry = await prune(...args, '--dry-run')
    expect([run.code, dry.code]).toEqual([1, 1])
    expect(JSON.parse(run.stderr).error.code).toBe('LEDGER_KEY_UNTRUSTED')
    expect(JSON.parse(dry.stderr).error.code).toBe('LEDGER_KEY_UNTRUSTED')
    expect(await kept()).toEqual(before)
  })

  test('also a key that is trusted, but not for retention, or is over', async () => {
    await chain('acme')
    const { keyId } = await localKey({ seed: signer }).signer()
    for (const entry of [
      { keyId: pruner, uses: ['receipt'] },
      { keyId: pruner, uses: ['retention'], validUntil: '2020-01-01T00:00:00.000Z' },
    ]) {
      await writeFile(join(cwd, 'keyring.json'), JSON.stringify({ keys: [{ keyId }, entry] }))
      const codes = []
      for (const more of [[], ['--dry-run']]) {
        const { code, stderr } = await prune('--chain', 'acme', '--older-than', '300d', '--json', ...more)
        codes.push([code, JSON.parse(stderr).error?.code])
      }
      expect(codes).toEqual(Array(2).fill([1, 'LEDGER_KEY_UNTRUSTED']))
    }
  })
})

describe('a release that does not count', () => {
  test('is named, with why, by prune and by the list; the list needs no key', async () => {
    await chain('acme')
    await cli('hold', 'store', '--chain', 'acme', '--hold-id', 'h-1', '--reason', 'litigation')
    await cli('release', 'store', '--chain', 'acme', '--hold-id', 'h-1', '--reason', 'closed')
    const [placed, ended] = (await kept()).slice(-2) as [DecisionReceipt, DecisionReceipt]
    // the key that released it is no longer trusted
    const { keyId } = await localKey({ seed: signer }).signer()
    await runCli(['keygen', 'new.key.pem'], { cwd })
    const fresh = (await runCli(['public-key', 'new.key.pem'], { cwd })).stdout.trim()
    const keys = [{ keyId }, { keyId: fresh, uses: ['retention'] }]
    await writeFile(join(cwd, 'keyring.json'), JSON.stringify({ keys }))
    const why = `; the release of h-1 at seq ${ended.seq} was disregarded: its key is not trusted for it`

    const list = await runCli(['hold', 'store', '--chain', 'acme', '--list', '--keyring', 'keyring.json'], { cwd })
    expect(list).toEqual({
      code: 0,
      stdout: `h-1  the whole chain  litigation  since ${placed.timestamp}, seq ${placed.seq}${why}\n`,
      stderr: '',
    })
    const args = ['--chain', 'acme', '--older-than', '300d', '--key', 'file:./new.key.pem']
    expect((await prune(...args)).stdout).toBe(`acme  nothing to remove; holds that stand: h-1${why}\n`)
    expect(JSON.parse((await prune(...args, '--json')).stdout)).toMatchObject({
      removed: 0,
      holds: ['h-1'],
      disregarded: [{ holdId: 'h-1', seq: ended.seq, receiptId: ended.receiptId, reason: 'key-untrusted' }],
    })
  })
})

describe('hold and release', () => {
  test('keep a case until it is released', async () => {
    await chain('acme')
    const held = await cli(
      'hold',
      'store',
      '--chain',
      'acme',
      '--hold-id',
      'h-1',
      '--reason',
      'litigation',
      '--decision',
      'claim-2',
    )
    expect(held).toEqual({
      code: 0,
      stdout: 'acme  decision claim-2 is held, recorded at seq 11; 1 hold stands\n',
      stderr: '',
    })
    const second = await cli(
      'hold',
      'store',
      '--chain',
      'acme',
      '--hold-id',
      'h-2',
      '--reason',
      'audit',
      '--from-seq',
      '2',
      '--to-seq',
      '4',
    )
    expect(second.stdout).toBe('acme  seq 2 to 4 is held, recorded at seq 12; 2 holds stand\n')

    const list = await cli('hold', 'store', '--chain', 'acme', '--list')
    expect([list.code, list.stdout.split('\n')]).toEqual([
      0,
      [
        expect.stringMatching(/^h-1 {2}decision claim-2 {2}litigation {2}since .*Z, seq 11$/),
        expect.stringMatching(/^h-2 {2}seq 2 to 4 {2}audit {2}since .*Z, seq 12$/),
        '',
      ],
    ])
    const some = await prune('--chain', 'acme', '--older-than', '200d')
    expect(some.stdout).toMatch(/^acme {2}removed 2 receipts, seq 0 to 1, .*; holds that stand: h-1, h-2\n$/)

    const released = await cli('release', 'store', '--chain', 'acme', '--hold-id', 'h-2', '--reason', 'closed')
    expect(released.stdout).toBe('acme  hold h-2 is released, recorded at seq 14; 1 hold stands\n')
    // claim-2 is seq 3
    expect((await prune('--chain', 'acme', '--older-than', '200d')).stdout).toMatch(/removed 1 receipt, seq 2 to 2,/)
    await cli('release', 'store', '--chain', 'acme', '--hold-id', 'h-1', '--reason', 'settled', '--decision', 'claim-2')
    expect((await prune('--chain', 'acme', '--older-than', '200d')).stdout).toMatch(/removed 3 receipts, seq 3 to 5,/)
    expect((await cli('hold', 'store', '--chain', 'acme', '--list')).stdout).toBe('no hold stands\n')
    expect(await verdict('200')).toBe(0)
  })

  test('--json is the documented shape', async () => {
    await chain('acme')
    const args = ['store', '--chain', 'acme', '--hold-id', 'h-1', '--reason', 'litigation', '--json']
    const { code, stdout, stderr } = await cli('hold', ...args)
    const receipt = (await kept()).at(-1) as DecisionReceipt
    const { seq, receiptId, receiptHash, retention, timestamp } = receipt
    const standing = { holdId: 'h-1', reason: 'litigation', placed: { seq, receiptId, timestamp } }
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toEqual({
      chainId: 'acme',
      receipt: { seq, receiptId, receiptHash, retention },
      holds: [standing],
    })
    // again is the same receipt
    expect((await cli('hold', ...args)).stdout).toBe(stdout)
    expect(JSON.parse((await cli('hold', 'store', '--chain', 'acme', '--list', '--json')).stdout)).toEqual({
      chainId: 'acme',
      holds: [standing],
    })
  })

  test('say what is gone already, and refuse what is not there', async () => {
    await chain('acme')
    await prune('--chain', 'acme', '--older-than', '300d')
    const held = await cli(
      'hold',
      'store',
      '--chain',
      'acme',
      '--hold-id',
      'h',
      '--reason',
      'litigation',
      '--to-seq',
      '3',
    )
    expect(held.stdout).toContain('seq 0 to 3 is held (what was before seq 4 is removed already)')
    const none = await cli('release', 'store', '--chain', 'acme', '--hold-id', 'x', '--reason', 'settled')
    expect(none).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('LEDGER_RETENTION') })
  })
})

describe('wrong usage is exit 2, and makes nothing', () => {
  const hold = ['hold', 'store', '--chain', 'acme', '--hold-id', 'h', '--reason', 'r']
  test.each<[string, string[], RegExp]>([
    ['no chain', ['prune', 'store', '--older-than', '400d', '--reason', 'r'], /--chain ID, or --all, is needed/],
    ['a chain and all', ['prune', 'store', '--all', '--chain', 'a', '--older-than', '400d', '--reason', 'r'], /--all/],
    ['no age', ['prune', 'store', '--chain', 'acme', '--reason', 'r'], /--older-than is needed/],
    ['an age that is none', ['prune', 'store', '--chain', 'acme', '--older-than', '400', '--reason', 'r'], /400d/],
    ['no reason', ['prune', 'store', '--chain', 'acme', '--older-than', '400d'], /--reason is needed/],
    [
      'a reason in words',
      ['prune', 'store', '--all', '--older-than', '400d', '--reason', 'for the law'],
      /a word such as/,
    ],
    ['no hold id', ['hold', 'store', '--chain', 'acme', '--reason', 'r'], /--hold-id is needed/],
    ['a range backwards', [...hold, '--from-seq', '3', '--to-seq', '2'], /greater than/],
    ['a case that is none', [...hold, '--decision', 'a b'], /an id/],
    [
      'a chain that is not there',
      ['hold', 'store', '--chain', 'acne', '--hold-id', 'h', '--reason', 'r'],
      /no chain acne/,
    ],
    [
      'a store that is not there',
      ['prune', 'stroe', '--all', '--older-than', '400d', '--reason', 'r'],
      /no such directory.*STORE_URL/,
    ],
    [
      'a file',
      ['prune', 'keyring.json', '--all', '--older-than', '400d', '--reason', 'r'],
      /not the directory.*STORE_URL/,
    ],
    ['another store', ['prune', 'ftp://h/x', '--all', '--older-than', '400d', '--reason', 'r'], /STORE_URL/],
    ['a key that is not there', [...hold, '--key', 'absent.pem'], /KEY_NOT_FOUND/],
    ['an unknown option', ['prune', 'store', '--all', '--dryrun'], /unknown option/],
  ])('%s', async (_, args, message) => {
    await chain('acme')
    const { code, stdout, stderr } = await cli(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(await kept()).toHaveLength(11)
    await expect(access(join(cwd, 'stroe'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('no key, no keyring', async () => {
    await chain('acme')
    const bare = (extra: Record<string, string>) => runCli(hold, { cwd, env: extra })
    expect(await bare({ QUITTANCE_KEYRING: 'keyring.json' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no signing key'),
    })
    expect(await bare({ QUITTANCE_KEY_URL: 'file:./prune.key.pem' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no keyring'),
    })
  })
})
