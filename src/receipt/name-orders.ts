/** Objects of one shape come with their names in the same few orders: what a name order means is worked out once. */

/** How much of an order is remembered; data can't make it more. */
const MAX_NAMES = 64
const MAX_NAME = 64

interface Known<T> {
  readonly names: readonly string[]
  readonly derived: T
}

function same(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  // the names of objects are most often the very same strings
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false
  return true
}

/**
 * @param names - in any order
 * @returns them in UTF-16 code unit order, which is how JavaScript sorts strings and how RFC 8785 writes objects
 */
export function inCanonicalOrder(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...names].sort()
}

/**
 * @param derive - what a list of names in canonical order means, and the order in which they came; must depend on nothing else
 * @param most - how many orders are remembered at a time; when there are more, all are found anew
 * @returns gives that for an object's own names, from memory where they came in the same order before
 */
export function perNameOrder<T>(
  derive: (sorted: readonly string[], given: readonly string[]) => T,
  most = 64,
): (value: object) => T {
  const byFirstName = new Map<string, Known<T>[]>()
  let kept = 0
  let last: Known<T> | undefined
  return (value) => {
    const names = Object.keys(value)
    if (last !== undefined && same(last.names, names)) return last.derived
    const first = names[0] ?? ''
    const alike = byFirstName.get(first)
    if (alike !== undefined) {
      for (const known of alike) {
        if (same(known.names, names)) {
          last = known
          return known.derived
        }
      }
    }
    const known: Known<T> = { names, derived: derive(inCanonicalOrder(names), names) }
    if (names.length > MAX_NAMES || names.some((name) => name.length > MAX_NAME)) return known.derived
    if (kept === most) {
      byFirstName.clear()
      kept = 0
    }
    kept += 1
    last = known
    const listed = byFirstName.get(first)
    if (listed) listed.push(known)
    else byFirstName.set(first, [known])
    return known.derived
  }
}
