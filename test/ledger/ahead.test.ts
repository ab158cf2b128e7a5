import { describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type FaultPlan, faultyStore, type PlannedFault } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { delegatedBy, draft, keyNamed, stored } from './support.js'

/** Enough that batches are made while others are under way. */
const MANY = 600

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** A store that takes a turn of the event loop, and says how many appends were under way at most. */
function slow(store: ReceiptStore): ReceiptStore & { readonly most: () => number } {
  let now = 0
  let most = 0
  return {
    ...store,
    async append(...args) {
      now += 1
      most = Math.max(most, now)
      await turn()
      await store.append(...args)
      now -= 1
    },
    most: () => most,
  }
}

describe('batches that are made while one is under way', () => {
  test('are signed meanwhile, stored one after the other, and keep the order', async () => {
    const memory = memoryStore()
    const store = slow(memory)
    const keys = keyNamed('a')
    let signedWhileStoring = 0
    let storing = false
    const watched: ReceiptStore = {
      ...store,
      async append(...args) {
        storing = true
        await store.append(...args)
        storing = false
      },
    }
    const signer = await keys.signer()
    const watching: KeyProvider = {
      signer: async () => ({
        keyId: signer.keyId,
        async sign(message) {
          await turn()
          if (storing) signedWhileStoring += 1
          return signer.sign(message)
        },
      }),
    }
    const ledger = createLedger({ store: watched, keys: watching, redactor: false })
    const drafts = Array.from({ length: MANY }, () => draft())
    const receipts = await Promise.all(drafts.map((one) => ledger.append(one)))
    expect(receipts.map(({ seq }) => seq)).toEqual(drafts.map((_, index) => index + 1))
    expect(store.most()).toBe(1)
    expect(signedWhileStoring).toBeGreaterThan(0)
    expect((await verifyChain(await stored(memory), { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  const faults: readonly (readonly [string, FaultPlan])[] = [
    ['fails before', [{ method: 'append', call: 2, kind: 'before' }]],
    ['fails after', [{ method: 'append', call: 2, kind: 'after' }]],
    ['is done in part', [{ method: 'append', call: 2, kind: 'partial', count: 50 }]],
    ['fails twice', [2, 3].map((call): PlannedFault => ({ method: 'append', call, kind: 'after' }))],
  ]
  test.each(faults)('are made again where the one before %s', async (_, plan) => {
    const memory = memoryStore()
    const ledger = createLedger({ store: faultyStore(slow(memory), plan), keys: keyNamed('a'), redactor: false })
    const drafts = Array.from({ length: MANY }, () => draft())
    const receipts = await Promise.all(drafts.map((one) => ledger.append(one)))
    expect(receipts.map(({ seq }) => seq)).toEqual(drafts.map((_, index) => index + 1))
    const chain = await stored(memory)
    expect(chain.map(({ receiptId }) => receiptId).slice(1)).toEqual(drafts.map(({ receiptId }) => receiptId))
    expect((await verifyChain(chain, { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('are refused no more than their own where the one before is refused', async () => {
    const memory = memoryStore()
    const error = new QuittanceError('STORE_FULL', 'planned', { details: { outcome: 'absent' } })
    const ledger = createLedger({
      store: faultyStore(slow(memory), [{ method: 'append', call: 2, kind: 'before', error }]),
      keys: keyNamed('a'),
      redactor: false,
    })
    const drafts = Array.from({ length: MANY }, () => draft())
    const settled = await Promise.allSettled(drafts.map((one) => ledger.append(one)))
    const chain = await stored(memory)
    const there = new Set(chain.map(({ receiptId }) => receiptId))
    const refused = drafts.filter((_, index) => settled[index]?.status === 'rejected')
    expect(refused).toHaveLength(128)
    for (const { receiptId } of refused) expect(there.has(receiptId)).toBe(false)
    expect(chain).toHaveLength(MANY - 128 + 1)
    expect((await verifyChain(chain, { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('do not store what was given up meanwhile', async () => {
    const memory = memoryStore()
    let calls = 0
    const controllers = Array.from({ length: MANY }, () => new AbortController())
    const store: ReceiptStore = {
      ...memory,
      async append(...args) {
        calls += 1
        // the next batch is signed while this one waits here; then one of it is given up
        for (let index = 0; index < 50; index += 1) await turn()
        if (calls === 1) controllers[200]!.abort()
        await memory.append(...args)
      },
    }
    const ledger = createLedger({ store, keys: keyNamed('a'), redactor: false })
    const drafts = Array.from({ length: MANY }, () => draft())
    const settled = await Promise.allSettled(
      drafts.map((one, index) => ledger.append(one, { signal: controllers[index]!.signal })),
    )
    expect(settled[200]).toMatchObject({
      status: 'rejected',
      reason: { code: 'LEDGER_ABORTED', details: { outcome: 'absent' } },
    })
    const ids = (await stored(memory)).map(({ receiptId }) => receiptId)
    expect(ids.slice(1)).toEqual(drafts.filter((_, index) => index !== 200).map(({ receiptId }) => receiptId))
  })

  test('meet a redelivery as any other does', async () => {
    const memory = memoryStore()
    const ledger = createLedger({ store: slow(memory), keys: keyNamed('a'), redactor: false })
    const old = draft()
    const { seq } = await ledger.append(old)
    const drafts = Array.from({ length: MANY }, (_, index) =>
      index === 300 ? { ...old, attempt: 2 } : index === 400 ? { ...old, action: 'reject' as const } : draft(),
    )
    const settled = await Promise.allSettled(drafts.map((one) => ledger.append(one)))
    expect(settled[300]).toMatchObject({ status: 'fulfilled', value: { seq } })
    expect(settled[400]).toMatchObject({ status: 'rejected', reason: { code: 'LEDGER_ID_REUSED' } })
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(MANY - 1)
    expect(await stored(memory)).toHaveLength(MANY)
  })

  test('end before a receipt of the ledger own, which is made in its turn', async () => {
    const memory = memoryStore()
    const ledger = createLedger({ store: slow(memory), keys: keyNamed('a'), redactor: false })
    const before = Array.from({ length: 400 }, () => ledger.append(draft()))
    const rotation = ledger.rotate('acme', { to: keyNamed('b') })
    const after = Array.from({ length: 400 }, () => ledger.append(draft()))
    expect((await rotation).seq).toBe(401)
    const keys = [
      ...new Set((await Promise.all(before)).map(({ keyId }) => keyId)),
      ...new Set((await Promise.all(after)).map(({ keyId }) => keyId)),
    ]
    expect(keys).toEqual([(await keyNamed('a').signer()).keyId, (await keyNamed('b').signer()).keyId])
    expect((await verifyChain(await stored(memory), { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('by a delegate wait until its certificate is in the chain', async () => {
    const memory = memoryStore()
    const ledger = createLedger({
      store: slow(memory),
      keys: await delegatedBy(keyNamed('root'), keyNamed('d')),
      redactor: false,
    })
    await Promise.all(Array.from({ length: MANY }, () => ledger.append(draft())))
    const chain = await stored(memory)
    expect(chain.filter(({ key }) => key).map(({ seq }) => seq)).toEqual([0])
    expect((await verifyChain(chain, { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('lose to another writer and are linked anew', async () => {
    const memory = memoryStore()
    const ledgers = [1, 2].map(() => createLedger({ store: slow(memory), keys: keyNamed('a'), redactor: false }))
    const receipts = await Promise.all(
      ledgers.flatMap((ledger) => Array.from({ length: MANY }, () => ledger.append(draft()))),
    )
    expect(receipts.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(receipts.map((_, index) => index + 1))
    expect((await verifyChain(await stored(memory), { keyring: await ledgers[0]!.keyring() })).verdict).toBe('VALID')
  })

  test('whose key fails are signed again in their turn', async () => {
    const memory = memoryStore()
    const signer = await keyNamed('a').signer()
    let fails = 0
    const keys: KeyProvider = {
      signer: async () => ({
        keyId: signer.keyId,
        async sign(message) {
          await turn()
          fails += 1
          if (fails === 200) throw new QuittanceError('KEY_UNAVAILABLE', 'throttled')
          return signer.sign(message)
        },
      }),
    }
    const ledger = createLedger({ store: slow(memory), keys, redactor: false })
    const receipts = await Promise.all(Array.from({ length: MANY }, () => ledger.append(draft())))
    expect(receipts.map(({ seq }) => seq)).toEqual(receipts.map((_, index) => index + 1))
  })
})
