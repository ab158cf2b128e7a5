/** DSSE: a payload and its type under signatures, without a canonical form of either (Secure Systems Lab, version 1). */
import { base64 } from '@scure/base'
import type { KeyProvider } from '../keys/provider.js'
import { concatBytes, utf8 } from '../primitives/bytes.js'
import { malformed } from './malformed.js'
import { checkSigned, signWith } from './signing.js'

/** An envelope, as JSON has it. */
export interface DsseEnvelope {
  /** base64 */
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly keyid?: string | undefined; readonly sig: string }[]
}

/**
 * @param payloadType - what the payload is: a media type
 * @param payload - its bytes
 * @returns the bytes that are signed: the pre-authentication encoding
 */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload)
}

/**
 * Signs a payload.
 *
 * @param payloadType - what it is: a media type
 * @param payload - its bytes
 * @param keys - signs
 * @returns the envelope
 * @throws QuittanceError `KEY_*`
 */
export async function signDsse(payloadType: string, payload: Uint8Array, keys: KeyProvider): Promise<DsseEnvelope> {
  const { keyId, signature } = await signWith(keys, () => preAuthEncoding(payloadType, payload))
  return {
    payload: base64.encode(payload),
    payloadType,
    signatures: [{ keyid: keyId, sig: base64.encode(signature) }],
  }
}

/**
 * Verifies an envelope: at least one trusted key signed it, and no signature that claims to be a trusted key's is wrong.
 *
 * @param envelope - as parsed from JSON
 * @param keys - the did:keys whose signatures count; each signature must name its key in `keyid`
 * @returns type and payload
 * @throws QuittanceError `ENVELOPE_MALFORMED`, `ENVELOPE_UNTRUSTED`
 */
export function openDsse(
  envelope: unknown,
  keys: readonly string[],
): { readonly payloadType: string; readonly payload: Uint8Array } {
  const { payload: text, payloadType, signatures } = (envelope ?? {}) as Partial<DsseEnvelope>
  const payload = bytesOf(text)
  if (typeof payloadType !== 'string' || !Array.isArray(signatures) || signatures.length === 0 || payload === undefined)
    throw malformed('dsse', 'it is not {payload, payloadType, signatures}')
  const message = preAuthEncoding(payloadType, payload)
  const given = signatures as readonly { readonly keyid?: unknown; readonly sig?: unknown }[]
  const named = given.filter(({ keyid }) => typeof keyid === 'string' && keys.includes(keyid))
  for (const { keyid, sig } of named.length > 0 ? named : given.slice(0, 1)) {
    const signature = bytesOf(sig)
    if (signature === undefined) throw malformed('dsse', 'a signature is not base64')
    checkSigned(String(keyid), keys, message, signature)
  }
  return { payloadType, payload }
}

function bytesOf(text: unknown): Uint8Array | undefined {
  try {
    return typeof text === 'string' ? base64.decode(text) : undefined
  } catch {
    return undefined
  }
}
