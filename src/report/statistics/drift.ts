/**
 * Whether the score of a check is distributed otherwise in one window than in another: the population stability index
 * (the symmetric divergence of Jeffreys 1946) and the Jensen-Shannon divergence (Lin 1991) over
 * bins, against what mere chance gives (permutation of the pooled scores) and with a bootstrap interval.
 */
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { drawBinomial, drawHypergeometric } from './draw.js'
import type { SeededGenerator } from './generator.js'
import { type AbsentReason, levelOf, limitOf } from './options.js'
import { cellsOf, createQuantiles, type QuantileState } from './quantiles.js'

/** Which scores a window takes. */
export interface ScoreWindowOptions {
  /** The check's name. */
  readonly check: string
  /** Inner boundaries of fixed bins, ascending, at most 1,000; without them bins come from the baseline's quantiles. */
  readonly edges?: readonly number[] | undefined
  /** How fine scores are kept when there are no `edges`, by default 0.005. */
  readonly relativeError?: number | undefined
}

/** The scores of one window, as plain data. */
export interface ScoreWindowSnapshot {
  readonly check: string
  /** Scores taken. */
  readonly n: number
  /** Evaluations without a score, entries with a `status`, entries in shadow mode: none of them is in `n`. */
  readonly withoutScore: number
  readonly notEvaluated: number
  readonly shadow: number
  /** Fixed bins: `counts[i]` scores s with edges[i-1] <= s < edges[i]. */
  readonly fixed?: { readonly edges: readonly number[]; readonly counts: readonly number[] } | undefined
  readonly sketch?: QuantileState | undefined
}

/** Takes the scores of one check. */
export interface ScoreWindow {
  /** @param receipt - a validated receipt of this window */
  update(receipt: DecisionReceipt): void
  /** @returns the scores so far, as plain data */
  snapshot(): ScoreWindowSnapshot
}

/** How two windows are compared. */
export interface DriftOptions {
  /** The source of chance; its name and seed stand in the result. */
  readonly generator: SeededGenerator
  /** How many bins the baseline's quantiles make, 2 to 100, by default 10; not for fixed bins. */
  readonly bins?: number | undefined
  /** How often is resampled, for each of permutation and bootstrap: 99 to 100,000, by default 999. */
  readonly resamples?: number | undefined
  /** Of the intervals, by default 0.95. */
  readonly level?: number | undefined
  /** Added to each bin's count for the PSI, which an empty bin would make infinite; by default 0.5. */
  readonly pseudoCount?: number | undefined
}

/** One divergence. */
export interface Divergence {
  readonly value?: number | undefined
  /** Why there is none. */
  readonly absent?: AbsentReason | undefined
  /** Basic bootstrap interval, cut at 0 and never wholly below the value: it takes off what resampling itself adds. */
  readonly interval?: { readonly lower: number; readonly upper: number } | undefined
  /** What windows of these sizes show when nothing differs: the mean and the `level` quantile over permutations. */
  readonly byChance?: { readonly mean: number; readonly upper: number } | undefined
  /** The share of permutations with a value at least as large, the observed one among them. */
  readonly p?: number | undefined
}

/** What limits the comparison. */
export type DriftWarning = 'SMALL_BASELINE' | 'SMALL_CURRENT' | 'SPARSE_BINS' | 'FEWER_BINS'

/** The comparison of two windows. */
export interface DriftEstimate {
  readonly check: string
  readonly baseline: number
  readonly current: number
  readonly level: number
  readonly resamples: number
  readonly pseudoCount: number
  readonly generator: string
  readonly seed: number
  readonly binning: 'fixed' | 'baseline-quantiles'
  /** Inner boundaries. Of fixed bins, a score on one belongs to the bin above; of baseline quantiles, to the bin below. */
  readonly edges: readonly number[]
  /** How many scores of each window fell into each bin. */
  readonly counts: readonly { readonly baseline: number; readonly current: number }[]
  /** In nats. */
  readonly psi: Divergence
  /** In bits, 0..1. */
  readonly jensenShannon: Divergence
  readonly warnings: readonly DriftWarning[]
}

const SMALL = 100
const SPARSE = 5

const windowOptionNames: Readonly<Record<keyof ScoreWindowOptions, true>> = {
  check: true,
  edges: true,
  relativeError: true,
}
const driftOptionNames: Readonly<Record<keyof DriftOptions, true>> = {
  generator: true,
  bins: true,
  resamples: true,
  level: true,
  pseudoCount: true,
}

/**
 * Takes the scores of one check in one window. Entries with a `status` or in shadow mode are counted apart.
 *
 * @param options - the check and how its scores are kept
 * @returns an empty window
 * @throws RangeError when an option makes no sense
 * @example
 * ```ts
 * import { compareWindows, createScoreWindow, seededGenerator } from 'quittance/statistics'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function drifted(directory: string, since: string) {
 *   const [before, after] = [createScoreWindow({ check: 'toxicity' }), createScoreWindow({ check: 'toxicity' })]
 *   for await (const receipt of fileStore(directory).read('acme')) {
 *     ;(receipt.timestamp < since ? before : after).update(receipt)
 *   }
 *   return compareWindows(before.snapshot(), after.snapshot(), { generator: seededGenerator(1) })
 * }
 * ```
 */
export function createScoreWindow(options: ScoreWindowOptions): ScoreWindow {
  refuseUnknownMembers(options, windowOptionNames, 'options')
  const { check: name, edges } = options
  if (edges !== undefined) {
    const ascending = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number)))
    if (!ascending || edges.length < 1 || edges.length > 1000) {
      throw new RangeError('edges must be 1 to 1000 finite numbers, ascending')
    }
    if (options.relativeError !== undefined) throw new RangeError('relativeError is not for fixed edges')
  }
  const fixed = edges === undefined ? undefined : { edges: [...edges], counts: new Float64Array(edges.length + 1) }
  const sketch = createQuantiles({ relativeError: options.relativeError ?? 0.005 })
  let n = 0
  let withoutScore = 0
  let notEvaluated = 0
  let shadow = 0

  return {
    update(receipt) {
      if (receipt.checks === undefined) return
      for (const check of receipt.checks) {
        if (check.name !== name) continue
        if (check.mode === 'shadow') shadow += 1
        else if (check.status !== undefined) notEvaluated += 1
        else if (check.score === undefined) withoutScore += 1
        else {
          n += 1
          if (fixed === undefined) sketch.update(check.score)
          else {
            const bin = binOf(fixed.edges, check.score)
            fixed.counts[bin] = (fixed.counts[bin] as number) + 1
          }
        }
      }
    },
    snapshot: () => ({
      check: name,
      n,
      withoutScore,
      notEvaluated,
      shadow,
      ...(fixed === undefined
        ? { sketch: sketch.state() }
        : { fixed: { edges: [...fixed.edges], counts: [...fixed.counts] } }),
    }),
  }
}

/** How many edges are at or below the score. */
function binOf(edges: readonly number[], score: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] as number) <= score) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Compares two windows of one check. Bins by the baseline's quantiles lie on edges that both sketches share, so that
 * their counts are exact. Scores are taken as independent within and between the windows.
 *
 * @param baseline - the window that is compared with
 * @param current - the window in question
 * @param options - bins, resampling, generator
 * @returns both divergences, each with its interval, what chance would give, and p; absent with a reason where they
 * can't be had
 * @throws RangeError when the windows don't fit each other or an option makes no sense
 */
export function compareWindows(
  baseline: ScoreWindowSnapshot,
  current: ScoreWindowSnapshot,
  options: DriftOptions,
): DriftEstimate {
  refuseUnknownMembers(options, driftOptionNames, 'options')
  const level = levelOf(options.level)
  const resamples = limitOf('resamples', options.resamples, 999, 100_000)
  if (resamples < 99) throw new RangeError('resamples must be at least 99')
  const bins = limitOf('bins', options.bins, 10, 100)
  if (bins < 2) throw new RangeError('bins must be at least 2')
  const pseudoCount = options.pseudoCount ?? 0.5
  if (!(pseudoCount >= 0 && pseudoCount <= 10)) throw new RangeError('pseudoCount must be 0 to 10')
  if (baseline.check !== current.check) throw new RangeError('current must be a window of the same check')
  const { generator } = options
  const { binning, edges, before, after } = binned(baseline, current, bins)

  const warnings: DriftWarning[] = []
  if (baseline.n < SMALL) warnings.push('SMALL_BASELINE')
  if (current.n < SMALL) warnings.push('SMALL_CURRENT')
  const smaller = Math.min(baseline.n, current.n) / Math.max(1, baseline.n + current.n)
  if (before.some((count, i) => (count + (after[i] as number)) * smaller < SPARSE)) warnings.push('SPARSE_BINS')
  if (binning === 'baseline-quantiles' && before.length < bins) warnings.push('FEWER_BINS')

  const psiOf: Measure = (a, b) => stabilityIndex(a, b, pseudoCount)
  const none: Divergence = { absent: 'NO_OBSERVATIONS' }
  const [psi, jensenShannon] =
    baseline.n === 0 || current.n === 0
      ? [none, none]
      : estimates([psiOf, jensenShannonOf], before, after, { generator, resamples, level })
  return {
    check: baseline.check,
    baseline: baseline.n,
    current: current.n,
    level,
    resamples,
    pseudoCount,
    generator: generator.name,
    seed: generator.seed,
    binning,
    edges,
    counts: before.map((count, i) => ({ baseline: count, current: after[i] as number })),
    psi: psi as Divergence,
    jensenShannon: jensenShannon as Divergence,
    warnings,
  }
}

type Counts = readonly number[]
type Measure = (before: Counts, after: Counts) => number | undefined

function binned(baseline: ScoreWindowSnapshot, current: ScoreWindowSnapshot, bins: number) {
  if (baseline.fixed !== undefined && current.fixed !== undefined) {
    const { edges } = baseline.fixed
    const same =
      edges.length === current.fixed.edges.length && edges.every((edge, i) => edge === current.fixed?.edges[i])
    if (!same) throw new RangeError('current must have the same edges')
    return { binning: 'fixed' as const, edges, before: baseline.fixed.counts, after: current.fixed.counts }
  }
  if (baseline.sketch === undefined || current.sketch === undefined) {
    throw new RangeError('both windows must have fixed edges, or neither')
  }
  if (
    baseline.sketch.relativeError !== current.sketch.relativeError ||
    baseline.sketch.smallest !== current.sketch.smallest
  ) {
    throw new RangeError('current must have the same relativeError')
  }
  const edges = quantileEdges(baseline.sketch, bins)
  const count = (state: QuantileState): number[] => {
    const counts = new Array<number>(edges.length + 1).fill(0)
    for (const cell of cellsOf(state)) {
      // the cells of both sketches lie between the same edges: none is cut
      const bin = edges.findIndex((edge) => cell.to <= edge)
      const at = bin === -1 ? edges.length : bin
      counts[at] = (counts[at] as number) + cell.count
    }
    return counts
  }
  return { binning: 'baseline-quantiles' as const, edges, before: count(baseline.sketch), after: count(current.sketch) }
}

/**
 * The cell edges nearest above the quantiles. A cell that holds a whole bin's share gets a bin of its own, so that a
 * baseline of few distinct scores still has something below and above it.
 */
function quantileEdges(state: QuantileState, bins: number): readonly number[] {
  const cells = cellsOf(state)
  const edges = new Set<number>()
  let below = 0
  let wanted = 1
  cells.forEach((cell, i) => {
    below += cell.count
    const heavy = cell.count * bins >= state.n
    if (heavy) edges.add(cell.from)
    if (heavy || (below * bins >= wanted * state.n && i < cells.length - 1)) edges.add(cell.to)
    while (below * bins >= wanted * state.n) wanted += 1
  })
  return [...edges].sort((a, b) => a - b)
}

function estimates(
  measures: readonly Measure[],
  before: Counts,
  after: Counts,
  options: { readonly generator: SeededGenerator; readonly resamples: number; readonly level: number },
): readonly Divergence[] {
  const { generator, resamples, level } = options
  const pooled = before.map((count, i) => count + (after[i] as number))
  const permuted: (number | undefined)[][] = measures.map(() => [])
  const resampled: (number | undefined)[][] = measures.map(() => [])
  for (let r = 0; r < resamples; r++) {
    const one = deal(generator, pooled, sum(before))
    const rest = pooled.map((count, i) => count - (one[i] as number))
    const [again, anew] = [resample(generator, before), resample(generator, after)]
    measures.forEach((measure, i) => {
      permuted[i]?.push(measure(one, rest))
      resampled[i]?.push(measure(again, anew))
    })
  }
  return measures.map((measure, i) => {
    const value = measure(before, after)
    if (value === undefined) return { absent: 'EMPTY_BIN' }
    const chance = whole(permuted[i])
    const spread = whole(resampled[i])
    if (chance === undefined || spread === undefined) return { value, absent: 'EMPTY_BIN' }
    const tail = (1 - level) / 2
    const end = (p: number): number => Math.max(0, 2 * value - rankOf(spread, p))
    return {
      value,
      interval: { lower: end(1 - tail), upper: Math.max(value, end(tail)) },
      byChance: { mean: sum(chance) / resamples, upper: rankOf(chance, level) },
      // rounding must not make two equal splits unequal
      p: (1 + chance.filter((other) => other >= value - 1e-12).length) / (resamples + 1),
    }
  })
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Ascending, when each resample has a value. */
function whole(values: readonly (number | undefined)[] | undefined): readonly number[] | undefined {
  const there = (values ?? []).filter((value) => value !== undefined)
  return there.length === values?.length ? there.sort((a, b) => a - b) : undefined
}

function rankOf(sorted: readonly number[], p: number): number {
  const rank = Math.ceil(p * (sorted.length + 1)) - 1
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank))] as number
}

/** Deals `size` of the pooled scores to one side, bin by bin. */
function deal(generator: SeededGenerator, pooled: Counts, size: number): Counts {
  let all = sum(pooled)
  let left = size
  return pooled.map((count) => {
    const drawn = drawHypergeometric(generator, all, count, left)
    all -= count
    left -= drawn
    return drawn
  })
}

/** As many scores again, with the observed shares. */
function resample(generator: SeededGenerator, counts: Counts): Counts {
  let all = sum(counts)
  let left = all
  return counts.map((count) => {
    const drawn = all === 0 ? 0 : drawBinomial(generator, left, count / all)
    all -= count
    left -= drawn
    return drawn
  })
}

function stabilityIndex(before: Counts, after: Counts, pseudoCount: number): number | undefined {
  const ofBefore = sum(before) + pseudoCount * before.length
  const ofAfter = sum(after) + pseudoCount * after.length
  let index = 0
  for (let i = 0; i < before.length; i++) {
    const p = ((before[i] as number) + pseudoCount) / ofBefore
    const q = ((after[i] as number) + pseudoCount) / ofAfter
    if (p === 0 && q === 0) continue
    if (p === 0 || q === 0) return undefined
    index += (q - p) * Math.log(q / p)
  }
  return index
}

function jensenShannonOf(before: Counts, after: Counts): number {
  const ofBefore = sum(before)
  const ofAfter = sum(after)
  const part = (p: number, middle: number): number => (p === 0 ? 0 : (p * Math.log2(p / middle)) / 2)
  let divergence = 0
  for (let i = 0; i < before.length; i++) {
    const p = (before[i] as number) / ofBefore
    const q = (after[i] as number) / ofAfter
    divergence += part(p, (p + q) / 2) + part(q, (p + q) / 2)
  }
  return Math.max(0, divergence)
}
