/**
 * One writer a directory and process, however often it is opened, also by several copies of this package (hot reload,
 * a bundle beside node_modules): kept on `globalThis` under a registered symbol.
 */
import { openDirectory } from './directory.js'
import type { FileSystem } from './fs.js'
import type { Directory } from './types.js'

interface Entry {
  readonly directory: Directory
  users: number
  closing: Promise<void> | undefined
}

/** The number changes when `Directory` changes in a way that another copy could trip over. */
const key = Symbol.for('quittance.store.file/1')

function entries(): Map<string, Entry> {
  const holder = globalThis as { [key]?: Map<string, Entry> }
  holder[key] ??= new Map()
  return holder[key]
}

/** A share of a directory. */
export interface Share {
  readonly directory: Directory
  /** Gives the share back; the last one closes the directory. Idempotent. */
  release(): Promise<void>
}

/**
 * @param path - the directory's real path
 * @param fs - the file system, where this is the first share
 * @returns a share of what this process has open there
 */
export async function shareDirectory(path: string, fs: FileSystem): Promise<Share> {
  const open = entries()
  for (let closing = open.get(path)?.closing; closing; closing = open.get(path)?.closing) {
    // its failure is told to who closed; here it only matters that it is over
    await Promise.allSettled([closing])
  }
  const entry = open.get(path) ?? { directory: openDirectory(path, fs), users: 0, closing: undefined }
  open.set(path, entry)
  entry.users += 1
  let released: Promise<void> | undefined
  return {
    directory: entry.directory,
    release() {
      released ??= giveBack(path, entry)
      return released
    },
  }
}

async function giveBack(path: string, entry: Entry): Promise<void> {
  entry.users -= 1
  if (entry.users > 0) return
  entry.closing = entry.directory.close().finally(() => entries().delete(path))
  await entry.closing
}
