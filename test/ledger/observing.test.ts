import { describe, expect, test } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { shared } from './leased.js'
import { draft, keyNamed, stored } from './support.js'

const make = (store: ReceiptStore, keys: KeyProvider = keyNamed('a')): Ledger =>
  createLedger({ store, keys, redactor: false })

function heard<Name extends keyof LedgerEvents>(ledger: Ledger, name: Name): LedgerEvents[Name][] {
  const events: LedgerEvents[Name][] = []
  ledger.on(name, (event) => events.push(event))
  return events
}

/** A store whose appends wait for a word. `reached` resolves when one waits: before that, a word is heard by nobody. */
function waiting(): { store: ReceiptStore; readonly reached: Promise<void>; go(): void } {
  const memory = memoryStore()
  let waits: (() => void)[] = []
  let arrived: () => void
  const reached = new Promise<void>((resolve) => {
    arrived = resolve
  })
  return {
    reached,
    store: {
      ...memory,
      async append(...args) {
        arrived()
        await new Promise<void>((resolve) => waits.push(resolve))
        await memory.append(...args)
      },
    },
    go() {
      for (const resolve of waits) resolve()
      waits = []
    },
  }
}

describe('signed', () => {
  test('tells who signed how many, once a batch', async () => {
    const ledger = make(memoryStore())
    const events = heard(ledger, 'signed')
    const begin = performance.now()
    await Promise.all(Array.from({ length: 200 }, () => ledger.append(draft())))
    const took = performance.now() - begin
    const { keyId } = await keyNamed('a').signer()
    // chain_start is one more; the second batch is signed while the first is
    expect(events.map(({ count }) => count).sort((a, b) => b - a)).toEqual([129, 72])
    for (const { durationMs, ...rest } of events) {
      expect(rest).toMatchObject({ chainId: 'acme', provider: 'local', keyId })
      expect(durationMs).toBeGreaterThan(0)
      expect(durationMs).toBeLessThanOrEqual(took)
    }
  })

  test('names the provider of a batch that another key signs, and one without a name custom', async () => {
    const { signer, publicKeys } = keyNamed('a')
    const ledger = make(memoryStore(), { signer, publicKeys: () => publicKeys!() })
    const events = heard(ledger, 'signed')
    await ledger.append(draft())
    await ledger.rotate('acme', { to: { ...keyNamed('b'), name: 'vault' } })
    await ledger.append(draft())
    expect(events.map(({ provider }) => provider)).toEqual(['custom', 'custom', 'vault'])
  })

  test('is not told of a batch whose key failed', async () => {
    const keys = keyNamed('a')
    let fails = 1
    const failing: KeyProvider = {
      async signer() {
        const { keyId, sign } = await keys.signer()
        return {
          keyId,
          sign: async (message) => {
            if (fails-- > 0) throw new Error('planned')
            return sign(message)
          },
        }
      },
    }
    const ledger = make(memoryStore(), failing)
    const events = heard(ledger, 'signed')
    await expect(ledger.append(draft())).rejects.toMatchObject({ code: 'KEY_SIGNING_FAILED' })
    expect(events).toEqual([])
    await ledger.append(draft())
    expect(events).toHaveLength(1)
  })

  test('localKey has a name', () => {
    expect(localKey({ ephemeral: true }).name).toBe('local')
  })
})

describe('appended', () => {
  test('says how long each caller waited, from the call on', async () => {
    const { store, reached, go } = waiting()
    const ledger = make(store)
    const events = heard(ledger, 'appended')
    const begin = performance.now()
    const receipts = [ledger.append(draft()), ledger.append(draft())]
    await reached
    await new Promise((resolve) => setTimeout(resolve, 20))
    go()
    await Promise.all(receipts)
    const took = performance.now() - begin
    const [{ waitedMs }] = events as [LedgerEvents['appended']]
    // chain_start is nobody's
    expect(events[0]?.receipts).toHaveLength(3)
    expect(waitedMs).toHaveLength(2)
    for (const ms of waitedMs) {
      expect(ms).toBeGreaterThanOrEqual(19)
      expect(ms).toBeLessThanOrEqual(took)
    }
  })

  test('counts each caller of a draft that was appended twice, and nobody who gave up', async () => {
    const { store, reached, go } = waiting()
    const ledger = make(store)
    const events = heard(ledger, 'appended')
    const controller = new AbortController()
    const one = draft()
    const twice = [ledger.append(one), ledger.append(one)]
    const given = ledger.append(draft(), { signal: controller.signal })
    await reached
    controller.abort()
    await expect(given).rejects.toMatchObject({ code: 'LEDGER_ABORTED' })
    go()
    await Promise.all(twice)
    expect(events.map(({ receipts, waitedMs }) => [receipts.length, waitedMs.length])).toEqual([[3, 2]])
  })

  test('and pending says how many wait now', async () => {
    const { store, reached, go } = waiting()
    const ledger = make(store)
    expect(ledger.pending).toBe(0)
    const receipts = [ledger.append(draft()), ledger.append(draft())]
    expect(ledger.pending).toBe(2)
    await reached
    go()
    await Promise.all(receipts)
    expect(ledger.pending).toBe(0)
  })
})

describe('stored', () => {
  test('tells each call of the store, how long it took, and what it threw', async () => {
    const memory = memoryStore()
    const fault = new Error('planned')
    const ledger = make(
      faultyStore({ ...memory, durable: true }, [{ method: 'append', call: 1, kind: 'before', error: fault }]),
    )
    const events = heard(ledger, 'stored')
    await ledger.append(draft({ details: { rationale: 'why' } }))
    const failed = events.filter(({ error }) => error !== undefined)
    expect(failed).toMatchObject([{ operation: 'append', chainId: 'acme', error: fault }])
    const operations = events.map(({ operation }) => operation)
    expect(operations.filter((one) => one === 'append')).toHaveLength(2)
    expect(new Set(operations)).toEqual(new Set(['state', 'head', 'append', 'get']))
    expect(events.every(({ durationMs, chainId }) => durationMs >= 0 && chainId === 'acme')).toBe(true)
  })

  test('tells reads, removals and turns too', async () => {
    const { view, viewWithoutTurns, memory } = shared()
    const ledger = make(view())
    const events = heard(ledger, 'stored')
    const one = draft({ details: { rationale: 'why' } })
    await ledger.append(one)
    await make(viewWithoutTurns()).append(draft())
    await ledger.append(draft())
    await ledger.eraseDetails('acme', one.receiptId, { reason: 'request' })
    const operations = new Set(events.map(({ operation }) => operation))
    expect([...operations]).toEqual(expect.arrayContaining(['append', 'head', 'get', 'read', 'erase', 'lease']))
    expect((await stored(memory))[1]?.details).toBeUndefined()
  })

  test('tells a read once, when it ended', async () => {
    const memory = memoryStore()
    const ledger = make(memory)
    for (let index = 0; index < 3; index += 1) await ledger.append(draft())
    const events = heard(ledger, 'stored')
    await ledger.holds('acme')
    expect(events.filter(({ operation }) => operation === 'read')).toHaveLength(1)
  })

  test('leaves ledger.store what the caller gave, and a call while nobody listens as it is', async () => {
    const memory = memoryStore()
    const promises: unknown[] = []
    const store: ReceiptStore = {
      ...memory,
      append(...args) {
        const promise = memory.append(...args)
        promises.push(promise)
        return promise
      },
    }
    const ledger = make(store)
    expect(ledger.store).toBe(store)
    await ledger.append(draft())
    expect(promises).toHaveLength(1)
    const stop = ledger.on('stored', () => undefined)
    stop()
    await ledger.append(draft())
    expect(promises).toHaveLength(2)
  })
})

test.each(['signed', 'stored', 'appended'] as const)('a listener of %s that throws disturbs nobody', async (name) => {
  const ledger = make(memoryStore())
  const warnings = heard(ledger, 'warning')
  const thrown = new Error('planned')
  ledger.on(name, () => {
    throw thrown
  })
  const after = heard(ledger, name)
  const receipts = await Promise.all(Array.from({ length: 3 }, () => ledger.append(draft())))
  expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3])
  expect(after.length).toBeGreaterThan(0)
  expect(warnings.map(({ error }) => error)).toEqual(after.map(() => thrown))
})
