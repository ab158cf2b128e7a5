import { describe, expect, it } from 'vitest'
import { drawBinomial, drawHypergeometric } from '../../src/report/statistics/draw.js'
import { seededGenerator, xoshiro128 } from '../../src/report/statistics/generator.js'

describe('xoshiro128', () => {
  it('gives what 64-bit arithmetic gives for the published algorithm', () => {
    const mask = 0xffffffffn
    const rotated = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & mask
    const s = [1n, 2n, 3n, 4n] as [bigint, bigint, bigint, bigint]
    const next = xoshiro128([1, 2, 3, 4])
    for (let i = 0; i < 1000; i++) {
      const result = (rotated((s[1] * 5n) & mask, 7n) * 9n) & mask
      const shifted = (s[1] << 9n) & mask
      s[2] ^= s[0]
      s[3] ^= s[1]
      s[1] ^= s[2]
      s[0] ^= s[3]
      s[2] ^= shifted
      s[3] = rotated(s[3], 11n)
      expect(next()).toBe(Number(result))
    }
  })

  it('begins as the authors’ code does from state 1, 2, 3, 4', () => {
    const next = xoshiro128([1, 2, 3, 4])
    expect(Array.from({ length: 4 }, next)).toEqual([11520, 0, 5927040, 70819200])
  })
})

describe('seededGenerator', () => {
  it('is spread evenly over 0 to 1, and another from another seed', () => {
    const generator = seededGenerator(42)
    const bins = new Array<number>(20).fill(0)
    for (let i = 0; i < 100_000; i++) {
      const x = generator.next()
      if (!(x >= 0 && x < 1)) throw new RangeError('outside')
      bins[Math.floor(x * 20)] = (bins[Math.floor(x * 20)] as number) + 1
    }
    const chiSquared = bins.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0)
    // 99.9 % quantile of chi-squared with 19 degrees of freedom
    expect(chiSquared).toBeLessThan(43.82)
    expect(seededGenerator(43).next()).not.toBe(seededGenerator(42).next())
    expect(seededGenerator(42).next()).toBe(seededGenerator(42).next())
    for (const seed of [-1, 2 ** 32, 0.5, Number.NaN]) expect(() => seededGenerator(seed)).toThrow(RangeError)
  })
})

describe('random counts', () => {
  const choose = (n: number, k: number) => {
    let product = 1
    for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i
    return product
  }
  const fits = (draw: () => number, probability: (k: number) => number, most: number) => {
    const runs = 20_000
    const seen = new Array<number>(most + 1).fill(0)
    for (let i = 0; i < runs; i++) {
      const k = draw()
      seen[k] = (seen[k] as number) + 1
    }
    seen.forEach((count, k) => {
      const p = probability(k)
      // five standard errors, and one count where hardly any is expected
      expect(Math.abs(count - runs * p)).toBeLessThan(5 * Math.sqrt(runs * p * (1 - p)) + 1)
    })
  }

  it('are distributed as the formulas say', () => {
    const generator = seededGenerator(3)
    fits(
      () => drawBinomial(generator, 12, 0.3),
      (k) => choose(12, k) * 0.3 ** k * 0.7 ** (12 - k),
      12,
    )
    fits(
      () => drawHypergeometric(generator, 30, 12, 10),
      (k) => (choose(12, k) * choose(18, 10 - k)) / choose(30, 10),
      10,
    )
    fits(
      () => drawHypergeometric(generator, 10, 8, 7),
      (k) => (k < 5 ? 0 : (choose(8, k) * choose(2, 7 - k)) / choose(10, 7)),
      7,
    )
  })

  it('have mean and variance of the formulas where counts are large', () => {
    const generator = seededGenerator(4)
    const runs = 2000
    const moments = (draw: () => number) => {
      const values = Array.from({ length: runs }, draw)
      const mean = values.reduce((a, b) => a + b, 0) / runs
      return [mean, values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (runs - 1)] as const
    }
    const [mean, variance] = moments(() => drawBinomial(generator, 1_000_000, 0.2))
    expect(Math.abs(mean - 200_000)).toBeLessThan(4 * Math.sqrt(160_000 / runs))
    expect(variance / 160_000).toBeGreaterThan(0.85)
    expect(variance / 160_000).toBeLessThan(1.15)
    const [drawn, spread] = moments(() => drawHypergeometric(generator, 1_000_000, 100_000, 500_000))
    const expected = 500_000 * 0.1 * 0.9 * 0.5
    expect(Math.abs(drawn - 50_000)).toBeLessThan(4 * Math.sqrt(expected / runs))
    expect(spread / expected).toBeGreaterThan(0.85)
    expect(spread / expected).toBeLessThan(1.15)
  })

  it('know the sure cases', () => {
    const generator = seededGenerator(1)
    expect([drawBinomial(generator, 0, 0.5), drawBinomial(generator, 9, 0), drawBinomial(generator, 9, 1)]).toEqual([
      0, 0, 9,
    ])
    expect([
      drawHypergeometric(generator, 10, 0, 5),
      drawHypergeometric(generator, 10, 10, 5),
      drawHypergeometric(generator, 10, 4, 10),
    ]).toEqual([0, 5, 4])
  })
})
