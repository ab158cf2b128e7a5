/** The queue and the breaker in front of a provider, each from a package that is loaded only where it is asked for. */
import { QuittanceError } from '../../errors.js'
import { waitFor } from '../within.js'
import type { LimitedTerms } from './options.js'

/** Works, unless what is behind failed too often; who gives up is not kept waiting. */
export type Guard = <T>(work: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>

/** What every call goes through. */
export interface Gate {
  /** Waits for its turn, then works. */
  queued<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>
  /** Counts failures to sign. */
  readonly signing: Guard
  /** Counts failures to name a key: many providers remember it, so a success says nothing of signing. */
  readonly naming: Guard
  /** Rejects all that still waits for its turn. */
  close(reason: QuittanceError): void
}

/** Faults that say that the service is in trouble; a missing permission or a wrong argument says nothing of that. */
const troubles: ReadonlySet<string> = new Set([
  'KEY_UNAVAILABLE',
  'KEY_THROTTLED',
  'KEY_SIGNING_FAILED',
  'KEY_BAD_SIGNATURE',
])

const isTrouble = (error: unknown): boolean => QuittanceError.is(error) && troubles.has(error.code)

async function load<T>(name: string, loading: () => Promise<T>): Promise<T> {
  try {
    return await loading()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new QuittanceError('KEY_UNAVAILABLE', `limited() needs the package ${name}, which is not installed`, {
      details: { retryable: false, outcome: 'absent' },
    })
  }
}

/** A tenth of a second's worth at a time, so that calls are spread and small rates are exact. */
function ratePerInterval(rate: number): { readonly interval: number; readonly intervalCap: number } {
  const intervalCap = Math.max(1, Math.floor(rate / 10))
  return { intervalCap, interval: Math.ceil((1_000 * intervalCap) / rate) }
}

/** Stands for a caller's reason to give up, which may be any value. */
interface GivenUp extends Error {
  readonly reason: unknown
  readonly givenUp: true
}

const isGivenUp = (error: unknown): error is GivenUp => (error as Partial<GivenUp> | undefined)?.givenUp === true

const open = (): QuittanceError =>
  new QuittanceError('KEY_UNAVAILABLE', 'the key provider failed again and again, and is left alone for a while', {
    details: { reason: 'circuit-open', retryable: true, outcome: 'absent' },
  })

/**
 * @param terms - checked
 * @param warn - hears that calls stop, and that they go on
 * @returns the gate, open
 * @throws QuittanceError `KEY_UNAVAILABLE` where a package is missing
 */
export async function createGate(
  { concurrency, rate, breaker }: LimitedTerms,
  warn: (warning: QuittanceError) => void,
): Promise<Gate> {
  const { default: PQueue } = await load('p-queue', () => import('p-queue'))
  const queue = new PQueue({ concurrency, ...(rate === undefined ? {} : ratePerInterval(rate)) })
  const waiting = new Set<(reason: QuittanceError) => void>()
  const queued: Gate['queued'] = <T>(work: () => Promise<T>, signal: AbortSignal | undefined) =>
    new Promise<T>((resolve, reject) => {
      waiting.add(reject)
      const begun = (): Promise<T> => {
        waiting.delete(reject)
        return work()
      }
      queue
        .add(begun, signal === undefined ? {} : { signal })
        .then(resolve, reject)
        .finally(() => waiting.delete(reject))
    })
  const close: Gate['close'] = (reason) => {
    queue.clear()
    for (const reject of waiting) reject(reason)
    waiting.clear()
  }
  if (breaker === undefined) return { queued, signing: (work) => work(), naming: (work) => work(), close }

  const { BrokenCircuitError, CircuitState, circuitBreaker, ConsecutiveBreaker, handleWhen } = await load(
    'cockatiel',
    () => import('cockatiel'),
  )
  const guard = (): Guard => {
    // a try that nobody waited for says nothing: what does not count would end the break as a success does
    const counts = (error: Error): boolean =>
      isTrouble(error) || (isGivenUp(error) && policy.state === CircuitState.HalfOpen)
    const policy = circuitBreaker(handleWhen(counts), {
      halfOpenAfter: breaker.retryAfterMs,
      breaker: new ConsecutiveBreaker(breaker.failures),
    })
    policy.onBreak(() => warn(open()))
    return async (work, signal) => {
      signal?.throwIfAborted()
      const tried = policy.execute(async () => {
        try {
          return await work()
        } catch (error) {
          if (!signal?.aborted) throw error
          throw Object.assign(new Error('given up'), { reason: error, givenUp: true } as const)
        }
      })
      try {
        return await waitFor(tried, signal)
      } catch (error) {
        if (isGivenUp(error)) throw error.reason
        throw error instanceof BrokenCircuitError ? open() : error
      }
    }
  }
  return { queued, signing: guard(), naming: guard(), close }
}
