/** The state of a witness in a directory: what was cosigned survives the process and the power. */
import { readFileSync, statSync } from 'node:fs'
import { unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { corrupt, storeError } from '../../store/file/errors.js'
import {
  errnoOf,
  type FileHandle,
  type FileSystem,
  ifThere,
  nodeFs,
  removeTemporaries,
  replaceFile,
  syncMade,
  writeAll,
  writeAllSync,
} from '../../store/file/fs.js'
import { type Taking, takeLock } from '../../store/file/lock-file.js'
import { turns } from '../../store/file/turns.js'
import { evidenceFolder } from './evidence.js'
import { journalLine, journalOf, readJournal } from './journal.js'
import type { RefusedHead, WitnessedHead, WitnessState } from './types.js'

const JOURNAL = 'heads.journal'
const LOCK = 'witness.lock'
/** A journal is written anew when it is longer than this, and than twice what it was when it was new. */
const SHORTEST_BYTES = 1_048_576

/** How a state is opened. */
export interface FileWitnessStateOptions {
  /**
   * Makes the directory and the state where there are none; default false. A witness that finds nothing where it had
   * something would cosign anything, so only the first start may make it.
   */
  readonly create?: boolean | undefined
}

/** The state of a witness in a directory. */
export interface FileWitnessState extends WitnessState {
  /**
   * Opens it now, and not at the first request.
   *
   * @throws QuittanceError `STORE_LOCKED` where another process has it, `STORE_CORRUPT`, `STORE_UNAVAILABLE` where there is none,
   *   `STORE_IO`, `STORE_FULL`, `STORE_PERMISSION`
   */
  open(): Promise<void>
}

interface Waiting {
  readonly next: WitnessedHead
  readonly meanwhile: (() => WitnessedHead | undefined) | undefined
  settle(error?: unknown): void
}

interface Journal {
  readonly handle: FileHandle
  readonly inode: bigint
  /** How long it was when it was written anew. */
  readonly start: number
  size: number
}

interface Opened {
  readonly path: string
  readonly lock: Taking & { readonly ours: true }
  readonly heads: Map<string, WitnessedHead>
  readonly keep: (refused: RefusedHead) => Promise<boolean>
  /** The lock file as it was when it was read last. */
  mark: string | undefined
  /** `undefined` where it must be written anew before the next head: what stands in it is not known. */
  journal: Journal | undefined
}

/**
 * The state of a witness in a directory of its own. Each head is durable (`fdatasync`) before `advance` resolves; heads that come
 * at one time share that call. One process at a time has it. Nothing is opened before the first call.
 *
 * @param directory - its path
 * @param options - whether it may be made
 * @returns the state
 * @example
 * ```ts
 * import { fileWitnessState } from 'quittance/transparency/witness'
 * const state = fileWitnessState('./witness', { create: true })
 * ```
 */
export function fileWitnessState(directory: string, options: FileWitnessStateOptions = {}): FileWitnessState {
  return fileWitnessStateOn(directory, options, nodeFs)
}

/**
 * The same on a file system that a test may let fail.
 *
 * @param directory - its path
 * @param options - whether it may be made
 * @param fs - the file system
 * @returns the state
 */
export function fileWitnessStateOn(
  directory: string,
  { create = false }: FileWitnessStateOptions,
  fs: FileSystem,
): FileWitnessState {
  if (typeof directory !== 'string' || directory === '') throw new TypeError('directory must be a path')
  let opening: Promise<Opened> | undefined
  let closing: Promise<void> | undefined
  let queue: Waiting[] = []
  let draining: Promise<void> | undefined
  /** Heads that are on their way to the disk, by their log. */
  const pending = new Map<string, Promise<void>>()
  const evidence = turns()

  const opened = (): Promise<Opened> => {
    if (closing) return Promise.reject(new QuittanceError('STORE_CLOSED', 'the state of the witness was closed'))
    // one that failed is tried again
    opening ??= open(fs, resolve(directory), create).catch((error: unknown) => {
      opening = undefined
      throw storeError(error, { file: directory })
    })
    return opening
  }

  const drain = async (state: Opened): Promise<void> => {
    while (queue.length > 0) {
      const group = queue
      queue = []
      const heads = group.map(({ next }) => next)
      let failure: unknown
      try {
        let cosigned: (WitnessedHead | undefined)[] = []
        await commit(fs, state, heads, () => {
          cosigned = group.map(({ meanwhile }) => meanwhile?.())
        })
        for (const [index, head] of heads.entries()) state.heads.set(head.origin, cosigned[index] ?? head)
      } catch (error) {
        failure = storeError(error, { file: join(state.path, JOURNAL), outcome: 'unknown' })
      }
      for (const { next } of group) pending.delete(next.origin)
      for (const { settle } of group) settle(failure)
    }
    draining = undefined
  }

  return {
    async open() {
      await opened()
    },
    async latest(origin) {
      return (await opened()).heads.get(origin)
    },
    async advance(expected, next, meanwhile) {
      const state = await opened()
      const before = pending.get(next.origin)
      if (before) {
        // whether it fails is told to who asked for it
        await Promise.allSettled([before])
        return false
      }
      if (state.heads.get(next.origin)?.note !== expected?.note) return false
      const done = new Promise<void>((fulfil, reject) => {
        queue.push({ next, meanwhile, settle: (error) => (error === undefined ? fulfil() : reject(error)) })
      })
      pending.set(next.origin, done)
      draining ??= drain(state)
      await done
      return true
    },
    async keep(refused) {
      const { path, keep } = await opened()
      try {
        return await evidence.run(() => keep(refused))
      } catch (error) {
        throw storeError(error, { file: join(path, 'evidence') })
      }
    },
    async close() {
      closing ??= (async () => {
        const state = await opening?.catch(() => undefined)
        if (state === undefined) return
        await draining
        await evidence.run(async () => {})
        await state.journal?.handle.close()
        await giveBack(state.path, state.lock)
      })()
      await closing
    },
  }
}

async function open(fs: FileSystem, directory: string, create: boolean): Promise<Opened> {
  if (create) {
    const made = await fs.mkdir(directory, { recursive: true })
    if (made !== undefined) await syncMade(fs, directory, made)
  }
  const path = await ifThere(fs.realpath(directory))
  if (path === undefined) throw nothingThere(directory)
  const lock = await takeLock(join(path, LOCK))
  if (!lock.ours) {
    const who = lock.owner === undefined ? 'somebody' : `process ${lock.owner.pid} on host ${lock.owner.host}`
    throw new QuittanceError(
      'STORE_LOCKED',
      `${who} is the witness of this directory: two of them could cosign a fork. If that process is gone for certain, remove the lock file`,
      { details: { file: join(path, LOCK), pid: lock.owner?.pid, retryable: false } },
    )
  }
  try {
    const file = join(path, JOURNAL)
    const bytes = await ifThere(fs.readFile(file))
    if (bytes === undefined && !create) throw nothingThere(directory)
    const found = bytes === undefined ? { heads: new Map<string, WitnessedHead>() } : readJournal(bytes)
    if ('damaged' in found)
      throw corrupt(file, found.damaged, 'is damaged: without it this witness could cosign a fork')
    const state: Opened = {
      path,
      lock,
      heads: found.heads,
      keep: evidenceFolder(fs, path),
      mark: undefined,
      journal: undefined,
    }
    // what a killed process wrote last may never have become durable
    await rewrite(fs, state)
    return state
  } catch (error) {
    await giveBack(path, lock)
    throw error
  }
}

function nothingThere(directory: string): QuittanceError {
  return new QuittanceError(
    'STORE_UNAVAILABLE',
    'there is no state of a witness. Only its first start may make one: a witness that forgot what it cosigned would cosign a fork',
    { details: { file: directory, reason: 'ENOENT', retryable: false } },
  )
}

async function giveBack(path: string, { token, beacon }: Opened['lock']): Promise<void> {
  const file = join(path, LOCK)
  if (tokenIn(file) === token) await ifThere(unlink(file))
  await beacon?.put()
}

function tokenIn(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { readonly token?: unknown }).token
  } catch (error) {
    // gone or unreadable: in either case not ours
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

const statOf = (file: string) => statSync(file, { bigint: true, throwIfNoEntry: false })

/** Whoever took the lock has read what stood there then: what we write from then on nobody would know of. */
function checkOurs(state: Opened): void {
  const file = join(state.path, LOCK)
  const stat = statOf(file)
  // read only where it is not the file that was read before
  const mark = stat && `${stat.ino} ${stat.mtimeNs}`
  if (mark !== undefined && mark === state.mark) return
  if (tokenIn(file) !== state.lock.token)
    throw new QuittanceError('STORE_LOCKED', 'the lock of the witness was lost while it was running: start it again', {
      details: { file, retryable: false },
    })
  state.mark = mark
}

/** Writes the journal anew, with the newest heads alone. */
async function rewrite(fs: FileSystem, state: Opened): Promise<void> {
  const { path, heads, journal: old } = state
  state.journal = undefined
  await old?.handle.close()
  checkOurs(state)
  await removeTemporaries(fs, path, 'value')
  const bytes = Buffer.from(journalOf(heads.values()))
  await replaceFile(
    fs,
    path,
    'value',
    JOURNAL,
    (handle) => writeAll(handle, bytes, 0),
    () => checkOurs(state),
  )
  const handle = await fs.open(join(path, JOURNAL), 'r+')
  try {
    const { ino } = await handle.stat({ bigint: true })
    state.journal = { handle, inode: ino, start: bytes.length, size: bytes.length }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/**
 * Makes heads durable. After a failure what stands in the file is not known, and it is written anew.
 *
 * @param meanwhile - is called while the disk works
 */
async function commit(
  fs: FileSystem,
  state: Opened,
  heads: readonly WitnessedHead[],
  meanwhile: () => void,
): Promise<void> {
  const { journal } = state
  if (journal === undefined || journal.size > Math.max(SHORTEST_BYTES, 2 * journal.start)) await rewrite(fs, state)
  const current = state.journal as Journal
  try {
    checkOurs(state)
    const bytes = Buffer.from(journalLine(heads))
    writeAllSync(fs, current.handle, bytes, current.size)
    const durable = current.handle.datasync()
    meanwhile()
    await durable
    current.size += bytes.length
    checkOurs(state)
    if (statOf(join(state.path, JOURNAL))?.ino !== current.inode)
      throw corrupt(join(state.path, JOURNAL), undefined, 'the file of the heads was replaced by somebody else')
  } catch (error) {
    state.journal = undefined
    await Promise.allSettled([current.handle.close()])
    throw error
  }
}
