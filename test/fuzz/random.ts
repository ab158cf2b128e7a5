/** Numbers that look random and come again with the same seed. */
export interface Random {
  /** @returns an integer from 0 to `below` - 1 */
  int(below: number): number
  /** @returns true in one of `of` cases */
  one(of: number): boolean
  pick<T>(items: readonly T[]): T
}

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const int = (below: number) => next() % below
  return { int, one: (of) => int(of) === 0, pick: (items) => items[int(items.length)] as (typeof items)[number] }
}
