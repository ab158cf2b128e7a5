import { hex } from '@scure/base'

/** Node's own hex is nine times as fast, its bytes of a text three times; reached through the global so that no bundler adds a substitute for it. */
interface NodeBuffer {
  allocUnsafe(size: number): Uint8Array
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
  const bytes = new Uint8Array(text.length >> 1)
  if (!decode(text, bytes)) throw new Error('hex must be lower case, two digits a byte')
  return bytes
}

/** What each lower-case hex digit is worth, by its code; -1 for what is none. */
const worth = new Int8Array(128).fill(-1)
for (let value = 0; value < 16; value += 1) worth[value.toString(16).charCodeAt(0)] = value

/** By hand: Node's own takes the character U+0131, of which it sees the lower byte, for a 1. */
function decode(text: string, bytes: Uint8Array): boolean {
  // below 0 as soon as there is half a byte, a character that is no digit, or one that the table does not have
  let all = -(text.length & 1)
  for (let index = 0; index < bytes.length; index += 1) {
    const high = text.charCodeAt(2 * index)
    const low = text.charCodeAt(2 * index + 1)
    const byte = ((worth[high & 127] as number) << 4) | (worth[low & 127] as number)
    all |= byte | (127 - high) | (127 - low)
    bytes[index] = byte
  }
  return all >= 0
}

/**
 * As `fromHex`, for values that are public and may be anything.
 *
 * @param text - perhaps lower-case hex of whole bytes
 * @returns the bytes, which may lie in memory that others share; `undefined` when it is no such text
 */
export function hexBytes(text: string): Uint8Array | undefined {
  const length = text.length >> 1
  const bytes = nodeBuffer ? nodeBuffer.allocUnsafe(length) : new Uint8Array(length)
  return decode(text, bytes) ? bytes : undefined
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
