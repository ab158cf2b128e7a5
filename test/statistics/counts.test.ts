import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { createCounts } from '../../src/report/statistics/counts.js'
import { type Members, receipt, start } from './receipts.js'

const counted = (receipts: readonly DecisionReceipt[], options = {}) => {
  const counts = createCounts(options)
  for (const one of receipts) counts.update(one)
  return counts.snapshot()
}
const plain = (labels: { readonly labels: readonly { readonly label: string; readonly count: number }[] }) =>
  Object.fromEntries(labels.labels.map(({ label, count }) => [label, count]))
const HOUR = 3_600_000

const members: fc.Arbitrary<Members> = fc.oneof(
  fc.record({
    action: fc.constantFrom('allow', 'reject', 'escalate' as const),
    modelId: fc.option(fc.constantFrom('m1', 'm2', 'constructor'), { nil: undefined }),
    checks: fc.array(fc.record({ name: fc.constantFrom('pii', 'toxicity', 'constructor'), fired: fc.boolean() }), {
      maxLength: 3,
    }),
    ms: fc.integer({ min: 0, max: 100 * HOUR }),
  }),
  fc.record({ eventType: fc.constant('inference' as const), ms: fc.integer({ min: 0, max: 100 * HOUR }) }),
)

describe('createCounts', () => {
  it('counts by hand', () => {
    const snapshot = counted([
      receipt(0, { eventType: 'system', system: { event: 'heartbeat' }, ms: 0 }),
      receipt(1, {
        modelId: 'm1',
        checks: [
          { name: 'pii', fired: true },
          { name: 'pii', fired: false },
        ],
        ms: 10,
      }),
      receipt(2, { modelId: 'm2', action: 'reject', ms: 20 }),
      receipt(3, { action: undefined, error: { code: 'timeout' }, ms: HOUR }),
      receipt(4, { eventType: 'tool_call', tool: { name: 'search' }, action: 'allow', ms: HOUR }),
      receipt(5, { eventType: 'inference', modelId: 'm1', ms: 25 * HOUR }),
    ])
    expect(snapshot.receipts).toBe(6)
    expect(plain(snapshot.eventTypes)).toEqual({ decision: 3, system: 1, tool_call: 1, inference: 1 })
    expect(plain(snapshot.actions)).toEqual({ allow: 1, reject: 1 })
    expect(snapshot.decisionsWithoutAction).toBe(1)
    expect(plain(snapshot.otherActions)).toEqual({ allow: 1 })
    expect(plain(snapshot.models)).toEqual({ m1: 2, m2: 1 })
    expect(snapshot.withoutModel).toBe(1)
    expect(plain(snapshot.checks)).toEqual({ pii: 2 })
    expect(snapshot.models.labels[0]).toEqual({
      label: 'm1',
      count: 2,
      first: { chainId: 'acme', seq: 1, receiptId: '00000000-0000-7000-8000-000000000001' },
      last: { chainId: 'acme', seq: 5, receiptId: '00000000-0000-7000-8000-000000000005' },
    })
    expect(snapshot.hourOfDay.slice(0, 3)).toEqual([3, 3, 0])
    expect(snapshot.course).toEqual({
      widthHours: 1,
      maxSpans: 9000,
      spans: [
        { from: start, count: 3 },
        { from: start + HOUR, count: 2 },
        { from: start + 25 * HOUR, count: 1 },
      ],
    })
  })

  it('adds up, and says the same in any order', () => {
    fc.assert(
      fc.property(fc.array(members, { maxLength: 40 }), fc.infiniteStream(fc.nat()), (list, order) => {
        const receipts = list.map((one, seq) => receipt(seq, one))
        const keys = new Map(receipts.map((one) => [one, order.next().value as number]))
        const shuffled = [...receipts].sort((a, b) => (keys.get(a) as number) - (keys.get(b) as number))
        const one = counted(receipts)
        const other = counted(shuffled)
        for (const name of ['eventTypes', 'actions', 'models', 'checks'] as const) {
          expect(plain(other[name])).toEqual(plain(one[name]))
        }
        expect([other.hourOfDay, other.course]).toEqual([one.hourOfDay, one.course])
        expect(one.hourOfDay.reduce((a, b) => a + b, 0)).toBe(list.length)
        expect(one.course.spans.reduce((sum, { count }) => sum + count, 0)).toBe(list.length)
      }),
    )
  })

  it('tells no more labels apart than its limit, and loses none of the count', () => {
    const models = ['a', 'b', 'c', 'a', 'd', 'b', 'a']
    const { models: seen } = counted(
      models.map((modelId, seq) => receipt(seq, { modelId })),
      { limit: 2 },
    )
    expect([plain(seen), seen.other, seen.limit]).toEqual([{ a: 3, b: 2 }, 2, 2])
  })

  it('widens its spans by way of the day, rather than grow', () => {
    // one receipt an hour for 30 days: 720 hours in at most 40 spans is 24 hours a span
    const hours = Array.from({ length: 720 }, (_, hour) => receipt(hour, { ms: hour * HOUR }))
    const { course } = counted(hours, { maxSpans: 40 })
    expect(course.widthHours).toBe(24)
    expect(course.spans).toEqual(Array.from({ length: 30 }, (_, day) => ({ from: start + day * 24 * HOUR, count: 24 })))
  })

  it('has counts but no rates without receipts', () => {
    expect(counted([])).toMatchObject({ receipts: 0, actions: { labels: [], other: 0 }, course: { spans: [] } })
  })

  it('refuses bounds without sense', () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) expect(() => createCounts({ limit })).toThrow(RangeError)
    expect(() => createCounts({ maxSpans: 0 })).toThrow(RangeError)
  })
})
