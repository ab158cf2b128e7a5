/** What a sequential probability ratio test for a rate promises, by Wald's formulas and by exact enumeration. */

/** The two rates that a test tells apart, and its error probabilities. */
export interface SprtParameters {
  /** The rate that is still within the limit: above 0, by default 0.05. */
  readonly p0?: number | undefined
  /** The rate that must be noticed: above `p0` and below 1, by default 0.15. */
  readonly p1?: number | undefined
  /** The probability, within one cycle, to flag although the rate is `p0`: by default 0.05. */
  readonly alpha?: number | undefined
  /** The probability, within one cycle, to say "within the limit" although the rate is `p1`: by default 0.10. */
  readonly beta?: number | undefined
}

/** A test with its increments and thresholds. */
export interface SprtPlan {
  readonly p0: number
  readonly p1: number
  readonly alpha: number
  readonly beta: number
  /** What a failure adds to the log-likelihood ratio: ln(p1 / p0). */
  readonly logFailure: number
  /** What a receipt without failure adds: ln((1 - p1) / (1 - p0)), below 0. */
  readonly logGood: number
  /** At or above it: flagged. ln((1 - beta) / alpha). */
  readonly upper: number
  /** At or below it: within the limit. ln(beta / (1 - alpha)). */
  readonly lower: number
}

/** How a test does when the rate is `p`. */
export interface SprtCharacteristic {
  readonly p: number
  /** The probability that a cycle ends flagged. */
  readonly flagProbability: number
  /** The expected number of receipts of a cycle. */
  readonly averageSampleNumber: number
  /** `wald` ignores by how much a threshold is overshot; `enumeration` is exact up to `undecided`. */
  readonly method: 'wald' | 'enumeration'
  /** The probability that was still undecided when the enumeration stopped. */
  readonly undecided: number
}

/**
 * The thresholds of Wald's sequential probability ratio test (Wald 1945, Annals of Mathematical Statistics 16, 117-186)
 * for a Bernoulli rate. With them alpha' <= alpha / (1 - beta), beta' <= beta / (1 - alpha) and
 * alpha' + beta' <= alpha + beta hold for the attained probabilities; {@link enumerateSprt} tells these themselves.
 *
 * @param parameters - the rates and error probabilities
 * @returns the plan, natural logarithms
 * @throws RangeError unless 0 < p0 < p1 < 1, alpha and beta are within 0..1 and alpha + beta < 1
 * @example
 * ```ts
 * import { sprtPlan } from 'quittance/statistics'
 * const { upper, lower } = sprtPlan({ p0: 0.05, p1: 0.15, alpha: 0.05, beta: 0.1 }) // 2.8904 and -2.2513
 * ```
 */
export function sprtPlan(parameters: SprtParameters = {}): SprtPlan {
  const { p0 = 0.05, p1 = 0.15, alpha = 0.05, beta = 0.1 } = parameters
  if (!(p0 > 0 && p0 < p1 && p1 < 1)) throw new RangeError('p0 and p1 must hold 0 < p0 < p1 < 1')
  if (!(alpha > 0 && alpha < 1)) throw new RangeError('alpha must be above 0 and below 1')
  if (!(beta > 0 && beta < 1)) throw new RangeError('beta must be above 0 and below 1')
  if (!(alpha + beta < 1)) throw new RangeError('alpha + beta must be below 1')
  return {
    p0,
    p1,
    alpha,
    beta,
    logFailure: Math.log(p1 / p0),
    logGood: Math.log((1 - p1) / (1 - p0)),
    upper: Math.log((1 - beta) / alpha),
    lower: Math.log(beta / (1 - alpha)),
  }
}

/**
 * Whether a log-likelihood ratio has reached a threshold. One that lies on it but for rounding has: else the last digit
 * of a machine's logarithm would decide.
 *
 * @param plan - the test
 * @param llr - the log-likelihood ratio
 * @returns the decision, undefined between the thresholds
 */
export function decideSprt(plan: SprtPlan, llr: number): 'FLAGGED' | 'WITHIN_LIMIT' | undefined {
  if (llr >= plan.upper - 1e-12) return 'FLAGGED'
  return llr <= plan.lower + 1e-12 ? 'WITHIN_LIMIT' : undefined
}

/**
 * Wald's approximations of operating characteristic and average sample number (Wald 1945):
 * L(p) = (A^h - 1) / (A^h - B^h), E[n] = (L ln B + (1 - L) ln A) / E[z].
 *
 * @param plan - the test
 * @param p - the true rate, above 0 and below 1
 * @returns both figures
 * @throws RangeError when `p` is outside
 */
export function waldSprt(plan: SprtPlan, p: number): SprtCharacteristic {
  checkRate(p)
  const { logFailure, logGood, upper, lower } = plan
  const drift = p * logFailure + (1 - p) * logGood
  const h = exponentOf(plan, p, drift)
  if (h === 0) {
    const flagProbability = -lower / (upper - lower)
    const variance = p * logFailure ** 2 + (1 - p) * logGood ** 2
    return { p, flagProbability, averageSampleNumber: (-upper * lower) / variance, method: 'wald', undecided: 0 }
  }
  const within = Math.expm1(h * upper) / (Math.exp(h * upper) - Math.exp(h * lower))
  const averageSampleNumber = (within * lower + (1 - within) * upper) / drift
  return { p, flagProbability: 1 - within, averageSampleNumber, method: 'wald', undecided: 0 }
}

/** The root h other than 0 of E[exp(h z)] = 1; 0 where the drift vanishes. */
function exponentOf({ logFailure, logGood }: SprtPlan, p: number, drift: number): number {
  if (Math.abs(drift) < 1e-12) return 0
  const excess = (h: number): number => p * Math.expm1(h * logFailure) + (1 - p) * Math.expm1(h * logGood)
  // convex, 0 at 0 and rising with the drift there: the other root lies on the other side
  const side = drift < 0 ? 1 : -1
  let far = side
  while (excess(far) < 0) far *= 2
  let near = 0
  for (let step = 0; step < 200; step++) {
    const middle = (near + far) / 2
    if (middle === near || middle === far) break
    if (excess(middle) < 0) near = middle
    else far = middle
  }
  return (near + far) / 2
}

/**
 * The same figures without an approximation: the probability of every undecided count of failures is carried forward
 * until less than `tail` is left.
 *
 * @param plan - the test
 * @param p - the true rate, above 0 and below 1
 * @param tail - when to stop, by default 1e-12
 * @returns both figures
 * @throws RangeError when `p` is outside, or 10 million receipts leave more than `tail`
 */
export function enumerateSprt(plan: SprtPlan, p: number, tail = 1e-12): SprtCharacteristic {
  checkRate(p)
  let open = new Map([[0, 1]])
  let flagProbability = 0
  let averageSampleNumber = 0
  let undecided = 1
  for (let n = 1; undecided > tail; n++) {
    if (n > 10_000_000) throw new RangeError('the rates of the plan are too close to be enumerated')
    averageSampleNumber += undecided
    const next = new Map<number, number>()
    const settle = (failures: number, probability: number): void => {
      const llr = failures * plan.logFailure + (n - failures) * plan.logGood
      const decision = decideSprt(plan, llr)
      if (decision === 'FLAGGED') flagProbability += probability
      else if (decision === undefined) next.set(failures, (next.get(failures) ?? 0) + probability)
    }
    for (const [failures, probability] of open) {
      settle(failures, probability * (1 - p))
      settle(failures + 1, probability * p)
    }
    open = next
    undecided = 0
    for (const probability of open.values()) undecided += probability
  }
  return { p, flagProbability, averageSampleNumber, method: 'enumeration', undecided }
}

function checkRate(p: number): void {
  if (!(p > 0 && p < 1)) throw new RangeError('p must be above 0 and below 1')
}
