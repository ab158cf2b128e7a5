/** What the ledger told of each chain since its last checkpoint: no more work a receipt than to remember two texts. */
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Leaf } from './growing.js'
import type { Run } from './heads.js'

/** So many leaves are remembered in all chains together; beyond that they are read again. */
const MAX_LEAVES = 50_000

/** A chain that has receipts without a checkpoint. */
export interface Followed {
  /** When the first of them came, by `performance.now()`. */
  readonly since: number
  /** How many, as far as they were told. */
  count: number
  /** Not tried again before. */
  retryAt: number
  failures: number
}

/** The chains that wait for a checkpoint. */
export interface Following {
  readonly size: number
  /** Takes note of receipts, which are durable. */
  note(chainId: string, receipts: readonly DecisionReceipt[]): Followed
  /** Has a chain looked at although nothing was told of it. */
  touch(chainId: string, retryAt?: number): Followed
  /** Takes a chain out, with its newest receipts if they are in one piece. */
  take(chainId: string): { readonly followed: Followed; readonly run?: Run | undefined } | undefined
  /** Puts one back that failed: what it lacks is read. */
  putBack(chainId: string, followed: Followed): void
  get(chainId: string): Followed | undefined
  entries(): Iterable<readonly [string, Followed]>
}

interface Tracked extends Followed {
  since: number
  run: { from: number; before: string; leaves: Leaf[] } | undefined
}

/** @returns what follows chains, none yet */
export function createFollowing(): Following {
  const chains = new Map<string, Tracked>()
  let leaves = 0

  const drop = (tracked: Tracked): void => {
    leaves -= tracked.run?.leaves.length ?? 0
    tracked.run = undefined
  }

  const trackedOf = (chainId: string): Tracked => {
    const known = chains.get(chainId)
    if (known !== undefined) return known
    const begun: Tracked = { since: performance.now(), count: 0, retryAt: 0, failures: 0, run: undefined }
    chains.set(chainId, begun)
    return begun
  }

  return {
    get size() {
      return chains.size
    },
    note(chainId, receipts) {
      const tracked = trackedOf(chainId)
      const first = receipts[0] as DecisionReceipt
      const { run } = tracked
      // others wrote in between: what was remembered does not join any more
      if (run === undefined || run.from + run.leaves.length !== first.seq) {
        drop(tracked)
        if (tracked.failures === 0) tracked.run = { from: first.seq, before: first.prevReceiptHash, leaves: [] }
      }
      if (tracked.run !== undefined) {
        for (const { receiptHash, signature } of receipts) tracked.run.leaves.push({ receiptHash, signature })
        leaves += receipts.length
        if (leaves > MAX_LEAVES) drop(tracked)
      }
      tracked.count += receipts.length
      return tracked
    },
    touch(chainId, retryAt = 0) {
      const tracked = trackedOf(chainId)
      tracked.count += 1
      tracked.retryAt = Math.max(tracked.retryAt, retryAt)
      return tracked
    },
    take(chainId) {
      const tracked = chains.get(chainId)
      if (tracked === undefined) return undefined
      chains.delete(chainId)
      const { run } = tracked
      drop(tracked)
      return { followed: tracked, run }
    },
    putBack(chainId, { since, count, retryAt, failures }) {
      const tracked = trackedOf(chainId)
      tracked.since = Math.min(tracked.since, since)
      tracked.count += count
      tracked.retryAt = retryAt
      tracked.failures = failures
    },
    get: (chainId) => chains.get(chainId),
    entries: () => chains.entries(),
  }
}
