import { join } from 'node:path'
import { type FileSystem, syncFolder } from './fs.js'
import { type Handles, handlePool } from './handles.js'
import { indexCache } from './index-cache.js'
import { chainFolder } from './layout.js'
import { writerLock } from './lock.js'
import { turns } from './turns.js'
import type { Chain, Directory } from './types.js'

/** Whatever opens something gets the room that idle files take, not only the files that are kept open. */
function roomy(fs: FileSystem, { withRoom }: Handles): FileSystem {
  const { open, opendir, readdir, readFile } = fs
  return {
    ...fs,
    open: (...given) => withRoom(() => open(...given)),
    opendir: (...given) => withRoom(() => opendir(...given)),
    readdir: ((...given: Parameters<typeof readdir>) => withRoom(() => readdir(...given))) as typeof readdir,
    readFile: ((...given: Parameters<typeof readFile>) => withRoom(() => readFile(...given))) as typeof readFile,
  }
}

/** @returns the work, done once for all who ask before it begins; who asks later needs another */
function shared(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  const begin = (): Promise<void> => {
    next = undefined
    const begun = work().finally(() => {
      if (running === begun) running = undefined
    })
    running = begun
    return begun
  }
  return () => {
    if (running === undefined) return begin()
    next ??= running.then(begin, begin)
    return next
  }
}

/** What a directory is opened with. */
export interface DirectoryOptions {
  readonly fs: FileSystem
  /** Over which size a segment is sealed. */
  readonly segmentBytes: number
}

/**
 * @param path - the real path of a directory that exists
 * @param options - its file system and limits
 * @returns the directory; nothing is opened yet
 */
export function openDirectory(path: string, { fs, segmentBytes }: DirectoryOptions): Directory {
  const chains = new Map<string, Chain>()
  const lock = writerLock(path, fs)
  const handles = handlePool(fs)
  // it asks the system by the file's number: of another file system than the real one it would know nothing
  return {
    path,
    fs: roomy(fs, handles),
    lock,
    handles,
    indexes: indexCache(),
    segmentBytes,
    accepted: new Set(),
    listeners: new Set(),
    syncNames: shared(() => syncFolder(fs, path)),
    find: (chainId) => chains.get(chainId),
    chain(chainId) {
      const known = chains.get(chainId)
      if (known) return known
      const chain: Chain = {
        chainId,
        folder: join(path, chainFolder(chainId)),
        turns: turns(),
        stateTurns: turns(),
        queue: [],
        draining: false,
        row: undefined,
        tenure: 0,
        begun: 0,
        ended: [],
        mustCutBack: false,
        mustRewrite: false,
        isNamed: false,
      }
      chains.set(chainId, chain)
      return chain
    },
    async close() {
      for (const chain of chains.values()) {
        do {
          await chain.turns.idle()
          await chain.stateTurns.idle()
        } while (chain.draining)
      }
      await handles.close()
      await lock.release()
    },
  }
}
