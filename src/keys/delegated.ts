import { createDelegate } from './delegated/delegate.js'
import { checkedOptions, type DelegatedKeyOptions } from './delegated/options.js'
import type { KeyProvider } from './provider.js'

export type { DelegatedKeyOptions }

/**
 * A key in this process that a root key certifies for a while: the root, in a key service or a module, signs once a
 * certificate, and this process signs the receipts. Verifiers need only the root, with the use `delegate`, in their
 * keyring. Nothing is asked of the root before the first `signer()`. From `renewBeforeMs` before its end a certificate is
 * renewed in the background, with a new key, when the provider is next used; while the root can't be reached the old one
 * goes on to its end, with warnings, and then signing stops with `KEY_EXPIRED`.
 *
 * @param options - `root` and `chains`, and how long a certificate lasts
 * @returns the provider, which owns the root and closes it; `close()` wipes the session keys
 * @throws TypeError, RangeError naming the option that is wrong. `signer()` rejects with `KEY_EXPIRED`, with
 *   `KEY_PERMISSION` for a chain that is not among `chains`, with `KEY_WRONG_TYPE` for a root that is a delegate itself, and
 *   at first with what the root rejects with
 * @example
 * ```ts
 * import { delegatedKey } from 'quittance/keys/delegated'
 * import { localKey } from 'quittance/keys/local'
 * const root = localKey({ file: './root.key.pem', create: true }) // better: a key in a key service or a module
 * const keys = delegatedKey({ root, chains: ['acme', 'acme/*'] })
 * ```
 */
export function delegatedKey(options: DelegatedKeyOptions): KeyProvider {
  return createDelegate(checkedOptions(options), () => Date.now())
}
