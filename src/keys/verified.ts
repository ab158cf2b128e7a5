import { QuittanceError } from '../errors.js'
import { admitKey } from './ed25519/admission.js'
import { verifyAside } from './ed25519/verify-aside.js'
import type { Signer } from './provider.js'
import { waitFor } from './within.js'

/** How often a signature that came from elsewhere is checked. */
export interface VerifyOptions {
  /** The share of signatures that is checked, above 0 and at most 1; the first of a signer always is. Default 1: every one. */
  readonly sample?: number | undefined
}

/**
 * @param options - as the caller gave them
 * @returns the share
 * @throws RangeError
 */
export function checkedSample({ sample = 1 }: VerifyOptions): number {
  if (typeof sample !== 'number' || !(sample > 0 && sample <= 1))
    throw new RangeError('sample must be a share above 0 and at most 1')
  return sample
}

const bad = (keyId: string, why: string): QuittanceError =>
  new QuittanceError('KEY_BAD_SIGNATURE', `the key provider gave ${why}`, { details: { keyId, outcome: 'absent' } })

/**
 * A signer that takes no signature on trust: what a remote service answers is checked against the public key before it is
 * accepted, so that a wrong key, a wrong message or a fault on the way never reaches a chain. A signal ends the wait for a
 * service that does not hear it.
 *
 * @param signer - asks the service
 * @param options - `sample`
 * @returns the signer; `sign` rejects with `KEY_BAD_SIGNATURE`, `signSync` is not offered
 * @throws QuittanceError `KEY_BAD_SIGNATURE` when its key is none that a verifier admits; RangeError
 * @example
 * ```ts
 * import { didKey, type KeyProvider } from 'quittance'
 * import { verifiedSigner } from 'quittance/keys/verified'
 *
 * interface Client {
 *   publicKey(): Promise<Uint8Array>
 *   sign(message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
 * }
 *
 * export function ourKey(client: Client): KeyProvider {
 *   return {
 *     name: 'ours',
 *     async signer() {
 *       const keyId = didKey(await client.publicKey())
 *       return verifiedSigner({ keyId, sign: (message, { signal } = {}) => client.sign(message, signal) })
 *     },
 *   }
 * }
 * ```
 */
export function verifiedSigner(signer: Signer, options: VerifyOptions = {}): Signer {
  const { keyId, delegation } = signer
  const sample = checkedSample(options)
  const { key } = admitKey(keyId)
  if (key === undefined) throw bad(keyId, 'a public key that no verifier admits')
  let seen = false
  return Object.freeze({
    keyId,
    ...(delegation === undefined ? {} : { delegation }),
    async sign(message: Uint8Array, given: { signal?: AbortSignal | undefined } = {}) {
      given.signal?.throwIfAborted()
      const signature = await waitFor(signer.sign(message, given), given.signal)
      if (!(signature instanceof Uint8Array) || signature.length !== 64) throw bad(keyId, 'no 64-byte signature')
      if (!seen || sample === 1 || Math.random() < sample) {
        if (!(await verifyAside(key, message, signature)))
          throw bad(keyId, 'a signature that its own key does not verify')
        seen = true
      }
      return signature
    },
  })
}
