/** Which of several providers signs now. */
import { QuittanceError } from '../../errors.js'
import { utf8 } from '../../primitives/bytes.js'
import type { KeyringEntry } from '../keyring-entry.js'
import type { KeyProvider, Signer } from '../provider.js'
import { verifiedSigner } from '../verified.js'
import { createWarnings } from '../warnings.js'
import { within } from '../within.js'
import { closedProvider, faultOf, nameOf } from '../wrapped.js'
import type { FailoverTerms } from './options.js'

/** One provider, and how it stands. */
interface Candidate {
  readonly provider: KeyProvider
  /** What it failed with; `undefined` while it is taken to work. */
  fault: QuittanceError | undefined
  retryAt: number
  probing: boolean
  keys: readonly KeyringEntry[] | undefined
}

/** Who may not sign a chain, and in which words. */
interface Refused {
  readonly by: Candidate
  readonly error: QuittanceError
}

interface SignOptions {
  readonly signal?: AbortSignal | undefined
}

/** Not to be taken for a receipt, a rotation or a certificate, whose messages begin otherwise. */
const PROBE = utf8('quittance/1 health\n')

/** A provider that may not sign one chain is not broken for the others. */
const aboutTheChain = (error: unknown): error is QuittanceError =>
  QuittanceError.is(error) && error.details.chainId !== undefined

/** How many chains are remembered for having been warned of; the oldest goes first. */
const MAX_CHAINS = 10_000

/** Faults that end with the same call made again by the same key, so that no other key is needed. */
const passing = (error: unknown): boolean => QuittanceError.is(error, 'KEY_EXPIRED') && error.details.retryable === true

/**
 * The provider over a clock of its own. It has no timer between calls.
 *
 * @param terms - checked
 * @param now - milliseconds, of a clock that never goes back
 * @returns the provider
 */
export function createFailover({ providers, timeoutMs, retryAfterMs }: FailoverTerms, now: () => number): KeyProvider {
  const { warn, onWarning } = createWarnings(providers)
  const closing = new AbortController()
  const candidates = providers.map(
    (provider): Candidate => ({
      provider,
      fault: undefined,
      retryAt: Number.NEGATIVE_INFINITY,
      probing: false,
      keys: undefined,
    }),
  )
  /** Who signed last; the first until one fails. */
  let chosen = candidates[0] as Candidate
  const steppedRound = new Set<string>()

  const whatOf = ({ provider }: Candidate): string => `the key provider ${nameOf(provider)}`
  const placeOf = (one: Candidate): string => `${nameOf(one.provider)} (${candidates.indexOf(one) + 1})`

  const choose = (one: Candidate, { keyId }: Signer): void => {
    if (one === chosen) return
    const before = chosen
    chosen = one
    const { fault } = before
    const why = fault === undefined ? 'works again' : `failed with ${fault.code}`
    const who = fault === undefined ? placeOf(one) : placeOf(before)
    warn(
      new QuittanceError(
        fault?.code ?? 'KEY_UNAVAILABLE',
        `key provider ${who} ${why}: ${placeOf(one)} signs from now on`,
        {
          details: { keyId, reason: fault === undefined ? 'failback' : 'failover' },
          ...(fault === undefined ? {} : { cause: fault }),
        },
      ),
    )
  }

  /** Another key than the preferred one signs this chain for good, and its receipts may count for less: said once. */
  const stepRound = (one: Candidate, { keyId }: Signer, chainId: string, refused: Refused): void => {
    if (steppedRound.has(chainId)) return
    steppedRound.add(chainId)
    if (steppedRound.size > MAX_CHAINS) steppedRound.delete(steppedRound.values().next().value as string)
    warn(
      new QuittanceError(
        refused.error.code,
        `key provider ${placeOf(refused.by)} may not sign this chain: ${placeOf(one)} signs it`,
        { details: { keyId, chainId, reason: 'scope' }, cause: refused.error },
      ),
    )
  }

  const failed = (one: Candidate, error: unknown): QuittanceError => {
    const fault = faultOf(error, one.provider)
    one.fault = fault
    one.retryAt = now() + retryAfterMs
    return fault
  }

  /** A key that failed shows that it signs before receipts wait for it again. */
  const probe = async (one: Candidate): Promise<void> => {
    one.probing = true
    try {
      const patience = { timeoutMs, signal: closing.signal, what: whatOf(one) }
      await within(async (signal) => {
        const signer = verifiedSigner(await one.provider.signer({ signal }))
        await signer.sign(PROBE, { signal })
      }, patience)
      one.fault = undefined
    } catch (error) {
      failed(one, error)
    } finally {
      one.probing = false
    }
  }

  const watched = (one: Candidate, signer: Signer): Signer => {
    const { keyId, delegation } = signer
    /** The error to throw: one that says to try again where another key may take over. */
    const refused = (error: unknown): unknown => {
      if (closing.signal.aborted) return closedProvider()
      if (passing(error)) return error
      const fault = failed(one, error)
      if (!candidates.some((other) => other !== one && other.fault === undefined)) return fault
      return new QuittanceError(fault.code, fault.message, {
        details: { ...fault.details, retryable: true },
        cause: fault.cause ?? fault,
      })
    }
    return Object.freeze({
      keyId,
      ...(delegation === undefined ? {} : { delegation }),
      async sign(message: Uint8Array, { signal }: SignOptions = {}) {
        if (closing.signal.aborted) throw closedProvider()
        try {
          return await within((own) => signer.sign(message, { signal: own }), { timeoutMs, signal, what: whatOf(one) })
        } catch (error) {
          throw signal?.aborted ? error : refused(error)
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
                throw refused(error)
              }
            },
          }),
    })
  }

  const signer: KeyProvider['signer'] = async ({ chainId, signal } = {}) => {
    signal?.throwIfAborted()
    if (closing.signal.aborted) throw closedProvider()
    for (const one of candidates) {
      if (one.fault !== undefined && !one.probing && now() >= one.retryAt) void probe(one)
    }
    // those that failed come last: nothing is lost by trying them when nobody else is left
    const inOrder = [...candidates].sort((a, b) => Number(a.fault !== undefined) - Number(b.fault !== undefined))
    let first: QuittanceError | undefined
    let passedOver: Refused | undefined
    for (const one of inOrder) {
      try {
        const asked = (own: AbortSignal) =>
          one.provider.signer({ ...(chainId === undefined ? {} : { chainId }), signal: own })
        const given = await within(asked, { timeoutMs, signal, what: whatOf(one) })
        if (closing.signal.aborted) throw closedProvider()
        if (passedOver === undefined) choose(one, given)
        else if (chainId !== undefined) stepRound(one, given, chainId, passedOver)
        return watched(one, given)
      } catch (error) {
        if (signal?.aborted) throw error
        if (closing.signal.aborted) throw closedProvider()
        if (aboutTheChain(error)) {
          passedOver ??= { by: one, error }
          first ??= error
        } else {
          const fault = failed(one, error)
          first ??= fault
        }
      }
    }
    throw first
  }

  const publicKeys = async (): Promise<readonly KeyringEntry[]> => {
    if (closing.signal.aborted) throw closedProvider()
    const all = new Map<string, KeyringEntry>()
    for (const one of candidates) {
      try {
        const asked = async (own: AbortSignal): Promise<readonly KeyringEntry[]> => {
          if (one.provider.publicKeys) return one.provider.publicKeys()
          const { keyId, delegation } = await one.provider.signer({ signal: own })
          return [delegation === undefined ? { keyId } : { keyId: delegation.certificate.root, uses: ['delegate'] }]
        }
        one.keys = await within(asked, { timeoutMs, signal: closing.signal, what: whatOf(one) })
      } catch (error) {
        if (closing.signal.aborted) throw closedProvider()
        // keys that it named once stay its keys; a keyring without them would call its receipts unknown
        if (one.keys === undefined) throw faultOf(error, one.provider)
      }
      for (const entry of one.keys) if (!all.has(entry.keyId)) all.set(entry.keyId, entry)
    }
    return [...all.values()]
  }

  return Object.freeze({
    name: 'failover',
    signer,
    publicKeys,
    onWarning,
    async close() {
      if (closing.signal.aborted) return
      closing.abort(closedProvider())
      const results = await Promise.allSettled(providers.map(async (provider) => provider.close?.()))
      const rejected = results.find((result) => result.status === 'rejected')
      if (rejected !== undefined) throw rejected.reason
    },
    ...(providers.some(({ ephemeral }) => ephemeral) ? { ephemeral: true } : {}),
  })
}
