/** Who signs an envelope, and whose signature on one counts. */
import { QuittanceError } from '../errors.js'
import { parseDidKey } from '../keys/did-key.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import type { KeyProvider } from '../keys/provider.js'

/** A signature and the key that made it. */
export interface Signed {
  /** `did:key:z6Mk…` */
  readonly keyId: string
  /** 64 bytes. */
  readonly signature: Uint8Array
}

/**
 * @param keys - where the key lives; a delegate is refused: its certificate has no place in an envelope
 * @param messageOf - makes the bytes to sign, given the key's id
 * @returns the signature
 * @throws QuittanceError `KEY_*`; `KEY_BAD_SIGNATURE` when the key gave a signature that does not verify
 */
export async function signWith(keys: KeyProvider, messageOf: (keyId: string) => Uint8Array): Promise<Signed> {
  const signer = await keys.signer()
  const { keyId, delegation } = signer
  if (delegation) throw new QuittanceError('KEY_WRONG_TYPE', 'a delegate signs no envelopes')
  const message = messageOf(keyId)
  const signature = await signer.sign(message)
  if (!holds(keyId, message, signature))
    throw new QuittanceError('KEY_BAD_SIGNATURE', 'the key gave a signature that does not verify', {
      details: { keyId },
    })
  return { keyId, signature }
}

/**
 * @param keyId - whose signature it claims to be
 * @param trusted - the did:keys whose signatures count
 * @param message - what was signed
 * @param signature - what claims to be the signature
 * @throws QuittanceError `ENVELOPE_UNTRUSTED` when the key is none of them (`unknown-key`), or the signature is wrong (`signature`)
 */
export function checkSigned(
  keyId: string,
  trusted: readonly string[],
  message: Uint8Array,
  signature: Uint8Array,
): void {
  for (const key of trusted) parseDidKey(key)
  if (!trusted.includes(keyId))
    throw new QuittanceError('ENVELOPE_UNTRUSTED', 'the envelope is signed by a key that is not trusted for it', {
      details: { reason: 'unknown-key' },
    })
  if (!holds(keyId, message, signature))
    throw new QuittanceError('ENVELOPE_UNTRUSTED', 'the signature of the envelope is wrong', {
      details: { reason: 'signature', keyId },
    })
}

function holds(keyId: string, message: Uint8Array, signature: Uint8Array): boolean {
  const { key } = admitKey(keyId)
  return key !== undefined && verifySignature(key, message, signature)
}
