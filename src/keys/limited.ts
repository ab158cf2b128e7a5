import { createGate, type Gate } from './limited/gate.js'
import { type BreakerOptions, checkedOptions, type LimitedOptions } from './limited/options.js'
import type { KeyProvider, Signer } from './provider.js'
import { createWarnings } from './warnings.js'
import { waitFor, within } from './within.js'
import { checkedProvider, closedProvider, faultOf, nameOf } from './wrapped.js'

export type { BreakerOptions, LimitedOptions }

interface SignOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * A provider that is asked for no more than it can take: so many signatures at once, so many a second, none for a while
 * where it fails again and again, and none for longer than a stated time. What is too much waits for its turn; its signal
 * ends that wait. The queue is the package `p-queue`, the circuit breaker the package `cockatiel`; each must be installed
 * where it is used.
 *
 * @param provider - is asked; the limited one owns and closes it
 * @param options - `concurrency`, and what else is limited
 * @returns the provider, which signs off the calling thread only: `signSync` is not offered
 * @throws TypeError, RangeError naming the argument that is wrong. Signing rejects with `KEY_UNAVAILABLE`, also when the
 *   time is over (`details.reason` `timeout`) and while it is left alone (`circuit-open`)
 * @example
 * ```ts
 * import { limited } from 'quittance/keys/limited'
 * import { localKey } from 'quittance/keys/local'
 * const keys = limited(localKey({ env: true }), { concurrency: 64, rate: 500, breaker: { failures: 5, retryAfterMs: 10_000 } })
 * ```
 */
export function limited(provider: KeyProvider, options: LimitedOptions): KeyProvider {
  checkedProvider(provider, 'provider')
  const terms = checkedOptions(options)
  const { timeoutMs } = terms
  const { warn, onWarning } = createWarnings([provider])
  const closing = new AbortController()
  const what = `the key provider ${nameOf(provider)}`
  let gate: Promise<Gate> | undefined

  const opened = (): Promise<Gate> => {
    gate ??= createGate(terms, warn)
    return gate
  }

  /** A failure of the provider is one of ours; that the caller gave up is not its failure. */
  const asked = async <T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    if (closing.signal.aborted) throw closedProvider()
    try {
      return await within(work, { timeoutMs, signal, what })
    } catch (error) {
      if (signal?.aborted) throw error
      throw closing.signal.aborted ? closedProvider() : faultOf(error, provider)
    }
  }

  const limitedSigner = (signer: Signer, { queued, signing }: Gate): Signer => {
    const { keyId, delegation } = signer
    return Object.freeze({
      keyId,
      ...(delegation === undefined ? {} : { delegation }),
      sign: async (message: Uint8Array, { signal }: SignOptions = {}) => {
        if (closing.signal.aborted) throw closedProvider()
        return queued(
          () => signing(() => asked((own) => signer.sign(message, { signal: own }), signal), signal),
          signal,
        )
      },
    })
  }

  return Object.freeze({
    name: nameOf(provider),
    onWarning,
    async signer({ chainId, signal }: { chainId?: string | undefined; signal?: AbortSignal | undefined } = {}) {
      signal?.throwIfAborted()
      if (closing.signal.aborted) throw closedProvider()
      const through = await waitFor(opened(), signal)
      const more = chainId === undefined ? {} : { chainId }
      const named = () => asked((own) => provider.signer({ ...more, signal: own }), signal)
      const signer = await through.naming(named, signal)
      return limitedSigner(signer, through)
    },
    ...(provider.publicKeys === undefined
      ? {}
      : {
          publicKeys: () => asked(() => (provider.publicKeys as NonNullable<KeyProvider['publicKeys']>)(), undefined),
        }),
    async close() {
      if (closing.signal.aborted) return
      closing.abort(closedProvider())
      // a gate that could not be built has told its callers, and nobody waits in it
      const refused = gate?.then(
        (through) => through.close(closedProvider()),
        () => undefined,
      )
      await Promise.all([refused, provider.close?.()])
    },
    ...(provider.ephemeral ? { ephemeral: true } : {}),
  })
}
