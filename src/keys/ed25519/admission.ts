import { Point } from '@noble/ed25519'
import { QuittanceError } from '../../errors.js'
import { didKey, parseDidKey } from '../did-key.js'
import { isReducedY } from './rules.js'

/** Why a key is not admitted, whatever it signed. */
export type KeyRefusal =
  /** Not 32 bytes, or not the did:key of an Ed25519 key. */
  | 'encoding'
  /** A second spelling of a point: y not below the prime, or a sign on x = 0. */
  | 'not_canonical'
  | 'not_on_curve'
  /** One of the eight points under which one signature fits many messages. */
  | 'small_order'
  /** A point outside the group of prime order: verifiers disagree about its signatures. */
  | 'mixed_order'

/** A public key that was checked once and may be verified with. Made by `admitKey` only. */
export interface AdmittedKey {
  /** `did:key:z6Mk…` */
  readonly keyId: string
}

/** An admitted key, or why there is none. */
export type Admission =
  | { readonly key: AdmittedKey; readonly refused?: undefined }
  | { readonly key?: undefined; readonly refused: KeyRefusal }

/** What `KeyRefusal` says, for people. */
export const refusalText: Readonly<Record<KeyRefusal, string>> = {
  encoding: 'is not the did:key of an Ed25519 key',
  not_canonical: 'is not the canonical encoding of its point',
  not_on_curve: 'is not a point of the curve',
  small_order: 'is a point of small order',
  mixed_order: 'is a point outside the group of prime order',
}

const bytesOf = new WeakMap<AdmittedKey, Uint8Array>()

/** Two generations: a full one becomes the old one, and what is still in use moves over. Data can't make it grow. */
const generationSize = 1024
let young = new Map<string, Admission>()
let old = new Map<string, Admission>()

const refusalOf = (publicKey: Uint8Array): KeyRefusal | undefined => {
  if (!isReducedY(publicKey)) return 'not_canonical'
  let point: Point
  try {
    point = Point.fromBytes(publicKey, true)
  } catch {
    return 'not_on_curve'
  }
  // With y reduced, the one other spelling left is a sign on x = 0.
  if (point.x === 0n && publicKey[31]! >= 0x80) return 'not_canonical'
  if (point.isSmallOrder()) return 'small_order'
  return point.isTorsionFree() ? undefined : 'mixed_order'
}

const admit = (keyId: string, publicKey: Uint8Array): Admission => {
  const refused = refusalOf(publicKey)
  if (refused) return { refused }
  const key: AdmittedKey = Object.freeze({ keyId })
  bytesOf.set(key, Uint8Array.from(publicKey))
  return { key }
}

/**
 * Decides once whether signatures of a public key may count: a canonical encoding, on the curve, of prime order. About a
 * millisecond the first time; then from a bounded cache.
 *
 * @param key - a did:key, or the 32 bytes of a public key
 * @returns the admitted key, or the reason why not
 * @throws TypeError when it is neither a text nor a `Uint8Array`
 */
export function admitKey(key: string | Uint8Array): Admission {
  if (typeof key !== 'string' && !(key instanceof Uint8Array))
    throw new TypeError('key must be a string or a Uint8Array')
  if (typeof key !== 'string' && key.length !== 32) return { refused: 'encoding' }
  const keyId = typeof key === 'string' ? key : didKey(key)
  const recent = young.get(keyId)
  if (recent) return recent
  let admission = old.get(keyId)
  if (!admission) {
    try {
      admission = admit(keyId, parseDidKey(keyId))
    } catch (error) {
      if (!QuittanceError.is(error, 'KEY_ENCODING')) throw error
      // Not remembered: it was cheap to find, and a text from the data may be long.
      return { refused: 'encoding' }
    }
  }
  if (young.size >= generationSize) {
    old = young
    young = new Map()
  }
  young.set(keyId, admission)
  return admission
}

/**
 * @param key - an admitted key
 * @returns a copy of its 32 bytes
 * @throws TypeError when it was not made by `admitKey`
 */
export function publicKeyOf(key: AdmittedKey): Uint8Array {
  const bytes = bytesOf.get(key)
  if (!bytes) throw new TypeError('key must come from admitKey')
  return Uint8Array.from(bytes)
}
