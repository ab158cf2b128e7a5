/**
 * Finds the least and the greatest of any many numbers, which `Math.min(...)` can't.
 *
 * @param values - numbers, perhaps none
 * @returns both; positive and negative infinity when there are none
 */
export function extent(values: Iterable<number>): readonly [least: number, most: number] {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}
