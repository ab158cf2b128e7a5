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

/** Gathers what an index says, line after line, in memory bounded by the segment's. */
export interface IndexBuilder {
  readonly count: number
  push(receipt: IndexedReceipt): void
  /** @returns the content of the index file, checksum included */
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

/** An index file that is open. Answers are places to look at, never the truth: whoever asks compares what stands there. */
export interface SegmentIndex extends SegmentEnds {
  /** @returns where the line at a position (0 is the segment's first) begins and ends, in bytes */
  span(position: number): Promise<{ readonly start: number; readonly end: number }>
  /** @returns the positions where that id may stand, ascending; mostly none or one */
  ofId(receiptId: string): Promise<readonly number[]>
  /** @returns the positions where that member may have that value, ascending */
  ofMember(member: IndexedMember, value: string): Promise<readonly number[]>
  close(): Promise<void>
}
