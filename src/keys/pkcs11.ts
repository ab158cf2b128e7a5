/** A key in a hardware module or smart card: the subpath `quittance/keys/pkcs11`, for Node. */
import { QuittanceError } from '../errors.js'
import type { Handle } from './pkcs11/cryptoki.js'
import { faultOf, isLost, tokenFault } from './pkcs11/faults.js'
import { findKey, findToken } from './pkcs11/find.js'
import { acquireModule, type ModuleLease } from './pkcs11/modules.js'
import { checkedTerms, type Pkcs11KeyOptions } from './pkcs11/options.js'
import { pinPad } from './pkcs11/pin.js'
import type { Pkcs11Js } from './pkcs11/pkcs11js.js'
import { type Sessions, sessionPool } from './pkcs11/sessions.js'
import type { KeyProvider, Signer } from './provider.js'
import { verifiedSigner } from './verified.js'
import { createWarnings } from './warnings.js'
import { within } from './within.js'

export type { Pkcs11Js, Pkcs11KeyOptions }

const closedFault = (): QuittanceError =>
  new QuittanceError('KEY_UNAVAILABLE', 'the key provider was closed', {
    details: { outcome: 'absent', reason: 'closed', retryable: false },
  })

/** A token that is open. */
interface Opened {
  readonly lease: ModuleLease
  readonly slot: Handle
  readonly session: Handle
  readonly sessions: Sessions
  readonly signer: Signer
}

const what = 'the PKCS#11 module'

const isTimeout = (error: unknown): error is QuittanceError =>
  QuittanceError.is(error, 'KEY_UNAVAILABLE') && error.details.reason === 'timeout'

/** A PIN that the token refused; the module's own word for it, or ours. */
const isWrongPin = (error: unknown): boolean => QuittanceError.is(faultOf(error), 'KEY_PASSPHRASE')

/**
 * A key that never leaves its token: an HSM, a smart card, SoftHSM. The token signs with `CKM_EDDSA`; every signature is
 * checked against its public key. Each signature under way has a session of its own. There is one login, and a PIN that
 * the token refused is never shown to it again.
 *
 * @param options - the module, the token, the key pair and the PIN
 * @returns the provider; nothing is loaded before the first use. A token that went away is opened anew at the next
 *   `signer()`. `close()` waits for signatures under way, at most `timeoutMs`, logs out, and puts the module down where nobody else in
 *   this process uses it.
 * @throws TypeError, RangeError for options that make no sense. `signer()`, `sign()` and `publicKeys()` reject with
 *   `KEY_UNAVAILABLE`, `KEY_THROTTLED`, `KEY_PASSPHRASE`, `KEY_PERMISSION`, `KEY_NOT_FOUND`, `KEY_AMBIGUOUS`,
 *   `KEY_WRONG_TYPE`, `KEY_BAD_SIGNATURE`, `KEY_SIGNING_FAILED`, or an aborted signal's reason
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises'
 * import { pkcs11Key } from 'quittance/keys/pkcs11'
 * const keys = pkcs11Key({
 *   module: '/usr/lib/softhsm/libsofthsm2.so',
 *   token: 'receipts',
 *   object: 'receipts-2026',
 *   pin: async () => (await readFile('/run/secrets/hsm-pin', 'utf8')).trim(),
 * })
 * ```
 */
export function pkcs11Key(options: Pkcs11KeyOptions): KeyProvider {
  const terms = checkedTerms(options)
  const { timeoutMs, sample } = terms
  const pad = terms.pin === undefined ? undefined : pinPad(terms.pin)
  const { warn, onWarning } = createWarnings()
  let closed = false
  let opening: Promise<Opened> | undefined
  /** What was given up last: the module is set up again only after it was put down. */
  let ending: Promise<void> = Promise.resolve()

  const moduleOf = () => {
    const { source } = terms
    if ('js' in source) return source
    const file = source.file ?? process.env.PKCS11_MODULE_PATH
    if (file) return { file }
    throw tokenFault('KEY_NOT_FOUND', 'no module was given and PKCS11_MODULE_PATH is not set', 'absent')
  }

  const end = async ({ lease, slot, session, sessions }: Opened): Promise<void> => {
    await sessions.idle()
    try {
      await lease.logout(slot, session)
      await sessions.close()
    } catch (error) {
      // of a token that is gone there is nothing left to close
      if (!isLost(error)) throw faultOf(error)
    } finally {
      await lease.release()
    }
  }

  const drop = (opened: Promise<Opened>): void => {
    if (opening !== opened) return
    opening = undefined
    ending = opened.then(end)
    // whoever opens next or closes hears of it
    ending.catch(() => {})
  }

  const signerOf = (key: Handle, keyId: string, lease: ModuleLease, sessions: Sessions, gone: () => void): Signer => {
    const sign = async (message: Uint8Array, signal: AbortSignal): Promise<Uint8Array> => {
      try {
        return await sessions.use((session) => lease.cryptoki.sign(session, key, message), signal)
      } catch (error) {
        if (signal.aborted) throw error
        if (isLost(error)) gone()
        throw faultOf(error)
      }
    }
    return verifiedSigner(
      {
        keyId,
        async sign(message, { signal } = {}) {
          if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
          signal?.throwIfAborted()
          if (closed) throw closedFault()
          const copy = Uint8Array.from(message)
          return within((given) => sign(copy, given), { timeoutMs, signal, what })
        },
      },
      { sample },
    )
  }

  const openToken = async (lease: ModuleLease, gone: () => void): Promise<Opened> => {
    const { cryptoki } = lease
    const { slot, token } = await findToken(cryptoki, terms)
    const session = await cryptoki.openSession(slot)
    try {
      try {
        await lease.login(slot, session, token, pad && (() => pad.ask()))
      } catch (error) {
        if (isWrongPin(error)) pad?.refused()
        throw error
      }
      try {
        const { key, keyId } = await findKey(cryptoki, slot, session, terms)
        const sessions = sessionPool(cryptoki, slot, session, terms.sessions)
        return { lease, slot, session, sessions, signer: signerOf(key, keyId, lease, sessions, gone) }
      } catch (error) {
        await lease.logout(slot, session)
        throw error
      }
    } catch (error) {
      await cryptoki.closeSession(session)
      throw error
    }
  }

  const open = async (gone: () => void): Promise<Opened> => {
    try {
      const before = ending
      ending = Promise.resolve()
      await before
      const lease = await acquireModule(moduleOf())
      try {
        return await openToken(lease, gone)
      } catch (error) {
        await lease.release()
        throw error
      }
    } catch (error) {
      throw faultOf(error)
    }
  }

  const current = (): Promise<Opened> => {
    if (opening !== undefined) return opening
    const started: Promise<Opened> = open(() => drop(started))
    opening = started
    started.catch(() => {
      if (opening === started) opening = undefined
    })
    return started
  }

  const signer: KeyProvider['signer'] = async ({ signal } = {}) => {
    signal?.throwIfAborted()
    if (closed) throw closedFault()
    const opened = await within(current, { timeoutMs, signal, what })
    if (closed) throw closedFault()
    return opened.signer
  }

  return Object.freeze({
    name: 'pkcs11',
    signer,
    publicKeys: async () => [{ keyId: (await signer()).keyId }],
    onWarning,
    async close() {
      if (closed) return
      closed = true
      const last = opening
      const settled =
        last?.then(
          () => drop(last),
          () => {},
        ) ?? Promise.resolve()
      const over = settled.then(() => ending)
      try {
        await within(() => over, { timeoutMs, what })
      } catch (error) {
        if (!isTimeout(error)) throw error
        // a call can't be taken back from the module; all else is done when it returns
        over.catch(() => {})
        warn(error)
      }
    },
  })
}
