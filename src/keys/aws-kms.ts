import { createPublicKey, type KeyObject } from 'node:crypto'
import { base64urlnopad } from '@scure/base'
import { QuittanceError } from '../errors.js'
import { type Kms, type KmsPublicKey, openKms } from './aws/client.js'
import {
  type AwsKmsClient,
  type AwsKmsConnection,
  checkedConnection,
  checkedKeyReference,
  checkMembers,
  connectionMembers,
} from './aws/options.js'
import { sharedOpening } from './aws/shared-opening.js'
import { didKey } from './did-key.js'
import type { KeyProvider, Signer } from './provider.js'
import { checkedSample, verifiedSigner } from './verified.js'

export type { AwsKmsClient, AwsKmsConnection }

/** A signing key in AWS KMS. */
export interface AwsKmsKeyOptions extends AwsKmsConnection {
  /** Key id, `alias/name`, or the ARN of either. */
  readonly keyId: string
  /** The share of signatures that is checked against the public key, above 0 and at most 1. Default 1: every one. */
  readonly sample?: number | undefined
}

const spec = 'ECC_NIST_EDWARDS25519'
const algorithm = 'ED25519_SHA_512'
/** Of a message that AWS KMS signs raw. */
const longestMessage = 4096

const wrongType = (why: string): QuittanceError =>
  new QuittanceError(
    'KEY_WRONG_TYPE',
    `the AWS KMS key is ${why}; receipts need the key spec ${spec} with the usage SIGN_VERIFY`,
    { details: { reason: 'key-spec' } },
  )

const word = (text: string): string => (/^[A-Z0-9_]{1,64}$/.test(text) ? text : 'of an unknown kind')

const publicKeyOf = (found: KmsPublicKey): Uint8Array => {
  if (found.spec !== spec) throw wrongType(word(found.spec))
  if (found.usage !== 'SIGN_VERIFY') throw wrongType(`for ${word(found.usage)}`)
  if (!found.algorithms.includes(algorithm)) throw wrongType(`one that can not sign with ${algorithm}`)
  let key: KeyObject | undefined
  try {
    key = createPublicKey({ key: Buffer.from(found.spki), format: 'der', type: 'spki' })
  } catch {
    // What OpenSSL says about it helps nobody.
  }
  if (key?.asymmetricKeyType !== 'ed25519')
    throw new QuittanceError('KEY_ENCODING', 'AWS KMS gave a public key that is no Ed25519 key')
  return base64urlnopad.decode(key.export({ format: 'jwk' }).x ?? '')
}

const checkedMessage = (message: Uint8Array): Uint8Array => {
  if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
  if (message.length < 1 || message.length > longestMessage)
    throw new RangeError(`message must be 1 to ${longestMessage} bytes: AWS KMS signs no other`)
  return message
}

/** By the key's ARN: an alias can be moved to another key between two signatures. */
const signerOf = (kms: Kms, arn: string, keyId: string): Signer => ({
  keyId,
  sign: async (message, { signal } = {}) => kms.sign(arn, checkedMessage(message), signal),
})

/**
 * A private key that never leaves AWS KMS: each signature is one request (`ED25519_SHA_512`, message type `RAW`), checked
 * against the public key before it is accepted. An alias is followed once, at the first `signer()`; the provider then stays
 * with that key. Nothing happens before; a failed opening is tried again at the next `signer()`.
 *
 * @param options - the key, and how AWS KMS is reached
 * @returns the provider. It needs the permissions `kms:GetPublicKey` and `kms:Sign` on the key. Its signers take messages of
 *   1 to 4,096 bytes (RangeError), and reject with `KEY_UNAVAILABLE`, `KEY_THROTTLED`, `KEY_PERMISSION`, `KEY_EXPIRED`,
 *   `KEY_NOT_FOUND`, `KEY_DISABLED`, `KEY_WRONG_TYPE`, `KEY_BAD_SIGNATURE`, `KEY_SIGNING_FAILED`, or an aborted signal's
 *   reason
 * @throws TypeError, RangeError for a wrong option
 * @example
 * ```ts
 * import { awsKmsKey } from 'quittance/keys/aws-kms'
 * const keys = awsKmsKey({ keyId: 'alias/receipts', region: 'eu-central-1' })
 * ```
 */
export function awsKmsKey(options: AwsKmsKeyOptions): KeyProvider {
  checkMembers(options, ['keyId', 'sample', ...connectionMembers])
  const { reference, region } = checkedKeyReference(options.keyId, 'keyId')
  const sample = checkedSample(options)
  const kms = openKms(checkedConnection(options, region))

  const opening = sharedOpening(async () => {
    const found = await kms.publicKey(reference)
    return verifiedSigner(signerOf(kms, found.arn, didKey(publicKeyOf(found))), { sample })
  })

  return Object.freeze({
    name: 'aws-kms',
    signer: async ({ signal } = {}) => opening.get(signal),
    publicKeys: async () => [{ keyId: (await opening.get()).keyId }],
    async close() {
      opening.close()
      kms.close()
    },
  } satisfies KeyProvider)
}
