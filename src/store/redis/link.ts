/** What the driver asks of Redis. It knows nothing of connections, and a link knows nothing of receipts. */

import type { ScriptName } from '../lua/scripts.js'
import type { StoreStatus } from '../store.js'

/** On whose behalf something is asked, for errors, and how to give up. */
export interface Call {
  readonly chainId?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** An argument as it goes over the wire; a Buffer goes as it is. */
export type Argument = string | number | Buffer

/** A turn in the first-come queue of a chain, and where its parts lie. */
export interface LeaseKeys {
  /** Holds who has the turn; expires alone. */
  readonly holder: string
  /** A list with at most one token, on which those who wait block. */
  readonly token: string
}

/**
 * A server, a group with failover, or a cluster. Opens lazily, at the first call, which looks at the configuration as
 * well. Every fault comes out as a `QuittanceError` with the client's error as its cause.
 */
export interface Link {
  /**
   * Runs a script on the primary of the keys' slot, in one round trip; again in full where the server forgot it.
   *
   * @param durable - resolves only once the write is as durable as asked for; else rejects with `STORE_DURABILITY`. A
   *   function tells from the reply whether there was a write at all, so that a refusal is not held up
   * @returns the script's reply
   */
  script(
    name: ScriptName,
    keys: readonly string[],
    args: readonly Argument[],
    call: Call & { readonly durable?: boolean | ((reply: unknown) => boolean) | undefined },
  ): Promise<unknown>
  /**
   * Runs a command that only reads, on the primary of its first key.
   *
   * @param args - the key first
   * @returns the reply, bulk strings as text
   */
  read(command: string, args: readonly Argument[], call: Call): Promise<unknown>
  /** As `read`, with bulk strings as bytes. */
  readBytes(command: string, args: readonly Argument[], call: Call): Promise<unknown>
  /** Every key of every primary that matches a glob; the same may come twice. */
  scan(pattern: string, call: Call): AsyncIterable<string>
  status(call: Call): Promise<StoreStatus>
  /** Waits for the turn; see `lua/lease.lua`. */
  lease(keys: LeaseKeys, ttlMs: number, call: Call): Promise<{ release(): Promise<void> }>
  /** Closes the connections that the link made itself; what waits there rejects. Idempotent. */
  close(): Promise<void>
}
