/** One directory of chains in one process: its lock, its open files, what is known of its chains. */
import type { FileSystem } from './fs.js'
import { type Handles, handlePool } from './handles.js'
import { type WriterLock, writerLock } from './lock.js'
import { type Chain, knownChain } from './chain.js'
import type { FileStoreNotice } from './notice.js'

/** Shared by every store of this process on the same directory. */
export interface Directory {
  readonly path: string
  readonly fs: FileSystem
  readonly lock: WriterLock
  readonly handles: Handles
  /** Who wants to be told; where nobody does, the process is warned. */
  readonly listeners: Set<(notice: FileStoreNotice) => void>
  /** @returns what is known of a chain, nothing being looked at */
  chain(chainId: string): Chain
  /** Finishes what was begun, closes the files, gives the lock back. */
  close(): Promise<void>
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
    fs,
    lock,
    handles,
    listeners: new Set(),
    chain(chainId) {
      let chain = chains.get(chainId)
      if (chain === undefined) {
        chain = knownChain(path, chainId, () => chains.delete(chainId))
        chains.set(chainId, chain)
      }
      return chain
    },
    async close() {
      for (const chain of chains.values()) {
        await chain.turns.idle()
        await chain.stateTurns.idle()
      }
      await handles.close()
      await lock.release()
    },
  }
}
