import { QuittanceError } from '../errors.js'
import type { ReceiptStore, StoreOptions } from '../store/store.js'

/** The calls of a store that can be made to fail. */
export type StoreMethod =
  | 'head'
  | 'append'
  | 'get'
  | 'read'
  | 'lines'
  | 'query'
  | 'chains'
  | 'bounds'
  | 'prune'
  | 'eraseDetails'
  | 'lease'
  | 'status'
  | 'state.get'
  | 'state.put'
  | 'close'

/** What goes wrong with one call. */
export type Fault =
  /** Fails, and nothing was done. */
  | { readonly kind: 'before'; readonly error?: unknown }
  /** Is done, and fails all the same: the answer was lost. A read fails behind its last item. */
  | { readonly kind: 'after'; readonly error?: unknown }
  /** An append of which only the first `count` receipts are done, or a read that breaks off behind `count` items; then it fails. */
  | { readonly kind: 'partial'; readonly count: number; readonly error?: unknown }
  /** Never answers; the call's signal or the store's `close` ends the waiting. With `done` it is done before. */
  | { readonly kind: 'hang'; readonly done?: boolean | undefined }
  /** Waits, then goes on as if nothing had been. */
  | { readonly kind: 'delay'; readonly ms: number }

/** A fault for one call (counted from 1, for each method by itself) or for every call of a method. */
export type PlannedFault = Fault & { readonly method: StoreMethod; readonly call: number | 'every' }

/** One call that was made. */
export interface StoreCall {
  readonly method: StoreMethod
  /** 1 for the first of this method. */
  readonly number: number
  readonly chainId?: string | undefined
  /** What the plan did to it. */
  readonly fault?: Fault['kind'] | undefined
}

/** A list, or a function that is asked at each call. */
export type FaultPlan = readonly PlannedFault[] | ((call: Omit<StoreCall, 'fault'>) => Fault | undefined)

/** A store whose calls fail as planned. */
export type FaultyStore = ReceiptStore & {
  /** Every call so far, oldest first. */
  readonly calls: readonly StoreCall[]
}

/** The error that a plan gets where it names none: the caller can't tell from it whether the call was done. */
function unavailable(method: StoreMethod, chainId: string | undefined): QuittanceError {
  return new QuittanceError('STORE_UNAVAILABLE', `planned fault of ${method}`, {
    details: { outcome: 'unknown', retryable: true, reason: 'planned-fault', chainId },
  })
}

/**
 * Wraps a store so that chosen calls fail, in both forms: not done, and done though it failed. For testing what stands
 * on a store.
 *
 * @param store - the store that does the work
 * @param plan - which calls fail, and how; where a list names a call twice the first counts
 * @returns a store of the same optional parts, with a record of its calls
 * @example
 * ```ts
 * import { memoryStore } from 'quittance/store/memory'
 * import { faultyStore } from 'quittance/testing'
 *
 * // the first append is done, but its caller is told that it failed
 * const store = faultyStore(memoryStore(), [{ method: 'append', call: 1, kind: 'after' }])
 * ```
 */
export function faultyStore(store: ReceiptStore, plan: FaultPlan): FaultyStore {
  const calls: StoreCall[] = []
  const counts = new Map<StoreMethod, number>()
  const closing = new AbortController()

  const enter = (method: StoreMethod, chainId?: string): Fault | undefined => {
    const number = (counts.get(method) ?? 0) + 1
    counts.set(method, number)
    const call = { method, number, ...(chainId === undefined ? {} : { chainId }) }
    const fault =
      typeof plan === 'function'
        ? plan(call)
        : plan.find((one) => one.method === method && (one.call === 'every' || one.call === number))
    calls.push(fault === undefined ? call : { ...call, fault: fault.kind })
    return fault
  }

  const errorOf = (fault: { readonly error?: unknown }, method: StoreMethod, chainId: string | undefined): unknown =>
    fault.error === undefined ? unavailable(method, chainId) : fault.error

  /** Waits for a time or for ever; a signal or `close` ends it with an error. */
  const wait = (ms: number | undefined, signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const ends = [closing.signal, ...(signal === undefined ? [] : [signal])]
      const timer = ms === undefined ? undefined : setTimeout(() => settle(resolve), ms)
      const onAbort = () => settle(() => reject(ends.find((one) => one.aborted)?.reason))
      const settle = (how: () => void) => {
        clearTimeout(timer)
        for (const end of ends) end.removeEventListener('abort', onAbort)
        how()
      }
      for (const end of ends) end.addEventListener('abort', onAbort)
      if (ends.some((one) => one.aborted)) onAbort()
    })

  const call = async <T>(
    method: StoreMethod,
    chainId: string | undefined,
    options: StoreOptions | undefined,
    run: () => Promise<T>,
    part?: (count: number) => Promise<unknown>,
  ): Promise<T> => {
    const fault = enter(method, chainId)
    switch (fault?.kind) {
      case undefined:
        return run()
      case 'before':
        throw errorOf(fault, method, chainId)
      case 'after':
        await run()
        throw errorOf(fault, method, chainId)
      case 'partial':
        if (part === undefined) throw new TypeError(`plan: ${method} can't be done in part`)
        if (fault.count > 0) await part(fault.count)
        throw errorOf(fault, method, chainId)
      case 'delay':
        await wait(fault.ms, options?.signal)
        return run()
      case 'hang':
        if (fault.done) await run()
        await wait(undefined, options?.signal)
        throw new Error('unreachable: a wait without end only rejects')
    }
  }

  async function* iterate<T>(
    method: StoreMethod,
    chainId: string | undefined,
    options: StoreOptions | undefined,
    run: () => AsyncIterable<T>,
  ): AsyncGenerator<T, void, undefined> {
    const fault = enter(method, chainId)
    if (fault?.kind === 'before') throw errorOf(fault, method, chainId)
    if (fault?.kind === 'delay') await wait(fault.ms, options?.signal)
    if (fault?.kind === 'hang' && !fault.done) await wait(undefined, options?.signal)
    let left = fault?.kind === 'partial' ? fault.count : Number.POSITIVE_INFINITY
    if (left > 0) {
      for await (const item of run()) {
        yield item
        left -= 1
        if (left <= 0) break
      }
    }
    if (fault?.kind === 'hang') await wait(undefined, options?.signal)
    if (fault?.kind === 'after' || fault?.kind === 'partial') throw errorOf(fault, method, chainId)
  }

  const { lines, query, prune, eraseDetails, lease, status } = store
  return {
    calls,
    durable: store.durable,
    head: (chainId, options) => call('head', chainId, options, () => store.head(chainId, options)),
    append: (chainId, receipts, expected, options) =>
      call(
        'append',
        chainId,
        options,
        () => store.append(chainId, receipts, expected, options),
        (count) => store.append(chainId, receipts.slice(0, count), expected, options),
      ),
    get: (chainId, receiptId, options) => call('get', chainId, options, () => store.get(chainId, receiptId, options)),
    read: (chainId, range) => iterate('read', chainId, range, () => store.read(chainId, range)),
    chains: (options) => iterate('chains', undefined, options, () => store.chains(options)),
    bounds: (chainId, options) => call('bounds', chainId, options, () => store.bounds(chainId, options)),
    state: {
      get: (chainId, name, options) =>
        call('state.get', chainId, options, () => store.state.get(chainId, name, options)),
      put: (chainId, name, bytes, expectedVersion, options) =>
        call('state.put', chainId, options, () => store.state.put(chainId, name, bytes, expectedVersion, options)),
    },
    close: () =>
      call('close', undefined, undefined, () => {
        closing.abort(new QuittanceError('STORE_CLOSED', 'the store was closed', { details: { outcome: 'unknown' } }))
        return store.close()
      }),
    ...(lines && {
      lines: (chainId, range) => iterate('lines', chainId, range, () => lines.call(store, chainId, range)),
    }),
    ...(query && { query: (given) => iterate('query', given.chainId, given, () => query.call(store, given)) }),
    ...(prune && {
      prune: (chainId, beforeSeq, through, options) =>
        call('prune', chainId, options, () => prune.call(store, chainId, beforeSeq, through, options)),
    }),
    ...(eraseDetails && {
      eraseDetails: (chainId, receiptId, options) =>
        call('eraseDetails', chainId, options, () => eraseDetails.call(store, chainId, receiptId, options)),
    }),
    ...(lease && {
      lease: (chainId, ttlMs, options) =>
        call('lease', chainId, options, () => lease.call(store, chainId, ttlMs, options)),
    }),
    ...(status && { status: (options) => call('status', undefined, options, () => status.call(store, options)) }),
  } satisfies FaultyStore
}
