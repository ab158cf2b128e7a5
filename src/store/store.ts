import type { ErrorCode, HeadRef } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'

/** Options that every method of a store takes. */
export interface StoreOptions {
  /** Gives up waiting: the call rejects with the signal's reason. Of an `append` that had begun the outcome is then unknown. */
  readonly signal?: AbortSignal | undefined
}

/** Options of `append`. */
export interface StoreAppendOptions extends StoreOptions {
  /**
   * The receipts come from another store, in which `expected` and all before it were pruned. Where the chain is empty here
   * it then begins behind `expected`, as if it had been pruned here; where it is not, nothing is different. For `copy`
   * alone: whoever seals receipts never says so.
   */
  readonly afterPruned?: boolean | undefined
}

/** A range of sequence numbers, both ends inclusive; an absent end is the first or last held. */
export interface SeqRange extends StoreOptions {
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
}

/** What to look for in a chain; all that is given must match. */
export interface ReceiptQuery extends StoreOptions {
  readonly chainId: string
  readonly traceId?: string | undefined
  readonly sessionId?: string | undefined
  readonly subjectId?: string | undefined
  readonly action?: string | undefined
  readonly eventType?: string | undefined
  /** Inclusive, by `timestamp`. */
  readonly from?: string | undefined
  /** Exclusive, by `timestamp`. */
  readonly to?: string | undefined
  readonly limit?: number | undefined
}

/** A small named value beside a chain, with the version that the next `put` must name. */
export interface StateValue {
  readonly bytes: Uint8Array
  readonly version: number
}

/** Small values beside a chain: the acknowledged head, checkpoints, the Merkle frontier, holds. Never the truth about receipts. */
export interface StoreState {
  /**
   * @param chainId - the chain
   * @param name - 1-64 of `[a-z0-9-]`
   * @returns the value and its version, `undefined` where there is none
   */
  get(chainId: string, name: string, options?: StoreOptions): Promise<StateValue | undefined>
  /**
   * @param bytes - at most 64 KiB
   * @param expectedVersion - the version that was read; 0 where there was none
   * @returns the new version
   * @throws QuittanceError `STORE_STATE_CONFLICT` when another version stands there
   */
  put(
    chainId: string,
    name: string,
    bytes: Uint8Array,
    expectedVersion: number,
    options?: StoreOptions,
  ): Promise<number>
}

/** A turn to write, first come, first served. It expires alone; the compare-and-swap stays the fence. */
export interface Lease {
  release(): Promise<void>
}

/** What receipts have survived once `append` resolved. */
export type Durability =
  /** Nothing beyond this process. */
  | 'process'
  /** A crash of this process; the server holds them in memory. */
  | 'memory'
  /** The loss of the server that took them: others confirmed that they have them. */
  | 'replicated'
  /** A crash of the machine: they are on its disk. */
  | 'fsynced'

/** How a store stands now. */
export interface StoreStatus {
  readonly durability: Durability
  /** What the store was told to reach, where that can be more than it reaches now. */
  readonly asked?: Durability | undefined
  /** False where reads work and appends would be refused. */
  readonly writable: boolean
  /** Why not: the code that an append would be refused with, where that is known. */
  readonly refusal?: ErrorCode | undefined
  /** The store's own clock in milliseconds since 1970, where it has one. */
  readonly now?: number | undefined
}

/**
 * Where sealed receipts are kept. It appends by compare-and-swap and never edits.
 *
 * **Consistency.** The receipts of one chain have gap-free `seq`s from `bounds().first`. Of several concurrent
 * `append`s with the same `expected`, exactly one wins; the others reject with `STORE_CONFLICT`. An append is atomic for
 * readers: they see none or all of a batch. After `append` resolved, `head`, `get` and `read` of the same store show it.
 *
 * **Durability.** When `append` resolves, the receipts have survived what the driver says at its factory (memory: nothing
 * beyond the process; file: a crash of the machine, after `fdatasync`).
 *
 * **After a failure.** An `append` that rejects with `details.outcome: 'absent'` has left nothing. With `'unknown'`, or any
 * error that is not a `QuittanceError`, a prefix of the batch may be there: the caller drops its cached head, reads it
 * again and recognises its own `receiptId`s with `get`. Repeating the very same append is always safe: receipts that are
 * there, byte for byte at their seq (or with their `details` erased since), are a no-op, also behind a newer head; where
 * only the first of them are there, and the newest of those is the head, the rest is appended. After a crash a prefix of a
 * batch that was never acknowledged may remain.
 *
 * **Faults.** Each is a `QuittanceError`: `STORE_UNAVAILABLE` (retryable), `STORE_DURABILITY` (retryable: stored, not yet as
 * durable as asked), `STORE_IO`, `STORE_FULL`, `STORE_PERMISSION`, `STORE_TLS`, `STORE_UNSAFE`, `STORE_LOCKED`, `STORE_CORRUPT`, `STORE_CLOSED` (every call after `close`). Shared code never asks a driver's name.
 * Arguments that can't be right (a chain id, seq, time or name that none can have) are a RangeError that names them.
 */
export interface ReceiptStore {
  /** True where the receipts outlive the process. */
  readonly durable: boolean
  /** @returns the newest receipt, whole; `undefined` where the chain is empty */
  head(chainId: string, options?: StoreOptions): Promise<DecisionReceipt | undefined>
  /**
   * Appends if the head is still `expected`.
   *
   * @param receipts - at least one; consecutive `seq`s from `expected.seq + 1` (0 where undefined), linked to each other
   * @param expected - the head that the first links to; `undefined` for an empty chain
   * @throws QuittanceError `STORE_CONFLICT` with `details.actual`; `STORE_ID_EXISTS` where a `receiptId` stands at another
   *   seq (`details.seq`) although the head is the expected one
   * @throws RangeError when the receipts are not consecutive or not of this chain
   */
  append(
    chainId: string,
    receipts: readonly DecisionReceipt[],
    expected: HeadRef | undefined,
    options?: StoreAppendOptions,
  ): Promise<void>
  /** @returns the receipt of that id, `undefined` where this chain has none */
  get(chainId: string, receiptId: string, options?: StoreOptions): Promise<DecisionReceipt | undefined>
  /** Ascending, gap-free, in constant memory: a snapshot of what was there when it began, or more. */
  read(chainId: string, range?: SeqRange): AsyncIterable<DecisionReceipt>
  /** As `read`, but the lines as they are stored, without the newline: what a verifier prefers. */
  lines?(chainId: string, range?: SeqRange): AsyncIterable<string>
  /** Ascending. Where it is absent, callers filter `read`. */
  query?(query: ReceiptQuery): AsyncIterable<DecisionReceipt>
  /** Every chain that holds a receipt, once, in no stated order. A state value alone does not count. */
  chains(options?: StoreOptions): AsyncIterable<string>
  /** @returns the lowest and highest seq still held, `undefined` where the chain is empty */
  bounds(
    chainId: string,
    options?: StoreOptions,
  ): Promise<{ readonly first: number; readonly last: number } | undefined>
  /**
   * Removes every receipt before `beforeSeq`. Without a trace only here: the ledger's `prune` records it first.
   *
   * @param through - the last receipt that goes, as the caller knows it: its seq is `beforeSeq - 1`
   * @returns how many went; 0 when they were gone already, or the chain is empty
   * @throws QuittanceError `STORE_CONFLICT` when another receipt stands at that seq (`details.actual`)
   * @throws RangeError when it would empty the chain
   */
  prune?(chainId: string, beforeSeq: number, through: HeadRef, options?: StoreOptions): Promise<number>
  /**
   * Removes the `details` of one receipt; hash, link and signature still hold. The ledger's `eraseDetails` records it first.
   *
   * @returns false where there was no such receipt or it had no details
   */
  eraseDetails?(chainId: string, receiptId: string, options?: StoreOptions): Promise<boolean>
  readonly state: StoreState
  /** Waits for a turn to write, at most `ttlMs`. */
  lease?(chainId: string, ttlMs: number, options?: StoreOptions): Promise<Lease>
  /**
   * Asks how the store stands, without writing a receipt.
   *
   * @throws QuittanceError as a read; `STORE_UNSAFE` where it is configured so that receipts can be lost
   */
  status?(options?: StoreOptions): Promise<StoreStatus>
  /** Finishes what was begun and lets go of files and sockets it opened itself. Idempotent. */
  close(): Promise<void>
}
