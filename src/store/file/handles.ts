/** Open files that are used again and again, so that a call costs no opening, and a thousand chains no thousand files. */
import { readFileSync } from 'node:fs'
import { errnoOf, type FileHandle, type FileSystem } from './fs.js'

/** A file that is open, and which file it is. */
export interface OpenFile {
  readonly handle: FileHandle
  readonly inode: bigint
}

/** Open files by path. */
export interface Handles {
  /** Lends a file for the time of the work, opened if it isn't. */
  use<T>(path: string, mode: 'r' | 'r+', work: (file: OpenFile) => Promise<T>): Promise<T>
  /** Makes a call that opens something; where the system has no more room for open files, once again without the idle ones. */
  withRoom<T>(call: () => Promise<T>): Promise<T>
  /** Opens the path anew the next time. Who uses the old one goes on. */
  forget(path: string): Promise<void>
  close(): Promise<void>
}

interface Entry {
  readonly opened: Promise<OpenFile>
  users: number
  forgotten: boolean
}

/** Where it can't be told how many files a process may have open. */
const FEW = 64
/** As many chains as are likely to be busy at one time. */
const MANY = 10_240

/** @returns how many idle files may stay open: at most a quarter of what the process may have, which has others to open */
function idleLimit(): number {
  let limits: string
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    // not Linux, or a runtime that lets nobody look
    return FEW
  }
  const most = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1]
  if (most === undefined) return FEW
  return most === 'unlimited' ? MANY : Math.min(MANY, Math.max(FEW, Math.floor(Number(most) / 4)))
}

/**
 * @param fs - the file system
 * @param mostIdle - how many files that nobody uses stay open; default: by what the process may have open
 * @returns no open files yet
 */
export function handlePool(fs: FileSystem, mostIdle?: number): Handles {
  let most = mostIdle
  /** The one used last is last. */
  const entries = new Map<string, Entry>()

  const open = async (path: string, mode: string): Promise<OpenFile> => {
    const handle = await withRoom(() => fs.open(path, mode))
    try {
      return { handle, inode: (await handle.stat({ bigint: true })).ino }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  const closeIfDone = async (entry: Entry): Promise<void> => {
    if (!entry.forgotten || entry.users > 0) return
    const { handle } = await entry.opened
    await handle.close()
  }

  const drop = async (key: string, entry: Entry): Promise<void> => {
    if (entries.get(key) === entry) entries.delete(key)
    if (entry.forgotten) return
    entry.forgotten = true
    await closeIfDone(entry)
  }

  /** Closes those that nobody uses, the longest unused first, until no more than so many are open. */
  const trim = async (most: number): Promise<void> => {
    if (entries.size <= most) return
    for (const [key, entry] of entries) {
      if (entry.users > 0) continue
      await drop(key, entry)
      if (entries.size <= most) return
    }
  }

  const withRoom = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call()
    } catch (error) {
      const code = errnoOf(error)
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error
      await trim(0)
      try {
        return await call()
      } catch (second) {
        // a new file that the refused call has made after all: the refusal is what went wrong
        throw errnoOf(second) === 'EEXIST' ? error : second
      }
    }
  }

  return {
    async use(path, mode, work) {
      const key = `${mode} ${path}`
      const entry = entries.get(key) ?? { opened: open(path, mode), users: 0, forgotten: false }
      entries.delete(key)
      entries.set(key, entry)
      entry.users += 1
      try {
        let file: OpenFile
        try {
          file = await entry.opened
        } catch (error) {
          // nothing was opened, so there is nothing to be closed
          if (entries.get(key) === entry) entries.delete(key)
          throw error
        }
        return await work(file)
      } finally {
        entry.users -= 1
        if (entry.forgotten) await closeIfDone(entry)
        else {
          most ??= idleLimit()
          await trim(most)
        }
      }
    },
    withRoom,
    async forget(path) {
      for (const mode of ['r', 'r+']) {
        const key = `${mode} ${path}`
        const entry = entries.get(key)
        if (entry) await drop(key, entry)
      }
    },
    async close() {
      for (const [key, entry] of [...entries]) await drop(key, entry)
    },
  }
}
