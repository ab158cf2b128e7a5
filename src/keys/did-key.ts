import { base58 } from '@scure/base'
import { QuittanceError } from '../errors.js'

const prefix = 'did:key:z'
/** Multicodec `ed25519-pub`, 0xed as a varint. */
const codec = [0xed, 0x01] as const
/** Every Ed25519 did:key has this length: 34 bytes that begin with the codec are always 47 base58 digits. */
const didLength = prefix.length + 47

const refuse = (why: string): QuittanceError =>
  new QuittanceError('KEY_ENCODING', `not the did:key of an Ed25519 key: ${why}`)

/**
 * Writes a public key as a did:key. Whether the bytes are a key that may be trusted is the admission's business.
 *
 * @param publicKey - the 32 bytes of an Ed25519 public key (RFC 8032)
 * @returns `did:key:z6Mk…`, 56 characters
 * @throws TypeError when it is not a `Uint8Array`, RangeError when it is not 32 bytes
 * @example
 * ```ts
 * import { didKey } from 'quittance'
 * const keyId = didKey(Uint8Array.from(Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')))
 * ```
 */
export function didKey(publicKey: Uint8Array): string {
  if (!(publicKey instanceof Uint8Array)) throw new TypeError('publicKey must be a Uint8Array')
  if (publicKey.length !== 32) throw new RangeError('publicKey must be 32 bytes')
  const bytes = new Uint8Array(34)
  bytes.set(codec)
  bytes.set(publicKey, 2)
  return prefix + base58.encode(bytes)
}

/**
 * Reads a did:key. One key has one spelling: no fragment, no other multibase, no other case, no white space.
 *
 * @param did - `did:key:z6Mk…`
 * @returns the 32 bytes of the public key, not yet admitted
 * @throws QuittanceError `KEY_ENCODING` when it is anything else; the text is not repeated in the message
 * @example
 * ```ts
 * import { parseDidKey } from 'quittance'
 * const publicKey = parseDidKey('did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw')
 * ```
 */
export function parseDidKey(did: string): Uint8Array {
  if (typeof did !== 'string') throw refuse('it is not a text')
  if (!did.startsWith(prefix)) throw refuse('it does not begin with did:key:z')
  // The length comes first: decoding base58 takes quadratic time.
  if (did.length !== didLength) throw refuse(`it is not ${didLength} characters long`)
  let bytes: Uint8Array
  try {
    bytes = base58.decode(did.slice(prefix.length))
  } catch {
    throw refuse('it is not base58btc')
  }
  if (bytes.length !== 34 || bytes[0] !== codec[0] || bytes[1] !== codec[1]) {
    throw refuse('it is not multicodec 0xed01 and 32 bytes')
  }
  return bytes.slice(2)
}
