import { QuittanceError } from '../errors.js'

/** How long to wait. */
export interface Patience {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
  /** Who is waited for, as the message names it. */
  readonly what: string
}

/** A timer can't be set further ahead. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * @param value - an option, in milliseconds
 * @param name - how it is called
 * @returns it
 * @throws RangeError naming it
 */
export function checkedMs(value: unknown, name: string): number {
  if (typeof value !== 'number' || !(value > 0) || value > LONGEST_MS)
    throw new RangeError(`${name} must be a number of milliseconds above 0 and below 2^31`)
  return value
}

/**
 * Waits for work that may hang, also where it does not hear its signal. What comes too late is let go of.
 *
 * @param work - gets a signal that is aborted when nobody waits any more
 * @param patience - how long
 * @returns what the work gives
 * @throws QuittanceError `KEY_UNAVAILABLE` when the time is over; the reason of an aborted signal; what the work throws
 */
export function within<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, signal, what }: Patience,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const controller = new AbortController()
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const giveUp = (reason: unknown): void => {
      end()
      reject(reason)
      controller.abort(reason)
    }
    const onAbort = (): void => giveUp(signal?.reason)
    const timer = setTimeout(
      () =>
        giveUp(
          new QuittanceError('KEY_UNAVAILABLE', `${what} gave no answer within ${timeoutMs} ms`, {
            details: { reason: 'timeout', retryable: true, outcome: 'absent' },
          }),
        ),
      timeoutMs,
    )
    signal?.addEventListener('abort', onAbort, { once: true })
    const settle = (then: () => void): void => {
      end()
      then()
    }
    new Promise<T>((start) => start(work(controller.signal))).then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    )
  })
}

/**
 * Waits for work that others wait for too: the signal ends only this wait.
 *
 * @param work - under way
 * @param signal - gives up
 * @returns what the work gives
 * @throws the reason of an aborted signal; what the work throws
 */
export function waitFor<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    const end = (): void => signal.removeEventListener('abort', onAbort)
    work.then(
      (value) => {
        end()
        resolve(value)
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
  })
}
