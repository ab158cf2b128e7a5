/** The few special functions that intervals need; checked against tables and numerical integration. */

/** Coefficients B(2k) / (2k (2k - 1)) of Stirling's series. */
const stirling = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156] as const
const EPSILON = 1e-16
const TINY = 1e-300

/**
 * The logarithm of the gamma function, by Stirling's series above 12.
 *
 * @param x - above 0
 * @returns ln Γ(x), to about 1e-14
 */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError('x must be above 0')
  let product = 1
  let z = x
  for (; z < 12; z += 1) product *= z
  let series = 0
  let power = 1 / z
  for (const coefficient of stirling) {
    series += coefficient * power
    power /= z * z
  }
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
}

/**
 * The regularised incomplete beta function, the distribution function of Beta(a, b), by its continued fraction
 * (modified Lentz).
 *
 * @param x - within 0..1
 * @param a - above 0
 * @param b - above 0
 * @returns I_x(a, b), within 0..1
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // the fraction converges quickly on this side of the mean only
  if (x > (a + 1) / (a + b + 2)) return 1 - betaTail(1 - x, b, a)
  return betaTail(x, a, b)
}

function betaTail(x: number, a: number, b: number): number {
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  )
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let m = 1; m <= 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 4 * EPSILON) break
  }
  return front * fraction
}

const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value)

/**
 * The quantile of Beta(a, b), by bisection.
 *
 * @param p - a probability, within 0..1
 * @param a - above 0
 * @param b - above 0
 * @returns x with I_x(a, b) = p
 */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  return bisect(0, 1, (x) => incompleteBeta(x, a, b) < p)
}

/**
 * Where a condition stops holding.
 *
 * @param low - where it holds
 * @param high - where it does not
 * @param holds - true below the answer, false above it
 * @returns the place, to 14 digits
 */
export function bisect(low: number, high: number, holds: (x: number) => boolean): number {
  let lower = low
  let upper = high
  for (let step = 0; step < 300 && upper - lower > 1e-15 * Math.abs(upper); step++) {
    const middle = lower + (upper - lower) / 2
    if (middle === lower || middle === upper) break
    if (holds(middle)) lower = middle
    else upper = middle
  }
  return lower + (upper - lower) / 2
}

/**
 * The upper tail of the standard normal distribution.
 *
 * @param z - at least 0
 * @returns P(Z > z)
 */
export function normalTail(z: number): number {
  const x = (z * z) / 2
  const front = Math.exp(-x) / Math.sqrt(Math.PI)
  if (x < 2) {
    let term = Math.sqrt(x) / 0.5
    let sum = term
    for (let k = 1; term > sum * EPSILON; k++) {
      term *= x / (k + 0.5)
      sum += term
    }
    return 0.5 - 0.5 * front * sum
  }
  // Laplace's continued fraction, from the far end
  let fraction = 0
  for (let k = 120; k >= 1; k--) fraction = k / (z + fraction)
  return Math.exp(-x) / Math.sqrt(2 * Math.PI) / (z + fraction)
}

let lastLevel = Number.NaN
let lastZ = 0

/**
 * How many standard errors a two-sided interval of this level reaches.
 *
 * @param level - within 0..1, 0.95 for instance
 * @returns z with P(-z < Z < z) = level; 1.959964 for 0.95
 */
export function normalReach(level: number): number {
  if (level === lastLevel) return lastZ
  const tail = (1 - level) / 2
  lastZ = bisect(0, 40, (z) => normalTail(z) > tail)
  lastLevel = level
  return lastZ
}

/**
 * The smallest k that at most k of n independent trials succeed with at least this probability.
 *
 * @param p - a probability, within 0..1
 * @param n - trials, an integer of at least 0
 * @param rate - of success, within 0..1
 * @returns the quantile of Binomial(n, rate), 0..n
 */
export function binomialQuantile(p: number, n: number, rate: number): number {
  let low = 0
  let high = n
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const atMost = middle >= n ? 1 : incompleteBeta(1 - rate, n - middle, middle + 1)
    // a sum that is exactly p may come out a rounding below it
    if (atMost >= p * (1 - 1e-12)) high = middle
    else low = middle + 1
  }
  return low
}
