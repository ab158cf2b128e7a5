/** A file of receipts as this process knows it, and the one scan that builds that knowledge. */
import { genesisHash } from '../../receipt/digest.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { receiptIdPattern } from '../checks.js'
import { frozenFrom } from '../frozen.js'
import { corrupt } from './errors.js'
import type { FileHandle } from './fs.js'
import { type IdIndex, idIndex } from './id-index.js'
import { lineChunks, textOf } from './lines.js'
import { type Offsets, offsetList } from './offsets.js'

/** A file of receipts. It only grows; what is rewritten is another segment. */
export interface Segment {
  readonly file: string
  /** Tells this file from one that was renamed over it. */
  readonly inode: bigint
  readonly firstSeq: number
  readonly offsets: Offsets
  readonly ids: IdIndex
  /** Where the last line known to be good ends. Bytes behind it are nobody's. */
  bytes: number
  /** Frozen. `undefined` where the segment holds nothing. */
  head: DecisionReceipt | undefined
}

/** What stands behind the last good line: written, but never acknowledged. */
export interface Tail {
  readonly offset: number
  readonly bytes: number
}

/**
 * @param file - its path
 * @param inode - its inode
 * @param firstSeq - the seq that its name says
 * @returns a segment of which nothing is known yet
 */
export function emptySegment(file: string, inode: bigint, firstSeq: number): Segment {
  return { file, inode, firstSeq, offsets: offsetList(), ids: idIndex(), bytes: 0, head: undefined }
}

/**
 * @param segment - the segment
 * @param position - 0 for its first receipt
 * @returns where that line begins and where it ends, its newline included
 */
export function spanOf(segment: Segment, position: number): { readonly start: number; readonly end: number } {
  const { offsets, bytes } = segment
  return { start: offsets.at(position), end: position + 1 < offsets.length ? offsets.at(position + 1) : bytes }
}

/** What the scan asks of a line. */
type Link = Pick<DecisionReceipt, 'receiptId' | 'chainId' | 'seq' | 'prevReceiptHash' | 'receiptHash'>

/**
 * Reads on from the end of what is known. It looks at what the store itself relies on: lines, JSON, chain, gap-free
 * seqs, equal links. Hashes and signatures are the verifier's.
 *
 * @param handle - the segment's file, open for reading
 * @param segment - is brought up to date; up to the first bad line also where it throws
 * @param chainId - whose receipts they must be
 * @returns what stands behind the last good line: a line without its end, or a last line that is no JSON
 * @throws QuittanceError `STORE_CORRUPT` with `details.file` and `details.line`
 */
export async function scan(handle: FileHandle, segment: Segment, chainId: string): Promise<Tail | undefined> {
  const { file, offsets } = segment
  let tail: Tail | undefined
  let unreadable: { readonly offset: number; readonly line: number; readonly what: string } | undefined
  let last: string | undefined
  let previous = segment.head?.receiptHash ?? (segment.firstSeq === 0 ? genesisHash(chainId) : undefined)
  const refuse = (line: number, what: string): Error => corrupt(file, line, what, chainId)

  const take = (text: string, link: Link, offset: number): void => {
    const line = offsets.length + 1
    if (link.chainId !== chainId) throw refuse(line, 'belongs to another chain')
    if (link.seq !== segment.firstSeq + offsets.length)
      throw refuse(line, `does not have seq ${segment.firstSeq + offsets.length}`)
    if (previous !== undefined && link.prevReceiptHash !== previous)
      throw refuse(line, 'does not link to the receipt before it')
    if (typeof link.receiptId !== 'string' || !receiptIdPattern.test(link.receiptId))
      throw refuse(line, 'has no receiptId')
    if (typeof link.receiptHash !== 'string') throw refuse(line, 'has no receiptHash')
    offsets.push(offset)
    segment.ids.push(link.receiptId)
    previous = link.receiptHash
    last = text
  }

  try {
    for await (const chunk of lineChunks(handle, segment.bytes)) {
      for (const { offset, bytes, tooLong } of chunk.lines) {
        if (unreadable) throw refuse(unreadable.line, unreadable.what)
        const text = tooLong ? undefined : textOf(bytes)
        const link = text === undefined ? undefined : parsed(text)
        if (text === undefined || link === undefined) {
          const what = tooLong ? 'is too long' : text === undefined ? 'is not UTF-8' : 'is not a JSON object'
          unreadable = { offset, line: offsets.length + 1, what }
          continue
        }
        take(text, link, offset)
        segment.bytes = offset + bytes.length + 1
      }
      if (unreadable && chunk.tail.bytes > 0) throw refuse(unreadable.line, unreadable.what)
      tail = chunk.tail
    }
  } finally {
    if (last !== undefined) segment.head = frozenFrom(last)
  }
  if (tail === undefined) return undefined
  const end = tail.offset + tail.bytes
  return end === segment.bytes ? undefined : { offset: segment.bytes, bytes: end - segment.bytes }
}

function parsed(text: string): Link | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Link) : undefined
  } catch {
    return undefined
  }
}
