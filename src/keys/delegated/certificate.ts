import { utf8 } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { signedDelegationMessage } from '../delegation.js'
import type { DelegationCertificate } from '../provider.js'

/**
 * What a root signs for a certificate. Every member is made of characters that JSON does not escape, so the members in
 * the order of their names are the canonical form (RFC 8785).
 *
 * @param certificate - whose texts are did:keys, times, chain patterns and a serial
 * @returns the bytes to sign
 */
export function certificateMessage(certificate: DelegationCertificate): Uint8Array {
  const { chains, delegate, notAfter, notBefore, root, serial, uses } = certificate
  const canonical = JSON.stringify({ chains, delegate, notAfter, notBefore, root, serial, uses })
  return signedDelegationMessage(`sha256:${sha256Hex(utf8(canonical))}`)
}
