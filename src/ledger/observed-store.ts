/** A store whose calls are timed where anybody listens. */
import type { ReceiptStore, SeqRange } from '../store/store.js'
import type { Events } from './events.js'
import type { LedgerEvents } from './types.js'

type Operation = LedgerEvents['stored']['operation']

/**
 * Wraps a store so that each call of the ledger is a `stored` event, told when it ended. Of a read only the waiting
 * counts, not what is done with the receipts; of a `lease` the waiting for the turn. While nobody listens, a call costs
 * what it costs without.
 *
 * @param store - does the work
 * @param events - the ledger's
 * @returns a store of the same optional parts
 */
export function observedStore(store: ReceiptStore, events: Events): ReceiptStore {
  const tell = (operation: Operation, chainId: string, durationMs: number, failed: readonly [unknown] | []): void => {
    events.emit('stored', { operation, chainId, durationMs, ...(failed.length === 0 ? {} : { error: failed[0] }) })
  }

  const timed = async <T>(operation: Operation, chainId: string, work: () => Promise<T>): Promise<T> => {
    const since = performance.now()
    try {
      const result = await work()
      tell(operation, chainId, performance.now() - since, [])
      return result
    } catch (error) {
      tell(operation, chainId, performance.now() - since, [error])
      throw error
    }
  }

  const call = <T>(operation: Operation, chainId: string, work: () => Promise<T>): Promise<T> =>
    events.heard('stored') ? timed(operation, chainId, work) : work()

  async function* timedRead<T>(chainId: string, items: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
    const iterator = items[Symbol.asyncIterator]()
    let durationMs = 0
    let failed: readonly [unknown] | [] = []
    const waited = async <R>(work: Promise<R>): Promise<R> => {
      const since = performance.now()
      try {
        return await work
      } catch (error) {
        failed = [error]
        throw error
      } finally {
        durationMs += performance.now() - since
      }
    }
    let left = true
    try {
      for (;;) {
        const next = await waited(iterator.next())
        if (next.done) {
          left = false
          return
        }
        yield next.value
      }
    } finally {
      // the reader stopped early: the store may have something to close
      if (left && failed.length === 0) await iterator.return?.()
      tell('read', chainId, durationMs, failed)
    }
  }

  const { lines, query, prune, eraseDetails, lease, status } = store
  return {
    durable: store.durable,
    head: (chainId, options) => call('head', chainId, () => store.head(chainId, options)),
    append: (chainId, receipts, expected, options) =>
      call('append', chainId, () => store.append(chainId, receipts, expected, options)),
    get: (chainId, receiptId, options) => call('get', chainId, () => store.get(chainId, receiptId, options)),
    read(chainId: string, range?: SeqRange) {
      const receipts = store.read(chainId, range)
      return events.heard('stored') ? timedRead(chainId, receipts) : receipts
    },
    chains: (options) => store.chains(options),
    bounds: (chainId, options) => call('bounds', chainId, () => store.bounds(chainId, options)),
    state: {
      get: (chainId, name, options) => call('state', chainId, () => store.state.get(chainId, name, options)),
      put: (chainId, name, bytes, expectedVersion, options) =>
        call('state', chainId, () => store.state.put(chainId, name, bytes, expectedVersion, options)),
    },
    close: () => store.close(),
    ...(lines && { lines: (chainId, range) => lines.call(store, chainId, range) }),
    ...(query && { query: (given) => query.call(store, given) }),
    ...(prune && {
      prune: (chainId, beforeSeq, through, options) =>
        call('prune', chainId, () => prune.call(store, chainId, beforeSeq, through, options)),
    }),
    ...(eraseDetails && {
      eraseDetails: (chainId, receiptId, options) =>
        call('erase', chainId, () => eraseDetails.call(store, chainId, receiptId, options)),
    }),
    ...(lease && {
      lease: (chainId, ttlMs, options) => call('lease', chainId, () => lease.call(store, chainId, ttlMs, options)),
    }),
    ...(status && { status: (options) => status.call(store, options) }),
  } satisfies ReceiptStore
}
