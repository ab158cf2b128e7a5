const BITS = 11
const BUCKETS = 2 ** BITS

/**
 * Sorts pairs by key; equal keys keep their order. By digits, in three passes: a sort that compares takes several
 * times as long, and a writer waits for it.
 *
 * @param pairs - key, value, key, value …; not changed
 * @returns the same, ascending by key, in memory of its own
 */
export function sortPairs(pairs: Uint32Array): Uint32Array {
  let from = pairs
  let to: Uint32Array = new Uint32Array(pairs.length)
  let spare: Uint32Array = new Uint32Array(pairs.length)
  for (let shift = 0; shift < 32; shift += BITS) {
    const places = new Uint32Array(BUCKETS + 1)
    for (let at = 0; at < from.length; at += 2) {
      const after = (((from[at] as number) >>> shift) & (BUCKETS - 1)) + 1
      places[after] = (places[after] as number) + 2
    }
    for (let bucket = 1; bucket < BUCKETS; bucket += 1)
      places[bucket] = (places[bucket] as number) + (places[bucket - 1] as number)
    for (let at = 0; at < from.length; at += 2) {
      const key = from[at] as number
      const bucket = (key >>> shift) & (BUCKETS - 1)
      const place = places[bucket] as number
      places[bucket] = place + 2
      to[place] = key
      to[place + 1] = from[at + 1] as number
    }
    from = to
    to = spare
    spare = from
  }
  return from
}
