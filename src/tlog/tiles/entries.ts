/** The data of leaves in one file: each behind its length in two bytes, big-endian (C2SP tlog-tiles, entry bundles). */
import { concatBytes } from '../../primitives/bytes.js'

const MAX_ENTRY_BYTES = 0xffff

/**
 * @param entries - the data of consecutive leaves, at most 65,535 bytes each
 * @returns the bundle
 * @throws RangeError when one is longer
 */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry may have ${MAX_ENTRY_BYTES} bytes`)
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]
    }),
  )
}

/**
 * @param bundle - perhaps from `encodeEntries`
 * @returns the entries, which share their memory with it; `undefined` where the last one is cut
 */
export function decodeEntries(bundle: Uint8Array): Uint8Array[] | undefined {
  const entries: Uint8Array[] = []
  for (let at = 0; at < bundle.length; ) {
    const begin = at + 2
    const end = begin + ((bundle[at] as number) << 8) + (bundle[at + 1] ?? 0)
    if (end > bundle.length) return undefined
    entries.push(bundle.subarray(begin, end))
    at = end
  }
  return entries
}
