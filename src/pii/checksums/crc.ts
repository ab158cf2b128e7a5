/** Cyclic redundancy checks that address formats carry. */

/**
 * @param bytes - what is checked
 * @param length - how many of them count
 * @returns CRC-16/XMODEM
 */
export function crc16(bytes: Uint8Array, length: number): number {
  let rest = 0
  for (let index = 0; index < length; index += 1) {
    rest ^= (bytes[index] as number) << 8
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 0x8000 ? ((rest << 1) ^ 0x1021) & 0xffff : rest << 1
  }
  return rest
}

/**
 * @param bytes - what is checked
 * @returns CRC-32 as ISO 3309 defines it, unsigned
 */
export function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff
  for (const byte of bytes) {
    rest ^= byte
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  }
  return (rest ^ 0xffffffff) >>> 0
}
