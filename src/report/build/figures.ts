/** The figures over the receipts of a period, all chains together: any order of chains gives the same. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { createCheckRates } from '../statistics/checks.js'
import { rateSequence } from '../statistics/confidence-sequence.js'
import { createCounts } from '../statistics/counts.js'
import { createFairness } from '../statistics/fairness.js'
import { msOf } from '../statistics/instant.js'
import { wilson } from '../statistics/intervals.js'
import { createOversight } from '../statistics/oversight.js'
import { createQuantiles, type QuantileState, quantilesOf } from '../statistics/quantiles.js'
import { refOf } from '../statistics/receipt-ref.js'
import { createTally } from '../statistics/tally.js'
import type { DatedRef, DistributionCell, RatePoint, ReportFigures, ReportParameters } from '../types.js'
import { createSpans } from './spans.js'

/** At most so many points of the failure rate's course, bars of decisions over time, bars of the latency's distribution. */
const COURSE_POINTS = 300
const ACTION_SPANS = 62
const DISTRIBUTION_BARS = 40
const REDACTION_TYPES = 500
const MINUTE = 60_000
const HOUR = 3_600_000

/** Takes one receipt after another. */
export interface Figures {
  /** @param failed - of a decision: whether it failed */
  update(receipt: DecisionReceipt, failed: boolean): void
  snapshot(): ReportFigures
}

interface Stretch {
  n: number
  failures: number
  /** The last decision in it. */
  at: number
  seq: number
}

/**
 * @param receipt - any
 * @returns where it stands, with its time
 */
export function datedRefOf(receipt: DecisionReceipt): DatedRef {
  return { ...refOf(receipt), timestamp: receipt.timestamp }
}

const before = (a: DatedRef, b: DatedRef): boolean =>
  a.timestamp !== b.timestamp ? a.timestamp < b.timestamp : a.chainId === b.chainId && a.seq < b.seq

/** @returns an accumulator that has seen nothing */
export function createFigures({ level, fairness }: ReportParameters): Figures {
  const counts = createCounts()
  const checks = createCheckRates({ level })
  const oversight = createOversight({ level })
  const groups = createFairness({ ...fairness, level })
  const latency = createQuantiles()
  const errorCodes = createTally(200)
  const course = createSpans<Stretch>(
    COURSE_POINTS,
    MINUTE,
    () => ({ n: 0, failures: 0, at: Number.NEGATIVE_INFINITY, seq: 0 }),
    (into, from) => {
      into.n += from.n
      into.failures += from.failures
      if (from.at >= into.at) Object.assign(into, { at: from.at, seq: from.seq })
    },
  )
  const actions = createSpans<Map<string, number>>(
    ACTION_SPANS,
    HOUR,
    () => new Map(),
    (into, from) => {
      for (const [action, count] of from) into.set(action, (into.get(action) ?? 0) + count)
    },
  )
  const redacted = new Map<string, number>()
  const totals = { decisions: 0, failures: 0, errors: 0, redacted: 0 }
  let first: DatedRef | undefined
  let last: DatedRef | undefined

  const onDecision = (receipt: DecisionReceipt, failed: boolean): void => {
    const { latencyMs, error, seq } = receipt
    const at = msOf(receipt.timestamp)
    totals.decisions += 1
    if (latencyMs !== undefined) latency.update(latencyMs)
    if (error !== undefined) {
      totals.errors += 1
      errorCodes.add(error.code, refOf(receipt))
    }
    const stretch = course.at(at)
    stretch.n += 1
    if (at >= stretch.at) Object.assign(stretch, { at, seq })
    const span = actions.at(at)
    const action = receipt.action ?? 'none'
    span.set(action, (span.get(action) ?? 0) + 1)
    if (!failed) return
    totals.failures += 1
    stretch.failures += 1
    const ref = datedRefOf(receipt)
    if (first === undefined || before(ref, first)) first = ref
    if (last === undefined || before(last, ref)) last = ref
  }

  const onRedactions = ({ input, output }: DecisionReceipt): void => {
    if (input?.redactions === undefined && output?.redactions === undefined) return
    let some = false
    for (const redactions of [input?.redactions, output?.redactions]) {
      for (const [type, count] of Object.entries(redactions ?? {})) {
        if (count === 0) continue
        some = true
        const label = redacted.has(type) || redacted.size < REDACTION_TYPES ? type : 'other'
        redacted.set(label, (redacted.get(label) ?? 0) + count)
      }
    }
    if (some) totals.redacted += 1
  }

  const pointsOf = (): RatePoint[] => {
    let n = 0
    let failures = 0
    return course.list().spans.map(({ tally }) => {
      n += tally.n
      failures += tally.failures
      const { interval } = rateSequence(failures, n, { level })
      const { lower, upper } = interval as { lower: number; upper: number }
      return { n, seq: tally.seq, at: tally.at, failures, rate: failures / n, lower, upper }
    })
  }

  return {
    update(receipt, failed) {
      counts.update(receipt)
      checks.update(receipt)
      oversight.update(receipt)
      groups.update(receipt)
      onRedactions(receipt)
      if (receipt.eventType === 'decision') onDecision(receipt, failed)
    },
    snapshot() {
      const { widthMs, spans } = actions.list()
      const { decisions, failures, errors } = totals
      const state = latency.state()
      return {
        counts: counts.snapshot(),
        failure: {
          estimate: wilson(failures, decisions, { level }),
          sequence: { ...rateSequence(failures, decisions, { level }), runningIntersection: false },
          course: pointsOf(),
          ...(first === undefined || last === undefined ? {} : { first, last }),
        },
        errors: { estimate: wilson(errors, decisions, { level }), codes: errorCodes.snapshot() },
        checks: checks.snapshot(),
        latency: { ...quantilesOf(state, { level }), distribution: distributionOf(state) },
        oversight: oversight.snapshot(),
        fairness: groups.snapshot(),
        actions: {
          widthMs,
          spans: spans.map(({ from, tally }) => ({ from, counts: Object.fromEntries([...tally].sort(byName)) })),
        },
        redactions: { receipts: totals.redacted, types: Object.fromEntries([...redacted].sort(byName)) },
      }
    },
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

/** A sketch's bins, joined into few of the same ratio; those without a value are left out. */
function distributionOf({ relativeError, smallest, zeros, positive }: QuantileState): readonly DistributionCell[] {
  const lnGamma = Math.log((1 + relativeError) / (1 - relativeError))
  const [lowest] = positive[0] ?? [0]
  const [highest] = positive.at(-1) ?? [0]
  let join = Math.max(1, Math.floor((highest - lowest + 1) / DISTRIBUTION_BARS))
  while (Math.ceil(highest / join) - Math.ceil(lowest / join) >= DISTRIBUTION_BARS) join += 1
  const bars = new Map<number, number>()
  for (const [index, count] of positive) {
    const bar = Math.ceil(index / join)
    bars.set(bar, (bars.get(bar) ?? 0) + count)
  }
  const listed = [...bars].map(([bar, count]) => ({
    from: Math.exp((bar - 1) * join * lnGamma),
    to: Math.exp(bar * join * lnGamma),
    count,
  }))
  return zeros === 0 ? listed : [{ from: 0, to: smallest, count: zeros }, ...listed]
}
