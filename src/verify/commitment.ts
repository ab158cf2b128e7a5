/** Whether a content is what a receipt commits to; also in a browser. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { QuittanceError } from '../errors.js'
import { fromHex, toHex } from '../primitives/bytes.js'
import { sha256 } from '../primitives/sha256.js'
import { canonicalize } from '../receipt/canonical.js'
import type { Commitment, DecisionReceipt } from '../receipt/types.js'

/** What is disclosed to prove one content of one receipt: plain JSON. The key opens nothing else. */
export interface CommitmentProof {
  readonly receiptId: string
  readonly member: 'input' | 'output'
  /** The secret that the key was derived from. */
  readonly commitKeyId: string
  /** 32 bytes in hex. */
  readonly key: string
}

/**
 * Why a content is not proved. `content-differs`: another content, or a proof that was altered. `no-commitment`: the receipt
 * has no such member. `content-kind`: text, bytes or JSON is needed, and something else was given. `proof-missing`: the
 * commitment is keyed. `proof-of-another`: the proof names another receipt, member or secret. `proof-malformed`.
 */
export type CommitmentReason =
  | 'content-differs'
  | 'no-commitment'
  | 'content-kind'
  | 'proof-missing'
  | 'proof-of-another'
  | 'proof-malformed'

/** What `verifyCommitment` says. */
export type CommitmentResult = { readonly holds: true } | { readonly holds: false; readonly reason: CommitmentReason }

/** SHA-256 of a content in the form in which it is committed to; `undefined` where it is not of that kind. */
export function contentDigest(kind: Commitment['kind'], content: unknown): Uint8Array | undefined {
  if (kind === 'bytes') return content instanceof Uint8Array ? sha256(content) : undefined
  if (kind === 'text')
    return typeof content === 'string' && content.isWellFormed() ? sha256(content.normalize('NFC')) : undefined
  if (content instanceof Uint8Array) return undefined
  try {
    return sha256(canonicalize(content))
  } catch (error) {
    if (QuittanceError.is(error, 'RECEIPT_NOT_JSON')) return undefined
    throw error
  }
}

const no = (reason: CommitmentReason): CommitmentResult => ({ holds: false, reason })

const isProof = (proof: unknown): proof is CommitmentProof =>
  typeof proof === 'object' &&
  proof !== null &&
  ['receiptId', 'member', 'commitKeyId', 'key'].every(
    (name) => typeof (proof as Record<string, unknown>)[name] === 'string',
  )

function keyOf(proof: CommitmentProof): Uint8Array | undefined {
  const { key } = proof
  return /^[0-9a-f]{64}$/.test(key) ? fromHex(key) : undefined
}

/**
 * Tells whether a content is what a receipt commits to. It says nothing of the receipt itself: verify that first.
 *
 * @param content - after redaction: a string where the commitment's kind is `text`, a `Uint8Array` for `bytes`, else JSON
 * @param receipt - a verified receipt
 * @param member - `input` or `output`
 * @param proof - from `ledger.prove`; needed where the commitment is `hmac-sha256`
 * @returns whether it holds, and why not
 * @example
 * ```ts
 * import { type CommitmentProof, type DecisionReceipt, verifyCommitment } from 'quittance/verify'
 * export const isInput = (text: string, receipt: DecisionReceipt, proof: CommitmentProof) =>
 *   verifyCommitment(text, receipt, 'input', proof).holds
 * ```
 */
export function verifyCommitment(
  content: unknown,
  receipt: DecisionReceipt,
  member: 'input' | 'output',
  proof?: CommitmentProof,
): CommitmentResult {
  if (member !== 'input' && member !== 'output') throw new TypeError("member must be 'input' or 'output'")
  const commitment = receipt[member]
  if (commitment === undefined) return no('no-commitment')
  const digest = contentDigest(commitment.kind, content)
  if (digest === undefined) return no('content-kind')
  if (commitment.hash.startsWith('sha256:'))
    return commitment.hash === `sha256:${toHex(digest)}` ? { holds: true } : no('content-differs')
  if (proof === undefined) return no('proof-missing')
  if (!isProof(proof)) return no('proof-malformed')
  if (proof.receiptId !== receipt.receiptId || proof.member !== member || proof.commitKeyId !== commitment.commitKeyId)
    return no('proof-of-another')
  const key = keyOf(proof)
  if (key === undefined) return no('proof-malformed')
  return commitment.hash === `hmac-sha256:${toHex(hmac(nobleSha256, key, digest))}`
    ? { holds: true }
    : no('content-differs')
}
