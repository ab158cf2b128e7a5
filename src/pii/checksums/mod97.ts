/** ISO/IEC 7064 MOD 97-10 as ISO 13616 uses it. */

/** Times a hundred it still is a small integer: dividing at each step would take most of the time. */
const FULL = 10_000_000

/**
 * @param codes - ASCII codes of 0-9 and A-Z, the country and the check digits first, as an IBAN is written
 * @param length - how many of them count
 * @returns the remainder; 1 where the check digits are right
 */
export function mod97(codes: Uint8Array, length: number): number {
  let rest = 0
  for (let step = 0; step < length; step += 1) {
    const code = codes[(step + 4) % length] as number
    rest = code < 0x41 ? rest * 10 + code - 0x30 : rest * 100 + code - 55
    if (rest >= FULL) rest %= 97
  }
  return rest % 97
}
