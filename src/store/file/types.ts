/** The parts of an open file store, as its files pass them to each other. */
import type { QuittanceError } from '../../errors.js'
import type { Batch } from '../checks.js'
import type { FileSystem } from './fs.js'
import type { Handles } from './handles.js'
import type { IndexCache } from './index-cache.js'
import type { WriterLock } from './lock.js'
import type { FileStoreNotice } from './notice.js'
import type { Segment } from './segment.js'
import type { SegmentEnds } from './segment-index/types.js'
import type { SegmentName } from './segment-name.js'
import type { Turns } from './turns.js'

/** One directory in one process, shared by every store of this process on it. */
export interface Directory {
  /** Its real path. */
  readonly path: string
  readonly fs: FileSystem
  readonly lock: WriterLock
  readonly handles: Handles
  readonly indexes: IndexCache
  /** Over which size a segment is sealed. */
  readonly segmentBytes: number
  /** Files that callers named as damaged: they keep nobody from writing. */
  readonly accepted: Set<string>
  /** Makes the names of the chains' folders durable; who asks at the same time shares one call. */
  syncNames(): Promise<void>
  /** Who wants to be told; where nobody does, the process is warned. */
  readonly listeners: Set<(notice: FileStoreNotice) => void>
  /** @returns what is known of a chain, `undefined` where nothing was asked of it yet */
  find(chainId: string): Chain | undefined
  /** @returns what is known of a chain, from now on remembered */
  chain(chainId: string): Chain
  /** Finishes what was begun, closes the files, gives the lock back. */
  close(): Promise<void>
}

/** A segment to which nothing is added any more. */
export interface Sealed {
  readonly name: SegmentName
  /** Its path. */
  readonly file: string
  readonly inode: bigint
  readonly ends: SegmentEnds
  /** What is wrong with it where a caller accepted that, and how many of its first lines are good. */
  readonly damage?: { readonly error: QuittanceError; readonly good: number } | undefined
}

/** The segments of a chain. Never changed but for what is added to the last: who holds a row goes on with it. */
export interface Row {
  /** Ascending. */
  readonly sealed: readonly Sealed[]
  /** The last; what is appended goes into it. */
  readonly live: Segment
}

/** One chain of a directory, as this process knows it. */
export interface Chain {
  readonly chainId: string
  /** The path of its folder. */
  readonly folder: string
  /** Everything that changes its receipts' files, or learns of them, one after another. */
  readonly turns: Turns
  /** The same for its state values, which disturb no receipts. */
  readonly stateTurns: Turns
  /** Appends that no group has taken yet. */
  readonly queue: PendingAppend[]
  draining: boolean
  row: Row | undefined
  /** The lock's tenure under which `row` was brought in line with the disk; 0 when it must be looked at again. */
  tenure: number
  /** The epoch under which this process began, or took over, the last segment. */
  begun: number
  /** Segments that were ended and have no index yet. */
  readonly ended: Segment[]
  /** A write failed and what it left could not be cut off yet: nothing is written before that is done. */
  mustCutBack: boolean
  /** An `fdatasync` of lines that this process did not write failed: they are written anew before they count as durable. */
  mustRewrite: boolean
  /** Whether the name of its folder is durable. */
  isNamed: boolean
}

/** An append that waits for its group. */
export interface PendingAppend {
  readonly batch: Batch
  /** Of a chain that is empty: it begins behind the head that the batch expects. */
  readonly afterPruned: boolean
  resolve(): void
  reject(error: unknown): void
}
