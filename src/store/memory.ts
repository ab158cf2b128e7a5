import { type HeadRef, QuittanceError } from '../errors.js'
import { inOnePiece } from '../primitives/one-piece.js'
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
import { frozenFrom } from './frozen.js'
import { conflict, planAppend, refOf } from './plan.js'
import { filterReceipts } from './query.js'
import { stateConflict } from './state-conflict.js'
import type { ReceiptQuery, ReceiptStore, SeqRange, StateValue, StoreOptions } from './store.js'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** The most receipts held, over all chains; the next append is refused with `STORE_FULL`. Default 1,000,000. */
  readonly maxReceipts?: number | undefined
}

interface Chain {
  /**
   * The line of each receipt, gap-free from `first`. Replaced by `prune`, so that whoever reads the old one goes on
   * undisturbed. A line takes a third of what its object would, and one that nobody reads is never made an object.
   */
  lines: string[]
  first: number
  /** What the next receipt must link to. */
  head: HeadRef
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

  const find = (chain: Chain | undefined, receiptId: string): string | undefined => {
    const seq = chain?.seqs.get(receiptId)
    return chain === undefined || seq === undefined ? undefined : chain.lines[seq - chain.first]
  }

  async function* linesOf(chainId: string, range: SeqRange): AsyncGenerator<string, void, undefined> {
    checkChainId(chainId)
    checkRange(range)
    enter(range)
    const chain = chains.get(chainId)
    if (chain === undefined) return
    const { lines, first } = chain
    const end = Math.min(lines.length, (range.toSeq ?? Number.MAX_SAFE_INTEGER) - first + 1)
    for (let index = Math.max(0, (range.fromSeq ?? 0) - first); index < end; index += 1) {
      enter(range)
      yield lines[index] as string
    }
  }

  async function* read(chainId: string, range: SeqRange = {}): AsyncGenerator<DecisionReceipt, void, undefined> {
    for await (const line of linesOf(chainId, range)) yield frozenFrom(line)
  }

  return {
    durable: false,

    async head(chainId, given) {
      checkChainId(chainId)
      enter(given)
      const line = chains.get(chainId)?.lines.at(-1)
      return line === undefined ? undefined : frozenFrom(line)
    },

    async append(chainId: string, receipts: readonly DecisionReceipt[], expected: HeadRef | undefined, given) {
      const batch = checkAppend(chainId, receipts, expected)
      enter(given)
      const known = chains.get(chainId)
      const behind = known === undefined && given?.afterPruned ? expected : undefined
      const first = behind === undefined ? 0 : behind.seq + 1
      const plan = planAppend(chainId, batch, {
        head: known ? known.head : behind,
        seqOf: (receiptId) => known?.seqs.get(receiptId),
        lineAt: (seq) => known?.lines[seq - known.first],
      })
      if (plan.kind === 'refuse') throw plan.error
      const count = receipts.length - plan.from
      if (held + count > maxReceipts) {
        throw new QuittanceError('STORE_FULL', `the store holds ${held} receipts and may hold ${maxReceipts}`, {
          details: { chainId, outcome: 'absent' },
        })
      }
      if (count === 0) return
      const head = refOf(receipts.at(-1) as DecisionReceipt)
      const chain = known ?? { lines: [], first, head, seqs: new Map<string, number>() }
      for (let index = plan.from; index < receipts.length; index += 1) {
        const { receiptId, seq } = receipts[index] as DecisionReceipt
        chain.lines.push(inOnePiece(batch.lines[index] as string))
        chain.seqs.set(receiptId, seq)
      }
      chain.head = head
      held += count
      if (known === undefined) chains.set(chainId, chain)
    },

    async get(chainId, receiptId, given) {
      checkChainId(chainId)
      enter(given)
      const line = find(chains.get(chainId), receiptId)
      return line === undefined ? undefined : frozenFrom(line)
    },

    read,

    async *lines(chainId, range = {}) {
      yield* linesOf(chainId, range)
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
      return chain && { first: chain.first, last: chain.first + chain.lines.length - 1 }
    },

    async prune(chainId, beforeSeq, through, given) {
      checkPrune(chainId, beforeSeq, through)
      enter(given)
      const chain = chains.get(chainId)
      if (chain === undefined || beforeSeq <= chain.first) return 0
      const count = beforeSeq - chain.first
      if (count >= chain.lines.length) throw new RangeError('beforeSeq would empty the chain')
      const last = frozenFrom(chain.lines[count - 1] as string)
      if (last.receiptHash !== through.receiptHash) throw conflict(chainId, through, refOf(last))
      // in the order of their seqs
      for (const [receiptId, seq] of chain.seqs) {
        if (seq >= beforeSeq) break
        chain.seqs.delete(receiptId)
      }
      chain.lines = chain.lines.slice(count)
      chain.first = beforeSeq
      held -= count
      return count
    },

    async eraseDetails(chainId, receiptId, given) {
      checkChainId(chainId)
      enter(given)
      const chain = chains.get(chainId)
      const line = find(chain, receiptId)
      const receipt = line === undefined ? undefined : frozenFrom(line)
      if (chain === undefined || receipt?.details === undefined) return false
      const { details: _, ...rest } = receipt
      // in place, so that a reader under way no longer meets the erased text
      chain.lines[receipt.seq - chain.first] = textsOf(rest).line
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
