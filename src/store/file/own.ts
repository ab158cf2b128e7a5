/** How a chain is made ready to be written: what earlier writers left is put in order first. */
import { fstatSync } from 'node:fs'
import { join } from 'node:path'
import { isOwned, refresh } from './chain.js'
import { copyRange } from './copy.js'
import { corrupt } from './errors.js'
import { ifThere, removeTemporaries, replaceFile, syncFolder, writeAll, writeAside } from './fs.js'
import { CHAIN_FILE, chainFileText, chainFolder, readChainFile, segmentName } from './layout.js'
import { removePruned, setAside } from './leftovers.js'
import { emptySegment, type Segment } from './segment.js'
import type { Chain, Directory } from './types.js'

/**
 * Gets a chain ready to be written: the lock is held, the file is there, ends with a whole line, and everything in it
 * is durable. In the chain's turn.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @returns its receipts' file, as it is on disk
 * @throws QuittanceError `STORE_LOCKED`, `STORE_CORRUPT`
 */
export async function ownSegment(directory: Directory, chain: Chain): Promise<Segment> {
  const { fs, handles, lock } = directory
  await lock.hold(0)
  const { segment } = chain
  if (segment && isOwned(directory, chain) && (await isAsKnown(directory, chain, segment))) return segment
  if (segment) await handles.forget(segment.file)
  const { tenure } = lock
  chain.tenure = 0
  chain.mustCutBack = false
  await chain.stateTurns.run(() => ownFolder(directory, chain))
  await removeTemporaries(fs, chain.folder, 'segment')
  const found = await refresh(directory, chain)
  if (found.segment) await removePruned(directory, chain, found.segment)
  let ready = found.segment ?? (await createSegment(directory, chain))
  if (found.tail) await setAside(directory, chain, ready, found.tail)
  if (chain.mustRewrite) ready = await rewriteWhole(directory, chain, ready)
  await makeDurable(directory, chain, ready)
  await syncFolder(fs, chain.folder)
  chain.segment = ready
  chain.tenure = tenure
  return ready
}

/** What a killed writer wrote last may stand in the page cache only, and would be acknowledged as being there. */
async function makeDurable(directory: Directory, chain: Chain, segment: Segment): Promise<void> {
  await directory.handles.use(segment.file, 'r+', async ({ handle }) => {
    // while it fails, and after it failed: a second call would succeed without having written anything
    chain.mustRewrite = true
    await handle.datasync()
    chain.mustRewrite = false
  })
}

/** Writes everything that was read into a new file, because nobody knows which of the old one's pages are on disk. */
async function rewriteWhole(directory: Directory, chain: Chain, segment: Segment): Promise<Segment> {
  const { fs, handles } = directory
  const temporary = await handles.use(segment.file, 'r', ({ handle }) =>
    writeAside(fs, chain.folder, 'segment', async (to) => {
      await copyRange(handle, 0, segment.bytes, to, 0)
    }),
  )
  await handles.forget(segment.file)
  await fs.rename(temporary, segment.file)
  await syncFolder(fs, chain.folder)
  const { segment: written } = await refresh(directory, chain)
  if (written?.head?.receiptHash !== segment.head?.receiptHash || written === undefined) {
    throw corrupt(segment.file, undefined, 'the file is not what was written', chain.chainId)
  }
  return written
}

/** Whether the file still is what this process left; cuts off what a failed write left. */
async function isAsKnown(directory: Directory, chain: Chain, segment: Segment): Promise<boolean> {
  if (chain.mustCutBack && !(await cutBack(directory, chain, segment))) return false
  const same = await ifThere(
    directory.handles.use(segment.file, 'r+', async ({ handle, inode }) => {
      const { nlink, size } = fstatSync(handle.fd)
      return inode === segment.inode && nlink > 0 && size === segment.bytes
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
 * @param segment - its receipts' file
 * @returns false where the file is no longer the one that was written
 */
export async function cutBack(directory: Directory, chain: Chain, segment: Segment): Promise<boolean> {
  const { handles } = directory
  await handles.forget(segment.file)
  return handles.use(segment.file, 'r+', async ({ handle, inode }) => {
    if (inode !== segment.inode || (await handle.stat()).size < segment.bytes) return false
    await handle.truncate(segment.bytes)
    await handle.datasync()
    chain.mustCutBack = false
    return true
  })
}

/**
 * Makes a chain's folder and writes down whose it is. In a turn of the chain's state values.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @throws QuittanceError `STORE_CORRUPT` when it is another's
 */
export async function ownFolder(directory: Directory, chain: Chain): Promise<void> {
  const { fs, path } = directory
  const { chainId, folder } = chain
  await fs.mkdir(folder, { recursive: true })
  if (!chain.isNamed) await syncFolder(fs, path)
  chain.isNamed = true
  if ((await readChainFile(fs, path, chainFolder(chainId))) === chainId) return
  await replaceFile(fs, folder, 'value', CHAIN_FILE, (handle) =>
    writeAll(handle, Buffer.from(chainFileText(chainId)), 0),
  )
}

async function createSegment(directory: Directory, chain: Chain): Promise<Segment> {
  const file = join(chain.folder, segmentName(0))
  const handle = await directory.fs.open(file, 'wx')
  try {
    return emptySegment(file, (await handle.stat({ bigint: true })).ino, 0)
  } finally {
    await handle.close()
  }
}
