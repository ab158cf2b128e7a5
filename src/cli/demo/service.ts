/** The credit-scoring service: every decision, and every decision of a person about one, leaves a receipt. */
import { ReceiptCollector } from '../../collector/index.js'
import type { Ledger } from '../../ledger/types.js'
import { canonicalize } from '../../receipt/canonical.js'
import { digestOf } from '../../receipt/digest.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Application } from './applications.js'
import { limits, score, scorecard } from './scoring.js'

/** The bank of this demonstration: one tenant, one chain. */
export const TENANT = 'example-bank'

const outcomes = { allow: 'granted', reject: 'declined', escalate: 'referred' } as const
const configDigest = digestOf(canonicalize({ scorecard, limits }))

/** What the model is given. */
export type Prompt = Omit<Application, 'id' | 'submittedAt' | 'ageBand' | 'oddity' | 'unanswered' | 'tookMs'>

/**
 * @param application - what came in
 * @returns what the model is given of it: never the age
 */
export function promptOf(application: Application): Prompt {
  const { id: _, submittedAt, ageBand, oddity, unanswered, tookMs, ...facts } = application
  return facts
}

/** A bureau that did not answer: no score, no decision. */
class BureauTimeout extends Error {
  override readonly name = 'BureauTimeout'
}

/**
 * Decides one application.
 *
 * @param ledger - where the receipt goes
 * @param application - what came in
 * @returns the sealed receipt
 */
export async function decide(ledger: Ledger, application: Application): Promise<DecisionReceipt> {
  const { action, burden, risk, reasons } = score(application)
  const { id, ageBand, oddity, unanswered, tookMs } = application
  const collector = new ReceiptCollector({ ledger, tenantId: TENANT, systemId: 'credit-scoring' })
    .setDecisionId(id)
    .setSubject(id)
    .setModel({ modelId: 'scorecard-7', configDigest })
    .setInput(promptOf(application), { ref: `applications/${id}` })
    .setLatency(tookMs)
  if (unanswered)
    return collector.setError(new BureauTimeout('the credit bureau did not answer'), { code: 'bureau.timeout' }).emit()
  return (
    collector
      .addCheck('affordability', { score: burden, threshold: limits.burden, op: 'gte' })
      .addCheck('default-risk', { score: risk, threshold: limits.reject, op: 'gte' })
      .addCheck('input-quality', { score: oddity, threshold: limits.oddity, op: 'gte' })
      .setOutput({ outcome: outcomes[action], risk })
      .setDecision({
        type: 'credit',
        annexIII: '5(b)',
        role: 'decides',
        outcome: outcomes[action],
        favourable: action === 'allow',
        score: risk,
        oversight: action === 'escalate' ? 'before' : 'none',
        groupBasis: 'direct',
      })
      // among the details: it can be erased, and the model never sees it
      .setDetail('groups', { 'age.band': ageBand })
      .addReason(...reasons)
      .setAction(action)
      .emit()
  )
}

/**
 * A person looks at a referred application.
 *
 * @param ledger - where the receipt goes
 * @param about - the receipt of the referral
 * @param granted - what the person decided
 * @param timing - when the person began, and had decided
 * @returns the sealed receipt
 */
export async function review(
  ledger: Ledger,
  about: DecisionReceipt,
  granted: boolean,
  timing: { readonly startedAt: string; readonly endedAt: string },
): Promise<DecisionReceipt> {
  return new ReceiptCollector({ ledger, tenantId: TENANT, systemId: 'credit-scoring', eventType: 'human_oversight' })
    .setDecisionId(about.decisionId as string)
    .addLink('about', about)
    .setTiming(timing)
    .setHumanOversight({
      kind: granted ? 'approval' : 'rejection',
      reviewer: 'loan-officer-3',
      role: 'credit.officer',
      comment: granted ? 'Income confirmed by pay slips.' : 'Could not confirm the income.',
    })
    .setAction(granted ? 'allow' : 'reject')
    .emit()
}

/**
 * A person takes note of what the sequential test flagged.
 *
 * @param ledger - where the receipt goes
 * @param flagged - the decision at which the test crossed its limit
 * @returns the sealed receipt
 */
export async function acknowledge(ledger: Ledger, flagged: DecisionReceipt): Promise<DecisionReceipt> {
  return new ReceiptCollector({ ledger, tenantId: TENANT, systemId: 'credit-scoring', eventType: 'human_oversight' })
    .addLink('about', flagged)
    .setHumanOversight({
      kind: 'acknowledgement',
      reviewer: 'model-owner-1',
      role: 'model.owner',
      comment: 'The credit bureau sent stale data. Its feed is switched over; these applications are looked at again.',
    })
    .emit()
}
