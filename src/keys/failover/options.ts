import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { KeyProvider } from '../provider.js'
import { checkedMs } from '../within.js'
import { checkedProvider } from '../wrapped.js'

/** How long to wait for a provider, and when to go back to it. */
export interface FailoverOptions {
  /** How long a provider may take for one answer, in milliseconds; default 5,000. */
  readonly timeoutMs?: number | undefined
  /** How long after it failed a provider is tried again, in milliseconds; default 30,000. */
  readonly retryAfterMs?: number | undefined
}

/** The arguments, checked and copied. */
export interface FailoverTerms {
  readonly providers: readonly KeyProvider[]
  readonly timeoutMs: number
  readonly retryAfterMs: number
}

/**
 * @param providers - as the caller gave them
 * @param options - likewise
 * @returns the terms
 * @throws TypeError, RangeError naming the argument that is wrong
 */
export function checkedOptions(providers: readonly KeyProvider[], options: FailoverOptions): FailoverTerms {
  if (!Array.isArray(providers) || providers.length < 2)
    throw new TypeError('providers must be an array of at least two key providers')
  refuseUnknownMembers(options, { timeoutMs: true, retryAfterMs: true }, 'options')
  const { timeoutMs = 5_000, retryAfterMs = 30_000 } = options
  const checked = providers.map((one, index) => checkedProvider(one, `providers[${index}]`))
  if (new Set(checked).size < checked.length) throw new TypeError('providers must not hold one provider twice')
  return {
    providers: checked,
    timeoutMs: checkedMs(timeoutMs, 'options.timeoutMs'),
    retryAfterMs: checkedMs(retryAfterMs, 'options.retryAfterMs'),
  }
}
