/** Proving what a keyed commitment stands for: one receipt's key is disclosed, and nothing else can be opened with it. */
import { QuittanceError } from '../errors.js'
import { toHex } from '../primitives/bytes.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { type CommitmentProof, verifyCommitment } from '../verify/commitment.js'
import type { ContentMember } from './content.js'
import { frozenCopy } from './copy.js'
import { after, type Maybe } from './maybe.js'
import type { Redaction } from './redaction.js'
import { commitmentKey, fixedSecret } from './secret.js'
import type { Proved, Secret } from './types.js'

function refused(receipt: DecisionReceipt, member: ContentMember, reason: string): QuittanceError {
  const { receiptId, chainId } = receipt
  return new QuittanceError('LEDGER_NOT_COMMITTED', `the ${member} can't be proved: ${reason}`, {
    details: { receiptId, chainId, path: member, reason },
  })
}

/**
 * Derives the key of one commitment, also with a secret that is no longer the ledger's. Who has the key can try contents
 * against that receipt: verify the receipt first, and disclose the key only to those who may know its content.
 *
 * @param secret - the one that `commitKeyId` names: bare bytes, or with their id
 * @param receipt - a receipt with a keyed commitment
 * @param member - `input` or `output`
 * @returns what a verifier needs beside the content
 * @throws QuittanceError `LEDGER_NOT_COMMITTED` where there is no keyed commitment, or of another secret
 * @throws TypeError, RangeError when the secret is none
 * @example
 * ```ts
 * import { commitmentProof, type DecisionReceipt } from 'quittance'
 * export const disclose = (retired: { id: string; secret: Uint8Array }, receipt: DecisionReceipt) =>
 *   JSON.stringify(commitmentProof(retired, receipt, 'input'))
 * ```
 */
export function commitmentProof(
  secret: Uint8Array | Secret,
  receipt: DecisionReceipt,
  member: ContentMember,
): CommitmentProof {
  if (member !== 'input' && member !== 'output') throw new TypeError("member must be 'input' or 'output'")
  const known = fixedSecret(secret)
  const { receiptId } = receipt
  const { commitKeyId, hash } = receipt[member] ?? {}
  // a plain hash with a key's name beside it is no receipt of ours: the key would open another receipt's hash
  if (commitKeyId === undefined || hash?.startsWith('hmac-sha256:') !== true)
    throw refused(receipt, member, 'no-keyed-commitment')
  if (commitKeyId !== known.id) throw refused(receipt, member, 'another-secret')
  return Object.freeze({ receiptId, member, commitKeyId, key: toHex(commitmentKey(known, receiptId, member)) })
}

/** A content as a verifier must have it: redacted as it was when it was sealed. */
function redactedAs(
  content: unknown,
  receipt: DecisionReceipt,
  member: ContentMember,
  redaction: Redaction | undefined,
): Maybe<unknown> {
  const kind = receipt[member]?.kind
  if (redaction === undefined || kind === 'bytes') return content
  if (kind === 'text') return typeof content === 'string' ? redaction.text(content, member, new Map()) : content
  return redaction.json(frozenCopy(content, member, 1), member, new Map())
}

/**
 * @param content - as it was given to the collector, or redacted
 * @param receipt - commits to it
 * @param member - `input` or `output`
 * @param redaction - the ledger's, for this tenant
 * @param current - the ledger's secret; only asked for where the commitment is keyed
 * @returns the redacted content, and the key where there is one
 * @throws QuittanceError `LEDGER_NOT_COMMITTED` before anything is disclosed
 */
export function prove(
  content: unknown,
  receipt: DecisionReceipt,
  member: ContentMember,
  redaction: Redaction | undefined,
  current: () => Maybe<Secret>,
): Maybe<Proved> {
  if (member !== 'input' && member !== 'output') throw new TypeError("member must be 'input' or 'output'")
  const keyed = receipt[member]?.commitKeyId !== undefined
  return after(redactedAs(content, receipt, member, redaction), (redacted) =>
    after(keyed ? current() : undefined, (secret) => {
      const proof = secret && commitmentProof(secret, receipt, member)
      const result = verifyCommitment(redacted, receipt, member, proof)
      if (!result.holds) throw refused(receipt, member, result.reason)
      return Object.freeze({ content: redacted, ...(proof && { proof }) })
    }),
  )
}
