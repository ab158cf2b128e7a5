/** What the log chain says of each chain's newest checkpoint: it is fenced and signed like every chain, and no cell of state is. */
import { toHex } from '../../primitives/bytes.js'
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

  const readOn = async (options: StoreOptions): Promise<void> => {
    for await (const { seq, system } of store.read(logChainId, { ...options, fromSeq: next })) {
      first ??= seq
      next = seq + 1
      if (system?.event !== 'checkpoint') continue
      const { origin, size, rootHash } = system
      if (size > (found.get(origin)?.size ?? 0)) found.set(origin, { size, seq, rootHash })
    }
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
  }
}
