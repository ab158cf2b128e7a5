/** Logarithms of beta functions that stay exact where the arguments are counts in the millions. */
import { incompleteBeta, logGamma } from './special-functions.js'

const LOG_ROOT_TAU = 0.5 * Math.log(2 * Math.PI)

/** What Stirling's formula leaves out of ln Γ(x); x at least 10. */
function stirlingRest(x: number): number {
  const s = 1 / (x * x)
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - (1 / 1188 - (691 / 360360) * s) * s) * s) * s) * s) / x
}

/**
 * The logarithm of the beta function. Large arguments are combined before they are subtracted (as in Didonato and
 * Morris 1992, algorithm 708), so that no digits are lost between terms of the size n ln n.
 *
 * @param a - above 0
 * @param b - above 0
 * @returns ln B(a, b), to about 1e-14 of its size
 */
export function logBeta(a: number, b: number): number {
  const p = Math.min(a, b)
  const q = Math.max(a, b)
  if (!(p > 0)) throw new RangeError('a and b must be above 0')
  if (q < 10) return logGamma(p) + logGamma(q) - logGamma(p + q)
  if (p < 10) {
    const rest = stirlingRest(q) - stirlingRest(p + q)
    return logGamma(p) + rest + p - p * Math.log(p + q) + (q - 0.5) * Math.log1p(-p / (p + q))
  }
  const rest = stirlingRest(p) + stirlingRest(q) - stirlingRest(p + q)
  return -0.5 * Math.log(q) + LOG_ROOT_TAU + rest + (p - 0.5) * Math.log(p / (p + q)) + q * Math.log1p(-p / (p + q))
}

/**
 * The logarithm of the distribution function of Beta(a, b).
 *
 * @param x - above 0, at most 1
 * @param a - above 0
 * @param b - above 0
 * @returns ln I_x(a, b), at most 0
 */
export function logIncompleteBeta(x: number, a: number, b: number): number {
  return Math.log(incompleteBeta(x, a, b))
}
