/** Asks the index file of a sealed segment. */
import { ifThere, readInto } from '../fs.js'
import type { Handles } from '../handles.js'
import { type Blocks, blocksOf } from './blocks.js'
import {
  ENTRY_BYTES,
  headBytesOf,
  type IndexHead,
  ONE_POSITION,
  parseHead,
  SMALLEST_BLOCK,
  START_BYTES,
} from './head.js'
import { keyOf } from './keys.js'
import type { IndexBeyond, SegmentIndex } from './types.js'
import { varintReader } from './varint.js'

/** As much as the head of most indexes has. */
const FIRST_READ_BYTES = 16 * 1024
/** More than any head has: the sums and fences of 2,048 blocks, and six texts. */
const MAX_HEAD_BYTES = 512 * 1024
const MAX_BODY_BYTES = 1024 * 1024 * 1024
/** As much as a position in a list may take. */
const STEP_BYTES = 5
/** As much as the two numbers before a list may take. */
const LIST_HEAD_BYTES = 10

async function readHead(handles: Pick<Handles, 'use'>, path: string): Promise<IndexHead | undefined> {
  return ifThere(
    handles.use(path, 'r', async ({ handle }) => {
      const { size } = await handle.stat()
      const begin = Buffer.allocUnsafeSlow(Math.min(FIRST_READ_BYTES, size))
      if ((await readInto(handle, begin, 0)) !== begin.length) return undefined
      const headBytes = headBytesOf(begin)
      if (headBytes === undefined || headBytes > size || headBytes > MAX_HEAD_BYTES) return undefined
      let bytes = begin.subarray(0, headBytes)
      if (headBytes > begin.length) {
        bytes = Buffer.allocUnsafeSlow(headBytes)
        if ((await readInto(handle, bytes, 0)) !== headBytes) return undefined
      }
      const head = parseHead(bytes)
      return head && head.headBytes + head.bodyBytes === size ? head : undefined
    }),
  )
}

/** @returns the last of the fences that is not above the key, -1 where there is none */
function blockOf(fences: Uint32Array, key: number): number {
  let low = 0
  let high = fences.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((fences[middle] as number) <= key) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** @returns the place that an entry among these names for the key */
function placeIn(entries: Buffer, key: number): number | undefined {
  let low = 0
  let high = entries.length / ENTRY_BYTES
  while (low < high) {
    const middle = (low + high) >>> 1
    const found = entries.readUInt32LE(middle * ENTRY_BYTES)
    if (found === key) return entries.readUInt32LE(middle * ENTRY_BYTES + 4)
    if (found < key) low = middle + 1
    else high = middle
  }
  return undefined
}

/** What no store has written must not decide how much memory is taken, whatever its checksum says. */
function isModest({ blockBytes, bodyBytes }: IndexHead): boolean {
  // the smallest blocks are as large as they need to be for at most 2,048 of them, each twice the one before
  return bodyBytes <= MAX_BODY_BYTES && (blockBytes <= SMALLEST_BLOCK || blockBytes * 1024 < bodyBytes)
}

function positionsIn(list: Buffer, count: number): number[] | undefined {
  const reader = varintReader(list)
  const positions: number[] = []
  let position = 0
  while (positions.length < count) {
    const step = reader.next()
    if (step === undefined) return undefined
    position += step
    positions.push(position)
  }
  return positions
}

async function readList(blocks: Blocks, head: IndexHead, place: number): Promise<number[] | undefined> {
  const at = head.keys * ENTRY_BYTES + head.ends.count * START_BYTES + place
  const begin = await blocks.read(at, Math.min(LIST_HEAD_BYTES, head.bodyBytes - at))
  if (begin === undefined) return undefined
  const reader = varintReader(begin)
  const count = reader.next()
  const size = reader.next()
  if (count === undefined || size === undefined) return undefined
  if (count > head.ends.count || size > count * STEP_BYTES) return undefined
  const list = await blocks.read(at + reader.at, size)
  return list && positionsIn(list, count)
}

/**
 * Opens an index. Its head is checked; of its body only what an answer needs is read and checked, when it is asked for.
 *
 * @param handles - lend the file for each reading; no descriptor stays open for the index itself
 * @param path - the index file
 * @param segment - the first seq of the segment beside it, and how many bytes it has
 * @returns the index; `undefined` where there is none, or none for that segment; `{ beyond }` where a sound one knows
 *   of more than the segment has
 */
export async function openIndex(
  handles: Pick<Handles, 'use'>,
  path: string,
  segment: { readonly firstSeq: number; readonly bytes: number },
): Promise<SegmentIndex | IndexBeyond | undefined> {
  const head = await readHead(handles, path)
  if (head === undefined || head.ends.firstSeq !== segment.firstSeq || head.ends.bytes < segment.bytes) return undefined
  const { ends } = head
  if (ends.bytes > segment.bytes) return { beyond: ends }
  if (!isModest(head)) return undefined
  const blocks = blocksOf(handles, path, head)
  const tableBytes = head.keys * ENTRY_BYTES

  const find = async (key: number): Promise<readonly number[] | undefined> => {
    const block = blockOf(head.fences, key)
    if (block < 0) return []
    const start = block * head.blockBytes
    const entries = await blocks.read(start, Math.min(head.blockBytes, tableBytes - start))
    if (entries === undefined) return undefined
    const place = placeIn(entries, key)
    if (place === undefined) return []
    const positions = place < ONE_POSITION ? await readList(blocks, head, place) : [place - ONE_POSITION]
    return positions?.every((position) => position < ends.count) ? positions : undefined
  }

  return {
    ...ends,
    async span(position) {
      if (!Number.isSafeInteger(position) || position < 0 || position >= ends.count)
        throw new RangeError('position lies outside the segment')
      const wanted = position + 1 < ends.count ? 2 : 1
      const starts = await blocks.read(tableBytes + position * START_BYTES, wanted * START_BYTES)
      if (starts === undefined) return undefined
      const start = starts.readUIntLE(0, START_BYTES)
      const end = wanted === 2 ? starts.readUIntLE(START_BYTES, START_BYTES) : ends.bytes
      return start < end && end <= ends.bytes ? { start, end } : undefined
    },
    ofId: (receiptId) => find(keyOf('receiptId', receiptId)),
    ofMember: (member, value) => find(keyOf(member, value)),
  }
}
