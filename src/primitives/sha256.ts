import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { fromHex, toHex } from './bytes.js'
import { nodeCrypto } from './platform.js'

const native = nodeCrypto()
const hashes = typeof native?.hash === 'function'

/**
 * SHA-256 (FIPS 180-4).
 *
 * @param data - bytes, or a text taken as UTF-8
 * @returns the 32-byte digest
 */
export function sha256(data: Uint8Array | string): Uint8Array {
  // by way of hex: Node makes a text much faster than bytes, and bytes of it are soon made
  if (native && hashes) return fromHex(native.hash('sha256', data))
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
  native && hashes ? (data) => native.hash('sha256', data) : (data) => toHex(sha256(data))
