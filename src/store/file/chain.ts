/** How a process comes to know a chain on disk: to read it, and to write it. */
import { fstatSync } from 'node:fs'
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { copyRange } from './copy.js'
import { corrupt } from './errors.js'
import { errnoOf, ifThere, makeFolder, removeTemporaries, replaceFile, syncFolder, writeAll } from './fs.js'
import { CHAIN_FILE, chainFileText, chainFolder, listSegments, readChainFile, segmentName } from './layout.js'
import { lineChunks, textOf } from './lines.js'
import { notify } from './notice.js'
import { emptySegment, type Segment, scan, type Tail } from './segment.js'
import type { Chain, Directory } from './types.js'

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
  return chain.turns.run(async () => (isOwned(directory, chain) ? chain.segment : (await refresh(directory, chain)).segment))
}

/** @returns whether anything was ever written for a chain */
export async function hasFolder(directory: Directory, chainId: string): Promise<boolean> {
  return (await ifThere(directory.fs.stat(join(directory.path, chainFolder(chainId))))) !== undefined
}

function isOwned(directory: Directory, chain: Chain): boolean {
  return chain.segment !== undefined && chain.tenure !== 0 && chain.tenure === directory.lock.tenure
}

/** Brings what is known in line with the disk, as another process may have left it. In the chain's turn. */
async function refresh(directory: Directory, chain: Chain): Promise<{ segment: Segment | undefined; tail: Tail | undefined }> {
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
  for (;;) {
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
}

/** Learns what was appended since. @returns nothing where the known part itself seems to have changed */
async function readOn(directory: Directory, chain: Chain, segment: Segment): Promise<{ tail: Tail | undefined } | undefined> {
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
  const ready = found.segment ?? (await createSegment(directory, chain))
  if (found.tail) await setAside(directory, chain, ready, found.tail)
  // what a killed writer wrote last may stand in the page cache only, and would be acknowledged as being there
  await handles.use(ready.file, 'r+', ({ handle }) => handle.datasync())
  await syncFolder(fs, chain.folder)
  chain.segment = ready
  chain.tenure = tenure
  return ready
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
  await makeFolder(fs, folder)
  if ((await readChainFile(fs, path, chainFolder(chainId))) === chainId) return
  await replaceFile(fs, folder, 'value', CHAIN_FILE, (handle) => writeAll(handle, Buffer.from(chainFileText(chainId)), 0))
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

/** Ends a prune that was interrupted between bringing in the new file and removing the old one. */
async function removePruned(directory: Directory, chain: Chain, live: Segment): Promise<void> {
  const seqs = (await listSegments(directory.fs, chain.folder)) ?? []
  for (const seq of seqs.filter((one) => one < live.firstSeq)) {
    const file = join(chain.folder, segmentName(seq))
    const last = await lastSeqOf(directory, file)
    if (last === undefined || last < live.firstSeq) {
      throw corrupt(file, undefined, 'the file stands before another that does not hold its last receipt', chain.chainId)
    }
    await directory.fs.unlink(file)
  }
}

/** @returns the seq of the last whole line of a file */
async function lastSeqOf(directory: Directory, file: string): Promise<number | undefined> {
  const handle = await directory.fs.open(file, 'r')
  try {
    let seq: number | undefined
    for await (const { lines } of lineChunks(handle, 0)) {
      const last = lines.at(-1)
      const text = last && textOf(last.bytes)
      const match = text === undefined ? null : /"seq":(\d{1,16})[,}]/.exec(text)
      if (match) seq = Number(match[1])
    }
    return seq
  } finally {
    await handle.close()
  }
}

/** Moves what was cut off by a crash into a file of its own. A crash in between leaves it in both. */
async function setAside(directory: Directory, chain: Chain, segment: Segment, tail: Tail): Promise<void> {
  const { fs, handles } = directory
  const file = await handles.use(segment.file, 'r+', async ({ handle }) => {
    const aside = await openFree(directory, segment.file)
    try {
      await copyRange(handle, tail.offset, tail.offset + tail.bytes, aside.handle, 0)
      await aside.handle.sync()
    } finally {
      await aside.handle.close()
    }
    await syncFolder(fs, chain.folder)
    await handle.truncate(tail.offset)
    await handle.datasync()
    return aside.file
  })
  notify(directory.listeners, { code: 'TORN_LINE_SET_ASIDE', chainId: chain.chainId, file, bytes: tail.bytes })
}

async function openFree(directory: Directory, beside: string) {
  for (let number = 1; ; number += 1) {
    const file = `${beside}.torn-${number}`
    try {
      return { file, handle: await directory.fs.open(file, 'wx') }
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
  }
}
