/** What crashes leave in a chain's folder, and how a writer puts it in order. */
import { join } from 'node:path'
import { firstSeqOf, type Looked, nextSeqOf, segmentOf } from './chain.js'
import { copyRange } from './copy.js'
import { corrupt } from './errors.js'
import { errnoOf, ifThere, ifThereNow, syncFolder } from './fs.js'
import { lineChunks, textOf } from './lines.js'
import { whileOurs } from './lock-lost.js'
import { notify } from './notice.js'
import { bytesAt, indexFile, placeOf } from './sealed.js'
import type { Segment, Tail } from './segment.js'
import type { SegmentName } from './segment-name.js'
import type { Chain, Directory, Row } from './types.js'

/**
 * Removes what is no part of a chain: segments that an interrupted prune left, empty ones, and those of writers that were
 * replaced, once it is certain that the chain has all that they hold.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param looked - what stands in its folder
 * @throws QuittanceError `STORE_CORRUPT` when one holds what the chain does not
 */
export async function removeLeftovers(directory: Directory, chain: Chain, { row, listing }: Looked): Promise<void> {
  if (listing === undefined) return
  const { below, stale, empty, names } = listing
  const gone: string[] = []
  const pathOf = ({ name }: SegmentName) => join(chain.folder, name)
  for (const name of below) {
    // earlier releases did not write down that a file begins its chain: what it was made of tells
    if (row && name.epoch === 0) await checkOverlap(directory, chain, pathOf(name), firstSeqOf(row))
  }
  for (const name of [...below, ...stale]) {
    const file = pathOf(name)
    // of a chain that was pruned although a part of it was damaged, and accepted so, that part goes as well
    const passedOver = below.includes(name) ? 'damage' : 'nothing'
    if (await isContained(directory, chain, file, row, passedOver)) gone.push(file)
    else if (directory.accepted.has(file)) await moveAside(directory, chain, file, undefined)
    else throw corrupt(file, undefined, 'the file holds what the files that replaced it do not', chain.chainId)
  }
  for (const name of empty) gone.push(pathOf(name))
  const segments = new Set([...below, ...listing.row].map(({ name }) => indexFile(name)))
  const orphans = names.filter((name) => name.endsWith('.jsonl.idx') && !segments.has(name))
  gone.push(...orphans.map((name) => join(chain.folder, name)))
  if (gone.length === 0) return
  // the names of what stays first: a renaming may not have become durable
  await syncFolder(directory.fs, chain.folder)
  await remove(directory, chain, gone)
}

/**
 * Removes files, with the index of each.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param files - their paths
 * @throws QuittanceError `STORE_LOCKED` when the lock was lost: they may be another writer's now
 */
export async function remove(directory: Directory, chain: Chain, files: readonly string[]): Promise<void> {
  const { fs, handles, indexes, lock } = directory
  for (const file of files) {
    for (const one of [file, indexFile(file)]) {
      await handles.forget(one)
      indexes.forget(one)
      const context = { chainId: chain.chainId, file: one }
      whileOurs(lock, context, 'unknown', () => ifThereNow(() => fs.unlinkSync(one)))
    }
  }
}

async function checkOverlap(directory: Directory, chain: Chain, file: string, firstSeq: number): Promise<void> {
  const last = (await linksIn(directory, file)).at(-1)?.seq
  if (typeof last === 'number' && last >= firstSeq) return
  throw corrupt(file, undefined, 'the file stands before another that does not hold its last receipt', chain.chainId)
}

interface Link {
  readonly seq: unknown
  readonly receiptHash: unknown
}

/**
 * @returns what names the receipt of each whole line; what is no receipt names none. A last line that is no JSON is left out,
 *   as it is where a segment is scanned: a crash left it, and whoever took the file over set it aside before
 */
async function linksIn(directory: Directory, file: string): Promise<readonly Link[]> {
  const links: Link[] = []
  const handle = await ifThere(directory.fs.open(file, 'r'))
  if (handle === undefined) return links
  try {
    let behind = 0
    // what stands behind the last newline was never acknowledged
    for await (const { lines, tail } of lineChunks(handle, 0)) {
      for (const { bytes } of lines) links.push(linkIn(textOf(bytes) ?? ''))
      behind = tail.bytes
    }
    if (behind === 0 && links.at(-1) === NO_RECEIPT) links.pop()
    return links
  } finally {
    await handle.close()
  }
}

/** What a line names that is no JSON. */
const NO_RECEIPT: Link = { seq: undefined, receiptHash: undefined }

function linkIn(line: string): Link {
  try {
    const value = JSON.parse(line) as Partial<Link> | null
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return NO_RECEIPT
    return { seq: value.seq, receiptHash: value.receiptHash }
  } catch {
    return NO_RECEIPT
  }
}

/** @returns whether every receipt of a file stands in the chain, or before its beginning and leads up to it */
async function isContained(
  directory: Directory,
  chain: Chain,
  file: string,
  row: Row | undefined,
  passedOver: 'damage' | 'nothing',
): Promise<boolean> {
  const links = await linksIn(directory, file)
  if (links.length === 0) return true
  if (row === undefined) return false
  const { prevReceiptHash } = row.sealed[0]?.ends ?? row.live.ends ?? {}
  for (const { seq, receiptHash } of links) {
    if (typeof seq !== 'number' && passedOver === 'damage') continue
    if (typeof seq !== 'number' || seq >= nextSeqOf(row)) return false
    if (seq === firstSeqOf(row) - 1 && prevReceiptHash !== undefined && receiptHash !== prevReceiptHash) return false
    if (seq < firstSeqOf(row)) continue
    const segment = segmentOf(row, seq)
    const place = await placeOf(directory, chain, segment, seq - segment.name.firstSeq)
    const bytes = place && (await bytesAt(directory, segment, place.start, place.end))
    if (bytes === undefined || linkIn(bytes.toString('utf8')).receiptHash !== receiptHash) return false
  }
  return true
}

/**
 * Moves what was cut off by a crash into a file of its own. A crash in between leaves it in both.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param segment - its last segment
 * @param tail - what goes
 * @param how - `copy` leaves the segment as it is: another writer may have it open
 */
export async function setAside(
  directory: Directory,
  chain: Chain,
  segment: Segment,
  tail: Tail,
  how: 'move' | 'copy' = 'move',
): Promise<void> {
  const { fs, handles } = directory
  const file = await handles.use(segment.file, how === 'move' ? 'r+' : 'r', async ({ handle }) => {
    const aside = await openFree(directory, `${segment.file}.torn`)
    try {
      await copyRange(handle, tail.offset, tail.offset + tail.bytes, aside.handle, 0)
      await aside.handle.sync()
    } finally {
      await aside.handle.close()
    }
    await syncFolder(fs, chain.folder)
    if (how === 'move') {
      await handle.truncate(tail.offset)
      await handle.datasync()
    }
    return aside.file
  })
  notify(directory.listeners, { code: 'TORN_LINE_SET_ASIDE', chainId: chain.chainId, file, bytes: tail.bytes })
}

/**
 * Gives a damaged segment that a caller accepted a name that is no segment's. It stays as it is.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param file - the segment
 * @param bytes - how many of its bytes the chain does not have
 * @throws QuittanceError `STORE_LOCKED` when the lock was lost
 */
export async function moveAside(
  directory: Directory,
  chain: Chain,
  file: string,
  bytes: number | undefined,
): Promise<void> {
  const { fs, handles, lock } = directory
  const aside = await openFree(directory, `${file}.damaged`)
  await aside.handle.close()
  const all = (await fs.stat(file)).size
  await handles.forget(file)
  whileOurs(lock, { chainId: chain.chainId, file }, 'absent', () => fs.renameSync(file, aside.file))
  await syncFolder(fs, chain.folder)
  notify(directory.listeners, {
    code: 'DAMAGE_SET_ASIDE',
    chainId: chain.chainId,
    file: aside.file,
    bytes: bytes ?? all,
  })
}

async function openFree(directory: Directory, beside: string) {
  for (let number = 1; ; number += 1) {
    const file = `${beside}-${number}`
    try {
      return { file, handle: await directory.fs.open(file, 'wx') }
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error
    }
  }
}
