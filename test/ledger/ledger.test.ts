import { describe, expect, test, vi } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Draftable, Ledger, LedgerOptions } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { testLedger } from '../../src/testing/test-ledger.js'
import { verifyChain } from '../../src/verify/chain.js'
import { collect, draft, keyNamed, stored } from './support.js'

const make = (options: Partial<LedgerOptions> = {}): Ledger =>
  createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false, ...options })

describe('createLedger', () => {
  test('opens nothing', () => {
    const store = faultyStore(memoryStore(), [])
    let asked = 0
    make({
      store,
      keys: {
        signer: async () => {
          asked += 1
          throw new Error('no')
        },
      },
    })
    expect([store.calls, asked]).toEqual([[], 0])
  })

  test('refuses a key that dies before its receipts', () => {
    const keys = localKey({ ephemeral: true })
    expect(() => make({ keys, store: { ...memoryStore(), durable: true } })).toThrowError(
      expect.objectContaining({ code: 'KEY_EPHEMERAL' }) as Error,
    )
    expect(() => make({ keys })).not.toThrow()
  })

  test.each<[string, object, typeof TypeError | typeof RangeError]>([
    ['store', { store: {} }, TypeError],
    ['keys', { keys: null }, TypeError],
    ['redactor', { redactor: undefined }, TypeError],
    ['redactor', { redactor: true }, TypeError],
    ['keyring', { keyring: [] }, TypeError],
    ['secret', { secret: 'x' }, TypeError],
    ['commitment', { commitment: 'md5' }, TypeError],
    ['retentionDays', { retentionDays: -1 }, RangeError],
    ['retentionDays', { retentionDays: 1.5 }, RangeError],
    ['maxQueued', { maxQueued: 0 }, RangeError],
    ['timeoutMs', { timeoutMs: 0 }, RangeError],
    ['operator', { operator: 'two words' }, RangeError],
  ])('names the option %s when it is wrong', (name, options, kind) => {
    let thrown: unknown
    try {
      make(options)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(kind)
    expect((thrown as Error).message).toContain(name)
  })
})

describe('what the ledger writes of its own', () => {
  test('each kind, its tenant that of the head', async () => {
    const ledger = make()
    await ledger.append(draft({ tenantId: 'bank' }))
    const [from, to] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z']
    const receipts = [
      await ledger.note('acme', { code: 'backup', count: 3 }),
      await ledger.gap('acme', { from, to, reason: 'overload', count: 7, rate: 0.5 }),
      await ledger.change('acme', { what: 'model', from: 'm-1', to: 'm-2', substantial: true }),
      await ledger.heartbeat('acme', { dropped: 2 }),
      await ledger.heartbeat('acme'),
      await ledger.hold('acme', { holdId: 'h', reason: 'litigation', decisionId: 'd' }),
      await ledger.release('acme', { holdId: 'h', reason: 'settled' }),
    ]
    expect(receipts.map(({ tenantId }) => tenantId)).toEqual(receipts.map(() => 'bank'))
    expect(receipts.map(({ system, retention }) => system ?? retention)).toEqual([
      { event: 'notice', code: 'backup', count: 3 },
      { event: 'gap', from, to, reason: 'overload', count: 7, rate: 0.5 },
      { event: 'change', what: 'model', from: 'm-1', to: 'm-2', substantial: true },
      { event: 'heartbeat', dropped: 2 },
      { event: 'heartbeat' },
      { event: 'hold', holdId: 'h', reason: 'litigation', decisionId: 'd' },
      { event: 'release', holdId: 'h', reason: 'settled' },
    ])
    expect((await verifyChain(await stored(ledger.store), { keyring: await ledger.keyring() })).verdict).toBe('VALID')
  })

  test('on an empty chain needs a tenant', async () => {
    const ledger = make()
    await expect(ledger.heartbeat('acme')).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
      details: { path: 'tenantId', outcome: 'absent' },
    })
    expect(await stored(ledger.store)).toEqual([])
    expect((await ledger.heartbeat('acme', {}, { tenantId: 'acme' })).seq).toBe(1)
    expect((await stored(ledger.store))[0]).toMatchObject({ tenantId: 'acme', system: { event: 'chain_start' } })
  })

  test('is not doubled when an answer is lost', async () => {
    for (const kind of ['before', 'after'] as const) {
      const memory = memoryStore()
      const ledger = make({ store: faultyStore(memory, [{ method: 'append', call: 2, kind }]) })
      await ledger.append(draft())
      const beat = await ledger.heartbeat('acme')
      expect((await stored(memory)).filter(({ system }) => system?.event === 'heartbeat')).toEqual([beat])
    }
  })

  test('waits no longer than it is told', async () => {
    const ledger = make({ store: faultyStore(memoryStore(), [{ method: 'head', call: 'every', kind: 'hang' }]) })
    await expect(ledger.heartbeat('acme', {}, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'LEDGER_TIMEOUT',
      details: { outcome: 'absent' },
    })
    await expect(ledger.note('acme', { code: 'x' }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'LEDGER_ABORTED',
    })
    await expect(ledger.note('../x', { code: 'x' })).rejects.toThrow(RangeError)
  })
})

describe('appendAll', () => {
  const drafts = (count: number) => Array.from({ length: count }, () => draft())

  test('yields in the order of what came in', async () => {
    const items = drafts(1000)
    const receipts = await collect(make().appendAll(items))
    expect(receipts.map(({ receiptId }) => receiptId)).toEqual(items.map(({ receiptId }) => receiptId))
    expect(receipts.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1))
  })

  test('takes drafts, and what can make one, from anything that can be iterated', async () => {
    const items = drafts(3)
    async function* source(): AsyncGenerator<ReceiptDraft | Draftable> {
      yield items[0]!
      yield {
        draft: async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          return items[1]!
        },
      }
      yield items[2]!
    }
    const receipts = await collect(make().appendAll(source()))
    expect(receipts.map(({ seq, receiptId }) => [seq, receiptId])).toEqual(
      items.map(({ receiptId }, index) => [index + 1, receiptId]),
    )
  })

  test('pulls no more than may be in flight', async () => {
    let pulled = 0
    function* source() {
      for (;;) {
        pulled += 1
        yield draft()
      }
    }
    const running = make().appendAll(source(), { inFlight: 5 })[Symbol.asyncIterator]()
    await running.next()
    expect(pulled).toBe(5)
    await running.next()
    expect(pulled).toBe(6)
    await running.return?.()
  })

  test('ends with the first failure, lets go of its source, and warns of what else failed', async () => {
    let returned = false
    function* source() {
      try {
        yield draft()
        yield draft({ action: undefined })
        yield draft({ receiptId: 'x' })
        yield draft()
        for (;;) yield draft()
      } finally {
        returned = true
      }
    }
    const ledger = make()
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    const seqs: number[] = []
    const run = async () => {
      for await (const { seq } of ledger.appendAll(source(), { inFlight: 4 })) seqs.push(seq)
    }
    await expect(run()).rejects.toMatchObject({ code: 'RECEIPT_INVALID', details: { path: 'action' } })
    expect([seqs, returned]).toEqual([[1], true])
    expect(warnings).toMatchObject([{ code: 'RECEIPT_INVALID', details: { path: 'receiptId' } }])
    // what was under way is in the chain, and was waited for
    expect((await stored(ledger.store)).length).toBeGreaterThanOrEqual(3)
  })

  test('a draft that could not be made fails at its place', async () => {
    const items = [draft(), { draft: () => Promise.reject(new Error('no draft')) }, draft()]
    const seqs: number[] = []
    const run = async () => {
      for await (const { seq } of make().appendAll(items)) seqs.push(seq)
    }
    await expect(run()).rejects.toThrow('no draft')
    expect(seqs).toEqual([1])
  })

  test('ends by its signal, and refuses what is nothing to iterate', async () => {
    const controller = new AbortController()
    const seqs: number[] = []
    const run = async () => {
      for await (const { seq } of make().appendAll(drafts(1000), { inFlight: 2, signal: controller.signal })) {
        seqs.push(seq)
        if (seq === 3) controller.abort()
      }
    }
    await expect(run()).rejects.toMatchObject({ code: 'LEDGER_ABORTED' })
    expect(seqs.length).toBeLessThan(10)
    expect(() => make().appendAll(7 as never)).toThrow(TypeError)
    expect(() => make().appendAll([], { inFlight: 0 })).toThrow(RangeError)
  })
})

describe('events', () => {
  test('appended tells of each batch, the chain_start included', async () => {
    const ledger = make()
    const batches: string[][] = []
    const stop = ledger.on('appended', ({ chainId, receipts }) =>
      batches.push(receipts.map(({ seq }) => `${chainId} ${seq}`)),
    )
    await Promise.all([ledger.append(draft()), ledger.append(draft())])
    await ledger.append(draft())
    stop()
    stop()
    await ledger.append(draft())
    expect(batches).toEqual([['acme 0', 'acme 1', 'acme 2'], ['acme 3']])
  })

  test('a listener that throws disturbs nobody and is a warning', async () => {
    const ledger = make()
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    ledger.on('appended', () => {
      throw new Error('listener')
    })
    let heard = 0
    ledger.on('appended', () => {
      heard += 1
    })
    await ledger.append(draft())
    expect([warnings, heard]).toEqual([[new Error('listener')], 1])
  })

  test('a warning that nobody hears goes to the process, without what it may hold', async () => {
    const emitted: [string, unknown][] = []
    const spy = vi.spyOn(process, 'emitWarning').mockImplementation(((message: string, options: unknown) => {
      emitted.push([message, options])
    }) as never)
    try {
      const ledger = make()
      ledger.warn(new Error('somebody private'))
      ledger.on('warning', () => {
        throw new TypeError('also private')
      })
      ledger.warn(new Error('heard'))
      expect(JSON.stringify(emitted)).not.toContain('private')
      expect(emitted.map(([, options]) => options)).toEqual([
        { type: 'QuittanceWarning', code: 'Error' },
        { type: 'QuittanceWarning', code: 'TypeError' },
      ])
    } finally {
      spy.mockRestore()
    }
  })

  test('an event that there is not is refused', () => {
    expect(() => make().on('apended' as never, () => undefined)).toThrow(TypeError)
    expect(() => make().on('appended', 'f' as never)).toThrow(TypeError)
  })
})

describe('keyring', () => {
  test('is the given one, or that of the provider', async () => {
    const entries = await keyNamed('a').publicKeys!()
    expect(await make().keyring()).toEqual(new Keyring(entries))
    const given = new Keyring([...entries, ...(await keyNamed('b').publicKeys!())])
    expect(await make({ keyring: given }).keyring()).toBe(given)
  })
})

test('the same calls give the same bytes', async () => {
  const run = async () => {
    const ledger = testLedger({ seed: 5 })
    const receiptId = '01890a5d-ac96-774b-bcce-b302099a8057'
    await ledger.append(draft({ receiptId, subject: 'x', details: { rationale: 'y' } }))
    await ledger.heartbeat('acme')
    await ledger.note('other', { code: 'n' }, { tenantId: 'acme' })
    return JSON.stringify(await ledger.receipts())
  }
  expect(await run()).toBe(await run())
})
