/** The receipt that an envelope carries, byte for byte as its line. */
import { QuittanceError } from '../errors.js'
import { decodeUtf8, utf8 } from '../primitives/bytes.js'
import { canonicalize } from '../receipt/canonical.js'
import { lineOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { malformed } from './malformed.js'

/**
 * @param receipt - sealed
 * @returns its line without the newline, in UTF-8
 */
export const lineBytes = (receipt: DecisionReceipt): Uint8Array => utf8(lineOf(receipt))

/**
 * @param what - which envelope
 * @param bytes - what it carries
 * @returns the line, to be verified with `verifyReceipt`
 * @throws QuittanceError `ENVELOPE_MALFORMED` when it is not a JSON object with a `receiptHash`
 */
export function carriedLine(what: string, bytes: Uint8Array): string {
  const line = decodeUtf8(bytes)
  if (line === undefined) throw malformed(what, 'what it carries is not UTF-8')
  receiptIn(what, line)
  return line
}

/**
 * @param what - which envelope
 * @param line - a line
 * @returns what it says of itself; nothing is verified
 * @throws QuittanceError `ENVELOPE_MALFORMED`
 */
export function receiptIn(what: string, line: string): DecisionReceipt {
  try {
    const receipt = JSON.parse(line) as Partial<DecisionReceipt> | null
    if (typeof receipt?.receiptHash === 'string' && typeof receipt.receiptId === 'string')
      return receipt as DecisionReceipt
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw malformed(what, 'it carries no receipt')
}

/**
 * @param what - which envelope
 * @param data - the receipt as JSON was parsed to
 * @returns its line
 * @throws QuittanceError `ENVELOPE_MALFORMED`
 */
export function lineOfData(what: string, data: unknown): string {
  try {
    return canonicalize(data)
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    throw malformed(what, 'what it carries is not plain JSON')
  }
}
