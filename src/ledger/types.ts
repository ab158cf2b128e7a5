import type { HeadRef } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import type { KeyProvider } from '../keys/provider.js'
import type { Redactor } from '../pii/redactor.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import type { ReceiptDraft } from './draft.js'

/** A secret of at least 32 bytes, with the id that receipts name; rotating it changes the id. */
export interface Secret {
  readonly id: string
  readonly secret: Uint8Array
}

/** For pseudonyms and keyed commitments. Bare bytes get an id made from their hash. */
export type SecretProvider = Uint8Array | (() => Promise<Secret>)

/** How to wait for an append. */
export interface AppendOptions {
  /** Gives up: `LEDGER_ABORTED`, whose `details.outcome` says whether the receipt may be there. */
  readonly signal?: AbortSignal | undefined
  /** How long to wait for the receipt to be durable, in milliseconds; default the ledger's. */
  readonly timeoutMs?: number | undefined
}

/** All that a collector needs of a ledger. */
export interface Sink {
  /**
   * Redacts, hashes, chains, signs and stores one draft.
   *
   * @param draft - the facts; copied at the call
   * @returns the sealed receipt, once it is durable
   * @throws QuittanceError whose `details.outcome` is `absent` (not in the chain) or `unknown` (it may be; the same append may be repeated)
   */
  append(draft: ReceiptDraft, options?: AppendOptions): Promise<DecisionReceipt>
  /** Tells those who listen of a fault that could not be thrown where it happened. */
  warn?(error: unknown): void
}

/** Anything that can make a draft: a collector. */
export interface Draftable {
  draft(): Promise<ReceiptDraft>
}

/** What a ledger needs. */
export interface LedgerOptions {
  readonly store: ReceiptStore
  readonly keys: KeyProvider
  /** Required, so that it is never silently off: `false` says "none" in so many words. */
  readonly redactor: Redactor | false
  /** Judges the heads that other writers sealed; default the provider's public keys. */
  readonly keyring?: Keyring | undefined
  readonly secret?: SecretProvider | undefined
  /** Default `sha256`; `hmac-sha256` needs a `secret`. */
  readonly commitment?: 'sha256' | 'hmac-sha256' | undefined
  /** Written into each new chain, and the least that `prune` keeps; default 184. */
  readonly retentionDays?: number | undefined
  /** The most drafts that wait in this ledger; default 10,000. */
  readonly maxQueued?: number | undefined
  /** How long an append waits to become durable; default 30,000. */
  readonly timeoutMs?: number | undefined
  /** Who operates the system: an id for `chain_start`. */
  readonly operator?: string | undefined
}

/** What a ledger tells. */
export interface LedgerEvents {
  /** One call of the store made these durable: the callers' own, and the ledger's. */
  appended: {
    readonly chainId: string
    readonly receipts: readonly DecisionReceipt[]
    /** How long each caller's receipt had waited since its append, in milliseconds. */
    readonly waitedMs: readonly number[]
  }
  /** A batch was signed. */
  signed: {
    readonly chainId: string
    /** The key provider's `name`. */
    readonly provider: string
    readonly keyId: string
    readonly count: number
    readonly durationMs: number
  }
  /** A call of the store ended. */
  stored: {
    readonly operation: 'append' | 'head' | 'get' | 'read' | 'bounds' | 'prune' | 'erase' | 'state' | 'lease'
    readonly chainId: string
    readonly durationMs: number
    /** What it threw, where it failed. */
    readonly error?: unknown
  }
  conflict: { readonly chainId: string; readonly expected?: HeadRef | undefined; readonly actual?: HeadRef | undefined }
  retry: { readonly chainId: string; readonly attempt: number; readonly error: unknown }
  rolled_back: {
    readonly chainId: string
    readonly acknowledged: HeadRef
    readonly found?: HeadRef | undefined
    /** `restored`: appended again verbatim. `recorded`: a `rollback` receipt names what was lost. */
    readonly outcome: 'restored' | 'recorded'
    readonly lost: readonly { readonly seq: number; readonly receiptId: string; readonly receiptHash: string }[]
  }
  warning: { readonly chainId?: string | undefined; readonly error: unknown }
}

/** One thing that `health` looked at. */
export interface HealthCheck {
  readonly name: 'store' | 'keys' | 'queue' | 'secret'
  readonly ok: boolean
  /** The code of the error that was met. */
  readonly code?: string | undefined
}

/** Says for whom a receipt of the ledger's own is written, where the chain is still empty. */
export interface NoteOptions extends AppendOptions {
  /** Default: that of the chain's head. */
  readonly tenantId?: string | undefined
}

/** The one place that seals and appends. */
export interface Ledger extends Sink, AsyncDisposable {
  readonly store: ReceiptStore
  /**
   * Appends as fast as receipts become durable and yields them in input order. When it ends early, by a failure or by the
   * caller, up to `inFlight` items may be sealed without being yielded: fixed `receiptId`s let the same items come again.
   *
   * @param items - drafts, or collectors
   * @param options - `inFlight`: how many at once, default 256; `signal` gives up
   * @returns the receipts; the first failure ends it, further ones of what was under way are warnings
   * @throws TypeError, RangeError for a wrong argument
   */
  appendAll(
    items: Iterable<ReceiptDraft | Draftable> | AsyncIterable<ReceiptDraft | Draftable>,
    options?: { readonly inFlight?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<DecisionReceipt>
  /**
   * @returns the public keys that this ledger's receipts verify with
   * @throws QuittanceError `KEY_*` where the provider can't be asked
   */
  keyring(): Promise<Keyring>
  /**
   * @param tenantId - whose person it is
   * @param id - the person as the caller knows them
   * @returns the pseudonym that stands for them in receipts
   * @throws QuittanceError `LEDGER_SECRET_REQUIRED`, `LEDGER_SECRET_UNAVAILABLE`; RangeError for an empty id
   */
  subjectId(tenantId: string, id: string): Promise<`hmac-sha256:${string}`>
  /**
   * Hands a chain over to another key; verifiers follow only if the old key has the use `rotate`. The ledger then owns `to`.
   *
   * @returns the `rotate` receipt, signed by the old key and countersigned by the new one
   * @throws QuittanceError as `append`; RangeError when `to` has the same key
   */
  rotate(chainId: string, options: { readonly to: KeyProvider } & NoteOptions): Promise<DecisionReceipt>
  /**
   * Records that a key must no longer be trusted. It may only narrow trust.
   *
   * @returns the `revoke` receipt
   * @throws QuittanceError as `append`; `LEDGER_KEY_REVOKED` when the key would have to sign its own revocation
   */
  revoke(
    chainId: string,
    options: { readonly keyId: string; readonly effectiveAt: string; readonly reason: string } & NoteOptions,
  ): Promise<DecisionReceipt>
  /**
   * Ends a chain and opens its successor; called again after a crash in between, it writes what is missing.
   *
   * @param options - `reason`, a token; `chainId`, the successor, by default `acme/2` after `acme`
   * @throws QuittanceError as `append`; `LEDGER_CHAIN_ENDED` when it ended with another successor, `STORE_CONFLICT` when
   *   the successor is another chain already
   */
  succeed(
    chainId: string,
    options: { readonly reason: string; readonly chainId?: string | undefined } & NoteOptions,
  ): Promise<{ readonly end: DecisionReceipt; readonly start: DecisionReceipt }>
  /**
   * Removes what is older, after a `retention` receipt signed by `keys` (keyring use `retention`) says so.
   *
   * @param options - `keys` stays the caller's; `dryRun` only says what would go
   * @returns how many went, the last of them, and the receipt; `removed: 0` where nothing may go
   * @throws QuittanceError as `append`; `LEDGER_RETENTION` when receipts are promised to stay longer, `LEDGER_KEY_UNTRUSTED`
   *   when `keys` may not, `STORE_UNSUPPORTED`, `STORE_CORRUPT`
   */
  prune(
    chainId: string,
    options: {
      readonly olderThanDays: number
      readonly reason: string
      readonly keys: KeyProvider
      readonly policy?: string | undefined
      readonly dryRun?: boolean | undefined
    },
  ): Promise<{
    readonly removed: number
    readonly through?: HeadRef | undefined
    readonly receipt?: DecisionReceipt | undefined
  }>
  /**
   * Removes the free text of one receipt, after a `retention` receipt says so.
   *
   * @returns false where there is no such receipt or it has none
   * @throws QuittanceError as `append`; `STORE_UNSUPPORTED`
   */
  eraseDetails(chainId: string, receiptId: string, options: { readonly reason: string }): Promise<boolean>
  /** Writes a `system` notice. */
  note(
    chainId: string,
    notice: { readonly code: string; readonly count?: number | undefined },
    options?: NoteOptions,
  ): Promise<DecisionReceipt>
  /** Writes that receipts are missing on purpose or by failure. */
  gap(
    chainId: string,
    gap: {
      readonly from: string
      readonly to: string
      readonly reason: string
      readonly count?: number | undefined
      readonly rate?: number | undefined
    },
    options?: NoteOptions,
  ): Promise<DecisionReceipt>
  /** Writes that the system, a model, a prompt or a policy changed. */
  change(
    chainId: string,
    change: {
      readonly what: string
      readonly from?: string | undefined
      readonly to?: string | undefined
      readonly substantial?: boolean | undefined
    },
    options?: NoteOptions,
  ): Promise<DecisionReceipt>
  /** Writes that the chain is alive, and how many receipts were dropped since the last. */
  heartbeat(
    chainId: string,
    beat?: { readonly dropped?: number | undefined },
    options?: NoteOptions,
  ): Promise<DecisionReceipt>
  /** Forbids that `prune` removes receipts, until it is released. */
  hold(chainId: string, hold: HoldTerms, options?: NoteOptions): Promise<DecisionReceipt>
  /** Ends the hold of that `holdId`. */
  release(chainId: string, hold: HoldTerms, options?: NoteOptions): Promise<DecisionReceipt>
  /**
   * Goes on after `STORE_ROLLED_BACK` where what was lost can't be restored.
   *
   * @returns the `rollback` receipt, which names what is known to be lost
   * @throws QuittanceError as `append`; RangeError where nothing is lost
   */
  acceptRollback(chainId: string, options?: NoteOptions): Promise<DecisionReceipt>
  /**
   * Looks at store, key, queue and secret; writes nothing, signs nothing, throws nothing.
   *
   * @returns each look, and whether all are well
   */
  health(options?: {
    readonly signal?: AbortSignal | undefined
  }): Promise<{ readonly ok: boolean; readonly checks: readonly HealthCheck[] }>
  /**
   * @param event - what to hear of
   * @param listener - called at once; one that throws disturbs nobody and is a warning
   * @returns a function that stops listening
   */
  on<Name extends keyof LedgerEvents>(event: Name, listener: (event: LedgerEvents[Name]) => void): () => void
  warn(error: unknown): void
  /**
   * Drains, then closes store and keys. Idempotent.
   *
   * @param options - `timeoutMs`: how long to drain, default the ledger's
   * @throws QuittanceError `LEDGER_TIMEOUT` when it was not drained in time; what store or keys throw
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<void>
}

/** Which receipts a hold covers: a range, a case, or the whole chain. */
export interface HoldTerms {
  readonly holdId: string
  readonly reason: string
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  readonly decisionId?: string | undefined
}
