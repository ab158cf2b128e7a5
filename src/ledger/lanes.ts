/**
 * Works on items, so many at once. The first failure ends it; what is under way then is waited for by nobody but heard.
 *
 * @param items - what is to be worked on
 * @param most - how many at once
 * @param work - is called once for each, in order
 * @throws what `work` throws first
 */
export async function inLanes<T>(
  items: readonly T[],
  most: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      try {
        await work(items[index] as T, index)
      } catch (error) {
        next = items.length
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane))
}
