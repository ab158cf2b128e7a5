/** What a log of checkpoints takes, tells and keeps. */
import type { HeadRef } from '../../errors.js'
import type { KeyProvider } from '../../keys/provider.js'
import type { HealthCheck } from '../../ledger/types.js'
import type { Frontier } from '../../merkle/frontier.js'
import type { Policy } from '../../tlog/policy.js'
import type { CheckpointSink, PublishedCheckpoint, TimestampAuthority, Witness } from '../types.js'

/** How checkpoints are made, and to whom they go. */
export interface CheckpointLogOptions {
  /** `<operator-domain>/<label>`: the name of the log, and the beginning of the names of its chains. */
  readonly origin: string
  /** The checkpoint key, keyring use `checkpoint`: long-lived, never a delegate. It stays the caller's. */
  readonly keys: KeyProvider
  /** Keys that signed for this log before, as did:key: a checkpoint of theirs is gone on from. */
  readonly formerKeys?: readonly string[] | undefined
  /**
   * Names that this log had before. To name one says: no more is signed under it, and each chain begins anew under `origin`.
   * It is the one way on where a log was `behind`, and what was lost can't be restored.
   */
  readonly formerOrigins?: readonly string[] | undefined
  /** The chain that holds the checkpoints of all others; default `transparency-log`. */
  readonly chainId?: string | undefined
  /** The tenant of that chain; default `transparency-log`. */
  readonly tenantId?: string | undefined
  /** A chain gets a checkpoint after so many receipts; default 1,000. */
  readonly everyReceipts?: number | undefined
  /** And at the latest so many milliseconds after a receipt; as long after that the log is published; default 60,000. */
  readonly everyMs?: number | undefined
  readonly sinks?: readonly CheckpointSink[] | undefined
  /** Whether the sinks also get the checkpoints of single chains, and not the log's alone; default true. */
  readonly publishChains?: boolean | undefined
  readonly witnesses?:
    | {
        readonly clients: readonly Witness[] /** Says who is enough: where not, that is a warning. */
        readonly policy?: Policy | undefined
      }
    | undefined
  readonly timestamps?: readonly TimestampAuthority[] | undefined
  /** How long a sink, a witness or an authority may take, and `close` as a whole, in milliseconds; default 30,000. */
  readonly timeoutMs?: number | undefined
}

/** What a log tells. */
export interface CheckpointLogEvents {
  /** The log's head went out: to `sinks` and, where there are any, through witnesses and authorities. */
  published: {
    readonly checkpoint: PublishedCheckpoint /** Those that have it now, by name. */
    readonly sinks: readonly string[]
  }
  /** Something failed and is tried again; or a chain was refused, which nobody tries again before it has changed. */
  warning: {
    readonly error: unknown
    readonly chainId?: string | undefined
    /** The sink, witness or authority concerned, by name. */
    readonly name?: string | undefined
  }
}

/** How somebody stands to whom checkpoints go. */
export interface DestinationStatus {
  readonly name: string
  /** How many checkpoints it has not got yet; of a witness or authority 0 or 1. */
  readonly pending: number
  /** Failures since it answered last. */
  readonly failures: number
  /** The code of the last of them. */
  readonly code?: string | undefined
  /** When it answered last, in Unix milliseconds. */
  readonly answeredAt?: number | undefined
}

/** How a log stands, from memory alone. */
export interface CheckpointLogStatus {
  readonly origin: string
  readonly chainId: string
  /** The newest head of the log that went out since this process began; its age in whole milliseconds. */
  readonly published?: { readonly size: number; readonly ageMs: number } | undefined
  /** How many chains have receipts that no checkpoint covers, and since when the first of them waits. */
  readonly waiting: { readonly chains: number; readonly forMs?: number | undefined }
  /** Chains whose checkpoints are not made because the chain does not lead from the last one to where it is now. */
  readonly refused: readonly { readonly chainId: string; readonly reason: string }[]
  /** The code of the last failure to make or publish a checkpoint, until it succeeds. */
  readonly code?: string | undefined
  /** Whether the witnesses of the newest head are as many as the policy asks; absent without a policy. */
  readonly quorum?: boolean | undefined
  readonly sinks: readonly DestinationStatus[]
  readonly witnesses: readonly DestinationStatus[]
  readonly timestamps: readonly DestinationStatus[]
  readonly closed: boolean
}

/** What comparing a checkpoint with the receipts gave. */
export interface ComparedCheckpoint {
  readonly size: number
  /** The root over the first `size` receipts, as they stand in the store: that of the checkpoint. 32 bytes. */
  readonly rootHash: Uint8Array
}

/** Makes checkpoints of the chains of a ledger, keeps and publishes them. */
export interface CheckpointLog extends AsyncDisposable {
  readonly origin: string
  readonly chainId: string
  /**
   * Makes a checkpoint of one chain now and enters it into the log chain. The sinks get it with the log's next head.
   *
   * @returns the newest checkpoint, which is the last one where nothing was appended since
   * @throws QuittanceError `TLOG_REFUSED` where the chain is empty or does not go on from its last checkpoint
   *   (`details.reason`: `empty`, `rewritten`, `rolled-back`, `entries-lost`, `differs`, `pruned`, `unknown-key`, `unknown-origin`,
   *   `origin-taken`), or where a sink or witness has a head of the log that it does not lead to (`behind`); what store, key
   *   and ledger throw
   */
  checkpoint(chainId: string): Promise<PublishedCheckpoint>
  /**
   * Signs the log's own head, collects cosignatures and time stamps for it and hands it to the sinks. Whoever fails is
   * reported and tried again later: see `status`.
   *
   * @returns the head with what was collected by now
   * @throws QuittanceError as `checkpoint`
   */
  publish(): Promise<PublishedCheckpoint>
  /**
   * Looks at every chain of the store and makes the checkpoints that are due: of what other processes wrote, or this one
   * before it was killed. Done once by itself, after the first receipt.
   *
   * @returns how many chains there are, and how many could not be done; each of those was a warning
   */
  catchUp(): Promise<{ readonly chains: number; readonly failed: number }>
  /**
   * Builds the tree anew from the receipts and compares it with the chain's last checkpoint. Reads the whole chain.
   *
   * @returns what both agree in
   * @throws QuittanceError `TLOG_REFUSED` where they differ or receipts are missing
   */
  compare(chainId: string): Promise<ComparedCheckpoint>
  /** @returns how it stands, from memory alone */
  status(): CheckpointLogStatus
  /** @returns what `ledger.health()` says of it */
  health(): HealthCheck
  /**
   * @param event - what to hear of; a `warning` that nobody listens for here is one of the ledger's
   * @returns a function that stops listening
   */
  on<Name extends keyof CheckpointLogEvents>(
    event: Name,
    listener: (event: CheckpointLogEvents[Name]) => void,
  ): () => void
  /**
   * Makes the last checkpoints and publishes. Call it before the ledger's. Idempotent.
   *
   * @throws QuittanceError `TLOG_UNAVAILABLE` where checkpoints could not be made in time; they are the first that the next
   *   process makes. What a sink has not got is a warning, and goes to it later too.
   */
  close(): Promise<void>
}

/** The newest signed checkpoint of a chain, as it is kept beside it. */
export interface StoredCheckpoint {
  readonly chainId: string
  readonly origin: string
  readonly size: number
  readonly rootHash: Uint8Array
  /** The signed note, with the cosignatures that were collected. */
  readonly note: string
  /** RFC 3161 tokens, DER. */
  readonly timestamps: readonly Uint8Array[]
  /** The tree of that size, to go on from. */
  readonly frontier: Frontier
  /** The `receiptHash` of seq 0. */
  readonly root: string
  /** The last receipt that it covers. */
  readonly head: HeadRef
  /** When it was signed, in Unix milliseconds. */
  readonly madeAt: number
}
