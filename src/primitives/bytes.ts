import { hex } from '@scure/base'

/** Node's own hex is nine times as fast, its bytes of a text three times; reached through the global so that no bundler adds a substitute for it. */
interface NodeBuffer {
  from(text: string, encoding: 'hex'): Uint8Array
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'hex'): string }
  from(text: string, encoding: 'latin1'): Uint8Array
}
const nodeBuffer = (globalThis as { Buffer?: NodeBuffer }).Buffer

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * @param text - any string
 * @returns its UTF-8 bytes; a lone surrogate becomes U+FFFD, so callers check before
 */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * @param text - characters below U+0080 only, as hashes and fixed words have
 * @returns their bytes
 */
export function ascii(text: string): Uint8Array {
  return nodeBuffer ? nodeBuffer.from(text, 'latin1') : encoder.encode(text)
}

/**
 * @param bytes - bytes that should be UTF-8
 * @returns the text, a byte order mark kept; `undefined` when the bytes are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * @param bytes - any bytes
 * @returns lower-case hex
 */
export function toHex(bytes: Uint8Array): string {
  return nodeBuffer
    ? nodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
    : hex.encode(bytes)
}

/**
 * @param text - lower-case hex of whole bytes
 * @returns the bytes
 * @throws Error when it is not lower-case hex
 */
export function fromHex(text: string): Uint8Array {
  if (text !== text.toLowerCase()) throw new Error('hex must be lower case')
  return hex.decode(text)
}

const hexText = /^(?:[0-9a-f]{2})*$/

/**
 * As `fromHex`, for values that are public and may be anything.
 *
 * @param text - perhaps lower-case hex of whole bytes
 * @returns the bytes, which may lie in memory that others share; `undefined` when it is no such text
 */
export function hexBytes(text: string): Uint8Array | undefined {
  if (nodeBuffer === undefined) return hexText.test(text) ? hex.decode(text) : undefined
  // Node stops at the first character that is no digit, and takes capitals
  const bytes = nodeBuffer.from(text, 'hex')
  return bytes.length * 2 === text.length && text === text.toLowerCase() ? bytes : undefined
}

/**
 * @param parts - byte strings
 * @returns them, one behind the other
 */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/**
 * @param a - bytes
 * @param b - bytes
 * @returns whether they are the same; not constant-time, for public values only
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
