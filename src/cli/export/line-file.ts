/** A file that lines are exported to: there whole or not at all, or continued behind its last whole line. */
import type { Stats } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MAX_LINE_BYTES } from '../../receipt/limits.js'
import { cannotWrite } from '../cannot-write.js'
import { UsageError } from '../failure.js'
import { placeOf, refuseForeign } from '../write-public.js'

/** Where an export that is under way stands, beside its file. */
export const PART = '.part'

/** What a file holds that is to be continued. */
export interface FileContent {
  /** Where its last whole line ends. */
  readonly end: number
  /** Bytes behind it: a line that was never finished. */
  readonly torn: number
  /** The first and the last whole line; absent where there is none. */
  readonly first?: string | undefined
  readonly last?: string | undefined
}

/** Takes lines. */
export interface LineFile {
  /** The file that is being written. */
  readonly path: string
  /** What is continued. */
  readonly content?: FileContent | undefined
  /** @param line - without its newline */
  write(line: string): Promise<void> | undefined
  /** Makes what was written durable, and the file be there under its name. */
  finish(): Promise<void>
  /** Lets go of it: what was written so far stays. */
  leave(): Promise<void>
}

const NEWLINE = 0x0a
const CHUNK_BYTES = 64 * 1024
/** So many characters are written at once. */
const BUFFER_UNITS = 256 * 1024

async function readAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start)
  let read = 0
  while (read < bytes.length) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/** @returns where the last newline before `end` stands; -1 where there is none */
async function newlineBefore(handle: FileHandle, end: number): Promise<number> {
  for (let to = end; to > 0; to -= CHUNK_BYTES) {
    const from = Math.max(0, to - CHUNK_BYTES)
    const at = (await readAt(handle, from, to)).lastIndexOf(NEWLINE)
    if (at >= 0) return from + at
  }
  return -1
}

/**
 * @param handle - an open file
 * @returns what it holds, read at its two ends only
 */
export async function contentOf(handle: FileHandle): Promise<FileContent> {
  const { size } = await handle.stat()
  const end = (await newlineBefore(handle, size)) + 1
  if (end === 0) return { end, torn: size }
  const head = await readAt(handle, 0, Math.min(end, MAX_LINE_BYTES + 1))
  const start = (await newlineBefore(handle, end - 1)) + 1
  // longer than any receipt: whoever looks at them finds that they are none
  const last = await readAt(handle, start, Math.min(end - 1, start + MAX_LINE_BYTES + 1))
  const firstEnd = head.indexOf(NEWLINE)
  return {
    end,
    torn: size - end,
    first: head.subarray(0, firstEnd < 0 ? undefined : firstEnd).toString('utf8'),
    last: last.toString('utf8'),
  }
}

const there = async (path: string): Promise<Stats | undefined> =>
  stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })

/** Names of files are durable with their folder; where a system can't do that, nothing more can be done. */
async function syncFolderOf(path: string): Promise<void> {
  const handle = await open(dirname(path), 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}

/** @returns a sink for one open file */
function sink(
  handle: FileHandle,
  path: string,
  name: string,
  content: FileContent | undefined,
  final?: string,
): LineFile {
  let buffered: string[] = []
  let units = 0
  let at = content?.end ?? 0
  let begun = false

  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(buffered.join(''))
    buffered = []
    units = 0
    const { size } = await handle.stat()
    if (content !== undefined && !begun && size === content.end + content.torn) await handle.truncate(content.end)
    else if (final !== undefined && size !== at) throw new UsageError(`${name} is being written by another process`)
    begun = true
    let written = 0
    while (written < bytes.length) {
      const position = final === undefined ? null : at
      const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position)
      written += bytesWritten
      at += bytesWritten
    }
  }

  return {
    path,
    ...(content && { content }),
    write(line) {
      buffered.push(line, '\n')
      units += line.length + 1
      return units < BUFFER_UNITS ? undefined : flush()
    },
    async finish() {
      try {
        await flush()
        if (final === undefined) return
        await handle.datasync()
        if (path === final) return
        const [mine, named] = [await handle.stat(), await there(path)]
        if (named?.ino !== mine.ino) throw new UsageError(`${name} is being written by another process`)
        await rename(path, final)
        await syncFolderOf(final)
      } finally {
        await handle.close()
      }
    },
    async leave() {
      try {
        if (final !== undefined) await flush()
      } finally {
        await handle.close()
      }
      if (at === 0 && path !== final) await rm(path, { force: true })
    },
  }
}

/**
 * Opens the file that is to be written. Nothing of it is changed before the first line, or the end.
 *
 * @param name - as it was typed, for messages
 * @param path - from the root; of a link, the file that it leads to is written
 * @param resume - go on behind what is there: of an export that broke off, or of the file itself
 * @param make - whether it is made where there is none
 * @returns the file; `content` is absent where it is new
 * @throws UsageError when it can't be opened
 */
export async function openLineFile(
  name: string,
  path: string,
  resume: boolean,
  make: boolean,
): Promise<LineFile | undefined> {
  try {
    const place = await placeOf(path)
    if (!place.whole) {
      if (resume) throw new UsageError(`${name} is no file: there is nothing to go on from`)
      return sink(await open(place.path, 'w'), place.path, name, undefined)
    }
    const part = `${place.path}${PART}`
    if (!resume) {
      if (!make) return undefined
      if ((await there(place.path))?.isDirectory()) throw new UsageError(`${name} is a directory`)
      // receipts, and no keyring, policy or key
      await refuseForeign(place.path, name, (head) => head.startsWith('{') && head.includes('"chainId":'))
      await rm(part, { force: true })
      return sink(await open(part, 'wx'), part, name, undefined, place.path)
    }
    for (const old of [part, place.path]) {
      if ((await there(old)) === undefined) continue
      const handle = await open(old, 'r+')
      return sink(handle, old, name, await contentOf(handle), place.path)
    }
    return make ? sink(await open(part, 'wx'), part, name, undefined, place.path) : undefined
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw cannotWrite(name, error)
  }
}

/**
 * @param name - as it was typed
 * @param path - a directory, which is made where there is none
 * @throws UsageError
 */
export async function makeDirectory(name: string, path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    throw new UsageError(`cannot make ${name}: ${(error as NodeJS.ErrnoException).code}`)
  }
}
