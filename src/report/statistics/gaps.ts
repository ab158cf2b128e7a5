/**
 * Time without receipts that the expected rate does not explain.
 *
 * The rule. Between the distinct instants of activity (receipts other than `system`, `key`, `retention`) lie N gaps.
 * With a rate that the caller expects, a gap is unusual when a Poisson stream of that rate would show, among N gaps,
 * one so long with probability `falseAlarm` or less: longer than ln(N / falseAlarm) / rate. Without one, the chain's
 * own gaps say what is usual: an exponential tail from their 0.9 quantile on, with the larger of two scales, median / ln 2
 * (what a Poisson stream's median implies) and (q99 - q90) / ln 10 (what its upper tail implies, for traffic in bursts):
 * longer than q90 + scale ln(N / (10 falseAlarm)). Both take the rate as constant: nights and weekends stand out when
 * the system rests then, and are for a person to judge.
 */
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { msOf } from './instant.js'
import { type AbsentReason, limitOf } from './options.js'
import { createQuantiles } from './quantiles.js'
import { type ReceiptRef, refOf } from './receipt-ref.js'

/** What counts as too long. */
export interface GapsOptions {
  /** Receipts an hour that are expected; absent: the chain's own gaps say. */
  readonly expectedPerHour?: number | undefined
  /** The probability that a stream as expected shows any unusual gap at all: 1e-6 to 0.1, by default 0.01. */
  readonly falseAlarm?: number | undefined
  /** The interval at which heartbeats are written, in milliseconds: a longer silence is none they explain. */
  readonly heartbeatMs?: number | undefined
  /**
   * Unix milliseconds, `to` not in it: silence before the first and after the last receipt counts as well, that after a
   * `chain_end` not.
   */
  readonly period?: { readonly from: number; readonly to: number } | undefined
  /** How many gaps, the longest, and how many declared ones are remembered, by default 200. */
  readonly limit?: number | undefined
}

/** What a `gap` receipt declared. */
export interface DeclaredGap {
  /** Unix milliseconds. */
  readonly from: number
  readonly to: number
  readonly reason: string
  readonly receipt: ReceiptRef
}

/** One stretch without activity. */
export interface Gap {
  /** Unix milliseconds. */
  readonly from: number
  readonly to: number
  readonly ms: number
  readonly position: 'before-first' | 'between' | 'after-last'
  /** The activity on both sides, where there is one. */
  readonly before?: ReceiptRef | undefined
  readonly after?: ReceiptRef | undefined
  /** Receipts within it that are no activity, heartbeats among them: the ledger was writing. */
  readonly signsOfLife: number
  readonly heartbeats: number
  /** The longest stretch within it without any receipt at all, in milliseconds. */
  readonly longestSilenceMs: number
}

/** A gap longer than the rule explains. */
export interface UnusualGap extends Gap {
  /** The probability of one gap at least so long, by the rule. */
  readonly tailProbability: number
  /**
   * `DECLARED`: `gap` receipts cover it, all but stretches that are usual. `IDLE`: receipts within it show that the
   * ledger could write throughout. `UNEXPLAINED`: neither.
   */
  readonly explanation: 'DECLARED' | 'IDLE' | 'UNEXPLAINED'
  readonly declared: readonly DeclaredGap[]
}

/** The rule as it was applied, all in milliseconds. */
export type GapRule =
  | { readonly kind: 'expected-rate'; readonly expectedPerHour: number; readonly thresholdMs: number }
  | {
      readonly kind: 'own-tail'
      readonly medianMs: number
      readonly q90Ms: number
      readonly q99Ms: number
      readonly scaleMs: number
      readonly thresholdMs: number
    }

/** The gaps of a chain. */
export interface GapsSnapshot {
  readonly falseAlarm: number
  readonly heartbeatMs?: number | undefined
  readonly period?: { readonly from: number; readonly to: number } | undefined
  readonly limit: number
  /** Receipts of activity, and gaps between their distinct instants. */
  readonly activity: number
  readonly gaps: number
  /** Receipts outside the period: they count nowhere else. */
  readonly outsidePeriod: number
  readonly rule?: GapRule | undefined
  readonly absent?: AbsentReason | undefined
  /** In order of time; empty without a rule. */
  readonly unusual: readonly UnusualGap[]
  /** True when there may be more unusual gaps than were remembered. */
  readonly truncated: boolean
  readonly longest?: Gap | undefined
  /** What receipts say themselves: `gap` receipts with the receipts they count as missing, heartbeats with what was dropped. */
  readonly declared: {
    readonly gaps: number
    readonly ms: number
    readonly count: number
    readonly remembered: number
  }
  readonly heartbeats: { readonly count: number; readonly dropped: number }
}

/** Follows one chain. */
export interface Gaps {
  /**
   * @param receipt - the next receipt of the chain, validated
   * @throws RangeError when its time is before the one before it
   */
  update(receipt: DecisionReceipt): void
  /** @returns the gaps so far, as plain data */
  snapshot(): GapsSnapshot
}

const HOUR = 3_600_000
const FEWEST = 50

const optionNames: Readonly<Record<keyof GapsOptions, true>> = {
  expectedPerHour: true,
  falseAlarm: true,
  heartbeatMs: true,
  period: true,
  limit: true,
}

/**
 * Looks for time without receipts in one chain, whose receipts come in order.
 *
 * @param options - the rule and its bounds
 * @returns an accumulator for one chain
 * @throws RangeError when an option makes no sense, TypeError when it is unknown
 * @example
 * ```ts
 * import { createGaps } from 'quittance/statistics'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function findGaps(directory: string) {
 *   const store = fileStore(directory)
 *   const gaps = createGaps({ expectedPerHour: 120, falseAlarm: 0.01 })
 *   for await (const receipt of store.read('acme')) gaps.update(receipt)
 *   return gaps.snapshot().unusual.filter((gap) => gap.explanation === 'UNEXPLAINED')
 * }
 * ```
 */
export function createGaps(options: GapsOptions = {}): Gaps {
  refuseUnknownMembers(options, optionNames, 'options')
  const { expectedPerHour, heartbeatMs, period } = options
  const falseAlarm = options.falseAlarm ?? 0.01
  const limit = limitOf('limit', options.limit, 200, 100_000)
  if (!(falseAlarm >= 1e-6 && falseAlarm <= 0.1)) throw new RangeError('falseAlarm must be 1e-6 to 0.1')
  for (const [name, value] of Object.entries({ expectedPerHour, heartbeatMs })) {
    if (value !== undefined && !(value > 0 && value < 1e15)) throw new RangeError(`${name} must be above 0`)
  }
  if (period !== undefined && !(Number.isFinite(period.from) && period.from < period.to && period.to < 1e15)) {
    throw new RangeError('period must end after it begins')
  }

  const lengths = createQuantiles({ relativeError: 0.005, smallest: 0.5 })
  const longest: Gap[] = []
  const declared: DeclaredGap[] = []
  const totals = { gaps: 0, ms: 0, count: 0, heartbeats: 0, dropped: 0 }
  let activity = 0
  let outsidePeriod = 0
  let lastTime = Number.NEGATIVE_INFINITY
  /** Nothing follows a `chain_end`: no silence either. */
  let ended: number | undefined
  /** The last instant of activity, or where the period begins. */
  let since = period?.from
  let before: ReceiptRef | undefined
  // the receipts since then that are no activity
  let lastSign = since ?? 0
  let signsOfLife = 0
  let heartbeats = 0
  let longestSilenceMs = 0

  const gapUntil = (to: number, after: ReceiptRef | undefined): Gap => ({
    from: since as number,
    to,
    ms: to - (since as number),
    position: after === undefined ? 'after-last' : before === undefined ? 'before-first' : 'between',
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    signsOfLife,
    heartbeats,
    longestSilenceMs: Math.max(longestSilenceMs, to - lastSign),
  })

  const onActivity = (receipt: DecisionReceipt, at: number): void => {
    activity += 1
    if (since !== undefined && at > since) {
      // the stretch before the first is cut by the period, so its length says nothing of what is usual
      if (before !== undefined) lengths.update(at - since)
      if (longest.length < limit || at - since > (longest.at(-1) as Gap).ms) {
        keep(longest, gapUntil(at, refOf(receipt)), limit)
      }
    }
    since = at
    before = refOf(receipt)
    lastSign = at
    signsOfLife = 0
    heartbeats = 0
    longestSilenceMs = 0
  }

  const onSign = (receipt: DecisionReceipt, at: number): void => {
    const { system } = receipt
    signsOfLife += 1
    if (since !== undefined) longestSilenceMs = Math.max(longestSilenceMs, at - lastSign)
    lastSign = at
    if (system?.event === 'chain_end') ended = at
    else if (system?.event === 'heartbeat') {
      heartbeats += 1
      totals.heartbeats += 1
      totals.dropped += system.dropped ?? 0
    } else if (system?.event === 'gap') {
      const from = msOf(system.from)
      const to = msOf(system.to)
      totals.gaps += 1
      totals.ms += Math.max(0, to - from)
      totals.count += system.count ?? 0
      keep(declared, { from, to, reason: system.reason, receipt: refOf(receipt) }, limit)
    }
  }

  const ruleFor = (gaps: number): GapRule | undefined => {
    if (expectedPerHour !== undefined) {
      const perMs = expectedPerHour / HOUR
      // an outage leaves fewer gaps than there should be: the expected number is a floor
      const span = period !== undefined ? period.to - period.from : 0
      const chances = Math.max(1, gaps, span * perMs)
      return { kind: 'expected-rate', expectedPerHour, thresholdMs: Math.log(chances / falseAlarm) / perMs }
    }
    if (gaps < FEWEST) return undefined
    const [median, q90, q99] = lengths.snapshot({ at: [0.5, 0.9, 0.99] }).quantiles.map(({ value }) => value)
    const medianMs = median as number
    const q90Ms = q90 as number
    const q99Ms = q99 as number
    const scaleMs = Math.max(medianMs / Math.LN2, (q99Ms - q90Ms) / Math.LN10)
    const thresholdMs = q90Ms + scaleMs * Math.log(gaps / 10 / falseAlarm)
    return { kind: 'own-tail', medianMs, q90Ms, q99Ms, scaleMs, thresholdMs }
  }

  const judge = (gap: Gap, rule: GapRule): UnusualGap => {
    const overlapping = declared.filter(({ from, to }) => from < gap.to && to > gap.from)
    const tailProbability =
      rule.kind === 'expected-rate'
        ? Math.exp((-rule.expectedPerHour / HOUR) * gap.ms)
        : 0.1 * Math.exp(-(gap.ms - rule.q90Ms) / rule.scaleMs)
    const heard = gap.signsOfLife > 0 && gap.longestSilenceMs <= Math.max(rule.thresholdMs, 1.5 * (heartbeatMs ?? 0))
    const covered = overlapping.length > 0 && longestUncovered(gap, overlapping) <= rule.thresholdMs
    const explanation = covered ? 'DECLARED' : heard ? 'IDLE' : 'UNEXPLAINED'
    return { ...gap, tailProbability, explanation, declared: overlapping }
  }

  return {
    update(receipt) {
      const at = msOf(receipt.timestamp)
      if (!(at >= lastTime)) throw new RangeError('receipt must not be dated before the one before it')
      lastTime = at
      if (period !== undefined && (at < period.from || at >= period.to)) {
        outsidePeriod += 1
        return
      }
      const { eventType } = receipt
      if (eventType === 'system' || eventType === 'key' || eventType === 'retention') onSign(receipt, at)
      else onActivity(receipt, at)
    },
    snapshot() {
      const { n: gaps } = lengths.state()
      const rule = ruleFor(gaps)
      const all = [...longest]
      const to = ended ?? period?.to
      if (period !== undefined && to !== undefined && to > (since as number))
        keep(all, gapUntil(to, undefined), limit + 1)
      const unusual = rule === undefined ? [] : all.filter(({ ms }) => ms > rule.thresholdMs)
      return {
        falseAlarm,
        ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
        ...(period === undefined ? {} : { period: { from: period.from, to: period.to } }),
        limit,
        activity,
        gaps,
        outsidePeriod,
        ...(rule === undefined ? { absent: 'TOO_FEW_OBSERVATIONS' as const } : { rule }),
        unusual: unusual.sort((a, b) => a.from - b.from).map((gap) => judge(gap, rule as GapRule)),
        truncated: rule !== undefined && longest.length === limit && (longest.at(-1) as Gap).ms > rule.thresholdMs,
        ...(all.length === 0 ? {} : { longest: all[0] }),
        declared: { gaps: totals.gaps, ms: totals.ms, count: totals.count, remembered: declared.length },
        heartbeats: { count: totals.heartbeats, dropped: totals.dropped },
      }
    },
  }
}

/** Puts an entry in its place, the longest first, and lets the shortest go when there are too many. */
function keep<T extends { readonly from: number; readonly to: number }>(list: T[], entry: T, limit: number): void {
  const length = entry.to - entry.from
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = list[middle] as T
    if (other.to - other.from >= length) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, entry)
  if (list.length > limit) list.pop()
}

/** The longest stretch of a gap that nothing declared covers, in milliseconds. */
function longestUncovered(gap: Gap, declared: readonly DeclaredGap[]): number {
  let reached = gap.from
  let longest = 0
  for (const { from, to } of [...declared].sort((a, b) => a.from - b.from)) {
    longest = Math.max(longest, from - reached)
    reached = Math.max(reached, to)
  }
  return Math.max(longest, gap.to - reached)
}
