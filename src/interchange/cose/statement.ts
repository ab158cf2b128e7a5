/** SCITT signed statements (RFC 9943): a receipt as somebody's signed word about a subject. */
import type { KeyProvider } from '../../keys/provider.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { carriedLine, lineBytes } from '../carried.js'
import { malformed } from '../malformed.js'
import { tagged, toCbor } from './cbor.js'
import { checkCose, claim, claimsOf, label, readCose, signCose } from './sign1.js'

const MEDIA_TYPE = 'application/json'

/**
 * Makes a signed statement out of a receipt. Its subject is `<chainId>/<receiptId>`, its payload the receipt's line.
 *
 * @param receipt - sealed
 * @param terms - `issuer` is who says so, a URI; `keys` is the issuer's key
 * @returns the tagged COSE_Sign1, to be registered with a transparency service
 * @throws QuittanceError `KEY_*`
 * @example
 * ```ts
 * import { localKey } from 'quittance/keys/local'
 * import { signedStatement } from 'quittance/interchange/cose'
 * import type { DecisionReceipt } from 'quittance'
 * const statement = (receipt: DecisionReceipt) =>
 *   signedStatement(receipt, { issuer: 'https://acme.example', keys: localKey({ file: './statement.key.pem' }) })
 * ```
 */
export async function signedStatement(
  receipt: DecisionReceipt,
  { issuer, keys }: { readonly issuer: string; readonly keys: KeyProvider },
): Promise<Uint8Array> {
  if (typeof issuer !== 'string' || issuer === '') throw new RangeError('issuer must be a text that is not empty')
  const claims = new Map([
    [claim.issuer, issuer],
    [claim.subject, `${receipt.chainId}/${receipt.receiptId}`],
  ])
  const header = new Map<number, unknown>([
    [label.contentType, MEDIA_TYPE],
    [label.claims, claims],
  ])
  return signCose({ protected: header, payload: lineBytes(receipt) }, keys)
}

/** A signed statement whose signature holds. */
export interface VerifiedStatement {
  readonly issuer: string
  readonly subject: string
  /** The receipt's line, to be verified with `verifyReceipt`: that somebody signed it says nothing of its own seal. */
  readonly line: string
  /** The COSE receipts that came with it, none of them verified. */
  readonly receipts: readonly Uint8Array[]
}

/**
 * Verifies a signed statement, with or without receipts.
 *
 * @param statement - a COSE_Sign1
 * @param terms - `keys` are the did:keys of issuers that are trusted
 * @returns what was signed
 * @throws QuittanceError `ENVELOPE_MALFORMED`, `ENVELOPE_UNTRUSTED`
 */
export function verifyStatement(
  statement: Uint8Array,
  { keys }: { readonly keys: readonly string[] },
): VerifiedStatement {
  const sign1 = readCose(statement)
  const { payload, protected: header, unprotected } = sign1
  if (header.get(label.contentType) !== MEDIA_TYPE) throw malformed('cose', `its content is not ${MEDIA_TYPE}`)
  if (payload === undefined) throw malformed('cose', 'its payload is detached')
  checkCose(sign1, payload, keys)
  const receipts: unknown = unprotected.get(label.receipts) ?? []
  if (!Array.isArray(receipts) || !receipts.every((one) => one instanceof Uint8Array))
    throw malformed('cose', 'its receipts are not an array of bytes')
  return { ...claimsOf(sign1), line: carriedLine('cose', payload), receipts: receipts as Uint8Array[] }
}

/**
 * Puts COSE receipts beside a signed statement: a transparent statement. The signature stays as it was.
 *
 * @param statement - a signed statement
 * @param receipts - COSE receipts, in the order in which they should be tried; at least one
 * @returns the transparent statement
 * @throws QuittanceError `ENVELOPE_MALFORMED`; RangeError where there is no receipt
 */
export function withReceipts(statement: Uint8Array, receipts: readonly Uint8Array[]): Uint8Array {
  if (receipts.length === 0) throw new RangeError('receipts must hold at least one')
  const { protectedBytes, unprotected, payload, signature } = readCose(statement)
  const header = new Map([...unprotected, [label.receipts, [...receipts]]])
  return tagged(toCbor([protectedBytes, header, payload ?? null, signature]))
}
