/** What an index file says about a sealed segment, so that the segment need not be read to be asked. */

/** The members that a segment can be asked for. */
export const indexedMembers = ['traceId', 'sessionId', 'subjectId', 'action', 'eventType'] as const

/** One of them. */
export type IndexedMember = (typeof indexedMembers)[number]

/** One receipt as an index knows it. */
export interface IndexedReceipt {
  readonly receiptId: string
  readonly receiptHash: string
  readonly prevReceiptHash: string
  readonly timestamp: string
  /** Where its line begins in the segment, and its length with the newline, in bytes. */
  readonly offset: number
  readonly bytes: number
  /** `undefined` where the receipt has no such member. */
  readonly members: Readonly<Record<IndexedMember, string | undefined>>
}

/** Gathers what an index says, line after line, in flat memory: some 50 bytes a receipt. */
export interface IndexBuilder {
  readonly count: number
  /** @throws RangeError when the line does not begin where the one before it ends */
  push(receipt: IndexedReceipt): void
  /**
   * @returns the content of the index file, checksums included
   * @throws RangeError when there is no line, or the lines don't end where the segment does
   */
  finish(segment: { readonly firstSeq: number; readonly bytes: number }): Uint8Array
}

/** The ends of a segment: what its neighbours must fit. */
export interface SegmentEnds {
  readonly firstSeq: number
  readonly count: number
  readonly bytes: number
  /** Of the first line. */
  readonly prevReceiptHash: string
  readonly firstTimestamp: string
  /** Of the last line. */
  readonly lastReceiptHash: string
  readonly lastTimestamp: string
  /** The lowest and highest id: UUIDv7 rises with time, so a new one is seldom between them. */
  readonly lowestId: string
  readonly highestId: string
}

/**
 * An index file that was found sound as far as opening it looks. Answers are places to look at, never the truth:
 * whoever asks compares what stands there. An answer `undefined` means that this part of the index is damaged or gone:
 * the segment itself is to be read.
 */
export interface SegmentIndex extends SegmentEnds {
  /** @returns where the line at a position (0 is the segment's first) begins and ends, in bytes */
  span(position: number): Promise<{ readonly start: number; readonly end: number } | undefined>
  /** @returns the positions where that id may stand, ascending; mostly none or one */
  ofId(receiptId: string): Promise<readonly number[] | undefined>
  /** @returns the positions where that member may have that value, ascending */
  ofMember(member: IndexedMember, value: string): Promise<readonly number[] | undefined>
}

/** A sound index that knows of more bytes than its segment has: the trace of a loss. */
export interface IndexBeyond {
  readonly beyond: SegmentEnds
}
