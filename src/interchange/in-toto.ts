/** in-toto statements (version 1) about receipts, in a DSSE envelope. */
import type { KeyProvider } from '../keys/provider.js'
import { decodeUtf8, utf8 } from '../primitives/bytes.js'
import { lineOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { lineOfData, receiptIn } from './carried.js'
import { type DsseEnvelope, openDsse, signDsse } from './dsse.js'
import { malformed } from './malformed.js'

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
/** The predicate is a receipt, whole. */
export const RECEIPT_PREDICATE = 'urn:quittance:predicate:receipt:1'

/** A statement about one receipt. */
export interface ReceiptStatement {
  readonly _type: typeof STATEMENT_TYPE
  readonly subject: readonly [{ readonly name: string; readonly digest: { readonly sha256: string } }]
  readonly predicateType: typeof RECEIPT_PREDICATE
  readonly predicate: DecisionReceipt
}

/**
 * Says of a receipt what in-toto says of an artifact. The subject is `<chainId>/<receiptId>`, its digest the `receiptHash`:
 * SHA-256 of the receipt without hash, signature and details, in canonical form.
 *
 * @param receipt - sealed
 * @returns the statement
 */
export function receiptStatement(receipt: DecisionReceipt): ReceiptStatement {
  return {
    _type: STATEMENT_TYPE,
    subject: [
      {
        name: `${receipt.chainId}/${receipt.receiptId}`,
        digest: { sha256: receipt.receiptHash.slice('sha256:'.length) },
      },
    ],
    predicateType: RECEIPT_PREDICATE,
    predicate: JSON.parse(lineOf(receipt)) as DecisionReceipt,
  }
}

/**
 * Signs the statement about a receipt.
 *
 * @param receipt - sealed
 * @param keys - whoever makes the attestation
 * @returns a DSSE envelope
 * @throws QuittanceError `KEY_*`
 * @example
 * ```ts
 * import { attest } from 'quittance/interchange'
 * import { localKey } from 'quittance/keys/local'
 * import type { DecisionReceipt } from 'quittance'
 * const attestation = (receipt: DecisionReceipt) => attest(receipt, localKey({ file: './attest.key.pem' }))
 * ```
 */
export async function attest(receipt: DecisionReceipt, keys: KeyProvider): Promise<DsseEnvelope> {
  return signDsse(PAYLOAD_TYPE, utf8(JSON.stringify(receiptStatement(receipt))), keys)
}

/**
 * Verifies an attestation and gives back the receipt.
 *
 * @param envelope - a DSSE envelope, as parsed from JSON
 * @param terms - `keys` are the did:keys of those whose attestations count
 * @returns the receipt's line, to be verified with `verifyReceipt`: that somebody attests it says nothing of its own seal
 * @throws QuittanceError `ENVELOPE_MALFORMED`, `ENVELOPE_UNTRUSTED`
 */
export function verifyAttestation(envelope: unknown, { keys }: { readonly keys: readonly string[] }): string {
  const { payloadType, payload } = openDsse(envelope, keys)
  if (payloadType !== PAYLOAD_TYPE) throw malformed('in-toto', `its payload is not ${PAYLOAD_TYPE}`)
  const { _type, subject, predicateType, predicate } = statementIn(payload)
  if (_type !== STATEMENT_TYPE || predicateType !== RECEIPT_PREDICATE)
    throw malformed('in-toto', 'it is not a statement of version 1 about a receipt')
  const line = lineOfData('in-toto', predicate)
  const { chainId, receiptId, receiptHash } = receiptIn('in-toto', line)
  const [only, ...more] = Array.isArray(subject) ? subject : []
  if (more.length > 0 || only?.name !== `${chainId}/${receiptId}` || `sha256:${only.digest?.sha256}` !== receiptHash)
    throw malformed('in-toto', 'its subject is not the receipt that it carries')
  return line
}

interface Claimed {
  readonly _type?: unknown
  readonly subject?: unknown
  readonly predicateType?: unknown
  readonly predicate?: unknown
}

function statementIn(payload: Uint8Array): Claimed {
  const text = decodeUtf8(payload)
  if (text === undefined) throw malformed('in-toto', 'it is not UTF-8')
  try {
    return (JSON.parse(text) ?? {}) as Claimed
  } catch {
    throw malformed('in-toto', 'it is not JSON')
  }
}
