/** The queue and the breaker in front of a provider, each from a package that is loaded only where it is asked for. */
import { QuittanceError } from '../../errors.js'
import type { LimitedTerms } from './options.js'

/** Works, unless what is behind failed too often. */
export type Guard = <T>(work: () => Promise<T>) => Promise<T>

/** What every call goes through. */
export interface Gate {
  /** Waits for its turn, then works. */
  queued<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T>
  /** Counts failures to sign. */
  readonly signing: Guard
  /** Counts failures to name a key: many providers remember it, so a success says nothing of signing. */
  readonly naming: Guard
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
  const queued: Gate['queued'] = (work, signal) => queue.add(work, signal === undefined ? {} : { signal })
  if (breaker === undefined) return { queued, signing: (work) => work(), naming: (work) => work() }

  const { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleWhen } = await load(
    'cockatiel',
    () => import('cockatiel'),
  )
  const guard = (): Guard => {
    const policy = circuitBreaker(handleWhen(isTrouble), {
      halfOpenAfter: breaker.retryAfterMs,
      breaker: new ConsecutiveBreaker(breaker.failures),
    })
    policy.onBreak(() => warn(open()))
    return async (work) => {
      try {
        return await policy.execute(work)
      } catch (error) {
        throw error instanceof BrokenCircuitError ? open() : error
      }
    }
  }
  return { queued, signing: guard(), naming: guard() }
}
