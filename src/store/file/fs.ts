/** The few calls that the file store makes to the file system, so that a test can let each of them fail. */
import { randomBytes } from 'node:crypto'
import { constants, renameSync, unlinkSync, writeSync } from 'node:fs'
import * as promises from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A file that is open. */
export type FileHandle = promises.FileHandle

/** The part of `node:fs/promises` that the file store uses, and the calls that it makes on its own thread. */
export interface FileSystem
  extends Pick<
    typeof promises,
    'mkdir' | 'open' | 'opendir' | 'readdir' | 'readFile' | 'realpath' | 'rename' | 'stat' | 'unlink'
  > {
  /**
   * Writes into an open file, on the calling thread: the page cache takes lines faster than another thread takes the order,
   * which would wait there behind signatures.
   *
   * @returns how many bytes the system took
   */
  writeSync(handle: FileHandle, bytes: Uint8Array, offset: number, length: number, position: number): number
  /** Renames right behind a look at the lock: an order that another thread takes waits, and the lock may go meanwhile. */
  renameSync(from: string, to: string): void
  /** Removes a file, right behind a look at the lock. */
  unlinkSync(path: string): void
}

/** To read, without waiting for a writer: a named pipe in the place of a file would keep a reader for ever. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** The real one. */
export const nodeFs: FileSystem = {
  ...promises,
  open: (path, flags = 'r', mode) => promises.open(path, flags === 'r' ? READ : flags, mode),
  writeSync: ({ fd }, bytes, offset, length, position) => writeSync(fd, bytes, offset, length, position),
  renameSync,
  unlinkSync,
}

/**
 * @param error - what was caught
 * @returns the operating system's code (`ENOENT` …), `undefined` where it is not an error of its
 */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, syscall } = error as NodeJS.ErrnoException
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined
}

/** @returns what the call gives, `undefined` where there is no such file or folder */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Makes a change on the calling thread, unless there is no such file.
 *
 * @param change - the call
 */
export function ifThereNow(change: () => void): void {
  try {
    change()
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/**
 * Makes the names in a folder durable: what was created, renamed or removed there.
 *
 * @param fs - the file system
 * @param folder - the folder's path
 */
export async function syncFolder(fs: FileSystem, folder: string): Promise<void> {
  // Windows opens no folder as a file; NTFS keeps its names in a journal of its own
  if (process.platform === 'win32') return
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // some file systems (FUSE, SMB) know no such call; there is nothing more that could be asked of them
    const code = errnoOf(error)
    if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error
  } finally {
    await handle.close()
  }
}

/**
 * Makes the names of new folders durable.
 *
 * @param fs - the file system
 * @param folder - the lowest of them, an absolute path
 * @param topmost - the highest of them
 */
export async function syncMade(fs: FileSystem, folder: string, topmost: string): Promise<void> {
  for (let made = folder; ; made = dirname(made)) {
    await syncFolder(fs, dirname(made))
    if (made === topmost || made === dirname(made)) return
  }
}

/**
 * Writes all of the bytes, however few the system takes at a time.
 *
 * @param handle - open for writing
 * @param bytes - what to write
 * @param position - where in the file
 */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/**
 * Writes all of the bytes on the calling thread.
 *
 * @param fs - the file system
 * @param handle - open for writing
 * @param bytes - what to write
 * @param position - where in the file
 */
export function writeAllSync(fs: FileSystem, handle: FileHandle, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) done += fs.writeSync(handle, bytes, done, bytes.length - done, position + done)
}

/**
 * Reads as many bytes as there are, up to the length of the buffer.
 *
 * @param handle - open for reading
 * @param buffer - is filled
 * @param position - where in the file
 * @returns how many were there
 */
export async function readInto(handle: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let done = 0
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}

/** Names that begin so are unfinished work: nobody reads them, the next writer removes them. */
const TEMPORARY = '.tmp-'

/** What an unfinished file was to become, so that two kinds of work never remove each other's. */
export type TemporaryKind = 'segment' | 'index' | 'value' | 'lock' | 'epoch'

/**
 * @param folder - where
 * @param kind - what it is to become
 * @returns the path of a new temporary file
 */
export function temporaryPath(folder: string, kind: TemporaryKind): string {
  return join(folder, `${TEMPORARY}${kind}-${randomBytes(8).toString('hex')}`)
}

/**
 * Removes what a killed writer left unfinished.
 *
 * @param fs - the file system
 * @param folder - where
 * @param kind - which work; nobody may be doing it now
 * @param names - what stands there, where that is known already
 */
export async function removeTemporaries(
  fs: FileSystem,
  folder: string,
  kind: TemporaryKind,
  names?: readonly string[],
): Promise<void> {
  for (const name of names ?? (await fs.readdir(folder))) {
    if (name.startsWith(`${TEMPORARY}${kind}-`)) await ifThere(fs.unlink(join(folder, name)))
  }
}

/**
 * Writes a file that appears whole, at its place, or not at all: written aside, made durable, renamed.
 *
 * @param fs - the file system
 * @param folder - where
 * @param kind - what it is
 * @param name - its name there; what stands there is replaced
 * @param fill - writes the content
 * @param check - throws where it must not take its place after all
 */
export async function replaceFile(
  fs: FileSystem,
  folder: string,
  kind: TemporaryKind,
  name: string,
  fill: (handle: FileHandle) => Promise<void>,
  check: () => void = () => undefined,
): Promise<void> {
  const temporary = await writeAside(fs, folder, kind, fill)
  check()
  fs.renameSync(temporary, join(folder, name))
  await syncFolder(fs, folder)
}

/**
 * Writes a temporary file and makes its content durable.
 *
 * @returns its path, to be renamed
 */
export async function writeAside(
  fs: FileSystem,
  folder: string,
  kind: TemporaryKind,
  fill: (handle: FileHandle) => Promise<void>,
): Promise<string> {
  const temporary = temporaryPath(folder, kind)
  const handle = await fs.open(temporary, 'wx+')
  try {
    await fill(handle)
    await handle.sync()
  } finally {
    await handle.close()
  }
  return temporary
}
