/** Hashes that time stamps and certificates are signed over, and which of them count. */
import { createHash } from 'node:crypto'
import { type AlgorithmId, algorithmOf, type Der, integerBytes, membersOf, smallInteger } from './asn1.js'

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
const MGF1 = '1.2.840.113549.1.1.8'

/** @returns the hash of an algorithm identifier; `undefined` when it is unknown here */
export function hashOf({ oid }: AlgorithmId): Hash | 'weak' | undefined {
  return Object.hasOwn(hashes, oid) ? hashes[oid] : undefined
}

/** @returns the digest */
export function digest(hash: Hash | 'sha1', bytes: Uint8Array): Uint8Array {
  return createHash(hash).update(bytes).digest()
}

/** How RSASSA-PSS is used. */
export interface Pss {
  readonly hash: Hash | 'weak'
  /** In bytes. */
  readonly saltLength: number
}

/**
 * Reads what RFC 4055 writes behind `id-RSASSA-PSS`.
 *
 * @returns `undefined` where it is nothing that is known here
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function pssOf(parameters: Der | undefined): Pss | undefined {
  if (parameters === undefined) return undefined
  const what = 'signature algorithm'
  const members = membersOf(parameters, what)
  const inside = (tag: number) => members.maybe(tag)?.children[0]
  const [hash, mask, salt, trailer] = [inside(0xa0), inside(0xa1), inside(0xa2), inside(0xa3)]
  members.end()
  const number = (der: Der): number => {
    integerBytes(der, what)
    return smallInteger(der, what)
  }
  const saltLength = salt === undefined ? 20 : number(salt)
  const trailerField = trailer === undefined ? 1 : number(trailer)
  // Both hashes are SHA-1 where they are left out.
  if (hash === undefined || mask === undefined) return { hash: 'weak', saltLength }
  const maskAlgorithm = algorithmOf(mask, what)
  const found = hashOf(algorithmOf(hash, what))
  const maskHash = maskAlgorithm.parameters && hashOf(algorithmOf(maskAlgorithm.parameters, what))
  if (maskAlgorithm.oid !== MGF1 || found === undefined || maskHash !== found) return undefined
  return trailerField === 1 ? { hash: found, saltLength } : undefined
}
