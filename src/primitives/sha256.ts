import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { toHex } from './bytes.js'
import { nodeCrypto } from './platform.js'

const native = nodeCrypto()

/**
 * SHA-256 (FIPS 180-4).
 *
 * @param data - bytes, or a text taken as UTF-8
 * @returns the 32-byte digest
 */
export function sha256(data: Uint8Array | string): Uint8Array {
  if (native) return native.createHash('sha256').update(data).digest()
  return nobleSha256(typeof data === 'string' ? new TextEncoder().encode(data) : data)
}

/**
 * SHA-256 in hex.
 *
 * @param data - bytes, or a text taken as UTF-8
 * @returns 64 lower-case hex digits
 */
export const sha256Hex: (data: Uint8Array | string) => string =
  typeof native?.hash === 'function' ? (data) => native.hash('sha256', data) : (data) => toHex(sha256(data))
