/** Group commit: the appends that wait together for one chain are one write and one `fdatasync`. */
import type { ErrorDetails, HeadRef, QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Batch } from '../checks.js'
import { frozenReceipt } from '../frozen.js'
import { type ChainView, planAppend, refOf } from '../plan.js'
import type { StoreAppendOptions } from '../store.js'
import { beginBehind } from './begin.js'
import { storeError } from './errors.js'
import { errnoOf, writeAll } from './fs.js'
import { lockLost } from './lock-lost.js'
import { cutBack, ownSegment } from './own.js'
import { linesAt } from './reading.js'
import type { Segment } from './segment.js'
import type { Chain, Directory, PendingAppend } from './types.js'

/** Bounds what a group holds in memory; appends beyond it are the next group's. */
const MAX_GROUP_UNITS = 4 * 1024 * 1024

/**
 * Appends a batch together with whatever else waits.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param batch - from `checkAppend`
 * @param options - `signal` gives up: a batch that no group has taken yet is not appended; `afterPruned`
 * @returns when the receipts are durable
 */
export function append(
  directory: Directory,
  chain: Chain,
  batch: Batch,
  { signal, afterPruned = false }: StoreAppendOptions = {},
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      const at = chain.queue.indexOf(pending)
      if (at !== -1) chain.queue.splice(at, 1)
      pending.reject(signal?.reason)
    }
    const settled = () => signal?.removeEventListener('abort', onAbort)
    const pending: PendingAppend = {
      batch,
      afterPruned,
      resolve() {
        settled()
        resolve()
      },
      reject(error) {
        settled()
        reject(error)
      },
    }
    signal?.addEventListener('abort', onAbort)
    chain.queue.push(pending)
    // its failures are told to the appends that it takes; it has none of its own
    if (!chain.draining) void drain(directory, chain)
  })
}

async function drain(directory: Directory, chain: Chain): Promise<void> {
  chain.draining = true
  try {
    while (chain.queue.length > 0) await chain.turns.run(() => commitGroup(directory, chain))
  } finally {
    chain.draining = false
  }
}

/** Takes a group, decides it and writes it. Never rejects: every append of the group learns what became of it. */
async function commitGroup(directory: Directory, chain: Chain): Promise<void> {
  let taken: PendingAppend[] = []
  try {
    const segment = await ownSegment(directory, chain)
    taken = takeGroup(chain.queue)
    const [alone] = taken
    if (alone?.afterPruned && segment.head === undefined) {
      await beginBehind(directory, chain, segment, alone.batch)
      alone.resolve()
      return
    }
    const group = await decide(directory, chain, segment, taken)
    try {
      if (group.lines.length > 0) await write(directory, chain, segment, group)
    } catch (error) {
      // what was decided on receipts that never came to be is decided anew
      chain.queue.unshift(...group.dependents)
      taken = taken.filter((pending) => !group.dependents.includes(pending))
      settle(taken, group, error)
      return
    }
    settle(taken, group, undefined)
  } catch (error) {
    const told = storeError(error, { chainId: chain.chainId, outcome: 'absent' })
    for (const pending of taken.length > 0 ? taken : chain.queue.splice(0)) pending.reject(told)
  }
}

function takeGroup(queue: PendingAppend[]): PendingAppend[] {
  let units = 0
  let count = 0
  for (const { batch, afterPruned } of queue) {
    for (const line of batch.lines) units += line.length
    // where a chain begins is decided for one batch alone
    if (count > 0 && (afterPruned || units > MAX_GROUP_UNITS)) break
    count += 1
    if (afterPruned) break
  }
  return queue.splice(0, count)
}

/** What becomes of the appends that were taken together. */
interface Group {
  /** To be written, one behind the other. */
  readonly receipts: readonly DecisionReceipt[]
  readonly lines: readonly string[]
  /** Whose receipts these are. */
  readonly writers: ReadonlySet<PendingAppend>
  readonly refused: ReadonlyMap<PendingAppend, QuittanceError>
  /** Refused, or found present, because of receipts that this very group writes. */
  readonly dependents: readonly PendingAppend[]
}

/** Decides each append on the chain as it will stand behind the ones before it. */
async function decide(
  directory: Directory,
  chain: Chain,
  segment: Segment,
  taken: readonly PendingAppend[],
): Promise<Group> {
  const receipts: DecisionReceipt[] = []
  const lines: string[] = []
  const seqs = new Map<string, number>()
  const writers = new Set<PendingAppend>()
  const refused = new Map<PendingAppend, QuittanceError>()
  const dependents: PendingAppend[] = []
  const durable = segment.firstSeq + segment.offsets.length
  let head: HeadRef | undefined = segment.head && refOf(segment.head)
  for (const pending of taken) {
    const { batch } = pending
    const stored = await storedLines(directory, segment, batch)
    const here: ChainView = {
      head,
      seqOf(receiptId) {
        const position = segment.ids.find(receiptId)
        return position === undefined ? seqs.get(receiptId) : segment.firstSeq + position
      },
      lineAt: (seq) => (seq < durable ? stored.get(seq) : lines[seq - durable]),
    }
    const plan = planAppend(chain.chainId, batch, here)
    if (plan.kind === 'refuse') refused.set(pending, plan.error)
    if (plan.kind === 'refuse' || plan.from === batch.receipts.length) {
      if (receipts.length > 0) dependents.push(pending)
      continue
    }
    writers.add(pending)
    for (const receipt of batch.receipts.slice(plan.from)) {
      receipts.push(receipt)
      seqs.set(receipt.receiptId, receipt.seq)
      head = refOf(receipt)
    }
    lines.push(...batch.lines.slice(plan.from))
  }
  return { receipts, lines, writers, refused, dependents }
}

/** The lines that stand where an append repeats itself; empty for one that goes on from the head. */
async function storedLines(directory: Directory, segment: Segment, batch: Batch): Promise<Map<number, string>> {
  const found = new Map<number, string>()
  const first = Math.max(segment.firstSeq, (batch.receipts[0] as DecisionReceipt).seq)
  const last = Math.min(segment.firstSeq + segment.offsets.length - 1, (batch.receipts.at(-1) as DecisionReceipt).seq)
  if (first > last) return found
  const lines = await linesAt(directory, segment, first, last)
  for (const [index, line] of lines.entries()) found.set(first + index, line)
  return found
}

function settle(taken: readonly PendingAppend[], group: Group, error: unknown): void {
  for (const pending of taken) {
    const refusal = group.refused.get(pending) ?? (group.writers.has(pending) ? error : undefined)
    if (refusal === undefined) pending.resolve()
    else pending.reject(refusal)
  }
}

/**
 * Writes a group and makes it durable. Where that fails the file is cut back to its last durable line, and the group is
 * absent; where that fails too, or the lock was lost, nobody knows.
 */
async function write(directory: Directory, chain: Chain, segment: Segment, group: Group): Promise<void> {
  const { handles, lock } = directory
  const { bytes, ends } = encode(group.lines)
  const context: ErrorDetails = { chainId: chain.chainId, file: segment.file }
  let begun = false
  try {
    await handles.use(segment.file, 'r+', async ({ handle }) => {
      if (!lock.stillOurs()) throw lockLost(context, 'absent')
      begun = true
      await writeAll(handle, bytes, segment.bytes)
      await handle.datasync()
    })
    if (!lock.stillOurs()) throw lockLost(context, 'unknown')
  } catch (error) {
    if (!begun) throw storeError(error, { ...context, outcome: 'absent' })
    const outcome = (await undo(directory, chain, segment)) ? 'absent' : 'unknown'
    throw storeError(error, { ...context, outcome })
  }
  for (const [index, receipt] of group.receipts.entries()) {
    segment.offsets.push(segment.bytes + (index === 0 ? 0 : (ends[index - 1] as number)))
    segment.ids.push(receipt.receiptId)
  }
  segment.bytes += bytes.length
  segment.head = frozenReceipt(group.receipts.at(-1) as DecisionReceipt, group.lines.at(-1) as string)
}

/** @returns whether the file is known to end where it did before the write */
async function undo(directory: Directory, chain: Chain, segment: Segment): Promise<boolean> {
  try {
    chain.mustCutBack = true
    if (!directory.lock.stillOurs()) {
      // somebody else's file now
      chain.mustCutBack = false
      chain.tenure = 0
      return false
    }
    return await cutBack(directory, chain, segment)
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    // the caller is told of the first failure; cutting back is tried again before anything is written
    return false
  }
}

function encode(lines: readonly string[]): { readonly bytes: Buffer; readonly ends: readonly number[] } {
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const ends: number[] = []
  let end = 0
  for (const line of lines) {
    end += Buffer.byteLength(line) + 1
    ends.push(end)
  }
  return { bytes, ends }
}
