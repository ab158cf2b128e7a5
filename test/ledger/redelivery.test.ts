import { describe, expect, test } from 'vitest'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { draft, keyNamed, stored } from './support.js'

const secret = new Uint8Array(32).fill(3)
const ledgerOn = (store: ReceiptStore, more: object = {}): Ledger =>
  createLedger({ store, keys: keyNamed('a'), redactor: false, secret, ...more })

const first = (): ReceiptDraft =>
  draft({
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:01.000Z',
    latencyMs: 1000,
    attempt: 1,
    input: { kind: 'text', content: 'in' },
    subject: 'person',
    tags: ['a'],
    checks: [{ name: 'safety', fired: false, latencyMs: 3 }],
    details: { rationale: 'because', metadata: { a: 1 } },
  })

describe('an id that is in the chain already', () => {
  test.each<[string, Partial<ReceiptDraft>]>([
    ['the same', {}],
    [
      'other times',
      { startedAt: '2026-01-02T00:00:00.000Z', endedAt: '2026-01-02T00:00:02.000Z', latencyMs: 2000, attempt: 2 },
    ],
    ['another latency of a check', { checks: [{ name: 'safety', fired: false, latencyMs: 4 }] }],
    ['no times', { startedAt: undefined, endedAt: undefined, latencyMs: undefined, attempt: undefined }],
  ])('and says %s resolves to what is stored', async (_, change) => {
    for (const more of [{}, { commitment: 'hmac-sha256' }]) {
      const memory = memoryStore()
      const one = first()
      const receipt = await ledgerOn(memory, more).append(one)
      // the same process, and another one
      for (const ledger of [ledgerOn(memory, more), ledgerOn(memory, more)]) {
        await ledger.append(draft())
        expect(await ledger.append({ ...one, ...change })).toEqual(receipt)
      }
      expect((await stored(memory)).filter(({ receiptId }) => receiptId === one.receiptId)).toHaveLength(1)
    }
  })

  test.each<[string, Partial<ReceiptDraft>]>([
    ['another input', { input: { kind: 'text', content: 'other' } }],
    ['another action', { action: 'reject' }],
    ['another person', { subject: 'somebody else' }],
    [
      'a check more',
      {
        checks: [
          { name: 'safety', fired: false },
          { name: 'pii', fired: true },
        ],
      },
    ],
    ['a check that fired', { checks: [{ name: 'safety', fired: true }] }],
    ['another free text', { details: { rationale: 'otherwise', metadata: { a: 1 } } }],
    ['no free text', { details: undefined }],
    ['a member more', { sessionId: 's' }],
    ['a member less', { tags: undefined }],
    ['another tenant', { tenantId: 'other' }],
  ])('and says %s is refused', async (_, change) => {
    const memory = memoryStore()
    const ledger = ledgerOn(memory)
    const one = first()
    const { seq } = await ledger.append(one)
    const neighbours = [draft(), draft()]
    const settled = await Promise.allSettled([
      ledger.append(neighbours[0]!),
      ledger.append({ ...one, ...change }),
      ledger.append(neighbours[1]!),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).toMatchObject({
      reason: {
        code: 'LEDGER_ID_REUSED',
        details: { outcome: 'absent', receiptId: one.receiptId, seq, chainId: 'acme' },
      },
    })
    expect((await stored(memory)).map(({ receiptId }) => receiptId)).toEqual([
      expect.any(String),
      one.receiptId,
      ...neighbours.map(({ receiptId }) => receiptId),
    ])
  })

  test('agrees where its free text was erased since', async () => {
    const memory = memoryStore()
    const ledger = ledgerOn(memory)
    const one = first()
    await ledger.append(one)
    await memory.eraseDetails!('acme', one.receiptId)
    expect(await ledger.append(one)).toMatchObject({ seq: 1, receiptId: one.receiptId })
    await expect(ledger.append({ ...one, details: undefined })).rejects.toMatchObject({ code: 'LEDGER_ID_REUSED' })
  })

  test('costs a look-up only then', async () => {
    const store = faultyStore(memoryStore(), [])
    const ledger = ledgerOn(store)
    const one = first()
    await ledger.append(one)
    await ledger.append(draft())
    expect(store.calls.filter(({ method }) => method === 'get')).toEqual([])
    await ledger.append(one)
    expect(store.calls.filter(({ method }) => method === 'get')).toHaveLength(1)
  })

  test('is refused where what stands there does not verify', async () => {
    const memory = memoryStore()
    const one = first()
    await ledgerOn(memory).append(one)
    const store: ReceiptStore = {
      ...memory,
      async get(chainId, receiptId, options) {
        const receipt = await memory.get(chainId, receiptId, options)
        return receipt && { ...receipt, action: 'reject' }
      },
    }
    await expect(ledgerOn(store).append(one)).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      details: { outcome: 'absent', receiptId: one.receiptId },
    })
  })
})

describe('the same id twice at once', () => {
  test('that says the same is one receipt', async () => {
    const memory = memoryStore()
    const ledger = ledgerOn(memory)
    const one = first()
    const receipts = await Promise.all([
      ledger.append(one),
      ledger.append(draft()),
      ledger.append({ ...one, attempt: 2 }),
      ledger.append(one),
    ])
    expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 1, 1])
    expect(await stored(memory)).toHaveLength(3)
  })

  test('that says something else is refused, and the order of the rest holds', async () => {
    const memory = memoryStore()
    const ledger = ledgerOn(memory)
    const one = first()
    const settled = await Promise.allSettled([
      ledger.append(one),
      ledger.append({ ...one, action: 'reject' }),
      ledger.append(draft()),
    ])
    expect(
      settled.map((each) => (each.status === 'fulfilled' ? each.value.seq : (each.reason as { code: string }).code)),
    ).toEqual([1, 'LEDGER_ID_REUSED', 2])
  })

  test('goes on for the one that still waits where the other gave up', async () => {
    const ledger = ledgerOn(memoryStore())
    const one = first()
    const controller = new AbortController()
    const aborted = ledger.append(one, { signal: controller.signal })
    const kept = ledger.append(one)
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'LEDGER_ABORTED', details: { outcome: 'absent' } })
    expect((await kept).seq).toBe(1)
  })
})

test('the same id in two chains is two receipts', async () => {
  const ledger = ledgerOn(memoryStore())
  const one = first()
  const receipts = [await ledger.append(one), await ledger.append({ ...one, chainId: 'other' })]
  expect(receipts.map(({ chainId, seq }) => [chainId, seq])).toEqual([
    ['acme', 1],
    ['other', 1],
  ])
})
