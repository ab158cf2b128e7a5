/** The newest receipt that callers were told is durable: what a store must never go back behind. */
import type { HeadRef } from '../errors.js'
import { inOnePiece } from '../primitives/one-piece.js'
import { lineOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { type Cell, type CellKind, createCell } from './state-cell.js'

/** An acknowledged receipt, as it is remembered beside the chain. */
export interface AcknowledgedHead extends HeadRef {
  readonly receiptId: string
  /** How often the chain went on after receipts had been lost: a later life counts more than a higher seq. */
  readonly rollbacks: number
}

/** How many receipts of one chain are kept in memory to be restored, and of all chains together. */
const MAX_PER_CHAIN = 256
const MAX_IN_ALL = 8_192

/**
 * Receipts that are kept to be restored, as they became durable together: their lines alone, because a receipt as it was
 * sealed keeps ten times its size from the garbage collector.
 */
interface Run {
  /** The last seq. */
  readonly last: number
  lines: readonly string[]
}

/** The receipts that are kept; the chain that was written longest ago is forgotten first. */
export interface RecentReceipts {
  /** @returns how many are new */
  add(chainId: string, receipts: readonly DecisionReceipt[]): number
  /** How many are kept of a chain. */
  count(chainId: string): number
  /** The newest receipts of a chain, oldest first, with gaps where others wrote in between. */
  of(chainId: string): readonly DecisionReceipt[]
  find(chainId: string, receiptHash: string): DecisionReceipt | undefined
  /** Forgets the free text of one, so that it can't come back when receipts are restored. */
  eraseDetails(chainId: string, receiptId: string): void
  forget(chainId: string): void
}

function runOf(receipts: readonly DecisionReceipt[]): Run {
  return { last: receipts.at(-1)?.seq ?? 0, lines: receipts.map((receipt) => inOnePiece(lineOf(receipt))) }
}

const receiptOf = (line: string): DecisionReceipt => JSON.parse(line) as DecisionReceipt

const receiptsOf = ({ lines }: Run): DecisionReceipt[] => lines.map(receiptOf)

/** What is kept of one chain. */
interface OfChain {
  runs: Run[]
  count: number
}

/** Forgets the oldest, so that at most so many are left. */
function shorten(chain: OfChain, most: number): void {
  while (chain.count > most) {
    const oldest = chain.runs[0] as Run
    const over = chain.count - most
    if (over < oldest.lines.length) {
      oldest.lines = oldest.lines.slice(over)
      chain.count = most
      return
    }
    chain.runs.shift()
    chain.count -= oldest.lines.length
  }
}

/** @returns the memory of a whole ledger */
export function createRecent(): RecentReceipts {
  const chains = new Map<string, OfChain>()
  /** Goes on from what it gave last, which is always forgotten: looked for from the beginning, the holes would be passed each time. */
  const oldest = chains.keys()
  let total = 0

  const forget = (chainId: string): void => {
    total -= chains.get(chainId)?.count ?? 0
    chains.delete(chainId)
  }

  const all = (chainId: string): DecisionReceipt[] => chains.get(chainId)?.runs.flatMap(receiptsOf) ?? []

  return {
    add(chainId, receipts) {
      const first = receipts[0]?.seq ?? 0
      const known = chains.get(chainId)
      const before = known?.runs.at(-1)?.last
      if (before !== undefined && first <= before) return 0
      const chain = known ?? { runs: [], count: 0 }
      total -= chain.count
      chain.runs.push(runOf(receipts))
      chain.count += receipts.length
      shorten(chain, MAX_PER_CHAIN)
      total += chain.count
      chains.delete(chainId)
      chains.set(chainId, chain)
      while (total > MAX_IN_ALL && chains.size > 1) forget(oldest.next().value as string)
      return receipts.length
    },
    count: (chainId) => chains.get(chainId)?.count ?? 0,
    eraseDetails(chainId, receiptId) {
      const chain = chains.get(chainId)
      if (chain === undefined) return
      const receipts = all(chainId)
      const index = receipts.findIndex((one) => one.receiptId === receiptId)
      const found = receipts[index]
      if (found === undefined) return
      const { details: _, ...rest } = found
      receipts[index] = rest
      chain.runs = [runOf(receipts)]
    },
    of: all,
    find(chainId, receiptHash) {
      // the hash may stand in a link as well: only what has it is read
      for (const run of chains.get(chainId)?.runs.toReversed() ?? []) {
        for (const line of run.lines) {
          if (!line.includes(`"receiptHash":"${receiptHash}"`)) continue
          const found = receiptOf(line)
          if (found.receiptHash === receiptHash) return found
        }
      }
      return undefined
    },
    forget,
  }
}

/** What a ledger remembers of one chain. */
export interface Acknowledged {
  readonly head: AcknowledgedHead | undefined
  /** What an earlier process, or another, left to be remembered: it is not held against this one alone. */
  readonly inherited: AcknowledgedHead | undefined
  /** Reads what was remembered by an earlier process, once. */
  load(signal?: AbortSignal): Promise<void>
  /** Reads it again: another writer may have gone on after receipts had been lost. */
  reload(signal?: AbortSignal): Promise<void>
  /** Takes note of receipts that are durable, oldest first. */
  note(receipts: readonly DecisionReceipt[]): void
  /** Says that the chain goes on from another head: `note` then counts more than what was remembered. */
  startOver(): void
  /** The newest that this ledger wrote, oldest first, with gaps where others did. */
  recent(): readonly DecisionReceipt[]
  /** Whether `recent` is all that this ledger wrote. */
  readonly whole: boolean
  /** @returns one of the recent receipts, by its hash */
  find(receiptHash: string): DecisionReceipt | undefined
  flush(): Promise<void>
  readonly clean: boolean
}

const isHead = (json: unknown): json is AcknowledgedHead => {
  const head = json as Partial<AcknowledgedHead> | null
  return (
    typeof head === 'object' &&
    head !== null &&
    Number.isSafeInteger(head.seq) &&
    Number.isSafeInteger(head.rollbacks) &&
    typeof head.receiptId === 'string' &&
    typeof head.receiptHash === 'string'
  )
}

const newer = (one: AcknowledgedHead, other: AcknowledgedHead): AcknowledgedHead => {
  if (one.rollbacks !== other.rollbacks) return one.rollbacks > other.rollbacks ? one : other
  return one.seq >= other.seq ? one : other
}

const kind: CellKind<AcknowledgedHead> = {
  name: 'acknowledged',
  read: (json) => (isHead(json) ? json : undefined),
  merge: newer,
  same: (one, other) => one.receiptHash === other.receiptHash && one.rollbacks === other.rollbacks,
  paceMs: 100,
}

/**
 * @param store - the ledger's; what is remembered is written only where it outlives the process
 * @param chainId - the chain
 * @param recent - the ledger's memory of whole receipts
 * @param warn - hears of a write that failed
 * @returns what is remembered of the chain
 */
export function createAcknowledged(
  store: ReceiptStore,
  chainId: string,
  recent: RecentReceipts,
  warn: (error: unknown) => void,
): Acknowledged {
  const cell: Cell<AcknowledgedHead> | undefined = store.durable ? createCell(store, chainId, kind, warn) : undefined
  let loaded = cell === undefined
  let head: AcknowledgedHead | undefined
  let inherited: AcknowledgedHead | undefined
  let rollbacks = 0
  /** How many were taken note of. */
  let noted = 0

  return {
    get head() {
      return head
    },
    get inherited() {
      return inherited
    },
    get whole() {
      return noted <= MAX_PER_CHAIN && recent.count(chainId) === noted
    },
    get clean() {
      return cell?.clean ?? true
    },
    async load(signal) {
      if (loaded) return
      const found = await cell?.load(signal)
      loaded = true
      if (found === undefined || (head !== undefined && newer(head, found) === head)) return
      head = found
      inherited = found
      rollbacks = found.rollbacks
    },
    async reload(signal) {
      const found = await cell?.load(signal)
      if (found === undefined || found.rollbacks <= rollbacks) return
      // what this ledger wrote itself is held against the store all the same
      if (head === inherited) head = found
      inherited = found
      rollbacks = found.rollbacks
    },
    note(receipts) {
      const last = receipts.at(-1)
      if (last === undefined) return
      noted += recent.add(chainId, receipts)
      const next = { seq: last.seq, receiptId: last.receiptId, receiptHash: last.receiptHash, rollbacks }
      if (head !== undefined && newer(head, next) === head) return
      head = next
      cell?.set(next)
    },
    startOver() {
      rollbacks = (head?.rollbacks ?? 0) + 1
      inherited = undefined
      noted = 0
      recent.forget(chainId)
    },
    recent: () => recent.of(chainId),
    find: (receiptHash) => recent.find(chainId, receiptHash),
    flush: async () => cell?.flush(),
  }
}
