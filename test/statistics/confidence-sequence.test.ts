import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createRateSequence,
  logRateEvidence,
  rateSequence,
  type Side,
} from '../../src/report/statistics/confidence-sequence.js'
import { logBeta } from '../../src/report/statistics/special.js'

const uniform = { a: 1, b: 1 }
const jeffreys = { a: 0.5, b: 0.5 }

describe('logBeta', () => {
  it.each([
    [0.5, 0.5, Math.log(Math.PI)],
    [3, 4, -Math.log(60)],
    [1, 1e6, -Math.log(1e6)],
    // to 16 digits by arbitrary precision arithmetic
    [1.5, 3.25, -1.9935517251022563],
    [12.5, 0.5, -0.6805020408007404],
    [200.5, 9800.5, -984.07758536816675],
    [50000.5, 950000.5, -198521.23216357885],
  ])('of %d and %d', (a, b, expected) => {
    expect(Math.abs(logBeta(a, b) - expected)).toBeLessThan(1e-13 * Math.max(10, Math.abs(expected)))
    expect(logBeta(b, a)).toBe(logBeta(a, b))
  })
})

describe('the evidence against a rate', () => {
  it('reproduces the published values of the beta-binomial mixtures of Howard et al.', () => {
    // confseq, uniform_boundaries_unittest: v_opt = 100, alpha_opt = .05, g = .2, h = .8, s = 10, v = 100.
    // There v = g h n and s = count - g n, and the prior is Beta(r / h, r / g) with r = rho - g h.
    const [g, h] = [0.2, 0.8]
    const rho = (alpha: number): number => 100 / (2 * Math.log(1 / alpha) + Math.log(1 + 2 * Math.log(1 / alpha)))
    const prior = (alpha: number) => ({ a: (rho(alpha) - g * h) / h, b: (rho(alpha) - g * h) / g })
    expect(rho(0.05)).toBeCloseTo(12.60056, 5)
    expect(logRateEvidence(135, 625, g, prior(0.05))).toBeCloseTo(-0.6941012, 6)
    expect(logRateEvidence(135, 625, g, prior(0.1), 'lower')).toBeCloseTo(-0.07134019, 6)
    // and where they cross ln 20: 31.4308 and 28.41238 above the mean of 125
    expect(logRateEvidence(125 + 31.4308, 625, g, prior(0.05))).toBeCloseTo(Math.log(20), 4)
    expect(logRateEvidence(125 + 28.41238, 625, g, prior(0.1), 'lower')).toBeCloseTo(Math.log(20), 4)
  })

  it("is Robbins' (n + 1) times the binomial probability for the uniform prior", () => {
    // 1 / (11 * 120 * 0.3^3 * 0.7^7)
    expect(Math.exp(logRateEvidence(3, 10, 0.3, uniform))).toBeCloseTo(1 / (1320 * 0.3 ** 3 * 0.7 ** 7), 12)
  })

  it.each<Side>(['two-sided', 'lower', 'upper'])('has mean 1 over every outcome of 12 receipts: %s', (side) => {
    for (const prior of [uniform, jeffreys]) {
      for (const p of [0.05, 0.3, 0.8]) {
        let mean = 0
        let choose = 1
        for (let k = 0; k <= 12; k++) {
          mean += choose * p ** k * (1 - p) ** (12 - k) * Math.exp(logRateEvidence(k, 12, p, prior, side))
          choose *= (12 - k) / (k + 1)
        }
        expect(mean).toBeCloseTo(1, 11)
      }
    }
  })

  it('has mean below 1, one-sided, under rates further away', () => {
    const mean = (side: Side, truth: number, p: number): number => {
      let total = 0
      let choose = 1
      for (let k = 0; k <= 20; k++) {
        total += choose * truth ** k * (1 - truth) ** (20 - k) * Math.exp(logRateEvidence(k, 20, p, jeffreys, side))
        choose *= (20 - k) / (k + 1)
      }
      return total
    }
    expect(mean('lower', 0.1, 0.2)).toBeLessThan(1)
    expect(mean('upper', 0.3, 0.2)).toBeLessThan(1)
  })
})

describe('the interval', () => {
  it.each([
    // ends by numerical integration of the mixture (30 digits) and root finding
    [3, 40, 'two-sided', 0.00531741719996, 0.278374408429],
    [3, 40, 'lower', 0.00532743131964, 1],
    [3, 40, 'upper', 0, 0.241563643793],
    [12, 60, 'two-sided', 0.0727554257272, 0.391001916756],
    [12, 60, 'lower', 0.0734303214439, 1],
    [12, 60, 'upper', 0, 0.369353291613],
  ] as const)('of %d in %d, %s', (count, n, side, lower, upper) => {
    const { interval, tolerance } = rateSequence(count, n, { side, prior: uniform })
    // outwards, by at most the stated tolerance
    expect(lower - interval!.lower).toBeGreaterThan(-1e-12)
    expect(lower - interval!.lower).toBeLessThan(tolerance + 1e-12)
    expect(interval!.upper - upper).toBeGreaterThan(-1e-12)
    expect(interval!.upper - upper).toBeLessThan(tolerance + 1e-12)
  })

  it('of no failure in n solves (1 - p)^n = alpha / (n + 1) for the uniform prior', () => {
    const upper = 1 - (0.05 / 101) ** (1 / 100)
    expect(rateSequence(0, 100, { prior: uniform }).interval).toEqual({ lower: 0, upper: expect.closeTo(upper, 9) })
  })

  it('states its parameters, and is absent without observations', () => {
    expect(rateSequence(0, 0)).toEqual({
      method: 'beta-binomial-mixture',
      side: 'two-sided',
      level: 0.95,
      alpha: 0.05,
      prior: jeffreys,
      tolerance: 1e-10,
      count: 0,
      n: 0,
      absent: 'NO_OBSERVATIONS',
    })
    expect(createRateSequence().snapshot()).toMatchObject({ n: 0, absent: 'NO_OBSERVATIONS' })
    expect(createRateSequence().snapshot()).not.toHaveProperty('rate')
  })

  it.each([
    [{ level: 0.6 }, 'level'],
    [{ level: 1 }, 'level'],
    [{ prior: { a: 0.2, b: 1 } }, 'prior'],
    [{ prior: { a: 1, b: Number.NaN } }, 'prior'],
    [{ side: 'left' as Side }, 'side'],
  ])('refuses %o', (options, name) => {
    expect(() => rateSequence(1, 2, options)).toThrow(RangeError)
    expect(() => createRateSequence(options)).toThrow(name)
  })

  it('refuses counts that make no sense', () => {
    expect(() => rateSequence(3, 2)).toThrow(RangeError)
    expect(() => rateSequence(0.5, 2)).toThrow(RangeError)
  })

  const cases = fc.integer({ min: 1, max: 5000 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))
  const sides = fc.constantFrom<Side>('two-sided', 'lower', 'upper')
  const priors = fc.record({
    a: fc.double({ min: 0.5, max: 1, noNaN: true }),
    b: fc.double({ min: 0.5, max: 1, noNaN: true }),
  })

  it('holds exactly the rates against which the evidence is too small, for every prior and level', () => {
    const levels = fc.double({ min: 0.65, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(cases, sides, priors, levels, (counts, side, prior, level) => {
        const [count, n] = counts
        const { lower, upper } = rateSequence(count, n, { side, prior, level }).interval!
        for (let i = 1; i < 100; i++) {
          const p = i / 100
          const kept = logRateEvidence(count, n, p, prior, side) < -Math.log(1 - level)
          const inside = p > lower && p < upper
          if (Math.min(Math.abs(p - lower), Math.abs(p - upper)) > 1e-9) expect(inside).toBe(kept)
        }
      }),
      { numRuns: 150, seed: 7 },
    )
  })

  it('is its own mirror image', () => {
    fc.assert(
      fc.property(cases, priors, sides, ([count, n], { a, b }, side) => {
        const mirrored: Side = side === 'two-sided' ? side : side === 'lower' ? 'upper' : 'lower'
        const one = rateSequence(count, n, { side, prior: { a, b } }).interval!
        const other = rateSequence(n - count, n, { side: mirrored, prior: { a: b, b: a } }).interval!
        expect(other.lower).toBeCloseTo(1 - one.upper, 8)
        expect(other.upper).toBeCloseTo(1 - one.lower, 8)
      }),
      { numRuns: 50, seed: 7 },
    )
  })

  it('narrows with n and widens with the level', () => {
    const width = (count: number, n: number, level = 0.95): number => {
      const { lower, upper } = rateSequence(count, n, { level }).interval!
      return upper - lower
    }
    expect(width(5, 100)).toBeGreaterThan(width(50, 1000))
    expect(width(50, 1000)).toBeGreaterThan(width(50_000, 1_000_000))
    expect(width(5, 100, 0.99)).toBeGreaterThan(width(5, 100, 0.9))
  })
})

describe('receipt by receipt', () => {
  it('depends on counts only, in whatever order and however streams are merged', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 200 }), fc.nat(), (stream, cut) => {
        const run = (order: readonly boolean[]) => {
          const sequence = createRateSequence()
          for (const hit of order) sequence.update(hit)
          return sequence.snapshot()
        }
        const at = cut % stream.length
        const whole = run(stream)
        expect(run([...stream].reverse())).toEqual(whole)
        const [one, other] = [run(stream.slice(0, at)), run(stream.slice(at))]
        const { runningIntersection, ...merged } = whole
        expect(runningIntersection).toBe(false)
        expect(rateSequence(one.count + other.count, one.n + other.n)).toEqual(merged)
      }),
      { numRuns: 50, seed: 7 },
    )
  })

  it('with a running intersection is the cut of the plain ones at its looks', () => {
    for (const side of ['two-sided', 'lower', 'upper'] as const) {
      const sequence = createRateSequence({ runningIntersection: true, side })
      let before = { lower: 0, upper: 1 }
      let look = 1
      for (let n = 1; n <= 800; n++) {
        sequence.update(n % 7 === 0)
        const snapshot = sequence.snapshot()
        const plain = rateSequence(snapshot.count, n, { side }).interval!
        const cut = { lower: Math.max(before.lower, plain.lower), upper: Math.min(before.upper, plain.upper) }
        expect(Math.abs(snapshot.interval!.lower - cut.lower)).toBeLessThan(2e-10)
        expect(Math.abs(snapshot.interval!.upper - cut.upper)).toBeLessThan(2e-10)
        if (n < look) continue
        look = n + Math.max(1, Math.floor(n / 16))
        before = cut
      }
    }
  })

  it('says that the cut is empty, for good, when the rate moved', () => {
    const sequence = createRateSequence({ runningIntersection: true })
    for (let i = 0; i < 500; i++) sequence.update(false)
    expect(sequence.snapshot()).toHaveProperty('interval')
    for (let i = 0; i < 500; i++) sequence.update(true)
    expect(sequence.snapshot()).toMatchObject({ absent: 'EMPTY_INTERSECTION', rate: 0.5, n: 1000 })
    for (let i = 0; i < 20_000; i++) sequence.update(false)
    expect(sequence.snapshot()).not.toHaveProperty('interval')
  })

  it.each<Side>(['two-sided', 'lower', 'upper'])(
    'misses a rate of a tenth within 400 looks with probability below alpha: %s',
    (side) => {
      // exact: the probability of every count whose path never left the interval, carried forward
      const p = 0.1
      let open = new Map([[0, 1]])
      for (let n = 1; n <= 400; n++) {
        const next = new Map<number, number>()
        for (const [count, probability] of open) {
          for (const [hits, weight] of [
            [count, 1 - p],
            [count + 1, p],
          ] as const) {
            if (logRateEvidence(hits, n, p, jeffreys, side) >= Math.log(20)) continue
            next.set(hits, (next.get(hits) ?? 0) + probability * weight)
          }
        }
        open = next
      }
      const missed = 1 - [...open.values()].reduce((sum, probability) => sum + probability, 0)
      expect(missed).toBeGreaterThan(0.005)
      expect(missed).toBeLessThan(0.05)
    },
  )
})
