import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptQuery } from './store.js'

const members = ['traceId', 'sessionId', 'subjectId', 'action', 'eventType'] as const

/**
 * @param receipt - a receipt of the query's chain
 * @param query - what is looked for
 * @returns whether all that the query gives holds of the receipt; `limit` is the caller's
 */
export function matchesQuery(receipt: DecisionReceipt, query: ReceiptQuery): boolean {
  for (const name of members) {
    if (query[name] !== undefined && receipt[name] !== query[name]) return false
  }
  // times of one spelling compare as the instants do
  if (query.from !== undefined && receipt.timestamp < query.from) return false
  return query.to === undefined || receipt.timestamp < query.to
}

/**
 * Answers a query by looking at every receipt: for stores without an index.
 *
 * @param receipts - the chain, ascending
 * @param query - what is looked for
 * @returns those that match, ascending, at most `limit`
 */
export async function* filterReceipts(
  receipts: AsyncIterable<DecisionReceipt>,
  query: ReceiptQuery,
): AsyncGenerator<DecisionReceipt, void, undefined> {
  let left = query.limit ?? Number.POSITIVE_INFINITY
  if (left === 0) return
  for await (const receipt of receipts) {
    if (!matchesQuery(receipt, query)) continue
    yield receipt
    left -= 1
    if (left === 0) return
  }
}
