import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import type { HoldTerms, Ledger } from '../../src/ledger/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { appendAsIs } from './retention-forger.js'
import { days, idOf, judged, prune, retention, seqs, shortly, trusted, type World, world } from './retention-world.js'
import { delegatedBy, draft, keyNamed, stored } from './support.js'

const casesByDay = (day: number) => ({ decisionId: `case-${day}` })

/** Another process over the same store. */
const another = (w: World, store: ReceiptStore = w.store): Ledger =>
  createLedgerWith({ store, keys: keyNamed('a'), redactor: false, ...shortly, keyring: w.keyring }, w.time)

/** A store in which something happens as soon as a removal is recorded. */
function whenRecorded(memory: ReceiptStore, then: () => Promise<unknown>): ReceiptStore {
  let once = false
  return {
    ...memory,
    async append(chainId, receipts, expected, options) {
      await memory.append(chainId, receipts, expected, options)
      if (once || !receipts.some((receipt) => receipt.retention?.event === 'prune')) return
      once = true
      await then()
    },
  }
}

describe('a hold and a removal', () => {
  test.each<[string, Partial<HoldTerms>, number]>([
    ['the chain', {}, 0],
    ['a range', { fromSeq: 5, toSeq: 6 }, 5],
    ['a case', { decisionId: 'case-3' }, 4],
    ['what stays anyway', { fromSeq: 25 }, 20],
    ['a case that is not there', { decisionId: 'none' }, 20],
  ])('between the record and the removal: a hold of %s counts', async (_, terms, first) => {
    const memory = memoryStore()
    const quiet = await world({ store: memory })
    const store = whenRecorded(memory, () =>
      another(quiet).hold('acme', { holdId: 'late', reason: 'litigation', ...terms }),
    )
    const w = { ...quiet, store, ledger: another(quiet, store) }
    await days(w, 30, casesByDay)
    const { removed } = await prune(w, 10)
    expect([removed, (await seqs(w))[0]]).toEqual([first, first])
    expect((await judged(w)).verdict).toBe('VALID')
    // released, the rest goes
    await w.ledger.release('acme', { holdId: 'late', reason: 'settled' })
    await prune(w, 10)
    expect((await seqs(w))[0]).toBe(20)
    expect((await judged(w)).verdict).toBe('VALID')
  })

  test('take turns where the store gives turns', async () => {
    const memory = memoryStore()
    const told: string[] = []
    let tail = Promise.resolve()
    let holding: Promise<unknown> | undefined
    const store: ReceiptStore = {
      ...memory,
      async lease() {
        const before = tail
        let done = (): void => {}
        tail = new Promise((resolve) => {
          done = resolve
        })
        await before
        return { release: async () => done() }
      },
      async prune(...args) {
        // asked for while the removal is under way, it waits for it
        holding = another({ ...w, store }).hold('acme', { holdId: 'h', reason: 'litigation' })
        await new Promise((resolve) => setTimeout(resolve, 20))
        told.push('removed')
        return memory.prune!(...args)
      },
      async append(chainId, receipts, expected, options) {
        if (receipts.some((receipt) => receipt.retention?.event === 'hold')) told.push('held')
        return memory.append(chainId, receipts, expected, options)
      },
    }
    const w = await world({ store })
    await days(w, 30)
    await prune(w, 10)
    await holding
    expect(told).toEqual(['removed', 'held'])
  })

  test('a turn that is not to be had is a warning', async () => {
    const memory = memoryStore()
    const failed = new Error('planned')
    const w = await world({ store: { ...memory, lease: () => Promise.reject(failed) } })
    const warnings: unknown[] = []
    w.ledger.on('warning', ({ error }) => warnings.push(error))
    await days(w, 30)
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 50 })
    expect((await prune(w, 10)).removed).toBe(20)
    expect(warnings).toEqual([failed, failed])
  })
})

describe('holds', () => {
  test('of two that overlap, release ends the one that it names', async () => {
    const w = await world()
    await days(w, 30)
    await w.ledger.hold('acme', { holdId: 'one', reason: 'litigation', fromSeq: 3, toSeq: 10 })
    await w.ledger.hold('acme', { holdId: 'two', reason: 'audit', fromSeq: 8, toSeq: 15 })
    const most = async () => (await prune(w, 10, { dryRun: true })).through?.seq
    expect(await most()).toBe(2)
    await w.ledger.release('acme', { holdId: 'one', reason: 'settled' })
    expect(await most()).toBe(7)
    expect((await w.ledger.holds('acme')).map(({ holdId }) => holdId)).toEqual(['two'])
    await w.ledger.release('acme', { holdId: 'two', reason: 'settled' })
    expect(await most()).toBe(19)
    expect(await w.ledger.holds('acme')).toEqual([])
  })

  test('placed again under its id, one is not narrowed: both hold', async () => {
    const w = await world()
    await days(w, 30)
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 3, toSeq: 10 })
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 1000 })
    expect((await prune(w, 10, { dryRun: true })).through?.seq).toBe(2)
    // a release with terms ends what was placed with them
    await w.ledger.release('acme', { holdId: 'h', reason: 'settled', fromSeq: 1000 })
    expect((await prune(w, 10, { dryRun: true })).through?.seq).toBe(2)
    await w.ledger.release('acme', { holdId: 'h', reason: 'settled' })
    expect((await prune(w, 10, { dryRun: true })).through?.seq).toBe(19)
  })

  test('again, while it stands, is the same receipt; so is its release', async () => {
    const w = await world()
    await days(w, 3)
    const terms = { holdId: 'h', reason: 'litigation', fromSeq: 1 }
    const placed = await w.ledger.hold('acme', terms)
    expect(await w.ledger.hold('acme', terms)).toEqual(placed)
    expect(await another(w).hold('acme', terms)).toEqual(placed)
    const released = await w.ledger.release('acme', { holdId: 'h', reason: 'settled' })
    expect(await another(w).release('acme', { holdId: 'h', reason: 'settled' })).toEqual(released)
    const anew = await w.ledger.hold('acme', terms)
    expect(anew.seq).toBe(released.seq + 1)
    expect(await w.ledger.holds('acme')).toEqual([
      { ...terms, placed: { seq: anew.seq, receiptId: anew.receiptId, timestamp: anew.timestamp } },
    ])
  })

  test('that is not there can not be released, and a misspelt one holds nothing', async () => {
    const w = await world()
    await days(w, 3)
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 1 })
    for (const terms of [{ holdId: 'x' }, { holdId: 'h', fromSeq: 2 }, { holdId: 'h', decisionId: 'd' }]) {
      await expect(w.ledger.release('acme', { reason: 'settled', ...terms })).rejects.toMatchObject({
        code: 'LEDGER_RETENTION',
        details: { outcome: 'absent', reason: 'no-such-hold' },
      })
    }
    await expect(w.ledger.hold('acme', { holdId: 'h', reason: 'r', fromSequence: 3 } as never)).rejects.toThrow(
      /fromSequence/,
    )
    await expect(w.ledger.hold('acme', { holdId: 'h', reason: 'r', fromSeq: 3, toSeq: 2 })).rejects.toThrow(/fromSeq/)
    expect(await stored(w.store)).toHaveLength(5)
  })

  test('are ended by no delegate: neither by its ledger nor past it', async () => {
    const keyring = await trusted({ keyId: await idOf(keyNamed('root')), uses: ['delegate'] })
    const w = await world({ keyring })
    await days(w, 29)
    const session = await delegatedBy(keyNamed('root'), keyNamed('d'))
    const delegate = createLedgerWith({ store: w.store, keys: session, redactor: false, ...shortly, keyring }, w.time)
    await delegate.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 3, toSeq: 4 })
    await expect(delegate.release('acme', { holdId: 'h', reason: 'settled' })).rejects.toMatchObject({
      code: 'LEDGER_RETENTION',
      details: { reason: 'delegate' },
    })
    await appendAsIs(w, keyNamed('d'), { event: 'release', holdId: 'h', reason: 'settled' })
    expect((await prune(w, 10)).through?.seq).toBe(2)
    await expect(w.ledger.release('acme', { holdId: 'h', reason: 'settled' })).resolves.toBeDefined()
    expect((await prune(w, 10)).through?.seq).toBeGreaterThan(4)
  })

  test('are ended by no receipt that does not hold itself, also where others stand on it', async () => {
    const keyring = (await trusted()).with(
      { keyId: await idOf(keyNamed('gone')), revokedAt: '2026-03-01T00:00:00.000Z' },
      { keyId: await idOf(keyNamed('ours')), uses: ['checkpoint'] },
    )
    const w = await world({ keyring })
    await days(w, 29)
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 3, toSeq: 4 })
    const release = { event: 'release', holdId: 'h', reason: 'settled' } as const
    // a stranger's key, one that is not for this, one that was revoked later; the last with a signature of nobody
    for (const name of ['stranger', 'ours', 'gone']) await appendAsIs(w, keyNamed(name), release)
    const { signer } = keyNamed('a')
    const unsigned = async () => ({ ...(await signer()), sign: async () => new Uint8Array(64).fill(1) })
    await appendAsIs(w, { signer: unsigned }, release)
    // whoever shares the key that signs receipts stands on it
    await appendAsIs(w, keyNamed('a'), { event: 'hold', holdId: 'other', reason: 'r', fromSeq: 1000 })
    expect((await w.ledger.holds('acme')).map(({ holdId }) => holdId)).toEqual(['h', 'other'])
    expect((await prune(w, 10, { dryRun: true })).through?.seq).toBe(2)
    await w.ledger.release('acme', { holdId: 'h', reason: 'settled' })
    expect((await prune(w, 10, { dryRun: true })).through?.seq).toBe(18)
  })

  test('are ended by a key that took the chain over', async () => {
    const keyring = await trusted({ keyId: await idOf(keyNamed('first')), uses: ['receipt', 'rotate'] })
    const w = await world({ keyring, keys: keyNamed('first') })
    await days(w, 2)
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation' })
    await w.ledger.rotate('acme', { to: keyNamed('second') })
    await w.ledger.release('acme', { holdId: 'h', reason: 'settled' })
    expect((await stored(w.store)).at(-1)?.keyId).toBe(await idOf(keyNamed('second')))
    expect(await w.ledger.holds('acme')).toEqual([])
    expect(await another(w).holds('acme')).toEqual([])
  })

  test('may be signed by a key of their own, which stays the caller’s', async () => {
    const w = await world()
    await days(w, 2)
    const closed: string[] = []
    const keys = { signer: retention.signer, close: async () => void closed.push('closed') }
    const placed = await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation' }, { keys })
    expect(placed.keyId).toBe(await idOf(retention))
    await w.ledger.release('acme', { holdId: 'h', reason: 'settled' }, { keys })
    await w.ledger.close()
    expect(closed).toEqual([])
  })

  test('are found by who comes later: another ledger, after a restart, in a chain that was pruned meanwhile', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-holds-'))
    try {
      const w = await world({ store: fileStore(dir) })
      await days(w, 30, casesByDay)
      await w.ledger.hold('acme', { holdId: 'case', reason: 'litigation', decisionId: 'case-15' })
      expect((await prune(w, 10)).removed).toBe(16)
      await w.ledger.close()

      const store = fileStore(dir)
      const later = { ...w, store, ledger: another(w, store) }
      expect(await later.ledger.holds('acme')).toMatchObject([{ holdId: 'case', decisionId: 'case-15' }])
      w.time.day = 60
      expect((await prune(later, 10)).removed).toBe(0)
      await later.ledger.release('acme', { holdId: 'case', reason: 'settled' })
      expect((await prune(later, 10)).removed).toBeGreaterThan(10)
      await later.ledger.close()
    } finally {
      await rm(dir, { recursive: true })
    }
  })

  test('what a ledger remembers of them is read anew where the chain was pruned behind it', async () => {
    const w = await world()
    await days(w, 30)
    expect(await w.ledger.holds('acme')).toEqual([])
    const other = another(w)
    for (let day = 30; day < 60; day += 1) {
      w.time.day = day
      await other.append(draft())
    }
    await other.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 70 })
    w.time.day = 59
    await prune({ ...w, ledger: other }, 10)
    expect((await seqs(w))[0]).toBeGreaterThan(31)
    expect((await w.ledger.holds('acme')).map(({ holdId }) => holdId)).toEqual(['h'])
  })

  test('whatever is placed and released: what is held is never removed, what is not may go', async () => {
    const ids = ['one', 'two', 'three']
    const step = fc.record({
      release: fc.boolean(),
      holdId: fc.constantFrom(...ids),
      fromSeq: fc.option(fc.nat(22), { nil: undefined }),
      toSeq: fc.option(fc.nat(22), { nil: undefined }),
      day: fc.option(fc.nat(20), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const w = await world()
        await days(w, 30, casesByDay)
        let model: { holdId: string; terms: object; held: (seq: number) => boolean }[] = []
        for (const { release, holdId, fromSeq, toSeq, day } of steps) {
          if (fromSeq !== undefined && toSeq !== undefined && fromSeq > toSeq) continue
          const terms = { fromSeq, toSeq, decisionId: day === undefined ? undefined : `case-${day}` }
          const whole = fromSeq === undefined && toSeq === undefined && day === undefined
          if (release) {
            await w.ledger.release('acme', { holdId, reason: 'settled', ...terms }).catch(() => undefined)
            model = model.filter(
              (one) => one.holdId !== holdId || (!whole && JSON.stringify(one.terms) !== JSON.stringify(terms)),
            )
            continue
          }
          await w.ledger.hold('acme', { holdId, reason: 'litigation', ...terms })
          const ranged = fromSeq !== undefined || toSeq !== undefined
          const held = (seq: number) =>
            whole || (ranged && seq >= (fromSeq ?? 0) && seq <= (toSeq ?? 99)) || (day !== undefined && seq === day + 1)
          model.push({ holdId, terms, held })
        }
        const firstHeld = [...Array(20).keys()].find((seq) => model.some(({ held }) => held(seq))) ?? 20
        expect((await prune(w, 10)).removed).toBe(firstHeld)
        expect((await seqs(w))[0]).toBe(firstHeld)
        expect((await judged(w)).verdict).toBe('VALID')
      }),
      { numRuns: 40 },
    )
  })
})
