/** Signatures of certificates, revocation lists and tokens: which algorithms count, and whether one holds. */
import { constants, verify } from 'node:crypto'
import { verifySignature } from '../../keys/ed25519/verify.js'
import type { AlgorithmId } from './asn1.js'
import { type Hash, hashOf, pssOf } from './hash.js'
import type { PublicKey } from './key.js'

/** `weak`: by an algorithm or key that proves nothing any more. */
export type SignatureCheck = 'good' | 'wrong' | 'weak' | 'unsupported'

type Scheme = readonly ['rsa' | 'ec', Hash | 'weak']
const schemes: Readonly<Record<string, Scheme>> = {
  '1.2.840.113549.1.1.11': ['rsa', 'sha256'],
  '1.2.840.113549.1.1.12': ['rsa', 'sha384'],
  '1.2.840.113549.1.1.13': ['rsa', 'sha512'],
  '1.2.840.113549.1.1.5': ['rsa', 'weak'],
  '1.2.840.113549.1.1.4': ['rsa', 'weak'],
  '1.2.840.113549.1.1.2': ['rsa', 'weak'],
  '1.2.840.10045.4.3.2': ['ec', 'sha256'],
  '1.2.840.10045.4.3.3': ['ec', 'sha384'],
  '1.2.840.10045.4.3.4': ['ec', 'sha512'],
  '1.2.840.10045.4.1': ['ec', 'weak'],
}
const RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
const RSA_PSS = '1.2.840.113549.1.1.10'
const EDWARDS: Readonly<Record<string, string>> = { '1.3.101.112': 'ed25519', '1.3.101.113': 'ed448' }

/**
 * @param algorithm - as it is written beside the signature
 * @param publicKey - `undefined` where it could not be read
 * @param signed - the bytes
 * @param signature - what claims to be the signature
 * @param digestAlgorithm - of a CMS signer, where the hash may stand
 */
export function checkSignature(
  algorithm: AlgorithmId,
  publicKey: PublicKey | undefined,
  signed: Uint8Array,
  signature: Uint8Array,
  digestAlgorithm?: AlgorithmId,
): SignatureCheck {
  if (publicKey === undefined) return 'unsupported'
  const { kind, strength, key } = publicKey
  if (strength !== 'good') return strength
  const { oid } = algorithm
  const holds = (hash: Hash | null, options: object = {}): SignatureCheck => {
    try {
      return verify(hash, signed, { key, ...options }, signature) ? 'good' : 'wrong'
    } catch {
      // A signature that OpenSSL can't even parse.
      return 'wrong'
    }
  }
  if (Object.hasOwn(EDWARDS, oid)) {
    if (kind !== EDWARDS[oid]) return 'wrong'
    if (publicKey.admitted === undefined) return holds(null)
    return verifySignature(publicKey.admitted, signed, signature) ? 'good' : 'wrong'
  }
  if (oid === RSA_PSS) {
    const pss = pssOf(algorithm.parameters)
    if (pss === undefined) return 'unsupported'
    if (pss.hash === 'weak') return 'weak'
    if (kind !== 'rsa') return 'wrong'
    const own = publicKey.pss
    if (own !== undefined && (own.hash !== pss.hash || own.saltLength > pss.saltLength)) return 'wrong'
    return holds(pss.hash, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pss.saltLength })
  }
  const scheme: Scheme | undefined = Object.hasOwn(schemes, oid) ? schemes[oid] : undefined
  const byDigest = oid === RSA_ENCRYPTION && digestAlgorithm !== undefined ? hashOf(digestAlgorithm) : undefined
  const [family, hash] = scheme ?? (['rsa', byDigest] as const)
  if (hash === undefined) return 'unsupported'
  if (hash === 'weak') return 'weak'
  if (kind !== family) return 'wrong'
  return holds(hash, family === 'rsa' ? { padding: constants.RSA_PKCS1_PADDING } : {})
}
