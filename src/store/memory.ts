import { type HeadRef, QuittanceError } from '../errors.js'
import { textsOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import {
  checkAppend,
  checkChainId,
  checkPrune,
  checkQuery,
  checkRange,
  checkStateName,
  checkStateValue,
} from './checks.js'
import { storeClosed } from './closed.js'
import { frozenFrom, frozenReceipt } from './frozen.js'
import { conflict, planAppend, refOf } from './plan.js'
import { filterReceipts } from './query.js'
import { stateConflict } from './state-conflict.js'
import type { ReceiptQuery, ReceiptStore, SeqRange, StateValue, StoreOptions } from './store.js'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** The most receipts held, over all chains; the next append is refused with `STORE_FULL`. Default 1,000,000. */
  readonly maxReceipts?: number | undefined
}

interface Entry {
  readonly receipt: DecisionReceipt
  readonly line: string
}

interface Chain {
  /** Gap-free from `first`. Replaced by `prune`, so that whoever reads the old one goes on undisturbed. */
  entries: Entry[]
  first: number
  /** Where each id stands. */
  readonly seqs: Map<string, number>
}

/**
 * Keeps receipts in this process: for tests, demos and short-lived programs. Nothing survives the process.
 *
 * It is bounded by an error and never forgets by itself. Every call decides in one turn of the event loop, so that
 * any number of concurrent callers is safe; it uses no timer.
 *
 * @param options - `maxReceipts`
 * @returns the store; `durable` is false
 * @throws RangeError when `maxReceipts` is not a positive integer
 * @example
 * ```ts
 * import { memoryStore } from 'quittance/store/memory'
 * const store = memoryStore({ maxReceipts: 10_000 })
 * ```
 */
export function memoryStore(options: MemoryStoreOptions = {}): ReceiptStore {
  const { maxReceipts = 1_000_000 } = options
  if (!Number.isSafeInteger(maxReceipts) || maxReceipts < 1)
    throw new RangeError('maxReceipts must be a positive integer')

  const chains = new Map<string, Chain>()
  const states = new Map<string, StateValue>()
  let held = 0
  let closed = false

  const enter = (given: StoreOptions | undefined): void => {
    if (closed) throw storeClosed()
    given?.signal?.throwIfAborted()
  }

  const find = (chain: Chain | undefined, receiptId: string): Entry | undefined => {
    const seq = chain?.seqs.get(receiptId)
    return chain === undefined || seq === undefined ? undefined : chain.entries[seq - chain.first]
  }

  async function* entriesOf(chainId: string, range: SeqRange): AsyncGenerator<Entry, void, undefined> {
    checkChainId(chainId)
    checkRange(range)
    enter(range)
    const chain = chains.get(chainId)
    if (chain === undefined) return
    const { entries, first } = chain
    const end = Math.min(entries.length, (range.toSeq ?? Number.MAX_SAFE_INTEGER) - first + 1)
    for (let index = Math.max(0, (range.fromSeq ?? 0) - first); index < end; index += 1) {
      enter(range)
      yield entries[index] as Entry
    }
  }

  async function* read(chainId: string, range: SeqRange = {}): AsyncGenerator<DecisionReceipt, void, undefined> {
    for await (const entry of entriesOf(chainId, range)) yield entry.receipt
  }

  return {
    durable: false,

    async head(chainId, given) {
      checkChainId(chainId)
      enter(given)
      return chains.get(chainId)?.entries.at(-1)?.receipt
    },

    async append(chainId: string, receipts: readonly DecisionReceipt[], expected: HeadRef | undefined, given) {
      const batch = checkAppend(chainId, receipts, expected)
      enter(given)
      const known = chains.get(chainId)
      const behind = known === undefined && given?.afterPruned ? expected : undefined
      const first = behind === undefined ? 0 : behind.seq + 1
      const chain = known ?? { entries: [], first, seqs: new Map<string, number>() }
      const head = chain.entries.at(-1)?.receipt
      const plan = planAppend(chainId, batch, {
        head: head ? refOf(head) : behind,
        seqOf: (receiptId) => chain.seqs.get(receiptId),
        lineAt: (seq) => chain.entries[seq - chain.first]?.line,
      })
      if (plan.kind === 'refuse') throw plan.error
      const count = receipts.length - plan.from
      if (held + count > maxReceipts) {
        throw new QuittanceError('STORE_FULL', `the store holds ${held} receipts and may hold ${maxReceipts}`, {
          details: { chainId, outcome: 'absent' },
        })
      }
      const fresh = receipts.slice(plan.from).map((receipt, index): Entry => {
        const line = batch.lines[plan.from + index] as string
        return { receipt: frozenReceipt(receipt, line), line }
      })
      for (const entry of fresh) {
        chain.entries.push(entry)
        chain.seqs.set(entry.receipt.receiptId, entry.receipt.seq)
      }
      held += count
      if (known === undefined) chains.set(chainId, chain)
    },

    async get(chainId, receiptId, given) {
      checkChainId(chainId)
      enter(given)
      return find(chains.get(chainId), receiptId)?.receipt
    },

    read,

    async *lines(chainId, range = {}) {
      for await (const entry of entriesOf(chainId, range)) yield entry.line
    },

    async *query(query: ReceiptQuery) {
      checkQuery(query)
      yield* filterReceipts(read(query.chainId, { signal: query.signal }), query)
    },

    async *chains(given) {
      enter(given)
      for (const chainId of [...chains.keys()]) {
        enter(given)
        yield chainId
      }
    },

    async bounds(chainId, given) {
      checkChainId(chainId)
      enter(given)
      const chain = chains.get(chainId)
      return chain && { first: chain.first, last: chain.first + chain.entries.length - 1 }
    },

    async prune(chainId, beforeSeq, through, given) {
      checkPrune(chainId, beforeSeq, through)
      enter(given)
      const chain = chains.get(chainId)
      if (chain === undefined || beforeSeq <= chain.first) return 0
      const count = beforeSeq - chain.first
      if (count >= chain.entries.length) throw new RangeError('beforeSeq would empty the chain')
      const last = (chain.entries[count - 1] as Entry).receipt
      if (last.receiptHash !== through.receiptHash) throw conflict(chainId, through, refOf(last))
      for (const { receipt } of chain.entries.slice(0, count)) chain.seqs.delete(receipt.receiptId)
      chain.entries = chain.entries.slice(count)
      chain.first = beforeSeq
      held -= count
      return count
    },

    async eraseDetails(chainId, receiptId, given) {
      checkChainId(chainId)
      enter(given)
      const chain = chains.get(chainId)
      const entry = find(chain, receiptId)
      if (chain === undefined || entry === undefined || entry.receipt.details === undefined) return false
      const { details: _, ...rest } = entry.receipt
      const { line } = textsOf(rest)
      // in place, so that a reader under way no longer meets the erased text
      chain.entries[entry.receipt.seq - chain.first] = { receipt: frozenFrom(line), line }
      return true
    },

    async status(given) {
      enter(given)
      if (held < maxReceipts) return { durability: 'process', writable: true }
      return { durability: 'process', writable: false, refusal: 'STORE_FULL' }
    },

    state: {
      async get(chainId, name, given) {
        checkStateName(chainId, name)
        enter(given)
        const value = states.get(`${chainId}\n${name}`)
        return value && { bytes: value.bytes.slice(), version: value.version }
      },
      async put(chainId, name, bytes, expectedVersion, given) {
        checkStateName(chainId, name)
        checkStateValue(bytes, expectedVersion)
        enter(given)
        const key = `${chainId}\n${name}`
        const actual = states.get(key)?.version ?? 0
        if (actual !== expectedVersion) throw stateConflict(chainId, expectedVersion, actual)
        const version = actual + 1
        states.set(key, { bytes: bytes.slice(), version })
        return version
      },
    },

    async close() {
      closed = true
      chains.clear()
      states.clear()
    },
  }
}
