/** Checkpoints in a directory: one file each, which a verifier or a copying job takes from there. */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { readCheckpoint } from '../../tlog/checkpoint.js'
import type { CheckpointSink, PublishedCheckpoint } from '../types.js'
import { mergedNote, newestOf, noteFilePattern, noteFiles, tokenFilePattern } from './note-files.js'

const errnoOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code

function unavailable(error: unknown, file: string): QuittanceError {
  return new QuittanceError('TLOG_UNAVAILABLE', 'the checkpoint could not be written into the directory', {
    details: { reason: errnoOf(error), file, retryable: true },
    cause: error,
  })
}

/** Directories can't be synced everywhere; where they can, a new name survives a power cut. */
async function syncDirectory(directory: string): Promise<void> {
  let handle: Awaited<ReturnType<typeof open>> | undefined
  try {
    handle = await open(directory, 'r')
    await handle.sync()
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'ENOTSUP'].includes(errnoOf(error) ?? '')) throw error
  } finally {
    await handle?.close()
  }
}

async function textIn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Gives a name to what was written aside, unless the name is taken. */
async function nameIfFree(aside: string, file: string): Promise<boolean> {
  try {
    await link(aside, file)
    return true
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    // a file system without links
    if ((await textIn(file)) !== undefined) return false
    await rename(aside, file)
    return true
  }
}

/** @returns whether it is there now; false where another file has the name, which is only replaced where that is said */
async function writeWhole(
  directory: string,
  name: string,
  content: string | Uint8Array,
  replaces: boolean,
): Promise<boolean> {
  const aside = join(directory, `.${name}.${randomUUID()}.tmp`)
  try {
    const handle = await open(aside, 'wx', 0o644)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    const file = join(directory, name)
    if (replaces) await rename(aside, file)
    else if (!(await nameIfFree(aside, file))) return false
    await syncDirectory(directory)
    return true
  } finally {
    await rm(aside, { force: true })
  }
}

/**
 * Writes each checkpoint into a file of its own: `<16 hex digits of SHA-256 of the origin>-<size>.note`, and each time stamp
 * beside it as `….tst` (DER). A file is on the disk when `publish` resolves, and only ever gains signatures: another root for
 * the same origin and size is refused. Best on a volume that the writer of the receipts can only add to.
 *
 * @param directory - where; made where there is none
 * @returns the sink
 * @throws QuittanceError, from `publish`: `TLOG_REFUSED` for a fork, `TLOG_UNAVAILABLE`, `TLOG_MALFORMED`
 * @example
 * ```ts
 * import { fileSink } from 'quittance/transparency'
 * const sinks = [fileSink('/mnt/audit/checkpoints')]
 * ```
 */
export function fileSink(directory: string): CheckpointSink {
  if (typeof directory !== 'string' || directory === '') throw new TypeError('directory must be a path')
  const folder = resolve(directory)
  /** A directory that hangs keeps a thread for each call, and whoever asked may need the few that there are. */
  let hanging = 0

  const unlessHanging = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted()
    if (hanging > 0)
      throw new QuittanceError('TLOG_UNAVAILABLE', 'the directory of checkpoints has not ended an earlier call', {
        details: { reason: 'hanging', file: folder, retryable: true },
      })
    let given = 0
    const giveUp = (): void => {
      given = 1
      hanging += 1
    }
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      return await work()
    } finally {
      signal?.removeEventListener('abort', giveUp)
      hanging -= given
    }
  }

  const publish = async (checkpoint: PublishedCheckpoint, signal: AbortSignal | undefined): Promise<void> => {
    const { name, tokens } = noteFiles(checkpoint)
    try {
      await mkdir(folder, { recursive: true })
      for (const token of tokens) {
        signal?.throwIfAborted()
        await writeWhole(folder, token.name, token.content, false)
      }
      signal?.throwIfAborted()
      if (await writeWhole(folder, name, checkpoint.note, false)) return
      const merged = mergedNote(checkpoint.note, (await textIn(join(folder, name))) ?? '')
      if (merged !== undefined) await writeWhole(folder, name, merged, true)
    } catch (error) {
      throw QuittanceError.is(error) || signal?.aborted ? error : unavailable(error, join(folder, name))
    }
  }

  const newest = async (origin: string, signal: AbortSignal | undefined): Promise<string | undefined> => {
    try {
      const name = newestOf(origin, await readdir(folder))
      signal?.throwIfAborted()
      return name === undefined ? undefined : await readFile(join(folder, name), 'utf8')
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined
      if (signal?.aborted) throw error
      throw new QuittanceError('TLOG_UNAVAILABLE', 'the directory of checkpoints could not be read', {
        details: { reason: errnoOf(error), file: folder, retryable: true },
        cause: error,
      })
    }
  }

  return {
    name: 'file',
    id: `file:${sha256Hex(folder).slice(0, 16)}`,
    async publish(checkpoint, { signal } = {}) {
      // refused before anything is touched
      readCheckpoint(checkpoint.note)
      return unlessHanging(signal, () => publish(checkpoint, signal))
    },
    newest: (origin, { signal } = {}) => unlessHanging(signal, () => newest(origin, signal)),
  }
}

/** A checkpoint as it was found in a directory. Nobody has been asked whether it is so. */
export interface FoundCheckpoint {
  readonly origin: string
  readonly size: number
  readonly note: string
  /** DER of the tokens beside it. */
  readonly timestamps: readonly Uint8Array[]
  readonly file: string
}

/**
 * Reads what `fileSink` wrote, or a checked-out branch of `gitSink`: every `.note` in a directory and the directories in it.
 * Nothing is verified: that is for whoever has the log's key and the policy.
 *
 * @param directory - where they are
 * @returns the checkpoints, by their origin and then by size
 * @throws QuittanceError `TLOG_MALFORMED` for a file that is no checkpoint or not the one that its name says;
 *   the system's error where the directory can't be read
 * @example
 * ```ts
 * import { readCheckpoints } from 'quittance/transparency'
 * const notes = async () => (await readCheckpoints('/mnt/audit/checkpoints')).map(({ note }) => note)
 * ```
 */
export async function readCheckpoints(directory: string): Promise<readonly FoundCheckpoint[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const tokens = new Map<string, string[]>()
  for (const { name, parentPath } of files) {
    const stem = tokenFilePattern.exec(name)?.[1]
    if (stem !== undefined) tokens.set(stem, [...(tokens.get(stem) ?? []), join(parentPath, name)])
  }
  const found: FoundCheckpoint[] = []
  for (const { name, parentPath } of files) {
    const stem = noteFilePattern.exec(name)?.[1]
    if (stem === undefined) continue
    const file = join(parentPath, name)
    const note = await readFile(file, 'utf8')
    const { origin, size } = checkpointIn(file, note)
    if (noteFiles({ kind: 'log', chainId: '', origin, size, note, timestamps: [] }).name !== name)
      throw new QuittanceError('TLOG_MALFORMED', 'the checkpoint in a file is not the one that its name says', {
        details: { reason: 'checkpoint', file },
      })
    const timestamps = await Promise.all(
      (tokens.get(stem) ?? []).sort().map(async (one) => Uint8Array.from(await readFile(one))),
    )
    found.push({ origin, size, note, timestamps, file })
  }
  return found.sort((a, b) => (a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : a.size - b.size))
}

function checkpointIn(file: string, note: string): { readonly origin: string; readonly size: number } {
  try {
    return readCheckpoint(note)
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    throw new QuittanceError(error.code, error.message, { details: { ...error.details, file }, cause: error })
  }
}
