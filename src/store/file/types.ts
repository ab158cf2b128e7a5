/** The parts of an open file store, as its files pass them to each other. */
import type { Batch } from '../checks.js'
import type { FileSystem } from './fs.js'
import type { Handles } from './handles.js'
import type { WriterLock } from './lock.js'
import type { FileStoreNotice } from './notice.js'
import type { Segment } from './segment.js'
import type { Turns } from './turns.js'

/** One directory in one process, shared by every store of this process on it. */
export interface Directory {
  /** Its real path. */
  readonly path: string
  readonly fs: FileSystem
  readonly lock: WriterLock
  readonly handles: Handles
  /** Who wants to be told; where nobody does, the process is warned. */
  readonly listeners: Set<(notice: FileStoreNotice) => void>
  /** @returns what is known of a chain, `undefined` where nothing was asked of it yet */
  find(chainId: string): Chain | undefined
  /** @returns what is known of a chain, from now on remembered */
  chain(chainId: string): Chain
  /** Finishes what was begun, closes the files, gives the lock back. */
  close(): Promise<void>
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
  segment: Segment | undefined
  /** The lock's tenure under which `segment` was brought in line with the disk; 0 when it must be looked at again. */
  tenure: number
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
