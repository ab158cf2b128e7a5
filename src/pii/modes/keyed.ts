/** Keyed hashes of what was found, under a label that neither pseudonyms nor commitments have. */
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, toHex, utf8 } from '../../primitives/bytes.js'
import { nodeCrypto } from '../../primitives/platform.js'
import { sha256Hex } from '../../primitives/sha256.js'

/** At least 32 random bytes; bare bytes get an id made from their hash. */
export type PiiSecret = Uint8Array | { readonly id: string; readonly secret: Uint8Array }

/** A checked copy of a secret. */
export interface PiiKey {
  /** Stands in the configuration's digest, so that another secret shows. */
  readonly id: string
  readonly bytes: Uint8Array
}

const MIN_BYTES = 32

/**
 * How many letters of the HMAC are written: 64 bit. Fewer would make two of a few million values share a hash by chance;
 * more would only lengthen texts, since nobody without the secret can try values whatever the length.
 */
export const HASH_LETTERS = 16

const idShape = /^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,255}$/

/**
 * @param given - the option
 * @returns a copy
 * @throws TypeError, RangeError when it is no secret of at least 32 bytes
 */
export function checkedSecret(given: PiiSecret): PiiKey {
  const bare = given instanceof Uint8Array
  const bytes: unknown = bare ? given : (given as { secret?: unknown } | null)?.secret
  if (!(bytes instanceof Uint8Array)) throw new TypeError('secret must be a Uint8Array, or {id, secret}')
  if (bytes.length < MIN_BYTES) throw new RangeError(`secret must have at least ${MIN_BYTES} bytes`)
  const copy = Uint8Array.from(bytes)
  const id = bare
    ? `sha256-${sha256Hex(concatBytes(utf8('quittance/1 pii secret id\n'), copy)).slice(0, 16)}`
    : (given as { id: unknown }).id
  if (typeof id !== 'string' || !idShape.test(id)) throw new RangeError('secret.id must be an id')
  return { id, bytes: copy }
}

const letters = 'abcdefghijklmnop'

const native = nodeCrypto()

/**
 * @param key - the secret
 * @param text - what is hashed, as UTF-8
 * @returns HMAC-SHA256 in hex
 */
export function hmacHex(key: Uint8Array, text: string): string {
  if (native) return native.createHmac('sha256', key).update(text).digest('hex')
  return toHex(hmac(sha256, key, utf8(text)))
}

/**
 * @param key - the redactor's secret
 * @param tenantId - keeps one person's values of two tenants apart; empty where there is none
 * @param type - of what was found
 * @param value - its normal form
 * @returns the first 64 bit of HMAC-SHA256 over `quittance/1 pii\n<tenantId>\n<type>\n<value>`, four bit a letter, `a` for 0
 *   to `p` for 15: letters alone are no number that somebody could hide behind brackets
 * @throws RangeError when the tenant's name has a line break, so that two labels could read alike
 */
export function keyedHash(key: PiiKey, tenantId: string, type: string, value: string): string {
  if (tenantId.includes('\n')) throw new RangeError('tenantId must be an id')
  const digits = hmacHex(key.bytes, `quittance/1 pii\n${tenantId}\n${type}\n${value}`).slice(0, HASH_LETTERS)
  return Array.from(digits, (digit) => letters[Number.parseInt(digit, 16)]).join('')
}
