/** The indexes of sealed segments that are open, so that asking again costs no opening. */
import type { SegmentIndex } from './segment-index/types.js'

/** Which file an index speaks of. */
interface IndexedFile {
  readonly file: string
  readonly inode: bigint
}

/** Indexes that are open. */
export interface IndexCache {
  get(file: IndexedFile): SegmentIndex | undefined
  /** `bytes`: what it takes in memory, where it has no file. */
  put(file: IndexedFile, index: SegmentIndex, bytes: number): void
  forget(file: string): void
}

/** How many indexes stay open; one has no descriptor of its own, and takes some 50 KiB. */
const MAX_OPEN = 64
/** How many bytes of indexes without a file are kept. */
const MAX_BYTES = 32 * 1024 * 1024

/** @returns no open indexes yet */
export function indexCache(): IndexCache {
  /** The one used last is last. */
  const open = new Map<string, { readonly inode: bigint; readonly index: SegmentIndex; readonly bytes: number }>()
  let held = 0
  const forget = (file: string): void => {
    held -= open.get(file)?.bytes ?? 0
    open.delete(file)
  }
  return {
    get({ file, inode }) {
      const entry = open.get(file)
      if (entry?.inode !== inode) return undefined
      open.delete(file)
      open.set(file, entry)
      return entry.index
    },
    put({ file, inode }, index, bytes) {
      forget(file)
      open.set(file, { inode, index, bytes })
      held += bytes
      for (const oldest of open.keys()) {
        if (oldest === file || (open.size <= MAX_OPEN && held <= MAX_BYTES)) return
        forget(oldest)
      }
    },
    forget,
  }
}
