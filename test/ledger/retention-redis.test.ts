/** Retention on a real server: several processes' worth of ledgers, each with connections of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import { redisStore } from '../../src/store/redis.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { runCli } from '../cli/run-cli.js'
import { days, idOf, judged, prune, seqs, shortly, type World, world } from './retention-world.js'
import { collect, draft, keyNamed, stored } from './support.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const ledgers: Ledger[] = []
let chains = 0
/** Keys of its own for each test: what an earlier one still writes is not in the way. */
let prefix = ''
beforeEach(() => {
  chains += 1
  prefix = `test-${chains}`
})
afterEach(async () => {
  for (const ledger of ledgers.splice(0)) await ledger.close()
})

const opened = (): ReceiptStore => redisStore({ url: redis.url }, { prefix })

async function redisWorld(): Promise<World> {
  const w = await world({ store: opened() })
  ledgers.push(w.ledger)
  return w
}

function another(w: World): Ledger {
  const { keyring, time } = w
  const keys = keyNamed('a')
  const ledger = createLedgerWith({ store: opened(), keys, redactor: false, ...shortly, keyring }, time)
  ledgers.push(ledger)
  return ledger
}

const prunesOf = async (w: World) => (await stored(w.store)).filter((receipt) => receipt.retention?.event === 'prune')

describe('prune on Redis', () => {
  test('is recorded, done, and accepted by who accepts it; the lines say the same', async () => {
    const w = await redisWorld()
    await days(w, 30)
    expect(await prune(w, 10, { dryRun: true })).toMatchObject({ removed: 20, through: { seq: 19 } })
    expect((await prune(w, 10)).removed).toBe(20)
    expect(await prune(w, 10)).toEqual({ removed: 0 })
    expect((await judged(w)).verdict).toBe('VALID')
    expect((await judged(w, 11)).counts).toEqual({ PRUNED: 1 })
    const options = { keyring: w.keyring, acceptPruned: { minDays: 10 }, now: new Date(w.time.now()) }
    expect((await verifyChain(await collect(w.store.lines!('acme')), options)).verdict).toBe('VALID')
    const { receiptId } = await w.ledger.append(draft({ details: { rationale: 'private' } }))
    expect(await w.ledger.eraseDetails('acme', receiptId, { reason: 'art_17' })).toBe(true)
    expect((await judged(w)).counts).toEqual({ DETAILS_ERASED: 1 })
  })

  test('while four ledgers write, prune and hold: nothing acknowledged that is young is lost', async () => {
    const w = await redisWorld()
    await days(w, 30, (day) => ({ decisionId: `case-${day}` }))
    const writers = Array.from({ length: 4 }, () => another(w))
    const done = await Promise.all(
      writers.flatMap((ledger, index) => [
        ...Array.from({ length: 100 }, () => ledger.append(draft())),
        prune({ ...w, ledger }, 10 + index),
        ...(index === 3 ? [ledger.hold('acme', { holdId: 'h', reason: 'litigation', decisionId: 'case-19' })] : []),
      ]),
    )
    const chain = await stored(w.store)
    const kept = new Set(chain.map(({ receiptId }) => receiptId))
    const acknowledged = done.flatMap((one) => ('receiptId' in one ? [one.receiptId] : []))
    expect(acknowledged).toHaveLength(401)
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    expect((await judged(w)).verdict).toBe('VALID')
    expect(done.reduce((sum, one) => sum + ('removed' in one ? one.removed : 0), 0)).toBe(chain[0]?.seq)
  })

  test('a hold that is durable is never overtaken by a removal', async () => {
    for (let round = 0; round < 15; round += 1) {
      prefix = `round-${round}`
      const w = await redisWorld()
      await days(w, 25)
      const other = another(w)
      let first = 0
      const [pruned] = await Promise.all([
        prune(w, 10),
        new Promise((resolve) => setTimeout(resolve, round))
          .then(() => other.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 5, toSeq: 6 }))
          .then(async () => {
            first = (await w.store.bounds('acme'))?.first ?? -1
          }),
      ])
      // what stood when the hold was acknowledged stands still
      expect((await seqs(w))[0]).toBe(pruned.removed)
      if (first <= 5) expect(pruned.removed).toBeLessThanOrEqual(5)
      else expect([first, pruned.removed]).toEqual([15, 15])
      expect((await judged(w)).verdict).toBe('VALID')
    }
  }, 60_000)

  test('a removal that was done in part is finished', async () => {
    const w = await redisWorld()
    await days(w, 30)
    const chain = await stored(w.store)
    const failing = {
      ...w,
      ledger: createLedgerWith(
        {
          store: { ...w.store, prune: () => Promise.reject(new Error('planned')) },
          keys: keyNamed('a'),
          redactor: false,
          ...shortly,
          keyring: w.keyring,
        },
        w.time,
      ),
    }
    await expect(prune(failing, 10)).rejects.toThrow('planned')
    await w.store.prune!('acme', 8, { seq: 7, receiptHash: chain[7]!.receiptHash })
    expect((await judged(w)).counts).toEqual({ STARTS_LATE: 1 })
    expect((await prune(w, 10)).removed).toBe(12)
    expect(await prunesOf(w)).toHaveLength(1)
    expect((await judged(w)).verdict).toBe('VALID')
  })

  test('by the command line, on the store that a URL names', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'quittance-retention-'))
    try {
      const w = await redisWorld()
      await days(w, 30)
      await runCli(['keygen', 'prune.key.pem'], { cwd })
      const pruner = (await runCli(['public-key', 'prune.key.pem'], { cwd })).stdout.trim()
      const trust = ['--trust', await idOf(keyNamed('a')), '--trust', `retention=${pruner}`, '--key', 'prune.key.pem']
      const cli = async (command: string, ...args: string[]) => {
        const url = `${redis.url}?prefix=${prefix}`
        const { code, stdout, stderr } = await runCli([command, url, '--chain', 'acme', ...trust, ...args], { cwd })
        expect([code, stderr]).toEqual([0, ''])
        return stdout
      }
      const named = ['--hold-id', 'h', '--reason', 'litigation']
      expect(await cli('hold', ...named, '--from-seq', '7')).toMatch(/^acme {2}seq 7 and all after it is held/)
      // the chain is of January 2026 and promised ten days; the clock is the real one
      const age = ['--older-than', '10d', '--override-floor', 'test', '--reason', 'expired']
      expect(await cli('prune', ...age, '--dry-run')).toMatch(/would remove 7 receipts, seq 0 to 6/)
      expect(await cli('prune', ...age)).toMatch(/removed 7 receipts, seq 0 to 6, .*; holds that stand: h/)
      expect(await cli('release', ...named)).toMatch(/hold h is released.*; 0 holds stand/)
      expect((await seqs(w))[0]).toBe(7)
    } finally {
      await rm(cwd, { recursive: true })
    }
  })

  test.each([
    ['before the removal', 20],
    ['after the removal', 0],
  ] as const)(
    'a process that is killed %s leaves a chain that the next prune finishes',
    async (at, removed) => {
      const w = await redisWorld()
      await days(w, 30)
      const dir = await mkdtemp(join(tmpdir(), 'quittance-retention-'))
      try {
        await pruneAndDie(dir, at)
      } finally {
        await rm(dir, { recursive: true })
      }
      expect((await judged(w)).verdict).toBe('VALID')
      expect(await prunesOf(w)).toHaveLength(1)
      const next = { ...w, ledger: another(w) }
      expect((await prune(next, 10)).removed).toBe(removed)
      expect((await seqs(w))[0]).toBe(20)
      expect(await prunesOf(w)).toHaveLength(1)
      await next.ledger.append(draft())
      expect((await judged(w)).verdict).toBe('VALID')
    },
    60_000,
  )
})

/** A process that prunes the chain as of day 29 and kills itself beside the removal. */
async function pruneAndDie(dir: string, at: 'before the removal' | 'after the removal'): Promise<void> {
  const source = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, path)).href)
  const file = join(dir, 'child.ts')
  await writeFile(
    file,
    `
import { createLedgerWith } from ${source('../../src/ledger/ledger.ts')}
import { redisStore } from ${source('../../src/store/redis.ts')}
import { clock, retention, shortly, trusted } from ${source('./retention-world.ts')}
import { keyNamed } from ${source('./support.ts')}
const die = async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}) }
async function main() {
  const redis = redisStore({ url: ${JSON.stringify(redis.url)} }, { prefix: ${JSON.stringify(prefix)} })
  const store = {
    ...redis,
    prune: async (...args) => {
      if (${JSON.stringify(at)} === 'before the removal') await die()
      await redis.prune(...args)
      await die()
    },
  }
  const time = clock()
  time.day = 29
  const ledger = createLedgerWith({ store, keys: keyNamed('a'), redactor: false, ...shortly, keyring: await trusted() }, time)
  await ledger.prune('acme', { olderThanDays: 10, reason: 'age', keys: retention })
}
main().catch((error) => { console.error(error); process.exit(1) })
`,
  )
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), file], { stdio: 'inherit' })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
}
