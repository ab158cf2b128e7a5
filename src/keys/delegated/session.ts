/** One session key and the certificate that its root gave it. */
import { randomBytes } from 'node:crypto'
import { QuittanceError } from '../../errors.js'
import { toHex } from '../../primitives/bytes.js'
import { isoTime } from '../../primitives/time.js'
import { localKey } from '../local.js'
import type { Delegation, DelegationCertificate, Signer } from '../provider.js'
import { verifiedSigner } from '../verified.js'
import { within } from '../within.js'
import { closedProvider, faultOf, nameOf } from '../wrapped.js'
import { certificateMessage } from './certificate.js'
import type { DelegatedTerms } from './options.js'

/** A key in this process, and for how long it may sign. */
export interface Session {
  readonly signer: Signer
  readonly delegation: Delegation
  /** Milliseconds since 1970, [notBefore, notAfter). */
  readonly notBefore: number
  readonly notAfter: number
  /** Wipes the key. */
  close(): Promise<void>
}

async function rootSignerOf({ root, timeoutMs }: DelegatedTerms, signal: AbortSignal): Promise<Signer> {
  const what = `the root key provider ${nameOf(root)}`
  const signer = await within((own) => root.signer({ signal: own }), { timeoutMs, signal, what })
  if (signer.delegation !== undefined) {
    throw new QuittanceError('KEY_WRONG_TYPE', 'a delegated key can not be the root of another: the depth is one', {
      details: { keyId: signer.keyId, outcome: 'absent' },
    })
  }
  const checked = verifiedSigner(signer)
  return {
    keyId: checked.keyId,
    sign: (message) => within((own) => checked.sign(message, { signal: own }), { timeoutMs, signal, what }),
  }
}

async function certify(terms: DelegatedTerms, delegate: string, from: number, root: Signer): Promise<Delegation> {
  const certificate: DelegationCertificate = Object.freeze({
    root: root.keyId,
    delegate,
    chains: terms.chains,
    notBefore: isoTime(from),
    notAfter: isoTime(from + terms.ttlMs),
    uses: Object.freeze(['receipt'] as const),
    serial: toHex(randomBytes(16)),
  })
  const signature = await root.sign(certificateMessage(certificate))
  return Object.freeze({ certificate, certificateSignature: `ed25519:${toHex(signature)}` })
}

/**
 * Makes a new key and has the root certify it: two calls of the root at most.
 *
 * @param terms - of the delegated key
 * @param now - the clock
 * @param signal - aborted when the delegated key is closed
 * @returns the session
 * @throws QuittanceError `KEY_WRONG_TYPE` for a root that is a delegate itself, `KEY_BAD_SIGNATURE`, and what the root throws
 */
export async function openSession(terms: DelegatedTerms, now: () => number, signal: AbortSignal): Promise<Session> {
  const key = localKey({ seed: randomBytes(32), backend: terms.backend })
  try {
    const root = await rootSignerOf(terms, signal)
    const signer = await key.signer()
    // the root's time on the way counts against the certificate, so that it holds from the moment it is there
    const notBefore = now()
    const delegation = await certify(terms, signer.keyId, notBefore, root)
    if (signal.aborted) throw closedProvider()
    return { signer, delegation, notBefore, notAfter: notBefore + terms.ttlMs, close: async () => key.close?.() }
  } catch (error) {
    await key.close?.()
    throw signal.aborted ? closedProvider() : faultOf(error, terms.root)
  }
}
