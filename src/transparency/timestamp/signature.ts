/** Signatures of certificates, revocation lists and tokens: which algorithms count, and whether one holds. */
import { constants, createHash, verify } from 'node:crypto'
import { type AlgorithmId, algorithmOf, type Der, membersOf, smallInteger } from './asn1.js'
import type { PublicKey } from './key.js'

/** `weak`: by an algorithm or key that proves nothing any more. */
export type SignatureCheck = 'good' | 'wrong' | 'weak' | 'unsupported'

/** Hashes that count, as Node names them. */
export type Hash = 'sha256' | 'sha384' | 'sha512'

const hashes: Readonly<Record<string, Hash | 'weak'>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.3.14.3.2.26': 'weak',
  '1.2.840.113549.2.5': 'weak',
  '1.2.840.113549.2.2': 'weak',
}

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
const MGF1 = '1.2.840.113549.1.1.8'
const EDWARDS: Readonly<Record<string, string>> = { '1.3.101.112': 'ed25519', '1.3.101.113': 'ed448' }

/** @returns the hash of an algorithm identifier; `undefined` when it is unknown here */
export function hashOf({ oid }: AlgorithmId): Hash | 'weak' | undefined {
  return Object.hasOwn(hashes, oid) ? hashes[oid] : undefined
}

/** @returns the digest */
export function digest(hash: Hash | 'sha1', bytes: Uint8Array): Uint8Array {
  return createHash(hash).update(bytes).digest()
}

/** What RFC 4055 writes behind `id-RSASSA-PSS`. */
function pssOf(parameters: Der | undefined): { hash: Hash | 'weak'; saltLength: number } | undefined {
  if (parameters === undefined) return undefined
  const what = 'signature algorithm'
  const members = membersOf(parameters, what)
  const inside = (tag: number) => members.maybe(tag)?.children[0]
  const [hash, mask, salt, trailer] = [inside(0xa0), inside(0xa1), inside(0xa2), inside(0xa3)]
  members.end()
  // Both hashes are SHA-1 where they are left out.
  if (hash === undefined || mask === undefined) return { hash: 'weak', saltLength: 20 }
  const maskAlgorithm = algorithmOf(mask, what)
  const found = hashOf(algorithmOf(hash, what))
  const maskHash = maskAlgorithm.parameters && hashOf(algorithmOf(maskAlgorithm.parameters, what))
  if (maskAlgorithm.oid !== MGF1 || found === undefined || maskHash !== found) return undefined
  if (trailer !== undefined && smallInteger(trailer, what) !== 1) return undefined
  return { hash: found, saltLength: salt === undefined ? 20 : smallInteger(salt, what) }
}

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
  if (Object.hasOwn(EDWARDS, oid)) return kind === EDWARDS[oid] ? holds(null) : 'wrong'
  if (oid === RSA_PSS) {
    const pss = pssOf(algorithm.parameters)
    if (pss === undefined) return 'unsupported'
    if (pss.hash === 'weak') return 'weak'
    if (kind !== 'rsa') return 'wrong'
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
