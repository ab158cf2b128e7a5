/** Random counts, by inversion from the mode outwards: exact, in about as many steps as the spread is wide. */
import type { SeededGenerator } from './generator.js'
import { logGamma } from './special-functions.js'

const logChoose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)

/**
 * How many marked ones are among some drawn without putting back.
 *
 * @param generator - of random numbers
 * @param all - how many there are
 * @param marked - how many of them are marked
 * @param drawn - how many are drawn
 * @returns a draw from the hypergeometric distribution
 */
export function drawHypergeometric(generator: SeededGenerator, all: number, marked: number, drawn: number): number {
  const low = Math.max(0, drawn - (all - marked))
  const high = Math.min(marked, drawn)
  if (low === high) return low
  const mode = Math.min(high, Math.max(low, Math.floor(((drawn + 1) * (marked + 1)) / (all + 2))))
  const atMode = logChoose(marked, mode) + logChoose(all - marked, drawn - mode) - logChoose(all, drawn)
  const next = (k: number): number => ((marked - k) * (drawn - k)) / ((k + 1) * (all - marked - drawn + k + 1))
  return drawFrom(generator.next(), low, high, mode, Math.exp(atMode), next)
}

/**
 * How many of some independent trials succeed.
 *
 * @param generator - of random numbers
 * @param n - trials
 * @param rate - of success, 0..1
 * @returns a draw from the binomial distribution
 */
export function drawBinomial(generator: SeededGenerator, n: number, rate: number): number {
  if (n === 0 || rate <= 0) return 0
  if (rate >= 1) return n
  const mode = Math.min(n, Math.floor((n + 1) * rate))
  const atMode = logChoose(n, mode) + mode * Math.log(rate) + (n - mode) * Math.log1p(-rate)
  const odds = rate / (1 - rate)
  return drawFrom(generator.next(), 0, n, mode, Math.exp(atMode), (k) => ((n - k) / (k + 1)) * odds)
}

/** `next(k)` is P(k + 1) / P(k). */
function drawFrom(u: number, low: number, high: number, mode: number, atMode: number, next: (k: number) => number) {
  let rest = u - atMode
  if (rest < 0) return mode
  let up = mode
  let down = mode
  let atUp = atMode
  let atDown = atMode
  while (up < high || down > low) {
    if (up < high) {
      atUp *= next(up)
      up += 1
      rest -= atUp
      if (rest < 0) return up
    }
    if (down > low) {
      down -= 1
      atDown /= next(down)
      rest -= atDown
      if (rest < 0) return down
    }
    // what is left is rounding
    if (atUp < 1e-18 && atDown < 1e-18) return mode
  }
  return mode
}
