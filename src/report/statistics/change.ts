/** Detection of a change for the worse (or better) in a rate or in bounded scores, with a declared false-alarm rate. */
import { type ChangeBegin, locateBegin } from './change-begin.js'
import { createEndsKeeper, type KeepOptions, type KeptEnds } from './kept-ends.js'
import { limitOf } from './options.js'
import { nextSeq } from './sequence.js'

/** Which way a change goes that is looked for. */
export type ChangeDirection = 'increase' | 'decrease' | 'both'

/** What is watched. */
export interface ChangeOptions {
  /**
   * The rate, or the mean score, that counts as unchanged when it is not exceeded (`increase`) or not undercut
   * (`decrease`): above 0 and below 1. It must not be taken from the receipts that are watched.
   */
  readonly baseline: number
  /** By default `increase`. */
  readonly direction?: ChangeDirection | undefined
  /** The average number of receipts to a false alarm is at least this: 10 to 1e12, by default 10,000. */
  readonly averageRunLength?: number | undefined
  /** How many of the latest receipts are remembered to tell where a change began: by default 4,096. */
  readonly window?: number | undefined
  /** How many alarms are kept at either end of the list: by default the first 50 and last 50. */
  readonly keep?: KeepOptions | undefined
}

/** A crossing of the threshold. */
export interface ChangeAlarm {
  /** The receipt at which it was noticed. */
  readonly seq: number
  readonly direction: 'increase' | 'decrease'
  /** The first receipt of the cycle that ended with this alarm. */
  readonly cycleStartSeq: number
  /** How many receipts the cycle had. */
  readonly n: number
  /** The detector's value, at least the declared average run length. */
  readonly statistic: number
  readonly begin: ChangeBegin
  /** Whether it only says that the change of the alarm before is still there. */
  readonly continues: boolean
}

/** The detector so far, as plain data. */
export interface ChangeSnapshot {
  readonly method: 'shiryaev-roberts-e-detector'
  readonly of: 'rate' | 'score'
  readonly baseline: number
  readonly direction: ChangeDirection
  /** Declared: on average at least so many receipts pass before a false alarm. It is the threshold, too. */
  readonly averageRunLength: number
  /** The rates after a change that the mixture is made of, each of the same weight. */
  readonly alternatives: readonly number[]
  readonly window: number
  readonly n: number
  /** Receipts since the last alarm, or since the beginning. */
  readonly cycleN: number
  /** The detector's value; an alarm is raised when it reaches `averageRunLength`. */
  readonly statistic: number
  /** Alarms that don't merely continue the one before. One lasting change can count several times: it is no number of changes. */
  readonly changes: number
  readonly alarms: KeptEnds<ChangeAlarm>
}

/** Watches one value after another. */
export interface ChangeDetector<T> {
  /**
   * @param value - what is watched
   * @param seq - the receipt's number in the chain, ascending
   * @returns the alarm that it raised, if any
   * @throws RangeError when the value is outside, or `seq` does not ascend
   */
  update(value: T, seq: number): ChangeAlarm | undefined
  /** @returns the detector so far; later updates don't change it */
  snapshot(): ChangeSnapshot
}

/** A share of the mixture: `bet` is staked on values above the baseline, a negative one on values below. */
interface Component {
  readonly alternative: number
  readonly bet: number
}

const COMPONENTS = 16
const MASS = 0.95
/** The faintest change of the mixture, as a ratio of odds; the strongest leads to 0.95 (0.05). */
const FAINTEST = 1.2
const STRONGEST = 0.95

/**
 * Watches a rate: each receipt is a hit or none.
 *
 * @param options - the baseline and the declared average run length, among others
 * @returns a detector that has seen nothing
 * @throws RangeError when options make no sense
 * @example
 * ```ts
 * import { createRateChangeDetector } from 'quittance/statistics'
 * const detector = createRateChangeDetector({ baseline: 0.05, averageRunLength: 10_000 })
 * const alarm = detector.update(true, 0) // undefined: one failure is no change
 * ```
 */
export function createRateChangeDetector(options: ChangeOptions): ChangeDetector<boolean> {
  const { update, snapshot } = detect('rate', options)
  return { update: (hit, seq) => update(hit ? 1 : 0, seq), snapshot }
}

/**
 * Watches scores within 0..1.
 *
 * @param options - the baseline and the declared average run length, among others
 * @returns a detector that has seen nothing
 * @throws RangeError when options make no sense
 * @example
 * ```ts
 * import { createScoreChangeDetector } from 'quittance/statistics'
 * const detector = createScoreChangeDetector({ baseline: 0.2, direction: 'both' })
 * detector.update(0.17, 0)
 * ```
 */
export function createScoreChangeDetector(options: ChangeOptions): ChangeDetector<number> {
  return detect('score', options)
}

/**
 * An e-detector of the Shiryaev-Roberts type (Shin, Ramdas and Rinaldo 2024, New England Journal of Statistics in Data
 * Science 2, 229-260; Shiryaev 1963, Roberts 1966).
 * Each component bets on one alternative: its factor 1 + bet (x - baseline) is never negative and, while the mean given
 * the past is within the baseline, at most 1 on average (for a rate it is the likelihood ratio against the baseline). Its
 * value R_n = (R_(n-1) + 1) factor is the sum over all beginnings of the products since then, so that E[R_t] <= E[t] at
 * every stopping time t; the mean of all components, M, keeps that. An alarm is raised when M reaches A, hence
 * A <= E[M_t] <= E[t]: the average run length to a false alarm is at least A. The detector then begins anew.
 */
function detect(of: 'rate' | 'score', options: ChangeOptions): ChangeDetector<number> {
  const { baseline, direction = 'increase', averageRunLength = 10_000 } = options
  if (!(averageRunLength >= 10 && averageRunLength <= 1e12)) {
    throw new RangeError('averageRunLength must be from 10 to 1e12')
  }
  const window = limitOf('window', options.window, 4096, 1_000_000)
  const components = mixture(baseline, direction)
  const bets = Float64Array.from(components, ({ bet }) => bet)
  const values = new Float64Array(bets.length)
  const threshold = averageRunLength * bets.length
  const alarms = createEndsKeeper<ChangeAlarm>('keep', options.keep)
  // what was watched less the baseline, and where, in a ring
  const excesses = new Float64Array(window)
  const seqs = new Float64Array(window)
  let n = 0
  let cycleN = 0
  let cycleStartSeq = -1
  let lastSeq = -1
  let sum = 0
  let changes = 0
  let before: ChangeAlarm | undefined

  function alarm(seq: number): ChangeAlarm {
    const complete = cycleN <= window
    const latestFirst = (ring: Float64Array): Float64Array =>
      Float64Array.from({ length: Math.min(cycleN, window) }, (_, back) => ring[(cycleN - 1 - back) % window]!)
    const remembered = { excesses: latestFirst(excesses), seqs: latestFirst(seqs), complete }
    const begin = locateBegin(remembered, bets, sum, MASS)
    const up = values.reduce((above, value, i) => above + (bets[i]! > 0 ? value : 0), 0)
    const towards = up * 2 >= sum ? 'increase' : 'decrease'
    const fromStart = begin.lowerSeq === undefined || begin.lowerSeq === cycleStartSeq
    const continues = before !== undefined && before.direction === towards && fromStart
    const statistic = sum / bets.length
    return { seq, direction: towards, cycleStartSeq, n: cycleN, statistic, begin, continues }
  }

  return {
    update(value, seq) {
      if (!(value >= 0 && value <= 1)) throw new RangeError('value must be within 0..1')
      lastSeq = nextSeq(seq, lastSeq)
      const excess = value - baseline
      if (cycleN === 0) cycleStartSeq = seq
      const at = cycleN % window
      excesses[at] = excess
      seqs[at] = seq
      n += 1
      cycleN += 1
      sum = 0
      for (let i = 0; i < values.length; i++) {
        const next = (values[i]! + 1) * (1 + bets[i]! * excess)
        values[i] = next
        sum += next
      }
      if (sum < threshold) return undefined
      const raised = alarm(seq)
      if (!raised.continues) changes += 1
      alarms.push(raised)
      before = raised
      cycleN = 0
      sum = 0
      values.fill(0)
      return raised
    },
    snapshot: () => ({
      method: 'shiryaev-roberts-e-detector',
      of,
      baseline,
      direction,
      averageRunLength,
      alternatives: components.map(({ alternative }) => alternative),
      window,
      n,
      cycleN,
      statistic: sum / bets.length,
      changes,
      alarms: alarms.snapshot(),
    }),
  }
}

function mixture(baseline: number, direction: ChangeDirection): readonly Component[] {
  if (!(baseline > 0 && baseline < 1)) throw new RangeError('baseline must be above 0 and below 1')
  const up = direction === 'decrease' ? [] : alternatives(baseline)
  const down = direction === 'increase' ? [] : alternatives(1 - baseline).map((rate) => 1 - rate)
  if (up.length + down.length === 0 || (direction !== 'both' && up.length * down.length > 0)) {
    throw new RangeError("direction must be 'increase', 'decrease' or 'both'")
  }
  const variance = baseline * (1 - baseline)
  return [...up, ...down].map((alternative) => ({ alternative, bet: (alternative - baseline) / variance }))
}

/** Rates above the baseline, evenly spaced in the logarithm of their odds. */
function alternatives(baseline: number): readonly number[] {
  const odds = Math.log(baseline / (1 - baseline))
  const from = odds + Math.log(FAINTEST)
  const to = Math.max(Math.log(STRONGEST / (1 - STRONGEST)), odds + 2 * Math.log(FAINTEST))
  return Array.from(
    { length: COMPONENTS },
    (_, i) => 1 / (1 + Math.exp(-(from + ((to - from) * i) / (COMPONENTS - 1)))),
  )
}
