import { describe, expect, test } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/types.js'
import type { Redactor } from '../../src/pii/redactor.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type FaultPlan, faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed, stored } from './support.js'

const make = (options: Partial<LedgerOptions>): Ledger =>
  createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false, ...options })

/** A gate that everybody waits at until it is opened. */
function gate(): { readonly open: () => void; readonly passed: Promise<void>; waiting: number } {
  let open!: () => void
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed, waiting: 0 }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** A store that does nothing about signals and waits at a gate before, or after, each append. */
function gated(store: ReceiptStore, at: ReturnType<typeof gate>, when: 'before' | 'after'): ReceiptStore {
  return {
    ...store,
    async append(chainId, receipts, expected) {
      at.waiting += 1
      if (when === 'before') await at.passed
      await store.append(chainId, receipts, expected)
      if (when === 'after') await at.passed
    },
  }
}

const failure = (promise: Promise<unknown>): Promise<QuittanceError> =>
  promise.then(
    () => Promise.reject(new Error('should not have been sealed')),
    (error: QuittanceError) => error,
  )

describe.each(['timeout', 'abort'] as const)('an append that ends by %s', (how) => {
  const code = how === 'timeout' ? 'LEDGER_TIMEOUT' : 'LEDGER_ABORTED'

  /** Appends and gives up once `when` resolves. */
  function appendUntil(ledger: Ledger, when: Promise<void>) {
    const one = draft()
    if (how === 'timeout') return { one, failed: failure(ledger.append(one, { timeoutMs: 200 })) }
    const controller = new AbortController()
    const failed = failure(ledger.append(one, { signal: controller.signal }))
    void when.then(() => controller.abort(new Error('changed my mind')))
    return { one, failed }
  }

  test('while it is being redacted is not in the chain', async () => {
    const slow = gate()
    const redactor: Redactor = {
      name: 'slow',
      version: '1',
      configDigest: `sha256:${'0'.repeat(64)}`,
      countsInReceipt: true,
      async redact(text) {
        slow.waiting += 1
        await slow.passed
        return { text }
      },
    }
    const ledger = make({ redactor })
    const { failed } = appendUntil(
      ledger,
      until(() => slow.waiting > 0),
    )
    expect(await failed).toMatchObject({ code, details: { outcome: 'absent', retryable: true } })
    slow.open()
    await ledger.append(draft())
    expect((await stored(ledger.store)).length).toBe(2)
  })

  test('while it waits in the queue is not in the chain, and its neighbours are', async () => {
    const memory = memoryStore()
    const at = gate()
    const ledger = make({ store: gated(memory, at, 'before') })
    const first = ledger.append(draft())
    await until(() => at.waiting === 1)
    const { one, failed } = appendUntil(ledger, Promise.resolve())
    const last = ledger.append(draft())
    expect(await failed).toMatchObject({
      code,
      details: { outcome: 'absent', receiptId: one.receiptId, chainId: 'acme' },
    })
    at.open()
    expect([(await first).seq, (await last).seq]).toEqual([1, 2])
    expect((await stored(memory)).map(({ receiptId }) => receiptId)).not.toContain(one.receiptId)
  })

  test('while the key is asked is not in the chain', async () => {
    const at = gate()
    const keys = keyNamed('a')
    const slow: KeyProvider = {
      async signer() {
        at.waiting += 1
        await at.passed
        return keys.signer()
      },
      publicKeys: () => keys.publicKeys!(),
    }
    const ledger = make({ keys: slow })
    const { failed } = appendUntil(
      ledger,
      until(() => at.waiting === 1),
    )
    expect(await failed).toMatchObject({ code, details: { outcome: 'absent' } })
    at.open()
    expect((await ledger.append(draft())).seq).toBe(1)
  })

  test('while it is signed is not in the chain, though its neighbour was signed with it', async () => {
    const at = gate()
    const signer = await keyNamed('a').signer()
    const keys: KeyProvider = {
      signer: async () => ({
        keyId: signer.keyId,
        async sign(message) {
          at.waiting += 1
          await at.passed
          return signer.sign(message)
        },
      }),
    }
    const ledger = make({ keys })
    const { one, failed } = appendUntil(
      ledger,
      until(() => at.waiting === 3),
    )
    const neighbour = ledger.append(draft())
    expect(await failed).toMatchObject({ code, details: { outcome: 'absent' } })
    at.open()
    expect((await neighbour).seq).toBe(1)
    expect((await stored(ledger.store)).map(({ receiptId }) => receiptId)).not.toContain(one.receiptId)
  })

  test.each(['before', 'after'] as const)(
    'once the store has it is unknown, and the batch goes on (held %s writing)',
    async (when) => {
      const memory = memoryStore()
      const at = gate()
      const ledger = make({ store: gated(memory, at, when) })
      const { one, failed } = appendUntil(
        ledger,
        until(() => at.waiting === 1),
      )
      const neighbour = ledger.append(draft())
      const error = await failed
      expect(error).toMatchObject({ code, details: { outcome: 'unknown' } })
      expect(error.message).toContain('may be repeated')
      at.open()
      // both were in one batch, so what happened to the neighbour happened to it
      expect((await neighbour).seq).toBe(2)
      const there = (await stored(memory)).find(({ receiptId }) => receiptId === one.receiptId)
      expect(there?.seq).toBe(1)
      // and repeating it is safe
      expect(await ledger.append(one)).toEqual(there)
    },
  )

  test.each(['before', 'after'] as const)(
    'of a store that hangs %s writing does not keep the next one waiting',
    async (form) => {
      const memory = memoryStore()
      const plan: FaultPlan = [{ method: 'append', call: 1, kind: 'hang', done: form === 'after' }]
      const store = faultyStore(memory, plan)
      const ledger = make({ store })
      const { one, failed } = appendUntil(
        ledger,
        until(() => store.calls.some(({ method }) => method === 'append')),
      )
      expect(await failed).toMatchObject({ code, details: { outcome: 'unknown' } })
      const again = await ledger.append(one)
      const next = await ledger.append(draft())
      expect(next.seq).toBe(again.seq + 1)
      const { verdict } = await verifyChain(await stored(memory), { keyring: await ledger.keyring() })
      expect(verdict).toBe('VALID')
      expect((await stored(memory)).filter(({ receiptId }) => receiptId === one.receiptId)).toHaveLength(1)
    },
  )

  test('of a store that is deaf to signals: what lands later is chained behind', async () => {
    const memory = memoryStore()
    const at = gate()
    let calls = 0
    const store: ReceiptStore = {
      ...memory,
      async append(chainId, receipts, expected) {
        calls += 1
        if (calls === 1) {
          at.waiting += 1
          await at.passed
        }
        await memory.append(chainId, receipts, expected)
      },
    }
    const ledger = make({ store })
    const appended: number[] = []
    ledger.on('appended', ({ receipts }) => appended.push(...receipts.map(({ seq }) => seq)))
    const { one, failed } = appendUntil(
      ledger,
      until(() => at.waiting === 1),
    )
    expect(await failed).toMatchObject({ code, details: { outcome: 'unknown' } })
    // the chain still looks empty; the late batch lands before the next one does
    const next = ledger.append(draft())
    at.open()
    const { seq } = await next
    const chain = await stored(memory)
    expect(chain.at(-1)?.seq).toBe(seq)
    expect(await ledger.append(one)).toMatchObject({ receiptId: one.receiptId })
    expect((await verifyChain(await stored(memory), { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('while a store is away says what the trouble was', async () => {
    const store = faultyStore(memoryStore(), [{ method: 'head', call: 'every', kind: 'before' }])
    const ledger = make({ store })
    const { failed } = appendUntil(
      ledger,
      until(() => store.calls.filter(({ method }) => method === 'head').length > 2),
    )
    const error = await failed
    expect(error).toMatchObject({ code, details: { outcome: 'absent' } })
    expect(error.cause).toMatchObject(
      how === 'timeout' ? { code: 'STORE_UNAVAILABLE' } : { message: 'changed my mind' },
    )
  })
})

describe('limits', () => {
  test('a signal that is aborted already does no work', async () => {
    let asked = 0
    const redactor: Redactor = {
      name: 'r',
      version: '1',
      configDigest: `sha256:${'0'.repeat(64)}`,
      countsInReceipt: true,
      redact: (text) => {
        asked += 1
        return { text }
      },
    }
    const ledger = make({ redactor })
    expect(await failure(ledger.append(draft(), { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'LEDGER_ABORTED',
      details: { outcome: 'absent' },
    })
    expect(asked).toBe(0)
    expect(await stored(ledger.store)).toEqual([])
  })

  test('the queue is bounded over all chains', async () => {
    const at = gate()
    const ledger = make({ store: gated(memoryStore(), at, 'before'), maxQueued: 3 })
    const waiting = ['a', 'b', 'c'].map((chainId) => ledger.append(draft({ chainId })))
    const one = draft({ chainId: 'd' })
    expect(await failure(ledger.append(one))).toMatchObject({
      code: 'LEDGER_OVERLOADED',
      details: { outcome: 'absent', retryable: true, chainId: 'd', receiptId: one.receiptId },
    })
    expect(await ledger.health()).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([{ name: 'queue', ok: false, code: 'LEDGER_OVERLOADED' }]),
    })
    at.open()
    await Promise.all(waiting)
    expect((await ledger.append(one)).seq).toBe(1)
  })

  test('a signal that is used again and again keeps nothing', async () => {
    const ledger = make({})
    const controller = new AbortController()
    let listening = 0
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listening += 1
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listening -= 1
      remove(...args)
    }
    for (let index = 0; index < 5; index += 1) await ledger.append(draft(), { signal })
    expect(listening).toBe(0)
  })
})

describe('close', () => {
  test('drains, then closes store and keys, once', async () => {
    const memory = memoryStore()
    const at = gate()
    const closed: string[] = []
    const keys = keyNamed('a')
    const store: ReceiptStore = {
      ...gated(memory, at, 'before'),
      close: async () => {
        closed.push('store')
      },
    }
    const ledger = make({
      store,
      keys: {
        signer: (o) => keys.signer(o),
        publicKeys: () => keys.publicKeys!(),
        close: async () => {
          closed.push('keys')
        },
      },
    })
    const appended = [ledger.append(draft()), ledger.append(draft({ chainId: 'other' }))]
    await until(() => at.waiting === 2)
    const closing = ledger.close()
    expect(ledger.close()).toBe(closing)
    const late = draft()
    expect(await failure(ledger.append(late))).toMatchObject({
      code: 'LEDGER_CLOSED',
      details: { outcome: 'absent', receiptId: late.receiptId },
    })
    await expect(ledger.heartbeat('acme')).rejects.toMatchObject({ code: 'LEDGER_CLOSED' })
    expect(closed).toEqual([])
    at.open()
    await Promise.all(appended)
    await closing
    expect(closed).toEqual(['store', 'keys'])
    await ledger[Symbol.asyncDispose]()
    expect(closed).toEqual(['store', 'keys'])
    expect((await ledger.health()).checks.find(({ name }) => name === 'queue')).toEqual({
      name: 'queue',
      ok: false,
      code: 'LEDGER_CLOSED',
    })
  })

  test('waits for what is still being redacted', async () => {
    const slow = gate()
    const redactor: Redactor = {
      name: 'r',
      version: '1',
      configDigest: `sha256:${'0'.repeat(64)}`,
      countsInReceipt: true,
      redact: async (text) => {
        slow.waiting += 1
        await slow.passed
        return { text }
      },
    }
    const memory = memoryStore()
    const ledger = make({ redactor, store: { ...memory, close: async () => undefined } })
    const appended = ledger.append(draft())
    await until(() => slow.waiting > 0)
    const closing = ledger.close()
    slow.open()
    await closing
    expect((await appended).seq).toBe(1)
  })

  test('of a ledger whose store hangs ends in time, tells everybody, and closes all the same', async () => {
    const memory = memoryStore()
    let keysClosed = false
    const keys = keyNamed('a')
    const store = faultyStore(memory, [{ method: 'append', call: 'every', kind: 'hang' }])
    const ledger = make({
      store,
      keys: {
        signer: (o) => keys.signer(o),
        publicKeys: () => keys.publicKeys!(),
        close: async () => {
          keysClosed = true
        },
      },
    })
    const handed = failure(ledger.append(draft()))
    await until(() => store.calls.some(({ method }) => method === 'append'))
    const queued = failure(ledger.append(draft()))
    await expect(ledger.close({ timeoutMs: 30 })).rejects.toMatchObject({ code: 'LEDGER_TIMEOUT' })
    expect(await handed).toMatchObject({ code: 'LEDGER_TIMEOUT', details: { outcome: 'unknown' } })
    expect(await queued).toMatchObject({ code: 'LEDGER_TIMEOUT', details: { outcome: 'absent' } })
    expect(keysClosed).toBe(true)
    expect(store.calls.at(-1)?.method).toBe('close')
  })

  test('goes on where a step fails, throws the first failure and warns of the others', async () => {
    const store = faultyStore(memoryStore(), [{ method: 'close', call: 1, kind: 'before' }])
    const keys = keyNamed('a')
    const ledger = make({
      store,
      keys: { signer: (o) => keys.signer(o), close: () => Promise.reject(new Error('keys')) },
    })
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    await expect(ledger.close()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(warnings).toEqual([new Error('keys')])
  })

  test('`await using` closes', async () => {
    let closed = false
    {
      const memory = memoryStore()
      await using ledger = make({
        store: {
          ...memory,
          close: async () => {
            closed = true
          },
        },
      })
      await ledger.append(draft())
    }
    expect(closed).toBe(true)
  })
})
