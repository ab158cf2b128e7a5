import { uuidv7 } from '../primitives/uuid.js'

/** Everything that makes two runs differ: injectable only through `quittance/testing`, so that a production ledger can't lie about it. */
export interface Environment {
  /** Milliseconds since 1970, as `Date.now()`. */
  now(): number
  /** A UUID of version 7, lower case. */
  uuid(): string
  /** @returns that many random bytes */
  random(bytes: number): Uint8Array
}

/** The real clock, ids and random bytes. */
export const realEnvironment: Environment = {
  now: () => Date.now(),
  uuid: () => uuidv7(Date.now()),
  random: (bytes) => globalThis.crypto.getRandomValues(new Uint8Array(bytes)),
}

const known = new WeakMap<object, Environment>()

/**
 * Ties an environment to a ledger, so that its collectors use the same.
 *
 * @param sink - the ledger
 * @param environment - its clock, ids and random bytes
 */
export function bindEnvironment(sink: object, environment: Environment): void {
  known.set(sink, environment)
}

/**
 * @param sink - what a collector emits to
 * @returns its environment; the real one where none was bound
 */
export function environmentOf(sink: object): Environment {
  return known.get(sink) ?? realEnvironment
}
