import { randomBytes } from 'node:crypto'
import { QuittanceError } from '../errors.js'
import { openKms } from './aws/client.js'
import { checkedContext } from './aws/context.js'
import {
  type AwsKmsClient,
  type AwsKmsConnection,
  checkedConnection,
  checkedKeyReference,
  checkMembers,
  connectionMembers,
} from './aws/options.js'
import { sharedOpening } from './aws/shared-opening.js'
import { checkedStore, parseWrappedSeed, type WrappedSeedStore, wrappedSeedText } from './aws/wrapped-seed.js'
import { type LocalBackend, localKey } from './local.js'
import type { KeyProvider, Signer } from './provider.js'

export type { AwsKmsClient, AwsKmsConnection, WrappedSeedStore }

/** A signing key in this process, kept wrapped by a symmetric key in AWS KMS. */
export interface AwsKmsEnvelopeKeyOptions extends AwsKmsConnection {
  /** The symmetric key that wraps: key id, `alias/name`, or the ARN of either. */
  readonly wrappingKeyId: string
  /**
   * The encryption context: whose seed this is, as the chain or the tenant. AWS KMS unwraps it with exactly these pairs
   * only, policies can ask for them, and CloudTrail shows them: no secrets, no personal data. They must be known again at
   * every start.
   */
  readonly context: Readonly<Record<string, string>>
  /** Where the wrapped seed is kept: a file's path, or callbacks. */
  readonly store: string | WrappedSeedStore
  /** Makes a new seed when none is kept. Default false. */
  readonly create?: boolean | undefined
  /** What signs: see `localKey`. */
  readonly backend?: LocalBackend | undefined
}

const members = ['wrappingKeyId', 'context', 'store', 'create', 'backend', ...connectionMembers]

const mismatch = (why: string): QuittanceError => new QuittanceError('KEY_ENCODING', why)

/** An unwrapped key: the provider that holds it, and its signer. */
interface Opened {
  readonly holder: KeyProvider
  readonly signer: Signer
}

const holderOf = async (seed: Uint8Array, backend: LocalBackend | undefined): Promise<Opened> => {
  const holder = localKey({ seed, backend })
  try {
    return { holder, signer: await holder.signer() }
  } catch (error) {
    await holder.close?.()
    throw error
  }
}

/**
 * A private key for regions and accounts where AWS KMS has no Ed25519 keys: a seed made in this process, wrapped by a
 * symmetric KMS key under an encryption context, kept wrapped, unwrapped once at the first `signer()`, and wiped at
 * `close()`. Signing is local and asks KMS nothing. While it is open, who can read the memory of the process has the key;
 * where KMS signs itself, `awsKmsKey` is the better choice.
 *
 * @param options - the wrapping key, the context, where the wrapped seed is kept, and how AWS KMS is reached
 * @returns the provider. It needs `kms:Decrypt` on the wrapping key, and `kms:Encrypt` once, for `create`. `signer()` rejects
 *   with `KEY_NOT_FOUND` when no seed is kept, `KEY_ENCODING` when what is kept is no seed or is of another context or key,
 *   and as `awsKmsKey` does. After `close()`, `signer()` and signing are `KEY_UNAVAILABLE`
 * @throws TypeError, RangeError for a wrong option
 * @example
 * ```ts
 * import { awsKmsEnvelopeKey } from 'quittance/keys/aws-kms-envelope'
 * const keys = awsKmsEnvelopeKey({
 *   wrappingKeyId: 'alias/receipt-seeds',
 *   context: { tenant: 'acme' },
 *   store: './receipts.seed.json',
 *   create: true,
 * })
 * ```
 */
export function awsKmsEnvelopeKey(options: AwsKmsEnvelopeKeyOptions): KeyProvider {
  checkMembers(options, members)
  const { create = false, backend } = options
  const { reference, region } = checkedKeyReference(options.wrappingKeyId, 'wrappingKeyId')
  const context = checkedContext(options.context)
  const store = checkedStore(options.store)
  if (typeof create !== 'boolean') throw new TypeError('options.create must be true or false')
  if (backend !== undefined && backend !== 'node' && backend !== 'sodium')
    throw new TypeError("options.backend must be 'node' or 'sodium'")
  const kms = openKms(checkedConnection(options, region))

  const makeSeed = async (): Promise<void> => {
    const seed = new Uint8Array(randomBytes(32))
    try {
      const { holder, signer } = await holderOf(seed, undefined)
      await holder.close?.()
      const wrapped = await kms.encrypt(reference, seed, context)
      await store.create(wrappedSeedText({ keyId: signer.keyId, wrapped }))
    } finally {
      seed.fill(0)
    }
  }

  const keptText = async (): Promise<string> => {
    const kept = await store.load()
    if (kept !== undefined) return kept
    if (!create) throw new QuittanceError('KEY_NOT_FOUND', 'no wrapped seed is kept there, and create is not set')
    await makeSeed()
    // Whether this process or another made it: what counts is what is kept.
    const made = await store.load()
    if (made === undefined)
      throw new QuittanceError('KEY_UNAVAILABLE', 'the store does not give back the wrapped seed that it was given')
    return made
  }

  const unwrap = async (): Promise<Opened> => {
    const { keyId, wrapped } = parseWrappedSeed(await keptText())
    const seed = await kms.decrypt(reference, wrapped, context)
    try {
      if (seed.length !== 32) throw mismatch('what AWS KMS unwrapped is no seed of 32 bytes')
      const opened = await holderOf(seed, backend)
      if (opened.signer.keyId === keyId) return opened
      await opened.holder.close?.()
      throw mismatch('the seed that AWS KMS unwrapped is not the one of the public key that is kept beside it')
    } finally {
      seed.fill(0)
    }
  }

  const opening = sharedOpening(unwrap, ({ holder }) => holder.close?.())

  return Object.freeze({
    name: 'aws-kms-envelope',
    signer: async ({ signal } = {}) => (await opening.get(signal)).signer,
    publicKeys: async () => [{ keyId: (await opening.get()).signer.keyId }],
    async close() {
      const opened = opening.close()
      kms.close()
      await opened?.holder.close?.()
    },
  } satisfies KeyProvider)
}
