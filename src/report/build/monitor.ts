/**
 * The tests of one chain, from its first receipt on: a flag outlives the period in which it was raised, until a person's
 * receipt acknowledges it.
 */
import type { DecisionReceipt } from '../../receipt/types.js'
import { createRateChangeDetector } from '../statistics/change.js'
import { msOf } from '../statistics/instant.js'
import { createEndsKeeper } from '../statistics/kept-ends.js'
import { createRecent } from '../statistics/recent.js'
import { createSprt } from '../statistics/sprt.js'
import { decideSprt, sprtPlan } from '../statistics/sprt-plan.js'
import type { ChainMonitor, DatedRef, ReportParameters, SprtPoint } from '../types.js'
import { datedRefOf } from './figures.js'

/** How much of a chain's history is kept: less of each, where a report is on many. */
const whole = { keep: { first: 50, last: 50 }, points: 150 } as const
const brief = { keep: { first: 5, last: 5 }, points: 15 } as const
/** So many flags, and so many sealed reports, at least can be named by an acknowledgement. */
const NAMED = 10_000

/** Follows one chain. */
export interface Monitor {
  /**
   * Takes the next receipt of the chain.
   *
   * @param failed - of a decision: whether it failed
   */
  update(receipt: DecisionReceipt, failed: boolean): void
  snapshot(): ChainMonitor
}

interface Named {
  readonly seq: number
  readonly receiptHash: string
}

/**
 * @param parameters - the rates of the test and of the detector
 * @param short - whether little of the history is kept
 * @returns tests that have seen nothing
 */
export function createMonitor({ sprt: rates, averageRunLength }: ReportParameters, short = false): Monitor {
  const { keep, points: pathPoints } = short ? brief : whole
  const plan = sprtPlan(rates)
  const sprt = createSprt({ ...rates, keep })
  const change = createRateChangeDetector({ baseline: rates.p0, averageRunLength, keep })
  const flags = createEndsKeeper<DatedRef>('keep', keep)
  const flagPoints = createEndsKeeper<SprtPoint>('keep', keep)
  const flagged = createRecent<Named>(NAMED)
  const reports = createRecent<Named>(NAMED)
  const path = createPath(pathPoints)
  const open = { n: 0, failures: 0 }
  let decisions = 0
  let failures = 0

  const onDecision = (receipt: DecisionReceipt, failed: boolean): void => {
    const { seq } = receipt
    decisions += 1
    open.n += 1
    if (failed) {
      failures += 1
      open.failures += 1
    }
    sprt.update(failed, seq)
    change.update(failed, seq)
    const llr = open.failures * plan.logFailure + (open.n - open.failures) * plan.logGood
    const decision = decideSprt(plan, llr)
    const due = path.due(decisions)
    if (due || decision === 'FLAGGED') {
      const at = msOf(receipt.timestamp)
      const point: SprtPoint = { n: decisions, seq, at, llr, ...(decision === undefined ? {} : { decision }) }
      if (decision === 'FLAGGED') flagPoints.push(point)
      else path.push(point)
    }
    if (decision === undefined) return
    open.n = 0
    open.failures = 0
    if (decision !== 'FLAGGED') return
    flags.push(datedRefOf(receipt))
    flagged.set(receipt.receiptId, { seq, receiptHash: receipt.receiptHash })
  }

  /** Only what names a flag's own receipt, or a report sealed after it, with the right hash, in this chain. */
  const onAcknowledgement = ({ links, seq, receiptId, timestamp, chainId, humanOversight }: DecisionReceipt): void => {
    const reviewerId = humanOversight?.reviewerId
    const person = { seq, receiptId, timestamp, ...(reviewerId === undefined ? {} : { reviewerId }) }
    for (const link of links ?? []) {
      if (link.rel !== 'about' || (link.chainId !== undefined && link.chainId !== chainId)) continue
      const flag = flagged.get(link.receiptId)
      if (flag?.receiptHash === link.receiptHash && flag !== undefined) sprt.acknowledge(person, { flag: flag.seq })
      const report = reports.get(link.receiptId)
      if (report?.receiptHash === link.receiptHash && report !== undefined)
        sprt.acknowledge(person, { before: report.seq })
    }
  }

  return {
    update(receipt, failed) {
      const { eventType } = receipt
      if (eventType === 'decision') onDecision(receipt, failed)
      else if (eventType === 'human_oversight') {
        if (receipt.humanOversight?.kind === 'acknowledgement') onAcknowledgement(receipt)
      } else if (receipt.system?.event === 'report') {
        reports.set(receipt.receiptId, { seq: receipt.seq, receiptHash: receipt.receiptHash })
      }
    },
    snapshot() {
      const state = sprt.snapshot()
      const points = [...path.list(), ...flagPoints.snapshot().items]
      return {
        decisions,
        failures,
        sprt: state,
        // both lists keep the same ends
        flags: flags.snapshot().items.map((ref, index) => ({
          ...ref,
          acknowledged: state.flags.items[index]?.acknowledgement !== undefined,
        })),
        change: change.snapshot(),
        path: points.sort((a, b) => a.n - b.n),
      }
    },
  }
}

/** Every so many points, ever fewer, at most twice `most`: the same for the same number of them. */
function createPath(most: number) {
  let points: SprtPoint[] = []
  let stride = 1
  return {
    due: (n: number): boolean => n % stride === 0,
    push(point: SprtPoint): void {
      points.push(point)
      if (points.length <= 2 * most) return
      stride *= 2
      points = points.filter(({ n }) => n % stride === 0)
    },
    list: (): readonly SprtPoint[] => points,
  }
}
