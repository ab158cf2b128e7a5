import type { KeyProvider, Signer } from '../keys/provider.js'
import type { DecisionReceipt, SystemEvent } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { type Acknowledged, createAcknowledged, type RecentReceipts } from './acknowledged.js'
import type { Slot } from './batch.js'
import type { Capacity } from './capacity.js'
import { type ChainKeys, createChainKeys } from './chain-keys.js'
import type { Environment } from './environment.js'
import type { Events } from './events.js'
import type { Keyrings } from './keyrings.js'
import type { Preparer } from './prepare.js'
import { createTurns, type Turns } from './turns.js'

/** What every chain of one ledger shares. */
export interface Parts {
  readonly store: ReceiptStore
  readonly environment: Environment
  readonly events: Events
  readonly keyrings: Keyrings
  readonly preparer: Preparer
  readonly recent: RecentReceipts
  readonly capacity: Capacity
  readonly retentionDays: number
  /** Why `retentionDays` may be below the floor. */
  readonly retentionOverride: string | undefined
  readonly operator: string | undefined
  /** What a new chain follows. */
  readonly predecessorOf?: ((chainId: string) => Predecessor) | undefined
}

/** The receipt of another chain that a chain goes on from. */
export type Predecessor = (SystemEvent & { readonly event: 'chain_start' })['predecessor']

/** What the next receipt needs to know of the one before. */
export type Before = Pick<DecisionReceipt, 'seq' | 'receiptHash' | 'timestamp'>

/** A head that may be chained on: verified, or written here. */
export interface KnownHead {
  readonly receipt: DecisionReceipt | undefined
}

/** A head that is linked and not yet stored. */
export interface Tentative {
  readonly before: Before
  readonly signer: Signer
}

/** What a ledger knows of one chain. */
export interface Chain {
  readonly chainId: string
  /** Signs this chain; another one after a rotation. */
  provider: KeyProvider
  /** `undefined` where it has to be read. */
  head: KnownHead | undefined
  /** What the head will be if the batch under way succeeds, and who signs it. */
  tentative: Tentative | undefined
  /** Whether the head is dated further ahead of this clock than a verifier takes. */
  ahead: boolean
  readonly acknowledged: Acknowledged
  readonly keys: ChainKeys
  readonly turns: Turns
  /** Tells callers whose receipts are durable, at the end of the turn: what they do next would prolong it. */
  settling: (() => void)[]
  /** While others may still put back what a store lost: until when, and which head was found. */
  patience: { readonly until: number; readonly found: string | undefined } | undefined
  warn(error: unknown): void
}

/**
 * @param parts - the ledger's
 * @param chainId - the chain
 * @param provider - signs it
 * @returns the chain, of which nothing is read yet
 */
export function createChain(parts: Parts, chainId: string, provider: KeyProvider): Chain {
  const warn = (error: unknown): void => parts.events.emit('warning', { chainId, error })
  return {
    chainId,
    provider,
    head: undefined,
    tentative: undefined,
    ahead: false,
    acknowledged: createAcknowledged(parts.store, chainId, parts.recent, warn),
    keys: createChainKeys(parts.store, chainId, parts.keyrings, warn),
    turns: createTurns(parts.store, chainId, warn),
    settling: [],
    patience: undefined,
    warn,
  }
}

/**
 * Takes note of receipts that are durable.
 *
 * @param parts - the ledger's
 * @param chain - the chain
 * @param receipts - oldest first
 * @param slots - those of callers who wait for them
 */
export function acknowledge(
  parts: Parts,
  chain: Chain,
  receipts: readonly DecisionReceipt[],
  slots: readonly Slot[],
): void {
  chain.acknowledged.note(receipts)
  chain.keys.learn(receipts)
  if (receipts.length === 0 || !parts.events.heard('appended')) return
  const now = performance.now()
  const waitedMs: number[] = []
  for (const { waits } of slots) for (const { ended, since } of waits) if (!ended) waitedMs.push(now - since)
  parts.events.emit('appended', { chainId: chain.chainId, receipts, waitedMs })
}
