import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { KeyProvider } from '../../src/keys/provider.js'
import { MAX_BATCH } from '../../src/ledger/batch.js'
import { createCapacity, MAX_UNDER_WAY, type Place } from '../../src/ledger/capacity.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { draft, keyNamed, stored } from './support.js'

/** What one busy chain may sign between another's append and its acknowledgement. */
const BOUND = 4 * MAX_BATCH

/** A key that counts what it signs, for which chain, and how much at once. */
function counted(): {
  readonly keys: KeyProvider
  readonly signed: Map<string, number>
  readonly underWay: { now: number; most: number }
} {
  const inner = keyNamed('a')
  const signed = new Map<string, number>()
  const underWay = { now: 0, most: 0 }
  const keys: KeyProvider = {
    publicKeys: async () => (await inner.publicKeys?.()) ?? [],
    async signer({ chainId = '' } = {}) {
      const { keyId, sign, signSync } = await inner.signer()
      const count = (): void => {
        signed.set(chainId, (signed.get(chainId) ?? 0) + 1)
      }
      return {
        keyId,
        async sign(message, options) {
          count()
          underWay.now += 1
          underWay.most = Math.max(underWay.most, underWay.now)
          try {
            return await sign(message, options)
          } finally {
            underWay.now -= 1
          }
        },
        signSync(message) {
          count()
          return (signSync as NonNullable<typeof signSync>)(message)
        },
      }
    },
  }
  return { keys, signed, underWay }
}

/** A store that takes one append after another, each only when it is let in. */
function gated(): { readonly store: ReceiptStore; readonly gate: (() => void)[] } {
  const inner = memoryStore()
  const gate: (() => void)[] = []
  const append: ReceiptStore['append'] = async (...given) => {
    await new Promise<void>((resolve) => gate.push(resolve))
    return inner.append(...given)
  }
  return { store: { ...inner, append }, gate }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turnOfTheLoop()
}

describe('turns of chains', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([1, 8, 40])('a quiet chain beside %i loud ones waits for a few of their batches', async (loudChains) => {
    // no place is taken back because this machine is slow
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { keys, signed, underWay } = counted()
    const { store, gate } = gated()
    const ledger = createLedger({ store, keys, redactor: false })
    const loud = Array.from({ length: loudChains }, (_, index) => `loud-${index}`)
    const each = Math.floor(4_800 / loudChains)
    const appends = Array.from({ length: each }, () => loud.map((chainId) => ledger.append(draft({ chainId })))).flat()

    /** Lets the next append in, once everything that may be signed is. */
    const step = async (): Promise<void> => {
      await until(() => gate.length > 0 && underWay.now === 0)
      gate.shift()?.()
    }
    // all of them at full speed
    for (let steps = 0; steps < 10; steps += 1) await step()

    const before = new Map(signed)
    let acknowledged = false
    const quiet = ledger.append(draft({ chainId: 'quiet' })).then(() => {
      acknowledged = true
    })
    while (!acknowledged) {
      await step()
      await turnOfTheLoop()
    }
    await quiet
    for (const chainId of loud)
      expect((signed.get(chainId) ?? 0) - (before.get(chainId) ?? 0)).toBeLessThanOrEqual(BOUND)
    // a batch that sets out below the bound may go over it by its own length
    expect(underWay.most).toBeLessThanOrEqual(MAX_UNDER_WAY + 1.5 * MAX_BATCH)

    const all = Promise.all(appends)
    let over = false
    void all.finally(() => {
      over = true
    })
    while (!over) {
      gate.shift()?.()
      await turnOfTheLoop()
    }
    const receipts = await all
    expect(new Set(receipts.map(({ receiptId }) => receiptId)).size).toBe(each * loudChains)
    // order within a chain is the order of the calls
    const [first] = loud as [string]
    const mine = receipts.filter(({ chainId }) => chainId === first).map(({ receiptId }) => receiptId)
    expect((await stored(store, first)).slice(1).map(({ receiptId }) => receiptId)).toEqual(mine)
    await ledger.close()
  })

  it('chains for which the store never answers stop no other', async () => {
    const inner = memoryStore()
    const append: ReceiptStore['append'] = (chainId, ...given) =>
      chainId.startsWith('stuck') ? new Promise(() => undefined) : inner.append(chainId, ...given)
    const ledger = createLedger({ store: { ...inner, append }, keys: keyNamed('a'), redactor: false })
    const ending = new AbortController()
    const stuck = Array.from({ length: 3_000 }, (_, index) =>
      ledger.append(draft({ chainId: `stuck-${index % 10}` }), { signal: ending.signal }),
    )
    const outcomes = Promise.allSettled(stuck)
    const receipt = await ledger.append(draft({ chainId: 'other' }))
    expect(await stored(inner, 'other')).toContainEqual(receipt)
    ending.abort()
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true)
    await ledger.close()
  })
})

describe('places', () => {
  it('are given at once while there is room, then in the order of asking', () => {
    const capacity = createCapacity()
    const order: string[] = []
    const places = new Map<string, Place>()
    const ask = (name: string, count: number): void =>
      capacity.ask((place) => {
        order.push(name)
        places.set(name, place)
        return count
      })
    ask('a', MAX_UNDER_WAY - 1)
    ask('b', 1)
    expect(order).toEqual(['a', 'b'])
    ask('c', 1)
    ask('d', 0)
    ask('e', 1)
    expect(order).toEqual(['a', 'b'])
    places.get('b')?.leave()
    expect(order).toEqual(['a', 'b', 'c'])
    // twice is once
    places.get('b')?.leave()
    expect(order).toEqual(['a', 'b', 'c'])
    places.get('c')?.leave()
    // d had nothing to do any more
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(capacity.batches).toBe(2)
    // what grew leaves whole
    places.get('a')?.grow(100)
    places.get('a')?.leave()
    places.get('e')?.leave()
    expect(capacity.batches).toBe(0)
    ask('f', MAX_UNDER_WAY)
    ask('g', 1)
    expect(order.at(-1)).toBe('f')
    places.get('f')?.leave()
    expect(order.at(-1)).toBe('g')
    places.get('g')?.leave()
  })
})
