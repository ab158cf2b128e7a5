import { type FileStoreOptions, fileStoreOn } from './file/file-store.js'
import { nodeFs } from './file/fs.js'
import type { ReceiptStore } from './store.js'

export type { FileStoreOptions } from './file/file-store.js'
export { type ChainFiles, chainFiles } from './file/layout.js'
export type { FileStoreNotice } from './file/notice.js'

/**
 * Keeps receipts in a directory: one folder a chain, JSON Lines in it.
 *
 * When an append resolves, its receipts have survived a crash of the machine (`fdatasync`). A chain is a row of files of
 * limited size, each with an index once it is full. One process at a time writes; the others get `STORE_LOCKED`. Any number of processes may read. Within one process several stores on the
 * same directory share one writer.
 *
 * @param dir - the directory; it is made at the first write
 * @param options - `waitForLockMs`, `takeOverAfterMs`, `segmentBytes`, `acceptDamaged`, `onNotice`
 * @returns the store; `durable` is true. Nothing is opened, read or locked before it is used
 * @throws TypeError, RangeError when an argument is not what its type says
 * @example
 * ```ts
 * import { fileStore } from 'quittance/store/file'
 * const store = fileStore('./receipts', { waitForLockMs: 5_000 })
 * ```
 */
export function fileStore(dir: string, options: FileStoreOptions = {}): ReceiptStore {
  return fileStoreOn(dir, options, nodeFs)
}
