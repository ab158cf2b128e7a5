/** What removes data: the file is written anew beside the old one, looked through, and takes its place in one step. */
import { join } from 'node:path'
import { type HeadRef, QuittanceError } from '../../errors.js'
import { textsOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { conflict, refOf } from '../plan.js'
import { copyRange } from './copy.js'
import { storeError } from './errors.js'
import { type FileHandle, syncFolder, writeAll, writeAside } from './fs.js'
import { segmentName } from './layout.js'
import { ownSegment } from './own.js'
import { linesAt, receiptFrom } from './reading.js'
import { emptySegment, type Segment, scan, spanOf } from './segment.js'
import type { Chain, Directory } from './types.js'

/**
 * Removes the receipts before a seq.
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
    const segment = await ownSegment(directory, chain)
    const count = beforeSeq - segment.firstSeq
    if (segment.head === undefined || count <= 0) return 0
    if (count >= segment.offsets.length) throw new RangeError('beforeSeq would empty the chain')
    const actual = refOf(await receiptAt(directory, chain, segment, count - 1))
    if (actual.receiptHash !== through.receiptHash) throw conflict(chain.chainId, through, actual)
    const { start } = spanOf(segment, count)
    await replaceSegment(directory, chain, segment, beforeSeq, async (from, to) => {
      await copyRange(from, start, segment.bytes, to, 0)
    })
    return count
  })
}

/**
 * Removes the details of one receipt.
 *
 * @param directory - the directory, its lock held
 * @param chain - a chain that has a folder
 * @param receiptId - the receipt
 * @returns false where there is nothing to be removed
 */
export function eraseDetails(directory: Directory, chain: Chain, receiptId: string): Promise<boolean> {
  return chain.turns.run(async () => {
    const segment = await ownSegment(directory, chain)
    const position = segment.ids.find(receiptId)
    if (position === undefined) return false
    const { details, ...rest } = await receiptAt(directory, chain, segment, position)
    if (details === undefined) return false
    const { start, end } = spanOf(segment, position)
    const line = Buffer.from(`${textsOf(rest).line}\n`)
    await replaceSegment(directory, chain, segment, segment.firstSeq, async (from, to) => {
      await copyRange(from, 0, start, to, 0)
      await writeAll(to, line, start)
      await copyRange(from, end, segment.bytes, to, start + line.length)
    })
    return true
  })
}

async function receiptAt(
  directory: Directory,
  chain: Chain,
  segment: Segment,
  position: number,
): Promise<DecisionReceipt> {
  const seq = segment.firstSeq + position
  const [text = ''] = await linesAt(directory, segment, seq, seq)
  return receiptFrom({ text, file: segment.file, line: position + 1 }, chain.chainId)
}

/**
 * Puts a new file in the place of a chain's receipts. Killed before the renaming, the old one stands; after it, the new
 * one: where their names differ and both are there, the higher one counts (`removePruned`).
 */
async function replaceSegment(
  directory: Directory,
  chain: Chain,
  segment: Segment,
  firstSeq: number,
  fill: (from: FileHandle, to: FileHandle) => Promise<void>,
): Promise<void> {
  const { fs, handles, lock } = directory
  const file = join(chain.folder, segmentName(firstSeq))
  const { tenure } = lock
  // until the end is reached the disk decides what stands there, and what was left unfinished is removed
  chain.tenure = 0
  let brought = false
  try {
    const temporary = await handles.use(segment.file, 'r', ({ handle }) =>
      writeAside(fs, chain.folder, 'segment', (to) => fill(handle, to)),
    )
    const next = await lookThrough(directory, chain, temporary, file, firstSeq)
    if (next.head?.receiptHash !== segment.head?.receiptHash)
      throw new Error('the new file does not end as the old one does')
    if (!lock.stillOurs()) {
      throw new QuittanceError('STORE_LOCKED', 'the lock of the directory was lost', {
        details: { chainId: chain.chainId, outcome: 'absent', retryable: true },
      })
    }
    brought = true
    await handles.forget(segment.file)
    await fs.rename(temporary, file)
    await handles.forget(file)
    await syncFolder(fs, chain.folder)
    if (file !== segment.file) {
      await fs.unlink(segment.file)
      await syncFolder(fs, chain.folder)
    }
    chain.segment = next
    chain.tenure = tenure
  } catch (error) {
    throw storeError(error, { chainId: chain.chainId, file, outcome: brought ? 'unknown' : 'absent' })
  }
}

/**
 * Scans a new file before it takes its place: nothing that is good gives way to something that is not.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @param temporary - where it is
 * @param file - where it will be
 * @param firstSeq - the first seq that it holds
 * @returns what is known of it, under its coming name
 */
export async function lookThrough(
  directory: Directory,
  chain: Chain,
  temporary: string,
  file: string,
  firstSeq: number,
): Promise<Segment> {
  const handle = await directory.fs.open(temporary, 'r')
  try {
    const next = emptySegment(file, (await handle.stat({ bigint: true })).ino, firstSeq)
    if (await scan(handle, next, chain.chainId)) throw new Error('the new file does not end with a whole line')
    return next
  } finally {
    await handle.close()
  }
}
