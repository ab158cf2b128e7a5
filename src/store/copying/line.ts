/** From a line of the source to a receipt that the target will write in the very same bytes. */
import { type ErrorDetails, QuittanceError } from '../../errors.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'

/** Where the next receipt belongs. */
export interface NextPlace {
  readonly chainId: string
  readonly seq: number
  /** The `receiptHash` that it must link to; `undefined` for the first of a chain. */
  readonly after: string | undefined
}

/**
 * @param place - where the source stopped being what it should be
 * @param reason - the problem's code
 * @param more - what else is known of the place
 * @returns the error that says so
 */
export function copyInvalid(
  { chainId, seq }: Pick<NextPlace, 'chainId' | 'seq'>,
  reason: string,
  more: Pick<ErrorDetails, 'receiptId' | 'line' | 'actual'> = {},
): QuittanceError {
  return new QuittanceError('COPY_INVALID', `the source is INVALID: ${reason} at seq ${seq} of chain ${chainId}`, {
    details: { chainId, seq, reason, ...more, retryable: false },
  })
}

function parsed(line: string): Partial<DecisionReceipt> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function canonical(receipt: object): string | undefined {
  try {
    return lineOf(receipt as DecisionReceipt)
  } catch (error) {
    if (QuittanceError.is(error, 'RECEIPT_NOT_JSON')) return undefined
    throw error
  }
}

/**
 * Reads a line. Verifying is not its business; what is looked at here is what copying itself rests on.
 *
 * @param line - as the source has it
 * @param place - where it belongs
 * @param verified - whether a verifier took the line: then another order of its members or white space does no harm
 * @returns the receipt
 * @throws QuittanceError `COPY_INVALID`
 */
export function receiptOf(line: string, place: NextPlace, verified: boolean): DecisionReceipt {
  const receipt = parsed(line)
  const { chainId, seq, after } = place
  if (receipt === undefined) throw copyInvalid(place, 'LINE_MALFORMED')
  if (receipt.chainId !== chainId) throw copyInvalid(place, 'CHAIN_MISMATCH')
  if (receipt.seq !== seq) throw copyInvalid(place, 'SEQ_GAP')
  if (after !== undefined && receipt.prevReceiptHash !== after) throw copyInvalid(place, 'LINK_MISMATCH')
  const text = canonical(receipt)
  if (text === undefined || (text !== line && !verified)) throw copyInvalid(place, 'NOT_CANONICAL')
  return receipt as DecisionReceipt
}
