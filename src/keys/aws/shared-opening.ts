import { closedError } from './client.js'

/** Opens something once for all who ask. */
export interface SharedOpening<T> {
  /** @param signal - stops this caller's waiting, nobody else's */
  get(signal?: AbortSignal): Promise<T>
  /** What was opened, where it was. `get` rejects with `KEY_UNAVAILABLE` from now on. */
  close(): T | undefined
}

/**
 * @param open - does it; what failed is tried again for the next who asks
 * @param discard - is given what was opened after all, when it was closed meanwhile
 * @returns the opening; nothing happens before the first `get`
 */
export function sharedOpening<T>(
  open: () => Promise<T>,
  discard: (opened: T) => Promise<void> | undefined = () => undefined,
): SharedOpening<T> {
  let closed = false
  let opened: T | undefined
  let opening: Promise<T> | undefined

  const run = async (): Promise<T> => {
    try {
      const found = await open()
      if (closed) {
        await discard(found)
        throw closedError()
      }
      opened = found
      return found
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  return {
    async get(signal) {
      signal?.throwIfAborted()
      if (closed) throw closedError()
      opening ??= run()
      const waited = opening
      const found = await new Promise<T>((resolve, reject) => {
        const giveUp = () => reject(signal?.reason)
        signal?.addEventListener('abort', giveUp, { once: true })
        waited.then(resolve, reject).finally(() => signal?.removeEventListener('abort', giveUp))
      })
      if (closed) throw closedError()
      return found
    },
    close() {
      closed = true
      const found = opened
      opened = undefined
      opening = undefined
      return found
    },
  }
}
