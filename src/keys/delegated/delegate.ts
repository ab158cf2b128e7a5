/** Which session key signs now, and when the next one is made. */
import { QuittanceError } from '../../errors.js'
import { isoTime } from '../../primitives/time.js'
import { coversChain } from '../chain-pattern.js'
import type { KeyringEntry } from '../keyring-entry.js'
import type { KeyProvider, Signer } from '../provider.js'
import { createWarnings } from '../warnings.js'
import { waitFor, within } from '../within.js'
import { closedProvider, faultOf, nameOf } from '../wrapped.js'
import type { DelegatedTerms } from './options.js'
import { openSession, type Session } from './session.js'

/** How long after a failed renewal it is tried again: at first, and at most. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/** A clock that was set back by no more is waited for; asking the root at each small step would cost a signature each. */
const STEP_BACK_MS = 5_000

/** A session as it is handed out. */
interface Current {
  readonly session: Session
  readonly signer: Signer
}

/**
 * The provider over a clock of its own. It has no timer: what is due is found when a signature or a signer is asked for.
 *
 * @param terms - checked
 * @param now - milliseconds since 1970
 * @returns the provider
 */
export function createDelegate(terms: DelegatedTerms, now: () => number): KeyProvider {
  const { root, chains, renewBeforeMs } = terms
  const { warn, onWarning } = createWarnings([root])
  const closing = new AbortController()
  /** Those that are not over, the newest last. */
  let sessions: readonly Current[] = []
  let issuing: Promise<Current> | undefined
  let everIssued = false
  let failures = 0
  let retryAt = Number.NEGATIVE_INFINITY
  let lastFault: QuittanceError | undefined

  const expired = (session: Pick<Session, 'notAfter'> | undefined, more: { retryable?: boolean; cause?: unknown }) =>
    new QuittanceError(
      'KEY_EXPIRED',
      session === undefined
        ? 'the delegation is over, and the root key could not be asked for another'
        : `the delegation ended at ${isoTime(session.notAfter)}`,
      {
        details: { outcome: 'absent', ...(more.retryable === undefined ? {} : { retryable: more.retryable }) },
        cause: more.cause,
      },
    )

  /** A receipt from before its certificate is no good to a verifier; whoever asks again later gets a key that holds. */
  const early = ({ notBefore }: Session): QuittanceError =>
    new QuittanceError('KEY_EXPIRED', `the clock was set back: the delegation begins at ${isoTime(notBefore)}`, {
      details: { outcome: 'absent', retryable: true, reason: 'clock' },
    })

  const currentAt = (at: number): Current | undefined =>
    sessions.findLast(({ session }) => at >= session.notBefore && at < session.notAfter)

  /** A key that is over is wiped when the provider is next used. */
  const dropOver = (at: number): void => {
    if (!sessions.some(({ session }) => at >= session.notAfter)) return
    const over = sessions.filter(({ session }) => at >= session.notAfter)
    sessions = sessions.filter((one) => !over.includes(one))
    for (const { session } of over) void session.close()
  }

  const issue = async (): Promise<Current> => {
    try {
      const session = await openSession(terms, now, closing.signal)
      const current: Current = { session, signer: signerOf(session) }
      sessions = [...sessions, current]
      everIssued = true
      failures = 0
      retryAt = Number.NEGATIVE_INFINITY
      lastFault = undefined
      return current
    } catch (error) {
      lastFault = faultOf(error, root)
      retryAt = now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10))
      failures += 1
      throw lastFault
    } finally {
      issuing = undefined
    }
  }

  const shared = (): Promise<Current> => {
    issuing ??= issue()
    return issuing
  }

  /** Renews in the background once the end is near; a failure is a warning while the certificate lasts. */
  const renewInTime = ({ session }: Current, at: number): void => {
    if (at < session.notAfter - renewBeforeMs || issuing !== undefined || at < retryAt) return
    shared().catch((error: QuittanceError) => {
      if (closing.signal.aborted) return
      const until = isoTime(session.notAfter)
      warn(
        new QuittanceError(
          error.code,
          `the root key provider ${nameOf(root)} could not renew the delegation, which ends at ${until}`,
          { details: { ...error.details, keyId: session.delegation.certificate.root }, cause: error },
        ),
      )
    })
  }

  /** Why a session may sign no more, where it may not; asked at each signature. */
  const refusal = (session: Session): QuittanceError | undefined => {
    if (closing.signal.aborted) return closedProvider()
    const at = now()
    const current = currentAt(at)
    if (at < session.notBefore) return early(session)
    if (at < session.notAfter) {
      if (current !== undefined) renewInTime(current, at)
      return undefined
    }
    // whoever asks for a signer again gets the next key
    return expired(session, current === undefined ? {} : { retryable: true })
  }

  function signerOf(session: Session): Signer {
    const { signer, delegation } = session
    const { signSync } = signer
    return Object.freeze({
      keyId: signer.keyId,
      delegation,
      sign(message: Uint8Array, options: { signal?: AbortSignal | undefined } = {}) {
        const refused = refusal(session)
        return refused === undefined ? signer.sign(message, options) : Promise.reject(refused)
      },
      ...(signSync === undefined
        ? {}
        : {
            signSync(message: Uint8Array) {
              const refused = refusal(session)
              if (refused !== undefined) throw refused
              return signSync(message)
            },
          }),
    })
  }

  const checkChain = (chainId: string | undefined): void => {
    if (chainId === undefined || coversChain(chains, chainId)) return
    throw new QuittanceError('KEY_PERMISSION', "the chain is not among the delegated key's chains", {
      details: { chainId, outcome: 'absent' },
    })
  }

  const signer: KeyProvider['signer'] = async ({ chainId, signal } = {}) => {
    signal?.throwIfAborted()
    if (closing.signal.aborted) throw closedProvider()
    checkChain(chainId)
    const at = now()
    const current = currentAt(at)
    dropOver(at)
    if (current !== undefined) {
      renewInTime(current, at)
      return current.signer
    }
    const ahead = sessions.find(({ session }) => at < session.notBefore)?.session
    if (ahead !== undefined) {
      if (ahead.notBefore - at <= STEP_BACK_MS) throw early(ahead)
      if (issuing === undefined && at >= retryAt) warn(early(ahead))
    }
    if (!everIssued) return (await waitFor(shared(), signal)).signer
    if (at < retryAt && issuing === undefined) throw expired(undefined, { cause: lastFault })
    try {
      return (await waitFor(shared(), signal)).signer
    } catch (error) {
      if (signal?.aborted || closing.signal.aborted) throw error
      throw expired(undefined, { cause: error })
    }
  }

  const publicKeys = async (): Promise<readonly KeyringEntry[]> => {
    if (closing.signal.aborted) throw closedProvider()
    const { timeoutMs } = terms
    const asked = async (own: AbortSignal): Promise<readonly KeyringEntry[]> =>
      (await root.publicKeys?.()) ?? [{ keyId: (await root.signer({ signal: own })).keyId }]
    try {
      const what = `the root key provider ${nameOf(root)}`
      const entries = await within(asked, { timeoutMs, signal: closing.signal, what })
      return entries.map((entry) =>
        entry.uses?.includes('delegate') ? entry : { ...entry, uses: ['delegate'] as const },
      )
    } catch (error) {
      throw closing.signal.aborted ? closedProvider() : faultOf(error, root)
    }
  }

  return Object.freeze({
    name: 'delegated',
    signer,
    publicKeys,
    onWarning,
    async close() {
      if (closing.signal.aborted) return
      closing.abort(closedProvider())
      const open = sessions
      sessions = []
      for (const { session } of open) await session.close()
      await root.close?.()
    },
    ...(root.ephemeral ? { ephemeral: true } : {}),
  })
}
