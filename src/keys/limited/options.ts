import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { checkedMs } from '../within.js'

/** When to leave a provider alone for a while. */
export interface BreakerOptions {
  /** After how many failures in a row; default 5. */
  readonly failures?: number | undefined
  /** For how long, in milliseconds, until one call tries again; default 10,000. */
  readonly retryAfterMs?: number | undefined
}

/** What a key provider may be asked for. */
export interface LimitedOptions {
  /** How many signatures are asked for at once. */
  readonly concurrency: number
  /** How many signatures a second at most; absent: no limit. */
  readonly rate?: number | undefined
  /** Whether calls stop for a while where they fail again and again; default `false`. */
  readonly breaker?: boolean | BreakerOptions | undefined
  /** How long one call may take, in milliseconds, its wait in the queue not counted; default 10,000. */
  readonly timeoutMs?: number | undefined
}

/** The options, checked. */
export interface LimitedTerms {
  readonly concurrency: number
  readonly rate: number | undefined
  readonly breaker: { readonly failures: number; readonly retryAfterMs: number } | undefined
  readonly timeoutMs: number
}

function count(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`${name} must be a whole number above 0`)
  return value
}

function checkedBreaker(breaker: LimitedOptions['breaker']): LimitedTerms['breaker'] {
  if (breaker === undefined || breaker === false) return undefined
  const { failures = 5, retryAfterMs = 10_000 } = breaker === true ? {} : breaker
  if (breaker !== true) refuseUnknownMembers(breaker, { failures: true, retryAfterMs: true }, 'options.breaker')
  return {
    failures: count(failures, 'options.breaker.failures'),
    retryAfterMs: checkedMs(retryAfterMs, 'options.breaker.retryAfterMs'),
  }
}

/**
 * @param options - as the caller gave them
 * @returns the terms
 * @throws TypeError, RangeError naming the option that is wrong
 */
export function checkedOptions(options: LimitedOptions): LimitedTerms {
  refuseUnknownMembers(options, { concurrency: true, rate: true, breaker: true, timeoutMs: true }, 'options')
  const { concurrency, rate, breaker, timeoutMs = 10_000 } = options
  if (rate !== undefined && !(typeof rate === 'number' && rate > 0 && Number.isFinite(rate)))
    throw new RangeError('options.rate must be a number of signatures a second above 0')
  return {
    concurrency: count(concurrency, 'options.concurrency'),
    rate,
    breaker: checkedBreaker(breaker),
    timeoutMs: checkedMs(timeoutMs, 'options.timeoutMs'),
  }
}
