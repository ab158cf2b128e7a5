import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { KeyringEntry } from './keyring-entry.js'
import type { KeyProvider, Signer } from './provider.js'
import { createWarnings } from './warnings.js'
import { checkedMs, waitFor, within } from './within.js'
import { checkedProvider, closedProvider, faultOf, nameOf } from './wrapped.js'

/** How long a signer is kept. */
export interface CachedOptions {
  /** For how long, in milliseconds: a rotation of the key at its service is followed no later. */
  readonly ms: number
  /** How long the provider may take to name a key, in milliseconds; default 10,000. What takes longer is not kept. */
  readonly timeoutMs?: number | undefined
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
 * @param options - `ms`, and how long the provider may take
 * @returns the provider
 * @throws TypeError, RangeError naming the argument that is wrong. `signer()` and `publicKeys()` reject with
 *   `KEY_UNAVAILABLE` (`details.reason` `timeout`) when the time is over
 * @example
 * ```ts
 * import { cached } from 'quittance/keys/cached'
 * import { localKey } from 'quittance/keys/local'
 * const keys = cached(localKey({ env: true }), { ms: 60_000 })
 * ```
 */
export function cached(provider: KeyProvider, options: CachedOptions): KeyProvider {
  checkedProvider(provider, 'provider')
  refuseUnknownMembers(options, { ms: true, timeoutMs: true }, 'options')
  const ms = checkedMs(options.ms, 'options.ms')
  const timeoutMs = checkedMs(options.timeoutMs ?? 10_000, 'options.timeoutMs')
  const what = `the key provider ${nameOf(provider)}`
  const { onWarning } = createWarnings([provider])
  const signers = new Map<string | undefined, Kept<Signer>>()
  let keys: Kept<readonly KeyringEntry[]> | undefined
  const closing = new AbortController()

  const keep = <T>(work: (signal: AbortSignal) => Promise<T>, forget: () => void): Kept<T> => {
    // whoever asked first may give up, and others still wait: nobody's own signal is passed on
    const value = within(work, { timeoutMs, signal: closing.signal, what }).catch((error: unknown) => {
      forget()
      throw closing.signal.aborted ? closedProvider() : faultOf(error, provider)
    })
    value.catch(() => undefined) // who waits for it hears of it
    return { value, until: performance.now() + ms }
  }

  const forget = (chainId: string | undefined, kept: Kept<Signer>): void => {
    if (signers.get(chainId) === kept) signers.delete(chainId)
  }

  const watched = (signer: Signer, failed: () => void): Signer => {
    const { keyId, delegation } = signer
    return Object.freeze({
      keyId,
      ...(delegation === undefined ? {} : { delegation }),
      async sign(message: Uint8Array, given: { signal?: AbortSignal | undefined } = {}) {
        if (closing.signal.aborted) throw closedProvider()
        try {
          return await signer.sign(message, given)
        } catch (error) {
          if (given.signal?.aborted) throw given.signal.reason
          failed()
          throw faultOf(error, provider)
        }
      },
      ...(signer.signSync === undefined
        ? {}
        : {
            signSync(message: Uint8Array) {
              if (closing.signal.aborted) throw closedProvider()
              try {
                return signer.signSync?.(message) as Uint8Array
              } catch (error) {
                failed()
                throw faultOf(error, provider)
              }
            },
          }),
    })
  }

  const ask = (chainId: string | undefined): Kept<Signer> => {
    const failed = (): void => forget(chainId, kept)
    const kept = keep(async (signal) => {
      const signer = await provider.signer({ ...(chainId === undefined ? {} : { chainId }), signal })
      return watched(signer, failed)
    }, failed)
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
              const asked = keep(
                async () => (await provider.publicKeys?.()) ?? [],
                () => {
                  if (keys === asked) keys = undefined
                },
              )
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
