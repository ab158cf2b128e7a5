/** A store whose calls are watched: when each began, and how it ended. */
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore, SeqRange, StoreOptions } from '../store/store.js'

/** A call of the store that was begun, and when. */
export interface Asked {
  readonly since: number
}

/** How a call ended, beside its error. */
export interface Ended {
  /** Whether it was an append: only that shows that receipts are taken. */
  readonly writes: boolean
  /** Whether the caller gave up waiting before there was an answer. */
  readonly givenUp: boolean
  /** The newest receipt, where the call named or made it. */
  readonly head?: DecisionReceipt | undefined
}

/** Who watches. */
export interface Watcher {
  begin(chainId: string): Asked
  end(chainId: string, asked: Asked, error: unknown, how: Ended): void
}

/**
 * @param store - does the work
 * @param watcher - hears of every call that concerns a chain, but for bulk reads of others than the ledger
 * @returns a store of the same optional parts
 */
export function watchedStore(store: ReceiptStore, watcher: Watcher): ReceiptStore {
  const call = async <T>(
    chainId: string,
    options: StoreOptions | undefined,
    work: () => Promise<T>,
    how: { readonly writes?: boolean; readonly head?: (result: T) => DecisionReceipt | undefined } = {},
  ): Promise<T> => {
    const asked = watcher.begin(chainId)
    const { writes = false } = how
    try {
      const result = await work()
      watcher.end(chainId, asked, undefined, { writes, givenUp: false, head: how.head?.(result) })
      return result
    } catch (error) {
      watcher.end(chainId, asked, error, { writes, givenUp: options?.signal?.aborted === true })
      throw error
    }
  }

  async function* read(chainId: string, range?: SeqRange): AsyncGenerator<DecisionReceipt, void, undefined> {
    const receipts = store.read(chainId, range)[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await call(chainId, range, () => receipts.next())
        if (next.done) return
        yield next.value
      }
    } finally {
      await receipts.return?.()
    }
  }

  const { lines, query, prune, eraseDetails, lease, status } = store
  return {
    durable: store.durable,
    head: (chainId, options) =>
      call(chainId, options, () => store.head(chainId, options), { head: (receipt) => receipt }),
    append: (chainId, receipts, expected, options) =>
      call(chainId, options, () => store.append(chainId, receipts, expected, options), {
        writes: true,
        head: () => receipts.at(-1),
      }),
    get: (chainId, receiptId, options) => call(chainId, options, () => store.get(chainId, receiptId, options)),
    read,
    chains: (options) => store.chains(options),
    bounds: (chainId, options) => call(chainId, options, () => store.bounds(chainId, options)),
    state: {
      get: (chainId, name, options) => call(chainId, options, () => store.state.get(chainId, name, options)),
      put: (chainId, name, bytes, expectedVersion, options) =>
        call(chainId, options, () => store.state.put(chainId, name, bytes, expectedVersion, options)),
    },
    close: () => store.close(),
    ...(lines && { lines: (chainId, range) => lines.call(store, chainId, range) }),
    ...(query && { query: (given) => query.call(store, given) }),
    ...(prune && {
      prune: (chainId, beforeSeq, through, options) =>
        call(chainId, options, () => prune.call(store, chainId, beforeSeq, through, options)),
    }),
    ...(eraseDetails && {
      eraseDetails: (chainId, receiptId, options) =>
        call(chainId, options, () => eraseDetails.call(store, chainId, receiptId, options)),
    }),
    // waiting for a turn is not silence
    ...(lease && { lease: (chainId, ttlMs, options) => lease.call(store, chainId, ttlMs, options) }),
    ...(status && { status: (options) => status.call(store, options) }),
  } satisfies ReceiptStore
}
