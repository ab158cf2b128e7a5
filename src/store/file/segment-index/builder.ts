/** Gathers the index of a segment while its lines are written or read. */
import { ENTRY_BYTES, fileOf, ONE_POSITION, START_BYTES } from './head.js'
import { keyOf } from './keys.js'
import { sortPairs } from './sort-pairs.js'
import type { IndexBuilder, IndexedReceipt } from './types.js'
import { indexedMembers } from './types.js'
import { varintBytes, writeVarint } from './varint.js'

/** Where a line may begin at most: its place is written in 48 bits. */
const MAX_BYTES = 2 ** 48

/** @returns a longer array with the same beginning */
function widened<A extends Uint32Array | Float64Array>(array: A): A {
  const Flat = array.constructor as new (length: number) => A
  const wider = new Flat(array.length * 2)
  wider.set(array)
  return wider
}

/**
 * @returns a builder that knows of no line
 */
export function indexBuilder(): IndexBuilder {
  let starts = new Float64Array(16)
  /** Key, position, key, position … in the order of the positions. */
  let postings = new Uint32Array(128)
  let posted = 0
  let count = 0
  let end = 0
  let first: IndexedReceipt | undefined
  let last: IndexedReceipt | undefined
  let lowestId = ''
  let highestId = ''

  const post = (key: number): void => {
    if (posted === postings.length) postings = widened(postings)
    postings[posted] = key
    postings[posted + 1] = count
    posted += 2
  }

  return {
    get count() {
      return count
    },
    push(receipt) {
      const { receiptId, offset, bytes, members } = receipt
      if (offset !== end) throw new RangeError('receipt.offset must be where the line before it ends')
      if (!Number.isSafeInteger(bytes) || bytes < 1) throw new RangeError('receipt.bytes must be a positive integer')
      if (end + bytes > MAX_BYTES) throw new RangeError('receipt.bytes lead beyond what an index can say')
      post(keyOf('receiptId', receiptId))
      for (const member of indexedMembers) {
        const value = members[member]
        if (value !== undefined) post(keyOf(member, value))
      }
      if (count === starts.length) starts = widened(starts)
      starts[count] = offset
      if (first === undefined) {
        first = receipt
        lowestId = receiptId
        highestId = receiptId
      } else if (receiptId < lowestId) lowestId = receiptId
      else if (receiptId > highestId) highestId = receiptId
      last = receipt
      end += bytes
      count += 1
    },
    finish({ firstSeq, bytes }) {
      if (first === undefined || last === undefined) throw new RangeError('a segment without lines has no index')
      if (!Number.isSafeInteger(firstSeq) || firstSeq < 0)
        throw new RangeError('segment.firstSeq must be an integer from 0')
      if (bytes !== end) throw new RangeError('segment.bytes must be where the last line ends')
      const { body, entries } = bodyOf(sortPairs(postings.subarray(0, posted)), starts.subarray(0, count))
      const ends = {
        firstSeq,
        count,
        bytes,
        prevReceiptHash: first.prevReceiptHash,
        firstTimestamp: first.timestamp,
        lastReceiptHash: last.receiptHash,
        lastTimestamp: last.timestamp,
        lowestId,
        highestId,
      }
      return fileOf(ends, body, entries)
    },
  }
}

/**
 * @param sorted - key, position, key, position … ascending
 * @param starts - where each line begins
 * @returns the body of the index, and how many entries its table has
 */
function bodyOf(sorted: Uint32Array, starts: Float64Array): { readonly body: Uint8Array; readonly entries: number } {
  const table = new DataView(new ArrayBuffer(sorted.length * (ENTRY_BYTES / 2)))
  // a list has two positions or more, so that its two numbers cost each of them at most 5 bytes
  const lists = Buffer.allocUnsafeSlow((sorted.length / 2) * (5 + varintBytes(starts.length)))
  let entries = 0
  let listEnd = 0
  for (let from = 0; from < sorted.length; entries += 1) {
    const key = sorted[from] as number
    let to = from + 2
    while (to < sorted.length && sorted[to] === key) to += 2
    const first = sorted[from + 1] as number
    // two members of one receipt may share a key: its position counts once
    const isOne = sorted[to - 1] === first
    table.setUint32(entries * ENTRY_BYTES, key, true)
    table.setUint32(entries * ENTRY_BYTES + 4, isOne ? first + ONE_POSITION : listEnd, true)
    if (!isOne) listEnd = writeList(lists, listEnd, sorted, from, to)
    from = to
  }
  if (listEnd >= ONE_POSITION) throw new RangeError('the segment has more lines than an index can hold')
  const places = Buffer.allocUnsafeSlow(starts.length * START_BYTES)
  let placeEnd = 0
  for (const start of starts) placeEnd = places.writeUIntLE(start, placeEnd, START_BYTES)
  const parts = [new Uint8Array(table.buffer, 0, entries * ENTRY_BYTES), places, lists.subarray(0, listEnd)]
  return { body: Buffer.concat(parts), entries }
}

/** @returns the byte behind the list */
function writeList(target: Uint8Array, start: number, sorted: Uint32Array, from: number, to: number): number {
  const first = sorted[from + 1] as number
  let count = 1
  let bytes = varintBytes(first)
  for (let at = from + 3, before = first; at < to; at += 2) {
    const position = sorted[at] as number
    if (position === before) continue
    count += 1
    bytes += varintBytes(position - before)
    before = position
  }
  let end = writeVarint(target, count, start)
  end = writeVarint(target, bytes, end)
  end = writeVarint(target, first, end)
  for (let at = from + 3, before = first; at < to; at += 2) {
    const position = sorted[at] as number
    if (position === before) continue
    end = writeVarint(target, position - before, end)
    before = position
  }
  return end
}
