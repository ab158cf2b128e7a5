/** Group commit: the appends that wait together for one chain are one write and one `fdatasync`. */
import type { ErrorDetails, HeadRef, QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Batch } from '../checks.js'
import { frozenReceipt } from '../frozen.js'
import { type ChainView, planAppend, refOf } from '../plan.js'
import type { StoreAppendOptions } from '../store.js'
import { beginBehind } from './begin.js'
import { firstSeqOf, nextSeqOf } from './chain.js'
import { errnoOf, type FileHandle, type FileSystem, writeAllSync } from './fs.js'
import { lockLost, writeError } from './lock-lost.js'
import { seqsOfIds } from './lookup.js'
import { cutBack, ownRow } from './own.js'
import { linesAt } from './reading.js'
import { indexEnded, rotate } from './sealing.js'
import { learn, type Segment } from './segment.js'
import type { Chain, Directory, PendingAppend, Row } from './types.js'

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
    while (chain.queue.length > 0) {
      await chain.turns.run(async () => {
        await commitGroup(directory, chain)
        await indexEnded(directory, chain)
      })
    }
  } finally {
    chain.draining = false
  }
}

/** Takes a group, decides it and writes it. Never rejects: every append of the group learns what became of it. */
async function commitGroup(directory: Directory, chain: Chain): Promise<void> {
  let taken: PendingAppend[] = []
  try {
    const row = await ownRow(directory, chain)
    taken = takeGroup(chain.queue, directory.segmentBytes)
    const [alone] = taken
    if (alone?.afterPruned && row.live.head === undefined) {
      await beginBehind(directory, chain, row.live, alone.batch)
      alone.resolve()
      return
    }
    const group = await decide(directory, chain, row, taken)
    try {
      if (group.lines.length > 0) await write(directory, chain, row, group)
    } catch (error) {
      // what was decided on receipts that never came to be is decided anew
      chain.queue.unshift(...group.dependents)
      taken = taken.filter((pending) => !group.dependents.includes(pending))
      settle(taken, group, error)
      return
    }
    settle(taken, group, undefined)
  } catch (error) {
    const told = writeError(directory.lock, error, { chainId: chain.chainId, outcome: 'absent' })
    for (const pending of taken.length > 0 ? taken : chain.queue.splice(0)) pending.reject(told)
  }
}

function takeGroup(queue: PendingAppend[], segmentBytes: number): PendingAppend[] {
  const most = Math.min(MAX_GROUP_UNITS, segmentBytes)
  let units = 0
  let count = 0
  for (const { batch, afterPruned } of queue) {
    for (const line of batch.lines) units += line.length
    // where a chain begins is decided for one batch alone
    if (count > 0 && (afterPruned || units > most)) break
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
async function decide(directory: Directory, chain: Chain, row: Row, taken: readonly PendingAppend[]): Promise<Group> {
  const receipts: DecisionReceipt[] = []
  const lines: string[] = []
  const seqs = new Map<string, number>()
  const writers = new Set<PendingAppend>()
  const refused = new Map<PendingAppend, QuittanceError>()
  const dependents: PendingAppend[] = []
  const durable = nextSeqOf(row)
  const { live } = row
  let head: HeadRef | undefined = live.head && refOf(live.head)
  for (const pending of taken) {
    const { batch } = pending
    const stored = batch.expected?.seq === head?.seq ? noLines : await storedLines(directory, chain, row, batch)
    const sealed = row.sealed.length === 0 ? undefined : await seqsOfIds(directory, chain, row, batch)
    const here: ChainView = {
      head,
      seqOf(receiptId) {
        const position = live.ids.find(receiptId)
        return position === undefined ? (seqs.get(receiptId) ?? sealed?.get(receiptId)) : live.firstSeq + position
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

const noLines: ReadonlyMap<number, string> = new Map()

/** The lines that stand where an append repeats itself; empty for one that goes on from the head. */
async function storedLines(
  directory: Directory,
  chain: Chain,
  row: Row,
  batch: Batch,
): Promise<ReadonlyMap<number, string>> {
  const first = Math.max(firstSeqOf(row), (batch.receipts[0] as DecisionReceipt).seq)
  const last = Math.min(nextSeqOf(row) - 1, (batch.receipts.at(-1) as DecisionReceipt).seq)
  if (first > last) return noLines
  const found = new Map<number, string>()
  const lines = await linesAt(directory, chain, row, first, last)
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
async function write(directory: Directory, chain: Chain, row: Row, group: Group): Promise<void> {
  const { handles, lock } = directory
  const { receipts, lines } = group
  let context: ErrorDetails = { chainId: chain.chainId, file: row.live.file }
  let begun = false
  let { live } = row
  let sizes: readonly number[] = []
  try {
    if (isFull(directory, live, lines)) live = (await rotate(directory, chain, row)).live
    context = { ...context, file: live.file }
    await handles.use(live.file, 'r+', async ({ handle, inode }) => {
      if (inode !== live.inode || !lock.stillOurs()) throw lockLost(context, 'absent')
      begun = true
      sizes = writeLines(directory.fs, handle, lines, live.bytes)
      await handle.datasync()
    })
    if (!lock.stillOurs()) throw lockLost(context, 'unknown')
  } catch (error) {
    if (!begun) throw writeError(lock, error, { ...context, outcome: 'absent' })
    const outcome = (await undo(directory, chain, live)) ? 'absent' : 'unknown'
    throw writeError(lock, error, { ...context, outcome })
  }
  for (const [index, receipt] of receipts.entries()) learn(live, receipt, sizes[index] as number)
  live.head = frozenReceipt(receipts.at(-1) as DecisionReceipt, lines.at(-1) as string)
}

/** @returns whether the lines no longer fit into the segment */
function isFull({ segmentBytes }: Directory, live: Segment, lines: readonly string[]): boolean {
  if (live.bytes === 0) return false
  let units = 0
  for (const line of lines) units += line.length + 1
  const left = segmentBytes - live.bytes
  // UTF-8 has at most three bytes a UTF-16 unit: mostly they need not be counted
  if (units * 3 <= left) return false
  let bytes = 0
  for (const line of lines) bytes += Buffer.byteLength(line) + 1
  return bytes > left
}

/** Holds the lines of the group that is being written: it is filled and written without a pause, so one is enough for all. */
let slab: Buffer | undefined
const SLAB_BYTES = 1024 * 1024

/**
 * Writes lines, each with its newline.
 *
 * @param fs - the file system
 * @param handle - open for writing
 * @param lines - what to write
 * @param position - where in the file
 * @returns how many bytes each takes there
 */
function writeLines(fs: FileSystem, handle: FileHandle, lines: readonly string[], position: number): readonly number[] {
  slab ??= Buffer.allocUnsafeSlow(SLAB_BYTES)
  const sizes: number[] = []
  let written = position
  let filled = 0
  for (const line of lines) {
    if (filled + line.length * 3 + 1 > slab.length) {
      writeAllSync(fs, handle, slab.subarray(0, filled), written)
      written += filled
      filled = 0
    }
    const size = slab.write(line, filled, 'utf8') + 1
    filled += size
    slab[filled - 1] = 10
    sizes.push(size)
  }
  writeAllSync(fs, handle, slab.subarray(0, filled), written)
  return sizes
}

/** @returns whether the file is known to end where it did before the write */
async function undo(directory: Directory, chain: Chain, live: Segment): Promise<boolean> {
  try {
    chain.mustCutBack = true
    if (!directory.lock.stillOurs()) {
      // somebody else's file now
      chain.mustCutBack = false
      chain.tenure = 0
      return false
    }
    return await cutBack(directory, chain, live)
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    // the caller is told of the first failure; cutting back is tried again before anything is written
    return false
  }
}
