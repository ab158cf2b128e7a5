/** How a chain begins that was pruned where it comes from: with a file whose first seq is not 0. */
import { join } from 'node:path'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Batch } from '../checks.js'
import { planAppend } from '../plan.js'
import { storeError } from './errors.js'
import { syncFolder, writeAll, writeAside } from './fs.js'
import { segmentName } from './layout.js'
import { lockLost } from './lock-lost.js'
import { lookThrough } from './rewrite.js'
import type { Segment } from './segment.js'
import type { Chain, Directory } from './types.js'

/**
 * Writes the first receipts of a chain behind a head that is not there. In the chain's turn, its lock held.
 *
 * @param directory - the directory
 * @param chain - the chain
 * @param empty - its file, which holds nothing
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
  const file = join(folder, segmentName(firstSeq))
  const content = Buffer.from(`${batch.lines.join('\n')}\n`)
  const { tenure } = lock
  // until the end is reached the disk decides what stands there, and what was left unfinished is removed
  chain.tenure = 0
  let brought = false
  try {
    const temporary = await writeAside(fs, folder, 'segment', (handle) => writeAll(handle, content, 0))
    const next = await lookThrough(directory, chain, temporary, file, firstSeq)
    if (!lock.stillOurs()) throw lockLost({ chainId, file }, 'absent')
    await handles.forget(empty.file)
    // first, and for certain: an empty file before a later one would stand for receipts that are missing
    await fs.unlink(empty.file)
    await syncFolder(fs, folder)
    brought = true
    await fs.rename(temporary, file)
    await handles.forget(file)
    await syncFolder(fs, folder)
    chain.segment = next
    chain.tenure = tenure
  } catch (error) {
    throw storeError(error, { chainId, file, outcome: brought ? 'unknown' : 'absent' })
  }
}
