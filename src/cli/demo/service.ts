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

/**
 * @param application - what came in
 * @returns what the model is given of it
 */
export function promptOf({ id: _, submittedAt: __, ...facts }: Application): Omit<Application, 'id' | 'submittedAt'> {
  return facts
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
  const { id } = application
  return new ReceiptCollector({ ledger, tenantId: TENANT, systemId: 'credit-scoring' })
    .setDecisionId(id)
    .setSubject(id)
    .setModel({ modelId: 'scorecard-7', configDigest })
    .setInput(promptOf(application), { ref: `applications/${id}` })
    .addCheck('affordability', { score: burden, threshold: limits.burden, op: 'gte' })
    .addCheck('default-risk', { score: risk, threshold: limits.reject, op: 'gte' })
    .setOutput({ outcome: outcomes[action], risk })
    .setDecision({
      type: 'credit',
      annexIII: '5(b)',
      role: 'decides',
      outcome: outcomes[action],
      favourable: action === 'allow',
      score: risk,
    })
    .addReason(...reasons)
    .setAction(action)
    .emit()
}

/**
 * A person looks at a referred application.
 *
 * @param ledger - where the receipt goes
 * @param about - the receipt of the referral
 * @param granted - what the person decided
 * @returns the sealed receipt
 */
export async function review(ledger: Ledger, about: DecisionReceipt, granted: boolean): Promise<DecisionReceipt> {
  return new ReceiptCollector({ ledger, tenantId: TENANT, systemId: 'credit-scoring', eventType: 'human_oversight' })
    .setDecisionId(about.decisionId as string)
    .addLink('about', about)
    .setHumanOversight({
      kind: granted ? 'approval' : 'rejection',
      reviewer: 'loan-officer-3',
      role: 'credit.officer',
      comment: granted ? 'Income confirmed by pay slips.' : 'Could not confirm the income.',
    })
    .setAction(granted ? 'allow' : 'reject')
    .emit()
}
