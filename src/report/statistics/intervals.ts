/**
 * Intervals for one rate, for the difference and for the ratio of two independent rates. They hold for one look at a
 * sample whose size was fixed beforehand; who looks again and again takes a confidence sequence.
 */
import { type AbsentReason, checkCount, levelOf } from './options.js'
import { betaQuantile, bisect, normalReach } from './special-functions.js'

/** Both ends of an interval; an end that doesn't exist (a ratio without an upper bound) is absent. */
export interface Interval {
  readonly lower: number
  readonly upper?: number | undefined
}

/** A rate with its sample size and its interval; without observations it has neither rate nor interval, and says why. */
export interface RateEstimate {
  readonly count: number
  readonly n: number
  readonly level: number
  readonly method: 'wilson' | 'clopper-pearson'
  readonly rate?: number | undefined
  readonly interval?: { readonly lower: number; readonly upper: number } | undefined
  readonly absent?: AbsentReason | undefined
}

/** How many among how many. */
export interface Proportion {
  readonly count: number
  readonly n: number
}

/** The level of an interval. */
export interface IntervalOptions {
  /** How often such intervals hold the true value, in the long run: above 0.5 and below 1, by default 0.95. */
  readonly level?: number | undefined
}

/** A difference of two rates with its interval. */
export interface DifferenceEstimate {
  readonly first: Proportion
  readonly second: Proportion
  readonly level: number
  readonly method: 'newcombe-wilson'
  readonly difference?: number | undefined
  readonly interval?: { readonly lower: number; readonly upper: number } | undefined
  readonly absent?: AbsentReason | undefined
}

/** A ratio of two rates with its interval. */
export interface RatioEstimate {
  readonly first: Proportion
  readonly second: Proportion
  readonly level: number
  readonly method: 'koopman-score'
  readonly ratio?: number | undefined
  readonly interval?: Interval | undefined
  readonly absent?: AbsentReason | undefined
}

/**
 * Wilson's score interval for a rate (Wilson 1927; method 3 of Newcombe 1998, Statistics in Medicine 17, 857-872),
 * without continuity correction: its coverage is near the level on average, not at least the level everywhere.
 *
 * @param count - how many of them, 0..n
 * @param n - how many in all
 * @param options - `level`
 * @returns the rate with its interval within 0..1; without both when n is 0
 * @throws RangeError when counts or level make no sense
 * @example
 * ```ts
 * import { wilson } from 'quittance/statistics'
 * const { rate, interval } = wilson(81, 263) // 0.308, 0.2553 to 0.3662
 * ```
 */
export function wilson(count: number, n: number, options: IntervalOptions = {}): RateEstimate {
  checkCount(count, n)
  const level = levelOf(options.level)
  if (n === 0) return { count, n, level, method: 'wilson', absent: 'NO_OBSERVATIONS' }
  return { count, n, level, method: 'wilson', rate: count / n, interval: wilsonEnds(count, n, level) }
}

function wilsonEnds(count: number, n: number, level: number): { readonly lower: number; readonly upper: number } {
  const z = normalReach(level)
  const square = z * z
  const middle = count + square / 2
  const reach = z * Math.sqrt((count * (n - count)) / n + square / 4)
  // exact at both ends, where rounding would leave a speck
  return {
    lower: count === 0 ? 0 : (middle - reach) / (n + square),
    upper: count === n ? 1 : (middle + reach) / (n + square),
  }
}

/**
 * The interval of Clopper and Pearson (1934) for a rate: coverage is at least the level whatever the rate is, so it is
 * wider than Wilson's.
 *
 * @param count - how many of them, 0..n
 * @param n - how many in all
 * @param options - `level`
 * @returns the rate with its interval within 0..1; without both when n is 0
 * @throws RangeError when counts or level make no sense
 * @example
 * ```ts
 * import { clopperPearson } from 'quittance/statistics'
 * const { interval } = clopperPearson(0, 20) // 0 to 0.1684
 * ```
 */
export function clopperPearson(count: number, n: number, options: IntervalOptions = {}): RateEstimate {
  checkCount(count, n)
  const level = levelOf(options.level)
  if (n === 0) return { count, n, level, method: 'clopper-pearson', absent: 'NO_OBSERVATIONS' }
  const tail = (1 - level) / 2
  const interval = {
    lower: count === 0 ? 0 : betaQuantile(tail, count, n - count + 1),
    upper: count === n ? 1 : betaQuantile(1 - tail, count + 1, n - count),
  }
  return { count, n, level, method: 'clopper-pearson', rate: count / n, interval }
}

/**
 * The interval for the difference of two independent rates from their Wilson intervals (method 10 of Newcombe 1998,
 * Statistics in Medicine 17, 873-890).
 *
 * @param first - the rate from which is subtracted
 * @param second - the rate that is subtracted
 * @param options - `level`
 * @returns first minus second, with its interval within -1..1; without both when either has no observations
 * @throws RangeError when counts or level make no sense
 * @example
 * ```ts
 * import { newcombe } from 'quittance/statistics'
 * const { interval } = newcombe({ count: 56, n: 70 }, { count: 48, n: 80 }) // 0.0524 to 0.3339
 * ```
 */
export function newcombe(first: Proportion, second: Proportion, options: IntervalOptions = {}): DifferenceEstimate {
  const base = { ...pair(first, second), level: levelOf(options.level), method: 'newcombe-wilson' as const }
  if (first.n === 0 || second.n === 0) return { ...base, absent: 'NO_OBSERVATIONS' }
  const p1 = first.count / first.n
  const p2 = second.count / second.n
  const one = wilsonEnds(first.count, first.n, base.level)
  const two = wilsonEnds(second.count, second.n, base.level)
  const difference = p1 - p2
  return {
    ...base,
    difference,
    interval: {
      lower: Math.max(-1, difference - Math.hypot(p1 - one.lower, two.upper - p2)),
      upper: Math.min(1, difference + Math.hypot(one.upper - p1, p2 - two.lower)),
    },
  }
}

/**
 * The asymptotic score interval for the ratio of two independent rates (Koopman 1984, Biometrics 40, 513-517). It
 * exists when a count is 0 or all; the upper end is absent when the second count is 0, because then nothing bounds it.
 *
 * @param first - the rate above the line
 * @param second - the rate below the line
 * @param options - `level`
 * @returns first by second, with its interval; without a ratio when either has no observations or the second rate is 0
 * @throws RangeError when counts or level make no sense
 * @example
 * ```ts
 * import { ratioInterval } from 'quittance/statistics'
 * const { interval } = ratioInterval({ count: 36, n: 40 }, { count: 16, n: 80 }) // 2.94 to 7.15
 * ```
 */
export function ratioInterval(first: Proportion, second: Proportion, options: IntervalOptions = {}): RatioEstimate {
  const base = { ...pair(first, second), level: levelOf(options.level), method: 'koopman-score' as const }
  if (first.n === 0 || second.n === 0) return { ...base, absent: 'NO_OBSERVATIONS' }
  if (second.count === 0) {
    if (first.count === 0) return { ...base, absent: 'REFERENCE_RATE_ZERO' }
    return { ...base, interval: { lower: lowerRatio(first, second, base.level) }, absent: 'REFERENCE_RATE_ZERO' }
  }
  const lower = first.count === 0 ? 0 : lowerRatio(first, second, base.level)
  // the upper end of a ratio is the lower end of its reciprocal, turned over
  const upper = 1 / lowerRatio(second, first, base.level)
  return { ...base, ratio: first.count / first.n / (second.count / second.n), interval: { lower, upper } }
}

function lowerRatio(first: Proportion, second: Proportion, level: number): number {
  const limit = normalReach(level) ** 2
  const top =
    second.count === 0 ? 40 : Math.min(700, Math.log(first.count / first.n) - Math.log(second.count / second.n))
  return Math.exp(bisect(-700, top, (logRatio) => score(first, second, Math.exp(logRatio)) > limit))
}

/** The score statistic that the ratio is `ratio`: chi-squared with one degree of freedom when it is. */
function score(first: Proportion, second: Proportion, ratio: number): number {
  const a = ratio * (first.n + second.n)
  const b = ratio * (first.n + second.count) + first.count + second.n
  const c = first.count + second.count
  // the smaller root of a p² - b p + c, written so that nothing cancels
  const p2 = (2 * c) / (b + Math.sqrt(Math.max(0, b * b - 4 * a * c)))
  return chiSquared(first, ratio * p2) + chiSquared(second, p2)
}

function chiSquared({ count, n }: Proportion, rate: number): number {
  const off = count - n * rate
  return off === 0 ? 0 : (off * off) / (n * rate * (1 - rate))
}

function pair(first: Proportion, second: Proportion): { readonly first: Proportion; readonly second: Proportion } {
  checkCount(first.count, first.n)
  checkCount(second.count, second.n)
  return { first: { count: first.count, n: first.n }, second: { count: second.count, n: second.n } }
}
