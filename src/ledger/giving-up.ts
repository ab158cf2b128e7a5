/** Work of several steps that its caller may give up, by a signal or after a time. */
import { QuittanceError } from '../errors.js'
import type { AppendOptions } from './types.js'

/** The longest that a timer takes. */
const MAX_DELAY = 2 ** 31 - 1

/** What each step is told. */
export interface Limit {
  /** Ends the step. */
  readonly signal: AbortSignal
  /** For a step that is an append: it gives up by itself, and knows better what was written. */
  append(): AppendOptions
  /** From now on, giving up leaves something behind that the same call finishes later. */
  begun(): void
}

/**
 * @param given - `signal`, and `timeoutMs` for the whole; without it only the appends have their usual time
 * @param chainId - for the error
 * @param work - takes steps until it is done
 * @returns what the work returns
 * @throws QuittanceError `LEDGER_ABORTED`, `LEDGER_TIMEOUT`, whose `details.outcome` says whether anything was recorded;
 *   what the work throws
 * @throws RangeError for a wrong `timeoutMs`
 */
export async function withinLimit<T>(
  given: AppendOptions,
  chainId: string,
  work: (limit: Limit) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs } = given
  if (timeoutMs !== undefined && (typeof timeoutMs !== 'number' || !(timeoutMs > 0)))
    throw new RangeError('timeoutMs must be a number of milliseconds above 0')
  const started = performance.now()
  const controller = new AbortController()
  let ended: 'LEDGER_ABORTED' | 'LEDGER_TIMEOUT' | undefined
  let recorded = false
  const end = (code: 'LEDGER_ABORTED' | 'LEDGER_TIMEOUT'): void => {
    ended ??= code
    controller.abort(signal?.reason)
  }
  const onAbort = (): void => end('LEDGER_ABORTED')
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer =
    timeoutMs !== undefined && timeoutMs <= MAX_DELAY ? setTimeout(() => end('LEDGER_TIMEOUT'), timeoutMs) : undefined
  const error = (code: 'LEDGER_ABORTED' | 'LEDGER_TIMEOUT', cause: unknown): QuittanceError => {
    const why = code === 'LEDGER_ABORTED' ? 'it was given up' : `it was not done within ${timeoutMs} ms`
    const left = recorded ? 'it is recorded; the same call finishes it' : 'nothing was recorded and nothing removed'
    return new QuittanceError(code, `${why}: ${left}`, {
      details: { chainId, outcome: recorded ? 'unknown' : 'absent', retryable: true },
      ...(cause === undefined ? {} : { cause }),
    })
  }
  try {
    if (ended !== undefined) throw error(ended, signal?.reason)
    return await work({
      signal: controller.signal,
      append: () => ({
        signal,
        // what an outbox takes is not in the chain yet: nothing may rest on it
        whenAway: 'wait',
        ...(timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, timeoutMs - (performance.now() - started)) }),
      }),
      begun() {
        recorded = true
      },
    })
  } catch (thrown) {
    // a store rejects with the signal's reason; an error of ours was met before that, or says more
    if (ended === undefined || QuittanceError.is(thrown)) throw thrown
    throw error(ended, thrown)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
