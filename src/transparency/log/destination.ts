/** Somebody to whom checkpoints go, and when he is asked again after he failed. */
import { QuittanceError } from '../../errors.js'
import type { DestinationStatus } from './types.js'

/** The longest pause, in milliseconds. */
const LONGEST_MS = 5 * 60_000

/** How somebody stands. */
export interface Destination {
  /** As it stands in messages and marks: its own name, with a number where others have the same. */
  readonly name: string
  failures: number
  code: string | undefined
  answeredAt: number | undefined
  /** Not asked again before, by `performance.now()`. */
  retryAt: number
}

/**
 * @param given - the names as they were given
 * @returns as many that are all different
 */
function distinct(given: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return given.map((name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count === 1 ? name : `${name}#${count}`
  })
}

/**
 * @param given - sinks, witnesses or authorities
 * @param nameOf - what each is called; default its name
 * @returns each with a name of its own, never asked
 */
export function destinationsOf<T extends { readonly name: string }>(
  given: readonly T[],
  nameOf: (one: T) => string = ({ name }) => name,
): { readonly one: T; readonly as: Destination }[] {
  const names = distinct(given.map(nameOf))
  return given.map((one, index) => ({ one, as: destination(names[index] as string) }))
}

/** @returns one that was never asked */
export function destination(name: string): Destination {
  return { name, failures: 0, code: undefined, answeredAt: undefined, retryAt: Number.NEGATIVE_INFINITY }
}

/** @returns the code of a fault, or what kind of error it is: never a message */
export function codeOf(error: unknown): string {
  if (QuittanceError.is(error)) return error.code
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'Error'
}

/** Takes note that it answered. */
export function answered(to: Destination, now: number): void {
  to.failures = 0
  to.code = undefined
  to.answeredAt = now
  to.retryAt = Number.NEGATIVE_INFINITY
}

/** Takes note that it failed: the pauses double, jittered so that processes don't march in step. */
export function failedOnce(to: Destination, error: unknown, firstPauseMs: number): void {
  to.failures += 1
  to.code = codeOf(error)
  const pause = Math.min(LONGEST_MS, firstPauseMs * 2 ** Math.min(to.failures - 1, 16))
  to.retryAt = performance.now() + pause * (0.5 + Math.random() / 2)
}

/** @returns how it stands */
export function statusOf({ name, failures, code, answeredAt }: Destination, pending: number): DestinationStatus {
  return { name, pending, failures, code, answeredAt }
}

/**
 * Ends with the signal or after a time, also where the work hears of neither.
 *
 * @param ms - how long it may take
 * @param signal - ends it earlier
 * @param work - is given a signal that says so
 * @throws QuittanceError `TLOG_UNAVAILABLE` when it took too long; the signal's reason; what the work throws
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const own = new AbortController()
  const timer = setTimeout(() => {
    const message = `there was no answer within ${ms} ms`
    own.abort(new QuittanceError('TLOG_UNAVAILABLE', message, { details: { reason: 'timeout', retryable: true } }))
  }, ms)
  timer.unref?.()
  const pass = (): void => own.abort(signal.reason)
  signal.addEventListener('abort', pass, { once: true })
  try {
    const ended = new Promise<never>((_, reject) => {
      own.signal.addEventListener('abort', () => reject(own.signal.reason), { once: true })
    })
    return await Promise.race([work(own.signal), ended])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', pass)
  }
}
