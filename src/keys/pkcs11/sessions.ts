import type { Cryptoki, Handle } from './cryptoki.js'
import { outOfSessions } from './faults.js'

/** Sessions of one token: PKCS#11 allows one operation a session at a time. */
export interface Sessions {
  /** Runs work in a session of its own, waiting for one where all are in use. */
  use<T>(work: (session: Handle) => Promise<T>, signal: AbortSignal): Promise<T>
  /** Resolves when none is in use. */
  idle(): Promise<void>
  /** Closes all; nothing may be in use. */
  close(): Promise<void>
}

interface Waiter {
  readonly take: (session: Handle) => void
  readonly again: () => void
}

/**
 * @param cryptoki - the module
 * @param slot - where the token is
 * @param first - the session that has logged in
 * @param most - how many sessions there may be
 * @returns the sessions; more than the first are opened when they are needed
 */
export function sessionPool(cryptoki: Cryptoki, slot: Handle, first: Handle, most: number): Sessions {
  const free: Handle[] = [first]
  const waiting: Waiter[] = []
  const resting: (() => void)[] = []
  let open = 1
  let busy = 0
  let limit = most

  const wait = (signal: AbortSignal): Promise<Handle | undefined> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        signal.removeEventListener('abort', onAbort)
        const place = waiting.indexOf(waiter)
        if (place >= 0) waiting.splice(place, 1)
      }
      const onAbort = (): void => {
        leave()
        reject(signal.reason)
      }
      const waiter: Waiter = {
        take(session) {
          leave()
          resolve(session)
        },
        again() {
          leave()
          resolve(undefined)
        },
      }
      signal.addEventListener('abort', onAbort, { once: true })
      waiting.push(waiter)
    })

  const more = async (): Promise<Handle | undefined> => {
    open += 1
    try {
      return await cryptoki.openSession(slot)
    } catch (error) {
      open -= 1
      if (!outOfSessions(error) || open === 0) {
        waiting[0]?.again()
        throw error
      }
      limit = open
      return undefined
    }
  }

  const take = async (signal: AbortSignal): Promise<Handle> => {
    for (;;) {
      signal.throwIfAborted()
      const session = free.pop() ?? (open < limit ? await more() : await wait(signal))
      if (session !== undefined) return session
    }
  }

  const give = (session: Handle): void => {
    const next = waiting[0]
    if (next === undefined) free.push(session)
    else next.take(session)
  }

  return {
    async use(work, signal) {
      busy += 1
      try {
        const session = await take(signal)
        try {
          return await work(session)
        } finally {
          // a signature that failed has ended its operation
          give(session)
        }
      } finally {
        busy -= 1
        if (busy === 0) for (const resolve of resting.splice(0)) resolve()
      }
    },
    idle: () => (busy === 0 ? Promise.resolve() : new Promise((resolve) => resting.push(resolve))),
    async close() {
      for (const session of free.splice(0)) await cryptoki.closeSession(session)
    },
  }
}
