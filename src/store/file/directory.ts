import { join } from 'node:path'
import type { FileSystem } from './fs.js'
import { type Handles, handlePool } from './handles.js'
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

/**
 * @param path - the real path of a directory that exists
 * @param fs - the file system
 * @returns the directory; nothing is opened yet
 */
export function openDirectory(path: string, fs: FileSystem): Directory {
  const chains = new Map<string, Chain>()
  const lock = writerLock(path)
  const handles = handlePool(fs)
  return {
    path,
    fs: roomy(fs, handles),
    lock,
    handles,
    listeners: new Set(),
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
        segment: undefined,
        tenure: 0,
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
