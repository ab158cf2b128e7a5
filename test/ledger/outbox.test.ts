import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { mainChainOf, outboxChainId } from '../../src/ledger/outbox-names.js'
import type { LedgerEvents } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { audit, comings, directory, outboxed, remove, until } from './outbox-support.js'
import { collect, delegatedBy, draft, keyNamed } from './support.js'

let dir: string
beforeEach(async () => {
  dir = await directory()
})
afterEach(() => remove(dir))

const isOutboxed = ({ chainId }: DecisionReceipt) => mainChainOf(chainId) === 'acme'

describe('a store that is away', () => {
  test.each(['refuses', 'hangs'] as const)('and %s: receipts are taken, and drained in order', async (how) => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    const phases: LedgerEvents['outbox'][] = []
    ledger.on('outbox', (event) => phases.push(event))
    const before = await ledger.append(draft())
    main.leave(how)
    const away = await Promise.all(Array.from({ length: 5 }, () => ledger.append(draft())))
    expect(away.every(isOutboxed)).toBe(true)
    expect(new Set(away.map(({ chainId }) => chainId)).size).toBe(1)
    // at once, and verifiable at once
    const local = fileStore(dir)
    const held = await collect(local.read(away[0]?.chainId as string))
    const keyring = await ledger.keyring()
    expect((await verifyChain(held, { keyring })).verdict).toBe('VALID')
    expect(held[0]?.system).toMatchObject({
      event: 'chain_start',
      predecessor: { chainId: 'acme', seq: before.seq, receiptHash: before.receiptHash },
    })
    expect(held.slice(1).map(({ receiptId }) => receiptId)).toEqual(away.map(({ receiptId }) => receiptId))
    await local.close()
    main.come()
    await until(() => phases.some(({ phase }) => phase === 'drained'))
    const after = await ledger.append(draft())
    expect(after.chainId).toBe('acme')
    await ledger.close()
    const { ids, gaps, notices, outboxes } = await audit(main.memory, keyring)
    expect(ids).toEqual([before, after, ...away].map(({ receiptId }) => receiptId))
    expect([gaps.length, notices.length]).toEqual([1, 0])
    expect(outboxes[0]?.slice(0, -1)).toEqual(held)
    const outboxChain = away[0]?.chainId
    expect(phases.map(({ phase }) => phase)).toEqual([...Array(5).fill('accepted'), 'draining', 'drained'])
    expect(phases.every((one) => one.chainId === 'acme' && one.outboxChainId === outboxChain)).toBe(true)
    expect(phases.at(-1)?.count).toBe(5)
  })

  test('from the start: the outbox chain has no predecessor', async () => {
    const main = comings()
    main.leave()
    const ledger = outboxed(main.store, dir)
    const receipts = [await ledger.append(draft()), await ledger.append(draft())]
    expect(ledger.outboxStatus()).toEqual({
      away: ['acme'],
      chains: 1,
      receipts: 2,
      oldest: receipts[0]?.timestamp,
    })
    await expect(ledger.drain()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    main.come()
    expect(await ledger.drain()).toEqual({ chains: 1, receipts: 2 })
    expect(ledger.outboxStatus()).toEqual({ away: [], chains: 0, receipts: 0 })
    expect(await ledger.drain()).toEqual({ chains: 0, receipts: 0 })
    const keyring = await ledger.keyring()
    await ledger.close()
    const { ids, outboxes, main: chain } = await audit(main.memory, keyring)
    expect(ids).toEqual(receipts.map(({ receiptId }) => receiptId))
    expect(outboxes[0]?.[0]?.system).not.toHaveProperty('predecessor')
    expect(chain.map(({ system }) => system?.event)).toEqual(['chain_start', 'gap'])
  })

  test('is waited for once; what comes then goes to the outbox at once', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir, { afterMs: 300 })
    main.leave()
    await ledger.append(draft())
    const calls = main.store.calls.filter(({ method }) => method === 'append' || method === 'head').length
    const later = await Promise.all(Array.from({ length: 20 }, () => ledger.append(draft())))
    expect(later.every(isOutboxed)).toBe(true)
    expect(main.store.calls.filter(({ method }) => method === 'append' || method === 'head').length).toBe(calls)
    main.come()
    await ledger.close()
  })

  test('each outage has a chain of its own, and each main chain its own', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    const names: string[] = []
    for (let outage = 0; outage < 3; outage += 1) {
      main.leave()
      for (const chainId of ['acme', 'other']) names.push((await ledger.append(draft({ chainId }))).chainId)
      main.come()
      await ledger.drain()
      await ledger.append(draft())
    }
    expect(new Set(names).size).toBe(6)
    const keyring = await ledger.keyring()
    await ledger.close()
    expect((await audit(main.memory, keyring)).gaps.length).toBe(3)
    expect((await audit(main.memory, keyring, 'other')).gaps.length).toBe(3)
  })

  test('a thousand receipts', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    main.leave()
    const receipts = await collect(ledger.appendAll(Array.from({ length: 1_000 }, () => draft())))
    expect(receipts.length).toBe(1_000)
    main.come()
    expect(await ledger.drain()).toMatchObject({ receipts: 1_000 })
    const keyring = await ledger.keyring()
    await ledger.close()
    const { ids } = await audit(main.memory, keyring)
    expect(ids).toEqual(receipts.map(({ receiptId }) => receiptId))
  })
})

describe('whenAway', () => {
  test("'wait' waits, and the receipt is in the main chain", async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    main.leave()
    const waiting = ledger.append(draft(), { whenAway: 'wait' })
    expect(isOutboxed(await ledger.append(draft()))).toBe(true)
    main.come()
    expect((await waiting).chainId).toBe('acme')
    await ledger.close()
  })

  test.each(['refuses', 'hangs'] as const)(
    "'fail' fails where the store %s, and at once when that is known",
    async (how) => {
      const main = comings()
      const ledger = outboxed(main.store, dir)
      main.leave(how)
      const first = await ledger.append(draft(), { whenAway: 'fail' }).catch((error: unknown) => error)
      expect(first).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { outcome: 'absent', retryable: true } })
      await ledger.append(draft())
      const calls = main.store.calls.filter(({ method }) => method === 'append').length
      await expect(ledger.append(draft(), { whenAway: 'fail' })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(main.store.calls.filter(({ method }) => method === 'append').length).toBe(calls)
      main.come()
      const keyring = await ledger.keyring()
      await ledger.close()
      expect((await audit(main.memory, keyring)).ids.length).toBe(1)
    },
  )

  test("'fail' needs no outbox; 'accept' does", async () => {
    const main = comings()
    main.leave()
    const ledger = createLedger({ store: main.store, keys: keyNamed('a'), redactor: false })
    await expect(ledger.append(draft(), { whenAway: 'fail', timeoutMs: 60 })).rejects.toMatchObject({
      code: 'LEDGER_TIMEOUT',
      cause: { code: 'STORE_UNAVAILABLE' },
    })
    await expect(ledger.append(draft(), { whenAway: 'accept' })).rejects.toThrow(RangeError)
    await expect(ledger.append(draft(), { whenAway: 'never' as 'wait' })).rejects.toThrow(RangeError)
    expect(await ledger.drain()).toEqual({ chains: 0, receipts: 0 })
  })

  test("'accept' with a timeout shorter than the waiting", async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir, { afterMs: 5_000 })
    for (const how of ['refuses', 'hangs'] as const) {
      main.leave(how)
      expect(isOutboxed(await ledger.append(draft(), { timeoutMs: 60 }))).toBe(true)
      main.come()
      await ledger.drain()
    }
    await ledger.close()
  })

  test('a signal of the caller ends it, and nothing goes anywhere', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    main.leave()
    const signal = AbortSignal.timeout(10)
    await expect(ledger.append(draft(), { signal })).rejects.toMatchObject({
      code: 'LEDGER_ABORTED',
      details: { outcome: 'absent' },
    })
    await expect(ledger.append(draft(), { signal })).rejects.toMatchObject({ code: 'LEDGER_ABORTED' })
    main.come()
    await ledger.close()
    expect(await collect(main.memory.chains())).toEqual([])
  })
})

describe('what is no absence', () => {
  test.each(['STORE_FULL', 'STORE_ROLLED_BACK', 'STORE_BAD_HEAD', 'STORE_PERMISSION', 'STORE_UNSAFE'] as const)(
    '%s is told, and nothing goes to the outbox',
    async (code) => {
      const error = new QuittanceError(code, 'no', { details: { outcome: 'absent' } })
      const store = faultyStore(memoryStore(), [{ method: 'append', call: 'every', kind: 'before', error }])
      const ledger = outboxed(store, dir)
      await expect(ledger.append(draft())).rejects.toMatchObject({ code, details: { outcome: 'absent' } })
      expect(await collect(fileStore(dir).chains())).toEqual([])
      await ledger.close()
    },
  )

  test('a store that is slow, but answers', async () => {
    const store = faultyStore(memoryStore(), ({ method }) =>
      method === 'append' ? { kind: 'delay', ms: 60 } : undefined,
    )
    const ledger = outboxed(store, dir, { afterMs: 200 })
    const receipts = await Promise.all(Array.from({ length: 6 * 128 }, () => ledger.append(draft())))
    expect(receipts.every(({ chainId }) => chainId === 'acme')).toBe(true)
    await ledger.close()
  })

  test('a key that is away', async () => {
    const main = comings()
    const unavailable = new QuittanceError('KEY_UNAVAILABLE', 'away', { details: { outcome: 'absent' } })
    const keys = { ...keyNamed('a'), signer: () => Promise.reject(unavailable) }
    const ledger = outboxed(main.store, dir, { keys, keyring: await outboxed(memoryStore(), dir).keyring() })
    await expect(ledger.append(draft(), { timeoutMs: 150 })).rejects.toMatchObject({
      code: 'LEDGER_TIMEOUT',
      cause: { code: 'KEY_UNAVAILABLE' },
      details: { outcome: 'absent' },
    })
    await ledger.close()
  })

  test('what the ledger writes of its own waits', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    await ledger.append(draft())
    main.leave()
    await ledger.append(draft())
    await expect(ledger.note('acme', { code: 'n' }, { timeoutMs: 60 })).rejects.toMatchObject({
      code: 'LEDGER_TIMEOUT',
    })
    const hold = ledger.hold('acme', { holdId: 'h', reason: 'r' })
    main.come()
    expect((await hold).chainId).toBe('acme')
    await ledger.close()
  })

  test('an outbox that fails says so', async () => {
    const main = comings()
    main.leave()
    const error = new QuittanceError('STORE_FULL', 'full', { details: { outcome: 'absent' } })
    const local = faultyStore(fileStore(dir), [{ method: 'append', call: 1, kind: 'before', error }])
    const ledger = outboxed(main.store, local)
    const failed: unknown[] = []
    ledger.on('failed', (event) => failed.push(event.error))
    const rejected = await ledger.append(draft()).catch((reason: unknown) => reason)
    expect(rejected).toMatchObject({ code: 'STORE_FULL', details: { outcome: 'absent' } })
    expect(failed).toEqual([rejected])
    expect(isOutboxed(await ledger.append(draft()))).toBe(true)
    main.come()
    await ledger.close()
  })
})

describe('delivered again', () => {
  test('a receipt in the outbox is found: while the store is away, when it is back, and after it was drained', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    main.leave()
    const again = draft()
    const first = await ledger.append(again)
    expect(await ledger.append(again)).toEqual(first)
    await expect(ledger.append({ ...again, action: 'reject' })).rejects.toMatchObject({
      code: 'LEDGER_ID_REUSED',
      details: { outcome: 'absent' },
    })
    main.come()
    expect(await ledger.append(again)).toEqual(first)
    await ledger.drain()
    expect(await ledger.append(again)).toEqual(first)
    const keyring = await ledger.keyring()
    await ledger.close()
    expect((await audit(main.memory, keyring)).ids).toEqual([again.receiptId])
  })

  test('and by the next process, before it was drained', async () => {
    const main = comings()
    main.leave()
    const ledger = outboxed(main.store, dir)
    const again = draft()
    const first = await ledger.append(again)
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    await ledger.close({ timeoutMs: 100 })
    expect(warnings).toEqual([expect.objectContaining({ code: 'STORE_UNAVAILABLE' })])
    const next = outboxed(comings(main.memory).store, dir)
    expect(await next.append(again)).toEqual(first)
    await next.drain()
    const keyring = await next.keyring()
    await next.close()
    expect((await audit(main.memory, keyring)).ids).toEqual([again.receiptId])
  })
})

describe('an outcome that is unknown', () => {
  test('leaves the receipt in both chains, and the counts say so', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    await ledger.append(draft())
    main.leave('loses answers')
    const both = await Promise.all(Array.from({ length: 3 }, () => ledger.append(draft())))
    const only = await ledger.append(draft())
    expect([...both, only].every(isOutboxed)).toBe(true)
    main.come()
    await ledger.drain()
    const keyring = await ledger.keyring()
    await ledger.close()
    const { ids, notices, gaps } = await audit(main.memory, keyring)
    expect(gaps[0]?.system).toMatchObject({ count: 1 })
    expect(notices[0]?.system).toMatchObject({ count: 3 })
    expect(ids.length).toBe(new Set(ids).size + 3)
  })
})

describe('what the main chain did meanwhile', () => {
  test('it ended: its successor names the outbox chain', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    await ledger.append(draft())
    main.leave()
    const away = await ledger.append(draft())
    const elsewhere = outboxed(comings(main.memory).store, `${dir}/other`)
    await elsewhere.succeed('acme', { reason: 'year_end' })
    await elsewhere.close()
    main.come()
    expect(await ledger.drain()).toEqual({ chains: 1, receipts: 1 })
    await ledger.close()
    const [start, gap] = await collect(main.memory.read('acme/2'))
    expect(start?.system?.event).toBe('chain_start')
    expect(gap).toMatchObject({ system: { event: 'gap', count: 1 }, links: [{ chainId: away.chainId }] })
  })

  test('others wrote into it: what they wrote is not taken for a receipt of the outbox', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    main.leave('loses answers')
    const away = await Promise.all([ledger.append(draft()), ledger.append(draft())])
    const elsewhere = outboxed(comings(main.memory).store, `${dir}/other`)
    const theirs = await Promise.all(Array.from({ length: 700 }, () => elsewhere.append(draft())))
    await elsewhere.close()
    main.come()
    await ledger.drain()
    const keyring = await ledger.keyring()
    await ledger.close()
    const { ids } = await audit(main.memory, keyring)
    expect(new Set(ids)).toEqual(new Set([...away, ...theirs].map(({ receiptId }) => receiptId)))
  })

  test('it was handed over to another key: its outbox chains are signed by that one', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    await ledger.append(draft())
    const rotated = await ledger.rotate('acme', { to: keyNamed('b') })
    main.leave()
    const away = await ledger.append(draft())
    expect(away.keyId).toBe(rotated.key?.event === 'rotate' ? rotated.key.newKeyId : undefined)
    main.come()
    await ledger.drain()
    const keyring = await ledger.keyring()
    await ledger.close()
    const chain = await collect(main.memory.read(away.chainId))
    expect((await verifyChain(chain, { keyring, requireTail: true })).verdict).toBe('VALID')
  })

  test('a delegate brings its certificate', async () => {
    const main = comings()
    const keys = await delegatedBy(keyNamed('root'), keyNamed('d'))
    const ledger = outboxed(main.store, dir, { keys })
    main.leave()
    await ledger.append(draft())
    main.come()
    await ledger.drain()
    const keyring = await ledger.keyring()
    await ledger.close()
    expect((await audit(main.memory, keyring)).ids.length).toBe(1)
  })
})

describe('close', () => {
  test.each(['refuses', 'hangs'] as const)(
    'with a store that %s takes in what waits, and says what is left',
    async (how) => {
      const main = comings()
      const ledger = outboxed(main.store, dir, { afterMs: 100 })
      const warnings: unknown[] = []
      ledger.on('warning', ({ error }) => warnings.push(error))
      main.leave(how)
      const waiting = [ledger.append(draft()), ledger.append(draft())]
      const closed = ledger.close({ timeoutMs: 1_000 })
      await expect(ledger.append(draft())).rejects.toMatchObject({ code: 'LEDGER_CLOSED' })
      expect((await Promise.all(waiting)).every(isOutboxed)).toBe(true)
      await closed
      expect(warnings.at(-1)).toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringContaining('2 receipts in 1 outbox chains'),
      })
      const next = outboxed(comings(main.memory).store, dir)
      expect(await next.drain()).toEqual({ chains: 1, receipts: 2 })
      await next.close()
    },
  )

  test('of a ledger that was not used reads nothing', async () => {
    const local = faultyStore(fileStore(dir), [])
    await outboxed(memoryStore(), local).close()
    expect(local.calls.map(({ method }) => method)).toEqual(['close'])
  })
})

describe('names', () => {
  test('an outbox chain has the name of its main chain and letters that are no number', () => {
    const name = outboxChainId('acme/eu', new Uint8Array([0, 255, 16, 1, 2, 3, 4, 5]))
    expect(name).toBe('acme/eu/outbox/aappbaabacadaeaf')
    expect(mainChainOf(name)).toBe('acme/eu')
    expect(mainChainOf('acme/outbox/short')).toBeUndefined()
  })

  test('a chain whose name leaves no room is waited for', async () => {
    const main = comings()
    const ledger = outboxed(main.store, dir)
    main.leave()
    const chainId = 'x'.repeat(240)
    await expect(ledger.append(draft({ chainId }), { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'LEDGER_TIMEOUT',
    })
    main.come()
    await ledger.close()
  })
})

describe('options', () => {
  test.each([
    [{}, TypeError],
    [{ store: memoryStore() }, RangeError],
    [{ store: fileStore('x'), afterMs: 0 }, RangeError],
    [{ store: fileStore('x'), after: 1 }, TypeError],
    [1, TypeError],
  ])('%o is refused', async (outbox, kind) => {
    expect(() =>
      createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false, outbox: outbox as never }),
    ).toThrow(kind)
  })
})
