/** How a segment is ended, indexed, and the next begun. */
import { join } from 'node:path'
import { nextSeqOf } from './chain.js'
import { storeError } from './errors.js'
import { errnoOf, ifThere, syncFolder, temporaryPath, writeAll } from './fs.js'
import { lockLost } from './lock-lost.js'
import { notify } from './notice.js'
import { indexFile, sealedFrom } from './sealed.js'
import { emptySegment, type Segment } from './segment.js'
import { segmentName } from './segment-name.js'
import type { Chain, Directory, Row, Sealed } from './types.js'

/**
 * Makes an empty segment.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param firstSeq - the first seq that it will hold
 * @param before - the last segment so far, if any
 * @returns the new one; its name is not durable yet
 * @throws QuittanceError `STORE_LOCKED` when the lock was lost
 */
export async function begin(
  directory: Directory,
  chain: Chain,
  firstSeq: number,
  before: Segment | undefined,
): Promise<Segment> {
  const { fs, lock } = directory
  const name = segmentName(firstSeq, lock.epoch)
  const file = join(chain.folder, name.name)
  if (!lock.stillOurs()) throw lockLost({ chainId: chain.chainId, file }, 'absent')
  const handle = await fs.open(file, 'wx')
  try {
    const { ino: inode } = await handle.stat({ bigint: true })
    return emptySegment({ name, file, inode, chainId: chain.chainId, head: before?.head })
  } finally {
    await handle.close()
  }
}

/**
 * Ends the last segment and begins the next. In the chain's turn.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param row - its segments
 * @returns its segments now; the last is empty
 */
export async function rotate(directory: Directory, chain: Chain, row: Row): Promise<Row> {
  const { tenure } = chain
  // until the end is reached the disk decides what stands there
  chain.tenure = 0
  const live = await begin(directory, chain, nextSeqOf(row), row.live)
  await syncFolder(directory.fs, chain.folder)
  const next: Row = { sealed: [...row.sealed, sealedFrom(row.live)], live }
  await directory.handles.forget(row.live.file)
  chain.ended.push(row.live)
  chain.row = next
  chain.begun = live.name.epoch
  chain.tenure = tenure
  return next
}

/**
 * Writes the indexes of the segments that were ended since, behind what their appends waited for. In the chain's turn.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 */
export async function indexEnded(directory: Directory, chain: Chain): Promise<void> {
  for (const segment of chain.ended.splice(0)) {
    const sealed = sealedFrom(segment)
    await writeIndex(directory, chain, sealed, segment.index.finish(sealed.ends))
  }
}

/**
 * Writes the index of a segment. Not durably: it carries its checksum, and one that a crash spoiled is built again. A
 * failure is nobody's but a notice: without an index the segment itself is read.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param sealed - the segment
 * @param content - of its index
 */
export async function writeIndex(
  directory: Directory,
  chain: Chain,
  sealed: Sealed,
  content: Uint8Array,
): Promise<void> {
  const { fs, handles, lock, listeners } = directory
  const file = indexFile(sealed.file)
  const temporary = temporaryPath(chain.folder, 'index')
  try {
    const handle = await fs.open(temporary, 'wx')
    try {
      await writeAll(handle, content, 0)
    } finally {
      await handle.close()
    }
    await handles.forget(file)
    if (!lock.stillOurs()) {
      await ifThere(fs.unlink(temporary))
      return
    }
    fs.renameSync(temporary, file)
    directory.indexes.forget(sealed.file)
  } catch (error) {
    const reason = errnoOf(error)
    if (reason === undefined) throw storeError(error, { chainId: chain.chainId, file })
    notify(listeners, { code: 'INDEX_NOT_WRITTEN', chainId: chain.chainId, file, bytes: content.length, reason })
  }
}
