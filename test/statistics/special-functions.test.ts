import { describe, expect, it } from 'vitest'
import {
  betaQuantile,
  binomialQuantile,
  incompleteBeta,
  logGamma,
  normalReach,
  normalTail,
} from '../../src/report/statistics/special-functions.js'

describe('special functions', () => {
  it('logGamma gives factorials and half integers', () => {
    let factorial = 1
    for (let n = 1; n <= 20; n++) {
      expect(Math.abs(logGamma(n) - Math.log(factorial))).toBeLessThan(1e-13 * Math.max(1, Math.log(factorial)))
      factorial *= n
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13)
    let sum = 0
    for (let n = 1; n < 100_000; n++) sum += Math.log(n)
    expect(logGamma(100_000) / sum).toBeCloseTo(1, 12)
    expect(() => logGamma(0)).toThrow(RangeError)
  })

  it('incompleteBeta is what Simpson gives for the integral', () => {
    for (const [a, b] of [
      [1, 1],
      [2, 3],
      [5, 1.5],
      [30, 70],
      [200, 3],
    ] as const) {
      const density = (x: number) => x ** (a - 1) * (1 - x) ** (b - 1)
      const integral = (to: number) => {
        const steps = 20_000
        let sum = 0
        for (let i = 0; i <= steps; i++)
          sum += density((to * i) / steps) * (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2)
        return (sum * to) / steps / 3
      }
      for (const x of [0.05, 0.3, 0.5, 0.9]) expect(incompleteBeta(x, a, b)).toBeCloseTo(integral(x) / integral(1), 6)
    }
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1])
  })

  it('betaQuantile undoes it', () => {
    for (const [a, b] of [
      [1, 20],
      [0.5, 0.5],
      [1000, 9000],
    ] as const) {
      for (const p of [0.001, 0.025, 0.5, 0.975]) expect(incompleteBeta(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 10)
    }
    expect([betaQuantile(0, 2, 2), betaQuantile(1, 2, 2)]).toEqual([0, 1])
  })

  it('has the tables of the normal distribution', () => {
    expect(normalReach(0.95)).toBeCloseTo(1.959963984540054, 12)
    expect(normalReach(0.99)).toBeCloseTo(2.5758293035489004, 12)
    expect(normalReach(0.999999)).toBeCloseTo(4.891638475698, 9)
    expect(normalTail(0)).toBe(0.5)
    expect(normalTail(1)).toBeCloseTo(0.15865525393145707, 14)
    expect(normalTail(6) / 9.865876450376981e-10).toBeCloseTo(1, 10)
  })

  it('binomialQuantile is where the summed probabilities get there', () => {
    for (const [n, rate] of [
      [1, 0.5],
      [10, 0.1],
      [37, 0.5],
      [200, 0.97],
      [5, 0],
      [5, 1],
    ] as const) {
      for (const p of [0.025, 0.5, 0.975]) {
        let term = (1 - rate) ** n
        let sum = term
        let k = 0
        while (sum < p - 1e-12 && k < n) {
          term = rate === 1 ? Number(k + 1 === n) : (term * (n - k) * rate) / ((k + 1) * (1 - rate))
          k += 1
          sum += term
        }
        expect(binomialQuantile(p, n, rate)).toBe(k)
      }
    }
  })
})
