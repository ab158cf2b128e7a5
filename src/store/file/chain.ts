/** How a process comes to know a chain on disk, without changing anything. */
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { corrupt } from './errors.js'
import { ifThere } from './fs.js'
import { chainFolder, listSegments, segmentName } from './layout.js'
import { emptySegment, type Segment, scan, type Tail } from './segment.js'
import type { Chain, Directory } from './types.js'

/** How often a file may go between being listed and being opened before that is no longer a coincidence. */
const MAX_ATTEMPTS = 5

/**
 * Looks at a chain without changing anything. While this process holds the lock nobody else writes, and what it knows
 * needs no look at the disk.
 *
 * @param directory - the directory
 * @param chainId - the chain
 * @returns its receipts' file; `undefined` where there is none
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function view(directory: Directory, chainId: string): Promise<Segment | undefined> {
  if (!directory.find(chainId) && !(await hasFolder(directory, chainId))) return undefined
  const chain = directory.chain(chainId)
  if (isOwned(directory, chain)) return chain.segment
  return chain.turns.run(async () =>
    isOwned(directory, chain) ? chain.segment : (await refresh(directory, chain)).segment,
  )
}

/** @returns whether anything was ever written for a chain */
export async function hasFolder(directory: Directory, chainId: string): Promise<boolean> {
  return (await ifThere(directory.fs.stat(join(directory.path, chainFolder(chainId))))) !== undefined
}

/** @returns whether what is known of a chain is what stands on the disk, because only this process writes */
export function isOwned(directory: Directory, chain: Chain): boolean {
  return chain.segment !== undefined && chain.tenure !== 0 && chain.tenure === directory.lock.tenure
}

/**
 * Brings what is known in line with the disk, as another process may have left it. In the chain's turn.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @returns its receipts' file, and what stands in it behind the last whole line
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function refresh(
  directory: Directory,
  chain: Chain,
): Promise<{ segment: Segment | undefined; tail: Tail | undefined }> {
  const { fs, handles } = directory
  const { segment } = chain
  if (segment) {
    const stat = await ifThere(fs.stat(segment.file, { bigint: true }))
    if (stat?.ino === segment.inode && stat.size === BigInt(segment.bytes)) return { segment, tail: undefined }
    if (stat?.ino === segment.inode && stat.size > segment.bytes) {
      const read = await readOn(directory, chain, segment)
      if (read) return { segment, tail: read.tail }
    }
    chain.segment = undefined
    await handles.forget(segment.file)
  }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const live = (await listSegments(fs, chain.folder))?.at(-1)
    if (live === undefined) return { segment: undefined, tail: undefined }
    const file = join(chain.folder, segmentName(live))
    const handle = await ifThere(fs.open(file, 'r'))
    // pruned by its writer since it was listed
    if (handle === undefined) continue
    try {
      const found = emptySegment(file, (await handle.stat({ bigint: true })).ino, live)
      const tail = await scan(handle, found, chain.chainId)
      if (live > 0 && found.offsets.length === 0) throw corrupt(file, 1, `does not have seq ${live}`, chain.chainId)
      chain.segment = found
      return { segment: found, tail }
    } finally {
      await handle.close()
    }
  }
  throw corrupt(
    chain.folder,
    undefined,
    'a file of receipts is listed in the folder and can not be found',
    chain.chainId,
  )
}

/** Learns what was appended since. @returns nothing where the known part itself seems to have changed */
async function readOn(
  directory: Directory,
  chain: Chain,
  segment: Segment,
): Promise<{ tail: Tail | undefined } | undefined> {
  const handle = await ifThere(directory.fs.open(segment.file, 'r'))
  if (handle === undefined) return undefined
  try {
    if ((await handle.stat({ bigint: true })).ino !== segment.inode) return undefined
    return { tail: await scan(handle, segment, chain.chainId) }
  } catch (error) {
    // a writer may have cut off lines that it never acknowledged, and written others: the whole file decides
    if (QuittanceError.is(error, 'STORE_CORRUPT')) return undefined
    throw error
  } finally {
    await handle.close()
  }
}
