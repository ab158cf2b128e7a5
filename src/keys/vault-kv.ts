/** A seed in a KV version 2 engine of Vault or OpenBao: the subpath `quittance/keys/vault-kv`, for Node. */
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import { didKey } from './did-key.js'
import type { SeedSigner } from './ed25519/backend.js'
import { nodeBackend, signerFromKeyObject } from './ed25519/node.js'
import { privateKeyFromPem } from './local/private-key.js'
import { decodeSeed } from './local/seed.js'
import type { KeyProvider, Signer } from './provider.js'
import { at, closedFault, strangeAnswer } from './vault/faults.js'
import {
  checkedConnection,
  checkedPath,
  connectionMembers,
  type VaultConnectionOptions,
  type VaultLogin,
} from './vault/options.js'
import { vaultSession } from './vault/session.js'
import { createWarnings } from './warnings.js'
import { checkedMs, waitFor } from './within.js'

export type { VaultClient, VaultRequestOptions } from './vault/client.js'
export type { VaultConnectionOptions, VaultLogin }

/** Where the seed is kept, and how the server is reached. */
export interface VaultKvKeyOptions extends VaultConnectionOptions {
  /** The secret's path below the mount. */
  readonly path: string
  /** The secret's field: the seed as 64 hex digits or as base64, or PKCS#8 PEM. Default `seed`. */
  readonly field?: string | undefined
  /** Where the engine is mounted. Default `secret`. */
  readonly mount?: string | undefined
  /** How long the key stays in this process after it was read, in milliseconds. */
  readonly cacheMs: number
}

const known = {
  ...connectionMembers,
  path: true,
  field: true,
  mount: true,
  cacheMs: true,
} as const satisfies Record<keyof VaultKvKeyOptions, true>

const refuse = (code: 'KEY_NOT_FOUND' | 'KEY_ENCODING' | 'KEY_WRONG_TYPE' | 'KEY_SIGNING_FAILED', message: string) =>
  new QuittanceError(code, message, { details: { outcome: 'absent', retryable: false } })

/** Nothing that the reading of the key says is passed on: it was made from key material. */
function openKey(text: string): SeedSigner {
  if (text.trimStart().startsWith('-----BEGIN')) {
    try {
      return signerFromKeyObject(privateKeyFromPem(text, undefined))
    } catch (error) {
      throw QuittanceError.is(error) ? error : refuse('KEY_ENCODING', 'the PEM in the secret can not be read')
    }
  }
  const seed = decodeSeed(text)
  if (seed === undefined)
    throw refuse('KEY_ENCODING', "the secret's field is neither 32 bytes as hex or base64 nor PKCS#8 PEM")
  try {
    return nodeBackend.signerFromSeed(seed)
  } finally {
    seed.fill(0)
  }
}

/** A key that was read, until it is wiped. */
interface Cached {
  readonly version: number
  readonly keyId: string
  readonly key: SeedSigner
  readonly endsAt: number
}

/**
 * A key whose seed is kept in a KV version 2 engine of Vault or OpenBao. It is read into this process, signs there, and is
 * let go of after `cacheMs`, then read again at the next use. A new version of the secret is followed at the first
 * `signer()` after that; signers that were given out keep to their version. Where the key may be kept from this process, use
 * `vaultTransitKey`.
 *
 * @param options - the secret, for how long it may be kept, and a client or how to make one; `VAULT_ADDR`,
 *   `VAULT_NAMESPACE`, `VAULT_TOKEN` and `VAULT_CACERT` stand in for options that are absent
 * @returns the provider; nothing is loaded, read or sent before the first use
 * @throws TypeError, RangeError for options that make no sense. `signer()`, `sign()` and `publicKeys()` reject with
 *   `KEY_UNAVAILABLE`, `KEY_THROTTLED`, `KEY_PERMISSION`, `KEY_EXPIRED`, `KEY_NOT_FOUND`, `KEY_DISABLED`, `KEY_WRONG_TYPE`,
 *   `KEY_ENCODING`, `KEY_SIGNING_FAILED`, or an aborted signal's reason
 * @example
 * ```ts
 * import { vaultKvKey } from 'quittance/keys/vault-kv'
 * const keys = vaultKvKey({ path: 'receipts/signing', cacheMs: 300_000 })
 * ```
 */
export function vaultKvKey(options: VaultKvKeyOptions): KeyProvider {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, known, 'options')
  const mount = checkedPath(options.mount ?? 'secret', 'mount')
  const secret = checkedPath(options.path, 'path')
  const { field = 'seed' } = options
  if (typeof field !== 'string' || field === '') throw new TypeError('options.field must be a string that is not empty')
  const cacheMs = checkedMs(options.cacheMs, 'options.cacheMs')
  const { warn, onWarning } = createWarnings()
  const session = vaultSession(checkedConnection(options), warn)

  let closed = false
  /** By version: a rotation in mid-batch needs two for a moment. */
  const cache = new Map<number, Cached>()
  const timers = new Map<number, NodeJS.Timeout>()
  const reading = new Map<number | 'newest', Promise<Cached>>()
  let newest: Cached | undefined

  const forget = (one: Cached) => {
    one.key.wipe()
    if (newest === one) newest = undefined
    if (cache.get(one.version) !== one) return
    cache.delete(one.version)
    clearTimeout(timers.get(one.version))
    timers.delete(one.version)
  }

  const alive = (one: Cached | undefined): Cached | undefined => {
    if (one === undefined || performance.now() < one.endsAt) return one
    forget(one)
    return undefined
  }

  const read = async (version: number | undefined): Promise<Cached> => {
    const path = `${mount}/data/${secret}${version === undefined ? '' : `?version=${version}`}`
    const body = await session.call({ method: 'read', path, what: 'secret' })
    if (closed) throw closedFault()
    const found = at(body, 'data', 'metadata', 'version')
    const data = at(body, 'data', 'data')
    if (typeof found !== 'number' || typeof data !== 'object' || data === null) {
      if (at(body, 'data') === undefined) throw strangeAnswer()
      throw refuse('KEY_WRONG_TYPE', 'the engine is not KV version 2')
    }
    const text = at(data, field)
    if (typeof text !== 'string') throw refuse('KEY_NOT_FOUND', 'the secret has no such field, or it is no text')
    const key = openKey(text)
    const keyId = didKey(key.publicKey)
    const before = alive(cache.get(found))
    if (before?.keyId === keyId) {
      // Somebody may be about to sign with that one, and its time is not made longer.
      key.wipe()
      if (version === undefined) newest = before
      return before
    }
    if (before !== undefined) forget(before)
    const one: Cached = { version: found, keyId, key, endsAt: performance.now() + cacheMs }
    cache.set(found, one)
    const timer = setTimeout(() => forget(one), cacheMs)
    timer.unref()
    timers.set(found, timer)
    if (version === undefined) newest = one
    return one
  }

  /** One reading for all who wait for it. */
  const load = (version: number | undefined): Promise<Cached> => {
    const slot = version ?? 'newest'
    const under = reading.get(slot)
    if (under !== undefined) return under
    const begun = read(version).finally(() => reading.delete(slot))
    reading.set(slot, begun)
    return begun
  }

  const signerOf = ({ version, keyId }: Cached): Signer =>
    Object.freeze({
      keyId,
      async sign(message: Uint8Array, { signal }: { signal?: AbortSignal | undefined } = {}) {
        if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
        signal?.throwIfAborted()
        if (closed) throw closedFault()
        const held = alive(cache.get(version)) ?? (await waitFor(load(version), signal))
        if (closed) throw closedFault()
        if (held.keyId !== keyId)
          throw refuse('KEY_SIGNING_FAILED', 'the secret holds another key under the same version')
        return held.key.sign(message)
      },
    })

  const current = async (signal?: AbortSignal): Promise<Cached> => {
    signal?.throwIfAborted()
    if (closed) throw closedFault()
    return alive(newest) ?? (await waitFor(load(undefined), signal))
  }

  return Object.freeze({
    name: 'vault-kv',
    onWarning,
    async signer({ signal }: { chainId?: string | undefined; signal?: AbortSignal | undefined } = {}) {
      return signerOf(await current(signal))
    },
    async publicKeys() {
      return [{ keyId: (await current()).keyId }]
    },
    async close() {
      closed = true
      for (const one of [...cache.values()]) forget(one)
      await session.close()
    },
  })
}
