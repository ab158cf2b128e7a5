import { base64nopad, base64urlnopad } from '@scure/base'
import { fromHex } from '../../primitives/bytes.js'

/**
 * Reads a private key written as text.
 *
 * @param text - 64 hex digits, or 43 characters of base64 or base64url with or without `=`; white space round it is ignored
 * @returns the 32 bytes, `undefined` when it is anything else; nothing says what the text was
 */
export function decodeSeed(text: string): Uint8Array | undefined {
  const seed = text.trim()
  try {
    if (/^[0-9a-fA-F]{64}$/.test(seed)) return fromHex(seed.toLowerCase())
    if (/^[A-Za-z0-9+/]{43}=?$/.test(seed)) return base64nopad.decode(seed.slice(0, 43))
    if (/^[A-Za-z0-9_-]{43}=?$/.test(seed)) return base64urlnopad.decode(seed.slice(0, 43))
  } catch {
    // Bits beyond the 32 bytes. The decoder's message may quote the text, so it goes no further.
  }
  return undefined
}
