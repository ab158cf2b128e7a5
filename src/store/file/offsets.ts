/** Where each line of a segment begins, in bytes: position 0 is the segment's first receipt. */
export interface Offsets {
  readonly length: number
  push(offset: number): void
  /** @throws RangeError when there is no such position */
  at(position: number): number
}

/**
 * A growing list of offsets in flat memory, 8 bytes each: files may pass 4 GiB.
 *
 * @returns an empty list
 */
export function offsetList(): Offsets {
  let offsets = new Float64Array(64)
  let length = 0
  return {
    get length() {
      return length
    },
    push(offset) {
      if (length === offsets.length) {
        const wider = new Float64Array(length * 2)
        wider.set(offsets)
        offsets = wider
      }
      offsets[length] = offset
      length += 1
    },
    at(position) {
      const offset = position < length ? offsets[position] : undefined
      if (offset === undefined) throw new RangeError('position lies outside the segment')
      return offset
    },
  }
}
