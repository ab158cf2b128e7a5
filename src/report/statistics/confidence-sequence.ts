/** Intervals for a rate that hold at every sample size at once, however often one looks. */
import { type AbsentReason, checkCount, levelOf } from './options.js'
import { logBeta, logIncompleteBeta } from './special.js'

/** Which ends an interval has: both, only a lower one (up to 1), only an upper one (from 0). */
export type Side = 'two-sided' | 'lower' | 'upper'

/** Why an interval is not there. */
export type SequenceAbsence = Extract<AbsentReason, 'NO_OBSERVATIONS'> | 'EMPTY_INTERSECTION'

/** The shape of the mixing Beta distribution: each within 0.5 (Jeffreys) to 1 (uniform). */
export interface BetaPrior {
  readonly a: number
  readonly b: number
}

/** What interval is wanted. */
export interface RateSequenceOptions {
  /** The probability that the interval holds the rate at every sample size: at least 0.65, below 1, by default 0.95. */
  readonly level?: number | undefined
  readonly side?: Side | undefined
  /** By default 0.5 and 0.5. It must not be chosen by the data. */
  readonly prior?: BetaPrior | undefined
}

/** What an accumulator does besides. */
export interface RunningRateSequenceOptions extends RateSequenceOptions {
  /** Whether each interval is cut with the earlier ones, by default false: true only tells of a rate that never moves. */
  readonly runningIntersection?: boolean | undefined
}

/** A rate with an interval that is valid at every sample size. */
export interface RateSequence {
  readonly method: 'beta-binomial-mixture'
  readonly side: Side
  readonly level: number
  /** 1 - level. */
  readonly alpha: number
  readonly prior: BetaPrior
  /** The ends lie outwards of the exact ones by at most this. */
  readonly tolerance: number
  readonly count: number
  readonly n: number
  readonly rate?: number | undefined
  readonly interval?: { readonly lower: number; readonly upper: number } | undefined
  readonly absent?: SequenceAbsence | undefined
}

/** The sequence so far, as plain data. */
export interface RateSequenceSnapshot extends RateSequence {
  readonly runningIntersection: boolean
}

/** Follows one receipt after another. */
export interface RunningRateSequence {
  /** @param hit - whether the receipt is counted */
  update(hit: boolean): void
  /** @returns the interval at this sample size; later updates don't change it */
  snapshot(): RateSequenceSnapshot
}

const TOLERANCE = 1e-10

/**
 * The logarithm of the evidence against a rate of `p`: the likelihood of what was seen, averaged over other rates,
 * divided by that under `p` (Robbins 1970, Annals of Mathematical Statistics 41, 1397-1409). Under independent draws of
 * rate `p` it is a martingale that begins at 1, so it reaches 1 / alpha with probability at most alpha (Ville 1939).
 *
 * @param count - how many of them, 0..n
 * @param n - how many in all
 * @param p - the rate in question, 0..1
 * @param prior - of the averaging; any shape above 0 is valid here
 * @param side - over all rates, over those above `p` (`lower`: evidence that gives a lower end) or below it (`upper`)
 * @returns the natural logarithm; Infinity when `p` can't give such counts
 */
export function logRateEvidence(
  count: number,
  n: number,
  p: number,
  prior: BetaPrior,
  side: Side = 'two-sided',
): number {
  const misses = n - count
  if ((p <= 0 && count > 0) || (p >= 1 && misses > 0)) return Number.POSITIVE_INFINITY
  const { a, b } = prior
  const own = (count && count * Math.log(p)) + (misses && misses * Math.log1p(-p))
  const all = logBeta(a + count, b + misses) - logBeta(a, b) - own
  if (side === 'two-sided') return all
  if (side === 'upper') {
    return p <= 0 ? 0 : all + logIncompleteBeta(p, a + count, b + misses) - logIncompleteBeta(p, a, b)
  }
  return p >= 1 ? 0 : all + logIncompleteBeta(1 - p, b + misses, a + count) - logIncompleteBeta(1 - p, b, a)
}

/**
 * The confidence sequence of the beta-binomial mixture for a rate: the rates against which {@link logRateEvidence} is
 * below ln(1 / alpha). With probability at least `level` it holds the true rate at every n together, so one may look
 * after each receipt, stop when one likes and look again. It takes independent receipts of one rate; for a rate that
 * moves it is an interval of none.
 *
 * Two-sided, the evidence is convex in p and lowest at count / n, so the set is an interval and bisection finds its
 * ends. One-sided, the averaging is cut to the rates beyond p (the one-sided mixture of Howard, Ramdas, McAuliffe and
 * Sekhon 2021, Annals of Statistics 49, 1055-1080, with a prior that does not move with p). Each likelihood
 * ratio then rises with every hit, so the evidence against p is a supermartingale under every rate on p's side, too.
 * That the set reaches from one point to the edge: let U > count / n be where the evidence M is 1 / alpha, and F the
 * distribution function of the prior with density f (end `upper`; the other is its mirror image). The slope of ln M is
 * (n p - count) / (p (1 - p)) - (1 - 1 / M) f / F. It is positive at U: otherwise n p - count < p (1 - p) f / F
 * <= a (1 - p)^b, and then, for shapes within 0.5..1, ln M <= n KL(count / n, p) <= 1 < ln(1 / alpha), which
 * contradicts. So M passes 1 / alpha upwards only, hence once.
 *
 * @param count - how many of them, 0..n
 * @param n - how many in all; the interval depends on no order
 * @param options - level, side and prior
 * @returns the rate with its interval; without both when n is 0
 * @throws RangeError when counts or options make no sense
 * @example
 * ```ts
 * import { rateSequence } from 'quittance/statistics'
 * const { interval } = rateSequence(12, 400) // holds at n = 400 and at every other n
 * ```
 */
export function rateSequence(count: number, n: number, options: RateSequenceOptions = {}): RateSequence {
  checkCount(count, n)
  const stated = settle(options)
  if (n === 0) return { ...stated, count, n, absent: 'NO_OBSERVATIONS' }
  return { ...stated, count, n, rate: count / n, interval: solve(count, n, stated) }
}

/**
 * What is left of a level, without the rounding of the subtraction.
 *
 * @param level - above 0, below 1
 * @returns 1 - level, to 12 digits
 */
export function alphaOf(level: number): number {
  return Number((1 - level).toPrecision(12))
}

type Stated = Pick<RateSequence, 'method' | 'side' | 'level' | 'alpha' | 'prior' | 'tolerance'>

function settle({ level: asked, side = 'two-sided', prior = { a: 0.5, b: 0.5 } }: RateSequenceOptions): Stated {
  // one-sided ends are unique only for alpha below 1 / e
  const level = levelOf(asked, 0.65)
  if (side !== 'two-sided' && side !== 'lower' && side !== 'upper') {
    throw new RangeError("side must be 'two-sided', 'lower' or 'upper'")
  }
  for (const shape of [prior.a, prior.b]) {
    if (!(shape >= 0.5 && shape <= 1)) throw new RangeError('prior must hold numbers from 0.5 to 1')
  }
  const { a, b } = prior
  return { method: 'beta-binomial-mixture', side, level, alpha: alphaOf(level), prior: { a, b }, tolerance: TOLERANCE }
}

/** An end that lies no further in than the one given is not looked for. */
function solve(count: number, n: number, stated: Stated, lower = 0, upper = 1): { lower: number; upper: number } {
  const { side, alpha, prior } = stated
  const threshold = Math.log(1 / alpha)
  const refuted = (p: number): boolean => logRateEvidence(count, n, p, prior, side) >= threshold
  const rate = count / n
  const above = side !== 'upper' && count > 0 && lower < rate && refuted(lower)
  const below = side !== 'lower' && count < n && upper > rate && refuted(upper)
  return { lower: above ? edge(lower, rate, refuted) : 0, upper: below ? edge(upper, rate, refuted) : 1 }
}

/** The refuted end of the last bracket, so that rounding only ever widens. */
function edge(refutedEnd: number, keptEnd: number, refuted: (p: number) => boolean): number {
  let out = refutedEnd
  let kept = keptEnd
  while (Math.abs(kept - out) > TOLERANCE) {
    const middle = (out + kept) / 2
    if (refuted(middle)) out = middle
    else kept = middle
  }
  return out
}

/**
 * The same interval, receipt by receipt, in constant memory. With `runningIntersection` it is cut with those at the
 * looks before: after each of the first 16 receipts, then whenever the count has grown by a 16th, and at the snapshot.
 * That is valid too; an empty cut shows that the rate moved, and stays.
 *
 * @param options - level, side, prior, running intersection
 * @returns a sequence that has seen nothing
 * @throws RangeError when options make no sense
 * @example
 * ```ts
 * import { createRateSequence } from 'quittance/statistics'
 * const sequence = createRateSequence({ side: 'upper' })
 * for (let i = 0; i < 100; i++) sequence.update(i % 25 === 0)
 * sequence.snapshot().interval // 0 to 0.1213
 * ```
 */
export function createRateSequence(options: RunningRateSequenceOptions = {}): RunningRateSequence {
  const stated = settle(options)
  const runningIntersection = options.runningIntersection ?? false
  let n = 0
  let count = 0
  let lower = 0
  let upper = 1
  let nextLook = runningIntersection ? 1 : Number.POSITIVE_INFINITY

  function cut(): { lower: number; upper: number } {
    const now = solve(count, n, stated, lower, upper)
    return { lower: Math.max(lower, now.lower), upper: Math.min(upper, now.upper) }
  }

  return {
    update(hit) {
      n += 1
      if (hit) count += 1
      if (n < nextLook) return
      nextLook = n + Math.max(1, Math.floor(n / 16))
      if (lower <= upper) ({ lower, upper } = cut())
    },
    snapshot() {
      const head = { ...stated, runningIntersection, count, n }
      if (n === 0) return { ...head, absent: 'NO_OBSERVATIONS' }
      const interval = lower <= upper ? cut() : { lower, upper }
      if (interval.lower > interval.upper) return { ...head, rate: count / n, absent: 'EMPTY_INTERSECTION' }
      return { ...head, rate: count / n, interval }
    },
  }
}
