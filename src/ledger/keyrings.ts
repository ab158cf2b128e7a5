/** The keys that judge what other writers sealed, and that this ledger's own receipts verify with. */
import { Keyring, type KeyringEntry } from '../keys/keyring.js'
import type { KeyProvider } from '../keys/provider.js'
import { keyFault } from './faults.js'
import type { Maybe } from './maybe.js'

/** The ledger's keyring: given, or made of its providers' public keys. */
export interface Keyrings {
  /** @returns the keyring; the same object until it changes */
  current(): Maybe<Keyring>
  /** Asks the provider again, where the keyring is made of its keys: it may have a new one. */
  refresh(): Promise<Keyring>
  /** Trusts the keys of a provider that a chain was handed over to. */
  add(entries: readonly KeyringEntry[]): void
}

/**
 * @param provider - a key provider
 * @returns the public keys that its receipts verify with
 * @throws QuittanceError `KEY_*`
 */
export async function entriesOf(provider: KeyProvider): Promise<readonly KeyringEntry[]> {
  try {
    if (provider.publicKeys) return await provider.publicKeys()
    const { keyId, delegation } = await provider.signer()
    return [delegation ? { keyId: delegation.certificate.root, uses: ['delegate'] } : { keyId }]
  } catch (error) {
    throw keyFault(error)
  }
}

/**
 * @param given - the option; `undefined` for the provider's public keys
 * @param provider - the ledger's
 * @returns the keyring's keeper; nothing is asked yet
 */
export function createKeyrings(given: Keyring | undefined, provider: KeyProvider): Keyrings {
  let known: Keyring | undefined = given
  let asking: Promise<Keyring> | undefined

  /** What is known stays: a provider may stop naming a key that old receipts verify with. */
  const extend = (entries: readonly KeyringEntry[]): Keyring => {
    const base = known ?? new Keyring([])
    const fresh = entries.filter(({ keyId }) => base.get(keyId) === undefined)
    known = fresh.length === 0 ? base : base.with(...fresh)
    return known
  }

  const ask = async (): Promise<Keyring> => {
    try {
      return extend(await entriesOf(provider))
    } finally {
      asking = undefined
    }
  }

  const refresh = (): Promise<Keyring> => {
    if (given !== undefined) return Promise.resolve(known as Keyring)
    asking ??= ask()
    return asking
  }

  return {
    current: () => known ?? refresh(),
    refresh,
    add(entries) {
      extend(entries)
    },
  }
}
