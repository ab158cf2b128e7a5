import { randomBytes } from 'node:crypto'
import { receiptIdPattern } from '../checks.js'

/** Where the receipts of a segment stand, by id: position 0 is the segment's first receipt. */
export interface IdIndex {
  /** Adds the id of the next position. An id that is there already keeps the position it has. */
  push(receiptId: string): void
  /** @returns the position, `undefined` where the id is not there */
  find(receiptId: string): number | undefined
}

/** The four 32-bit words of the id looked at last; one at a time is looked at. */
const words = new Uint32Array(4)

function parse(receiptId: string): void {
  words[0] = Number.parseInt(receiptId.slice(0, 8), 16)
  words[1] = Number.parseInt(receiptId.slice(9, 13) + receiptId.slice(14, 18), 16)
  words[2] = Number.parseInt(receiptId.slice(19, 23) + receiptId.slice(24, 28), 16)
  words[3] = Number.parseInt(receiptId.slice(28), 16)
}

/**
 * An index of ids in flat memory: 16 bytes an id and two to four slots of 4 bytes in an open-addressed table. A `Map`
 * of strings takes several times as much, and a store opens with the ids of its whole history.
 *
 * @returns an empty index
 */
export function idIndex(): IdIndex {
  let ids = new Uint32Array(4 * 64)
  let slots = new Int32Array(128)
  let size = 0
  // ids may come from outside: without a secret start someone could choose ids that all fall into one slot
  const seed = randomBytes(4).readUInt32LE()

  const slotOf = (a: number, b: number, c: number, d: number): number => {
    let hash = seed
    for (const word of [a, b, c, d]) {
      hash = Math.imul(hash ^ word, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    return (hash >>> 0) & (slots.length - 1)
  }

  /** The slot where the id of `words` stands, or the free one where it would. */
  const locate = (): number => {
    const [a, b, c, d] = words as unknown as [number, number, number, number]
    for (let slot = slotOf(a, b, c, d); ; slot = (slot + 1) & (slots.length - 1)) {
      const held = slots[slot] as number
      if (held === 0) return slot
      const at = (held - 1) * 4
      if (ids[at + 3] === d && ids[at + 2] === c && ids[at + 1] === b && ids[at] === a) return slot
    }
  }

  const grow = (): void => {
    const wider = new Uint32Array(ids.length * 2)
    wider.set(ids)
    ids = wider
    slots = new Int32Array(slots.length * 2)
    for (let position = 0; position < size; position += 1) {
      words.set(ids.subarray(position * 4, position * 4 + 4))
      const slot = locate()
      if (slots[slot] === 0) slots[slot] = position + 1
    }
  }

  return {
    push(receiptId) {
      if (size * 4 === ids.length) grow()
      parse(receiptId)
      ids.set(words, size * 4)
      const slot = locate()
      size += 1
      if (slots[slot] === 0) slots[slot] = size
    },
    find(receiptId) {
      if (!receiptIdPattern.test(receiptId)) return undefined
      parse(receiptId)
      const held = slots[locate()] as number
      return held === 0 ? undefined : held - 1
    },
  }
}
