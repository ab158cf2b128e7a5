import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { createCheckRates } from '../../src/report/statistics/checks.js'
import { receipt } from './receipts.js'

const rates = (receipts: readonly DecisionReceipt[], options = {}) => {
  const accumulator = createCheckRates(options)
  for (const one of receipts) accumulator.update(one)
  return accumulator.snapshot()
}
const entry = fc.record(
  {
    name: fc.constantFrom('pii', 'toxicity', 'toString'),
    how: fc.constantFrom('fired', 'quiet', 'error', 'timeout', 'skipped'),
    shadow: fc.boolean(),
  },
  { requiredKeys: ['name', 'how', 'shadow'] },
)
const asCheck = ({ name, how, shadow }: { name: string; how: string; shadow: boolean }) => ({
  name,
  fired: how === 'fired',
  ...(how === 'fired' || how === 'quiet' ? {} : { status: how as 'error' }),
  ...(shadow ? { mode: 'shadow' as const } : {}),
})

describe('createCheckRates', () => {
  it('leaves out what was not evaluated and what was in shadow, and counts it', () => {
    const { checks, decisions, decisionsWithoutChecks } = rates([
      receipt(1, { checks: [{ name: 'pii', fired: true }] }),
      receipt(2, {
        checks: [
          { name: 'pii', fired: false },
          { name: 'pii', fired: false, status: 'timeout' },
        ],
      }),
      receipt(3, {
        checks: [
          { name: 'pii', fired: false, status: 'error' },
          { name: 'pii', fired: true, mode: 'shadow' },
        ],
      }),
      receipt(4, { checks: [{ name: 'pii', fired: false, status: 'skipped' }] }),
      receipt(5, { checks: [{ name: 'pii', fired: false, status: 'error', mode: 'shadow' }] }),
      receipt(6),
      receipt(7, { eventType: 'inference', checks: [{ name: 'pii', fired: true }] }),
    ])
    expect([decisions, decisionsWithoutChecks]).toEqual([6, 1])
    expect(checks).toHaveLength(1)
    expect(checks[0]).toMatchObject({
      name: 'pii',
      fireRate: { count: 2, n: 3, method: 'wilson', level: 0.95 },
      notEvaluated: { error: 1, timeout: 1, skipped: 1 },
      failureRate: { count: 2, n: 5 },
      shadow: { fireRate: { count: 1, n: 1 }, notEvaluated: { error: 1, timeout: 0, skipped: 0 } },
      firstFired: { seq: 1 },
      lastFired: { seq: 7 },
    })
    // Wilson's formula by hand for 2 of 3, z = 1.96: (2 + 1.9208 -+ 1.96 sqrt(2/3 + 0.9604)) / 6.8416
    expect(checks[0]?.fireRate.interval?.lower).toBeCloseTo(0.2077, 3)
    expect(checks[0]?.fireRate.interval?.upper).toBeCloseTo(0.9385, 3)
  })

  it('shows no rate of a check that was never evaluated', () => {
    const { checks } = rates([receipt(1, { checks: [{ name: 'pii', fired: false, status: 'timeout' }] })])
    expect(checks[0]?.fireRate).toMatchObject({ n: 0, absent: 'NO_OBSERVATIONS' })
    expect(checks[0]?.failureRate.rate).toBe(1)
    expect(checks[0]).not.toHaveProperty('firstFired')
  })

  it('counts each entry once, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 5 }), { maxLength: 20 }), (lists) => {
        const receipts = lists.map((list, seq) => receipt(seq, { checks: list.map(asCheck) }))
        const { checks } = rates(receipts)
        const all = lists.flat()
        for (const { name, fireRate, notEvaluated, shadow } of checks) {
          const of = (shadowed: boolean, ...hows: string[]) =>
            all.filter((one) => one.name === name && one.shadow === shadowed && hows.includes(one.how)).length
          expect([fireRate.count, fireRate.n]).toEqual([of(false, 'fired'), of(false, 'fired', 'quiet')])
          expect([shadow.fireRate.count, shadow.fireRate.n]).toEqual([of(true, 'fired'), of(true, 'fired', 'quiet')])
          for (const how of ['error', 'timeout', 'skipped'] as const) {
            expect([notEvaluated[how], shadow.notEvaluated[how]]).toEqual([of(false, how), of(true, how)])
          }
        }
        const numbers = (list: typeof checks) => list.map(({ firstFired, lastFired, ...rest }) => rest)
        expect(numbers(rates([...receipts].reverse()).checks)).toEqual(numbers(checks))
      }),
    )
  })

  it('is bounded: names beyond the limit are counted together', () => {
    const snapshot = rates(
      [receipt(1, { checks: ['a', 'b', 'c', 'a', 'c'].map((name) => ({ name, fired: false })) })],
      { limit: 2 },
    )
    expect([snapshot.checks.map(({ name }) => name), snapshot.other]).toEqual([['a', 'b'], 2])
    expect(() => createCheckRates({ limit: 0 })).toThrow(RangeError)
    expect(() => createCheckRates({ level: 2 })).toThrow(RangeError)
  })
})
