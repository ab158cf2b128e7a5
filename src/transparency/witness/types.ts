/** What the parts of a witness hand each other. */

/** The newest head of a log that a witness has cosigned. */
export interface WitnessedHead {
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly rootHash: Uint8Array
  /** When it was cosigned, in seconds since 1970. */
  readonly time: number
  /** The checkpoint with the log's signatures that were verified; the witness's cosignature may stand behind them. */
  readonly note: string
}

/** A head that a log has signed and the witness has not cosigned. */
export interface RefusedHead {
  /** SHA-256 of its text, 64 hex digits: the same head has the same id. */
  readonly id: string
  readonly origin: string
  /**
   * `fork`: `text` is a fork proof, see `verifyForkProof`. `unproved`: no proof was given that holds. By itself that shows
   * nothing against the log: anybody can send a genuine head of it with a wrong proof. `text` is JSON with both notes and
   * says so; with the leaves of the larger tree it may become a fork proof, or prove to be nothing.
   */
  readonly kind: 'fork' | 'unproved'
  readonly text: string
}

/**
 * What a witness must never forget.
 *
 * **Promise.** When `advance` resolves with true, the head is there as durably as the state says at its factory, and every
 * later `latest` gives it or one that replaced it. Of several that would replace the same head, one does.
 */
export interface WitnessState {
  /** @returns the newest head of a log; `undefined` where none was ever cosigned */
  latest(origin: string): Promise<WitnessedHead | undefined>
  /**
   * Replaces the newest head of a log.
   *
   * @param expected - what `latest` gave; `undefined` where it gave none
   * @param next - of the same log
   * @param meanwhile - may be called once, while `next` becomes durable: it gives the same head with the cosignature, which `latest`
   *   may then give as well. Nobody is told of it before this resolves with true
   * @returns false where another head stands there by now: nothing has changed
   * @throws QuittanceError `STORE_*`; whether the head is there is then unknown, and it must not be told to anybody
   */
  advance(
    expected: WitnessedHead | undefined,
    next: WitnessedHead,
    meanwhile?: () => WitnessedHead | undefined,
  ): Promise<boolean>
  /**
   * Keeps a refused head, as long as there is room for its kind and log.
   *
   * @returns false where it was there already, or there is no room: nothing has changed
   */
  keep(refused: RefusedHead): Promise<boolean>
  /** Gives the state back; later calls are refused. Idempotent. */
  close(): Promise<void>
}

/** An answer to be sent over HTTP. */
export interface WitnessAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
