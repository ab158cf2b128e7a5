/** What removes data: a segment is written anew beside the old one, looked through, and takes its place in one step. */
import { join } from 'node:path'
import { type HeadRef, QuittanceError } from '../../errors.js'
import { textsOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { conflict, refOf } from '../plan.js'
import { firstSeqOf, nextSeqOf, segmentOf } from './chain.js'
import { copyRange } from './copy.js'
import { corrupt } from './errors.js'
import { ifThereNow, syncFolder, writeAll } from './fs.js'
import { remove } from './leftovers.js'
import { whileOurs, writeError } from './lock-lost.js'
import { findId, lineAt } from './lookup.js'
import { ownRow } from './own.js'
import { receiptFrom } from './reading.js'
import { bringIn, prepare } from './rewriting.js'
import { indexFile, type Place, placeOf, sealedFrom } from './sealed.js'
import { writeIndex } from './sealing.js'
import type { Segment } from './segment.js'
import { type SegmentName, segmentName } from './segment-name.js'
import type { Chain, Directory, Row, Sealed } from './types.js'

/**
 * Removes the receipts before a seq: whole segments, and the beginning of one, which is written anew. The segment that
 * begins the chain from then on says so in its name; once it does, what is below it counts for nothing.
 *
 * @param directory - the directory, its lock held
 * @param chain - a chain that has a folder
 * @param beforeSeq - the first that stays
 * @param through - the last that goes
 * @returns how many went
 * @throws QuittanceError `STORE_CONFLICT` when another receipt stands at `through.seq`
 * @throws RangeError when none would stay
 */
export function prune(directory: Directory, chain: Chain, beforeSeq: number, through: HeadRef): Promise<number> {
  return chain.turns.run(async () => {
    const row = await ownRow(directory, chain)
    const count = beforeSeq - firstSeqOf(row)
    if (row.live.head === undefined || count <= 0) return 0
    if (beforeSeq >= nextSeqOf(row)) throw new RangeError('beforeSeq would empty the chain')
    const actual = refOf(await receiptAt(directory, chain, row, beforeSeq - 1))
    if (actual.receiptHash !== through.receiptHash) throw conflict(chain.chainId, through, actual)
    const segment = segmentOf(row, beforeSeq)
    const name = segmentName(beforeSeq, segment.name.epoch, true)
    const below = row.sealed.filter(({ name }) => name.firstSeq < beforeSeq && name !== segment.name)
    await changing(directory, chain, join(chain.folder, name.name), async (brought) => {
      let first: Segment | Sealed
      if (segment.name.firstSeq === beforeSeq) {
        first = await renamed(directory, chain, segment, name, brought)
      } else {
        const { start } = await placeIn(directory, chain, segment, beforeSeq)
        const prepared = await directory.handles.use(segment.file, 'r', ({ handle }) =>
          prepare(directory, chain, name, actual.receiptHash, (to) =>
            copyRange(handle, start, bytesOf(segment), to, 0),
          ),
        )
        checkEnd(segment, prepared.segment)
        brought()
        await bringIn(directory, chain, prepared)
        first = isLive(segment) ? prepared.segment : sealedFrom(prepared.segment)
        if (!isLive(segment))
          await writeIndex(directory, chain, sealedFrom(prepared.segment), indexOfAll(prepared.segment))
      }
      const gone = below.map(({ file }) => file)
      if (segment.name.firstSeq < beforeSeq) gone.push(segment.file)
      await remove(directory, chain, gone)
      await syncFolder(directory.fs, chain.folder)
      const kept = row.sealed.filter(({ name }) => name.firstSeq > beforeSeq)
      return isLive(first) ? { sealed: [], live: first } : { sealed: [first, ...kept], live: row.live }
    })
    return count
  })
}

/**
 * Removes the details of one receipt: its segment is written anew, under its name.
 *
 * @param directory - the directory, its lock held
 * @param chain - a chain that has a folder
 * @param receiptId - the receipt
 * @returns false where there is nothing to be removed
 */
export function eraseDetails(directory: Directory, chain: Chain, receiptId: string): Promise<boolean> {
  return chain.turns.run(async () => {
    const row = await ownRow(directory, chain)
    const found = await findId(directory, chain, row, receiptId)
    if (found === undefined) return false
    if (found === 'replaced') throw replaced(chain)
    const { segment, position } = found
    const seq = segment.name.firstSeq + position
    const { details, ...rest } = await receiptAt(directory, chain, row, seq)
    if (details === undefined) return false
    const { start, end } = await placeIn(directory, chain, segment, seq)
    const line = Buffer.from(`${textsOf(rest).line}\n`)
    const previousHash = isLive(segment) ? segment.previousHash : segment.ends.prevReceiptHash
    await changing(directory, chain, segment.file, async (brought) => {
      const prepared = await directory.handles.use(segment.file, 'r', ({ handle }) =>
        prepare(directory, chain, segment.name, previousHash, async (to) => {
          await copyRange(handle, 0, start, to, 0)
          await writeAll(to, line, start)
          await copyRange(handle, end, bytesOf(segment), to, start + line.length)
        }),
      )
      checkEnd(segment, prepared.segment)
      // an index that knows of more bytes than there are would look like the trace of a loss
      if (!isLive(segment)) await dropIndex(directory, chain, segment)
      brought()
      await bringIn(directory, chain, prepared)
      if (isLive(segment)) return { sealed: row.sealed, live: prepared.segment }
      const sealed = sealedFrom(prepared.segment)
      await writeIndex(directory, chain, sealed, indexOfAll(prepared.segment))
      return { sealed: row.sealed.map((one) => (one === segment ? sealed : one)), live: row.live }
    })
    return true
  })
}

const isLive = (segment: Segment | Sealed): segment is Segment => 'offsets' in segment
const bytesOf = (segment: Segment | Sealed): number => (isLive(segment) ? segment.bytes : segment.ends.bytes)
const indexOfAll = (segment: Segment): Uint8Array => segment.index.finish(segment)

function replaced(chain: Chain): QuittanceError {
  chain.tenure = 0
  return corrupt(chain.folder, undefined, 'a file was replaced while its chain was written', chain.chainId)
}

async function receiptAt(directory: Directory, chain: Chain, row: Row, seq: number): Promise<DecisionReceipt> {
  const segment = segmentOf(row, seq)
  const stored = await lineAt(directory, chain, segment, seq - segment.name.firstSeq)
  if (stored === undefined) throw replaced(chain)
  const receipt = receiptFrom(stored, chain.chainId)
  if (receipt.seq !== seq) throw corrupt(segment.file, stored.line, 'is not the receipt of its seq', chain.chainId)
  return receipt
}

async function placeIn(directory: Directory, chain: Chain, segment: Segment | Sealed, seq: number): Promise<Place> {
  const place = await placeOf(directory, chain, segment, seq - segment.name.firstSeq)
  if (place === undefined) throw replaced(chain)
  return place
}

function checkEnd(old: Segment | Sealed, written: Segment): void {
  const last = isLive(old) ? old.head?.receiptHash : old.ends.lastReceiptHash
  if (written.head?.receiptHash !== last) throw new Error('the new file does not end as the old one does')
}

async function dropIndex(directory: Directory, chain: Chain, { file }: Sealed): Promise<void> {
  const { fs, handles, indexes, lock } = directory
  const index = indexFile(file)
  await handles.forget(index)
  indexes.forget(file)
  whileOurs(lock, { chainId: chain.chainId, file: index }, 'absent', () => ifThereNow(() => fs.unlinkSync(index)))
  await syncFolder(fs, chain.folder)
}

/** Says in its name that a segment begins the chain. Nothing in it changes. */
async function renamed(
  directory: Directory,
  chain: Chain,
  segment: Segment | Sealed,
  name: SegmentName,
  brought: () => void,
): Promise<Segment | Sealed> {
  const { fs, handles, indexes, lock } = directory
  const file = join(chain.folder, name.name)
  await handles.forget(segment.file)
  indexes.forget(segment.file)
  await handles.forget(indexFile(segment.file))
  whileOurs(lock, { chainId: chain.chainId, file }, 'absent', () => {
    brought()
    fs.renameSync(segment.file, file)
    // one that stays behind is removed as a leftover, and this segment's is built again
    ifThereNow(() => fs.renameSync(indexFile(segment.file), indexFile(file)))
  })
  await syncFolder(fs, chain.folder)
  if (!isLive(segment)) return { ...segment, name, file }
  segment.name = name
  segment.file = file
  return segment
}

/**
 * Changes which files a chain has. Killed before the one renaming the old ones stand, after it the new ones: what is left
 * over then the next writer removes.
 */
async function changing(
  directory: Directory,
  chain: Chain,
  file: string,
  work: (brought: () => void) => Promise<Row>,
): Promise<void> {
  const { tenure } = chain
  // until the end is reached the disk decides what stands there, and what was left unfinished is removed
  chain.tenure = 0
  let isBrought = false
  try {
    const next = await work(() => {
      isBrought = true
    })
    chain.row = next
    chain.tenure = tenure
  } catch (error) {
    if (QuittanceError.is(error) && !isBrought) throw error
    throw writeError(directory.lock, error, { chainId: chain.chainId, file, outcome: isBrought ? 'unknown' : 'absent' })
  }
  if (directory.lock.tenure !== tenure) chain.tenure = 0
}
