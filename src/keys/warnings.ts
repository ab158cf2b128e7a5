/** How a key provider says what nobody need be stopped for. */
import { QuittanceError } from '../errors.js'
import type { KeyProvider } from './provider.js'

/** Those who listen to one provider. */
export interface Warnings {
  readonly onWarning: NonNullable<KeyProvider['onWarning']>
  readonly warn: (warning: QuittanceError) => void
}

/** The code and our own words alone: what a listener threw may hold anything. */
const toProcess = (error: unknown): void => {
  const own = QuittanceError.is(error)
  process.emitWarning(own ? error.message : 'a listener for the warnings of a key provider threw', {
    type: 'QuittanceWarning',
    code: own ? error.code : 'Error',
  })
}

/**
 * A warning that nobody listens for goes to the process, so that it is seen.
 *
 * @param inner - providers whose warnings are passed on
 * @returns an emitter
 */
export function createWarnings(inner: readonly KeyProvider[] = []): Warnings {
  const listeners = new Set<(warning: QuittanceError) => void>()
  const warn = (warning: QuittanceError): void => {
    if (listeners.size === 0) toProcess(warning)
    for (const listener of [...listeners]) {
      try {
        listener(warning)
      } catch (thrown) {
        toProcess(thrown)
      }
    }
  }
  for (const provider of inner) provider.onWarning?.(warn)
  return {
    warn,
    onWarning(listener) {
      if (typeof listener !== 'function') throw new TypeError('listener must be a function')
      // of its own, so that the same function may listen twice and stop once
      const own = (warning: QuittanceError): void => listener(warning)
      listeners.add(own)
      return () => {
        listeners.delete(own)
      }
    },
  }
}
