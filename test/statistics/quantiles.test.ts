import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededGenerator } from '../../src/report/statistics/generator.js'
import { cellsOf, createQuantiles, quantilesOf } from '../../src/report/statistics/quantiles.js'

const values = fc.array(
  fc.oneof(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.integer({ min: 0, max: 10_000 }),
    fc.double({ min: 0, max: 1e-5, noNaN: true }),
    fc.constantFrom(0, -0, 1, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE, 1e-6),
  ),
  { minLength: 1, maxLength: 200 },
)
const filled = (list: readonly number[], options = {}) => {
  const sketch = createQuantiles(options)
  for (const value of list) sketch.update(value)
  return sketch
}

describe('createQuantiles', () => {
  it('is within the stated error of the sorted values, everywhere', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0.001, 0.01, 0.1), (list, relativeError) => {
        const sorted = list.map((value) => value + 0).sort((a, b) => a - b)
        const at = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 1]
        const { quantiles, smallest, min, max } = filled(list, { relativeError }).snapshot({ at })
        for (const { q, value } of quantiles) {
          const exact = sorted[Math.floor(q * (list.length - 1))] as number
          if (Math.abs(exact) <= smallest) expect(Math.abs(value)).toBeLessThanOrEqual(smallest)
          else expect(Math.abs(value / exact - 1)).toBeLessThanOrEqual(relativeError * (1 + 1e-9) + 1e-12)
        }
        expect(smallest).toBeLessThanOrEqual(1e-6)
        expect([min, max]).toEqual([sorted[0], sorted.at(-1)])
      }),
    )
  })

  it('does not depend on order, and merges to the same state', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        const whole = filled([...one, ...other]).state()
        const merged = filled(one)
        merged.merge(JSON.parse(JSON.stringify(filled(other).state())))
        expect(merged.state()).toEqual(whole)
        expect(filled([...other, ...one].reverse()).state()).toEqual(whole)
      }),
    )
  })

  it('merges negative values and emptiness as well', () => {
    const sketch = filled([-1, 3])
    sketch.merge(filled([-5, -6, 0]).state())
    sketch.merge(createQuantiles().state())
    expect(sketch.snapshot({ at: [0, 0.5, 1] })).toMatchObject({ n: 5, min: -6, max: 3 })
    expect(sketch.snapshot({ at: [0.5] }).quantiles[0]?.value).toBeCloseTo(-1, 1)
    expect(() => sketch.merge(createQuantiles({ relativeError: 0.02 }).state())).toThrow(RangeError)
  })

  it('has cells edge to edge that hold their values', () => {
    fc.assert(
      fc.property(values, (list) => {
        const state = filled(list).state()
        const cells = cellsOf(state)
        cells.forEach((cell, i) => {
          expect(cell.from).toBeLessThan(cell.to)
          if (i > 0) expect(cell.from).toBeGreaterThanOrEqual(cells[i - 1]?.to as number)
        })
        const slack = 1e-9
        const held = cells.map(
          ({ from, to }) =>
            list.filter((x) => x > from - Math.abs(from) * slack && x <= to + Math.abs(to) * slack).length,
        )
        for (const [i, { count }] of cells.entries()) expect(held[i]).toBeGreaterThanOrEqual(count)
        expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(list.length)
      }),
    )
  })

  it('has an interval that holds the true quantile as often as it says', () => {
    // 400 samples of 200 exponential values, whose q-quantile is -ln(1 - q)
    const generator = seededGenerator(11)
    const runs = 400
    const held = { 0.5: 0, 0.9: 0 }
    for (let run = 0; run < runs; run++) {
      const { quantiles } = filled(Array.from({ length: 200 }, () => -Math.log1p(-generator.next()))).snapshot({
        at: [0.5, 0.9],
      })
      for (const { q, interval } of quantiles) {
        const truth = -Math.log(1 - q)
        if ((interval.lower as number) <= truth && truth <= (interval.upper as number)) held[q as 0.5 | 0.9] += 1
      }
    }
    // at least 95 %, less three standard errors of 400 runs
    for (const count of Object.values(held))
      expect(count / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.05 * 0.95) / runs))
  })

  it('leaves out an end that the sample can not give', () => {
    const [median, high] = filled([1, 2, 3]).snapshot({ at: [0.5, 0.99] }).quantiles
    // P(all three on one side of the median) = 1/8 > 2.5 %: no three values bound it
    expect(median?.interval).toEqual({})
    expect(high?.interval).not.toHaveProperty('upper')
  })

  it('shows nothing without values', () => {
    expect(createQuantiles().snapshot()).toMatchObject({ n: 0, quantiles: [], absent: 'NO_OBSERVATIONS' })
    expect(createQuantiles().snapshot()).not.toHaveProperty('min')
  })

  it('is bounded over the whole range of numbers', () => {
    const sketch = createQuantiles()
    for (let exponent = -307; exponent <= 308; exponent += 1)
      for (const sign of [1, -1]) sketch.update(sign * 10 ** exponent)
    const { positive, negative, zeros } = sketch.state()
    expect(positive.length + negative.length).toBeLessThanOrEqual(2 * 37_000)
    expect((positive.at(-1)?.[0] as number) - (positive[0]?.[0] as number)).toBeLessThan(37_000)
    // 10^-6 itself is above where the cell around 0 ends
    expect(zeros).toBe(2 * 301)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %d and stays as it was',
    (value) => {
      const sketch = filled([1])
      expect(() => sketch.update(value)).toThrow(RangeError)
      expect(sketch.state()).toEqual(filled([1]).state())
    },
  )

  it('refuses options without sense', () => {
    for (const relativeError of [0, 0.6, Number.NaN])
      expect(() => createQuantiles({ relativeError })).toThrow(RangeError)
    for (const smallest of [0, -1, Number.NaN]) expect(() => createQuantiles({ smallest })).toThrow(RangeError)
    expect(() => quantilesOf(createQuantiles().state(), { at: [1.1] })).toThrow(RangeError)
    expect(() => createQuantiles().snapshot({ level: 0 })).toThrow(RangeError)
  })
})
