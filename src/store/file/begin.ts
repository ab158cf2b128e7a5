/** How a chain begins that was pruned where it comes from: with a segment whose first seq is not 0. */
import { join } from 'node:path'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Batch } from '../checks.js'
import { planAppend } from '../plan.js'
import { ifThereNow, syncFolder, writeAll } from './fs.js'
import { whileOurs, writeError } from './lock-lost.js'
import { bringIn, prepare } from './rewriting.js'
import type { Segment } from './segment.js'
import { segmentName } from './segment-name.js'
import type { Chain, Directory } from './types.js'

/**
 * Writes the first receipts of a chain behind a head that is not there. In the chain's turn, its lock held.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @param empty - its last segment, which holds nothing
 * @param batch - from `checkAppend`
 * @throws QuittanceError `STORE_ID_EXISTS`, `STORE_LOCKED`; what the file system says
 */
export async function beginBehind(directory: Directory, chain: Chain, empty: Segment, batch: Batch): Promise<void> {
  const { fs, handles, lock } = directory
  const { chainId, folder } = chain
  const none = () => undefined
  const plan = planAppend(chainId, batch, { head: batch.expected, seqOf: none, lineAt: none })
  if (plan.kind === 'refuse') throw plan.error
  const firstSeq = (batch.receipts[0] as DecisionReceipt).seq
  const name = segmentName(firstSeq, empty.name.epoch, true)
  const content = Buffer.from(`${batch.lines.join('\n')}\n`)
  const { tenure } = chain
  // until the end is reached the disk decides what stands there, and what was left unfinished is removed
  chain.tenure = 0
  let brought = false
  try {
    const prepared = await prepare(directory, chain, name, undefined, (handle) => writeAll(handle, content, 0))
    await handles.forget(empty.file)
    // first, and for certain: an empty file before a later one would stand for receipts that are missing
    whileOurs(lock, { chainId, file: empty.file }, 'absent', () => ifThereNow(() => fs.unlinkSync(empty.file)))
    await syncFolder(fs, folder)
    brought = true
    await bringIn(directory, chain, prepared)
    chain.row = { sealed: [], live: prepared.segment }
    chain.tenure = tenure
  } catch (error) {
    throw writeError(lock, error, { chainId, file: join(folder, name.name), outcome: brought ? 'unknown' : 'absent' })
  }
}
