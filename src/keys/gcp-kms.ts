/** A key in Google Cloud KMS: the subpath `quittance/keys/gcp-kms`, for Node. */
import { QuittanceError } from '../errors.js'
import { initialized, officialClient } from './gcp/client.js'
import { loadCrc32c } from './gcp/integrity.js'
import { enabledVersions, type Kms, publicKeyOf, signatureBy } from './gcp/key-version.js'
import { versionOf } from './gcp/names.js'
import { checkedTerms, type GcpKmsKeyOptions } from './gcp/options.js'
import type { KeyringEntry } from './keyring.js'
import type { KeyProvider, Signer } from './provider.js'
import { verifiedSigner } from './verified.js'
import { waitFor } from './within.js'

export type { GcpCallOptions, GcpKmsClient } from './gcp/client.js'
export type { GcpKmsKeyOptions }

const closedFault = (): QuittanceError =>
  new QuittanceError('KEY_UNAVAILABLE', 'the key provider was closed', {
    details: { outcome: 'absent', reason: 'closed', retryable: false },
  })

/** The same work for all who ask while it is under way; what failed is tried again at the next. */
const shared = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | undefined
  return () => {
    running ??= work().finally(() => {
      running = undefined
    })
    return running
  }
}

/**
 * A key that never leaves Google Cloud KMS: the service signs, with a key version of `EC_SIGN_ED25519`. Every message,
 * signature and public key is checked by CRC32C in both directions, and every signature against the key. Signers are pinned to
 * one version; where only `key` is given, the next signer follows to the newest version that is enabled.
 *
 * @param options - the key, and a client or nothing for one with the application default credentials
 * @returns the provider; nothing is loaded or sent before the first use. `publicKeys()` is the version's key, or with `key`
 *   those of all versions that are enabled. `close()` closes a client that was made here, never one that was given.
 * @throws TypeError, RangeError for options that make no sense. `signer()`, `sign()` and `publicKeys()` reject with
 *   `KEY_UNAVAILABLE`, `KEY_THROTTLED`, `KEY_PERMISSION`, `KEY_NOT_FOUND`, `KEY_DISABLED`, `KEY_WRONG_TYPE`,
 *   `KEY_BAD_SIGNATURE`, `KEY_SIGNING_FAILED`, or an aborted signal's reason
 * @example
 * ```ts
 * import { gcpKmsKey } from 'quittance/keys/gcp-kms'
 * const keys = gcpKmsKey({
 *   keyVersion: 'projects/acme/locations/europe-west3/keyRings/audit/cryptoKeys/receipts/cryptoKeyVersions/1',
 * })
 * ```
 */
export function gcpKmsKey(options: GcpKmsKeyOptions): KeyProvider {
  const terms = checkedTerms(options)
  const { timeoutMs, sample } = terms
  let closed = false
  let own: Kms['client'] | undefined
  const signers = new Map<string, Signer>()
  let newest: { readonly name: string; readonly at: number } | undefined

  const open = shared(async (): Promise<Kms> => {
    const crc32c = await loadCrc32c()
    const client = terms.client ?? own ?? (await officialClient())
    await initialized(client, timeoutMs)
    if (terms.client === undefined) {
      if (closed && own === undefined) await client.close()
      else own = client
    }
    if (closed) throw closedFault()
    return { client, crc32c }
  })

  const signerOf = (kms: Kms, name: string, keyId: string): Signer =>
    verifiedSigner(
      {
        keyId,
        async sign(message, { signal } = {}) {
          if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
          signal?.throwIfAborted()
          if (closed) throw closedFault()
          return signatureBy(kms, name, message, { timeoutMs, signal })
        },
      },
      { sample },
    )

  const currentName = async (kms: Kms): Promise<string> => {
    if (terms.keyVersion !== undefined) return terms.keyVersion
    if (newest !== undefined && performance.now() - newest.at < terms.rotationCheckMs) return newest.name
    const askedAt = performance.now()
    const [name] = await enabledVersions(kms, terms.key, { timeoutMs })
    newest = { name, at: askedAt }
    return name
  }

  const current = shared(async (): Promise<Signer> => {
    const kms = await open()
    const name = await currentName(kms)
    const ready = signers.get(name) ?? signerOf(kms, name, await publicKeyOf(kms, name, { timeoutMs }))
    signers.set(name, ready)
    return ready
  })

  return Object.freeze({
    name: 'gcp-kms',
    async signer({ signal }: { chainId?: string | undefined; signal?: AbortSignal | undefined } = {}) {
      signal?.throwIfAborted()
      if (closed) throw closedFault()
      const ready = await waitFor(current(), signal)
      if (closed) throw closedFault()
      return ready
    },
    async publicKeys(): Promise<readonly KeyringEntry[]> {
      if (closed) throw closedFault()
      const kms = await open()
      const { keyVersion, key } = terms
      const names = keyVersion === undefined ? await enabledVersions(kms, key, { timeoutMs }) : [keyVersion]
      const entries: KeyringEntry[] = []
      for (const name of names) {
        const keyId = signers.get(name)?.keyId ?? (await publicKeyOf(kms, name, { timeoutMs }))
        entries.push({ keyId, comment: `Cloud KMS, version ${versionOf(name)}` })
      }
      return entries
    },
    async close() {
      if (closed) return
      closed = true
      signers.clear()
      await own?.close()
    },
  })
}
