/**
 * Public keys of certificates. What kind of key it is, and how strong, is read from its own DER: of a key that is none
 * (a point of a curve that is no point) OpenSSL's own answer can end the whole process.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { algorithmOf, type Der, integerBytes, membersOf, oidOf, readDer, tags, wholeBits } from './asn1.js'

/** A key that signatures are checked with. */
export interface PublicKey {
  readonly kind: 'rsa' | 'ec' | 'ed25519' | 'ed448'
  /** `weak`: it proves nothing any more. `unsupported`: a curve that does not count here. */
  readonly strength: 'good' | 'weak' | 'unsupported'
  readonly key: KeyObject
}

const kinds: Readonly<Record<string, PublicKey['kind']>> = {
  '1.2.840.113549.1.1.1': 'rsa',
  '1.2.840.113549.1.1.10': 'rsa',
  '1.2.840.10045.2.1': 'ec',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
}

/** P-256, P-384, P-521, and brainpool's of 256, 384 and 512 bits. */
const curves: readonly string[] = [
  '1.2.840.10045.3.1.7',
  '1.3.132.0.34',
  '1.3.132.0.35',
  '1.3.36.3.3.2.8.1.1.7',
  '1.3.36.3.3.2.8.1.1.11',
  '1.3.36.3.3.2.8.1.1.13',
]
const MIN_RSA_BITS = 2048
/** First bytes of a point in any of its forms; the point at infinity has another. */
const pointForms: readonly (number | undefined)[] = [2, 3, 4, 6, 7]

const what = 'certificate'

/** How many bits the modulus has; `undefined` where it is none. */
function modulusBits(key: Uint8Array): number | undefined {
  const members = membersOf(readDer(key, what), what)
  const [modulus, exponent] = [members.any(), members.any()].map((one) => integerBytes(one, what))
  members.end()
  const [first = 0, second = 0] = modulus ?? []
  if (first > 127 || (exponent?.[0] ?? 0) > 127) return undefined
  const bytes = (modulus?.length ?? 0) - (first === 0 ? 1 : 0)
  return bytes === 0 ? undefined : (bytes - 1) * 8 + (32 - Math.clz32(first === 0 ? second : first))
}

function strengthOf(
  kind: PublicKey['kind'],
  parameters: Der | undefined,
  key: Uint8Array,
): PublicKey['strength'] | undefined {
  if (kind === 'rsa') {
    const bits = modulusBits(key)
    return bits === undefined ? undefined : bits < MIN_RSA_BITS ? 'weak' : 'good'
  }
  if (kind !== 'ec') return 'good'
  // a curve that is written out could be any curve
  if (parameters?.tag !== tags.oid || !pointForms.includes(key[0])) return undefined
  return curves.includes(oidOf(parameters, what)) ? 'good' : 'unsupported'
}

/**
 * @param spki - SubjectPublicKeyInfo
 * @returns the key; `undefined` where it is of a kind that is not known here, or none
 * @throws QuittanceError `TLOG_MALFORMED` where it is no SubjectPublicKeyInfo
 */
export function publicKeyOf(spki: Der): PublicKey | undefined {
  const members = membersOf(spki, what)
  const { oid, parameters } = algorithmOf(members.any(), what)
  const bytes = wholeBits(members.any(), what)
  members.end()
  const kind = Object.hasOwn(kinds, oid) ? kinds[oid] : undefined
  if (kind === undefined) return undefined
  try {
    const strength = strengthOf(kind, parameters, bytes)
    if (strength === undefined) return undefined
    return { kind, strength, key: createPublicKey({ key: Buffer.from(spki.raw), format: 'der', type: 'spki' }) }
  } catch {
    // what is no key checks no signature, which is told of where one is to be checked
    return undefined
  }
}
