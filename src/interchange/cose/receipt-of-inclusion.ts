/** COSE receipts (RFC 9942): a log's signed word that a leaf is in its tree. */
import type { KeyProvider } from '../../keys/provider.js'
import { HASH_BYTES } from '../../merkle/hash.js'
import { rootFromInclusion } from '../../merkle/verify-inclusion.js'
import { malformed } from '../malformed.js'
import { fromCbor, toCbor } from './cbor.js'
import { checkCose, claim, claimsOf, label, readCose, signCose } from './sign1.js'

/** `RFC9162_SHA256` of the registry "COSE Verifiable Data Structures". */
const RFC9162_SHA256 = 1
const INCLUSION = -1

/** Where a leaf is in a tree. */
export interface Inclusion {
  /** How many leaves the tree has. */
  readonly size: number
  /** The leaf, counted from 0. */
  readonly index: number
  /** From the leaf's neighbour up, 32 bytes each. */
  readonly hashes: readonly Uint8Array[]
}

/**
 * Signs that a leaf is in a tree.
 *
 * @param leafHash - 32 bytes, from `leafHash(receiptLeaf(…))` of `quittance/merkle`
 * @param inclusion - the proof, under a checkpoint of this log
 * @param terms - `issuer` is the log's origin, `subject` what the leaf stands for, `keys` the log's key
 * @returns the tagged COSE_Sign1; its payload, the root, is detached
 * @throws RangeError when the proof is not one; QuittanceError `KEY_*`
 */
export async function coseReceipt(
  leafHash: Uint8Array,
  { size, index, hashes }: Inclusion,
  { issuer, subject, keys }: { readonly issuer: string; readonly subject: string; readonly keys: KeyProvider },
): Promise<Uint8Array> {
  const root = rootFromInclusion(leafHash, index, size, hashes)
  if (root === undefined) throw new RangeError('inclusion must be a proof for a tree of its size')
  const proof = toCbor([size, index, [...hashes]])
  return signCose(
    {
      protected: new Map<number, unknown>([
        [
          label.claims,
          new Map([
            [claim.issuer, issuer],
            [claim.subject, subject],
          ]),
        ],
        [label.vds, RFC9162_SHA256],
      ]),
      unprotected: new Map([[label.vdp, new Map([[INCLUSION, [proof]]])]]),
      payload: root,
      detached: true,
    },
    keys,
  )
}

/** A COSE receipt that holds. */
export interface VerifiedInclusion extends Inclusion {
  readonly issuer: string
  readonly subject: string
  /** The root that was signed, 32 bytes. */
  readonly rootHash: Uint8Array
}

/**
 * Verifies a COSE receipt: the root follows from leaf and proof, and a trusted key signed it.
 *
 * @param bytes - a COSE_Sign1
 * @param leafHash - 32 bytes, computed by the caller from what is said to be logged
 * @param keys - did:keys of logs that are trusted
 * @returns what was proved
 * @throws QuittanceError `ENVELOPE_MALFORMED`, `ENVELOPE_UNTRUSTED`
 */
export function verifyCoseReceipt(
  bytes: Uint8Array,
  leafHash: Uint8Array,
  { keys }: { readonly keys: readonly string[] },
): VerifiedInclusion {
  const sign1 = readCose(bytes)
  if (sign1.protected.get(label.vds) !== RFC9162_SHA256) throw malformed('cose', 'its tree is not RFC9162_SHA256')
  const proofs = sign1.unprotected.get(label.vdp)
  const inclusions: unknown = proofs instanceof Map ? proofs.get(INCLUSION) : undefined
  if (!Array.isArray(inclusions) || inclusions.length !== 1) throw malformed('cose', 'it has not one inclusion proof')
  const inclusion = inclusionIn(inclusions[0])
  const rootHash = rootFromInclusion(leafHash, inclusion.index, inclusion.size, inclusion.hashes)
  if (rootHash === undefined) throw malformed('cose', 'its inclusion proof does not fit its tree')
  if (sign1.payload !== undefined) throw malformed('cose', 'its payload is not detached')
  checkCose(sign1, rootHash, keys)
  return { ...inclusion, ...claimsOf(sign1), rootHash }
}

function inclusionIn(proof: unknown): Inclusion {
  const parts = proof instanceof Uint8Array ? fromCbor(proof) : undefined
  if (!Array.isArray(parts) || parts.length !== 3)
    throw malformed('cose', 'its inclusion proof is not [size, leaf, path]')
  const [size, index, hashes] = parts as unknown[]
  const isHash = (hash: unknown): boolean => hash instanceof Uint8Array && hash.length === HASH_BYTES
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || !Array.isArray(hashes) || !hashes.every(isHash))
    throw malformed('cose', 'its inclusion proof is not [size, leaf, path]')
  return { size: size as number, index: index as number, hashes: hashes as Uint8Array[] }
}
