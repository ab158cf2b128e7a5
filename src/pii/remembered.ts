/** Short texts in which nothing was found, so that the same names and ids are not looked through for every receipt. */

/** Forgets everything when it is full: what is used often comes back at once. */
export interface Remembered {
  has(text: string): boolean
  add(text: string): void
}

/** Longer texts are seldom the same. */
const MAX_LENGTH = 128

/**
 * @param most - how many texts are kept
 * @returns an empty memory
 */
export function createRemembered(most: number): Remembered {
  const known = new Set<string>()
  return {
    has: (text) => known.has(text),
    add(text) {
      if (text.length > MAX_LENGTH) return
      if (known.size >= most) known.clear()
      known.add(text)
    },
  }
}
