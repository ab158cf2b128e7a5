/** How a chain is made ready to be written: what earlier writers left is put in order first. */
import { fstatSync } from 'node:fs'
import { join } from 'node:path'
import { beginOrTakeOver } from './adopt.js'
import { isOwned, refresh } from './chain.js'
import { makeDurable } from './durable.js'
import { corrupt } from './errors.js'
import { ifThere, removeTemporaries, syncFolder, temporaryPath, writeAll } from './fs.js'
import { CHAIN_FILE, chainFileText, chainFolder, readChainFile } from './layout.js'
import { removeLeftovers } from './leftovers.js'
import { copyAs } from './rewriting.js'
import { writeIndex } from './sealing.js'
import type { Segment } from './segment.js'
import type { Chain, Directory, Row } from './types.js'

/**
 * Gets a chain ready to be written: the lock is held, the last segment is begun under our epoch and ends with a whole line,
 * and everything in it is durable. In the chain's turn.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @returns its segments, as they are on disk
 * @throws QuittanceError `STORE_LOCKED`, `STORE_CORRUPT`
 */
export async function ownRow(directory: Directory, chain: Chain): Promise<Row> {
  const { fs, handles, lock } = directory
  await lock.hold({ waitMs: 0 })
  const { row } = chain
  if (row && isOwned(directory, chain) && (await isAsKnown(directory, chain, row.live))) return row
  if (row) await handles.forget(row.live.file)
  const { tenure } = lock
  chain.tenure = 0
  chain.mustCutBack = false
  await chain.stateTurns.run(() => ownFolder(directory, chain))
  const looked = await refresh(directory, chain)
  for (const kind of ['segment', 'index'] as const)
    await removeTemporaries(fs, chain.folder, kind, looked.listing?.names)
  await removeLeftovers(directory, chain, looked)
  for (const { sealed, index } of looked.unindexed) if (index) await writeIndex(directory, chain, sealed, index)
  let ready = await beginOrTakeOver(directory, chain, looked)
  chain.begun = ready.live.name.epoch
  if (chain.mustRewrite) ready = await rewriteLive(directory, chain, ready)
  if (ready.live.bytes > 0) await makeDurable(directory, chain, ready.live)
  await syncFolder(fs, chain.folder)
  chain.row = ready
  chain.tenure = tenure
  return ready
}

/** Writes everything that was read into a new file, because nobody knows which of the old one's pages are on disk. */
async function rewriteLive(directory: Directory, chain: Chain, { sealed, live }: Row): Promise<Row> {
  const written = await copyAs(directory, chain, live, live.name)
  if (written.head?.receiptHash !== live.head?.receiptHash)
    throw corrupt(live.file, undefined, 'the file is not what was written', chain.chainId)
  return { sealed, live: written }
}

/** Whether the file still is what this process left; cuts off what a failed write left. */
async function isAsKnown(directory: Directory, chain: Chain, live: Segment): Promise<boolean> {
  if (chain.mustCutBack && !(await cutBack(directory, chain, live))) return false
  const same = await ifThere(
    directory.handles.use(live.file, 'r+', async ({ handle, inode }) => {
      const { nlink, size } = fstatSync(handle.fd)
      return inode === live.inode && nlink > 0 && size === live.bytes
    }),
  )
  return same === true
}

/**
 * Cuts off what a failed write left behind the last durable line. The file is opened anew: after a failed `fsync` the
 * page cache may show bytes that are not on disk, so nothing that was written is trusted, and all of it goes.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @param live - its last segment
 * @returns false where the file is no longer the one that was written
 */
export async function cutBack(directory: Directory, chain: Chain, live: Segment): Promise<boolean> {
  const { handles } = directory
  await handles.forget(live.file)
  return handles.use(live.file, 'r+', async ({ handle, inode }) => {
    if (inode !== live.inode || (await handle.stat()).size < live.bytes) return false
    await handle.truncate(live.bytes)
    await handle.datasync()
    chain.mustCutBack = false
    return true
  })
}

/**
 * Makes a chain's folder and writes down whose it is; its content's names become durable with the next sync of the folder.
 * In a turn of the chain's state values.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @throws QuittanceError `STORE_CORRUPT` when it is another's
 */
export async function ownFolder(directory: Directory, chain: Chain): Promise<void> {
  const { fs, path } = directory
  const { chainId, folder } = chain
  await fs.mkdir(folder, { recursive: true })
  const naming = async () => {
    if (!chain.isNamed) await directory.syncNames()
    chain.isNamed = true
  }
  const describing = async () => {
    if ((await readChainFile(fs, path, chainFolder(chainId))) === chainId) return
    const text = Buffer.from(chainFileText(chainId))
    const temporary = temporaryPath(folder, 'value')
    const handle = await fs.open(temporary, 'wx')
    try {
      await writeAll(handle, text, 0)
    } finally {
      await handle.close()
    }
    // not made durable: one that a crash spoiled is passed over, the receipts say whose they are, and it is written again
    await fs.rename(temporary, join(folder, CHAIN_FILE))
  }
  // both at once: the file system makes one journal entry of what is asked of it together
  for (const done of await Promise.allSettled([naming(), describing()]))
    if (done.status === 'rejected') throw done.reason
}
