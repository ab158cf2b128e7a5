import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type Fault, faultyStore, type StoreMethod } from '../../src/testing/faulty-store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { storeConformance } from '../../src/testing/store-conformance.js'
import { closedAtEnd, collect, failureOf, refOf, temporaryFolder } from './temporary.js'

const receipts = testReceipts({ chainId: 'acme', count: 6, rationale: () => 'free text' })
const [first] = receipts as [DecisionReceipt]
const bytes = new TextEncoder().encode('value')

/** Every call, made on a chain that holds two receipts. */
const calls: Record<Exclude<StoreMethod, 'lease' | 'close'>, (store: ReceiptStore) => Promise<unknown>> = {
  head: (store) => store.head('acme'),
  append: (store) => store.append('acme', receipts.slice(2, 4), refOf(receipts[1]!)),
  get: (store) => store.get('acme', first.receiptId),
  read: (store) => collect(store.read('acme')),
  lines: (store) => collect(store.lines!('acme')),
  query: (store) => collect(store.query!({ chainId: 'acme' })),
  chains: (store) => collect(store.chains()),
  bounds: (store) => store.bounds('acme'),
  prune: (store) => store.prune!('acme', 1, refOf(first)),
  eraseDetails: (store) => store.eraseDetails!('acme', first.receiptId),
  status: (store) => store.status!(),
  'state.get': (store) => store.state.get('acme', 'head'),
  'state.put': (store) => store.state.put('acme', 'head', bytes, 0),
}

/** What a call changes, seen past the faults. */
async function seen(store: ReceiptStore): Promise<unknown> {
  return { lines: await collect(store.lines!('acme')), state: await store.state.get('acme', 'head') }
}

const stores: [string, () => Promise<ReceiptStore>][] = [
  ['memoryStore', async () => memoryStore()],
  ['fileStore', async () => fileStore(await temporaryFolder())],
]

for (const [name, make] of stores) {
  const prepared = async () => {
    const store = closedAtEnd(await make())
    await store.append('acme', receipts.slice(0, 2), undefined)
    return store
  }

  describe(`faults round a ${name}, in pairs`, () => {
    for (const [method, call] of Object.entries(calls) as [StoreMethod, (store: ReceiptStore) => Promise<unknown>][]) {
      it(`${method}: failed and not done; failed though done; the caller can't tell which`, async () => {
        const untouched = await seen(await prepared())
        const reference = await prepared()
        await call(reference)
        const done = await seen(reference)
        for (const [kind, expected] of [
          ['before', untouched],
          ['after', done],
        ] as const) {
          const inner = await prepared()
          const store = faultyStore(inner, [{ method, call: 1, kind }])
          const error = await failureOf(call(store))
          expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { outcome: 'unknown', retryable: true } })
          expect(await seen(inner)).toEqual(expected)
          expect(store.calls).toEqual([
            {
              method,
              number: 1,
              fault: kind,
              ...(method === 'chains' || method === 'status' ? {} : { chainId: 'acme' }),
            },
          ])
        }
      })
    }

    it('the same append again is safe after every form of failure, and what was acknowledged is there', async () => {
      const forms: Fault[] = [
        { kind: 'before' },
        { kind: 'after' },
        { kind: 'partial', count: 0 },
        { kind: 'partial', count: 1 },
        { kind: 'partial', count: 3 },
        { kind: 'partial', count: 4 },
      ]
      for (const fault of forms) {
        const inner = closedAtEnd(await make())
        const store = faultyStore(inner, [{ method: 'append', call: 2, ...fault }])
        await store.append('acme', receipts.slice(0, 2), undefined)
        const batch = receipts.slice(2, 6)
        expect((await failureOf(store.append('acme', batch, refOf(receipts[1]!)))).code).toBe('STORE_UNAVAILABLE')
        // what a caller does: it reads the head again and looks for its own receipts
        const head = await store.head('acme')
        const there = await Promise.all(batch.map((receipt) => store.get('acme', receipt.receiptId)))
        const count = there.filter((receipt) => receipt !== undefined).length
        expect(there.slice(0, count)).toEqual(batch.slice(0, count))
        expect(head?.seq).toBe(1 + count)
        await store.append('acme', batch, refOf(receipts[1]!))
        await store.append('acme', batch, refOf(receipts[1]!))
        expect(await collect(store.read('acme'))).toEqual(receipts)
      }
    })

    it('a prune, an erasure and a state value may be repeated as well', async () => {
      for (const kind of ['before', 'after'] as const) {
        const store = faultyStore(await prepared(), [
          { method: 'prune', call: 1, kind },
          { method: 'eraseDetails', call: 1, kind },
          { method: 'state.put', call: 1, kind },
        ])
        await failureOf(store.eraseDetails!('acme', receipts[1]!.receiptId))
        expect(await store.eraseDetails!('acme', receipts[1]!.receiptId)).toBe(kind === 'before')
        await failureOf(store.prune!('acme', 1, refOf(first)))
        expect(await store.prune!('acme', 1, refOf(first))).toBe(kind === 'before' ? 1 : 0)
        await failureOf(store.state.put('acme', 'head', bytes, 0))
        if (kind === 'before') await store.state.put('acme', 'head', bytes, 0)
        else expect((await failureOf(store.state.put('acme', 'head', bytes, 0))).code).toBe('STORE_STATE_CONFLICT')
        expect((await store.state.get('acme', 'head'))?.bytes).toEqual(bytes)
        expect(await collect(store.read('acme'))).toEqual(
          [{ ...receipts[1], details: undefined }].map(({ details: _, ...rest }) => rest),
        )
      }
    })
  })
}

describe('faultyStore', () => {
  describe('without a fault is the store that it wraps', () => {
    for (const { name, run } of storeConformance(async () => ({ store: faultyStore(memoryStore(), []) }), {
      without: ['lease'],
    }))
      it(name, run)
  })

  it('has the optional parts of what it wraps, and no others', async () => {
    const { head, append, get, read, chains, bounds, state, close } = memoryStore()
    const bare = faultyStore({ durable: false, head, append, get, read, chains, bounds, state, close }, [])
    for (const part of ['lines', 'query', 'prune', 'eraseDetails', 'lease']) expect(part in bare).toBe(false)
    expect('lines' in faultyStore(memoryStore(), [])).toBe(true)
    let released = false
    const lease = async () => ({
      release: async () => {
        released = true
      },
    })
    const leasing = faultyStore({ ...memoryStore(), lease }, [{ method: 'lease', call: 1, kind: 'before' }])
    expect((await failureOf(leasing.lease!('acme', 1))).code).toBe('STORE_UNAVAILABLE')
    await (await leasing.lease!('acme', 1)).release()
    expect(released).toBe(true)
  })

  it('counts each method by itself, and fails every call where the plan says so', async () => {
    const store = faultyStore(memoryStore(), [
      { method: 'head', call: 2, kind: 'before' },
      { method: 'bounds', call: 'every', kind: 'before' },
    ])
    await store.head('acme')
    for (let round = 0; round < 3; round += 1)
      expect((await failureOf(store.bounds('acme'))).code).toBe('STORE_UNAVAILABLE')
    expect((await failureOf(store.head('acme'))).code).toBe('STORE_UNAVAILABLE')
    await store.head('acme')
    expect(store.calls.map(({ method, number, fault }) => [method, number, fault])).toEqual([
      ['head', 1, undefined],
      ['bounds', 1, 'before'],
      ['bounds', 2, 'before'],
      ['bounds', 3, 'before'],
      ['head', 2, 'before'],
      ['head', 3, undefined],
    ])
  })

  it('asks a function at each call, and throws what the plan gives', async () => {
    const error = new QuittanceError('STORE_FULL', 'planned', { details: { outcome: 'absent' } })
    const odd = new Error('not one of ours')
    const store = faultyStore(memoryStore(), ({ method, number, chainId }) => {
      if (method !== 'append') return undefined
      expect(chainId).toBe('acme')
      return number === 1 ? { kind: 'before', error } : number === 2 ? { kind: 'after', error: odd } : undefined
    })
    await expect(store.append('acme', receipts.slice(0, 1), undefined)).rejects.toBe(error)
    expect(await store.head('acme')).toBeUndefined()
    await expect(store.append('acme', receipts.slice(0, 1), undefined)).rejects.toBe(odd)
    expect(await store.head('acme')).toEqual(first)
  })

  it('breaks a read off behind the items that the plan grants, or behind the last', async () => {
    const inner = memoryStore()
    await inner.append('acme', receipts, undefined)
    for (const [fault, expected] of [
      [{ kind: 'partial', count: 2 }, 2],
      [{ kind: 'partial', count: 0 }, 0],
      [{ kind: 'after' }, 6],
      [{ kind: 'before' }, 0],
    ] as const) {
      const store = faultyStore(inner, [{ method: 'read', call: 1, ...fault }])
      const got: DecisionReceipt[] = []
      const read = async () => {
        for await (const receipt of store.read('acme')) got.push(receipt)
      }
      expect((await failureOf(read())).code).toBe('STORE_UNAVAILABLE')
      expect(got).toEqual(receipts.slice(0, expected))
    }
  })

  it('hangs until the signal says so, done or not, and lets go when it is closed', async () => {
    for (const done of [false, true]) {
      const inner = memoryStore()
      const store = faultyStore(inner, [
        { method: 'append', call: 'every', kind: 'hang', done },
        { method: 'read', call: 1, kind: 'hang' },
      ])
      const reason = new Error('enough')
      const controller = new AbortController()
      const hanging = store.append('acme', receipts.slice(0, 1), undefined, { signal: controller.signal })
      setTimeout(() => controller.abort(reason), 5)
      await expect(hanging).rejects.toBe(reason)
      expect(await inner.head('acme')).toEqual(done ? first : undefined)
      const forever = [store.append('acme', receipts.slice(0, 1), undefined), collect(store.read('acme'))]
      const results = Promise.allSettled(forever)
      await store.close()
      for (const result of await results)
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORE_CLOSED' } })
    }
  })

  it('delays a call, which a signal may end before it is done', async () => {
    const inner = memoryStore()
    const store = faultyStore(inner, [
      { method: 'append', call: 1, kind: 'delay', ms: 60_000 },
      { method: 'append', call: 2, kind: 'delay', ms: 1 },
      { method: 'read', call: 1, kind: 'delay', ms: 1 },
    ])
    const reason = new Error('enough')
    const controller = new AbortController()
    const slow = store.append('acme', receipts.slice(0, 1), undefined, { signal: controller.signal })
    controller.abort(reason)
    await expect(slow).rejects.toBe(reason)
    expect(await inner.head('acme')).toBeUndefined()
    await store.append('acme', receipts.slice(0, 1), undefined)
    expect(await collect(store.read('acme'))).toEqual([first])
  })

  it('tells who plans what can not be', async () => {
    const store = faultyStore(memoryStore(), [{ method: 'head', call: 1, kind: 'partial', count: 1 }])
    await expect(store.head('acme')).rejects.toThrow(TypeError)
  })
})
