import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clopperPearson, newcombe, ratioInterval, wilson } from '../../src/report/statistics/intervals.js'

const rounded = (interval: { lower: number; upper?: number | undefined } | undefined) => [
  Number(interval?.lower.toFixed(4)),
  Number(interval?.upper?.toFixed(4)),
]
const proportion = fc
  .integer({ min: 1, max: 400 })
  .chain((n) => fc.record({ n: fc.constant(n), count: fc.integer({ min: 0, max: n }) }))
const someOf = fc
  .integer({ min: 1, max: 400 })
  .chain((n) => fc.record({ n: fc.constant(n), count: fc.integer({ min: 1, max: n }) }))

/** P(exactly k), by multiplication: no special function. */
function binomial(n: number, p: number): number[] {
  let row = [1]
  for (let i = 0; i < n; i++)
    row = [...row, 0].map((value, k) => value * (1 - p) + (k > 0 ? (row[k - 1] as number) * p : 0))
  return row
}

describe('wilson and clopperPearson', () => {
  // Newcombe 1998, Statistics in Medicine 17, 857-872, Table I: methods 3 (Wilson) and 5 (Clopper-Pearson)
  it.each([
    [81, 263, [0.2553, 0.3662], [0.2527, 0.3676]],
    [15, 148, [0.0624, 0.1605], [0.0578, 0.1617]],
    [0, 20, [0, 0.1611], [0, 0.1684]],
    [1, 29, [0.0061, 0.1718], [0.0009, 0.1776]],
  ])('%i of %i as published', (count, n, score, exact) => {
    expect(rounded(wilson(count, n).interval)).toEqual(score)
    expect(rounded(clopperPearson(count, n).interval)).toEqual(exact)
  })

  it('has the rate where the score test, or the exact test, just rejects', () => {
    fc.assert(
      fc.property(proportion, fc.constantFrom(0.9, 0.95, 0.99), ({ count, n }, level) => {
        const z = { 0.9: 1.6448536269514722, 0.95: 1.959963984540054, 0.99: 2.5758293035489004 }[level] as number
        const { interval } = wilson(count, n, { level })
        for (const end of [interval?.lower, interval?.upper] as number[]) {
          if (end > 0 && end < 1) {
            expect(Math.abs(count / n - end) / Math.sqrt((end * (1 - end)) / n)).toBeCloseTo(z, 6)
          }
        }
        const exact = clopperPearson(count, n, { level }).interval as { lower: number; upper: number }
        const from = (p: number) =>
          binomial(n, p)
            .slice(count)
            .reduce((a, b) => a + b, 0)
        const upTo = (p: number) =>
          binomial(n, p)
            .slice(0, count + 1)
            .reduce((a, b) => a + b, 0)
        if (count > 0) expect(from(exact.lower)).toBeCloseTo((1 - level) / 2, 9)
        if (count < n) expect(upTo(exact.upper)).toBeCloseTo((1 - level) / 2, 9)
        expect(exact.lower).toBeLessThanOrEqual(count / n)
        expect(exact.upper).toBeGreaterThanOrEqual(count / n)
      }),
      { numRuns: 60 },
    )
  })

  it('mirrors: the complement has the complement', () => {
    fc.assert(
      fc.property(proportion, ({ count, n }) => {
        for (const method of [wilson, clopperPearson]) {
          const one = method(count, n).interval
          const other = method(n - count, n).interval
          expect(one?.lower).toBeCloseTo(1 - (other?.upper as number), 12)
        }
      }),
    )
  })

  it('covers as enumeration says: the exact one at least the level, for every rate', () => {
    for (const n of [5, 20, 50]) {
      const intervals = Array.from({ length: n + 1 }, (_, k) => clopperPearson(k, n).interval)
      for (let p = 0.01; p < 1; p += 0.01) {
        const covered = binomial(n, p).reduce((total, weight, k) => {
          const interval = intervals[k] as { lower: number; upper: number }
          return interval.lower <= p && p <= interval.upper ? total + weight : total
        }, 0)
        expect(covered).toBeGreaterThanOrEqual(0.95 - 1e-9)
      }
    }
  })

  it('stays right for millions', () => {
    // with n this large all agree with the normal approximation
    const { interval } = clopperPearson(500_000, 10_000_000)
    const reach = 1.959963984540054 * Math.sqrt((0.05 * 0.95) / 10_000_000)
    expect(interval?.lower).toBeCloseTo(0.05 - reach, 6)
    expect(interval?.upper).toBeCloseTo(0.05 + reach, 6)
  })

  it('shows no rate without observations, and says why', () => {
    expect(wilson(0, 0)).toEqual({ count: 0, n: 0, level: 0.95, method: 'wilson', absent: 'NO_OBSERVATIONS' })
    expect(clopperPearson(0, 0)).not.toHaveProperty('rate')
  })

  it.each([
    [2, 1, {}],
    [-1, 1, {}],
    [0.5, 1, {}],
    [0, Number.NaN, {}],
    [1, 2, { level: 1 }],
    [1, 2, { level: 0.5 }],
    [1, 2, { level: Number.NaN }],
  ])('refuses %d of %d with %o', (count, n, options) => {
    expect(() => wilson(count, n, options)).toThrow(RangeError)
    expect(() => clopperPearson(count, n, options)).toThrow(RangeError)
  })
})

describe('newcombe', () => {
  // Newcombe 1998, Statistics in Medicine 17, 873-890, Table II, method 10
  it.each([
    [56, 70, 48, 80, [0.0524, 0.3339]],
    [9, 10, 3, 10, [0.1705, 0.809]],
    [6, 7, 2, 7, [0.0582, 0.8062]],
    [5, 56, 0, 29, [-0.0381, 0.1926]],
    [0, 10, 0, 20, [-0.1611, 0.2775]],
    [0, 10, 0, 10, [-0.2775, 0.2775]],
    [10, 10, 0, 20, [0.6791, 1]],
    [10, 10, 0, 10, [0.6075, 1]],
  ])('%i/%i - %i/%i as published', (a, m, b, n, published) => {
    expect(rounded(newcombe({ count: a, n: m }, { count: b, n }).interval)).toEqual(published)
  })

  it('turns its sign with the order, and holds the difference', () => {
    fc.assert(
      fc.property(proportion, proportion, (first, second) => {
        const one = newcombe(first, second)
        const other = newcombe(second, first)
        expect(one.interval?.lower).toBeCloseTo(-(other.interval?.upper as number), 12)
        expect(one.interval?.lower).toBeLessThanOrEqual((one.difference as number) + 1e-12)
        expect(one.interval?.upper).toBeGreaterThanOrEqual((one.difference as number) - 1e-12)
      }),
    )
  })

  it('shows nothing when one side has no observations', () => {
    expect(newcombe({ count: 0, n: 0 }, { count: 1, n: 2 })).toMatchObject({ absent: 'NO_OBSERVATIONS' })
  })
})

describe('ratioInterval', () => {
  it.each([
    // Koopman 1984, Biometrics 40, 513-517
    [36, 40, 16, 80, [2.94, 7.15]],
    // Fagerland, Lydersen and Laake 2015, Statistical Methods in Medical Research 24, 224-254
    [7, 34, 1, 34, [1.22, 42.58]],
  ])('%i/%i by %i/%i as published', (a, m, b, n, published) => {
    const { interval } = ratioInterval({ count: a, n: m }, { count: b, n })
    expect([interval?.lower.toFixed(2), interval?.upper?.toFixed(2)]).toEqual(published.map((end) => end.toFixed(2)))
  })

  it('turns over with the order, and holds the ratio', () => {
    fc.assert(
      fc.property(someOf, someOf, (first, second) => {
        const one = ratioInterval(first, second)
        const other = ratioInterval(second, first)
        expect((one.interval?.lower as number) * (other.interval?.upper as number)).toBeCloseTo(1, 9)
        expect(one.interval?.lower).toBeLessThanOrEqual((one.ratio as number) * (1 + 1e-9))
        expect(one.interval?.upper).toBeGreaterThanOrEqual((one.ratio as number) * (1 - 1e-9))
      }),
    )
  })

  it('has the ends where the constrained likelihood, maximised by search, gives the statistic its critical value', () => {
    const first = { count: 12, n: 50 }
    const second = { count: 30, n: 60 }
    for (const ratio of [ratioInterval(first, second).interval?.lower, ratioInterval(first, second).interval?.upper]) {
      let best = { p: 0, log: Number.NEGATIVE_INFINITY }
      for (let p = 1e-5; p < Math.min(1, 1 / (ratio as number)); p += 1e-5) {
        const q = p * (ratio as number)
        const log = 12 * Math.log(q) + 38 * Math.log(1 - q) + 30 * Math.log(p) + 30 * Math.log(1 - p)
        if (log > best.log) best = { p, log }
      }
      const q = best.p * (ratio as number)
      const statistic = (12 - 50 * q) ** 2 / (50 * q * (1 - q)) + (30 - 60 * best.p) ** 2 / (60 * best.p * (1 - best.p))
      expect(statistic).toBeCloseTo(3.8415, 2)
    }
  })

  it('says what zeros allow', () => {
    expect(ratioInterval({ count: 0, n: 10 }, { count: 5, n: 10 })).toMatchObject({ ratio: 0, interval: { lower: 0 } })
    const noUpper = ratioInterval({ count: 10, n: 10 }, { count: 0, n: 10 })
    expect(noUpper).toMatchObject({ absent: 'REFERENCE_RATE_ZERO' })
    expect(noUpper.interval?.lower).toBeGreaterThan(1)
    expect(noUpper.interval).not.toHaveProperty('upper')
    expect(ratioInterval({ count: 0, n: 10 }, { count: 0, n: 10 })).not.toHaveProperty('interval')
    expect(ratioInterval({ count: 0, n: 0 }, { count: 0, n: 10 })).toMatchObject({ absent: 'NO_OBSERVATIONS' })
  })
})
