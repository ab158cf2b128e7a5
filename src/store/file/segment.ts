/** The newest file of a chain as this process knows it, and the one scan that builds that knowledge. */
import { genesisHash } from '../../receipt/digest.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { receiptIdPattern } from '../checks.js'
import { frozenFrom } from '../frozen.js'
import { corrupt } from './errors.js'
import type { FileHandle } from './fs.js'
import { type IdIndex, idIndex } from './id-index.js'
import { lineChunks, textOf } from './lines.js'
import { type Offsets, offsetList } from './offsets.js'
import { indexBuilder } from './segment-index/builder.js'
import type { IndexBuilder } from './segment-index/types.js'
import type { SegmentName } from './segment-name.js'

/** A file of receipts. It only grows; what is rewritten is another segment. */
export interface Segment {
  /** Changes with the writer that takes it over, not with what it holds. */
  name: SegmentName
  /** Its path. */
  file: string
  /** Tells this file from one that was renamed over it. */
  readonly inode: bigint
  readonly firstSeq: number
  /** What its first line links to; `undefined` where that was pruned. */
  readonly previousHash: string | undefined
  readonly offsets: Offsets
  readonly ids: IdIndex
  /** Of its first line and of its ids, kept for the time when it is sealed. */
  readonly index: IndexBuilder
  ends: LowerEnds | undefined
  /** Where the last line known to be good ends. Bytes behind it are nobody's. */
  bytes: number
  /** The chain's newest receipt: of this segment, or of those before it where this one is empty. Frozen. */
  head: DecisionReceipt | undefined
}

/** What is known of a segment's beginning and of its ids. */
export interface LowerEnds {
  readonly prevReceiptHash: string
  readonly firstTimestamp: string
  lowestId: string
  highestId: string
}

/** What stands behind the last good line: written, but never acknowledged, or damaged. */
export interface Tail {
  readonly offset: number
  readonly bytes: number
}

/** What is known of a segment before it is read. */
export interface NewSegment {
  readonly name: SegmentName
  readonly file: string
  readonly inode: bigint
  readonly chainId: string
  /** The newest receipt before it, where that is known; or its hash alone. */
  readonly head?: DecisionReceipt | undefined
  readonly previousHash?: string | undefined
}

/**
 * @param known - what is known of it
 * @returns a segment without lines
 */
export function emptySegment({ name, file, inode, chainId, head, previousHash }: NewSegment): Segment {
  return {
    name,
    file,
    inode,
    firstSeq: name.firstSeq,
    previousHash: head?.receiptHash ?? previousHash ?? (name.firstSeq === 0 ? genesisHash(chainId) : undefined),
    offsets: offsetList(),
    ids: idIndex(),
    index: indexBuilder(),
    ends: undefined,
    bytes: 0,
    head,
  }
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

/**
 * Adds a line to what is known.
 *
 * @param segment - the segment
 * @param receipt - what the line says; its id is one
 * @param bytes - the length of the line with its newline
 */
export function learn(segment: Segment, receipt: Link, bytes: number): void {
  const { receiptId, receiptHash, prevReceiptHash } = receipt
  const timestamp = textOr(receipt.timestamp)
  const { ends, bytes: offset } = segment
  segment.offsets.push(offset)
  segment.ids.push(receiptId)
  segment.index.push({ receiptId, receiptHash, prevReceiptHash, timestamp, offset, bytes, members: membersOf(receipt) })
  if (ends === undefined) {
    segment.ends = { prevReceiptHash, firstTimestamp: timestamp, lowestId: receiptId, highestId: receiptId }
  } else if (receiptId > ends.highestId) ends.highestId = receiptId
  else if (receiptId < ends.lowestId) ends.lowestId = receiptId
  segment.bytes = offset + bytes
}

/** No hash and no time is longer; an index holds no endless ones. */
const MAX_SHORT = 256
const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_SHORT

const textOr = (value: unknown): string => (typeof value === 'string' ? value : '')
const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function membersOf({ traceId, sessionId, subjectId, action, eventType }: Link) {
  return {
    traceId: textIn(traceId),
    sessionId: textIn(sessionId),
    subjectId: textIn(subjectId),
    action: textIn(action),
    eventType: textIn(eventType),
  }
}

/** What the store asks of a line. */
export type Link = Pick<DecisionReceipt, 'receiptId' | 'chainId' | 'seq' | 'prevReceiptHash' | 'receiptHash'> &
  Partial<DecisionReceipt>

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
  let unreadable: { readonly line: number; readonly what: string } | undefined
  let last: string | undefined
  let previous = offsets.length > 0 ? segment.head?.receiptHash : segment.previousHash
  const refuse = (line: number, what: string): Error => corrupt(file, line, what, chainId)

  const take = (text: string, link: Link, bytes: number): void => {
    const line = offsets.length + 1
    if (link.chainId !== chainId) throw refuse(line, 'belongs to another chain')
    if (link.seq !== segment.firstSeq + offsets.length)
      throw refuse(line, `does not have seq ${segment.firstSeq + offsets.length}`)
    if (previous !== undefined && link.prevReceiptHash !== previous)
      throw refuse(line, 'does not link to the receipt before it')
    if (typeof link.receiptId !== 'string' || !receiptIdPattern.test(link.receiptId))
      throw refuse(line, 'has no receiptId')
    if (!isShort(link.receiptHash)) throw refuse(line, 'has no receiptHash')
    if (!isShort(link.prevReceiptHash)) throw refuse(line, 'has no prevReceiptHash')
    if (!isShort(link.timestamp)) throw refuse(line, 'has no timestamp')
    learn(segment, link, bytes)
    previous = link.receiptHash
    last = text
  }

  try {
    for await (const chunk of lineChunks(handle, segment.bytes)) {
      for (const { bytes, tooLong } of chunk.lines) {
        if (unreadable) throw refuse(unreadable.line, unreadable.what)
        const text = tooLong ? undefined : textOf(bytes)
        const link = text === undefined ? undefined : parsed(text)
        if (text === undefined || link === undefined) {
          const what = tooLong ? 'is too long' : text === undefined ? 'is not UTF-8' : 'is not a JSON object'
          unreadable = { line: offsets.length + 1, what }
          continue
        }
        take(text, link, bytes.length + 1)
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
