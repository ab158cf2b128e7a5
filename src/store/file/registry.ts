/**
 * One writer a directory and process, however often it is opened, also by several copies of this package (hot reload,
 * a bundle beside node_modules): kept on `globalThis` under a registered symbol.
 */
import { type DirectoryOptions, openDirectory } from './directory.js'
import type { Directory } from './types.js'

interface Entry {
  readonly directory: Directory
  users: number
  closing: Promise<void> | undefined
}

/** The number changes when `Directory` changes in a way that another copy could trip over. */
const key = Symbol.for('quittance.store.file/2')

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
 * @param options - its file system and limits, where this is the first share
 * @returns a share of what this process has open there
 */
export async function shareDirectory(path: string, options: DirectoryOptions): Promise<Share> {
  const open = entries()
  for (let closing = open.get(path)?.closing; closing; closing = open.get(path)?.closing) {
    // its failure is told to who closed; here it only matters that it is over
    await Promise.allSettled([closing])
  }
  const entry = open.get(path) ?? { directory: openDirectory(path, options), users: 0, closing: undefined }
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
