/** Segments to which nothing is added any more: what is known of them without reading them. */
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { corrupt } from './errors.js'
import { type FileHandle, ifThere, readInto } from './fs.js'
import type { Handles, OpenFile } from './handles.js'
import { textOf } from './lines.js'
import { emptySegment, type Link, type Segment, scan, spanOf } from './segment.js'
import { openIndex } from './segment-index/open.js'
import type { SegmentEnds, SegmentIndex } from './segment-index/types.js'
import type { SegmentName } from './segment-name.js'
import type { Chain, Directory, Sealed } from './types.js'

/**
 * @param file - the path of a segment
 * @returns the path of its index
 */
export function indexFile(file: string): string {
  return `${file}.idx`
}

/**
 * @param segment - holds a line
 * @returns its ends
 */
export function endsOf(segment: Segment): SegmentEnds {
  const { ends, head, firstSeq, offsets, bytes } = segment
  if (ends === undefined || head === undefined) throw new RangeError('a segment without lines has no ends')
  const { receiptHash: lastReceiptHash, timestamp: lastTimestamp } = head
  return { ...ends, firstSeq, count: offsets.length, bytes, lastReceiptHash, lastTimestamp }
}

/** @returns the segment, as one to which nothing is added any more */
export function sealedFrom(segment: Segment): Sealed {
  const { name, file, inode } = segment
  return { name, file, inode, ends: endsOf(segment) }
}

/** Keeps an index that has no file. */
async function keepInMemory(directory: Directory, sealed: Sealed, content: Uint8Array): Promise<SegmentIndex> {
  const { ends } = sealed
  const index = await openIndex(inMemory(content), indexFile(sealed.file), ends)
  if (index === undefined || 'beyond' in index) throw new Error('an index that was just built can not be read')
  directory.indexes.put(sealed, index, content.length)
  return index
}

/** Lends bytes as if they were a file. */
function inMemory(content: Uint8Array): Pick<Handles, 'use'> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length)
  const handle = {
    stat: async () => ({ size: bytes.length }),
    async read(target: Uint8Array, offset: number, length: number, position: number) {
      return { bytesRead: bytes.copy(target, offset, position, position + length), buffer: target }
    },
  } as unknown as FileHandle
  return { use: (_path, _mode, work) => work({ handle, inode: 0n } satisfies OpenFile) }
}

/** What was learned of a segment. */
export interface Learned {
  readonly sealed: Sealed
  /** The content of the index that it should have, where that was missing or doubtful. */
  readonly index?: Uint8Array | undefined
}

/**
 * Learns of a segment that is not the last of its chain: from its index, where that is sound and the segment's last line
 * is the one that it names; else by reading the segment.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @param name - which segment
 * @param next - the first seq of the one behind it
 * @returns `undefined` where it is no longer there
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function learnSealed(
  directory: Directory,
  chain: Chain,
  name: SegmentName,
  next: number,
): Promise<Learned | undefined> {
  const file = join(chain.folder, name.name)
  const stat = await ifThere(directory.fs.stat(file, { bigint: true }))
  if (stat === undefined) return undefined
  const bytes = Number(stat.size)
  const index = await openIndex(directory.handles, indexFile(file), { firstSeq: name.firstSeq, bytes })
  if (index !== undefined && !('beyond' in index)) {
    const { span, ofId, ofMember, ...ends } = index
    const sealed: Sealed = { name, file, inode: stat.ino, ends }
    if (await endsAsSaid(directory, chain, sealed, index)) {
      directory.indexes.put(sealed, index, 0)
      return { sealed }
    }
  }
  const known = index !== undefined && 'beyond' in index ? index.beyond : undefined
  await directory.handles.forget(indexFile(file))
  return readWhole(directory, chain, name, next, known)
}

/** @returns whether the last line is the one that the index knows */
async function endsAsSaid(directory: Directory, chain: Chain, sealed: Sealed, index: SegmentIndex): Promise<boolean> {
  const span = await index.span(index.count - 1)
  const bytes = span && (await bytesAt(directory, sealed, span.start, span.end))
  const link = bytes && linkIn(bytes)
  return (
    link?.receiptHash === index.lastReceiptHash &&
    link.seq === index.firstSeq + index.count - 1 &&
    link.chainId === chain.chainId
  )
}

function linkIn(bytes: Buffer): Partial<Link> | undefined {
  const text = bytes.at(-1) === 10 ? textOf(bytes.subarray(0, -1)) : undefined
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Partial<Link>) : undefined
  } catch {
    return undefined
  }
}

/** Reads a segment from its beginning to its end. */
async function readWhole(
  directory: Directory,
  chain: Chain,
  name: SegmentName,
  next: number,
  known: SegmentEnds | undefined,
): Promise<Learned | undefined> {
  const { chainId, folder } = chain
  const file = join(folder, name.name)
  const handle = await ifThere(directory.fs.open(file, 'r'))
  if (handle === undefined) return undefined
  try {
    const segment = emptySegment({ name, file, inode: (await handle.stat({ bigint: true })).ino, chainId })
    let error: QuittanceError | undefined
    try {
      const tail = await scan(handle, segment, chainId)
      const count = segment.offsets.length
      if (tail !== undefined) throw corrupt(file, count + 1, 'is not whole, and others stand behind it', chainId)
      if (count === 0) throw corrupt(file, 1, 'is missing, and others stand behind it', chainId)
      if (known !== undefined && known.count > count)
        throw corrupt(file, count + 1, 'is missing: the index of the segment knows of it', chainId)
    } catch (caught) {
      if (!QuittanceError.is(caught, 'STORE_CORRUPT') || !directory.accepted.has(file)) throw caught
      error = caught
    }
    if (error === undefined) {
      const sealed = sealedFrom(segment)
      const index = segment.index.finish(sealed.ends)
      await keepInMemory(directory, sealed, index)
      return { sealed, index }
    }
    return { sealed: damaged(segment, next, error) }
  } finally {
    await handle.close()
  }
}

/** @returns what is left of a segment that a caller accepted as damaged */
function damaged(segment: Segment, next: number, error: QuittanceError): Sealed {
  const { name, file, inode, firstSeq } = segment
  const good = segment.offsets.length
  const ends: SegmentEnds =
    good > 0
      ? endsOf(segment)
      : {
          firstSeq,
          count: 0,
          bytes: 0,
          prevReceiptHash: '',
          firstTimestamp: '',
          lastReceiptHash: '',
          lastTimestamp: '',
          // no id lies between these
          lowestId: '\uffff',
          highestId: '',
        }
  return { name, file, inode, ends: { ...ends, count: next - firstSeq }, damage: { error, good } }
}

/**
 * @param directory - the directory
 * @param chain - whose it is
 * @param sealed - a segment without damage
 * @returns its index: the open one, that of its file, or one that is built by reading the segment; `undefined` where the
 *   segment is no longer the one that is known
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function indexOf(directory: Directory, chain: Chain, sealed: Sealed): Promise<SegmentIndex | undefined> {
  const open = directory.indexes.get(sealed)
  if (open) return open
  const { file, ends } = sealed
  const index = await openIndex(directory.handles, indexFile(file), ends)
  if (index !== undefined && !('beyond' in index) && index.lastReceiptHash === ends.lastReceiptHash) {
    directory.indexes.put(sealed, index, 0)
    return index
  }
  await directory.handles.forget(indexFile(file))
  return rebuiltIndex(directory, chain, sealed)
}

/**
 * Builds an index by reading its segment: for one that is missing, or did not know what it should have.
 *
 * @returns `undefined` where the segment is no longer the one that is known
 */
export async function rebuiltIndex(
  directory: Directory,
  chain: Chain,
  sealed: Sealed,
): Promise<SegmentIndex | undefined> {
  const { name, ends } = sealed
  const learned = await readWhole(directory, chain, name, ends.firstSeq + ends.count, ends)
  if (learned?.index === undefined || learned.sealed.inode !== sealed.inode) return undefined
  return directory.indexes.get(learned.sealed)
}

/**
 * @param directory - the directory
 * @param known - which file it must be
 * @param start - where the stretch begins
 * @param end - where it ends
 * @returns the bytes of the stretch; `undefined` where the file is not the one that is known, or is shorter
 */
export async function bytesAt(
  directory: Directory,
  known: { readonly file: string; readonly inode: bigint },
  start: number,
  end: number,
): Promise<Buffer | undefined> {
  const read = await ifThere(
    directory.handles.use(known.file, 'r', async ({ handle, inode }) => {
      if (inode !== known.inode) return undefined
      const bytes = Buffer.allocUnsafe(end - start)
      return (await readInto(handle, bytes, start)) === bytes.length ? bytes : undefined
    }),
  )
  if (read === undefined) await directory.handles.forget(known.file)
  return read
}

/** Where a line of a segment stands. */
export interface Place {
  readonly start: number
  readonly end: number
}

/**
 * @param directory - the directory
 * @param chain - whose it is
 * @param segment - any segment of it
 * @param position - 0 for its first line
 * @returns where that line stands; `undefined` where the segment is no longer the one that is known
 */
export async function placeOf(
  directory: Directory,
  chain: Chain,
  segment: Segment | Sealed,
  position: number,
): Promise<Place | undefined> {
  if ('offsets' in segment) return spanOf(segment, position)
  if (segment.damage) throw segment.damage.error
  const span = await (await indexOf(directory, chain, segment))?.span(position)
  return span ?? (await rebuiltIndex(directory, chain, segment))?.span(position)
}
