/** The store that callers hold: one of perhaps several on the same directory. */
import { basename, dirname, join, resolve } from 'node:path'
import type { ErrorDetails } from '../../errors.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import {
  checkAppend,
  checkChainId,
  checkPrune,
  checkQuery,
  checkRange,
  checkStateName,
  checkStateValue,
} from '../checks.js'
import { storeClosed } from '../closed.js'
import type { ReceiptStore, SeqRange, StoreOptions } from '../store.js'
import { firstSeqOf, hasFolder, view } from './chain.js'
import { append } from './commit.js'
import { storeError } from './errors.js'
import { type FileHandle, type FileSystem, ifThere, syncMade } from './fs.js'
import { chainFiles } from './layout.js'
import { SIGN_OF_LIFE_MS } from './lock.js'
import type { FileStoreNotice } from './notice.js'
import { findReceipts } from './querying.js'
import { getReceipt, type Reader, readLines, receiptFrom, type StoredLine } from './reading.js'
import { type Share, shareDirectory } from './registry.js'
import { eraseDetails, prune } from './rewrite.js'
import { getState, putState } from './state.js'
import { turns } from './turns.js'
import type { Directory } from './types.js'
import { refusalOf } from './writable.js'

const optionNames: Readonly<Record<keyof FileStoreOptions, true>> = {
  waitForLockMs: true,
  takeOverAfterMs: true,
  segmentBytes: true,
  acceptDamaged: true,
  onNotice: true,
}

/** Large enough that a year of receipts is a few hundred files, small enough to be written anew in a second. */
const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024
const LEAST_SEGMENT_BYTES = 64 * 1024
/** Several signs of life: one that comes late is none that is missing. */
const LEAST_SILENCE_MS = 4 * SIGN_OF_LIFE_MS

/** Options of `fileStore`. */
export interface FileStoreOptions {
  /** How long a first write waits for another process to let go of the directory, in milliseconds; default 0. */
  readonly waitForLockMs?: number | undefined
  /**
   * Takes the directory from a process that lives, but gave no sign of it for so long, in milliseconds; at least 2,000.
   * Default: a process that lives is never replaced. What it writes once it goes on is nobody's, and its appends reject with
   * `STORE_LOCKED`.
   */
  readonly takeOverAfterMs?: number | undefined
  /**
   * Over how many bytes a file of receipts is ended and the next begun; from 64 KiB, default 64 MiB. A batch is never
   * divided. Of several stores of a process on one directory the first decides.
   */
  readonly segmentBytes?: number | undefined
  /**
   * Paths of files that are damaged, as `details.file` of a `STORE_CORRUPT` names them, and are to keep nobody from writing:
   * the chain goes on behind the last good line. What can't be read stays `STORE_CORRUPT` for who asks for it.
   */
  readonly acceptDamaged?: readonly string[] | undefined
  /** Is told what happened to the files that nobody asked for; default: `process.emitWarning`. */
  readonly onNotice?: ((notice: FileStoreNotice) => void) | undefined
}

/**
 * @param dir - the directory, perhaps not there yet
 * @param options - as given
 * @param fs - the file system; another one than the real lets a test make it fail
 * @returns the store; nothing is opened
 * @throws TypeError, RangeError when an argument is not what its type says
 */
export function fileStoreOn(dir: string, options: FileStoreOptions, fs: FileSystem): ReceiptStore {
  refuseUnknownMembers(options, optionNames, 'options')
  const { waitForLockMs = 0, takeOverAfterMs, segmentBytes = DEFAULT_SEGMENT_BYTES, acceptDamaged = [] } = options
  const { onNotice } = options
  if (typeof dir !== 'string' || dir === '') throw new TypeError('dir must be the path of a directory')
  if (typeof waitForLockMs !== 'number' || !(waitForLockMs >= 0))
    throw new RangeError('waitForLockMs must be 0 or more')
  if (takeOverAfterMs !== undefined && !(typeof takeOverAfterMs === 'number' && takeOverAfterMs >= LEAST_SILENCE_MS))
    throw new RangeError(`takeOverAfterMs must be ${LEAST_SILENCE_MS} or more`)
  if (!Number.isSafeInteger(segmentBytes) || segmentBytes < LEAST_SEGMENT_BYTES)
    throw new RangeError(`segmentBytes must be an integer from ${LEAST_SEGMENT_BYTES}`)
  if (!Array.isArray(acceptDamaged) || !acceptDamaged.every((path) => typeof path === 'string' && path !== ''))
    throw new TypeError('acceptDamaged must be an array of paths')
  if (onNotice !== undefined && typeof onNotice !== 'function') throw new TypeError('onNotice must be a function')
  const root = resolve(dir)
  // a function of its own: two stores may have been given the same one
  const listener = onNotice && ((notice: FileStoreNotice) => onNotice(notice))
  const opening = turns()
  const running = new Set<Promise<unknown>>()
  const open = new Set<FileHandle>()
  let share: Share | undefined
  /** The topmost folder that was made and whose name is not known to be durable. */
  let made: string | undefined
  let closing: Promise<void> | undefined

  const enter = (given: StoreOptions | undefined): void => {
    if (closing) throw storeClosed()
    given?.signal?.throwIfAborted()
  }

  /** The directory; where it isn't there it is made, or there is nothing to be read. */
  const find = async (make: boolean): Promise<Directory | undefined> => {
    if (share) return share.directory
    return opening.run(async () => {
      if (share) return share.directory
      if (make) {
        made = (await fs.mkdir(root, { recursive: true })) ?? made
        if (made) await syncMade(fs, root, made)
        made = undefined
      }
      const path = make ? await fs.realpath(root) : await ifThere(fs.realpath(root))
      if (path === undefined) return undefined
      share = await shareDirectory(path, { fs, segmentBytes })
      for (const file of acceptDamaged) share.directory.accepted.add(await realPathOf(fs, file))
      if (listener) share.directory.listeners.add(listener)
      return share.directory
    })
  }

  const own = async (given: StoreOptions | undefined): Promise<Directory> => {
    const directory = (await find(true)) as Directory
    if (directory.lock.tenure === 0) {
      await directory.lock.hold({ waitMs: waitForLockMs, takeOverAfterMs, signal: given?.signal })
    }
    return directory
  }

  /** Does a call's work: counted, so that `close` can wait for it; ended early by its signal; its errors in the store's words. */
  const run = <T>(given: StoreOptions | undefined, context: ErrorDetails, work: () => Promise<T>): Promise<T> => {
    enter(given)
    const working = work().catch((error: unknown) => {
      throw storeError(error, context)
    })
    running.add(working)
    const done = () => running.delete(working)
    working.then(done, done)
    return untilAborted(working, given?.signal)
  }

  async function* stored(
    chainId: string,
    range: SeqRange,
    unjudged: boolean,
  ): AsyncGenerator<StoredLine, void, undefined> {
    checkChainId(chainId)
    checkRange(range)
    enter(range)
    const reader: Reader = { check: () => enter(range), open, unjudged }
    try {
      const directory = await find(false)
      if (directory) yield* readLines(directory, chainId, range, reader)
    } catch (error) {
      throw storeError(error, { chainId })
    }
  }

  async function* read(chainId: string, range: SeqRange = {}): AsyncGenerator<DecisionReceipt, void, undefined> {
    for await (const line of stored(chainId, range, false)) yield receiptFrom(line, chainId)
  }

  const close = async (): Promise<void> => {
    await Promise.allSettled(running)
    await opening.idle()
    // of readers that were left standing
    for (const handle of open) await handle.close()
    if (listener) share?.directory.listeners.delete(listener)
    await share?.release()
  }

  return {
    durable: true,

    async head(chainId, given) {
      checkChainId(chainId)
      return run(given, { chainId }, async () => {
        const directory = await find(false)
        return directory && (await view(directory, chainId))?.live.head
      })
    },

    async append(chainId, receipts, expected, given) {
      const batch = checkAppend(chainId, receipts, expected)
      return run(given, { chainId, outcome: 'absent' }, async () => {
        const directory = await own(given)
        given?.signal?.throwIfAborted()
        await append(directory, directory.chain(chainId), batch, given)
      })
    },

    async get(chainId, receiptId, given) {
      checkChainId(chainId)
      return run(given, { chainId, receiptId }, async () => {
        const directory = await find(false)
        return directory && getReceipt(directory, chainId, receiptId)
      })
    },

    read,

    async *lines(chainId, range = {}) {
      for await (const { text } of stored(chainId, range, true)) yield text
    },

    async *query(query) {
      checkQuery(query)
      enter(query)
      const reader: Reader = { check: () => enter(query), open, unjudged: false }
      try {
        const directory = await find(false)
        if (directory) yield* findReceipts(directory, query, reader)
      } catch (error) {
        throw storeError(error, { chainId: query.chainId })
      }
    },

    async *chains(given) {
      enter(given)
      try {
        for await (const { chainId } of chainFiles(root, fs)) {
          enter(given)
          yield chainId
        }
      } catch (error) {
        throw storeError(error, {})
      }
    },

    async bounds(chainId, given) {
      checkChainId(chainId)
      return run(given, { chainId }, async () => {
        const directory = await find(false)
        const row = directory && (await view(directory, chainId))
        return row?.live.head && { first: firstSeqOf(row), last: row.live.head.seq }
      })
    },

    async prune(chainId, beforeSeq, through, given) {
      checkPrune(chainId, beforeSeq, through)
      return run(given, { chainId, outcome: 'absent' }, async () => {
        const found = await find(false)
        if (!found || !(await hasFolder(found, chainId))) return 0
        const directory = await own(given)
        return prune(directory, directory.chain(chainId), beforeSeq, through)
      })
    },

    async eraseDetails(chainId, receiptId, given) {
      checkChainId(chainId)
      return run(given, { chainId, receiptId, outcome: 'absent' }, async () => {
        const found = await find(false)
        if (!found || !(await hasFolder(found, chainId))) return false
        const directory = await own(given)
        return eraseDetails(directory, directory.chain(chainId), receiptId)
      })
    },

    async status(given) {
      return run(given, {}, async () => {
        const refusal = await refusalOf(root)
        return { durability: 'fsynced', writable: refusal === undefined, ...(refusal && { refusal }) }
      })
    },

    state: {
      async get(chainId, name, given) {
        checkStateName(chainId, name)
        return run(given, { chainId }, async () => {
          const directory = await find(false)
          return directory && getState(directory, chainId, name)
        })
      },
      async put(chainId, name, bytes, expectedVersion, given) {
        checkStateName(chainId, name)
        checkStateValue(bytes, expectedVersion)
        const copy = bytes.slice()
        return run(given, { chainId, outcome: 'unknown' }, async () => {
          const directory = await own(given)
          return putState(directory, directory.chain(chainId), name, copy, expectedVersion)
        })
      },
    },

    close() {
      closing ??= close().catch((error: unknown) => {
        throw storeError(error, {})
      })
      return closing
    },
  }
}

/** Paths are compared as the directory knows them: without links in them. */
async function realPathOf(fs: FileSystem, file: string): Promise<string> {
  const folder = dirname(resolve(file))
  return join((await ifThere(fs.realpath(folder))) ?? folder, basename(file))
}

/** Gives up waiting when the signal says so; what was begun goes on. */
function untilAborted<T>(working: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return working
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    const over = () => signal.removeEventListener('abort', onAbort)
    signal.addEventListener('abort', onAbort)
    working.then(resolve, reject)
    working.then(over, over)
  })
}
