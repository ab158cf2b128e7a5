import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { KeyringEntry } from './keyring-entry.js'
import type { KeyProvider, Signer } from './provider.js'
import { createWarnings } from './warnings.js'
import { checkedMs, waitFor } from './within.js'
import { checkedProvider, closedProvider, nameOf } from './wrapped.js'

/** How long a signer is kept. */
export interface CachedOptions {
  /** For how long, in milliseconds: a rotation of the key at its service is followed no later. */
  readonly ms: number
}

/** What was asked for, and until when it holds. */
interface Kept<T> {
  readonly value: Promise<T>
  readonly until: number
}

/** How many chains' signers are kept at most; the oldest goes first. */
const MAX_CHAINS = 10_000

/**
 * A provider that is not asked for a signer at each batch: a signer is kept for a while for each chain, and let go of as
 * soon as it fails to sign. What fails is not kept. Signing itself is not concerned.
 *
 * @param provider - is asked; the cached one owns and closes it
 * @param options - `ms`
 * @returns the provider
 * @throws TypeError, RangeError naming the argument that is wrong
 * @example
 * ```ts
 * import { cached } from 'quittance/keys/cached'
 * import { localKey } from 'quittance/keys/local'
 * const keys = cached(localKey({ env: true }), { ms: 60_000 })
 * ```
 */
export function cached(provider: KeyProvider, options: CachedOptions): KeyProvider {
  checkedProvider(provider, 'provider')
  refuseUnknownMembers(options, { ms: true }, 'options')
  const ms = checkedMs(options.ms, 'options.ms')
  const { onWarning } = createWarnings([provider])
  const signers = new Map<string | undefined, Kept<Signer>>()
  let keys: Kept<readonly KeyringEntry[]> | undefined
  const closing = new AbortController()

  const keep = <T>(work: Promise<T>, forget: () => void): Kept<T> => {
    work.catch(forget)
    return { value: work, until: performance.now() + ms }
  }

  const forget = (chainId: string | undefined, kept: Kept<Signer>): void => {
    if (signers.get(chainId) === kept) signers.delete(chainId)
  }

  const watched = (signer: Signer, failed: () => void): Signer => {
    const { keyId, delegation, signSync } = signer
    return Object.freeze({
      keyId,
      ...(delegation === undefined ? {} : { delegation }),
      async sign(message: Uint8Array, given: { signal?: AbortSignal | undefined } = {}) {
        if (closing.signal.aborted) throw closedProvider()
        try {
          return await signer.sign(message, given)
        } catch (error) {
          if (!given.signal?.aborted) failed()
          throw error
        }
      },
      ...(signSync === undefined
        ? {}
        : {
            signSync(message: Uint8Array) {
              if (closing.signal.aborted) throw closedProvider()
              try {
                return signSync(message)
              } catch (error) {
                failed()
                throw error
              }
            },
          }),
    })
  }

  const ask = (chainId: string | undefined): Kept<Signer> => {
    const failed = (): void => forget(chainId, kept)
    // whoever asked first may give up, and others still wait: nobody's own signal is passed on
    const asked = provider.signer({ ...(chainId === undefined ? {} : { chainId }), signal: closing.signal })
    const kept = keep(
      asked.then((signer) => watched(signer, failed)),
      failed,
    )
    signers.delete(chainId)
    signers.set(chainId, kept)
    if (signers.size > MAX_CHAINS) signers.delete(signers.keys().next().value)
    return kept
  }

  return Object.freeze({
    name: nameOf(provider),
    onWarning,
    async signer({ chainId, signal }: { chainId?: string | undefined; signal?: AbortSignal | undefined } = {}) {
      signal?.throwIfAborted()
      if (closing.signal.aborted) throw closedProvider()
      const known = signers.get(chainId)
      const { value } = known !== undefined && performance.now() < known.until ? known : ask(chainId)
      const signer = await waitFor(value, signal)
      if (closing.signal.aborted) throw closedProvider()
      return signer
    },
    ...(provider.publicKeys === undefined
      ? {}
      : {
          publicKeys() {
            if (closing.signal.aborted) return Promise.reject(closedProvider())
            if (keys === undefined || performance.now() >= keys.until) {
              const asked = keep((provider.publicKeys as NonNullable<KeyProvider['publicKeys']>)(), () => {
                if (keys === asked) keys = undefined
              })
              keys = asked
            }
            return keys.value
          },
        }),
    async close() {
      if (closing.signal.aborted) return
      closing.abort(closedProvider())
      signers.clear()
      keys = undefined
      await provider.close?.()
    },
    ...(provider.ephemeral ? { ephemeral: true } : {}),
  })
}
