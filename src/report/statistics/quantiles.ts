/**
 * Quantiles of a stream within a stated relative error: DDSketch (Masson, Rim, Lee 2019, PVLDB 12, 2195-2205), with
 * bins at powers of gamma = (1 + e) / (1 - e). Own code, because the sketch libraries to be had either lose negative
 * values when merging and take NaN for 0, or pick centroids at random, so that one input has several results; and
 * because the edges of the bins are needed here: with them an interval holds the sketch's own error as well.
 */
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { type AbsentReason, levelOf } from './options.js'
import { binomialQuantile } from './special-functions.js'

/** How fine a sketch is. */
export interface QuantileOptions {
  /** The relative error of every quantile: 0.0001 to 0.5, by default 0.01. Memory grows as its inverse. */
  readonly relativeError?: number | undefined
  /** What is nearer to 0 than this may count as 0: above 0, by default 1e-6. The result says from where it did. */
  readonly smallest?: number | undefined
}

/** Everything a sketch knows, as plain data: it can be sent elsewhere and merged there. */
export interface QuantileState {
  readonly relativeError: number
  /** Values as near to 0 as this are in `zeros`. */
  readonly smallest: number
  readonly n: number
  /** Absent without values. */
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly zeros: number
  /** `[index, count]` of each bin in use, ascending; bin i holds gamma^(i-1) < value <= gamma^i. */
  readonly positive: readonly (readonly [number, number])[]
  /** The same for minus the value. */
  readonly negative: readonly (readonly [number, number])[]
}

/** One quantile of what was seen, and an interval for the quantile of what it was drawn from. */
export interface QuantileEstimate {
  readonly q: number
  readonly value: number
  /** An end is absent where no order statistic of this sample reaches it at this level. */
  readonly interval: { readonly lower?: number | undefined; readonly upper?: number | undefined }
}

/** Quantiles, with what they rest on. */
export interface QuantilesSnapshot {
  readonly method: 'ddsketch'
  readonly relativeError: number
  readonly smallest: number
  readonly level: number
  readonly n: number
  /** Exact. */
  readonly min?: number | undefined
  /** Exact. */
  readonly max?: number | undefined
  readonly quantiles: readonly QuantileEstimate[]
  readonly absent?: AbsentReason | undefined
}

/** A sketch that takes one value after another. */
export interface Quantiles {
  /**
   * Takes a value.
   *
   * @param value - finite
   * @throws RangeError when it is not finite
   */
  update(value: number): void
  /**
   * Takes all that another sketch took; the result is the same as if this sketch had taken those values.
   *
   * @param state - of a sketch with the same `relativeError` and `smallest`
   * @throws RangeError when the two are not alike
   */
  merge(state: QuantileState): void
  /** @returns all that it knows, as plain data */
  state(): QuantileState
  /**
   * The quantiles: the value of rank floor(q (n - 1)) from below, within the relative error. The interval is the
   * distribution-free one between two order statistics (binomial ranks), widened by the sketch's error; it holds for
   * independent values from one distribution.
   *
   * @param options - `at`: which quantiles, 0..1, by default 0.5, 0.9, 0.95, 0.99; `level`: of the intervals
   * @returns them, or none and why
   * @throws RangeError when a quantile or the level makes no sense
   */
  snapshot(options?: {
    readonly at?: readonly number[] | undefined
    readonly level?: number | undefined
  }): QuantilesSnapshot
}

const optionNames: Readonly<Record<keyof QuantileOptions, true>> = {
  relativeError: true,
  smallest: true,
}

/**
 * Makes an empty sketch. It holds one number a bin between the smallest and the largest value seen: at 1 % error 115
 * for each factor of ten, and never more than 37,000 for each sign.
 *
 * @param options - how fine
 * @returns the sketch
 * @throws RangeError when an option makes no sense, TypeError when it is unknown
 * @example
 * ```ts
 * import { createQuantiles } from 'quittance/statistics'
 * const latency = createQuantiles({ relativeError: 0.01 })
 * for (const ms of [12, 15, 11, 240]) latency.update(ms)
 * const { quantiles } = latency.snapshot({ at: [0.5, 0.99] })
 * ```
 */
export function createQuantiles(options: QuantileOptions = {}): Quantiles {
  refuseUnknownMembers(options, optionNames, 'options')
  const relativeError = options.relativeError ?? 0.01
  if (!(relativeError >= 0.0001 && relativeError <= 0.5)) throw new RangeError('relativeError must be 0.0001 to 0.5')
  const wanted = options.smallest ?? 1e-6
  if (!(wanted >= 1e-300 && wanted <= 1e300)) throw new RangeError('smallest must be 1e-300 to 1e300')
  const lnGamma = Math.log((1 + relativeError) / (1 - relativeError))
  // the cell around 0 ends where a bin begins, so that the cells of a sketch lie edge to edge
  const lowest = Math.ceil(Math.log(wanted) / lnGamma)
  const smallest = Math.exp((lowest - 1) * lnGamma)
  const indexOf = (size: number): number => Math.max(lowest, Math.ceil(Math.log(size) / lnGamma))
  const positive = createBins()
  const negative = createBins()
  let zeros = 0
  let n = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY

  const state = (): QuantileState => ({
    relativeError,
    smallest,
    n,
    ...(n === 0 ? {} : { min, max }),
    zeros,
    positive: positive.entries(),
    negative: negative.entries(),
  })

  return {
    update(given) {
      if (!Number.isFinite(given)) throw new RangeError('value must be finite')
      // -0 is 0: JSON has one of them only
      const value = given + 0
      if (value > smallest) positive.add(indexOf(value), 1)
      else if (value < -smallest) negative.add(indexOf(-value), 1)
      else zeros += 1
      n += 1
      if (value < min) min = value
      if (value > max) max = value
    },
    merge(other) {
      if (other.relativeError !== relativeError || other.smallest !== smallest) {
        throw new RangeError('state must come from a sketch with the same relativeError and smallest')
      }
      for (const [index, count] of other.positive) positive.add(index, count)
      for (const [index, count] of other.negative) negative.add(index, count)
      zeros += other.zeros
      n += other.n
      if (other.min !== undefined && other.min < min) min = other.min
      if (other.max !== undefined && other.max > max) max = other.max
    },
    state,
    snapshot: (asked = {}) => quantilesOf(state(), asked),
  }
}

/**
 * The quantiles of a sketch's state; what `snapshot()` of the sketch gives.
 *
 * @param state - what a sketch knew
 * @param options - `at`: which quantiles, 0..1, by default 0.5, 0.9, 0.95, 0.99; `level`: of the intervals
 * @returns them, or none and why
 * @throws RangeError when a quantile or the level makes no sense
 */
export function quantilesOf(
  state: QuantileState,
  options: { readonly at?: readonly number[] | undefined; readonly level?: number | undefined } = {},
): QuantilesSnapshot {
  const level = levelOf(options.level)
  const at = options.at ?? [0.5, 0.9, 0.95, 0.99]
  for (const q of at) if (!(q >= 0 && q <= 1)) throw new RangeError('at must hold numbers from 0 to 1')
  const { relativeError, smallest, n, min, max } = state
  const base = { method: 'ddsketch', relativeError, smallest, level, n } as const
  if (min === undefined || max === undefined) return { ...base, quantiles: [], absent: 'NO_OBSERVATIONS' }
  const cells = cellsOf(state)
  const within = (value: number): number => Math.min(max, Math.max(min, value))
  const quantiles = at.map((q): QuantileEstimate => {
    const tail = (1 - level) / 2
    const low = binomialQuantile(tail, n, q)
    const high = binomialQuantile(1 - tail, n, q) + 1
    const lower = low >= 1 ? { lower: within(cellAt(cells, low - 1).from) } : {}
    const upper = high <= n ? { upper: within(cellAt(cells, high - 1).to) } : {}
    return { q, value: within(cellAt(cells, Math.floor(q * (n - 1))).value), interval: { ...lower, ...upper } }
  })
  return { ...base, min, max, quantiles }
}

/** One bin of a sketch on the number line. */
export interface QuantileCell {
  readonly from: number
  readonly to: number
  /** What stands for the values in it: within the relative error of each of them. */
  readonly value: number
  readonly count: number
}

/**
 * The bins in use of a sketch, from the lowest value to the highest.
 *
 * @param state - what a sketch knew
 * @returns its bins; two sketches with the same options have the same edges
 */
export function cellsOf(state: QuantileState): readonly QuantileCell[] {
  const { relativeError } = state
  const gamma = (1 + relativeError) / (1 - relativeError)
  const lnGamma = Math.log(gamma)
  const cell = (index: number, count: number, sign: 1 | -1): QuantileCell => {
    const outer = Math.exp(index * lnGamma)
    const inner = Math.exp((index - 1) * lnGamma)
    // this point of the bin is as far, relatively, from one edge as from the other
    const value = sign * (1 - relativeError) * outer
    return sign === 1 ? { from: inner, to: outer, value, count } : { from: -outer, to: -inner, value, count }
  }
  const zero = { from: -state.smallest, to: state.smallest, value: 0, count: state.zeros }
  return [
    ...state.negative.toReversed().map(([index, count]) => cell(index, count, -1)),
    ...(state.zeros > 0 ? [zero] : []),
    ...state.positive.map(([index, count]) => cell(index, count, 1)),
  ]
}

function cellAt(cells: readonly QuantileCell[], rank: number): QuantileCell {
  let below = 0
  for (const cell of cells) {
    below += cell.count
    if (rank < below) return cell
  }
  return cells.at(-1) as QuantileCell
}

/** Counts by integer index, in one row that grows to what is used. */
function createBins() {
  const STEP = 64
  let row = new Float64Array(0)
  let first = 0

  const cover = (index: number): void => {
    const start = row.length === 0 ? index : Math.min(first, index)
    const end = row.length === 0 ? index : Math.max(first + row.length - 1, index)
    const from = Math.floor(start / STEP) * STEP
    const wider = new Float64Array((Math.floor(end / STEP) + 1) * STEP - from)
    wider.set(row, row.length === 0 ? 0 : first - from)
    row = wider
    first = from
  }

  return {
    add(index: number, count: number): void {
      if (index < first || index >= first + row.length) cover(index)
      row[index - first] = (row[index - first] as number) + count
    },
    entries(): readonly (readonly [number, number])[] {
      const used: (readonly [number, number])[] = []
      row.forEach((count, offset) => {
        if (count > 0) used.push([first + offset, count])
      })
      return used
    },
  }
}
