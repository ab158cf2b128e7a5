/** The list of a package, and whether the verifier trusts who signed it. */
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import { allows, inWindow } from '../keys/keyring.js'
import { decodeUtf8, fromHex } from '../primitives/bytes.js'
import { digestOf } from '../receipt/digest.js'
import type { Case, Members } from './judging.js'
import {
  type EvidenceManifest,
  type EvidenceSignature,
  manifestMessage,
  parseManifest,
  parseSignature,
} from './manifest.js'
import { MANIFEST, SIGNATURE } from './names.js'
import { MANIFEST_BYTES, SIGNATURE_BYTES } from './zip/limits.js'

/** A list that its key did sign. */
export interface SealedManifest {
  readonly manifest: EvidenceManifest
  /** Of its text: `sha256:` and hex. */
  readonly digest: string
  readonly keyId: string
}

async function signatureOf(
  judged: Case,
  members: Members,
  manifest: Uint8Array,
): Promise<EvidenceSignature | undefined> {
  const where = { member: SIGNATURE }
  const bytes = await judged.whole(members, SIGNATURE, SIGNATURE_BYTES)
  if (bytes === undefined) {
    if (!members.has(SIGNATURE)) judged.problem('MANIFEST_MALFORMED', where, `there is no ${SIGNATURE}`)
    return undefined
  }
  const signature = parseSignature(decodeUtf8(bytes))
  if ('unreadable' in signature) {
    judged.problem('MANIFEST_MALFORMED', where, `${SIGNATURE} can't be read: ${signature.unreadable}`)
    return undefined
  }
  const { key } = admitKey(signature.keyId)
  const holds =
    key !== undefined &&
    verifySignature(key, manifestMessage(manifest), fromHex(signature.signature.slice('ed25519:'.length)))
  if (holds) return signature
  judged.problem('MANIFEST_SIGNATURE_INVALID', where, 'the key that it names did not sign the manifest')
  return undefined
}

/** Whether the verifier trusts the key that signed the list, for this and at that time. */
function standing({ trusted, problem }: Case, keyId: string, madeAt: string): void {
  const entry = trusted.get(keyId)
  const where = { member: SIGNATURE }
  if (entry === undefined) {
    problem('MANIFEST_KEY_UNKNOWN', where, `the manifest is signed by ${keyId}, which the keyring does not trust`)
    return
  }
  const refuse = (why: string) => problem('MANIFEST_KEY_REFUSED', where, `the manifest's key ${why}`)
  if (!allows(entry, 'report') && !allows(entry, 'receipt')) refuse('is not trusted for reports or receipts')
  else if (!inWindow(entry, madeAt)) refuse('is not trusted for the time at which the package says it was made')
  // the time is its signer's word alone: whoever stole the key can write any
  else if (entry.revokedAt !== undefined) refuse('was revoked, and nothing dates the package')
}

/**
 * @param judged - the package
 * @param members - all that are in it
 * @returns its list; `undefined` where it can't be read or nobody signed it, which was told
 * @throws what the file throws
 */
export async function sealedManifest(judged: Case, members: Members): Promise<SealedManifest | undefined> {
  const where = { member: MANIFEST }
  const bytes = await judged.whole(members, MANIFEST, MANIFEST_BYTES)
  if (bytes === undefined) {
    if (!members.has(MANIFEST)) judged.problem('MANIFEST_MALFORMED', where, `there is no ${MANIFEST}`)
    return undefined
  }
  // nobody is to be kept busy by a list that nobody signed
  const signature = await signatureOf(judged, members, bytes)
  if (signature === undefined) return undefined
  const manifest = parseManifest(decodeUtf8(bytes))
  if ('unreadable' in manifest) {
    const code = manifest.unsupported ? 'PACKAGE_UNSUPPORTED' : 'MANIFEST_MALFORMED'
    judged.problem(code, where, `${MANIFEST} can't be read: ${manifest.unreadable}`)
    return undefined
  }
  const { keyId } = signature
  standing(judged, keyId, manifest.madeAt)
  return { manifest, digest: digestOf(bytes), keyId }
}
