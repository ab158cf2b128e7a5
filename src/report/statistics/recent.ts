/** What is remembered of the latest keys, in bounded memory. */
export interface Recent<T> {
  /** How many are remembered now. */
  readonly size: number
  /** How many were let go to make room. */
  readonly forgotten: number
  /** @returns what is remembered under the key */
  get(key: string): T | undefined
  /** Remembers under a key that is new; the oldest entries are let go when there are too many. */
  set(key: string, value: T): void
  /** Puts another value under a key that is remembered, without making it a later one. */
  replace(key: string, value: T): void
  /** Lets an entry go, on purpose. */
  delete(key: string): void
  /** @returns what is remembered, the oldest first */
  values(): T[]
}

/**
 * A map that keeps at least the `limit` latest entries, and at most twice as many. There are two generations, and the
 * older is let go as a whole: taking the oldest key out of one Map again and again means stepping over all its gaps.
 *
 * @param limit - how many, at least 1
 * @returns an empty one
 */
export function createRecent<T>(limit: number): Recent<T> {
  let older = new Map<string, T>()
  let newer = new Map<string, T>()
  let forgotten = 0
  return {
    get size() {
      return older.size + newer.size
    },
    get forgotten() {
      return forgotten
    },
    get: (key) => newer.get(key) ?? older.get(key),
    set(key, value) {
      if (newer.size >= limit) {
        forgotten += older.size
        older = newer
        newer = new Map()
      }
      newer.set(key, value)
    },
    replace(key, value) {
      if (newer.has(key)) newer.set(key, value)
      else if (older.has(key)) older.set(key, value)
    },
    delete(key) {
      if (!newer.delete(key)) older.delete(key)
    },
    values: () => [...older.values(), ...newer.values()],
  }
}
