/** What the parts of transparency hand each other. */

/** A checkpoint on its way out, with all that was collected for it. */
export interface PublishedCheckpoint {
  /** `chain`: of one chain. `log`: of the chain that holds the checkpoints of all others. */
  readonly kind: 'chain' | 'log'
  readonly chainId: string
  readonly origin: string
  readonly size: number
  /** The signed note, with the cosignatures that were collected. */
  readonly note: string
  /** RFC 3161 tokens (DER of the CMS ContentInfo) whose imprint is SHA-256 of the note's text. */
  readonly timestamps: readonly Uint8Array[]
}

/** Options of whatever waits for somebody else. */
export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Where checkpoints go so that the writer of the receipts can't take them back.
 *
 * **Promise.** When `publish` resolves, the checkpoint is there, as durably as the sink says at its factory. Publishing the
 * same checkpoint again changes nothing. A rejection leaves it unknown; the log repeats it.
 */
export interface CheckpointSink {
  /** For messages and metrics: `file`, `git`, `http`, `s3`, `syslog`. */
  readonly name: string
  /** Tells it from others of the same name, in the marks of what each has got; default the name. */
  readonly id?: string | undefined
  publish(checkpoint: PublishedCheckpoint, options?: PatienceOptions): Promise<void>
  /**
   * Where it can be read: the largest checkpoint of an origin that is there. A log asks for its own head before it signs
   * anything, so that one whose store went back does not sign a fork.
   *
   * @returns the note; `undefined` where there is none
   * @throws QuittanceError `TLOG_UNAVAILABLE`
   */
  newest?(origin: string, options?: PatienceOptions): Promise<string | undefined>
  close?(): Promise<void>
}

/** A tree head that is to be cosigned. */
export interface CosignRequest {
  /** The note as its log signed it. */
  readonly note: string
  readonly size: number
  /**
   * @param oldSize - what the witness has seen last
   * @returns the consistency proof from there to `size`, 32 bytes each
   */
  consistencyFrom(oldSize: number): Promise<readonly Uint8Array[]>
}

/** Somebody who remembers the newest tree head that he has seen, and cosigns what goes on from it. */
export interface Witness {
  readonly name: string
  /**
   * @returns signature lines with their newlines, each verified under the witness's key
   * @throws QuittanceError `TLOG_REFUSED` where the witness says that the tree does not go on from what it has seen;
   *   `TLOG_UNAVAILABLE` where it can't be reached
   */
  cosign(request: CosignRequest, options?: PatienceOptions): Promise<readonly string[]>
  /**
   * The newest head of a log that he has cosigned. A log asks before it signs anything.
   *
   * @returns the note; `undefined` where he has none, or does not tell
   * @throws QuittanceError `TLOG_UNAVAILABLE`
   */
  newest?(origin: string, options?: PatienceOptions): Promise<string | undefined>
}

/** A time-stamp authority (RFC 3161). */
export interface TimestampAuthority {
  readonly name: string
  /**
   * @param message - the bytes to be stamped; SHA-256 of them is sent
   * @returns the token: DER of the CMS ContentInfo, its imprint and nonce checked
   * @throws QuittanceError `TLOG_REFUSED`, `TLOG_UNAVAILABLE`
   */
  stamp(message: Uint8Array, options?: PatienceOptions): Promise<Uint8Array>
}
