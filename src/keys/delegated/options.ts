import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { isChainPattern } from '../chain-pattern.js'
import type { LocalBackend } from '../local.js'
import type { KeyProvider } from '../provider.js'
import { checkedMs } from '../within.js'
import { checkedProvider } from '../wrapped.js'

/** What a delegated key needs. */
export interface DelegatedKeyOptions {
  /** Certifies the session keys; its key has the keyring use `delegate`. The delegated key owns it and closes it. */
  readonly root: KeyProvider
  /** The chains that may be signed: exact ids, or prefixes ending in `*`. */
  readonly chains: readonly string[]
  /** How long a certificate lasts, in milliseconds; default 24 hours, at most 31 days. */
  readonly ttlMs?: number | undefined
  /** How long before its end a certificate is renewed, and so how long an outage of the root can be ridden out; default a twelfth of `ttlMs`. */
  readonly renewBeforeMs?: number | undefined
  /** How long the root may take for one answer, in milliseconds; default 10,000. */
  readonly timeoutMs?: number | undefined
  /** What signs with the session key, as of `localKey`. */
  readonly backend?: LocalBackend | undefined
}

/** The options, checked and copied. */
export interface DelegatedTerms {
  readonly root: KeyProvider
  readonly chains: readonly string[]
  readonly ttlMs: number
  readonly renewBeforeMs: number
  readonly timeoutMs: number
  readonly backend: LocalBackend | undefined
}

const known = { root: true, chains: true, ttlMs: true, renewBeforeMs: true, timeoutMs: true, backend: true } as const

const DAY_MS = 86_400_000
const SHORTEST_MS = 1_000
const LONGEST_MS = 31 * DAY_MS
/** The certificate rides on a receipt, whose preimage may have 65,000 bytes. */
const MAX_CHAINS_TEXT = 16_384

function checkedChains(chains: unknown): readonly string[] {
  if (!Array.isArray(chains) || chains.length === 0)
    throw new TypeError("options.chains must be an array of chain ids, or of prefixes ending in '*'")
  for (const chain of chains) {
    if (typeof chain !== 'string' || !isChainPattern(chain))
      throw new RangeError("options.chains must hold chain ids, or prefixes ending in '*'")
  }
  if (chains.join('').length > MAX_CHAINS_TEXT)
    throw new RangeError(`options.chains must have at most ${MAX_CHAINS_TEXT} characters in all: use a prefix`)
  return Object.freeze([...chains])
}

/**
 * @param options - as the caller gave them
 * @returns the terms
 * @throws TypeError, RangeError naming the option that is wrong
 */
export function checkedOptions(options: DelegatedKeyOptions): DelegatedTerms {
  refuseUnknownMembers(options, known, 'options')
  const { root, chains, ttlMs = DAY_MS, timeoutMs = 10_000, backend } = options
  if (!Number.isSafeInteger(ttlMs) || ttlMs < SHORTEST_MS || ttlMs > LONGEST_MS)
    throw new RangeError('options.ttlMs must be a whole number of milliseconds from 1 second to 31 days')
  const renewBeforeMs = checkedMs(options.renewBeforeMs ?? Math.floor(ttlMs / 12), 'options.renewBeforeMs')
  if (renewBeforeMs >= ttlMs) throw new RangeError('options.renewBeforeMs must be less than ttlMs')
  if (backend !== undefined && backend !== 'node' && backend !== 'sodium')
    throw new TypeError("options.backend must be 'node' or 'sodium'")
  return {
    root: checkedProvider(root, 'options.root'),
    chains: checkedChains(chains),
    ttlMs,
    renewBeforeMs,
    timeoutMs: checkedMs(timeoutMs, 'options.timeoutMs'),
    backend,
  }
}
