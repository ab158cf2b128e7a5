/** Who hears what a log tells. */
import type { Ledger } from '../../ledger/types.js'
import type { CheckpointLog, CheckpointLogEvents } from './types.js'

/** Tells listeners, and the ledger where nobody listens. */
export interface Events {
  readonly on: CheckpointLog['on']
  emit<Name extends keyof CheckpointLogEvents>(name: Name, event: CheckpointLogEvents[Name]): void
  warn(error: unknown, about?: Omit<CheckpointLogEvents['warning'], 'error'>): void
}

/**
 * @param ledger - hears warnings that nobody listens for, and what listeners throw
 * @returns events without listeners
 */
export function createEvents(ledger: Pick<Ledger, 'warn'>): Events {
  const listeners = { published: new Set(), warning: new Set() } as {
    readonly [Name in keyof CheckpointLogEvents]: Set<(event: CheckpointLogEvents[Name]) => void>
  }

  const emit: Events['emit'] = (name, event) => {
    for (const listener of [...listeners[name]]) {
      try {
        listener(event)
      } catch (thrown) {
        ledger.warn(thrown)
      }
    }
  }

  return {
    on(name, listener) {
      if (!Object.hasOwn(listeners, name)) throw new TypeError('event must be published or warning')
      if (typeof listener !== 'function') throw new TypeError('listener must be a function')
      const own: typeof listener = (event) => listener(event)
      listeners[name].add(own)
      return () => {
        listeners[name].delete(own)
      }
    },
    emit,
    warn(error, about = {}) {
      if (listeners.warning.size === 0) ledger.warn(error)
      else emit('warning', { error, ...about })
    },
  }
}
