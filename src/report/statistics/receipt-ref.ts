import type { DecisionReceipt } from '../../receipt/types.js'

/** Where a figure's receipt can be looked up. */
export interface ReceiptRef {
  readonly chainId: string
  readonly seq: number
  readonly receiptId: string
}

/**
 * The place of a receipt, without holding on to the receipt.
 *
 * @param receipt - any receipt
 * @returns its chain, number and id
 */
export function refOf(receipt: DecisionReceipt): ReceiptRef {
  return { chainId: receipt.chainId, seq: receipt.seq, receiptId: receipt.receiptId }
}
