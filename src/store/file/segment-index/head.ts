/**
 * The index file of a sealed segment, version 1, to the byte. Integers are unsigned and little-endian.
 *
 * A position is the place of a line in the segment; the first line is 0. A key is 32 bits of a member's name and value:
 * FNV-1a (start 0x811c9dc5, prime 0x01000193) over the UTF-16 code units of `<name>` NUL `<value>`, one code unit a step,
 * then the finaliser of MurmurHash3 (x ^= x >> 16, x *= 0x85ebca6b, x ^= x >> 13, x *= 0xc2b2ae35, x ^= x >> 16). The names
 * are `receiptId` and the five of `indexedMembers`. A receipt has no key for a member that it lacks.
 *
 *     file    = head body
 *     head    = magic        8 bytes   "QUITIDX1" in ASCII; the last digit is the version
 *               headBytes    u32       of the head, its checksum included
 *               blockBytes   u32       a multiple of 8
 *               bodyBytes    u64
 *               firstSeq     u64       the seq of position 0
 *               segmentBytes u64       what the lines have together, newlines included
 *               count        u32       lines, at least 1
 *               keys         u32       entries of the table
 *               text × 6               prevReceiptHash and timestamp of the first line, receiptHash and timestamp of the
 *                                      last, lowest and highest receiptId; each u16 length in bytes, then UTF-8
 *               fence × f    u32       the first key of each block that the table begins in or runs through
 *               sum × b      16 bytes  the first half of the SHA-256 of each block of the body
 *               checksum     32 bytes  SHA-256 of all of the head before it
 *     body    = table starts lists     cut into b blocks of blockBytes, the last of which may be shorter
 *     table   = entry × keys           ascending by key, no key twice
 *     entry   = key u32, place u32     place ≥ 2^31: the one position, plus 2^31; otherwise where in `lists` the list begins
 *     starts  = u48 × count            where each line begins; a line ends where the next begins, the last one with the segment
 *     lists   = list ...
 *     list    = n, size, first, step × (n - 1)     varints (7 bits a byte, the lowest first, 0x80: more follow): how many
 *                                      positions, the bytes behind `size`, the first position, the distance to each next
 *
 * The head is checked when an index is opened, a block when it is read. So a wrong bit anywhere is found by whoever
 * would be misled by it, and opening costs no reading of the whole file.
 */
import { sha256 } from '../../../primitives/sha256.js'
import type { SegmentEnds } from './types.js'

const MAGIC = 'QUITIDX1'
const FIXED_BYTES = 48
const CHECKSUM_BYTES = 32
/** How large a block is at least, in bytes. */
export const SMALLEST_BLOCK = 4096
/** What an index keeps in memory while it is in use is in proportion to its blocks. */
const MAX_BLOCKS = 2048

/** Of an entry of the table. */
export const ENTRY_BYTES = 8
/** Of the start of a line. */
export const START_BYTES = 6
/** Of the sum of a block. */
export const SUM_BYTES = 16
/** A place from here on is a position; below it, where a list begins. */
export const ONE_POSITION = 2 ** 31

/** What is known of an index before its body is read. */
export interface IndexHead {
  readonly ends: SegmentEnds
  readonly headBytes: number
  readonly blockBytes: number
  readonly bodyBytes: number
  /** Entries of the table. */
  readonly keys: number
  readonly fences: Uint32Array
  /** The sums of the blocks, one behind the other. */
  readonly sums: Uint8Array
}

/**
 * @param bytes - a block
 * @returns its sum
 */
export function blockSum(bytes: Uint8Array): Uint8Array {
  return sha256(bytes).subarray(0, SUM_BYTES)
}

function textsOf(ends: SegmentEnds): readonly string[] {
  return [
    ends.prevReceiptHash,
    ends.firstTimestamp,
    ends.lastReceiptHash,
    ends.lastTimestamp,
    ends.lowestId,
    ends.highestId,
  ]
}

/**
 * @param ends - the segment's ends
 * @param body - the index's body
 * @param keys - how many entries its table has
 * @returns the file: head and body
 * @throws RangeError when an id, a hash or a time has more than 65,535 bytes
 */
export function fileOf(ends: SegmentEnds, body: Uint8Array, keys: number): Uint8Array {
  let blockBytes = SMALLEST_BLOCK
  while (body.length > blockBytes * MAX_BLOCKS) blockBytes *= 2
  const blocks = Math.ceil(body.length / blockBytes)
  const fences = Math.ceil((keys * ENTRY_BYTES) / blockBytes)
  const texts = textsOf(ends).map((text) => Buffer.from(text, 'utf8'))
  const textBytes = texts.reduce((sum, { length }) => sum + 2 + length, 0)
  const headBytes = FIXED_BYTES + textBytes + fences * 4 + blocks * SUM_BYTES + CHECKSUM_BYTES

  const file = Buffer.alloc(headBytes + body.length)
  file.write(MAGIC, 'latin1')
  file.writeUInt32LE(headBytes, 8)
  file.writeUInt32LE(blockBytes, 12)
  file.writeBigUInt64LE(BigInt(body.length), 16)
  file.writeBigUInt64LE(BigInt(ends.firstSeq), 24)
  file.writeBigUInt64LE(BigInt(ends.bytes), 32)
  file.writeUInt32LE(ends.count, 40)
  file.writeUInt32LE(keys, 44)
  let at = FIXED_BYTES
  for (const text of texts) {
    at = file.writeUInt16LE(text.length, at)
    at += text.copy(file, at)
  }
  file.set(body, headBytes)
  for (let fence = 0; fence < fences; fence += 1)
    at = file.writeUInt32LE(file.readUInt32LE(headBytes + fence * blockBytes), at)
  for (let block = 0; block < blocks; block += 1) {
    file.set(blockSum(body.subarray(block * blockBytes, (block + 1) * blockBytes)), at)
    at += SUM_BYTES
  }
  file.set(sha256(file.subarray(0, at)), at)
  return file
}

/**
 * @param begin - the first bytes of an index file, as many as there are or more than a few
 * @returns how many bytes its head says it has; `undefined` where it is no head of this version
 */
export function headBytesOf(begin: Buffer): number | undefined {
  if (begin.length < FIXED_BYTES || begin.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined
  return begin.readUInt32LE(8)
}

/**
 * @param head - the bytes of a head
 * @returns what it says; `undefined` where they are not what was written
 */
export function parseHead(head: Buffer): IndexHead | undefined {
  const end = head.length - CHECKSUM_BYTES
  if (headBytesOf(head) !== head.length || end < FIXED_BYTES) return undefined
  if (!head.subarray(end).equals(sha256(head.subarray(0, end)))) return undefined
  const blockBytes = head.readUInt32LE(12)
  const bodyBytes = Number(head.readBigUInt64LE(16))
  const count = head.readUInt32LE(40)
  const keys = head.readUInt32LE(44)
  const texts: string[] = []
  let at = FIXED_BYTES
  while (texts.length < 6 && at + 2 <= end) {
    const next = at + 2 + head.readUInt16LE(at)
    texts.push(head.toString('utf8', at + 2, next))
    at = next
  }
  const [prevReceiptHash, firstTimestamp, lastReceiptHash, lastTimestamp, lowestId, highestId] = texts
  if (highestId === undefined || blockBytes === 0 || blockBytes % ENTRY_BYTES !== 0) return undefined
  const fenceCount = Math.ceil((keys * ENTRY_BYTES) / blockBytes)
  const sumsAt = at + fenceCount * 4
  if (sumsAt + Math.ceil(bodyBytes / blockBytes) * SUM_BYTES !== end) return undefined
  if (keys * ENTRY_BYTES + count * START_BYTES > bodyBytes) return undefined
  const fences = new Uint32Array(fenceCount)
  for (let fence = 0; fence < fenceCount; fence += 1) fences[fence] = head.readUInt32LE(at + fence * 4)
  return {
    ends: {
      firstSeq: Number(head.readBigUInt64LE(24)),
      count,
      bytes: Number(head.readBigUInt64LE(32)),
      prevReceiptHash: prevReceiptHash as string,
      firstTimestamp: firstTimestamp as string,
      lastReceiptHash: lastReceiptHash as string,
      lastTimestamp: lastTimestamp as string,
      lowestId: lowestId as string,
      highestId,
    },
    headBytes: head.length,
    blockBytes,
    bodyBytes,
    keys,
    fences,
    // a copy: a part of it would keep all that was read in memory
    sums: Uint8Array.from(head.subarray(sumsAt, end)),
  }
}
