/** Integers in as few bytes as they need: 7 bits a byte, the lowest first, the highest bit says that more follow. */

/**
 * @param value - an integer from 0 to 2^32-1
 * @returns how many bytes it takes
 */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/**
 * @param target - where it is written
 * @param value - an integer from 0 to 2^32-1
 * @param start - the first byte
 * @returns the byte behind it
 */
export function writeVarint(target: Uint8Array, value: number, start: number): number {
  let at = start
  let rest = value
  while (rest >= 0x80) {
    target[at] = (rest & 0x7f) | 0x80
    rest >>>= 7
    at += 1
  }
  target[at] = rest
  return at + 1
}

/** Reads integers one behind the other. */
export interface VarintReader {
  /** The byte behind what was read. */
  readonly at: number
  /** @returns the next one; `undefined` where the bytes end before it does, or it is beyond 2^32-1 */
  next(): number | undefined
}

/**
 * @param bytes - are read from their beginning
 * @returns a reader
 */
export function varintReader(bytes: Uint8Array): VarintReader {
  let at = 0
  return {
    get at() {
      return at
    },
    next() {
      let value = 0
      for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
        const byte = bytes[at]
        if (byte === undefined) return undefined
        at += 1
        value += (byte & 0x7f) * scale
        if (byte < 0x80) return value < 2 ** 32 ? value : undefined
      }
      return undefined
    },
  }
}
