/** Intervals for the mean of scores within 0..1 that hold at every sample size at once. */
import { alphaOf, type SequenceAbsence, type Side } from './confidence-sequence.js'
import { levelOf, limitOf } from './options.js'

/** What interval is wanted. */
export interface MeanSequenceOptions {
  /** The probability that the interval holds the mean at every sample size: above 0.5, below 1, by default 0.95. */
  readonly level?: number | undefined
  readonly side?: Side | undefined
  /** `hedged-capital` (by default) is tighter, `empirical-bernstein` has no grid and no memory of one. */
  readonly method?: 'hedged-capital' | 'empirical-bernstein' | undefined
  /** Whether each interval is cut with the earlier ones, by default true. */
  readonly runningIntersection?: boolean | undefined
  /** In how many parts 0..1 is cut for `hedged-capital`: 10 to 4,000, by default 1,000; 150 without the intersection. */
  readonly grid?: number | undefined
}

/** The mean with its interval so far, as plain data. */
export interface MeanSequenceSnapshot {
  readonly method: 'hedged-capital' | 'empirical-bernstein'
  readonly side: Side
  readonly level: number
  /** 1 - level. */
  readonly alpha: number
  readonly runningIntersection: boolean
  /** The most that may be bet: a fraction of what can be lost (hedged capital), the bet itself (empirical Bernstein). */
  readonly truncation: number
  /** The ends lie outwards of the exact ones by at most this; 0 without a grid. */
  readonly tolerance: number
  readonly n: number
  readonly mean?: number | undefined
  readonly interval?: { readonly lower: number; readonly upper: number } | undefined
  readonly absent?: SequenceAbsence | undefined
}

/** Follows one score after another. */
export interface MeanSequence {
  /**
   * @param score - within 0..1
   * @throws RangeError when it is not
   */
  update(score: number): void
  /** @returns the interval at this sample size; later updates don't change it */
  snapshot(): MeanSequenceSnapshot
}

const TRUNCATION = 0.5
/** How many factors are multiplied before their logarithm is taken: 2001^64 is still a number. */
const FOLD = 64

/** The predictable bets of Waudby-Smith and Ramdas, from what was seen before each score. */
function createBets(logInverse: number) {
  let n = 0
  let sum = 0.5
  let squares = 0.25
  return {
    /** The bet on the next score, not truncated. */
    next: () => Math.sqrt((2 * logInverse) / (squares * Math.log(n + 2))),
    mean: () => sum / (n + 1),
    see(score: number) {
      n += 1
      sum += score
      const deviation = score - sum / (n + 1)
      squares += deviation * deviation
    },
  }
}

interface Bounds {
  see(score: number): void
  /** The lower end lies above the upper one when every mean is refuted. */
  ends(): { readonly lower: number; readonly upper: number }
}

/**
 * A confidence sequence for the mean of bounded scores by betting (Waudby-Smith and Ramdas 2024, Journal of the Royal
 * Statistical Society B 86, 1-27). It takes scores whose mean, given all before, is one and the same number; they need
 * not be independent or alike otherwise.
 *
 * `hedged-capital`: against each mean m two gamblers bet a predictable share, one that scores lie above
 * m, one that they lie below; under m no capital ever exceeds 2 / alpha with more than probability alpha / 2. The first
 * capital falls in m and the second rises, factor by factor, so what a grid point has refuted refutes all beyond it, and
 * the ends are exact but for one part of the grid, outwards. With `runningIntersection` refuted parts are left out of the
 * work; without it each update visits the whole grid. `empirical-bernstein` (predictable plug-in) has closed ends and constant time; it is
 * wider on short streams and narrower where one part of the grid matters.
 *
 * @param options - level, side, method, running intersection, grid
 * @returns a sequence that has seen nothing; it holds four numbers for each part of the grid
 * @throws RangeError when options make no sense
 * @example
 * ```ts
 * import { createMeanSequence } from 'quittance/statistics'
 * const sequence = createMeanSequence({ level: 0.95 })
 * for (const score of [0.1, 0.2, 0.15]) sequence.update(score)
 * const { mean, interval } = sequence.snapshot()
 * ```
 */
export function createMeanSequence(options: MeanSequenceOptions = {}): MeanSequence {
  const { side = 'two-sided', method = 'hedged-capital', runningIntersection = true } = options
  const level = levelOf(options.level)
  if (side !== 'two-sided' && side !== 'lower' && side !== 'upper') {
    throw new RangeError("side must be 'two-sided', 'lower' or 'upper'")
  }
  if (method !== 'hedged-capital' && method !== 'empirical-bernstein') {
    throw new RangeError("method must be 'hedged-capital' or 'empirical-bernstein'")
  }
  const grid = limitOf('grid', options.grid, runningIntersection ? 1000 : 150, 4000)
  if (grid < 10) throw new RangeError('grid must be at least 10')
  const alpha = alphaOf(level)
  const logInverse = Math.log((side === 'two-sided' ? 2 : 1) / alpha)
  const hedged = method === 'hedged-capital'
  const bounds = hedged
    ? hedgedCapital(logInverse, grid, side, runningIntersection)
    : empiricalBernstein(logInverse, runningIntersection)
  const tolerance = hedged ? 1 / grid : 0
  const head = { method, side, level, alpha, runningIntersection, truncation: TRUNCATION, tolerance }
  let n = 0
  let sum = 0
  return {
    update(score) {
      if (!(score >= 0 && score <= 1)) throw new RangeError('score must be within 0..1')
      n += 1
      sum += score
      bounds.see(score)
    },
    snapshot() {
      if (n === 0) return { ...head, n, absent: 'NO_OBSERVATIONS' }
      const ends = bounds.ends()
      const lower = side === 'upper' ? 0 : ends.lower
      const upper = side === 'lower' ? 1 : ends.upper
      const mean = sum / n
      if (ends.lower > ends.upper && side === 'two-sided') return { ...head, n, mean, absent: 'EMPTY_INTERSECTION' }
      return { ...head, n, mean, interval: { lower, upper } }
    },
  }
}

function empiricalBernstein(logInverse: number, intersect: boolean): Bounds {
  const bets = createBets(logInverse)
  let betSum = 0
  let weighted = 0
  let margin = logInverse
  let lower = 0
  let upper = 1
  return {
    see(score) {
      const bet = Math.min(bets.next(), TRUNCATION)
      const deviation = score - bets.mean()
      betSum += bet
      weighted += bet * score
      margin += deviation * deviation * (-Math.log1p(-bet) - bet)
      bets.see(score)
      const low = (weighted - margin) / betSum
      const high = (weighted + margin) / betSum
      lower = Math.max(intersect ? lower : 0, low)
      upper = Math.min(intersect ? upper : 1, high)
    },
    ends: () => ({ lower, upper }),
  }
}

/** Index i stands for the mean i / grid. */
function hedgedCapital(logInverse: number, grid: number, side: Side, intersect: boolean): Bounds {
  const bets = createBets(logInverse)
  const [logAbove, above, mostAbove] = capital(grid, (m) => TRUNCATION / m)
  const [logBelow, below, mostBelow] = capital(grid, (m) => TRUNCATION / (1 - m))
  const means = Float64Array.from({ length: grid + 1 }, (_, i) => i / grid)
  const bettingAbove = side !== 'upper'
  const bettingBelow = side !== 'lower'
  let sinceFold = 0
  // the highest mean refuted from below, the lowest refuted from above
  let low = -1
  let high = grid + 1

  const refutedFromBelow = (i: number): boolean => logAbove[i]! + Math.log(above[i]!) >= logInverse
  const refutedFromAbove = (i: number): boolean => logBelow[i]! + Math.log(below[i]!) >= logInverse

  function fold(): void {
    sinceFold = 0
    const end = Math.min(high, grid)
    for (let i = Math.max(low, 0); i <= end; i++) {
      logAbove[i]! += Math.log(above[i]!)
      logBelow[i]! += Math.log(below[i]!)
      above[i] = 1
      below[i] = 1
    }
  }

  /** The two meet only when every mean is refuted. */
  function settle(): { low: number; high: number } {
    let newLow = low
    let newHigh = high
    if (bettingAbove) while (newLow < high && newLow < grid && refutedFromBelow(newLow + 1)) newLow += 1
    if (bettingBelow) while (newHigh > newLow && newHigh > 0 && refutedFromAbove(newHigh - 1)) newHigh -= 1
    return { low: newLow, high: newHigh }
  }

  function ends(): { lower: number; upper: number } {
    const settled = settle()
    if (settled.low >= settled.high) return { lower: 1, upper: 0 }
    return { lower: Math.max(0, settled.low) / grid, upper: Math.min(grid, settled.high) / grid }
  }

  return {
    see(score) {
      const bet = bets.next()
      bets.see(score)
      const end = Math.min(high, grid)
      // the refuted neighbours go on, to tell when nothing is left
      for (let i = Math.max(low, 0); i <= end; i++) {
        const distance = score - means[i]!
        const up = mostAbove[i]!
        const down = mostBelow[i]!
        above[i]! *= 1 + (bet < up ? bet : up) * distance
        below[i]! *= 1 - (bet < down ? bet : down) * distance
      }
      sinceFold += 1
      if (sinceFold === FOLD) fold()
      if (intersect) ({ low, high } = settle())
    },
    ends,
  }
}

/** Logarithms, factors since they were taken, and the highest bets, for each mean of the grid. */
function capital(grid: number, most: (m: number) => number): [Float64Array, Float64Array, Float64Array] {
  const mostBet = Float64Array.from({ length: grid + 1 }, (_, i) => most(i / grid))
  return [new Float64Array(grid + 1), new Float64Array(grid + 1).fill(1), mostBet]
}
