import { createFailover } from './failover/choose.js'
import { checkedOptions, type FailoverOptions } from './failover/options.js'
import type { KeyProvider } from './provider.js'

export type { FailoverOptions }

/**
 * Several keys, of which the first that works signs. Each of them must be in the keyring of those who verify. A switch is
 * on record twice: every receipt names the key that signed it, and a warning tells when and why another key took over,
 * and when the first one came back. A provider that failed is tried again in the background, when this one is used.
 *
 * @param providers - in order of preference, at least two with different keys; the failover owns and closes them
 * @param options - how long each may take, and after how long one that failed is tried again
 * @returns the provider. A signature that fails rejects with `details.retryable` where another key can take over: asking
 *   for a signer again gives that one, as a ledger does
 * @throws TypeError, RangeError naming the argument that is wrong. `signer()` rejects with the first provider's error when
 *   none works; `publicKeys()` rejects while one that never named its keys can't be asked, so give the ledger a `keyring`
 *   that has them all
 * @example
 * ```ts
 * import { failover } from 'quittance/keys/failover'
 * import { localKey } from 'quittance/keys/local'
 * const keys = failover([localKey({ file: '/mnt/hsm/receipts.pem' }), localKey({ file: './spare.key.pem' })])
 * ```
 */
export function failover(providers: readonly KeyProvider[], options: FailoverOptions = {}): KeyProvider {
  return createFailover(checkedOptions(providers, options), () => performance.now())
}
