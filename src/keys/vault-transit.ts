/** A key in the Transit engine of Vault or OpenBao: the subpath `quittance/keys/vault-transit`, for Node. */
import { base64 } from '@scure/base'
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { KeyProvider, Signer } from './provider.js'
import { together } from './vault/batch.js'
import { at, closedFault, itemFailure, strangeAnswer, type VaultRequest } from './vault/faults.js'
import {
  checkedConnection,
  checkedPath,
  connectionMembers,
  type VaultConnectionOptions,
  type VaultLogin,
} from './vault/options.js'
import { vaultSession } from './vault/session.js'
import { signingVersion, type TransitKey, transitKeyOf } from './vault/transit-key.js'
import { checkedSample, verifiedSigner } from './verified.js'
import { createWarnings } from './warnings.js'
import { waitFor } from './within.js'

export type { VaultClient, VaultRequestOptions } from './vault/client.js'
export type { VaultConnectionOptions, VaultLogin }

/** Which key signs, and how the server is reached. */
export interface VaultTransitKeyOptions extends VaultConnectionOptions {
  /** The key's name. */
  readonly key: string
  /** Where the engine is mounted. Default `transit`. */
  readonly mount?: string | undefined
  /** Signs with this version only. Default: with the newest there is. */
  readonly version?: number | undefined
  /**
   * How long the newest version is taken as known, in milliseconds. Default 0: each `signer()` asks, and follows a rotation
   * at once.
   */
  readonly rotationCheckMs?: number | undefined
  /** The share of signatures that is checked, above 0 and at most 1. Default 1: every one. */
  readonly sample?: number | undefined
}

const known = {
  ...connectionMembers,
  key: true,
  mount: true,
  version: true,
  rotationCheckMs: true,
  sample: true,
} as const satisfies Record<keyof VaultTransitKeyOptions, true>

const badAnswer = (keyId: string): QuittanceError =>
  new QuittanceError('KEY_BAD_SIGNATURE', 'Vault gave no signature of the version that was asked for', {
    details: { keyId, outcome: 'absent' },
  })

/** `vault:v2:` and base64. */
function signatureOf(answer: unknown, version: number, keyId: string): Uint8Array {
  const text = at(answer, 'signature')
  const prefix = `vault:v${version}:`
  if (typeof text !== 'string' || !text.startsWith(prefix)) throw badAnswer(keyId)
  try {
    return base64.decode(text.slice(prefix.length))
  } catch {
    throw badAnswer(keyId)
  }
}

/**
 * A key that never leaves the Transit engine of Vault or OpenBao: the server signs. Signers are pinned to one version of the
 * key; after a rotation the next signer has the newer one. Messages that are asked for at one moment go in one call.
 *
 * @param options - the key, and a client or how to make one; `VAULT_ADDR`, `VAULT_NAMESPACE`, `VAULT_TOKEN` and
 *   `VAULT_CACERT` stand in for options that are absent
 * @returns the provider; nothing is loaded, read or sent before the first use. `publicKeys()` are those of all versions that
 *   the server shows. `close()` gives the token of a login back.
 * @throws TypeError, RangeError for options that make no sense. `signer()`, `sign()` and `publicKeys()` reject with
 *   `KEY_UNAVAILABLE`, `KEY_THROTTLED`, `KEY_PERMISSION`, `KEY_EXPIRED`, `KEY_NOT_FOUND`, `KEY_DISABLED`, `KEY_WRONG_TYPE`,
 *   `KEY_BAD_SIGNATURE`, `KEY_SIGNING_FAILED`, or an aborted signal's reason
 * @example
 * ```ts
 * import { vaultTransitKey } from 'quittance/keys/vault-transit'
 * const keys = vaultTransitKey({ key: 'receipts', address: 'https://vault.example:8200' })
 * ```
 */
export function vaultTransitKey(options: VaultTransitKeyOptions): KeyProvider {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, known, 'options')
  const name = checkedPath(options.key, 'key', 'one')
  const mount = checkedPath(options.mount ?? 'transit', 'mount')
  const { version: wanted } = options
  if (wanted !== undefined && !(Number.isSafeInteger(wanted) && wanted > 0))
    throw new RangeError('options.version must be a whole number above 0')
  const { rotationCheckMs: freshMs = 0 } = options
  if (typeof freshMs !== 'number' || !(freshMs >= 0))
    throw new RangeError('options.rotationCheckMs must be milliseconds, 0 or more')
  const sample = checkedSample({ sample: options.sample })
  const { warn, onWarning } = createWarnings()
  const session = vaultSession(checkedConnection(options), warn)

  let closed = false
  let seen: { readonly key: TransitKey; readonly at: number } | undefined
  let last: { readonly version: number; readonly signer: Signer } | undefined

  const readKey = async (signal?: AbortSignal): Promise<TransitKey> => {
    const askedAt = performance.now()
    const body = await session.call({ method: 'read', path: `${mount}/keys/${name}`, what: 'key' }, signal)
    const key = transitKeyOf(body)
    seen = { key, at: askedAt }
    return key
  }

  const signerOf = (version: number, keyId: string): Signer => {
    const send = async (messages: readonly Uint8Array[]): Promise<readonly (Uint8Array | Error)[]> => {
      const [one, ...more] = messages.map((message) => ({ input: base64.encode(message) }))
      // The version stands beside the batch: the server does not read it in an item.
      const what = more.length === 0 ? one : { batch_input: [one, ...more] }
      const data = { ...what, key_version: version }
      const request: VaultRequest = { method: 'write', path: `${mount}/sign/${name}`, data, what: 'key' }
      const body = await session.call(request)
      const answers = more.length === 0 ? [at(body, 'data')] : at(body, 'data', 'batch_results')
      if (!Array.isArray(answers) || answers.length !== messages.length) throw strangeAnswer()
      return answers.map((answer: unknown) => {
        const refused = at(answer, 'error')
        if (typeof refused === 'string' && refused !== '') return itemFailure(refused, request)
        try {
          return signatureOf(answer, version, keyId)
        } catch (error) {
          return error as QuittanceError
        }
      })
    }
    const ask = together(send)
    return verifiedSigner(
      {
        keyId,
        async sign(message, { signal } = {}) {
          if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
          signal?.throwIfAborted()
          if (closed) throw closedFault()
          return waitFor(ask(message), signal)
        },
      },
      { sample },
    )
  }

  return Object.freeze({
    name: 'vault-transit',
    onWarning,
    async signer({ signal }: { chainId?: string | undefined; signal?: AbortSignal | undefined } = {}) {
      signal?.throwIfAborted()
      if (closed) throw closedFault()
      // A version that was named has one key for ever.
      if (wanted !== undefined && last !== undefined) return last.signer
      const fresh = seen !== undefined && performance.now() - seen.at < freshMs
      const { version, keyId } = signingVersion(fresh && seen ? seen.key : await readKey(signal), wanted)
      if (closed) throw closedFault()
      if (last?.version !== version || last.signer.keyId !== keyId) last = { version, signer: signerOf(version, keyId) }
      return last.signer
    },
    async publicKeys() {
      if (closed) throw closedFault()
      const { versions } = await readKey()
      return [...versions].map(([version, keyId]) => ({ keyId, comment: `Vault Transit, version ${version}` }))
    },
    async close() {
      closed = true
      await session.close()
    },
  })
}
