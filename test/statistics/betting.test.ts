import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMeanSequence, type MeanSequenceOptions } from '../../src/report/statistics/betting.js'
import { seededGenerator } from '../../src/report/statistics/generator.js'

/** The bets as Waudby-Smith and Ramdas write them: from the scores before each one. */
function bets(scores: readonly number[], inverse: number): number[] {
  return scores.map((_, index) => {
    const t = index + 1
    let squares = 0.25
    for (let i = 1; i < t; i++) {
      const mean = (0.5 + scores.slice(0, i).reduce((a, b) => a + b, 0)) / (i + 1)
      squares += (scores[i - 1]! - mean) ** 2
    }
    const variance = squares / t
    return Math.sqrt((2 * Math.log(inverse)) / (variance * t * Math.log(1 + t)))
  })
}

function refuted(scores: readonly number[], mean: number, inverse: number): boolean {
  const stakes = bets(scores, inverse)
  let above = 1
  let below = 1
  for (const [i, score] of scores.entries()) {
    above *= 1 + Math.min(stakes[i]!, 0.5 / mean) * (score - mean)
    below *= 1 - Math.min(stakes[i]!, 0.5 / (1 - mean)) * (score - mean)
  }
  return Math.max(above, below) >= inverse
}

function feed(scores: readonly number[], options?: MeanSequenceOptions) {
  const sequence = createMeanSequence(options)
  for (const score of scores) sequence.update(score)
  return sequence.snapshot()
}

const score = fc.double({ min: 0, max: 1, noNaN: true })

describe('hedged capital', () => {
  it('begins with the published bet', () => {
    // as in confseq's own test of the first bet, with ln(2 / alpha): sqrt(2 ln(2 / alpha) / (ln 2 / 4))
    expect(bets([0.3], 40)[0]).toBeCloseTo(Math.sqrt((2 * Math.log(40)) / (0.25 * Math.log(2))), 12)
  })

  it('leaves the means that the definition, applied to all scores anew, does not refute', () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 150 }), (scores) => {
        const { interval, absent } = feed(scores, { grid: 50, runningIntersection: false })
        const kept = Array.from({ length: 49 }, (_, i) => (i + 1) / 50).filter((mean) => !refuted(scores, mean, 40))
        if (absent) expect(kept).toEqual([])
        else if (kept.length > 0) {
          expect(interval!.lower).toBeLessThanOrEqual(kept[0]!)
          expect(interval!.lower).toBeGreaterThanOrEqual(kept[0]! - 1 / 50 - 1e-12)
          expect(interval!.upper).toBeGreaterThanOrEqual(kept.at(-1)!)
          expect(interval!.upper).toBeLessThanOrEqual(kept.at(-1)! + 1 / 50 + 1e-12)
        }
      }),
      { numRuns: 40, seed: 7 },
    )
  })

  it('with running intersection is the cut of the intervals so far', () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 200 }), (scores) => {
        const running = createMeanSequence({ grid: 40 })
        const plain = createMeanSequence({ grid: 40, runningIntersection: false })
        let lower = 0
        let upper = 1
        for (const value of scores) {
          running.update(value)
          plain.update(value)
          const now = plain.snapshot().interval
          if (!now) return
          lower = Math.max(lower, now.lower)
          upper = Math.min(upper, now.upper)
          if (lower < upper) expect(running.snapshot().interval).toEqual({ lower, upper })
        }
      }),
      { numRuns: 40, seed: 7 },
    )
  })

  it('survives long streams at the edges, where factors grow largest', () => {
    for (const value of [0, 1]) {
      const { interval } = feed(Array<number>(3000).fill(value), { grid: 4000 })
      expect(value === 0 ? interval!.lower : 1 - interval!.upper).toBe(0)
      expect(interval!.upper - interval!.lower).toBeLessThan(0.02)
      const plain = feed(Array<number>(3000).fill(value), { grid: 4000, runningIntersection: false })
      expect(plain.interval).toEqual(interval)
    }
  })

  it('says when no mean is left', () => {
    const scores = [...Array<number>(400).fill(0.1), ...Array<number>(400).fill(0.9)]
    expect(feed(scores)).toMatchObject({ absent: 'EMPTY_INTERSECTION', mean: expect.closeTo(0.5, 9), n: 800 })
    expect(feed(scores)).not.toHaveProperty('interval')
  })
})

describe('empirical Bernstein', () => {
  it('is the formula of Waudby-Smith and Ramdas, worked out anew', () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 100 }), (scores) => {
        const { interval } = feed(scores, { method: 'empirical-bernstein', runningIntersection: false })
        const stakes = bets(scores, 40).map((bet) => Math.min(bet, 0.5))
        let margin = Math.log(40)
        for (const [i, value] of scores.entries()) {
          const before = (0.5 + scores.slice(0, i).reduce((a, b) => a + b, 0)) / (i + 1)
          // v = 4 (x - mean)^2 and psi = (-ln(1 - bet) - bet) / 4
          margin += 4 * (value - before) ** 2 * ((-Math.log(1 - stakes[i]!) - stakes[i]!) / 4)
        }
        const all = stakes.reduce((a, b) => a + b, 0)
        const centre = stakes.reduce((sum, bet, i) => sum + bet * scores[i]!, 0) / all
        expect(interval!.lower).toBeCloseTo(Math.max(0, centre - margin / all), 10)
        expect(interval!.upper).toBeCloseTo(Math.min(1, centre + margin / all), 10)
      }),
      { numRuns: 40, seed: 7 },
    )
  })
})

describe.each(['hedged-capital', 'empirical-bernstein'] as const)('%s', (method) => {
  it('mirrors when scores are turned round', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 64 }), { minLength: 1, maxLength: 150 }), (steps) => {
        const one = feed(
          steps.map((step) => step / 64),
          { method, grid: 64 },
        ).interval
        const other = feed(
          steps.map((step) => 1 - step / 64),
          { method, grid: 64 },
        ).interval
        if (!one || !other) return
        expect(other.lower).toBeCloseTo(1 - one.upper, 9)
        expect(other.upper).toBeCloseTo(1 - one.lower, 9)
      }),
      { numRuns: 40, seed: 7 },
    )
  })

  it('holds the mean at all of 400 looks in 95 of 100 runs, and closes in on it', () => {
    const { next } = seededGenerator(3)
    let missed = 0
    let width = 0
    for (let run = 0; run < 400; run++) {
      const sequence = createMeanSequence({ method, grid: 200 })
      // mean 1 / 3: the square of a uniform score
      for (let i = 0; i < 400; i++) sequence.update(next() ** 2)
      const { interval } = sequence.snapshot()
      // the running intersection still holds it only if every look did
      if (!interval || interval.lower > 1 / 3 || interval.upper < 1 / 3) missed += 1
      else width += interval.upper - interval.lower
    }
    // 5 % and four standard errors
    expect(missed / 400).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / 400))
    expect(width / 400).toBeLessThan(0.25)
  })

  it('has ends of one side that are tighter', () => {
    const scores = Array.from({ length: 200 }, (_, i) => ((i * 37) % 100) / 200)
    const both = feed(scores, { method }).interval!
    const lower = feed(scores, { method, side: 'lower' }).interval!
    const upper = feed(scores, { method, side: 'upper' }).interval!
    expect(lower.upper).toBe(1)
    expect(upper.lower).toBe(0)
    expect(lower.lower).toBeGreaterThanOrEqual(both.lower)
    expect(upper.upper).toBeLessThanOrEqual(both.upper)
  })

  it('is absent without observations and states its parameters', () => {
    const snapshot = createMeanSequence({ method, level: 0.9 }).snapshot()
    expect(snapshot).toMatchObject({ method, level: 0.9, side: 'two-sided', n: 0, absent: 'NO_OBSERVATIONS' })
    expect(snapshot).not.toHaveProperty('mean')
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  })
})

it.each([-0.1, 1.1, Number.NaN])('refuses a score of %d', (value) => {
  expect(() => createMeanSequence().update(value)).toThrow(RangeError)
})

it.each([
  { grid: 5 },
  { grid: 5000 },
  { level: 1.5 },
  { side: 'left' },
  { method: 'guess' },
] as unknown as MeanSequenceOptions[])('refuses %o', (options) => {
  expect(() => createMeanSequence(options)).toThrow(RangeError)
})
