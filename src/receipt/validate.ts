import { QuittanceError } from '../errors.js'
import { ruleFaults } from './rules.js'
import { type Fault, object, planFor, readerFor } from './schema/describe.js'
import type { MemberPlan, Read } from './schema/members.js'
import { readText } from './schema/reading.js'
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
 * @param heard - by name, who is told where a member stood: from the comma or brace in front of it to its end
 * @returns what reads a whole receipt from its canonical text
 */
export const receiptReader = (heard: Readonly<Record<string, (from: number, end: number) => void>>): Read =>
  readerFor(
    {
      ...receiptMembers,
      // two are looked at later, and more closely: the hash is compared with what it should be, the signature read
      receiptHash: { ...receiptMembers.receiptHash, read: readText((value) => value.length === 71) },
      signature: {
        ...receiptMembers.signature,
        read: readText((value) => value.length === 136 && value.startsWith('ed25519:')),
      },
      // nothing is kept of what may have to be erased
      details: { ...receiptMembers.details, read: undefined, kept: false },
    },
    true,
    heard,
  )
