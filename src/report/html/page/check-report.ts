/** Whether the figures, the digest, the seal and the receipts of one file belong together. */
import { canonicalize } from '../../../receipt/canonical.js'
import type { DecisionReceipt } from '../../../receipt/types.js'
import { createCounts } from '../../statistics/counts.js'
import type { LabelCounts } from '../../statistics/tally.js'
import type { Report, ReportSeal } from '../../types.js'

/** How one question about the file came out. */
export type Outcome = 'holds' | 'differs' | 'unknown'

/** One figure counted again. */
export interface Recounted {
  readonly name:
    | 'receipts'
    | 'eventTypes'
    | 'actions'
    | 'otherActions'
    | 'withoutAction'
    | 'models'
    | 'checks'
    | 'hours'
  readonly agrees: boolean
}

/** What counting again came to. */
export interface Recount {
  readonly outcome: Outcome
  /** Why nothing was said, where nothing was. */
  readonly reason?: 'not-whole' | 'not-all-counted' | undefined
  readonly figures: readonly Recounted[]
}

const bare = ({ labels, other }: LabelCounts): unknown => [
  labels.map(({ label, count }) => [label, count]).sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
  other,
]
const same = (a: unknown, b: unknown): boolean => canonicalize(a) === canonicalize(b)

/**
 * Counts the embedded receipts of the period again.
 *
 * @param report - what the file says
 * @param holding - the embedded receipts against which nothing was found
 * @returns which figures agree; nothing where not every receipt of the period is here
 */
export function recount(report: Report, holding: readonly DecisionReceipt[]): Recount {
  const { period, figures, chains, excerpt } = report
  if (!excerpt.whole) return { outcome: 'unknown', reason: 'not-whole', figures: [] }
  const { counts } = figures
  const again = createCounts({ limit: counts.eventTypes.limit, maxSpans: counts.course.maxSpans })
  const inRanges = new Set(excerpt.ranges.flatMap(({ lines }) => lines).map((line) => receiptIdOf(line)))
  for (const receipt of holding) {
    const { timestamp, receiptId } = receipt
    if (timestamp >= period.from && timestamp < period.until && inRanges.has(receiptId)) again.update(receipt)
  }
  const now = again.snapshot()
  const compared: readonly Recounted[] = [
    { name: 'receipts', agrees: now.receipts === counts.receipts && now.receipts === period.receipts },
    { name: 'eventTypes', agrees: same(bare(now.eventTypes), bare(counts.eventTypes)) },
    { name: 'actions', agrees: same(bare(now.actions), bare(counts.actions)) },
    { name: 'otherActions', agrees: same(bare(now.otherActions), bare(counts.otherActions)) },
    { name: 'withoutAction', agrees: now.decisionsWithoutAction === counts.decisionsWithoutAction },
    { name: 'models', agrees: same(bare(now.models), bare(counts.models)) && now.withoutModel === counts.withoutModel },
    { name: 'checks', agrees: same(bare(now.checks), bare(counts.checks)) },
    { name: 'hours', agrees: same(now.hourOfDay, counts.hourOfDay) },
  ]
  if (compared.every(({ agrees }) => agrees)) return { outcome: 'holds', figures: compared }
  // the report may have left out receipts for reasons of its maker's keyring, which is not here
  const all = chains.every(({ checked, counted }) => checked === counted)
  return all
    ? { outcome: 'differs', figures: compared }
    : { outcome: 'unknown', reason: 'not-all-counted', figures: compared }
}

function receiptIdOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { receiptId?: unknown } | null)?.receiptId
  } catch {
    // the verifier says what is wrong with it
    return undefined
  }
}

/** What the seal says. */
export interface SealCheck {
  readonly outcome: Outcome
  /** `none`: the report was not sealed. `unsigned`: its receipt does not hold under the keys in question. */
  readonly reason?: 'none' | 'unsigned' | 'other-digest' | undefined
  readonly at: readonly { readonly chainId: string; readonly seq: number }[]
}

/**
 * @param digest - of the report that the file holds, as computed
 * @param seal - what came with it
 * @param holding - the embedded receipts against which nothing was found, those of the seal among them
 * @returns whether signed receipts name this digest
 */
export function checkSeal(
  digest: string,
  seal: ReportSeal | undefined,
  holding: readonly DecisionReceipt[],
): SealCheck {
  if (seal === undefined) return { outcome: 'unknown', reason: 'none', at: [] }
  const ids = seal.lines.map(receiptIdOf)
  const signed = holding.filter(({ receiptId, system }) => system?.event === 'report' && ids.includes(receiptId))
  const at = signed.map(({ chainId, seq }) => ({ chainId, seq }))
  const other = signed.some(({ system }) => system?.event === 'report' && system.hash !== digest)
  if (other || seal.digest !== digest) return { outcome: 'differs', reason: 'other-digest', at }
  if (ids.length === 0 || signed.length < ids.length) return { outcome: 'differs', reason: 'unsigned', at }
  return { outcome: 'holds', at }
}
