import { fromHex } from '../../primitives/bytes.js'

/** The order of the base point, little-endian: 2^252 + 27742317777372353535851937790883648493. */
const order = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
/** The field's prime, little-endian: 2^255 - 19. */
const prime = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f')

/** The y coordinates of the eight points of small order: of order 4, 1, 2, and twice of order 8. Their signs don't matter. */
const smallOrderY = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(fromHex)

/** Compares 32 little-endian bytes of `data`, from `offset`, the top byte masked, with a bound. */
const isBelow = (data: Uint8Array, offset: number, topMask: number, bound: Uint8Array): boolean => {
  for (let index = 31; index >= 0; index--) {
    const byte = data[offset + index]! & (index === 31 ? topMask : 0xff)
    if (byte !== bound[index]) return byte < bound[index]!
  }
  return false
}

const hasY = (data: Uint8Array, y: Uint8Array): boolean => {
  for (let index = 0; index < 31; index++) if (data[index] !== y[index]) return false
  return (data[31]! & 0x7f) === y[31]
}

/**
 * @param encoding - 32 bytes that encode a point
 * @returns whether its y coordinate is below the prime, as in every canonical encoding
 */
export function isReducedY(encoding: Uint8Array): boolean {
  return isBelow(encoding, 0, 0x7f, prime)
}

/**
 * The part of verification that is decided by bytes alone, the same for all backends: 64 bytes, S below the group
 * order, the y of R below the prime, R not of small order.
 *
 * @param signature - what claims to be a signature
 * @returns false when no message and no key can make it valid
 */
export function hasStrictForm(signature: Uint8Array): boolean {
  return (
    signature.length === 64 &&
    isBelow(signature, 32, 0xff, order) &&
    isReducedY(signature) &&
    !smallOrderY.some((y) => hasY(signature, y))
  )
}
