/** Finding receipts by their id. */
import type { Batch } from '../checks.js'
import { corrupt } from './errors.js'
import { textOf } from './lines.js'
import { bytesAt, indexOf, placeOf, rebuiltIndex } from './sealed.js'
import type { Segment } from './segment.js'
import { keyOf } from './segment-index/keys.js'
import type { Chain, Directory, Row, Sealed } from './types.js'

/** A line and where it stands. */
export interface StoredLine {
  readonly text: string
  readonly file: string
  /** From 1. */
  readonly line: number
}

/**
 * @param directory - the directory
 * @param chain - whose it is
 * @param segment - any segment of it
 * @param position - 0 for its first line
 * @returns the line; `undefined` where the segment is no longer the one that is known
 * @throws QuittanceError `STORE_CORRUPT` where the line is no text
 */
export async function lineAt(
  directory: Directory,
  chain: Chain,
  segment: Segment | Sealed,
  position: number,
): Promise<StoredLine | undefined> {
  const place = await placeOf(directory, chain, segment, position)
  const bytes = place && (await bytesAt(directory, segment, place.start, place.end))
  if (bytes === undefined) return undefined
  const text = bytes.at(-1) === 10 ? textOf(bytes.subarray(0, -1)) : undefined
  if (text === undefined) throw corrupt(segment.file, position + 1, 'is not what it was', chain.chainId)
  return { text, file: segment.file, line: position + 1 }
}

function idIn(line: string): unknown {
  try {
    return (JSON.parse(line) as { receiptId?: unknown }).receiptId
  } catch {
    return undefined
  }
}

/** @returns where that id stands in a sealed segment; `replaced` where that is no longer the one that is known */
async function positionIn(
  directory: Directory,
  chain: Chain,
  sealed: Sealed,
  receiptId: string,
): Promise<number | undefined | 'replaced'> {
  const { ends, damage } = sealed
  if (receiptId < ends.lowestId || receiptId > ends.highestId) return undefined
  if (damage) throw damage.error
  const index = await indexOf(directory, chain, sealed)
  if (index === undefined) return 'replaced'
  const positions =
    (await index.ofId(receiptId)) ?? (await (await rebuiltIndex(directory, chain, sealed))?.ofId(receiptId))
  if (positions === undefined) return 'replaced'
  for (const position of positions) {
    const stored = await lineAt(directory, chain, sealed, position)
    if (stored === undefined) return 'replaced'
    const found = idIn(stored.text)
    if (found === receiptId) return position
    // two ids may share a key; a line whose id has another is not the one that was indexed
    if (typeof found !== 'string' || keyOf('receiptId', found) !== keyOf('receiptId', receiptId))
      throw corrupt(sealed.file, position + 1, 'is not the receipt that stood there', chain.chainId)
  }
  return undefined
}

/** Where a receipt stands. */
export interface Found {
  readonly segment: Segment | Sealed
  /** In it: 0 for its first. */
  readonly position: number
}

/**
 * @param directory - the directory
 * @param chain - the chain
 * @param row - its segments
 * @param receiptId - any text
 * @returns where that receipt stands, `undefined` where the chain has none; `replaced` where a segment is no longer the one
 *   that is known
 */
export async function findId(
  directory: Directory,
  chain: Chain,
  row: Row,
  receiptId: string,
): Promise<Found | undefined | 'replaced'> {
  const { live } = row
  const position = live.ids.find(receiptId)
  if (position !== undefined) return { segment: live, position }
  return findSealed(directory, chain, row, receiptId)
}

async function findSealed(
  directory: Directory,
  chain: Chain,
  { sealed }: Pick<Row, 'sealed'>,
  receiptId: string,
): Promise<Found | undefined | 'replaced'> {
  for (let at = sealed.length - 1; at >= 0; at -= 1) {
    const segment = sealed[at] as Sealed
    const position = await positionIn(directory, chain, segment, receiptId)
    if (position === 'replaced') return position
    if (position !== undefined) return { segment, position }
  }
  return undefined
}

/**
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param row - its segments
 * @param batch - what is to be appended
 * @returns the seqs of those of its ids that stand in sealed segments
 * @throws QuittanceError `STORE_CORRUPT` where a segment was replaced although the lock is held
 */
export async function seqsOfIds(
  directory: Directory,
  chain: Chain,
  row: Row,
  batch: Batch,
): Promise<ReadonlyMap<string, number> | undefined> {
  let seqs: Map<string, number> | undefined
  // what can't be read any more, and was accepted so, can't be asked
  const sealed = row.sealed.filter(({ damage }) => damage === undefined)
  for (const { receiptId } of batch.receipts) {
    const found = await findSealed(directory, chain, { sealed }, receiptId)
    if (found === undefined) continue
    if (found === 'replaced') {
      chain.tenure = 0
      throw corrupt(chain.folder, undefined, 'a file was replaced while its chain was written', chain.chainId)
    }
    seqs ??= new Map()
    seqs.set(receiptId, found.segment.name.firstSeq + found.position)
  }
  return seqs
}
