/** A session key that a root certified beforehand: the subpath `quittance/keys/certified`, for Node. */
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { QuittanceError } from '../errors.js'
import { toHex } from '../primitives/bytes.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { isoTime } from '../primitives/time.js'
import { certifiedText, readCertified } from './certified/file.js'
import { coversChain, isChainPattern } from './chain-pattern.js'
import { certificateMessage } from './delegated/certificate.js'
import { createKeyFile } from './local/key-file.js'
import { newPrivateKey } from './local/private-key.js'
import { localKey } from './local.js'
import type { Delegation, DelegationCertificate, KeyProvider, Signer } from './provider.js'
import { verifiedSigner } from './verified.js'
import { createWarnings } from './warnings.js'
import { checkedProvider, closedProvider } from './wrapped.js'

/** Where the key and its certificate are. */
export interface CertifiedKeyOptions {
  /** A file that `certifyKeyFile` or `quittance key delegate` wrote. */
  readonly file: string
  /** Of an encrypted key. */
  readonly passphrase?: string | undefined
}

/** A key that was opened. */
interface Opened {
  readonly holder: KeyProvider
  readonly signer: Signer
  readonly certificate: DelegationCertificate
}

/** How often the file is looked at while its key runs out. */
const LOOK_EVERY_MS = 10_000

/** A new file is looked for when a twelfth of the certificate's time is left. */
const isOld = ({ notBefore, notAfter }: DelegationCertificate, now: number): boolean => {
  const [from, until] = [Date.parse(notBefore), Date.parse(notAfter)]
  return now >= until - (until - from) / 12
}

function refuseOutside({ notBefore, notAfter }: DelegationCertificate, keyId: string): void {
  const now = isoTime(Date.now())
  if (now < notAfter && now >= notBefore) return
  const why = now < notBefore ? 'is not valid yet' : 'has run out: have the root certify a new key'
  throw new QuittanceError('KEY_EXPIRED', `the certificate of the session key ${why}`, {
    details: { keyId, outcome: 'absent', retryable: false },
  })
}

async function open(file: string, passphrase: string | undefined): Promise<Opened> {
  const { pem, delegation } = await readCertified(file)
  const holder = localKey({ pem, passphrase })
  try {
    const inner = await holder.signer()
    const { certificate } = delegation
    if (inner.keyId !== certificate.delegate)
      throw new QuittanceError('KEY_ENCODING', 'the certificate is that of another key', { details: { file } })
    const signer: Signer = Object.freeze({
      keyId: inner.keyId,
      delegation,
      async sign(message: Uint8Array, options: { signal?: AbortSignal | undefined } = {}) {
        refuseOutside(certificate, inner.keyId)
        return inner.sign(message, options)
      },
    })
    return { holder, signer, certificate }
  } catch (error) {
    await holder.close?.()
    throw error
  }
}

/** What a new certificate takes away from those who rely on the one before: nobody else would say so before it hurts. */
function lossOf(before: DelegationCertificate, fresh: DelegationCertificate): QuittanceError | undefined {
  const otherRoot = fresh.root !== before.root
  if (!otherRoot && before.chains.every((pattern) => coversChain(fresh.chains, pattern))) return undefined
  const what = otherRoot ? 'is by another root key' : 'does not cover all chains of the one before'
  return new QuittanceError('KEY_PERMISSION', `the certificate of the new session key ${what}`, {
    details: { keyId: fresh.delegate, outcome: 'absent', retryable: false },
  })
}

/**
 * A session key in a file, certified by a root key that this process can't reach: for an offline root, or where only an
 * operator may ask the root. When a twelfth of its time is left the file is read again at the next `signer()`, so that a new
 * one can be moved into its place. One that is no good (unreadable, outside of its time, by another root, without a chain of
 * the one before) is a warning while the old key lasts; at its end the file counts as it is. Where the process can reach the root, `delegatedKey` renews by itself.
 *
 * @param options - the file
 * @returns the provider; nothing is read before the first `signer()`, which rejects with `KEY_NOT_FOUND`, `KEY_ENCODING`,
 *   `KEY_FILE_PERMISSIONS`, `KEY_PASSPHRASE`, `KEY_EXPIRED` outside of the certificate's time, `KEY_PERMISSION` for a chain
 *   that is not among the certificate's. `publicKeys()` is the root, which is what verifiers trust
 * @throws TypeError for options that make no sense
 * @example
 * ```ts
 * import { certifiedKey } from 'quittance/keys/certified'
 * const keys = certifiedKey({ file: './delegate.json' })
 * ```
 */
export function certifiedKey(options: CertifiedKeyOptions): KeyProvider {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, { file: true, passphrase: true }, 'options')
  if (typeof options.file !== 'string' || options.file === '')
    throw new TypeError('options.file must be a string that is not empty')
  const file = resolve(options.file)
  const { passphrase } = options
  const { warn, onWarning } = createWarnings()
  let closed = false
  let opened: Opened | undefined
  /** Signers of the key before may still be at work. */
  let previous: Opened | undefined
  let opening: Promise<Opened> | undefined
  let lookedAt = Number.NEGATIVE_INFINITY

  /** A good key is not given up for a worse one; once it is over, a worse one is better than none. */
  const replaceable = (before: Opened, fresh: Opened): void => {
    refuseOutside(fresh.certificate, fresh.signer.keyId)
    const loss = lossOf(before.certificate, fresh.certificate)
    if (loss === undefined) return
    if (isoTime(Date.now()) < before.certificate.notAfter) throw loss
    warn(loss)
  }

  const reopen = async (): Promise<Opened> => {
    const before = opened
    lookedAt = Date.now()
    const fresh = await open(file, passphrase)
    if (closed) {
      await fresh.holder.close?.()
      throw closedProvider()
    }
    if (before?.signer.keyId === fresh.signer.keyId && before.certificate.notAfter === fresh.certificate.notAfter) {
      await fresh.holder.close?.()
      return before
    }
    try {
      if (before !== undefined) replaceable(before, fresh)
    } catch (error) {
      await fresh.holder.close?.()
      throw error
    }
    await previous?.holder.close?.()
    previous = before
    opened = fresh
    return fresh
  }

  /** In the certificate's last time the file is looked at now and then; while there is a key, that it is no good is a warning. */
  const renewed = async (held: Opened): Promise<Opened> => {
    const over = isoTime(Date.now()) >= held.certificate.notAfter
    if (!over && Math.abs(Date.now() - lookedAt) < LOOK_EVERY_MS) return held
    try {
      return await shared()
    } catch (error) {
      if (closed || !QuittanceError.is(error)) throw error
      // when it is over, `KEY_EXPIRED` says so at each call
      if (!over) warn(error)
      return held
    }
  }

  const shared = (): Promise<Opened> => {
    opening ??= reopen().finally(() => {
      opening = undefined
    })
    return opening
  }

  const current = async (): Promise<Opened> => {
    if (closed) throw closedProvider()
    if (opened === undefined) return shared()
    return isOld(opened.certificate, Date.now()) ? renewed(opened) : opened
  }

  return Object.freeze({
    name: 'certified',
    async signer(asked = {}) {
      asked.signal?.throwIfAborted()
      const { signer, certificate } = await current()
      refuseOutside(certificate, signer.keyId)
      if (asked.chainId !== undefined && !coversChain(certificate.chains, asked.chainId))
        throw new QuittanceError('KEY_PERMISSION', 'the certificate of the session key does not cover this chain', {
          details: { keyId: signer.keyId, chainId: asked.chainId, outcome: 'absent', retryable: false },
        })
      return signer
    },
    async publicKeys() {
      const { root, chains } = (await current()).certificate
      return [{ keyId: root, uses: ['delegate'], chains }]
    },
    onWarning,
    async close() {
      closed = true
      const holders = [opened, previous]
      opened = previous = undefined
      for (const one of holders) await one?.holder.close?.()
    },
  } satisfies KeyProvider)
}

/** What is certified. */
export interface CertifyOptions {
  /** Where the key and the certificate go; there must be nothing yet. */
  readonly file: string
  /** Chain ids, or prefixes ending in `*`. */
  readonly chains: readonly string[]
  /** How long it may sign, in milliseconds: 1 second to 31 days. */
  readonly ttlMs: number
  /** Encrypts the key. */
  readonly passphrase?: string | undefined
}

const LONGEST_MS = 31 * 86_400_000

function checkTerms(options: CertifyOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, { file: true, chains: true, ttlMs: true, passphrase: true }, 'options')
  const { file, chains, ttlMs } = options
  if (typeof file !== 'string' || file === '') throw new TypeError('options.file must be a string that is not empty')
  if (
    !Array.isArray(chains) ||
    chains.length === 0 ||
    !chains.every((one) => typeof one === 'string' && isChainPattern(one))
  )
    throw new TypeError('options.chains must be a list of chain ids, or of prefixes ending in *')
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1_000 || ttlMs > LONGEST_MS)
    throw new RangeError('options.ttlMs must be a whole number of milliseconds from 1 second to 31 days')
}

async function sign(root: KeyProvider, delegate: string, { chains, ttlMs }: CertifyOptions): Promise<Delegation> {
  const signer = await root.signer()
  if (signer.delegation !== undefined)
    throw new QuittanceError('KEY_WRONG_TYPE', 'a delegated key can not be the root of another: the depth is one', {
      details: { keyId: signer.keyId },
    })
  const now = Date.now()
  const certificate: DelegationCertificate = {
    root: signer.keyId,
    delegate,
    chains: [...chains],
    notBefore: isoTime(now),
    notAfter: isoTime(now + ttlMs),
    uses: ['receipt'],
    serial: toHex(randomBytes(16)),
  }
  const signature = await verifiedSigner(signer).sign(certificateMessage(certificate))
  return { certificate, certificateSignature: `ed25519:${toHex(signature)}` }
}

/**
 * Makes a session key, has a root certify it, and writes both to a new file, mode 0600, for `certifiedKey`. Never overwrites.
 *
 * @param root - the key that certifies; verifiers need it with the use `delegate`. It stays open
 * @param options - where to, for which chains, for how long
 * @returns the certificate
 * @throws QuittanceError `KEY_FILE_EXISTS`, `KEY_NOT_FOUND` when there is no such folder, `KEY_WRONG_TYPE` for a root that is
 *   a delegate itself, and what the root rejects with; TypeError, RangeError naming the option
 * @example
 * ```ts
 * import { certifyKeyFile } from 'quittance/keys/certified'
 * import { localKey } from 'quittance/keys/local'
 * const root = localKey({ file: './root.key.pem' })
 * await certifyKeyFile(root, { file: './delegate.json', chains: ['acme', 'acme/*'], ttlMs: 86_400_000 })
 * await root.close?.()
 * ```
 */
export async function certifyKeyFile(root: KeyProvider, options: CertifyOptions): Promise<Delegation> {
  checkedProvider(root, 'root')
  checkTerms(options)
  const { keyId, pem } = await newPrivateKey(options.passphrase)
  const delegation = await sign(root, keyId, options)
  const file = resolve(options.file)
  if (!(await createKeyFile(file, certifiedText({ pem, delegation }))))
    throw new QuittanceError('KEY_FILE_EXISTS', 'there is a file already, and a key is never overwritten', {
      details: { file },
    })
  return delegation
}
