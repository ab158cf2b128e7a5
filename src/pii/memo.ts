/** What was worked out for short strings, for as long as one text is looked through. */

/** Remembers; it gives up where a text hardly ever asks for the same again. */
export interface Memo<T> {
  /** Whether asking is worth it: no more once it gave up. */
  readonly active: boolean
  /** @returns what was worked out for the same string */
  get(key: string): T | undefined
  /** Remembers it, as long as there is room. */
  put(key: string, value: T): void
}

/** So many candidates pass before anything is remembered: most texts have fewer. */
export const WORTH_REMEMBERING = 48
/** After so many questions at least half of them must have been answered. */
const TRIAL = 512
/** How many different strings are remembered. */
const MOST = 1_024

/** @returns an empty memory */
export function createMemo<T>(): Memo<T> {
  const known = new Map<string, T>()
  let asked = 0
  let answered = 0
  let useful = true
  return {
    get active() {
      return useful
    },
    get(key) {
      asked += 1
      const value = known.get(key)
      if (value !== undefined) answered += 1
      if (asked === TRIAL) {
        useful = answered * 2 >= asked
        asked = 0
        answered = 0
      }
      return value
    },
    put(key, value) {
      if (known.size < MOST) known.set(key, value)
    },
  }
}
