import { canonicalize } from '../receipt/canonical.js'
import type { ReceiptBody } from '../receipt/seal.js'
import type { Check, Details } from '../receipt/types.js'

/** What the place in the chain gives, and what a second delivery of the same request may say differently. */
const ignored: ReadonlySet<string> = new Set([
  'seq',
  'timestamp',
  'keyId',
  'prevReceiptHash',
  'receiptHash',
  'signature',
  'startedAt',
  'endedAt',
  'latencyMs',
  'attempt',
  'detailsHash',
  'details',
  'key',
])

function withoutLatency({ latencyMs: _, ...check }: Check): object {
  return check
}

function comparable(receipt: ReceiptBody): string {
  const members: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(receipt)) {
    if (ignored.has(name)) continue
    members[name] = name === 'checks' ? (value as readonly Check[]).map(withoutLatency) : value
  }
  return canonicalize(members)
}

function sameDetails(one: Details | undefined, other: Details | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  const { salt: _, ...texts } = one
  const { salt: __, ...others } = other
  return canonicalize(texts) === canonicalize(others)
}

/**
 * Whether two receipts say the same, so that the second is a redelivery of the first and not another receipt under its id.
 * Times, latencies and the attempt may differ; details that were erased since can't be compared.
 *
 * @param one - a body that is about to be sealed
 * @param stored - the receipt of that id
 * @returns true when they agree
 */
export function agrees(one: ReceiptBody, stored: ReceiptBody): boolean {
  if ((one.detailsHash === undefined) !== (stored.detailsHash === undefined)) return false
  const erased = stored.detailsHash !== undefined && stored.details === undefined
  return (erased || sameDetails(one.details, stored.details)) && comparable(one) === comparable(stored)
}
