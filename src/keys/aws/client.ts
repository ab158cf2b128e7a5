import type { KMSClient } from '@aws-sdk/client-kms'
import { QuittanceError } from '../../errors.js'
import { type KmsAction, kmsError } from './errors.js'
import type { Connection } from './options.js'

type Sdk = typeof import('@aws-sdk/client-kms')

/** How long to wait for a connection, in milliseconds: KMS is near, or it is not there. */
const connectMs = 3_000
/** Above the number of signatures that a ledger asks for at once: a request must not queue for a socket. */
const sockets = 256

/** What a public key is, as AWS KMS tells it. */
export interface KmsPublicKey {
  /** The key's ARN, whatever it was asked by. */
  readonly arn: string
  readonly spec: string
  readonly usage: string
  readonly algorithms: readonly string[]
  /** DER of a SubjectPublicKeyInfo. */
  readonly spki: Uint8Array
}

/** AWS KMS as far as it is used here. Every fault comes out as a `QuittanceError`, an aborted signal as its reason. */
export interface Kms {
  publicKey(key: string, signal?: AbortSignal): Promise<KmsPublicKey>
  sign(key: string, message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>
  encrypt(key: string, plaintext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>
  /** @returns bytes that the caller wipes */
  decrypt(key: string, ciphertext: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>
  /** What is under way rejects with `KEY_UNAVAILABLE`; a client that was made here is closed. Idempotent. */
  close(): void
}

/**
 * @returns the error of a provider that was closed
 */
export function closedError(): QuittanceError {
  return new QuittanceError('KEY_UNAVAILABLE', 'the key provider was closed', { details: { retryable: false } })
}

const timedOut = (timeoutMs: number): QuittanceError =>
  new QuittanceError('KEY_UNAVAILABLE', `AWS KMS did not answer within ${timeoutMs} ms`, {
    details: { reason: 'timeout', retryable: true },
  })

async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-kms')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new QuittanceError(
      'KEY_UNAVAILABLE',
      'an AWS KMS key needs the package @aws-sdk/client-kms: npm install @aws-sdk/client-kms',
      { details: { reason: '@aws-sdk/client-kms', retryable: false } },
    )
  }
}

const newClient = (sdk: Sdk, { region, maxAttempts, timeoutMs }: Connection): KMSClient => {
  const agent = { keepAlive: true, maxSockets: sockets }
  return new sdk.KMSClient({
    ...(region === undefined ? {} : { region }),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    requestHandler: {
      connectionTimeout: Math.min(connectMs, timeoutMs),
      // One attempt that hangs must leave time for another.
      requestTimeout: Math.ceil(timeoutMs / 2),
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
}

const bytesOf = (value: unknown, action: KmsAction): Uint8Array => {
  if (value instanceof Uint8Array) return value
  throw new QuittanceError('KEY_UNAVAILABLE', `AWS KMS answered kms:${action} with something else`, {
    details: { reason: 'malformed-answer', retryable: true },
  })
}

/**
 * @param connection - how AWS KMS is reached
 * @returns the calls; the package is loaded and a client made at the first of them
 */
export function openKms(connection: Connection): Kms {
  const { timeoutMs } = connection
  const underWay = new Set<AbortController>()
  let own: KMSClient | undefined
  let closed = false

  const clientOf = (sdk: Sdk): KMSClient => {
    if (connection.client) return connection.client as unknown as KMSClient
    own ??= newClient(sdk, connection)
    return own
  }

  /** Settles at the abort whatever the client does: while it looks for credentials or waits to try again, it hears none. */
  const call = async <T>(
    action: KmsAction,
    ask: (client: KMSClient, sdk: Sdk, options: { abortSignal: AbortSignal }) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> => {
    signal?.throwIfAborted()
    if (closed) throw closedError()
    const sdk = await loadSdk()
    signal?.throwIfAborted()
    if (closed) throw closedError()
    const controller = new AbortController()
    const giveUp = () => controller.abort(signal?.reason)
    const timer = setTimeout(() => controller.abort(timedOut(timeoutMs)), timeoutMs)
    timer.unref()
    signal?.addEventListener('abort', giveUp, { once: true })
    underWay.add(controller)
    try {
      return await new Promise<T>((resolve, reject) => {
        controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true })
        ask(clientOf(sdk), sdk, { abortSignal: controller.signal }).then(resolve, reject)
      })
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : kmsError(error, action)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
      underWay.delete(controller)
    }
  }

  return {
    async publicKey(key, signal) {
      const found = await call(
        'GetPublicKey',
        (client, sdk, options) => client.send(new sdk.GetPublicKeyCommand({ KeyId: key }), options),
        signal,
      )
      return {
        arn: found.KeyId ?? key,
        spec: found.KeySpec ?? 'unknown',
        usage: found.KeyUsage ?? 'unknown',
        algorithms: found.SigningAlgorithms ?? [],
        spki: bytesOf(found.PublicKey, 'GetPublicKey'),
      }
    },
    async sign(key, message, signal) {
      const { Signature } = await call(
        'Sign',
        (client, sdk, options) =>
          client.send(
            new sdk.SignCommand({
              KeyId: key,
              Message: message,
              MessageType: 'RAW',
              SigningAlgorithm: 'ED25519_SHA_512',
            }),
            options,
          ),
        signal,
      )
      return Uint8Array.from(bytesOf(Signature, 'Sign'))
    },
    async encrypt(key, plaintext, context) {
      const { CiphertextBlob } = await call('Encrypt', (client, sdk, options) =>
        client.send(new sdk.EncryptCommand({ KeyId: key, Plaintext: plaintext, EncryptionContext: context }), options),
      )
      return Uint8Array.from(bytesOf(CiphertextBlob, 'Encrypt'))
    },
    async decrypt(key, ciphertext, context) {
      const { Plaintext } = await call('Decrypt', (client, sdk, options) =>
        client.send(
          new sdk.DecryptCommand({ KeyId: key, CiphertextBlob: ciphertext, EncryptionContext: context }),
          options,
        ),
      )
      return bytesOf(Plaintext, 'Decrypt')
    },
    close() {
      closed = true
      for (const controller of underWay) controller.abort(closedError())
      own?.destroy()
      own = undefined
    },
  }
}
