/** What the log chain says of each chain's newest checkpoint: it is fenced and signed like every chain, and no cell of state is. */
import { toHex } from '../../primitives/bytes.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { ReceiptStore, StoreOptions } from '../../store/store.js'

/** How far a chain had come, as the log chain has it. */
export interface Entered {
  readonly size: number
  /** Where in the log chain that stands. */
  readonly seq: number
  /** `sha256:` and 64 hex digits. */
  readonly rootHash: string
}

/** The largest entry of each origin. */
export interface Entries {
  /**
   * Reads what came into the log chain since the last call; at the first call all of it.
   *
   * @param origin - of a chain
   * @returns its largest entry, of all that were ever seen
   */
  newest(origin: string, options: StoreOptions): Promise<Entered | undefined>
  /** @returns the same, as far as it was read by now */
  known(origin: string): Entered | undefined
  /**
   * Whether the log chain, as far as it was read, lacks an entry that it is said to have.
   *
   * @param origin - of a chain
   * @param size - how far that had come when it was entered
   */
  lacks(origin: string, size: number): boolean
  /** Reads what came into the log chain. */
  read(options: StoreOptions): Promise<void>
  /** Takes note of what this process wrote into the log chain, and made durable: it needn't be read. */
  note(receipts: readonly DecisionReceipt[]): void
}

/** @returns a root as entries of the log chain have it */
export const entryRoot = (rootHash: Uint8Array): string => `sha256:${toHex(rootHash)}`

/**
 * @param store - where the log chain is kept
 * @param logChainId - the log chain
 * @returns its entries; nothing is read yet
 */
export function createEntries(store: ReceiptStore, logChainId: string): Entries {
  const found = new Map<string, Entered>()
  let next = 0
  /** Where the log chain began when it was read first: what stood before that was pruned. */
  let first: number | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const enter = ({ seq, system }: DecisionReceipt): void => {
    first ??= seq
    next = Math.max(next, seq + 1)
    if (system?.event !== 'checkpoint') return
    const { origin, size, rootHash } = system
    if (size > (found.get(origin)?.size ?? 0)) found.set(origin, { size, seq, rootHash })
  }

  const readOn = async (options: StoreOptions): Promise<void> => {
    const { last = -1 } = (await store.bounds(logChainId, options)) ?? {}
    // told of all of it by the ledger: reading would open the file for nothing
    if (last < next) return
    for await (const receipt of store.read(logChainId, { ...options, fromSeq: next })) enter(receipt)
  }

  const read: Entries['read'] = (options) => {
    const mine = turn.then(() => readOn(options))
    turn = mine.catch(() => undefined)
    return mine
  }

  return {
    async newest(origin, options) {
      await read(options)
      return found.get(origin)
    },
    known: (origin) => found.get(origin),
    lacks(origin, size) {
      const known = found.get(origin)
      // pruning takes the oldest: where one is there, it is the newest
      const mayBePruned = known === undefined && (first ?? 0) > 0
      return size > (known?.size ?? 0) && !mayBePruned
    },
    read,
    note(receipts) {
      // what stands before it, and was written by others, is read first
      for (const receipt of receipts) if (receipt.seq === next) enter(receipt)
    },
  }
}
