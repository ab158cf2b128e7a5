/** The outbox chains of one local store: those that are written, those that wait to be drained, and what is in them. */
import { QuittanceError } from '../errors.js'
import { decodeUtf8, utf8 } from '../primitives/bytes.js'
import { isoTime } from '../primitives/time.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import type { Maybe } from './maybe.js'
import { createKeptChains, type KeptChain, type KeptChains } from './outbox-kept.js'
import { mainChainOf, outboxChainId } from './outbox-names.js'

/** The state beside an outbox chain that says it was drained. */
const STATE = 'outbox'
/** How many ids are remembered, so that a redelivery finds its receipt; the oldest are forgotten first. */
const MAX_IDS = 100_000

/** One outbox chain that the main store does not have whole yet. */
export interface OutboxChain {
  readonly chainId: string
  readonly mainChainId: string
  /** Callers' receipts in it. */
  receipts: number
  /** When its first receipt was sealed; `undefined` while there is none. */
  since: string | undefined
  /** Why it could not be drained. */
  failure: unknown
}

/** The outbox chains of one ledger. */
export interface OutboxChains {
  /** Resolves once those that an earlier process left are known; nothing to wait for after that. A failure was a warning. */
  ready(): Maybe<void>
  /** As `ready`, but a failure is thrown. */
  scan(): Promise<void>
  /** @returns the chain that takes the next receipt for a main chain */
  current(mainChainId: string): OutboxChain
  /** Lets a chain take nothing more. */
  retire(chain: OutboxChain): void
  /** Takes note of a receipt that is durable in an outbox chain. */
  accepted(chain: OutboxChain, receipt: DecisionReceipt): void
  /** @returns the outbox chain of that main chain that has the receipt, as far as it is remembered */
  holding(mainChainId: string, receiptId: string): string | undefined
  /** Not drained yet, the oldest first. */
  undrained(): readonly OutboxChain[]
  /** Remembers, for this process and the next, that a chain was drained. */
  drained(chain: OutboxChain): Promise<void>
  /** Forgets a chain in which nothing was ever written. */
  drop(chain: OutboxChain): void
  /** Those that were drained, by this process or an earlier one. */
  readonly kept: KeptChains
  /** Lets a drained chain be drained again. */
  again(chain: KeptChain): Promise<void>
  /** Why it is not known what an earlier process left. */
  readonly unread: unknown
}

/** What it needs. */
export interface OutboxChainsOptions {
  /** The local store. */
  readonly store: ReceiptStore
  readonly random: (bytes: number) => Uint8Array
  readonly now: () => number
  readonly warn: (error: unknown) => void
  /** Hears of a chain that is about to be written. */
  readonly opened: (chain: OutboxChain) => void
  /** Hears that an earlier process left chains. */
  readonly found: () => void
}

/**
 * @param receipt - any receipt
 * @returns whether a caller made it, and not the ledger
 */
export function isCallers({ eventType }: DecisionReceipt): boolean {
  return eventType !== 'system' && eventType !== 'key' && eventType !== 'retention'
}

/** @returns when it was; `undefined` if it was not */
async function drainedAt(store: ReceiptStore, chainId: string): Promise<string | undefined> {
  const found = await store.state.get(chainId, STATE)
  if (found === undefined) return undefined
  try {
    const at = (JSON.parse(decodeUtf8(found.bytes) ?? '') as { drainedAt?: unknown } | null)?.drainedAt
    return typeof at === 'string' ? at : undefined
  } catch (error) {
    // it is drained once more, which changes nothing
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * @param options - the local store and who hears of what
 * @returns its outbox chains; nothing is read before `ready` or `scan`
 */
export function createOutboxChains(options: OutboxChainsOptions): OutboxChains {
  const { store, random, now, warn, opened, found } = options
  const currents = new Map<string, OutboxChain>()
  const waiting = new Map<string, OutboxChain>()
  const ids = new Map<string, OutboxChain>()
  const kept = createKeptChains()
  let unread: unknown
  let scanned = false
  let scanning: Promise<void> | undefined
  /** What could not be read is looked for again by the next drain, not by every append. */
  let tried = false
  let trying: Promise<void> | undefined

  const remember = (receiptId: string, chain: OutboxChain): void => {
    ids.set(receiptId, chain)
    if (ids.size > MAX_IDS) ids.delete(ids.keys().next().value as string)
  }

  const adopt = async (chainId: string, mainChainId: string): Promise<void> => {
    const chain: OutboxChain = { chainId, mainChainId, receipts: 0, since: undefined, failure: undefined }
    for await (const receipt of store.read(chainId)) {
      chain.since ??= receipt.timestamp
      if (!isCallers(receipt)) continue
      chain.receipts += 1
      remember(receipt.receiptId, chain)
    }
    waiting.set(chainId, chain)
  }

  const look = async (): Promise<void> => {
    const before: (KeptChain & { readonly at: string })[] = []
    for await (const chainId of store.chains()) {
      const mainChainId = mainChainOf(chainId)
      if (mainChainId === undefined || waiting.has(chainId)) continue
      const at = await drainedAt(store, chainId)
      if (at === undefined) await adopt(chainId, mainChainId)
      else before.push({ chainId, mainChainId, at })
    }
    before.sort((one, other) => compare(one.at, other.at))
    for (const { chainId, mainChainId } of before) kept.add({ chainId, mainChainId }, true)
    scanned = true
    unread = undefined
    if (waiting.size > 0 || before.length > 0) found()
  }

  const scan = (): Promise<void> => {
    if (scanned) return Promise.resolve()
    scanning ??= look()
      .catch((error: unknown) => {
        unread = error
        throw error
      })
      .finally(() => {
        scanning = undefined
      })
    return scanning
  }

  return {
    scan,
    ready() {
      if (tried || scanned) return
      trying ??= scan()
        .catch(warn)
        .finally(() => {
          tried = true
        })
      return trying
    },
    current(mainChainId) {
      const known = currents.get(mainChainId)
      if (known !== undefined) return known
      const chainId = outboxChainId(mainChainId, random(8))
      const chain: OutboxChain = { chainId, mainChainId, receipts: 0, since: undefined, failure: undefined }
      currents.set(mainChainId, chain)
      waiting.set(chainId, chain)
      opened(chain)
      return chain
    },
    retire(chain) {
      if (currents.get(chain.mainChainId) === chain) currents.delete(chain.mainChainId)
    },
    accepted(chain, receipt) {
      chain.receipts += 1
      chain.since ??= receipt.timestamp
      waiting.set(chain.chainId, chain)
      remember(receipt.receiptId, chain)
    },
    holding(mainChainId, receiptId) {
      const chain = ids.get(receiptId)
      return chain?.mainChainId === mainChainId ? chain.chainId : undefined
    },
    undrained: () => [...waiting.values()].sort((one, other) => compare(one.since, other.since)),
    async drained(chain) {
      const before = await store.state.get(chain.chainId, STATE)
      const bytes = utf8(JSON.stringify({ drainedAt: isoTime(now()) }))
      try {
        await store.state.put(chain.chainId, STATE, bytes, before?.version ?? 0)
      } catch (error) {
        // another ledger of this process drained it as well
        if (!QuittanceError.is(error, 'STORE_STATE_CONFLICT')) throw error
      }
      waiting.delete(chain.chainId)
      kept.add({ chainId: chain.chainId, mainChainId: chain.mainChainId }, false)
    },
    drop(chain) {
      waiting.delete(chain.chainId)
    },
    kept,
    async again(chain) {
      await adopt(chain.chainId, chain.mainChainId)
      kept.remove(chain)
    },
    get unread() {
      return unread
    },
  }
}

/** The oldest first; what has no receipt yet last. */
function compare(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0
  if (one === undefined) return 1
  if (other === undefined) return -1
  return one < other ? -1 : 1
}
