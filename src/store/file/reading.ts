/** Reading receipts from their file, beside a writer that goes on. */
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { SeqRange } from '../store.js'
import { view } from './chain.js'
import { corrupt } from './errors.js'
import { type FileHandle, ifThere, readInto } from './fs.js'
import { chainFolder, listSegments, segmentName } from './layout.js'
import { lineChunks, textOf } from './lines.js'
import { type Segment, spanOf } from './segment.js'
import type { Directory } from './types.js'

/** A line and where it stands. */
export interface StoredLine {
  readonly text: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** What a reader that may take its time brings along. */
export interface Reader {
  /** Throws when it is to stop. */
  check(): void
  /** The files that it has open, to be closed with the store. */
  readonly open: Set<FileHandle>
  /** Whether a chain that is `STORE_CORRUPT` is to be read all the same, where all of it is asked for. */
  readonly unjudged: boolean
}

/** How often a file may be replaced under a reader before that is no longer a coincidence. */
const MAX_ATTEMPTS = 5

/**
 * Does something with the file of a chain, again where it was replaced (pruned, erased from) in the meantime.
 *
 * @param use - returns `undefined` where the file is not the one that is known
 */
async function withSegment<T>(
  directory: Directory,
  chainId: string,
  use: (segment: Segment) => Promise<{ readonly value: T } | undefined>,
): Promise<T | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const segment = await view(directory, chainId)
    if (segment === undefined) return undefined
    const result = await use(segment)
    if (result) return result.value
    if (attempt === MAX_ATTEMPTS)
      throw corrupt(segment.file, undefined, 'the file is replaced again and again', chainId)
    const chain = directory.chain(chainId)
    await chain.turns.run(async () => {
      // not by this process, or what is known would have been replaced with it: the disk decides
      if (chain.segment === segment) chain.tenure = 0
    })
  }
}

/** @returns the bytes of a stretch; `undefined` where the file is not the one that is known */
async function bytesAt(
  directory: Directory,
  segment: Segment,
  start: number,
  end: number,
): Promise<Buffer | undefined> {
  const read = await ifThere(
    directory.handles.use(segment.file, 'r', async ({ handle, inode }) => {
      if (inode !== segment.inode) return undefined
      const bytes = Buffer.allocUnsafe(end - start)
      return (await readInto(handle, bytes, start)) === bytes.length ? bytes : undefined
    }),
  )
  if (read === undefined) await directory.handles.forget(segment.file)
  return read
}

/**
 * Reads lines next to each other. In the chain's turn, so that the file stays what it is.
 *
 * @param directory - the directory
 * @param segment - holds them
 * @param first - the first seq
 * @param last - the last seq
 * @returns their texts
 * @throws QuittanceError `STORE_CORRUPT` when the file is shorter than it was
 */
export async function linesAt(directory: Directory, segment: Segment, first: number, last: number): Promise<string[]> {
  const { start } = spanOf(segment, first - segment.firstSeq)
  const { end } = spanOf(segment, last - segment.firstSeq)
  const bytes = await bytesAt(directory, segment, start, end)
  if (bytes === undefined) throw corrupt(segment.file, undefined, 'the file is shorter than it was')
  return bytes.subarray(0, -1).toString('utf8').split('\n')
}

/**
 * @param stored - a line
 * @param chainId - whose it is
 * @returns its receipt
 * @throws QuittanceError `STORE_CORRUPT`
 */
export function receiptFrom(stored: StoredLine, chainId: string): DecisionReceipt {
  try {
    return JSON.parse(stored.text) as DecisionReceipt
  } catch {
    throw corrupt(stored.file, stored.line, 'is no longer JSON', chainId)
  }
}

/**
 * @param directory - the directory
 * @param chainId - the chain
 * @param receiptId - any text
 * @returns the receipt of that id
 */
export async function getReceipt(
  directory: Directory,
  chainId: string,
  receiptId: string,
): Promise<DecisionReceipt | undefined> {
  return withSegment(directory, chainId, async (segment) => {
    const position = segment.ids.find(receiptId)
    if (position === undefined) return { value: undefined }
    const { start, end } = spanOf(segment, position)
    const bytes = await bytesAt(directory, segment, start, end)
    if (bytes === undefined) return undefined
    const text = bytes.subarray(0, -1).toString('utf8')
    return { value: receiptFrom({ text, file: segment.file, line: position + 1 }, chainId) }
  })
}

/** A stretch of whole lines of an open file, fixed when the reading began. */
interface Stretch {
  readonly handle: FileHandle
  readonly file: string
  readonly start: number
  readonly end: number
  /** The number of its first line, from 1, and how many lines it has. */
  readonly line: number
  readonly count: number
}

async function openStretch(directory: Directory, chainId: string, range: SeqRange): Promise<Stretch | undefined> {
  return withSegment(directory, chainId, async (segment) => {
    const { file, firstSeq, offsets } = segment
    const first = Math.max(range.fromSeq ?? 0, firstSeq)
    const last = Math.min(range.toSeq ?? Number.MAX_SAFE_INTEGER, firstSeq + offsets.length - 1)
    if (first > last) return { value: undefined }
    const { start } = spanOf(segment, first - firstSeq)
    const { end } = spanOf(segment, last - firstSeq)
    const handle = await ifThere(directory.fs.open(file, 'r'))
    if (handle === undefined) return undefined
    try {
      const { ino } = await handle.stat({ bigint: true })
      if (ino === segment.inode)
        return { value: { handle, file, start, end, line: first - firstSeq + 1, count: last - first + 1 } }
    } catch (error) {
      await handle.close()
      throw error
    }
    await handle.close()
    return undefined
  })
}

/**
 * Reads the lines of a chain as they are stored: those that were there when the reading began.
 *
 * Unjudged, a whole chain whose file the store can't take for one is read all the same, bad lines included: to judge
 * them is the verifier's business.
 *
 * @param directory - the directory
 * @param chainId - the chain
 * @param range - which seqs
 * @param reader - may stop it
 * @returns the lines
 */
export async function* readLines(
  directory: Directory,
  chainId: string,
  range: SeqRange,
  reader: Reader,
): AsyncGenerator<StoredLine, void, undefined> {
  let stretch: Stretch | undefined
  try {
    stretch = await openStretch(directory, chainId, range)
  } catch (error) {
    const whole = range.fromSeq === undefined && range.toSeq === undefined
    if (!QuittanceError.is(error, 'STORE_CORRUPT') || !reader.unjudged || !whole) throw error
    yield* readUnjudged(directory, chainId, reader)
    return
  }
  if (stretch === undefined) return
  let line = stretch.line
  for await (const text of readTexts(stretch.handle, stretch.start, stretch.end, reader)) {
    yield { text, file: stretch.file, line }
    line += 1
  }
  if (line !== stretch.line + stretch.count) throw corrupt(stretch.file, line, 'is missing', chainId)
}

async function* readUnjudged(
  directory: Directory,
  chainId: string,
  reader: Reader,
): AsyncGenerator<StoredLine, void, undefined> {
  const { fs, path } = directory
  const folder = join(path, chainFolder(chainId))
  const live = (await listSegments(fs, folder))?.at(-1)
  if (live === undefined) return
  const file = join(folder, segmentName(live))
  let line = 1
  for await (const text of readTexts(await fs.open(file, 'r'), 0, undefined, reader)) {
    yield { text, file, line }
    line += 1
  }
}

/** Reads texts and closes the file, whatever happens. */
async function* readTexts(
  handle: FileHandle,
  start: number,
  end: number | undefined,
  reader: Reader,
): AsyncGenerator<string, void, undefined> {
  reader.open.add(handle)
  try {
    for await (const { lines } of lineChunks(handle, start, end)) {
      for (const { bytes } of lines) {
        reader.check()
        // bytes that are no UTF-8 are shown as U+FFFD: no receipt's hash survives that
        yield textOf(bytes) ?? bytes.toString('utf8')
      }
      reader.check()
    }
  } catch (error) {
    // closed under the reading, with the store: then that is the reason
    reader.check()
    throw error
  } finally {
    reader.open.delete(handle)
    await handle.close()
  }
}
