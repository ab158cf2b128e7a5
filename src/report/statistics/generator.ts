/** A generator of random numbers that says from which seed it began, so that a resampled figure can be had again. */
export interface SeededGenerator {
  readonly name: string
  readonly seed: number
  /** @returns the next number, 0 <= x < 1 */
  next(): number
}

/**
 * xoshiro128** (Blackman and Vigna 2021), its state filled from a 32-bit seed by SplitMix32. Not for secrets.
 *
 * @param seed - an integer, 0 to 2^32-1
 * @returns the generator
 * @throws RangeError when the seed is none
 * @example
 * ```ts
 * import { seededGenerator } from 'quittance/statistics'
 * const generator = seededGenerator(20260101)
 * const x = generator.next()
 * ```
 */
export function seededGenerator(seed: number): SeededGenerator {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new RangeError('seed must be an integer of 32 bits')
  let mixed = seed
  const fill = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0
    let z = mixed
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return z ^ (z >>> 16)
  }
  const draw = xoshiro128([fill(), fill(), fill(), fill()])
  // 53 bits from two draws
  return { name: 'xoshiro128**', seed, next: () => ((draw() >>> 5) * 67108864 + (draw() >>> 6)) / 9007199254740992 }
}

/**
 * The bare generator.
 *
 * @param state - four 32-bit integers, not all 0
 * @returns a function that gives the next 32-bit integer, 0 to 2^32-1
 */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [a, b, c, d] = state
  const rotated = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
  return () => {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotated(d, 11)
    return result
  }
}
