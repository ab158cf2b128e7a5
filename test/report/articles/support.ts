/** Receipts and contexts to judge, and a second way to count that has nothing in common with the first. */

import type { DecisionReceipt } from '../../../src/receipt/types.js'
import type { AssessedChain, AssessmentContext } from '../../../src/report/articles/assess/index.js'
import { assessProvisions, createProvisionEvidence } from '../../../src/report/articles/assess/index.js'
import { aiActProvisions, gdprProvisions } from '../../../src/report/articles/index.js'
import type { EvidencePointer, Provision } from '../../../src/report/articles/types.js'
import type { ProvisionFinding } from '../../../src/report/types.js'
import { start } from '../../statistics/receipts.js'

export const DAY = 86_400_000
export const instant = (days: number): string => new Date(start + days * DAY).toISOString()
export const provisions: readonly Provision[] = [...aiActProvisions.provisions, ...gdprProvisions.provisions]

/** A chain that began 400 days before the judge's clock and lost nothing. */
export const oldChain: AssessedChain = {
  chainId: 'acme',
  verdict: 'VALID',
  oldest: { chainId: 'acme', seq: 0, receiptId: '00000000-0000-7000-8000-000000000000', timestamp: instant(0) },
  retentionDays: 184,
  prunes: [],
}

export const context: AssessmentContext = {
  period: { from: instant(0), until: instant(400) },
  asOf: instant(400),
  system: { highRisk: true, annexIII: '1(a)' },
  chains: [oldChain],
}

/** Counts and judges receipts. */
export function judged(
  receipts: readonly DecisionReceipt[],
  changes: Partial<AssessmentContext> = {},
): ReadonlyMap<string, ProvisionFinding> {
  const evidence = createProvisionEvidence()
  for (const receipt of receipts) evidence.update(receipt)
  const findings = assessProvisions(evidence.snapshot(), { ...context, ...changes })
  return new Map(findings.map((finding) => [finding.id, finding]))
}

/** State and reasons of one provision. */
export function verdictOf(
  id: string,
  receipts: readonly DecisionReceipt[],
  changes: Partial<AssessmentContext> = {},
): Pick<ProvisionFinding, 'state' | 'reasons'> {
  const finding = judged(receipts, changes).get(id)
  if (finding === undefined) throw new Error(`no finding for ${id}`)
  return { state: finding.state, reasons: finding.reasons }
}

/** Every value at a path; the slow and plain way. */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  const [name, ...rest] = path.split('.')
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path))
  if (typeof value !== 'object' || value === null) return []
  const member = (value as Record<string, unknown>)[name ?? '']
  if (member === undefined) return []
  return rest.length === 0 ? [member] : valuesAt(member, rest.join('.'))
}

const eventOf = (receipt: DecisionReceipt): string | undefined => {
  const { eventType } = receipt
  if (eventType === 'system' || eventType === 'key' || eventType === 'retention') return receipt[eventType]?.event
  return undefined
}

/** Whether a pointer is about a receipt. */
export function isInQuestion(
  receipt: DecisionReceipt,
  { eventTypes, events, having }: Omit<EvidencePointer, 'shows'>,
): boolean {
  const event = eventOf(receipt)
  return (
    (eventTypes === 'any' || eventTypes.includes(receipt.eventType)) &&
    (events === undefined || events.some((one) => one === event)) &&
    (having === undefined || valuesAt(receipt, having.path).some((value) => having.values.includes(value as string)))
  )
}
