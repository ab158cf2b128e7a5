const table = new Uint16Array(256).map((_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc
})

/** CRC-16/XMODEM, as the cluster specification asks. */
function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) crc = ((crc << 8) ^ (table[((crc >> 8) ^ byte) & 0xff] as number)) & 0xffff
  return crc
}

/**
 * @param key - a key
 * @returns the slot of a cluster that it lies in, from 0 to 16383: only what stands between its first braces counts
 */
export function slotOf(key: string): number {
  const open = key.indexOf('{')
  const close = key.indexOf('}', open + 1)
  return crc16(Buffer.from(open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key)) % 16_384
}
