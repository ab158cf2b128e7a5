/** COSE_Sign1 with Ed25519 (RFC 9052 section 4.2). */
import type { KeyProvider } from '../../keys/provider.js'
import { decodeUtf8, utf8 } from '../../primitives/bytes.js'
import { malformed } from '../malformed.js'
import { checkSigned, signWith } from '../signing.js'
import { fromCbor, tagged, toCbor } from './cbor.js'

/** Header parameters, by their label. */
export type CoseHeader = ReadonlyMap<number | string, unknown>

/** The labels that are used here: IANA "COSE Header Parameters". */
export const label = { alg: 1, contentType: 3, kid: 4, claims: 15, receipts: 394, vds: 395, vdp: 396 } as const

/** The claims that are used here: IANA "CBOR Web Token Claims". */
export const claim = { issuer: 1, subject: 2 } as const

/** EdDSA. What is read may also say Ed25519 (RFC 9864): both mean the same key and signature here. */
const EDDSA = -8
const ED25519 = -19

/** A COSE_Sign1, read and not yet verified. */
export interface CoseSign1 {
  readonly protected: CoseHeader
  /** The protected header as it was signed. */
  readonly protectedBytes: Uint8Array
  readonly unprotected: CoseHeader
  /** Absent where it is detached. */
  readonly payload: Uint8Array | undefined
  readonly signature: Uint8Array
  /** The `kid` as text: here a did:key. */
  readonly keyId: string
}

const toBeSigned = (protectedBytes: Uint8Array, payload: Uint8Array): Uint8Array =>
  toCbor(['Signature1', protectedBytes, new Uint8Array(0), payload])

/**
 * @param given - the header without algorithm and key, the payload, and whether it is left out of the result
 * @param keys - signs
 * @returns the tagged COSE_Sign1
 * @throws QuittanceError `KEY_*`
 */
export async function signCose(
  given: {
    readonly protected: CoseHeader
    readonly unprotected?: CoseHeader
    readonly payload: Uint8Array
    readonly detached?: boolean
  },
  keys: KeyProvider,
): Promise<Uint8Array> {
  let protectedBytes = new Uint8Array(0)
  const { signature } = await signWith(keys, (keyId) => {
    protectedBytes = Uint8Array.from(
      toCbor(new Map<number | string, unknown>([[label.alg, EDDSA], [label.kid, utf8(keyId)], ...given.protected])),
    )
    return toBeSigned(protectedBytes, given.payload)
  })
  const payload = given.detached === true ? null : given.payload
  return tagged(toCbor([protectedBytes, given.unprotected ?? new Map(), payload, signature]))
}

/**
 * @param bytes - what claims to be a COSE_Sign1
 * @returns its parts
 * @throws QuittanceError `ENVELOPE_MALFORMED`; also for an algorithm that is not Ed25519
 */
export function readCose(bytes: Uint8Array): CoseSign1 {
  const parts = fromCbor(bytes)
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed('cose', 'it is not a COSE_Sign1')
  const [protectedBytes, unprotected, payload, signature] = parts as unknown[]
  if (!(protectedBytes instanceof Uint8Array) || !(unprotected instanceof Map) || !(signature instanceof Uint8Array))
    throw malformed('cose', 'it is not a COSE_Sign1')
  if (payload !== null && !(payload instanceof Uint8Array)) throw malformed('cose', 'its payload is not bytes')
  const header = fromCbor(protectedBytes)
  if (!(header instanceof Map)) throw malformed('cose', 'its protected header is not a map')
  const alg: unknown = header.get(label.alg)
  if (alg !== EDDSA && alg !== ED25519) throw malformed('cose', 'it is not signed with Ed25519')
  // RFC 9052 section 3.1: whoever does not understand what is listed there must refuse
  if (header.has(2)) throw malformed('cose', 'it has critical headers')
  for (const name of header.keys()) if (unprotected.has(name)) throw malformed('cose', 'a header stands there twice')
  const kid: unknown = header.get(label.kid)
  const keyId = kid instanceof Uint8Array ? decodeUtf8(kid) : undefined
  if (keyId === undefined) throw malformed('cose', 'it names no key in its protected header')
  return {
    protected: header as CoseHeader,
    protectedBytes,
    unprotected: unprotected as CoseHeader,
    payload: payload ?? undefined,
    signature,
    keyId,
  }
}

/**
 * @param sign1 - from `readCose`
 * @param payload - its payload, or what it was detached from
 * @param keys - the did:keys whose signatures count
 * @throws QuittanceError `ENVELOPE_UNTRUSTED`
 */
export function checkCose(sign1: CoseSign1, payload: Uint8Array, keys: readonly string[]): void {
  checkSigned(sign1.keyId, keys, toBeSigned(sign1.protectedBytes, payload), sign1.signature)
}

/**
 * @param sign1 - from `readCose`
 * @returns issuer and subject of its CWT claims (RFC 9597)
 * @throws QuittanceError `ENVELOPE_MALFORMED` when one is missing
 */
export function claimsOf({ protected: header }: CoseSign1): { readonly issuer: string; readonly subject: string } {
  const claims = header.get(label.claims)
  const issuer: unknown = claims instanceof Map ? claims.get(claim.issuer) : undefined
  const subject: unknown = claims instanceof Map ? claims.get(claim.subject) : undefined
  if (typeof issuer !== 'string' || typeof subject !== 'string') throw malformed('cose', 'it has no issuer and subject')
  return { issuer, subject }
}
