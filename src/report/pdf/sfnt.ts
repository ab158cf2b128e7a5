/** Web fonts as the plain font files that they wrap (WOFF 1.0): a font that is embedded may not be compressed its own way. */
import { inflateSync } from 'node:zlib'

/** Head of a WOFF file, one entry of its directory, and the same of a plain font file, in bytes. */
const woff = { head: 44, entry: 20 }
const plain = { head: 12, entry: 16 }

/**
 * Unwraps a font.
 *
 * @param file - A WOFF 1.0 file.
 * @returns The TrueType or OpenType file in it.
 * @throws RangeError for anything else.
 */
export function sfntOf(file: Uint8Array): Uint8Array {
  const source = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.byteLength < woff.head || source.getUint32(0) !== 0x774f4646)
    throw new RangeError('file is no WOFF 1.0 font')
  const count = source.getUint16(12)
  const tables = Array.from({ length: count }, (_, i) => {
    const at = woff.head + i * woff.entry
    const [offset, packed, length] = [source.getUint32(at + 4), source.getUint32(at + 8), source.getUint32(at + 12)]
    const bytes = file.subarray(offset, offset + packed)
    return {
      tag: source.getUint32(at),
      checksum: source.getUint32(at + 16),
      length,
      bytes: packed < length ? inflateSync(bytes) : bytes,
    }
  })
  const size = tables.reduce((sum, { length }) => sum + padded(length), plain.head + count * plain.entry)
  const result = new Uint8Array(size)
  const target = new DataView(result.buffer)
  target.setUint32(0, source.getUint32(4))
  target.setUint16(4, count)
  const power = Math.floor(Math.log2(count))
  target.setUint16(6, 2 ** power * 16)
  target.setUint16(8, power)
  target.setUint16(10, (count - 2 ** power) * 16)
  let offset = plain.head + count * plain.entry
  for (const [i, { tag, checksum, length, bytes }] of tables.entries()) {
    const at = plain.head + i * plain.entry
    target.setUint32(at, tag)
    target.setUint32(at + 4, checksum)
    target.setUint32(at + 8, offset)
    target.setUint32(at + 12, length)
    result.set(bytes, offset)
    offset += padded(length)
  }
  return result
}

const padded = (length: number): number => (length + 3) & ~3
