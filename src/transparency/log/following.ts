/** What the ledger told of each chain since its last checkpoint: the tree over its receipts, and no receipt. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { type Stretch, type Subtree, stretchFrom } from './growing.js'
import { binaryLeafHashes } from './leaf-hash.js'

/** Receipts that were acknowledged, one behind the other. */
export interface Run {
  /** The seq of the first. */
  readonly from: number
  /** What the first links to. */
  readonly before: string
  /** The `receiptHash` of the first, and of the last. */
  readonly first: string
  readonly last: string
  readonly count: number
  /** What stands over their leaves. */
  readonly subtrees: readonly Subtree[]
}

/** A chain that has receipts without a checkpoint. */
export interface Followed {
  /** When the first of them came, by `performance.now()`. */
  readonly since: number
  /** How many, as far as they were told. */
  readonly count: number
  /** Not tried again before. */
  readonly retryAt: number
  readonly failures: number
}

/** The chains that wait for a checkpoint. */
export interface Following {
  readonly size: number
  /** Takes note of receipts, which are durable. */
  note(chainId: string, receipts: readonly DecisionReceipt[]): Followed
  /** Has a chain looked at although nothing was told of it. */
  touch(chainId: string, retryAt: number): void
  /** Takes a chain out, with its newest receipts if they are in one piece. */
  take(chainId: string): { readonly followed: Followed; readonly run?: Run | undefined } | undefined
  /** Puts one back that failed: what it lacks is read. */
  putBack(chainId: string, followed: Followed): void
  get(chainId: string): Followed | undefined
  entries(): Iterable<readonly [string, Followed]>
}

interface Remembered {
  readonly from: number
  readonly before: string
  readonly first: string
  last: string
  count: number
  readonly leaves: Stretch
}

interface Tracked {
  since: number
  count: number
  retryAt: number
  failures: number
  run: Remembered | undefined
}

/** Hashes leaves as they come: later they would keep others waiting all at once. */
function remember(run: Remembered, receipts: readonly DecisionReceipt[]): void {
  run.leaves.add(binaryLeafHashes(receipts))
  run.count += receipts.length
  run.last = (receipts.at(-1) as DecisionReceipt).receiptHash
}

const runOf = ({ leaves, ...run }: Remembered): Run => ({ ...run, subtrees: leaves.subtrees() })

/** @returns what follows chains, none yet */
export function createFollowing(): Following {
  const chains = new Map<string, Tracked>()

  const trackedOf = (chainId: string): Tracked => {
    const known = chains.get(chainId)
    if (known !== undefined) return known
    const begun: Tracked = { since: performance.now(), count: 0, retryAt: 0, failures: 0, run: undefined }
    chains.set(chainId, begun)
    return begun
  }

  const rememberIn = (tracked: Tracked, receipts: readonly DecisionReceipt[]): void => {
    const { seq, prevReceiptHash: before, receiptHash } = receipts[0] as DecisionReceipt
    // others wrote in between: what was remembered does not join any more
    if (tracked.run === undefined || tracked.run.from + tracked.run.count !== seq) {
      tracked.run = undefined
      // what comes behind something that has to be read is read as well
      if (tracked.count > 0) return
      const leaves = stretchFrom(seq)
      tracked.run = { from: seq, before, first: receiptHash, last: receiptHash, count: 0, leaves }
    }
    remember(tracked.run, receipts)
  }

  return {
    get size() {
      return chains.size
    },
    note(chainId, receipts) {
      const tracked = trackedOf(chainId)
      rememberIn(tracked, receipts)
      tracked.count += receipts.length
      return tracked
    },
    touch(chainId, retryAt) {
      const tracked = trackedOf(chainId)
      tracked.run = undefined
      tracked.count += 1
      tracked.retryAt = Math.max(tracked.retryAt, retryAt)
    },
    take(chainId) {
      const tracked = chains.get(chainId)
      if (tracked === undefined) return undefined
      chains.delete(chainId)
      const { run } = tracked
      return { followed: tracked, run: run && runOf(run) }
    },
    putBack(chainId, { since, count, retryAt, failures }) {
      const tracked = trackedOf(chainId)
      tracked.run = undefined
      tracked.since = Math.min(tracked.since, since)
      tracked.count += count
      tracked.retryAt = retryAt
      tracked.failures = failures
    },
    get: (chainId) => chains.get(chainId),
    entries: () => chains.entries(),
  }
}
