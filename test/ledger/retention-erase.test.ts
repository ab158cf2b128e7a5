import { describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { memoryStore } from '../../src/store/memory.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { judged, prune, world } from './retention-world.js'
import { draft, stored } from './support.js'

const priv = { details: { rationale: 'private' }, decisionId: 'case-1' }

describe('a hold over a receipt whose details are to be erased', () => {
  test.each([{}, { fromSeq: 0, toSeq: 1 }, { decisionId: 'case-1' }])('%j stops it', async (terms) => {
    const w = await world()
    const { receiptId } = await w.ledger.append(draft(priv))
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', ...terms })
    await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'art_17' })).rejects.toMatchObject({
      code: 'LEDGER_RETENTION',
      details: { outcome: 'absent', reason: 'hold' },
    })
    expect((await w.store.get('acme', receiptId))?.details).toBeDefined()
    expect(await stored(w.store)).toHaveLength(3)
    await w.ledger.release('acme', { holdId: 'h', reason: 'settled' })
    expect(await w.ledger.eraseDetails('acme', receiptId, { reason: 'art_17' })).toBe(true)
  })

  test('another does not', async () => {
    const w = await world()
    const { receiptId } = await w.ledger.append(draft(priv))
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation', fromSeq: 2 })
    await w.ledger.hold('acme', { holdId: 'i', reason: 'litigation', decisionId: 'case-2' })
    expect(await w.ledger.eraseDetails('acme', receiptId, { reason: 'art_17' })).toBe(true)
  })

  test('does not, where a reason is given; the chain tells that reason before it is done', async () => {
    const w = await world()
    const { receiptId } = await w.ledger.append(draft(priv))
    await w.ledger.hold('acme', { holdId: 'h', reason: 'litigation' })
    const options = { reason: 'art_17', despiteHold: 'court_order' }
    expect(await w.ledger.eraseDetails('acme', receiptId, options)).toBe(true)
    expect((await stored(w.store)).slice(3)).toMatchObject([
      { system: { event: 'notice', code: 'erase_despite_hold:court_order' } },
      { retention: { event: 'erase', receipts: [{ receiptId }], reason: 'art_17' } },
    ])
    // where no hold stands the reason is not needed, and not told
    const other = await w.ledger.append(draft({ ...priv, decisionId: 'case-2' }))
    await w.ledger.release('acme', { holdId: 'h', reason: 'settled' })
    await w.ledger.eraseDetails('acme', other.receiptId, options)
    expect((await stored(w.store)).filter(({ system }) => system?.event === 'notice')).toHaveLength(1)
    expect((await judged(w)).verdict).toBe('VALID')
  })

  test.each(['for the law', '', 'x'.repeat(110)])('a reason that is none is refused: %j', async (despiteHold) => {
    const w = await world()
    const { receiptId } = await w.ledger.append(draft(priv))
    await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'art_17', despiteHold })).rejects.toThrow(
      RangeError,
    )
    await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'r', despite: 'x' } as never)).rejects.toThrow(
      /despite/,
    )
  })

  test('stops it also where it comes after the record', async () => {
    const memory = memoryStore()
    const quiet = await world({ store: memory })
    const store = {
      ...memory,
      append: async (...args: Parameters<typeof memory.append>) => {
        await memory.append(...args)
        if (args[1].some(({ retention }) => retention?.event === 'erase'))
          await quiet.ledger.hold('acme', { holdId: 'late', reason: 'litigation' })
      },
    }
    const w = await world({ store })
    const { receiptId } = await w.ledger.append(draft(priv))
    await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'art_17' })).rejects.toMatchObject({
      code: 'LEDGER_RETENTION',
    })
    expect((await memory.get('acme', receiptId))?.details).toBeDefined()
  })
})

describe('giving up', () => {
  const hanging = (method: 'read' | 'prune' | 'eraseDetails' | 'get' | 'append', call: number) =>
    faultyStore(memoryStore(), [{ method, call, kind: 'hang' }])

  test.each<['read' | 'prune' | 'append', number, 'absent' | 'unknown', RegExp]>([
    ['read', 1, 'absent', /nothing was recorded and nothing removed/],
    ['read', 2, 'absent', /nothing was recorded/],
    ['append', 4, 'unknown', /may be in the chain/],
    ['prune', 1, 'unknown', /recorded; the same call finishes it/],
  ])('prune while the store hangs in %s', async (method, call, outcome, message) => {
    for (const [limit, code] of [
      [{ timeoutMs: 30 }, 'LEDGER_TIMEOUT'],
      [{ signal: AbortSignal.timeout(30) }, 'LEDGER_ABORTED'],
    ] as const) {
      const store = hanging(method, call)
      const w = await world({ store })
      for (const day of [0, 1, 30]) {
        w.time.day = day
        await w.ledger.append(draft())
      }
      // a delayed signal begins now
      const now = 'signal' in limit ? { signal: AbortSignal.timeout(30) } : limit
      const failed = await prune(w, 10, now).catch((error: unknown) => error as QuittanceError)
      expect(failed).toMatchObject({ code, details: { outcome, chainId: 'acme' } })
      expect((failed as QuittanceError).message).toMatch(message)
      // the same call again finishes it
      expect((await prune(w, 10)).removed).toBe(2)
      expect((await judged(w)).verdict).toBe('VALID')
    }
  })

  test('before it begins', async () => {
    const w = await world()
    const { receiptId } = await w.ledger.append(draft(priv))
    const signal = AbortSignal.abort(new Error('enough'))
    const aborted = { code: 'LEDGER_ABORTED', details: { outcome: 'absent' }, cause: new Error('enough') }
    await expect(prune(w, 10, { signal })).rejects.toMatchObject(aborted)
    await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'r', signal })).rejects.toMatchObject(aborted)
    await expect(w.ledger.hold('acme', { holdId: 'h', reason: 'r' }, { signal })).rejects.toMatchObject(aborted)
    for (const timeoutMs of [0, -1, Number.NaN, '5' as never]) {
      await expect(prune(w, 10, { timeoutMs })).rejects.toThrow(/timeoutMs/)
      await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'r', timeoutMs })).rejects.toThrow(/timeoutMs/)
    }
    expect(await stored(w.store)).toHaveLength(2)
    expect(await prune(w, 10, { timeoutMs: Number.POSITIVE_INFINITY })).toEqual({ removed: 0 })
    await expect(prune(w, 10, { dryrun: true } as never)).rejects.toThrow(/dryrun/)
  })

  test.each(['get', 'eraseDetails'] as const)('eraseDetails while the store hangs in %s', async (method) => {
    const w = await world({ store: hanging(method, 1) })
    const { receiptId } = await w.ledger.append(draft(priv))
    await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'r', timeoutMs: 30 })).rejects.toMatchObject({
      code: 'LEDGER_TIMEOUT',
      details: { outcome: method === 'get' ? 'absent' : 'unknown' },
    })
    expect(await w.ledger.eraseDetails('acme', receiptId, { reason: 'r' })).toBe(true)
    expect((await w.store.get('acme', receiptId))?.details).toBeUndefined()
  })
})

test('a fault of the store is told as it is', async () => {
  const gone = new QuittanceError('STORE_IO', 'planned', { details: { outcome: 'absent' } })
  const store = faultyStore(memoryStore(), [{ method: 'eraseDetails', call: 1, kind: 'before', error: gone }])
  const w = await world({ store })
  const { receiptId } = await w.ledger.append(draft(priv))
  await expect(w.ledger.eraseDetails('acme', receiptId, { reason: 'r' })).rejects.toBe(gone)
  expect(await w.ledger.eraseDetails('acme', receiptId, { reason: 'r' })).toBe(true)
})
