/** Which stores a run of a command has opened, so that a failure can say whose it is. */
import type { Io } from './io.js'

/** A store as it is told of. */
export interface OpenedStore {
  /** Without user and password. */
  readonly name: string
  /** The directory of a file store. */
  readonly directory?: string | undefined
}

const opened = new WeakMap<Io, Map<string, OpenedStore>>()

/**
 * @param io - the process
 * @param store - one that is being opened
 */
export function noteStore(io: Io, store: OpenedStore): void {
  opened.set(io, (opened.get(io) ?? new Map()).set(store.name, store))
}

/**
 * @param io - the process
 * @returns the store of this run; `undefined` where there is none, and where there are several
 */
export function onlyStore(io: Io): OpenedStore | undefined {
  const [store, another] = opened.get(io)?.values() ?? []
  return another === undefined ? store : undefined
}
