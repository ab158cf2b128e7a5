/** Segments that are written anew: aside, looked through, and brought in by one renaming. */
import { join } from 'node:path'
import { copyRange } from './copy.js'
import { corrupt } from './errors.js'
import { type FileHandle, syncFolder, writeAside } from './fs.js'
import { whileOurs } from './lock-lost.js'
import { emptySegment, type Segment, scan } from './segment.js'
import type { SegmentName } from './segment-name.js'
import type { Chain, Directory } from './types.js'

/** A segment that is written, durable and looked through, and has no name yet. */
export interface Prepared {
  /** Where it is. */
  readonly temporary: string
  /** As it will be known. */
  readonly segment: Segment
}

/**
 * Writes a segment aside and scans it: nothing that is good gives way to something that is not.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @param name - its coming name
 * @param previousHash - what its first line links to, where that is known
 * @param fill - writes its content
 * @returns the segment
 */
export async function prepare(
  directory: Directory,
  chain: Chain,
  name: SegmentName,
  previousHash: string | undefined,
  fill: (handle: FileHandle) => Promise<unknown>,
): Promise<Prepared> {
  const { fs } = directory
  const { chainId, folder } = chain
  const temporary = await writeAside(fs, folder, 'segment', async (handle) => {
    await fill(handle)
  })
  const handle = await fs.open(temporary, 'r')
  try {
    const { ino: inode } = await handle.stat({ bigint: true })
    const segment = emptySegment({ name, file: join(folder, name.name), inode, chainId, previousHash })
    if (await scan(handle, segment, chainId))
      throw corrupt(segment.file, undefined, 'the new file does not end with a whole line', chainId)
    return { temporary, segment }
  } finally {
    await handle.close()
  }
}

/**
 * Gives a prepared segment its name, durably.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param prepared - from `prepare`
 * @throws QuittanceError `STORE_LOCKED` when the lock was lost
 */
export async function bringIn(directory: Directory, chain: Chain, { temporary, segment }: Prepared): Promise<void> {
  const { fs, handles, lock } = directory
  await handles.forget(segment.file)
  const { file } = segment
  whileOurs(lock, { chainId: chain.chainId, file }, 'absent', () => fs.renameSync(temporary, file))
  await handles.forget(segment.file)
  directory.indexes.forget(segment.file)
  await syncFolder(fs, chain.folder)
}

/**
 * Writes the good lines of the last segment into a new file: whoever has the old one open has nothing any more.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param from - the segment
 * @param name - the new one's name
 * @returns the new one
 */
export async function copyAs(directory: Directory, chain: Chain, from: Segment, name: SegmentName): Promise<Segment> {
  const { head, previousHash } = from
  const prepared = await directory.handles.use(from.file, 'r', ({ handle }) =>
    prepare(directory, chain, name, previousHash, (to) => copyRange(handle, 0, from.bytes, to, 0)),
  )
  if (prepared.segment.offsets.length !== from.offsets.length)
    throw corrupt(from.file, undefined, 'the file is not what it was when it was read', chain.chainId)
  await bringIn(directory, chain, prepared)
  // an empty one has its head in the segment before
  prepared.segment.head ??= head
  return prepared.segment
}
