/** The suite itself: a store that breaks one promise must fail at least one case. */
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { storeConformance } from '../../src/testing/store-conformance.js'

/** The names of the cases that a store fails. */
async function failures(make: () => ReceiptStore): Promise<string[]> {
  const failed: string[] = []
  for (const { name, run } of storeConformance(async () => ({ store: make() }), { without: ['lease'] })) {
    try {
      await run()
    } catch {
      failed.push(name)
    }
  }
  return failed
}

const broken: [string, (store: ReceiptStore) => Partial<ReceiptStore>][] = [
  [
    'takes any head',
    (store) => ({
      append: async (chainId, receipts, _expected, options) => {
        const head = await store.head(chainId)
        await store.append(chainId, receipts, head && { seq: head.seq, receiptHash: head.receiptHash }, options)
      },
    }),
  ],
  [
    'compares the seq of the head only',
    (store) => ({
      append: async (chainId, receipts, expected, options) => {
        const head = await store.head(chainId)
        if (expected && head?.seq === expected.seq) throw new Error('as if it had been appended elsewhere')
        await store.append(chainId, receipts, expected, options)
      },
    }),
  ],
  [
    'lets two win',
    (store) => ({
      append: (chainId, receipts, expected, options) =>
        store.append(chainId, receipts, expected, options).catch((error: unknown) => {
          if (!QuittanceError.is(error, 'STORE_CONFLICT')) throw error
        }),
    }),
  ],
  [
    'refuses an identical retry',
    (store) => ({
      append: async (chainId, receipts, expected, options) => {
        if (await store.get(chainId, receipts[0]?.receiptId ?? ''))
          throw new QuittanceError('STORE_CONFLICT', 'there already')
        await store.append(chainId, receipts, expected, options)
      },
    }),
  ],
  [
    'appends one by one',
    (store) => ({
      append: async (chainId, receipts, expected, options) => {
        let head = expected
        for (const receipt of receipts) {
          await store.append(chainId, [receipt], head, options)
          head = { seq: receipt.seq, receiptHash: receipt.receiptHash }
          await new Promise((resolve) => setImmediate(resolve))
        }
      },
    }),
  ],
  [
    'forgets the actual head',
    (store) => ({
      append: (chainId, receipts, expected, options) =>
        store.append(chainId, receipts, expected, options).catch((error: unknown) => {
          if (QuittanceError.is(error, 'STORE_CONFLICT'))
            throw new QuittanceError('STORE_CONFLICT', 'no', { details: { outcome: 'absent' } })
          throw error
        }),
    }),
  ],
  [
    'folds the case of chain ids',
    (store) => ({ bounds: (chainId, options) => store.bounds(chainId.toLowerCase(), options) }),
  ],
  [
    'leaves the last out of a range',
    (store) => ({
      read: (chainId, range) =>
        store.read(chainId, { ...range, toSeq: range?.toSeq === undefined ? undefined : Math.max(0, range.toSeq - 1) }),
    }),
  ],
  [
    'prunes without looking',
    (store) => ({
      prune: async (chainId, beforeSeq) => {
        const found = store.read(chainId, { fromSeq: beforeSeq - 1, toSeq: beforeSeq - 1 })
        for await (const receipt of found)
          return store.prune?.(chainId, beforeSeq, { seq: receipt.seq, receiptHash: receipt.receiptHash }) ?? 0
        return 0
      },
    }),
  ],
  ['erases nothing', () => ({ eraseDetails: async () => true })],
  [
    'takes any state version',
    (store) => ({
      state: {
        get: store.state.get,
        put: async (chainId, name, bytes) =>
          store.state.put(chainId, name, bytes, (await store.state.get(chainId, name))?.version ?? 0),
      },
    }),
  ],
  ['ignores signals', (store) => ({ head: (chainId) => store.head(chainId) })],
  ['answers after it was closed', (store) => ({ close: async () => void store.durable })],
  [
    'lists a chain twice',
    (store) => ({
      async *chains(options) {
        yield* store.chains(options)
        yield* store.chains(options)
      },
    }),
  ],
  ['ignores a part of a query', (store) => ({ query: ({ action: _, ...query }) => store.query!(query) })],
  ['has no lines', () => ({ lines: undefined as never })],
]

describe('storeConformance', () => {
  it('finds nothing wrong with a store that keeps the contract', async () => {
    expect(await failures(() => memoryStore())).toEqual([])
  })

  for (const [what, breakIt] of broken) {
    it(`finds the store that ${what}`, async () => {
      const found = await failures(() => {
        const store = memoryStore()
        return { ...store, ...breakIt(store) }
      })
      expect(found).not.toEqual([])
    })
  }

  /** A store whose turns are taken in order and end alone, as a server would do it. */
  const withLease = (endsAlone: boolean): ReceiptStore => {
    let last: Promise<unknown> = Promise.resolve()
    return {
      ...memoryStore(),
      async lease(_chainId, ttlMs, options) {
        options?.signal?.throwIfAborted()
        let release: () => void = () => undefined
        const before = last
        last = new Promise<void>((resolve) => {
          release = resolve
        })
        await before
        const timer = endsAlone ? setTimeout(release, ttlMs) : undefined
        timer?.unref()
        return { release: async () => release() }
      },
    }
  }
  const leaseCase = (store: ReceiptStore) =>
    storeConformance(async () => ({ store })).find(({ name }) => name.startsWith('lease:'))

  it('looks at leases where there are some', async () => {
    await leaseCase(withLease(true))?.run()
    const everyone: ReceiptStore = { ...memoryStore(), lease: async () => ({ release: async () => undefined }) }
    await expect(leaseCase(everyone)?.run()).rejects.toThrow()
    await expect(leaseCase(memoryStore())?.run()).rejects.toThrow(/no lease/)
  })

  it('leaves out what a store declares that it has not, and names each case once', () => {
    const make = async () => ({ store: memoryStore() })
    const all = storeConformance(make).map(({ name }) => name)
    expect(new Set(all).size).toBe(all.length)
    const fewer = storeConformance(make, { without: ['lease', 'prune', 'eraseDetails', 'lines', 'query'] }).map(
      ({ name }) => name,
    )
    expect(fewer.length).toBeLessThan(all.length)
    expect(fewer.some((name) => /^(?:lease|prune|eraseDetails|lines|query):/.test(name))).toBe(false)
  })
})
