/** What a log never does: sign two heads of which neither goes on from the other. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { utf8 } from '../../src/primitives/bytes.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type Fault, faultyStore, type StoreMethod } from '../../src/testing/faulty-store.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import type { PublishedCheckpoint } from '../../src/transparency/types.js'
import { collect, draft, keyNamed, stored } from '../ledger/support.js'
import { fill, LOG_CHAIN, mismatch, never, ORIGIN, opened, recordingSink, rootOf, worldOn } from './log-support.js'

/** The same store for several ledgers, each of which closes what it was given. */
const shared = (store: ReceiptStore): ReceiptStore => ({ ...store, close: async () => undefined })

/** A copy of a store as it stands now, as a backup would bring it back. */
async function copyOf(
  store: ReceiptStore,
  chains: readonly string[],
  upTo?: Record<string, number>,
): Promise<ReceiptStore> {
  const copy = memoryStore()
  for (const chainId of chains) {
    const receipts = (await collect(store.read(chainId))).slice(0, upTo?.[chainId])
    if (receipts.length > 0) await copy.append(chainId, receipts, undefined)
  }
  return copy
}

/** Brings the cell of one store to another. */
async function copyCell(from: ReceiptStore, to: ReceiptStore, chainId: string): Promise<void> {
  const value = await from.state.get(chainId, 'checkpoint')
  const there = await to.state.get(chainId, 'checkpoint')
  if (value !== undefined) await to.state.put(chainId, 'checkpoint', value.bytes, there?.version ?? 0)
}

const refusal = (reason: string) => ({ code: 'TLOG_REFUSED', details: { reason, chainId: 'acme' } })

describe('a history that does not go on from the last checkpoint is refused', () => {
  it('where the chain was cut', async () => {
    const store = memoryStore()
    const first = worldOn(shared(store), never)
    await fill(first.ledger, 5)
    await first.log.checkpoint('acme')
    const cut = await copyOf(store, ['acme'], { acme: 4 })
    await copyCell(store, cut, 'acme')
    const { ledger, log } = worldOn(cut, never)
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('rolled-back'))
    await expect(log.compare('acme')).rejects.toMatchObject(refusal('rolled-back'))
    expect(log.status().refused).toEqual([{ chainId: 'acme', reason: 'rolled-back' }])
    expect((await ledger.health()).checks.at(-1)).toMatchObject({ name: 'checkpoint', ok: false, code: 'TLOG_REFUSED' })
    expect((await ledger.health()).ok).toBe(false)
    expect(await stored(cut, LOG_CHAIN)).toEqual([])
    await log.close()
    await ledger.close()
  })

  it('where it was cut and went on otherwise, also with the key', async () => {
    const store = memoryStore()
    const first = worldOn(shared(store), never)
    await fill(first.ledger, 5)
    const signed = await first.log.checkpoint('acme')
    const cut = await copyOf(store, ['acme'], { acme: 4 })
    await copyCell(store, cut, 'acme')
    const { ledger, log, warnings } = worldOn(cut, { ...never, everyReceipts: 3 })
    await fill(ledger, 6)
    await log.close()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject(refusal('rewritten'))
    // what was signed is still what stands there, and nothing was entered
    expect((await storedCheckpoint(cut, 'acme'))?.note).toBe(signed.note)
    expect(await stored(cut, LOG_CHAIN)).toEqual([])
    await ledger.close()
  })

  it('where everything went back, the cell too, while the process runs', async () => {
    const store = memoryStore()
    let current: ReceiptStore = store
    const switching = new Proxy(store, { get: (_, name) => Reflect.get(current, name) as unknown })
    const { ledger, log } = worldOn(switching, never)
    await fill(ledger, 5)
    const early = await copyOf(store, ['acme'])
    await fill(ledger, 5)
    await log.checkpoint('acme')
    current = early
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('rolled-back'))
    expect(await early.state.get('acme', 'checkpoint')).toBeUndefined()
  })

  it('where what the last checkpoint says was put there by somebody without the key', async () => {
    const store = memoryStore()
    const forger = worldOn(shared(store), { ...never, keys: keyNamed('forger') })
    await fill(forger.ledger, 2)
    await forger.log.checkpoint('acme')
    const { log } = worldOn(shared(store), never)
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('unknown-key'))
    const { keyId } = await keyNamed('forger').signer()
    const after = worldOn(shared(store), { ...never, formerKeys: [keyId] })
    await fill(after.ledger, 1)
    expect((await after.log.checkpoint('acme')).size).toBe(4)
  })

  it('where the cell can’t be read', async () => {
    const store = memoryStore()
    const { ledger, log } = worldOn(store, never)
    await fill(ledger, 2)
    await store.state.put('acme', 'checkpoint', utf8('{"note":"'), 0)
    await expect(log.checkpoint('acme')).rejects.toMatchObject({ code: 'STORE_CORRUPT', details: { chainId: 'acme' } })
    await expect(storedCheckpoint(store, 'acme')).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  })

  it('and by comparing, where a receipt was signed anew in place', async () => {
    const store = memoryStore()
    const { ledger, log } = worldOn(shared(store), never)
    await fill(ledger, 6)
    const made = await log.checkpoint('acme')
    expect((await log.compare('acme')).size).toBe(7)
    const altered: ReceiptStore = {
      ...store,
      async *read(chainId, range): AsyncGenerator<DecisionReceipt> {
        for await (const receipt of store.read(chainId, range)) {
          const signature = receipt.signature.replace(/.$/, (digit) =>
            digit === '0' ? '1' : '0',
          ) as `ed25519:${string}`
          yield receipt.seq === 3 ? { ...receipt, signature } : receipt
        }
      },
    }
    const other = worldOn(altered, never)
    await expect(other.log.compare('acme')).rejects.toMatchObject(refusal('differs'))
    expect(await mismatch(store, made)).toBeUndefined()
  })

  it('an empty chain has none', async () => {
    const { log } = worldOn(memoryStore(), never)
    await expect(log.checkpoint('acme')).rejects.toMatchObject(refusal('empty'))
    await expect(log.publish()).rejects.toMatchObject({ code: 'TLOG_REFUSED', details: { reason: 'empty' } })
    await expect(log.compare('acme')).rejects.toMatchObject(refusal('no-checkpoint'))
    await expect(log.checkpoint('../x')).rejects.toThrow(RangeError)
    await expect(log.checkpoint(LOG_CHAIN)).rejects.toThrow(RangeError)
    await log.close()
    await expect(log.checkpoint('acme')).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'closed' },
    })
  })
})

describe('a pruned chain', () => {
  it('is gone on from where its tree was, and not where no tree was', async () => {
    const store = memoryStore()
    const { ledger, log } = worldOn(shared(store), never)
    await fill(ledger, 9)
    await log.checkpoint('acme')
    const all = await stored(store)
    await store.prune?.('acme', 10, all[9]!).catch(() => undefined)
    await store.prune?.('acme', 9, { seq: 8, receiptHash: all[8]!.receiptHash })
    await fill(ledger, 4)
    all.push(...(await stored(store)).slice(1))
    // a log that knows nothing but the cell, and has to read across the cut
    const later = worldOn(shared(store), never)
    const made = await later.log.checkpoint('acme')
    expect((await opened(made.note)).root).toBe(rootOf(all, 14))
    await expect(later.log.compare('acme')).rejects.toMatchObject(refusal('pruned'))

    const bare = await copyOf(store, [])
    await bare.append('acme', all.slice(9), { seq: 8, receiptHash: all[8]!.receiptHash }, { afterPruned: true })
    await expect(worldOn(bare, never).log.checkpoint('acme')).rejects.toMatchObject(refusal('pruned'))
  })
})

/** A store whose next call of a method fails, before or after it was done. */
function failing(store: ReceiptStore, method: StoreMethod, kind: Fault['kind'], chainId?: string) {
  let armed = false
  const faulty = faultyStore(shared(store), (call) => {
    if (!armed || call.method !== method || (chainId !== undefined && call.chainId !== chainId)) return undefined
    armed = false
    return { kind } as Fault
  })
  return {
    faulty,
    arm: () => {
      armed = true
    },
  }
}

describe('a store that fails', () => {
  for (const kind of ['before', 'after'] as const) {
    it(`${kind} the head is kept: the next head goes on from what was kept`, async () => {
      const store = memoryStore()
      const { faulty, arm } = failing(store, 'state.put', kind, 'acme')
      // the ledger writes state too: its own store does not fail
      const ledger = createLedger({ store: shared(store), keys: keyNamed('receipts'), redactor: false })
      await fill(ledger, 3)
      const { log } = worldOn(faulty, never)
      arm()
      await expect(log.checkpoint('acme')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      const kept = await storedCheckpoint(store, 'acme')
      expect(kept === undefined).toBe(kind === 'before')
      const made = await log.checkpoint('acme')
      if (kept !== undefined) expect(made.note).toBe(kept.note)
      expect(await mismatch(store, made)).toBeUndefined()
      const entries = (await stored(store, LOG_CHAIN)).filter(({ system }) => system?.event === 'checkpoint')
      expect(entries).toHaveLength(1)
    })
  }

  it('before the log chain has the entry: the entry is made by whoever comes next', async () => {
    const store = memoryStore()
    const { ledger, log } = worldOn(shared(store), never)
    await fill(ledger, 3)
    await ledger.close()
    // the head is kept, and the ledger takes no entry any more
    await expect(log.checkpoint('acme')).rejects.toMatchObject({ code: 'LEDGER_CLOSED' })
    const kept = await storedCheckpoint(store, 'acme')
    expect(kept?.size).toBe(4)
    const next = worldOn(shared(store), never)
    expect(await next.log.catchUp()).toEqual({ chains: 1, failed: 0 })
    const entries = (await stored(store, LOG_CHAIN)).flatMap(({ system }) =>
      system?.event === 'checkpoint' ? [system] : [],
    )
    expect(entries).toMatchObject([{ origin: kept?.origin, size: 4 }])
    // and not once more by those after it
    await next.log.close()
    const third = worldOn(shared(store), never)
    await third.log.catchUp()
    await third.log.close()
    expect(await stored(store, LOG_CHAIN)).toHaveLength(2)
  })

  it('to confirm what was read: nothing is signed that may not be as durable as asked', async () => {
    const store = memoryStore()
    const ledger = createLedger({ store: shared(store), keys: keyNamed('receipts'), redactor: false })
    await fill(ledger, 3)
    const unconfirmed = new QuittanceError('STORE_DURABILITY', 'not on the disk yet', {
      details: { outcome: 'unknown', retryable: true },
    })
    let away = true
    const slow = faultyStore(shared(store), ({ method }) =>
      away && method === 'append' ? { kind: 'before', error: unconfirmed } : undefined,
    )
    const { log } = worldOn(slow, never)
    await expect(log.checkpoint('acme')).rejects.toMatchObject({ code: 'STORE_DURABILITY' })
    expect(await storedCheckpoint(store, 'acme')).toBeUndefined()
    away = false
    expect((await log.checkpoint('acme')).size).toBe(4)
  })
})

describe('several processes', () => {
  it('on one store sign one line of heads', async () => {
    const store = memoryStore()
    const sinks = [recordingSink(), recordingSink(), recordingSink()]
    const worlds = sinks.map((sink) => worldOn(shared(store), { ...never, everyReceipts: 8, sinks: [sink] }))
    await Promise.all(
      worlds.map(async ({ ledger, log }, index) => {
        for (let round = 0; round < 12; round += 1) {
          await fill(ledger, 5)
          if (round % 4 === index) {
            await log.checkpoint('acme')
            await log.publish()
          }
        }
      }),
    )
    await Promise.all(worlds.map(({ log }) => log.close()))
    const all = sinks.flatMap(({ got }) => got)
    expect(all.length).toBeGreaterThan(6)
    for (const one of all) expect(await mismatch(store, one)).toBeUndefined()
    const sizes = (await stored(store, LOG_CHAIN)).flatMap(({ system }) =>
      system?.event === 'checkpoint' ? [system] : [],
    )
    expect(sizes.at(-1)?.size).toBe(12 * 5 * 3 + 1)
    const receipts = await stored(store)
    for (const { size, rootHash } of sizes) expect(rootHash).toBe(`sha256:${rootOf(receipts, size)}`)
    expect(worlds.flatMap(({ warnings }) => warnings)).toEqual([])
  })
})

describe('whatever is appended, published, closed and opened again', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        chain: fc.nat(2),
        count: fc.integer({ min: 1, max: 9 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('elsewhere' as const), chain: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('checkpoint' as const), chain: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('publish' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const), clean: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('fault' as const),
        method: fc.constantFrom<StoreMethod>('state.put', 'state.get', 'append', 'read'),
        kind: fc.constantFrom('before' as const, 'after' as const),
      }),
    },
  )

  it('every checkpoint leads to the receipts, and the last one covers all of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const store = memoryStore()
        const planned: { method: StoreMethod; kind: 'before' | 'after' }[] = []
        // of the log alone: what a ledger does with faults is tested elsewhere
        const faulty = faultyStore(shared(store), ({ method }) => {
          const index = planned.findIndex((one) => one.method === method)
          return index < 0 ? undefined : { kind: planned.splice(index, 1)[0]!.kind }
        })
        const open = () => {
          const sink = recordingSink()
          const ledger = createLedger({ store: shared(store), keys: keyNamed('receipts'), redactor: false })
          const { log } = worldOn({ ...faulty, close: async () => undefined }, { ...never, sinks: [sink] })
          const forwarding = worldOn(shared(store), { ...never, sinks: [sink] })
          return { sink, ledger, log, forwarding }
        }
        const published: PublishedCheckpoint[] = []
        let world = open()
        const tolerated = async (work: Promise<unknown>): Promise<void> => {
          try {
            await work
          } catch (error) {
            if (!QuittanceError.is(error)) throw error
            const { reason } = error.details
            if (reason !== 'empty' && reason !== 'planned-fault') throw error
          }
        }
        for (const one of steps) {
          if (one.do === 'append') await fill(world.forwarding.ledger, one.count, `chain-${one.chain}`)
          else if (one.do === 'elsewhere') await world.ledger.append(draft({ chainId: `chain-${one.chain}` }))
          else if (one.do === 'checkpoint') await tolerated(world.log.checkpoint(`chain-${one.chain}`))
          else if (one.do === 'publish') await tolerated(world.forwarding.log.publish())
          else if (one.do === 'fault') planned.push(one)
          else {
            if (one.clean) await world.forwarding.log.close()
            published.push(...world.sink.got)
            world = open()
          }
        }
        planned.length = 0
        await world.forwarding.log.catchUp()
        await world.forwarding.log.close()
        published.push(...world.sink.got)
        for (const checkpoint of published) expect(await mismatch(store, checkpoint)).toBeUndefined()
        for (const chain of [0, 1, 2]) {
          const receipts = await stored(store, `chain-${chain}`)
          const kept = await storedCheckpoint(store, `chain-${chain}`)
          expect(kept?.size ?? 0).toBe(receipts.length)
          if (kept !== undefined)
            expect(Buffer.from(kept.rootHash).toString('hex')).toBe(rootOf(receipts, receipts.length))
        }
        const entries = await stored(store, LOG_CHAIN)
        for (const { system } of entries) {
          if (system?.event !== 'checkpoint') continue
          const chain = await Promise.all([0, 1, 2].map((index) => stored(store, `chain-${index}`)))
          const of = chain.find(([first]) => system.origin === `${ORIGIN}/${first?.receiptHash.slice(7, 23)}`)
          expect(system.rootHash).toBe(`sha256:${rootOf(of ?? [], system.size)}`)
        }
      }),
      { numRuns: 25 },
    )
  }, 60_000)
})
