/**
 * Public keys of certificates. What kind of key it is, and how strong, is read from its own DER: of a key that is none
 * (a point of a curve that is no point) OpenSSL's own answer can end the whole process. Keys with which everybody can sign,
 * and keys that take very long to check, are none.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { type AdmittedKey, admitKey } from '../../keys/ed25519/admission.js'
import { equalBytes } from '../../primitives/bytes.js'
import {
  type AlgorithmId,
  algorithmOf,
  type Der,
  integerBytes,
  membersOf,
  oidOf,
  readDer,
  tags,
  wholeBits,
} from './asn1.js'
import { type Pss, pssOf } from './hash.js'

/** A key that signatures are checked with. */
export interface PublicKey {
  readonly kind: 'rsa' | 'ec' | 'ed25519' | 'ed448'
  /** `weak`: it proves nothing any more. `unsupported`: a curve that does not count here. */
  readonly strength: 'good' | 'weak' | 'unsupported'
  readonly key: KeyObject
  /** Of Ed25519: by the rules that receipts are signed under. */
  readonly admitted?: AdmittedKey | undefined
  /** What an RSA key is limited to, where it is. */
  readonly pss?: Pss | undefined
}

type Traits = Omit<PublicKey, 'kind' | 'key'>

const RSA_PSS = '1.2.840.113549.1.1.10'
const kinds: Readonly<Record<string, PublicKey['kind']>> = {
  '1.2.840.113549.1.1.1': 'rsa',
  [RSA_PSS]: 'rsa',
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
const MAX_RSA_BITS = 16_384
const MAX_EXPONENT_BITS = 64
/** First bytes of a point in any of its forms; the point at infinity has another. */
const pointForms: readonly (number | undefined)[] = [2, 3, 4, 6, 7]

const what = 'certificate'

/** How many bits a number that is not negative has. */
function bitsIn(bytes: Uint8Array): number {
  const digits = bytes[0] === 0 ? bytes.subarray(1) : bytes
  return digits.length === 0 ? 0 : digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24
}

const isOdd = (bytes: Uint8Array): boolean => ((bytes.at(-1) ?? 0) & 1) === 1

function rsaTraits(key: Uint8Array, pss: Pss | undefined): Traits | undefined {
  const members = membersOf(readDer(key, what), what)
  const modulus = integerBytes(members.any(), what)
  const exponent = integerBytes(members.any(), what)
  members.end()
  if ([modulus, exponent].some((number) => (number[0] ?? 0) > 127 || !isOdd(number))) return undefined
  const [bits, exponentBits] = [bitsIn(modulus), bitsIn(exponent)]
  if (bits > MAX_RSA_BITS || exponentBits < 2 || exponentBits > MAX_EXPONENT_BITS) return undefined
  return { strength: bits < MIN_RSA_BITS ? 'weak' : 'good', pss }
}

function ecTraits(parameters: Der | undefined, point: Uint8Array): Traits | undefined {
  // a curve that is written out could be any curve
  if (parameters?.tag !== tags.oid || !pointForms.includes(point[0])) return undefined
  return { strength: curves.includes(oidOf(parameters, what)) ? 'good' : 'unsupported' }
}

/** The y of the four points of Ed448 under which one signature fits every message: 0, 1 and -1. */
const degenerate: readonly Uint8Array[] = [
  new Uint8Array(56),
  new Uint8Array(56).fill(1, 0, 1),
  new Uint8Array(56).fill(0xff).fill(0xfe, 0, 1).fill(0xfe, 28, 29),
]

function edwardsTraits(kind: 'ed25519' | 'ed448', key: Uint8Array): Traits | undefined {
  if (kind === 'ed25519') {
    const { key: admitted } = admitKey(key)
    return admitted && { strength: 'good', admitted }
  }
  const sign = key[56] ?? 0
  if ((sign & 0x7f) === 0 && degenerate.some((y) => equalBytes(y, key.subarray(0, 56)))) return undefined
  return { strength: 'good' }
}

/** What is to be known of a key before OpenSSL sees it; `undefined` where it is none. */
function traitsOf(kind: PublicKey['kind'], { oid, parameters }: AlgorithmId, key: Uint8Array): Traits | undefined {
  if (kind === 'ec') return ecTraits(parameters, key)
  if (kind !== 'rsa') return parameters === undefined ? edwardsTraits(kind, key) : undefined
  if (oid !== RSA_PSS || parameters === undefined) return rsaTraits(key, undefined)
  const pss = pssOf(parameters)
  return pss === undefined || pss.hash === 'weak' ? undefined : rsaTraits(key, pss)
}

/**
 * @param spki - SubjectPublicKeyInfo
 * @returns the key; `undefined` where it is of a kind that is not known here, or none
 * @throws QuittanceError `TLOG_MALFORMED` where it is no SubjectPublicKeyInfo
 */
export function publicKeyOf(spki: Der): PublicKey | undefined {
  const members = membersOf(spki, what)
  const algorithm = algorithmOf(members.any(), what)
  const bytes = wholeBits(members.any(), what)
  members.end()
  const kind = Object.hasOwn(kinds, algorithm.oid) ? kinds[algorithm.oid] : undefined
  if (kind === undefined) return undefined
  try {
    const traits = traitsOf(kind, algorithm, bytes)
    if (traits === undefined) return undefined
    return { ...traits, kind, key: createPublicKey({ key: Buffer.from(spki.raw), format: 'der', type: 'spki' }) }
  } catch {
    // what is no key checks no signature, which is told of where one is to be checked
    return undefined
  }
}
