/** Gives each stretch of rows a lane in which nothing else lies. */
export interface Lanes {
  /**
   * Takes a lane for the rows `from` to `to`, both in it.
   *
   * @param from - the first row
   * @param to - the last row
   * @param least - the first lane that may be taken, by default 0
   * @returns the lane; the last one, though it is taken, when there is no other
   */
  take(from: number, to: number, least?: number): number
  /** @returns how many lanes have been taken */
  count(): number
}

/**
 * Makes lanes, all of them free.
 *
 * @param most - how many there are
 * @returns the lanes
 */
export function createLanes(most: number): Lanes {
  const taken: { readonly from: number; readonly to: number }[][] = []
  return {
    take(from, to, least = 0) {
      let lane = Math.min(least, most - 1)
      while (lane < most - 1 && taken[lane]?.some((other) => from <= other.to && other.from <= to)) lane += 1
      while (taken.length <= lane) taken.push([])
      taken[lane]?.push({ from, to })
      return lane
    },
    count: () => taken.length,
  }
}
