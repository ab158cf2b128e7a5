/** The earliest and the latest of some receipts, whatever the order they come in, without holding on to a receipt. */
import type { ReceiptRef } from '../../statistics/receipt-ref.js'

/** A receipt's place and time. */
export interface Place extends ReceiptRef {
  readonly timestamp: string
}

/** The two ends. The members change, the object stays. */
export interface Span {
  readonly first: { -readonly [K in keyof Place]: Place[K] }
  readonly last: { -readonly [K in keyof Place]: Place[K] }
}

/**
 * A span of one receipt.
 *
 * @param only - the receipt
 * @returns a span that begins and ends with it
 */
export function createSpan(only: Place): Span {
  const { chainId, seq, receiptId, timestamp } = only
  return { first: { chainId, seq, receiptId, timestamp }, last: { chainId, seq, receiptId, timestamp } }
}

/**
 * Makes a span reach a receipt.
 *
 * @param span - is changed
 * @param to - the receipt
 */
export function widen(span: Span, to: Place): void {
  if (isBefore(to, span.first)) move(span.first, to)
  else if (isBefore(span.last, to)) move(span.last, to)
}

/**
 * The place alone, as a report names it.
 *
 * @param place - an end of a span
 * @returns chain, number and id
 */
export function refTo({ chainId, seq, receiptId }: Place): ReceiptRef {
  return { chainId, seq, receiptId }
}

function move(end: { -readonly [K in keyof Place]: Place[K] }, to: Place): void {
  end.chainId = to.chainId
  end.seq = to.seq
  end.receiptId = to.receiptId
  end.timestamp = to.timestamp
}

/** By time, then by chain, then by number. */
function isBefore(one: Place, other: Place): boolean {
  if (one.timestamp !== other.timestamp) return one.timestamp < other.timestamp
  if (one.chainId !== other.chainId) return one.chainId < other.chainId
  return one.seq < other.seq
}
