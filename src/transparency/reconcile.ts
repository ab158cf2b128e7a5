/**
 * Counts of receipts against counts of somebody else: the one way to see that something was not logged at all. It is as
 * good as the other source: what neither has can't be seen.
 */
import { isoTime } from '../primitives/time.js'
import { collectedEventTypes } from '../receipt/event-types.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { OutsideCount } from './reconcile-counts.js'

/** How receipts are counted. */
export interface ReconcileOptions {
  /** Which of a receipt's times says when it counts; default `timestamp`, when it was sealed. */
  readonly time?: 'timestamp' | 'startedAt' | 'endedAt' | undefined
  /** Time between two rows counts as a row of 0, not as unknown. */
  readonly gapsAreZero?: boolean | undefined
}

/** One stretch of time, compared. */
export interface ReconciledRow {
  readonly from: string
  readonly to: string
  readonly eventType?: string | undefined
  /** What the outside source counted; absent where it has no row for the time. */
  readonly outside?: number | undefined
  readonly receipts: number
  /**
   * `fewer` receipts than the outside source counted, or `more`; `no-row`: the source says nothing of this time; `not-held`:
   * fewer, but it begins before the first receipt that is still held, so they may have been pruned.
   */
  readonly difference: 'none' | 'fewer' | 'more' | 'no-row' | 'not-held'
}

/** What came of it. */
export interface Reconciliation {
  /**
   * `FEWER`: somewhere there are fewer receipts than the outside source counted, so something was not logged, or under
   * another time. `SOURCE_INCOMPLETE`: nowhere fewer, but somewhere more, or not all could be compared.
   */
  readonly answer: 'EQUAL' | 'FEWER' | 'SOURCE_INCOMPLETE'
  readonly rows: number
  /** Sums over the rows. */
  readonly outside: number
  readonly receipts: number
  /** All rows that are not equal, in order of time. */
  readonly differences: readonly ReconciledRow[]
  /** Receipts that lack the time that was asked for. */
  readonly withoutTime: number
}

/** Follows receipts of one chain or of several. */
export interface Reconciler {
  /** @param receipt - one against which the verifier found nothing */
  update(receipt: DecisionReceipt): void
  result(): Reconciliation
}

interface Row {
  readonly from: number
  readonly to: number
  readonly eventType: string | undefined
  readonly outside: number | undefined
  receipts: number
}

/** The rows of one type in order, with what lies between them. */
function tableOf(rows: readonly OutsideCount[], eventType: string | undefined, gapsAreZero: boolean): Row[] {
  const sorted = rows.filter((row) => row.eventType === eventType).sort((a, b) => a.from - b.from)
  const table: Row[] = []
  for (const { from, to, count } of sorted) {
    const before = table.at(-1)?.to ?? from
    if (from < before)
      throw new RangeError(`counts must not overlap: two rows hold ${isoTime(from)}${eventType ? ` ${eventType}` : ''}`)
    if (from > before)
      table.push({ from: before, to: from, eventType, outside: gapsAreZero ? 0 : undefined, receipts: 0 })
    table.push({ from, to, eventType, outside: count, receipts: 0 })
  }
  return table
}

function rowAt(table: readonly Row[], ms: number): Row | undefined {
  let low = 0
  let high = table.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((table[middle] as Row).to <= ms) low = middle + 1
    else high = middle
  }
  const row = table[low]
  return row !== undefined && row.from <= ms ? row : undefined
}

function differenceOf({ from, outside, receipts }: Row, heldFrom: number): ReconciledRow['difference'] {
  if (outside === undefined) return 'no-row'
  if (receipts === outside) return 'none'
  if (receipts > outside) return 'more'
  return from <= heldFrom ? 'not-held' : 'fewer'
}

function compared(row: Row, heldFrom: number): ReconciledRow {
  const { from, to, eventType, outside, receipts } = row
  return {
    from: isoTime(from),
    to: isoTime(to),
    ...(eventType === undefined ? {} : { eventType }),
    ...(outside === undefined ? {} : { outside }),
    receipts,
    difference: differenceOf(row, heldFrom),
  }
}

const collected: ReadonlySet<string> = new Set(collectedEventTypes)

/**
 * Compares how many receipts there are with how many somebody else counted: a bill, a gateway, a database. Receipts that the
 * ledger writes of its own count nowhere.
 *
 * @param counts - from `parseCounts`; rows of the same type must not overlap
 * @param options - which time of a receipt counts, and what lies between rows
 * @returns a reconciler to which verified receipts are given
 * @throws RangeError when rows overlap, or there is none
 * @example
 * ```ts
 * import { parseCounts, reconcile } from 'quittance/transparency'
 * import type { DecisionReceipt } from 'quittance/verify'
 * function compare(csv: string, receipts: Iterable<DecisionReceipt>) {
 *   const reconciler = reconcile(parseCounts(csv, { by: 'day' }), { time: 'startedAt' })
 *   for (const receipt of receipts) reconciler.update(receipt)
 *   return reconciler.result().differences
 * }
 * ```
 */
export function reconcile(counts: readonly OutsideCount[], options: ReconcileOptions = {}): Reconciler {
  const { time = 'timestamp', gapsAreZero = false } = options
  if (counts.length === 0) throw new RangeError('counts must have at least one row')
  const tables = new Map(
    [...new Set(counts.map(({ eventType }) => eventType))].map((type) => [type, tableOf(counts, type, gapsAreZero)]),
  )
  const begun = new Set<string>()
  /** Until then, receipts of some chain may have been pruned. */
  let heldFrom = Number.NEGATIVE_INFINITY
  let withoutTime = 0
  return {
    update(receipt) {
      const { eventType, chainId, seq } = receipt
      if (!begun.has(chainId)) {
        begun.add(chainId)
        if (seq > 0) heldFrom = Math.max(heldFrom, Date.parse(receipt.timestamp))
      }
      if (!collected.has(eventType)) return
      const asked = [tables.get(undefined), tables.get(eventType as OutsideCount['eventType'])]
      if (asked.every((table) => table === undefined)) return
      const at = receipt[time]
      if (at === undefined) {
        withoutTime += 1
        return
      }
      const ms = Date.parse(at)
      for (const table of asked) {
        const row = table && rowAt(table, ms)
        if (row !== undefined) row.receipts += 1
      }
    },
    result() {
      const rows = [...tables.values()]
        .flat()
        .sort((a, b) => a.from - b.from || ((a.eventType ?? '') < (b.eventType ?? '') ? -1 : 1))
        .map((row) => compared(row, heldFrom))
      const differences = rows.filter(({ difference }) => difference !== 'none')
      const lacking = differences
        .filter(({ difference }) => difference === 'fewer')
        .reduce((sum, { outside = 0, receipts }) => sum + outside - receipts, 0)
      return {
        // those without the time may be the ones that lack
        answer:
          lacking > withoutTime ? 'FEWER' : differences.length > 0 || withoutTime > 0 ? 'SOURCE_INCOMPLETE' : 'EQUAL',
        rows: rows.length,
        outside: rows.reduce((sum, { outside = 0 }) => sum + outside, 0),
        receipts: rows.reduce((sum, { receipts }) => sum + receipts, 0),
        differences,
        withoutTime,
      }
    },
  }
}
