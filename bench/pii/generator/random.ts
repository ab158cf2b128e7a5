/** Chance that can be repeated. */

/** Draws that depend on the seed alone. */
export interface Random {
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  pick<T>(from: readonly T[]): T
  /** Whether something that happens in this share of the cases happens. */
  chance(share: number): boolean
  /** So many decimal digits. */
  digits(count: number): string
  /** So many characters of an alphabet. */
  string(count: number, alphabet: string): string
}

export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
export const LOWER = 'abcdefghijklmnopqrstuvwxyz'
export const DIGITS = '0123456789'
export const ALNUM = UPPER + LOWER + DIGITS
export const HEX = '0123456789abcdef'

/**
 * @param seed - any whole number
 * @returns draws of this seed
 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))
  const pick = <T>(from: readonly T[]): T => from[int(0, from.length - 1)] as T
  const string = (count: number, alphabet: string): string => {
    let out = ''
    for (let index = 0; index < count; index += 1) out += alphabet[int(0, alphabet.length - 1)]
    return out
  }
  return { int, pick, string, chance: (share) => next() < share, digits: (count) => string(count, DIGITS) }
}
