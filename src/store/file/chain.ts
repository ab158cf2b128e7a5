/** How a process comes to know a chain on disk, without changing anything. */
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { frozenFrom } from '../frozen.js'
import { reachingFurther } from './aside.js'
import { corrupt } from './errors.js'
import { ifThere } from './fs.js'
import { chainFolder } from './layout.js'
import { type Listing, listSegments } from './listing.js'
import { bytesAt, type Learned, learnSealed, placeOf, sealedFrom } from './sealed.js'
import { emptySegment, type Segment, scan, type Tail } from './segment.js'
import type { SegmentName } from './segment-name.js'
import type { Chain, Directory, Row, Sealed } from './types.js'

/** How often a file may go between being listed and being opened before that is no longer a coincidence. */
const MAX_ATTEMPTS = 5

/** What a look at the disk found. */
export interface Looked {
  /** `undefined` where no receipt was ever written. */
  readonly row: Row | undefined
  /** What stands in the last segment behind its last good line. */
  readonly tail: Tail | undefined
  /** Whether that is more than a crash leaves, and a caller accepted it. */
  readonly isDamaged: boolean
  /** `undefined` where there is no folder. */
  readonly listing: Listing | undefined
  /** Segments whose index was missing or doubtful. */
  readonly unindexed: readonly Learned[]
}

/**
 * Looks at a chain without changing anything. While this process holds the lock nobody else writes, and what it knows
 * needs no look at the disk.
 *
 * @param directory - the directory
 * @param chainId - the chain
 * @returns its segments; `undefined` where there is none
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function view(directory: Directory, chainId: string): Promise<Row | undefined> {
  if (!directory.find(chainId) && !(await hasFolder(directory, chainId))) return undefined
  const chain = directory.chain(chainId)
  if (isOwned(directory, chain)) return chain.row
  return chain.turns.run(async () => (isOwned(directory, chain) ? chain.row : (await refresh(directory, chain)).row))
}

/** @returns whether anything was ever written for a chain */
export async function hasFolder(directory: Directory, chainId: string): Promise<boolean> {
  return (await ifThere(directory.fs.stat(join(directory.path, chainFolder(chainId))))) !== undefined
}

/** @returns whether what is known of a chain is what stands on the disk, because only this process writes */
export function isOwned(directory: Directory, chain: Chain): boolean {
  return chain.row !== undefined && chain.tenure !== 0 && chain.tenure === directory.lock.tenure
}

/**
 * Brings what is known in line with the disk, as another process may have left it. In the chain's turn.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @returns its segments, and what stands in the last behind the last whole line
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function refresh(directory: Directory, chain: Chain): Promise<Looked> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const looked = await look(directory, chain)
    if (looked) return looked
  }
  throw corrupt(
    chain.folder,
    undefined,
    'a file of receipts is listed in the folder and can not be found',
    chain.chainId,
  )
}

/** @returns `undefined` where a file went between being listed and being opened: replaced or pruned by its writer */
async function look(directory: Directory, chain: Chain): Promise<Looked | undefined> {
  const { handles } = directory
  const known = chain.row
  const listing = await listSegments(directory.fs, chain.folder)
  const names = listing?.row ?? []
  const last = names.at(-1)
  if (known && known.live.name.name !== last?.name) await handles.forget(known.live.file)
  if (last === undefined) {
    chain.row = undefined
    checkEnd(directory, chain, listing, 0)
    return { row: undefined, tail: undefined, isDamaged: false, listing, unindexed: [] }
  }
  checkBeginning(directory, chain, names[0] as SegmentName)
  const sealed: Sealed[] = []
  const unindexed: Learned[] = []
  let previous: Sealed | undefined
  for (const [position, name] of names.slice(0, -1).entries()) {
    const next = (names[position + 1] as SegmentName).firstSeq
    const found = (await knownAs(directory, known, name, next)) ?? (await learnSealed(directory, chain, name, next))
    if (found === undefined) return undefined
    const one: Sealed = 'sealed' in found ? found.sealed : found
    if ('sealed' in found && found.index) unindexed.push(found)
    checkJoint(directory, chain, one, previous, next)
    sealed.push(one)
    previous = one
  }
  const found = await lookAtLive(directory, chain, last, previous)
  if (found === undefined) return undefined
  const { live, tail, isDamaged } = found
  const row = { sealed, live }
  checkEnd(directory, chain, listing, nextSeqOf(row))
  if (listing) await checkOthers(directory, chain, listing, nextSeqOf(row))
  chain.row = row
  return { row, tail, isDamaged, listing, unindexed }
}

/** A segment is known by its name: what it holds is compared where it is read. */
async function knownAs(
  directory: Directory,
  row: Row | undefined,
  name: SegmentName,
  next: number,
): Promise<Sealed | undefined> {
  if (row === undefined) return undefined
  const found = row.sealed.find((one) => one.name.name === name.name)
  if (found) return found.damage ? undefined : found
  const { live } = row
  const isWhole = live.offsets.length > 0 && live.firstSeq + live.offsets.length === next
  if (live.name.name !== name.name || !isWhole) return undefined
  const stat = await ifThere(directory.fs.stat(live.file, { bigint: true }))
  return stat?.ino === live.inode && stat.size === BigInt(live.bytes) ? sealedFrom(live) : undefined
}

function checkBeginning(directory: Directory, chain: Chain, { name, firstSeq, begins, epoch }: SegmentName): void {
  const file = join(chain.folder, name)
  if (firstSeq === 0 || begins || epoch === 0 || directory.accepted.has(file)) return
  throw corrupt(file, undefined, 'the receipts before this file are missing', chain.chainId)
}

/** An empty segment was begun behind receipts. */
function checkEnd(directory: Directory, chain: Chain, listing: Listing | undefined, next: number): void {
  for (const { name, firstSeq } of listing?.empty ?? []) {
    const file = join(chain.folder, name)
    if (firstSeq <= next || directory.accepted.has(file)) continue
    throw corrupt(file, 1, 'is missing, and so are the receipts before this file', chain.chainId)
  }
}

/** What is passed over for its name must not reach further than what is read. */
async function checkOthers(directory: Directory, chain: Chain, listing: Listing, next: number): Promise<void> {
  for (const { name } of await reachingFurther(directory.fs, chain.folder, listing, next)) {
    const file = join(chain.folder, name)
    if (directory.accepted.has(file)) continue
    chain.row = undefined
    throw corrupt(file, undefined, 'the file holds what the files that replaced it do not', chain.chainId)
  }
}

/** Looks whether a segment fits the one before it and the one behind it. */
function checkJoint(
  directory: Directory,
  chain: Chain,
  { file, ends, damage }: Sealed,
  previous: Sealed | undefined,
  next: number,
): void {
  if (directory.accepted.has(file)) return
  const link = previous && !previous.damage ? previous.ends.lastReceiptHash : undefined
  if (link !== undefined && !damage && ends.prevReceiptHash !== link)
    throw corrupt(file, 1, 'does not link to the receipt before it', chain.chainId)
  const end = ends.firstSeq + ends.count
  if (end === next) return
  const what = end < next ? `is missing: the next file begins with seq ${next}` : `stands in the next file too`
  throw corrupt(file, end < next ? ends.count + 1 : next - ends.firstSeq + 1, what, chain.chainId)
}

interface Live {
  readonly live: Segment
  readonly tail: Tail | undefined
  readonly isDamaged: boolean
}

async function lookAtLive(
  directory: Directory,
  chain: Chain,
  name: SegmentName,
  previous: Sealed | undefined,
): Promise<Live | undefined> {
  const { fs, handles } = directory
  const { chainId } = chain
  const file = join(chain.folder, name.name)
  const known = chain.row?.live
  if (known?.name.name === name.name && known.offsets.length > 0) {
    const read = await readOn(directory, chain, known)
    if (read) return read
    await handles.forget(file)
  }
  const handle = await ifThere(fs.open(file, 'r'))
  if (handle === undefined) return undefined
  try {
    const { ino, size } = await handle.stat({ bigint: true })
    const previousHash = previous?.damage ? undefined : previous?.ends.lastReceiptHash
    const live = emptySegment({ name, file, inode: ino, chainId, previousHash })
    try {
      const tail = await scan(handle, live, chainId)
      if (name.firstSeq > 0 && live.offsets.length === 0 && previous === undefined)
        throw corrupt(file, 1, `does not have seq ${name.firstSeq}`, chainId)
      return (await withHead(directory, chain, live, previous)) ? { live, tail, isDamaged: false } : undefined
    } catch (error) {
      if (!QuittanceError.is(error, 'STORE_CORRUPT')) throw error
      if (!directory.accepted.has(file)) {
        chain.row = undefined
        throw error
      }
      const tail = { offset: live.bytes, bytes: Number(size) - live.bytes }
      return (await withHead(directory, chain, live, previous)) ? { live, tail, isDamaged: true } : undefined
    }
  } finally {
    await handle.close()
  }
}

/** A last segment without a whole line has its head in the one before. @returns false where that went meanwhile */
async function withHead(
  directory: Directory,
  chain: Chain,
  live: Segment,
  previous: Sealed | undefined,
): Promise<boolean> {
  if (live.head !== undefined || previous === undefined) return true
  live.head = await lastOf(directory, chain, previous)
  return live.head !== undefined
}

/** @returns the last receipt of a segment, frozen; `undefined` where the segment is no longer the one that is known */
async function lastOf(directory: Directory, chain: Chain, sealed: Sealed): Promise<DecisionReceipt | undefined> {
  const place = await placeOf(directory, chain, sealed, sealed.ends.count - 1)
  const bytes = place && (await bytesAt(directory, sealed, place.start, place.end))
  if (bytes === undefined) return undefined
  const receipt = frozenFrom(bytes.toString('utf8'))
  if (receipt.receiptHash !== sealed.ends.lastReceiptHash)
    throw corrupt(sealed.file, sealed.ends.count, 'is not the receipt that stood there', chain.chainId)
  return receipt
}

/** Learns what was appended since. @returns nothing where the known part itself seems to have changed */
async function readOn(directory: Directory, chain: Chain, live: Segment): Promise<Live | undefined> {
  const stat = await ifThere(directory.fs.stat(live.file, { bigint: true }))
  if (stat?.ino !== live.inode || stat.size < live.bytes) return undefined
  if (stat.size === BigInt(live.bytes)) return { live, tail: undefined, isDamaged: false }
  const handle = await ifThere(directory.fs.open(live.file, 'r'))
  if (handle === undefined) return undefined
  try {
    if ((await handle.stat({ bigint: true })).ino !== live.inode) return undefined
    return { live, tail: await scan(handle, live, chain.chainId), isDamaged: false }
  } catch (error) {
    // a writer may have cut off lines that it never acknowledged, and written others: the whole file decides
    if (QuittanceError.is(error, 'STORE_CORRUPT')) return undefined
    throw error
  } finally {
    await handle.close()
  }
}

/**
 * @param row - the segments of a chain
 * @returns the first seq that is held
 */
export function firstSeqOf({ sealed, live }: Row): number {
  return sealed[0]?.name.firstSeq ?? live.firstSeq
}

/**
 * @param row - the segments of a chain
 * @returns the seq behind the newest receipt
 */
export function nextSeqOf({ live }: Row): number {
  return live.firstSeq + live.offsets.length
}

/**
 * @param row - the segments of a chain
 * @param seq - one that it holds
 * @returns the segment that holds it
 */
export function segmentOf({ sealed, live }: Row, seq: number): Segment | Sealed {
  if (seq >= live.firstSeq) return live
  let low = 0
  let high = sealed.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((sealed[middle] as Sealed).name.firstSeq <= seq) low = middle
    else high = middle
  }
  return sealed[low] as Sealed
}
