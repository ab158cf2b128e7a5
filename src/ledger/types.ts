import type { HeadRef } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import type { KeyProvider } from '../keys/provider.js'
import type { Redactor } from '../pii/redactor.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Durability, ReceiptStore } from '../store/store.js'
import type { CommitmentProof } from '../verify/commitment.js'
import type { ReceiptDraft } from './draft.js'

/** A secret of at least 32 bytes, with the id that receipts name; rotating it changes the id. */
export interface Secret {
  readonly id: string
  readonly secret: Uint8Array
}

/** For pseudonyms and keyed commitments. Bare bytes get an id made from their hash. */
export type SecretProvider = Uint8Array | Secret | (() => Promise<Secret>)

/** How to wait for an append. */
export interface AppendOptions {
  /** Gives up: `LEDGER_ABORTED`, whose `details.outcome` says whether the receipt may be there. */
  readonly signal?: AbortSignal | undefined
  /** How long to wait for the receipt to be durable, in milliseconds; default the ledger's. */
  readonly timeoutMs?: number | undefined
  /**
   * What to do while the store is away: `accept` takes the receipt into the ledger's outbox, where it is durable in a chain
   * of its own; `fail` rejects with `STORE_UNAVAILABLE` or `LEDGER_TIMEOUT` once the store was waited for as long as the
   * outbox's `afterMs` says (2 seconds without an outbox); `wait` waits as long as `timeoutMs`. Default `accept` where
   * there is an outbox, else `wait`.
   */
  readonly whenAway?: 'wait' | 'fail' | 'accept' | undefined
}

/** Where receipts go while the store is away. */
export interface OutboxOptions {
  /** A durable store of this process alone, such as `fileStore` on a directory that outlives it; the ledger closes it. */
  readonly store: ReceiptStore
  /** How long the store may leave an append unanswered before it is taken to be away, in milliseconds; default 2,000. */
  readonly afterMs?: number | undefined
}

/** How an outbox stands. */
export interface OutboxStatus {
  /** Chains whose store is taken to be away. */
  readonly away: readonly string[]
  /** How many outbox chains are not in the main store yet, as far as they were looked for. */
  readonly chains: number
  /** How many callers' receipts are in them. */
  readonly receipts: number
  /** When the first of them was sealed. */
  readonly oldest?: string | undefined
  /** The code of the error that keeps one of them from being drained, or the outbox from taking receipts. */
  readonly code?: string | undefined
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
  /** Written into each new chain, and the least that `prune` keeps; default 184. Fewer need `retentionOverride`. */
  readonly retentionDays?: number | undefined
  /** Why `retentionDays` may be fewer than 184: a token, which the `policy` of each `prune` below that repeats. */
  readonly retentionOverride?: { readonly reason: string } | undefined
  /** The most drafts that wait in this ledger; default 10,000. */
  readonly maxQueued?: number | undefined
  /** How long an append waits to become durable; default 30,000. */
  readonly timeoutMs?: number | undefined
  /** Who operates the system: an id for `chain_start`. */
  readonly operator?: string | undefined
  /** Takes receipts while the store is away. */
  readonly outbox?: OutboxOptions | undefined
}

/** How somebody listens. */
export interface ListenOptions {
  /** True for what counts and shows, such as metrics: nobody is taken to have seen a warning because of it. */
  readonly passive?: boolean | undefined
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
  /** An append, a caller's or the ledger's own, ended with an error: what its caller was told. */
  failed: { readonly chainId?: string | undefined; readonly error: unknown }
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
  /** A receipt was accepted into an outbox chain, or one such chain begins to be drained, or is in the main store whole. */
  outbox: {
    readonly chainId: string
    readonly outboxChainId: string
    readonly phase: 'accepted' | 'draining' | 'drained'
    /** How many callers' receipts. */
    readonly count: number
  }
  warning: { readonly chainId?: string | undefined; readonly error: unknown }
}

/** One thing that `health` looked at. */
export interface HealthCheck {
  /**
   * `store`, it answers; `writable`, it takes receipts; `durability`, it reaches what it was told to; `clock`, its clock and
   * ours agree; `head`, the newest receipt of a chain holds and is none that came back from the past; `keys`, the key signs,
   * and with a `chainId`: it may sign what comes next there; `queue`; `secret`; `outbox`, it can be drained;
   * `checkpoint`, where a `checkpointLog` follows the ledger: checkpoints are made and go out.
   */
  readonly name:
    | 'store'
    | 'writable'
    | 'durability'
    | 'clock'
    | 'head'
    | 'keys'
    | 'queue'
    | 'secret'
    | 'outbox'
    | 'checkpoint'
  readonly ok: boolean
  /** The code of the error that was met. */
  readonly code?: string | undefined
  /** Its `details.reason`, such as `eviction` of `STORE_UNSAFE`. */
  readonly reason?: string | undefined
  /** Of `head` and `keys`. */
  readonly chainId?: string | undefined
  /** Of `durability`: what is reached now. */
  readonly durability?: Durability | undefined
  /** Of `checkpoint`: how old the newest is that went out, in milliseconds. */
  readonly ageMs?: number | undefined
}

/** What `health` found. It holds no secret, no message and no payload. */
export interface Health {
  /** Whether every look is well. */
  readonly ok: boolean
  readonly checks: readonly HealthCheck[]
}

/** What `health` looks at, and for how long. */
export interface HealthOptions {
  /** Whose heads are verified; default up to 16 of the chains that this ledger has written. */
  readonly chains?: readonly string[] | undefined
  /** How long each look may take, in milliseconds; default 5,000. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Says for whom a receipt of the ledger's own is written, where the chain is still empty. */
export interface NoteOptions extends Omit<AppendOptions, 'whenAway'> {
  /** Default: that of the chain's head. */
  readonly tenantId?: string | undefined
}

/** The one place that seals and appends. */
export interface Ledger extends Sink, AsyncDisposable {
  readonly store: ReceiptStore
  /** The most receipts that may wait: the option. */
  readonly maxQueued: number
  /** How many receipts somebody waits for now. */
  readonly pending: number
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
   * Proves to somebody else what a receipt commits to. The key disclosed is that of one member of one receipt.
   *
   * @param content - as it was given to the collector, or redacted; redacted here either way
   * @param receipt - the sealed receipt
   * @param member - default `input`
   * @returns the content as a verifier must have it, and the proof where the commitment is keyed: for `verifyCommitment`
   * @throws QuittanceError `LEDGER_NOT_COMMITTED` where the receipt does not commit to this content, or with another secret
   *   than the ledger's (then `commitmentProof` with that one), `LEDGER_SECRET_*`, `LEDGER_REDACTION_FAILED`
   */
  prove(content: unknown, receipt: DecisionReceipt, member?: 'input' | 'output'): Promise<Proved>
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
   *   when `keys` may not, `LEDGER_CHAIN_ENDED`, `STORE_UNSUPPORTED`, `STORE_CORRUPT`
   */
  prune(chainId: string, options: PruneOptions): Promise<Pruned>
  /**
   * Removes the free text of one receipt, after a `retention` receipt says so.
   *
   * @returns false where there is no such receipt or it has none
   * @throws QuittanceError as `append`; `LEDGER_RETENTION` where a hold covers the receipt, `STORE_UNSUPPORTED`
   */
  eraseDetails(chainId: string, receiptId: string, options: EraseOptions): Promise<boolean>
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
  /**
   * Writes into a log chain how far another chain had come: its checkpoint. `checkpointLog` of `quittance/transparency` calls it.
   *
   * @param checkpoint - the checkpoint's origin and size, and its root as `sha256:` and 64 hex digits
   * @returns the receipt, once it is durable
   * @throws QuittanceError as `append`
   */
  checkpoint(
    chainId: string,
    checkpoint: { readonly origin: string; readonly size: number; readonly rootHash: string },
    options?: NoteOptions,
  ): Promise<DecisionReceipt>
  /**
   * Writes that a report was made of these receipts. The same report again is the receipt that says so already.
   *
   * @param report - the report's digest, and the first and the last seq that it is about
   * @returns the receipt, once it is durable
   * @throws QuittanceError as `append`; RangeError for a digest or range that can't be, or that goes beyond the chain
   */
  report(chainId: string, report: ReportMade, options?: ReportOptions): Promise<DecisionReceipt>
  /** Forbids that receipts are pruned or their details erased, until it is released. */
  hold(chainId: string, hold: HoldTerms, options?: HoldOptions): Promise<DecisionReceipt>
  /**
   * Ends the hold of that `holdId`; with a range or a case only what was placed with the same.
   *
   * @throws QuittanceError as `append`; `LEDGER_RETENTION` where no such hold stands, or a delegate would sign
   */
  release(chainId: string, hold: HoldTerms, options?: HoldOptions): Promise<DecisionReceipt>
  /** @returns the holds that stand in a chain, oldest first */
  holds(chainId: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly StandingHold[]>
  /**
   * Goes on after `STORE_ROLLED_BACK` where what was lost can't be restored.
   *
   * @returns the `rollback` receipt, which names what is known to be lost
   * @throws QuittanceError as `append`; RangeError where nothing is lost
   */
  acceptRollback(chainId: string, options?: NoteOptions): Promise<DecisionReceipt>
  /**
   * Brings what the outbox holds into the store now, instead of in the background.
   *
   * @returns how many outbox chains, and callers' receipts in them; nothing where there is no outbox
   * @throws QuittanceError the first reason why not all could be drained; the others were tried all the same
   */
  drain(): Promise<{ readonly chains: number; readonly receipts: number }>
  /** @returns how the outbox stands, from memory alone; `undefined` where there is none */
  outboxStatus(): OutboxStatus | undefined
  /**
   * Looks at store, heads, key, queue, secret and outbox. It writes nothing and throws nothing for what it finds. A key in this
   * process signs a message that is no receipt; of a key service only the signer is asked for.
   *
   * @returns each look, and whether all are well
   * @throws TypeError, RangeError for a wrong argument
   */
  health(options?: HealthOptions): Promise<Health>
  /**
   * @param event - what to hear of
   * @param listener - called at once; one that throws disturbs nobody and is a warning
   * @param options - `passive`: it only counts, so a warning that nobody else listens for still goes to the process
   * @returns a function that stops listening
   */
  on<Name extends keyof LedgerEvents>(
    event: Name,
    listener: (event: LedgerEvents[Name]) => void,
    options?: ListenOptions,
  ): () => void
  warn(error: unknown): void
  /**
   * Drains, then closes store and keys. Idempotent.
   *
   * @param options - `timeoutMs`: how long to drain, default the ledger's
   * @throws QuittanceError `LEDGER_TIMEOUT` when it was not drained in time; what store or keys throw
   */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<void>
}

/** What `prove` gives: everything that a verifier needs beside the receipt. */
export interface Proved {
  /** After redaction. */
  readonly content: unknown
  /** Absent where the commitment is a plain hash. */
  readonly proof?: CommitmentProof | undefined
}

/** Which receipts a hold covers: a range, a case, or the whole chain. */
export interface HoldTerms {
  readonly holdId: string
  readonly reason: string
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  readonly decisionId?: string | undefined
}

/** How to place or end a hold. */
export interface HoldOptions extends NoteOptions {
  /** Signs instead of the chain's own key; stays the caller's. */
  readonly keys?: KeyProvider | undefined
}

/** A report that was made. */
export interface ReportMade {
  /** `sha256:` and 64 hex digits. */
  readonly hash: string
  readonly fromSeq: number
  readonly toSeq: number
}

/** How to write that a report was made. */
export interface ReportOptions extends NoteOptions {
  /** Signs instead of the chain's own key, such as a key of the use `report`; stays the caller's. */
  readonly keys?: KeyProvider | undefined
}

/** A hold that stands. */
export interface StandingHold extends HoldTerms {
  /** The receipt that placed it. */
  readonly placed: { readonly seq: number; readonly receiptId: string; readonly timestamp: string }
  /** Releases that came later and would have ended it, had they counted. */
  readonly disregarded?: readonly DisregardedRelease[] | undefined
}

/** A `release` that ended nothing. */
export interface DisregardedRelease {
  readonly seq: number
  readonly receiptId: string
  /** `key-untrusted`: the keyring does not trust its key for it; `invalid`: it does not verify. */
  readonly reason: 'key-untrusted' | 'key-revoked' | 'delegate' | 'invalid'
}

/** What `prune` is told. `timeoutMs` is for all of it; without one only its receipt has the ledger's. */
export interface PruneOptions extends Omit<AppendOptions, 'whenAway'> {
  /** The first receipt that stays is at least this old, so that all that goes is older. */
  readonly olderThanDays: number
  /** Why, as a token. */
  readonly reason: string
  /** Signs the `retention` receipt; stays the caller's. */
  readonly keys: KeyProvider
  /** The name of the policy, an id; default `age`. */
  readonly policy?: string | undefined
  /** Only says what would go. */
  readonly dryRun?: boolean | undefined
}

/** What `prune` removed, or would remove. */
export interface Pruned {
  readonly removed: number
  /** The last that went. */
  readonly through?: HeadRef | undefined
  /** When the first and the last that went were sealed; absent where only an earlier removal was finished. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** What recorded it. */
  readonly receipt?: DecisionReceipt | undefined
}

/** What `eraseDetails` is told. `timeoutMs` is for all of it. */
export interface EraseOptions extends Omit<AppendOptions, 'whenAway'> {
  /** Why, as a token. */
  readonly reason: string
  /** Why a hold does not stop it, as a token: a `notice` records that before the erasure. */
  readonly despiteHold?: string | undefined
}
