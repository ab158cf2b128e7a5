/** Reading receipts from their files, beside a writer that goes on. */
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { SeqRange } from '../store.js'
import { reachingFurther } from './aside.js'
import { firstSeqOf, nextSeqOf, segmentOf } from './chain.js'
import { corrupt } from './errors.js'
import { type FileHandle, ifThere } from './fs.js'
import { chainFolder } from './layout.js'
import { lineChunks, textOf } from './lines.js'
import { listSegments } from './listing.js'
import { findId, lineAt, type StoredLine } from './lookup.js'
import { withRow } from './rows.js'
import { bytesAt, placeOf } from './sealed.js'
import type { Segment } from './segment.js'
import type { Chain, Directory, Row, Sealed } from './types.js'

export type { StoredLine } from './lookup.js'

/** What a reader that may take its time brings along. */
export interface Reader {
  /** Throws when it is to stop. */
  check(): void
  /** The files that it has open, to be closed with the store. */
  readonly open: Set<FileHandle>
  /** Whether a chain that is `STORE_CORRUPT` is to be read all the same, where all of it is asked for. */
  readonly unjudged: boolean
}

/**
 * Reads lines next to each other. In the chain's turn, so that the files stay what they are.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @param row - its segments, which hold them
 * @param first - the first seq
 * @param last - the last seq
 * @returns their texts
 * @throws QuittanceError `STORE_CORRUPT` when a file is shorter than it was
 */
export async function linesAt(
  directory: Directory,
  chain: Chain,
  row: Row,
  first: number,
  last: number,
): Promise<string[]> {
  const texts: string[] = []
  for (let seq = first; seq <= last; ) {
    const segment = segmentOf(row, seq)
    const { firstSeq } = segment.name
    const end = Math.min(last, firstSeq + countOf(segment) - 1)
    const from = await placeOf(directory, chain, segment, seq - firstSeq)
    const to = from && (await placeOf(directory, chain, segment, end - firstSeq))
    const bytes = from && to && (await bytesAt(directory, segment, from.start, to.end))
    if (bytes === undefined) throw corrupt(segment.file, undefined, 'the file is shorter than it was', chain.chainId)
    texts.push(...bytes.subarray(0, -1).toString('utf8').split('\n'))
    seq = end + 1
  }
  return texts
}

function countOf(segment: Segment | Sealed): number {
  return 'offsets' in segment ? segment.offsets.length : segment.ends.count
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
  return withRow(directory, chainId, async (row, chain) => {
    const found = await findId(directory, chain, row, receiptId)
    if (found === 'replaced') return undefined
    if (found === undefined) return { value: undefined }
    const stored = await lineAt(directory, chain, found.segment, found.position)
    return stored && { value: receiptFrom(stored, chainId) }
  })
}

/** A stretch of whole lines of one segment, fixed when the reading began. */
interface Stretch {
  readonly segment: Segment | Sealed
  /** Of its first line in the segment, and how many it has. */
  readonly position: number
  readonly count: number
  /** Where its last line ends. */
  readonly end: number
}

/** A stretch whose file is open. */
interface Opened extends Stretch {
  readonly handle: FileHandle
  /** Where to begin to read, and how many lines to pass over then. */
  readonly start: number
  readonly skip: number
}

/** How many files a reading opens when it begins, so that nothing that happens to them later is its business. */
const OPENED_AHEAD = 8

function stretchesOf(row: Row, first: number, last: number): Stretch[] {
  const stretches: Stretch[] = []
  for (const segment of [...row.sealed, row.live]) {
    const { firstSeq } = segment.name
    const from = Math.max(first, firstSeq)
    const to = Math.min(last, firstSeq + countOf(segment) - 1)
    if (from > to) continue
    const end = 'offsets' in segment ? endIn(segment, to - firstSeq) : segment.ends.bytes
    stretches.push({ segment, position: from - firstSeq, count: to - from + 1, end })
  }
  return stretches
}

function endIn(segment: Segment, position: number): number {
  return position + 1 < segment.offsets.length ? segment.offsets.at(position + 1) : segment.bytes
}

/** @returns `undefined` where the file is not the one that is known */
async function openStretch(directory: Directory, chain: Chain, stretch: Stretch): Promise<Opened | undefined> {
  const { segment, position } = stretch
  const begin = await beginningOf(directory, chain, segment, position)
  if (begin === undefined) return undefined
  const handle = await ifThere(directory.fs.open(segment.file, 'r'))
  if (handle === undefined) return undefined
  try {
    if ((await handle.stat({ bigint: true })).ino === segment.inode) return { ...stretch, handle, ...begin }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return undefined
}

/** Where a line begins; of a sealed segment only where the line that the index names is the one. */
async function beginningOf(
  directory: Directory,
  chain: Chain,
  segment: Segment | Sealed,
  position: number,
): Promise<{ readonly start: number; readonly skip: number } | undefined> {
  if (position === 0) return { start: 0, skip: 0 }
  if ('offsets' in segment) return { start: segment.offsets.at(position), skip: 0 }
  if (segment.damage) return { start: 0, skip: position }
  const place = await placeOf(directory, chain, segment, position)
  const bytes = place && (await bytesAt(directory, segment, place.start, place.end))
  if (bytes === undefined) return undefined
  const isIt = seqIn(bytes.toString('utf8')) === segment.name.firstSeq + position
  return isIt ? { start: place?.start ?? 0, skip: 0 } : { start: 0, skip: position }
}

function seqIn(line: string): unknown {
  try {
    return (JSON.parse(line) as { seq?: unknown }).seq
  } catch {
    return undefined
  }
}

/** The files that a reading has open, the next first, and the stretches that it has still to open. */
interface Plan {
  readonly opened: Opened[]
  readonly later: Stretch[]
}

async function planReading(
  directory: Directory,
  chainId: string,
  reader: Reader,
  bounds: { readonly first: number; readonly last: number; readonly isBegun: boolean },
): Promise<Plan | undefined> {
  return withRow(directory, chainId, async (row, chain) => {
    const first = Math.max(bounds.first, firstSeqOf(row))
    if (bounds.isBegun && first > bounds.first) throw pruned(chainId, bounds.first)
    const stretches = stretchesOf(row, first, Math.min(bounds.last, nextSeqOf(row) - 1))
    const opened: Opened[] = []
    const later = stretches.splice(OPENED_AHEAD)
    try {
      for (const stretch of stretches) {
        const one = await openStretch(directory, chain, stretch)
        if (one === undefined) {
          await closeAll(opened, reader)
          return undefined
        }
        opened.push(one)
        reader.open.add(one.handle)
      }
    } catch (error) {
      await closeAll(opened, reader)
      throw error
    }
    return { value: { opened, later } }
  })
}

function pruned(chainId: string, seq: number): QuittanceError {
  return new QuittanceError('STORE_UNAVAILABLE', 'what was being read was pruned meanwhile', {
    details: { chainId, seq, retryable: true, reason: 'pruned' },
  })
}

async function closeAll(opened: readonly Opened[], reader: Reader): Promise<void> {
  for (const { handle } of opened) {
    reader.open.delete(handle)
    await handle.close()
  }
}

/**
 * Reads the lines of a chain as they are stored: those that were there when the reading began.
 *
 * Unjudged, a whole chain whose files the store can't take for one is read all the same, bad lines included: to judge
 * them is the verifier's business.
 *
 * @param directory - the directory
 * @param chainId - the chain
 * @param range - which seqs
 * @param reader - may stop it
 * @returns the lines
 * @throws QuittanceError `STORE_UNAVAILABLE` with the reason `pruned` when what is to come was pruned meanwhile
 */
export async function* readLines(
  directory: Directory,
  chainId: string,
  range: SeqRange,
  reader: Reader,
): AsyncGenerator<StoredLine, void, undefined> {
  const isWhole = range.fromSeq === undefined && range.toSeq === undefined
  const last = range.toSeq ?? Number.MAX_SAFE_INTEGER
  let plan: Plan | undefined
  try {
    plan = await planReading(directory, chainId, reader, { first: range.fromSeq ?? 0, last, isBegun: false })
  } catch (error) {
    if (!QuittanceError.is(error, 'STORE_CORRUPT') || !reader.unjudged || !isWhole) throw error
    yield* readUnjudged(directory, chainId, reader)
    return
  }
  if (plan === undefined) return
  const isDamaged = [...plan.opened, ...plan.later].some(({ segment }) => 'damage' in segment && segment.damage)
  if (isDamaged && reader.unjudged && isWhole) {
    await closeAll(plan.opened, reader)
    yield* readUnjudged(directory, chainId, reader)
    return
  }
  const end = plan.later.at(-1)
  const until = end ? end.segment.name.firstSeq + end.position + end.count - 1 : undefined
  for (;;) {
    let next = 0
    try {
      for (let one = plan.opened.shift(); one; one = plan.opened.shift()) {
        yield* readOpened(one, chainId, reader)
        next = one.segment.name.firstSeq + one.position + one.count
      }
    } finally {
      await closeAll(plan.opened, reader)
    }
    if (until === undefined || next > until) return
    plan = await planReading(directory, chainId, reader, { first: next, last: until, isBegun: true })
    if (plan === undefined) throw pruned(chainId, next)
  }
}

async function* readOpened(
  opened: Opened,
  chainId: string,
  reader: Reader,
): AsyncGenerator<StoredLine, void, undefined> {
  const { segment, handle, start, skip, position, count, end } = opened
  const damage = 'damage' in segment ? segment.damage : undefined
  const stop = position + count
  let line = position - skip
  for await (const text of readTexts(handle, start, damage ? undefined : end, reader)) {
    if (line === stop) return
    if (damage && line === damage.good) throw damage.error
    if (line >= position) yield { text, file: segment.file, line: line + 1 }
    line += 1
  }
  if (line !== stop) throw damage?.error ?? corrupt(segment.file, line + 1, 'is missing', chainId)
}

async function* readUnjudged(
  directory: Directory,
  chainId: string,
  reader: Reader,
): AsyncGenerator<StoredLine, void, undefined> {
  const { fs, path } = directory
  const folder = join(path, chainFolder(chainId))
  const listing = await listSegments(fs, folder)
  const further = listing === undefined ? [] : await reachingFurther(fs, folder, listing)
  for (const { name } of [...(listing?.row ?? []), ...further]) {
    const file = join(folder, name)
    const handle = await fs.open(file, 'r')
    reader.open.add(handle)
    let line = 1
    for await (const text of readTexts(handle, 0, undefined, reader)) {
      yield { text, file, line }
      line += 1
    }
  }
}

/** Reads texts and closes the file, whatever happens. */
async function* readTexts(
  handle: FileHandle,
  start: number,
  end: number | undefined,
  reader: Reader,
): AsyncGenerator<string, void, undefined> {
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
