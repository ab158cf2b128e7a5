/** Killed between the record and the removal, and pruned while others write. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { days, idOf, judged, prune, seqs, shortly, trusted, type World, world } from './retention-world.js'
import { draft, keyNamed, stored } from './support.js'

const another = (w: World, store: ReceiptStore = w.store): Ledger =>
  createLedgerWith({ store, keys: keyNamed('a'), redactor: false, ...shortly, keyring: w.keyring }, w.time)

const prunes = async (w: World) => (await stored(w.store)).filter((receipt) => receipt.retention?.event === 'prune')

describe('a process that is killed', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'quittance-retention-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  /** A process that prunes and kills itself at a call of the file system's store. */
  async function killed(at: 'before the removal' | 'after the removal' | 'before the record'): Promise<void> {
    const source = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, path)).href)
    const file = join(dir, 'child.ts')
    await writeFile(
      file,
      `
import { createLedgerWith } from ${source('../../src/ledger/ledger.ts')}
import { fileStore } from ${source('../../src/store/file.ts')}
import { clock, retention, shortly, trusted } from ${source('./retention-world.ts')}
import { keyNamed } from ${source('./support.ts')}
const die = async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}) }
async function main() {
  const at = ${JSON.stringify(at)}
  const file = fileStore(${JSON.stringify(join(dir, 'store'))})
  const store = {
    ...file,
    append: async (...args) => { if (at === 'before the record') await die(); return file.append(...args) },
    prune: async (...args) => {
      if (at === 'before the removal') await die()
      await file.prune(...args)
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

  test.each([
    ['before the record', 31, 31, 20],
    ['before the removal', 32, 32, 20],
    ['after the removal', 12, 32, 0],
  ] as const)(
    '%s leaves a chain that the next prune finishes',
    async (at, left, next, removed) => {
      const first = await world({ store: fileStore(join(dir, 'store')) })
      await days(first, 30)
      await first.ledger.close()
      await killed(at)

      const w = await world({ store: fileStore(join(dir, 'store')) })
      w.time.day = 29
      expect(await stored(w.store)).toHaveLength(left)
      expect((await judged(w)).verdict).toBe('VALID')
      const done = await prune(w, 10)
      expect(done.removed).toBe(removed)
      expect((await seqs(w))[0]).toBe(20)
      expect(await prunes(w)).toHaveLength(1)
      expect((await w.ledger.append(draft())).seq).toBe(at === 'before the record' ? next + 1 : next)
      expect((await judged(w)).verdict).toBe('VALID')
      await w.ledger.close()
    },
    60_000,
  )
})

describe('a store that fails at the removal', () => {
  const gone = new QuittanceError('STORE_UNAVAILABLE', 'planned', { details: { outcome: 'unknown', retryable: true } })

  test.each(['before', 'after'] as const)('%s it was done', async (kind) => {
    const memory = memoryStore()
    const w = await world({ store: faultyStore(memory, [{ method: 'prune', call: 1, kind, error: gone }]) })
    await days(w, 30)
    await expect(prune(w, 10)).rejects.toBe(gone)
    expect((await judged(w)).verdict).toBe('VALID')
    expect((await prune(w, 10)).removed).toBe(kind === 'before' ? 20 : 0)
    expect(await prunes(w)).toHaveLength(1)
    expect((await seqs(w))[0]).toBe(20)
    expect((await judged(w)).verdict).toBe('VALID')
  })
})

describe('several ledgers', () => {
  test.each<[string, () => Promise<{ store: ReceiptStore; end: () => Promise<void> }>]>([
    ['memory', async () => ({ store: memoryStore(), end: async () => {} })],
    [
      'a file store',
      async () => {
        const dir = await mkdtemp(join(tmpdir(), 'quittance-retention-'))
        const store = fileStore(dir)
        return { store, end: () => store.close().then(() => rm(dir, { recursive: true })) }
      },
    ],
  ])('write, prune and hold on %s at once: no acknowledged receipt that is young is lost', async (_, make) => {
    const { store: shared, end } = await make()
    // each ledger closes its store: this one is all theirs
    const store: ReceiptStore = { ...shared, close: async () => {} }
    const w = await world({ store })
    const writers = Array.from({ length: 4 }, () => another(w))
    try {
      await days(w, 30, (day) => ({ decisionId: `case-${day}` }))
      const work = writers.flatMap((ledger, index) => [
        ...Array.from({ length: 40 }, () => ledger.append(draft())),
        prune({ ...w, ledger }, 10 + index),
        ...(index === 3 ? [ledger.hold('acme', { holdId: 'h', reason: 'litigation', decisionId: 'case-18' })] : []),
      ])
      const done = await Promise.all(work)
      const chain = await stored(store)
      const kept = new Set(chain.map(({ receiptId }) => receiptId))
      const acknowledged = done.flatMap((one) => ('receiptId' in one ? [one.receiptId] : []))
      expect(acknowledged).toHaveLength(161)
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
      expect((await judged(w)).verdict).toBe('VALID')
      // whoever found the chain pruned already recorded nothing
      const recorded = chain.filter((receipt) => receipt.retention?.event === 'prune')
      const removed = done.reduce((sum, one) => sum + ('removed' in one ? one.removed : 0), 0)
      expect(removed).toBe(chain[0]?.seq)
      expect(recorded.length).toBeLessThanOrEqual(4)
    } finally {
      for (const ledger of [w.ledger, ...writers]) await ledger.close()
      await end()
    }
  })

  test('two that prune the same record it once', async () => {
    const w = await world()
    await days(w, 30)
    const both = await Promise.all([prune(w, 10), prune({ ...w, ledger: another(w) }, 10)])
    expect(both.map(({ removed }) => removed).sort()).toEqual([0, 20])
    expect(await prunes(w)).toHaveLength(1)
    expect((await judged(w)).verdict).toBe('VALID')
  })

  test('a rotation that only another ledger knows of stays', async () => {
    const keyring = await trusted({ keyId: await idOf(keyNamed('first')), uses: ['receipt', 'rotate'] })
    const w = await world({ keyring })
    const service = createLedgerWith(
      { store: w.store, keys: keyNamed('first'), redactor: false, ...shortly, keyring },
      w.time,
    )
    await service.append(draft())
    await service.rotate('acme', { to: keyNamed('second') })
    for (const day of [1, 2, 3]) {
      w.time.day = day
      await service.append(draft())
    }
    // long after its last receipt another process prunes and speaks, then the service does again
    w.time.day = 90
    for (let count = 0; count < 3; count += 1) await w.ledger.append(draft())
    w.time.day = 120
    const { through } = await prune(w, 10)
    expect(through?.seq).toBe(1)
    await service.append(draft())
    expect((await judged(w)).verdict).toBe('VALID')
  })
})

describe('a chain that has ended', () => {
  test('is kept whole: its removal could be recorded nowhere', async () => {
    const w = await world()
    await days(w, 30)
    await w.ledger.succeed('acme', { reason: 'full' })
    w.time.day = 60
    for (const dryRun of [true, false])
      await expect(prune(w, 10, { dryRun })).rejects.toMatchObject({
        code: 'LEDGER_CHAIN_ENDED',
        details: { outcome: 'absent', seq: 31 },
      })
    await expect(w.ledger.hold('acme', { holdId: 'h', reason: 'r' })).rejects.toMatchObject({
      code: 'LEDGER_CHAIN_ENDED',
    })
    expect(await stored(w.store)).toHaveLength(32)
  })

  test('but what was recorded before its end is finished', async () => {
    const full = new QuittanceError('STORE_IO', 'planned', { details: { outcome: 'absent' } })
    const w = await world({
      store: faultyStore(memoryStore(), [{ method: 'prune', call: 1, kind: 'before', error: full }]),
    })
    await days(w, 30)
    await expect(prune(w, 10)).rejects.toBe(full)
    await w.ledger.succeed('acme', { reason: 'full' })
    expect((await prune(w, 10)).removed).toBe(20)
    expect(await prune(w, 10)).toEqual({ removed: 0 })
    expect((await judged(w)).verdict).toBe('VALID')
  })

  test('too young to be pruned, nothing is refused', async () => {
    const w = await world()
    await days(w, 5)
    await w.ledger.succeed('acme', { reason: 'full' })
    expect(await prune(w, 10)).toEqual({ removed: 0 })
  })
})
