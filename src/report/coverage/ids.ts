/** Remembers which receipt ids were seen: exactly, in 16 bytes each. */

/** Ids that were seen. */
export interface SeenIds {
  /** How many were let go to make room. */
  readonly forgotten: number
  /** @param id - a UUID, as a validated receipt has it */
  add(id: string): void
  /** @returns whether it was added, and not let go since */
  has(id: string): boolean
}

/** The 128 bits of the id that was read last, in four parts. */
const parts = new Uint32Array(4)

function read(id: string): void {
  parts[0] = Number.parseInt(id.slice(0, 8), 16)
  parts[1] = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16)
  parts[2] = Number.parseInt(id.slice(19, 23) + id.slice(24, 28), 16)
  parts[3] = Number.parseInt(id.slice(28), 16)
}

interface Table {
  size: number
  slots: Uint32Array
}

const emptyTable = (): Table => ({ size: 0, slots: new Uint32Array(4 * 1024) })

/** @returns where the id that was read last stands, or the free slot where it would; a UUIDv7 is never all zeros */
function placeIn(slots: Uint32Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = parts
  const mask = slots.length / 4 - 1
  let at = (Math.imul(a ^ c, 0x9e3779b1) ^ Math.imul(b ^ d, 0x85ebca6b)) >>> 0
  at = (at ^ (at >>> 15)) & mask
  for (;;) {
    const from = at * 4
    const [w, x, y, z] = [slots[from], slots[from + 1], slots[from + 2], slots[from + 3]]
    if (w === a && x === b && y === c && z === d) return from
    if (w === 0 && x === 0 && y === 0 && z === 0) return from
    at = (at + 1) & mask
  }
}

function put(table: Table): void {
  if ((table.size + 1) * 8 > table.slots.length) grow(table)
  const from = placeIn(table.slots)
  if (isTaken(table.slots, from)) return
  table.slots.set(parts, from)
  table.size += 1
}

const isTaken = (slots: Uint32Array, from: number): boolean =>
  slots[from] !== 0 || slots[from + 1] !== 0 || slots[from + 2] !== 0 || slots[from + 3] !== 0

function grow(table: Table): void {
  const before = table.slots
  const adding = parts.slice()
  table.slots = new Uint32Array(before.length * 2)
  for (let from = 0; from < before.length; from += 4) {
    if (!isTaken(before, from)) continue
    parts.set(before.subarray(from, from + 4))
    table.slots.set(parts, placeIn(table.slots))
  }
  parts.set(adding)
}

/**
 * A set that keeps at least the `limit` latest ids, and at most twice as many.
 *
 * @param limit - how many, at least 1
 * @returns an empty one
 */
export function createSeenIds(limit: number): SeenIds {
  let older = emptyTable()
  let newer = emptyTable()
  let forgotten = 0
  return {
    get forgotten() {
      return forgotten
    },
    add(id) {
      read(id)
      if (newer.size >= limit) {
        forgotten += older.size
        older = newer
        newer = emptyTable()
      }
      put(newer)
    },
    has(id) {
      read(id)
      return isTaken(newer.slots, placeIn(newer.slots)) || isTaken(older.slots, placeIn(older.slots))
    },
  }
}
