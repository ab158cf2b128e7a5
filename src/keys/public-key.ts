import { base64, base64urlnopad } from '@scure/base'
import { QuittanceError } from '../errors.js'
import { concatBytes, fromHex, toHex } from '../primitives/bytes.js'
import { parseDidKey } from './did-key.js'

/** DER of a SubjectPublicKeyInfo of Ed25519 (RFC 8410) up to the 32 bytes of the key. */
const spkiPrefix = fromHex('302a300506032b6570032100')

/** A PEM is 113 characters; the rest is room for white space. */
const longestText = 4096

/** An Ed25519 public key as a JSON Web Key (RFC 8037). */
export interface PublicJwk {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  /** The 32 bytes, base64url without padding. */
  readonly x: string
}

/** A JSON Web Key as it comes: what else it holds is ignored, unless it says that the key is for another purpose. */
export interface JwkInput {
  readonly kty?: string | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly kid?: string | undefined
  readonly use?: string | undefined
  readonly alg?: string | undefined
  readonly key_ops?: readonly string[] | undefined
  readonly ext?: boolean | undefined
}

/** What can be read as a public key: PEM (SPKI), hex or did:key as text, the 32 bytes, or a JSON Web Key. */
export type PublicKeyInput = string | Uint8Array | JwkInput

const refuse = (why: string): QuittanceError => new QuittanceError('KEY_ENCODING', `not an Ed25519 public key: ${why}`)
const privateKey = (): QuittanceError =>
  refuse('this is a private key; give only its public half away, and replace it if it was shared')

const fromPem = (text: string): Uint8Array => {
  const label = /-----BEGIN ([^-]*)-----/.exec(text)?.[1] ?? ''
  if (label.includes('PRIVATE')) throw privateKey()
  const body = /^-----BEGIN PUBLIC KEY-----\r?\n([A-Za-z0-9+/=\r\n]+?)\r?\n-----END PUBLIC KEY-----$/.exec(text)?.[1]
  if (body === undefined) throw refuse('the PEM is not one PUBLIC KEY block')
  let der: Uint8Array
  try {
    der = base64.decode(body.replaceAll(/[\r\n]/g, ''))
  } catch {
    throw refuse('the PEM does not hold base64')
  }
  if (der.length !== 44 || !spkiPrefix.every((byte, index) => byte === der[index])) {
    throw refuse('the PEM holds another kind of key')
  }
  return der.slice(12)
}

const fromJwk = (jwk: object): Uint8Array => {
  const member = (name: string): unknown =>
    Object.hasOwn(jwk, name) ? (jwk as Record<string, unknown>)[name] : undefined
  if (member('d') !== undefined) throw privateKey()
  if (member('kty') !== 'OKP' || member('crv') !== 'Ed25519') throw refuse('the JWK is not of kty OKP and crv Ed25519')
  const [use, alg, operations] = [member('use'), member('alg'), member('key_ops')]
  if (use !== undefined && use !== 'sig') throw refuse('the JWK is not for signatures')
  if (alg !== undefined && alg !== 'EdDSA' && alg !== 'Ed25519') throw refuse('the JWK names another algorithm')
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw refuse('the JWK is not for verifying')
  }
  const x = member('x')
  if (typeof x !== 'string' || x.length !== 43) throw refuse('x of the JWK is not 43 characters')
  try {
    return base64urlnopad.decode(x)
  } catch {
    throw refuse('x of the JWK is not base64url')
  }
}

const fromText = (given: string): Uint8Array => {
  if (given.length > longestText) throw refuse('the text is too long')
  const text = given.trim()
  if (text.includes('-----BEGIN')) return fromPem(text)
  if (text.startsWith('did:')) return parseDidKey(text)
  if (/^[0-9a-fA-F]{64}$/.test(text)) return fromHex(text.toLowerCase())
  throw refuse('it is neither PEM, nor 64 hex digits, nor a did:key')
}

/**
 * Reads a public key in any of the usual forms. Whether it may be trusted is the admission's business.
 *
 * @param key - PEM (SPKI), 64 hex digits, did:key, 32 bytes or a JSON Web Key; white space round a text is ignored
 * @returns its 32 bytes
 * @throws QuittanceError `KEY_ENCODING` when it is anything else, a private key included
 */
export function parsePublicKey(key: PublicKeyInput): Uint8Array {
  if (typeof key === 'string') return fromText(key)
  if (key instanceof Uint8Array) {
    if (key.length !== 32) throw refuse('it is not 32 bytes')
    return Uint8Array.from(key)
  }
  if (typeof key !== 'object' || key === null) throw refuse('it is neither a text, nor bytes, nor a JWK')
  return fromJwk(key)
}

const check = (publicKey: Uint8Array): Uint8Array => {
  if (!(publicKey instanceof Uint8Array)) throw new TypeError('publicKey must be a Uint8Array')
  if (publicKey.length !== 32) throw new RangeError('publicKey must be 32 bytes')
  return publicKey
}

/**
 * @param publicKey - 32 bytes
 * @returns PEM (SPKI), ending in a newline, as `openssl pkey -pubin` reads it
 * @throws TypeError, RangeError when it is not 32 bytes
 */
export function publicKeyPem(publicKey: Uint8Array): string {
  const der = concatBytes(spkiPrefix, check(publicKey))
  return `-----BEGIN PUBLIC KEY-----\n${base64.encode(der)}\n-----END PUBLIC KEY-----\n`
}

/**
 * @param publicKey - 32 bytes
 * @returns its JSON Web Key (RFC 8037)
 * @throws TypeError, RangeError when it is not 32 bytes
 */
export function publicKeyJwk(publicKey: Uint8Array): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x: base64urlnopad.encode(check(publicKey)) }
}

/**
 * @param publicKey - 32 bytes
 * @returns 64 lower-case hex digits
 * @throws TypeError, RangeError when it is not 32 bytes
 */
export function publicKeyHex(publicKey: Uint8Array): string {
  return toHex(check(publicKey))
}
