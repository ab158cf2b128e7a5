/** What a source says beside the receipts that a report is built from: of the keys of its seal, and of what it leaves out. */
import { MAX_AHEAD_MS } from '../../receipt/limits.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { examineReceipt } from '../../verify/examine.js'
import type { ChainFindings, Report } from '../types.js'

/** What was seen of one chain. */
export interface Surroundings {
  /** Takes the next item of the chain, as the source has it; nothing of it is believed. */
  take(item: DecisionReceipt | string): void
  /** The lines of receipts that say something of keys, those that repeat a certificate apart. */
  readonly keyLines: readonly string[]
  /** Where the source goes on behind the report with what is of its period, or can't be shown not to be. */
  readonly leftOut: () => number | undefined
}

/** What the ledger writes by itself says nothing of the system in use: a seal, a renewed key, an erasure. */
const ownEvents: ReadonlySet<unknown> = new Set(['system', 'key', 'retention'])

function receiptIn(item: DecisionReceipt | string): DecisionReceipt | undefined {
  if (typeof item !== 'string') return item
  try {
    return JSON.parse(item) as DecisionReceipt
  } catch {
    // the verifier says what is wrong with it
    return undefined
  }
}

function lineIn(item: DecisionReceipt | string): string | undefined {
  if (typeof item === 'string') return item
  try {
    return lineOf(item)
  } catch {
    // the verifier says what is wrong with it
    return undefined
  }
}

/** Up to here a report on the period has seen everything: clocks may differ by as much as a receipt may be ahead. */
function reachOf({ period, asOf }: Report): string {
  const asked = Date.parse(asOf) - MAX_AHEAD_MS
  return asked < Date.parse(period.until) ? new Date(asked).toISOString() : period.until
}

/**
 * @param report - which the source is held against
 * @param chain - one of its chains
 * @returns a look at that chain's source that has seen nothing
 */
export function surroundingsOf(report: Report, { scope }: ChainFindings): Surroundings {
  const end = scope.toSeq ?? -1
  let before = scope.head?.receiptHash
  let reached = end < 0
  let open = true
  const reach = reachOf(report)
  const keyLines: string[] = []
  const certificates = new Set<string>()
  let leftOut: number | undefined

  const onKey = (key: object, item: DecisionReceipt | string): void => {
    const line = lineIn(item)
    if (line === undefined) return
    if ('event' in key && key.event === 'delegate') {
      const same = JSON.stringify(key)
      if (certificates.has(same)) return
      certificates.add(same)
    }
    keyLines.push(line)
  }

  /** Times never go back: the first that holds and is behind the period ends the question. */
  const onNext = (item: DecisionReceipt | string): void => {
    const { receipt, sound } = examineReceipt(item)
    const follows = sound && receipt !== undefined && (before === undefined || receipt.prevReceiptHash === before)
    const over = follows && receipt.timestamp >= reach
    const ofPeriod = follows && receipt.timestamp >= report.period.from && !ownEvents.has(receipt.eventType)
    if (!follows || (ofPeriod && !over)) leftOut = receipt?.seq ?? end + 1
    open = leftOut === undefined && !over
    before = receipt?.receiptHash
  }

  return {
    keyLines,
    leftOut: () => leftOut,
    take(item) {
      const receipt = receiptIn(item)
      const { key, seq } = typeof receipt === 'object' && receipt !== null ? receipt : ({} as Partial<DecisionReceipt>)
      if (typeof key === 'object' && key !== null) onKey(key, item)
      if (open && reached && !((seq as number) <= end)) onNext(item)
      if (seq === end) reached = true
    },
  }
}
