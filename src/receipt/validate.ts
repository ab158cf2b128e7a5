import { QuittanceError } from '../errors.js'
import { ruleFaults } from './rules.js'
import { type Fault, object, planFor } from './schema/describe.js'
import type { MemberPlan } from './schema/members.js'
import { receipt, receiptMembers } from './schema/receipt.js'
import type { DecisionReceipt } from './types.js'

const {
  seq: _seq,
  timestamp: _time,
  keyId: _key,
  prevReceiptHash: _prev,
  receiptHash: _hash,
  signature: _sig,
  ...bodyMembers
} = receiptMembers
const body = object(bodyMembers, { open: true })

/**
 * Everything that is wrong with a receipt by itself: its members, their values, the rules between them.
 * Hash, signature and chain are the verifier's.
 *
 * @param value - any JSON value
 * @returns the faults; empty for a well-formed receipt
 */
export function receiptFaults(value: unknown): readonly Fault[] {
  // a member of a later release may lift a rule of this one: the rules judge only what is known throughout
  return receipt.check(value) ?? ruleFaults(value as DecisionReceipt)
}

/**
 * Refuses what could not be verified once it were sealed.
 *
 * @param value - a receipt's body, without its place in a chain
 * @throws QuittanceError `RECEIPT_INVALID` with `details.path`
 */
export function checkBody(value: unknown): void {
  refuseFirst(body.check(value) ?? ruleFaults(value as DecisionReceipt))
}

/**
 * Refuses by the rules alone, where every member was written, and so checked, by its own shape.
 *
 * @param value - a receipt's body
 * @throws QuittanceError `RECEIPT_INVALID` with `details.path`
 */
export function checkBodyRules(value: DecisionReceipt): void {
  refuseFirst(ruleFaults(value))
}

function refuseFirst([first]: readonly Fault[]): void {
  if (first === undefined) return
  throw new QuittanceError('RECEIPT_INVALID', `${first.path === '' ? 'the receipt' : first.path} ${first.message}`, {
    details: { path: first.path },
  })
}

/**
 * How a body is checked and written in one pass.
 *
 * @param sorted - the names of its members, in canonical order
 * @returns how each is written; `undefined` where one is missing or not allowed
 */
export const bodyPlan: (sorted: readonly string[]) => MemberPlan | undefined = planFor(bodyMembers, true)

/**
 * How a whole receipt is checked and written in one pass.
 *
 * @param sorted - the names of its members, in canonical order
 * @returns how each is written; `undefined` where one is missing or not allowed
 */
export const receiptPlan: (sorted: readonly string[]) => MemberPlan | undefined = planFor(receiptMembers, true)
