import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { LedgerEvents, ListenOptions } from './types.js'

/** Who listens, and how they are told. */
export interface Events {
  /** @returns a function that stops listening */
  on<Name extends keyof LedgerEvents>(
    name: Name,
    listener: (event: LedgerEvents[Name]) => void,
    options?: ListenOptions,
  ): () => void
  emit<Name extends keyof LedgerEvents>(name: Name, event: LedgerEvents[Name]): void
  /** @returns whether anybody listens, so that an event needn't be made for nobody */
  heard(name: keyof LedgerEvents): boolean
}

const names: ReadonlySet<unknown> = new Set<keyof LedgerEvents>([
  'appended',
  'signed',
  'stored',
  'failed',
  'conflict',
  'retry',
  'rolled_back',
  'outbox',
  'warning',
])

interface Host {
  emitWarning?(message: string, options: { type: string; code: string }): void
}

/** Only our own messages are known to hold no payload. */
function toProcess(error: unknown): void {
  const code = QuittanceError.is(error) ? error.code : error instanceof Error ? error.name : typeof error
  const message = QuittanceError.is(error) ? error.message : 'a fault that nobody listens for: see ledger.on("warning")'
  ;(globalThis as { process?: Host }).process?.emitWarning?.(message, { type: 'QuittanceWarning', code })
}

/**
 * Listeners are called at once and in order. One that throws disturbs nobody: what it threw is a warning. A warning that
 * nobody listens for goes to the process, so that it is seen.
 *
 * @returns an emitter without listeners
 */
export function createEvents(): Events {
  const listeners = new Map<keyof LedgerEvents, Set<(event: never) => void>>()
  const passive = new Set<(event: never) => void>()

  const emit: Events['emit'] = (name, event) => {
    const own = [...(listeners.get(name) ?? [])]
    if (name === 'warning' && own.every((listener) => passive.has(listener)))
      toProcess((event as LedgerEvents['warning']).error)
    for (const listener of own as ((event: unknown) => void)[]) {
      try {
        listener(event)
      } catch (thrown) {
        if (name === 'warning') toProcess(thrown)
        else emit('warning', { error: thrown })
      }
    }
  }

  return {
    on(name, listener, options = {}) {
      if (!names.has(name)) throw new TypeError(`event must be one of ${[...names].join(', ')}`)
      if (typeof listener !== 'function') throw new TypeError('listener must be a function')
      refuseUnknownMembers(options, { passive: true }, 'options')
      // a wrapper of its own, so that the same function may listen twice and stop once
      const own = (event: never): void => listener(event)
      const set = listeners.get(name) ?? new Set()
      set.add(own)
      if (options.passive === true) passive.add(own)
      listeners.set(name, set)
      return () => {
        set.delete(own)
        passive.delete(own)
      }
    },
    emit,
    heard: (name) => (listeners.get(name)?.size ?? 0) > 0,
  }
}
