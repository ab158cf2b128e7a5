/** What `quittance query` looks for, held against what a line claims: nothing is verified here. */
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptQuery } from '../../store/store.js'

/** What must hold of a receipt; all that is given must. */
export interface QueryFilter {
  readonly trace?: string | undefined
  readonly session?: string | undefined
  readonly decision?: string | undefined
  readonly subject?: string | undefined
  readonly action?: string | undefined
  readonly event?: string | undefined
  readonly model?: string | undefined
  readonly check?: { readonly name: string; readonly fired: boolean } | undefined
  /** Inclusive, by `timestamp`. */
  readonly from?: string | undefined
  /** Exclusive. */
  readonly to?: string | undefined
  readonly seq?: { readonly from: number; readonly to: number } | undefined
  readonly receipt?: string | undefined
}

/** A receipt, or what claims to be one. */
export type Claim = Readonly<Record<string, unknown>>

const members = {
  trace: 'traceId',
  session: 'sessionId',
  decision: 'decisionId',
  subject: 'subjectId',
  action: 'action',
  event: 'eventType',
  model: 'modelId',
  receipt: 'receiptId',
} as const satisfies Partial<Record<keyof QueryFilter, keyof DecisionReceipt>>

const isObject = (value: unknown): value is Claim => typeof value === 'object' && value !== null

/** @returns the checks that a claim lists, as far as they are some */
export function checksOf(claim: Claim): readonly Claim[] {
  return Array.isArray(claim.checks) ? claim.checks.filter(isObject) : []
}

/**
 * @param claim - what a line says
 * @param filter - what is looked for
 * @returns whether all of it holds
 */
export function matches(claim: Claim, filter: QueryFilter): boolean {
  for (const [name, member] of Object.entries(members)) {
    const wanted = filter[name as keyof typeof members]
    if (wanted !== undefined && claim[member] !== wanted) return false
  }
  const { check, from, to, seq } = filter
  const { timestamp } = claim
  if (
    check !== undefined &&
    !checksOf(claim).some((one) => one.name === check.name && (!check.fired || one.fired === true))
  )
    return false
  // times of one spelling compare as the instants do
  if (from !== undefined && !(typeof timestamp === 'string' && timestamp >= from)) return false
  if (to !== undefined && !(typeof timestamp === 'string' && timestamp < to)) return false
  return seq === undefined || (typeof claim.seq === 'number' && claim.seq >= seq.from && claim.seq <= seq.to)
}

/**
 * @param chainId - the chain
 * @param filter - what is looked for
 * @returns the part of it that a store can answer by itself
 */
export function storeQuery(chainId: string, filter: QueryFilter): ReceiptQuery {
  const { trace, session, subject, action, event, from, to } = filter
  return { chainId, traceId: trace, sessionId: session, subjectId: subject, action, eventType: event, from, to }
}
