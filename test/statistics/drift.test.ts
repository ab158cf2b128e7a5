import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Check } from '../../src/receipt/types.js'
import { drawBinomial } from '../../src/report/statistics/draw.js'
import {
  compareWindows,
  createScoreWindow,
  type DriftOptions,
  type ScoreWindowSnapshot,
} from '../../src/report/statistics/drift.js'
import { type SeededGenerator, seededGenerator } from '../../src/report/statistics/generator.js'
import { receipt } from './receipts.js'

const options = (more: Partial<DriftOptions> = {}): DriftOptions => ({
  generator: seededGenerator(1),
  resamples: 199,
  ...more,
})
const windowOf = (scores: readonly number[], how: { edges?: readonly number[] } = {}): ScoreWindowSnapshot => {
  const window = createScoreWindow({ check: 'toxicity', ...how })
  scores.forEach((score, seq) => {
    window.update(receipt(seq, { checks: [{ name: 'toxicity', fired: false, score }] }))
  })
  return window.snapshot()
}
const fixed = (counts: readonly number[]): ScoreWindowSnapshot => ({
  check: 'toxicity',
  n: counts.reduce((sum, count) => sum + count, 0),
  withoutScore: 0,
  notEvaluated: 0,
  shadow: 0,
  fixed: { edges: counts.slice(1).map((_, i) => i), counts },
})
const multinomial = (generator: SeededGenerator, n: number, shares: readonly number[]) => {
  let left = n
  let rest = 1
  return shares.map((share) => {
    const drawn = drawBinomial(generator, left, Math.min(1, share / rest))
    left -= drawn
    rest -= share
    return drawn
  })
}

describe('createScoreWindow', () => {
  it('takes evaluated scores of its check, and counts the others', () => {
    const window = createScoreWindow({ check: 'toxicity', edges: [0.2, 0.5] })
    const check = (more: Partial<Check>): Check => ({ name: 'toxicity', fired: false, ...more })
    window.update(
      receipt(1, {
        checks: [check({ score: 0.1 }), check({ score: 0.2 }), check({ score: 0.5 }), check({ score: 9 })],
      }),
    )
    window.update(
      receipt(2, {
        checks: [check({ score: 0.3, mode: 'shadow' }), check({ score: 0.3, status: 'error' }), check({})],
      }),
    )
    window.update(receipt(3, { checks: [check({ name: 'pii', score: 0.3 })] }))
    window.update(receipt(4, { eventType: 'inference' }))
    // a score on an edge belongs to the bin above
    expect(window.snapshot()).toEqual({
      check: 'toxicity',
      n: 4,
      withoutScore: 1,
      notEvaluated: 1,
      shadow: 1,
      fixed: { edges: [0.2, 0.5], counts: [1, 1, 2] },
    })
  })

  it('refuses edges without sense', () => {
    for (const edges of [[], [1, 1], [2, 1], [Number.NaN], [Number.POSITIVE_INFINITY]]) {
      expect(() => createScoreWindow({ check: 'a', edges })).toThrow(RangeError)
    }
    expect(() => createScoreWindow({ check: 'a', edges: [1], relativeError: 0.01 })).toThrow(RangeError)
  })
})

describe('compareWindows', () => {
  it('computes both divergences as by hand', () => {
    // shares 0.5 0.3 0.2 against 0.4 0.3 0.3
    const { psi, jensenShannon } = compareWindows(fixed([50, 30, 20]), fixed([80, 60, 60]), options({ pseudoCount: 0 }))
    // -0.1 ln 0.8 + 0 + 0.1 ln 1.5 = 0.0223144 + 0.0405465
    expect(psi.value).toBeCloseTo(0.0628609, 7)
    // H(0.45, 0.3, 0.25) - (H(0.5, 0.3, 0.2) + H(0.4, 0.3, 0.3)) / 2 in bits
    const entropy = (...shares: number[]) => -shares.reduce((sum, share) => sum + share * Math.log2(share), 0)
    const byEntropy = entropy(0.45, 0.3, 0.25) - (entropy(0.5, 0.3, 0.2) + entropy(0.4, 0.3, 0.3)) / 2
    expect(jensenShannon.value).toBeCloseTo(byEntropy, 12)
    expect(byEntropy).toBeCloseTo(0.0111, 3)
    // half a score more in each bin: shares 50.5 30.5 20.5 of 101.5 against 80.5 60.5 60.5 of 201.5
    const smoothed = [
      [50.5, 80.5],
      [30.5, 60.5],
      [20.5, 60.5],
    ].reduce((sum, [a = 0, b = 0]) => sum + (b / 201.5 - a / 101.5) * Math.log(b / 201.5 / (a / 101.5)), 0)
    expect(compareWindows(fixed([50, 30, 20]), fixed([80, 60, 60]), options()).psi.value).toBeCloseTo(smoothed, 12)
  })

  it('is 0 for the same, at most 1 bit for the disjoint', () => {
    const same = compareWindows(fixed([500, 300, 200]), fixed([500, 300, 200]), options())
    expect([same.psi.value, same.jensenShannon.value, same.psi.p, same.jensenShannon.p]).toEqual([0, 0, 1, 1])
    expect(same.psi.interval?.lower).toBe(0)
    const disjoint = compareWindows(fixed([500, 0]), fixed([0, 500]), options())
    expect(disjoint.jensenShannon.value).toBe(1)
    expect(disjoint.psi.p).toBe(1 / 200)
    expect(compareWindows(fixed([500, 0]), fixed([0, 500]), options({ pseudoCount: 0 })).psi).toEqual({
      absent: 'EMPTY_BIN',
    })
  })

  it('is symmetric, never negative, and the same from the same seed', () => {
    const bins = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(bins, bins, (one, other) => {
        fc.pre(one.some((count) => count > 0) && other.some((count) => count > 0))
        const forth = compareWindows(fixed(one), fixed(other), options({ resamples: 99 }))
        const back = compareWindows(fixed(other), fixed(one), options({ resamples: 99 }))
        for (const name of ['psi', 'jensenShannon'] as const) {
          expect(forth[name].value).toBeCloseTo(back[name].value as number, 10)
          expect(forth[name].value).toBeGreaterThanOrEqual(0)
          expect(forth[name].interval?.lower).toBeLessThanOrEqual((forth[name].value as number) + 1e-12)
          expect(forth[name].interval?.upper).toBeGreaterThanOrEqual(forth[name].value as number)
        }
        expect(compareWindows(fixed(one), fixed(other), options({ resamples: 99 }))).toEqual(forth)
      }),
      { numRuns: 30 },
    )
  })

  it('has the p of an enumeration of every split', () => {
    // 4 low and 6 high in all, of which 5 are the baseline: C(4, k) C(6, 5 - k) / C(10, 5) ways to have k low in it
    const ways = [6, 60, 120, 60, 6]
    // observed k = 4, whose split is as far off as k = 0
    const exact = ((ways[0] as number) + (ways[4] as number)) / 252
    const resamples = 20_000
    const { jensenShannon } = compareWindows(fixed([4, 1]), fixed([0, 5]), options({ resamples }))
    expect(Math.abs((jensenShannon.p as number) - exact)).toBeLessThan(
      4 * Math.sqrt((exact * (1 - exact)) / resamples) + 1 / resamples,
    )
  })

  it('rejects at its level when nothing drifts, and finds a drift', () => {
    const generator = seededGenerator(5)
    const runs = 120
    let rejected = 0
    let covered = 0
    const tenths = Array<number>(10).fill(0.1)
    const shifted = tenths.map((share, i) => share + (0.05 * (i - 4.5)) / 4.5)
    const truth = tenths.reduce(
      (sum, p, i) => sum + ((shifted[i] as number) - p) * Math.log((shifted[i] as number) / p),
      0,
    )
    for (let run = 0; run < runs; run++) {
      const [one, other, third] = [tenths, tenths, shifted].map((shares) => fixed(multinomial(generator, 1000, shares)))
      const nothing = compareWindows(one as never, other as never, { generator, resamples: 99 })
      if ((nothing.psi.p as number) <= 0.05) rejected += 1
      const { psi } = compareWindows(one as never, third as never, { generator, resamples: 99 })
      expect(psi.p).toBe(0.01)
      if ((psi.interval?.lower as number) <= truth && truth <= (psi.interval?.upper as number)) covered += 1
    }
    // within three standard errors of 120 runs; the interval's level is approximate
    expect(Math.abs(rejected / runs - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / runs))
    expect(covered / runs).toBeGreaterThan(0.9)
  })

  it('makes bins of equal shares from the baseline, and counts both windows exactly', () => {
    const generator = seededGenerator(9)
    const baseline = Array.from({ length: 2000 }, () => generator.next())
    const current = Array.from({ length: 1000 }, () => generator.next() ** 2)
    const drift = compareWindows(windowOf(baseline), windowOf(current), options())
    expect(drift).toMatchObject({ binning: 'baseline-quantiles', baseline: 2000, current: 1000, warnings: [] })
    expect(drift.counts).toHaveLength(10)
    drift.counts.forEach((count, i) => {
      const from = drift.edges[i - 1] ?? Number.NEGATIVE_INFINITY
      const to = drift.edges[i] ?? Number.POSITIVE_INFINITY
      expect(count.baseline).toBe(baseline.filter((score) => score > from && score <= to).length)
      expect(count.current).toBe(current.filter((score) => score > from && score <= to).length)
      // a tenth, and what the cells of 0.5 % can't cut
      expect(Math.abs(count.baseline / 2000 - 0.1)).toBeLessThan(0.02)
    })
    expect(drift.psi.p).toBe(1 / 200)
  })

  it('sees a drift away from a baseline that knew one score only', () => {
    for (const only of [0, 0.3, -2]) {
      const drift = compareWindows(windowOf(Array(200).fill(only)), windowOf(Array(200).fill(0.7)), options())
      expect(drift.counts).toEqual([
        { baseline: 0, current: 0 },
        { baseline: 200, current: 0 },
        { baseline: 0, current: 200 },
      ])
      expect(drift.jensenShannon.value).toBe(1)
      expect(drift.warnings).toContain('FEWER_BINS')
    }
  })

  it('warns of small windows and sparse bins, and shows nothing without scores', () => {
    const small = compareWindows(fixed([5, 5, 0]), fixed([50, 50, 0]), options())
    expect(small.warnings).toEqual(['SMALL_BASELINE', 'SPARSE_BINS'])
    expect(compareWindows(fixed([100, 100]), fixed([40, 40]), options()).warnings).toEqual(['SMALL_CURRENT'])
    const none = compareWindows(fixed([0, 0]), fixed([5, 5]), options())
    expect([none.psi, none.jensenShannon]).toEqual([{ absent: 'NO_OBSERVATIONS' }, { absent: 'NO_OBSERVATIONS' }])
    expect(compareWindows(windowOf([]), windowOf([1]), options()).psi).toEqual({ absent: 'NO_OBSERVATIONS' })
  })

  it('refuses windows that do not fit, and options without sense', () => {
    const other = createScoreWindow({ check: 'pii' }).snapshot()
    expect(() => compareWindows(windowOf([1]), other, options())).toThrow(RangeError)
    expect(() => compareWindows(windowOf([1]), fixed([1, 1]), options())).toThrow(RangeError)
    expect(() => compareWindows(fixed([1, 1, 1]), fixed([1, 1]), options())).toThrow(RangeError)
    const coarse = createScoreWindow({ check: 'toxicity', relativeError: 0.1 }).snapshot()
    expect(() => compareWindows(windowOf([1]), coarse, options())).toThrow(RangeError)
    for (const more of [{ resamples: 98 }, { bins: 1 }, { bins: 101 }, { pseudoCount: -1 }, { level: 1 }]) {
      expect(() => compareWindows(fixed([1, 1]), fixed([1, 1]), options(more))).toThrow(RangeError)
    }
  })

  it('says how it was computed', () => {
    expect(compareWindows(fixed([100, 100]), fixed([100, 100]), options())).toMatchObject({
      level: 0.95,
      resamples: 199,
      pseudoCount: 0.5,
      generator: 'xoshiro128**',
      seed: 1,
      binning: 'fixed',
    })
  })
})
