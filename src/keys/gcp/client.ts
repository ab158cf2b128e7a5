import { QuittanceError } from '../../errors.js'
import { within } from '../within.js'
import { faultOf, type Method, openingFault } from './faults.js'

/** What a call may be told, as google-gax takes it. */
export interface GcpCallOptions {
  readonly timeout?: number
  readonly retry?: {
    readonly retryCodes: number[]
    readonly backoffSettings: {
      readonly initialRetryDelayMillis: number
      readonly retryDelayMultiplier: number
      readonly maxRetryDelayMillis: number
      readonly initialRpcTimeoutMillis: number
      readonly rpcTimeoutMultiplier: number
      readonly maxRpcTimeoutMillis: number
      readonly totalTimeoutMillis: number
    }
  }
}

/** The part of `KeyManagementServiceClient` of `@google-cloud/kms` that is used. */
export interface GcpKmsClient {
  getPublicKey(request: { name: string }, options?: GcpCallOptions): Promise<readonly [unknown, ...unknown[]]>
  asymmetricSign(
    request: { name: string; data: Uint8Array; dataCrc32c: { value: number } },
    options?: GcpCallOptions,
  ): Promise<readonly [unknown, ...unknown[]]>
  listCryptoKeyVersions(
    request: { parent: string },
    options?: GcpCallOptions,
  ): Promise<readonly [unknown, ...unknown[]]>
  close(): Promise<unknown>
  initialize?(): Promise<unknown>
}

/** gRPC's UNAVAILABLE, which the client itself tries again. */
const retryCodes = [14]
/** The client gives up first, so that what it ran into is told rather than that the time is over. */
const share = 0.8

const callOptions = (timeoutMs: number): GcpCallOptions => {
  const total = Math.ceil(timeoutMs * share)
  return {
    timeout: total,
    retry: {
      retryCodes,
      backoffSettings: {
        initialRetryDelayMillis: 50,
        retryDelayMultiplier: 2,
        maxRetryDelayMillis: 2_000,
        initialRpcTimeoutMillis: total,
        rpcTimeoutMultiplier: 1,
        maxRpcTimeoutMillis: total,
        totalTimeoutMillis: total,
      },
    },
  }
}

/** How long one call may take, and who may give it up. */
export interface CallLimits {
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks the service one thing.
 *
 * @param method - what is asked, for the errors
 * @param ask - makes the call
 * @param limits - how long
 * @returns the answer
 * @throws QuittanceError `KEY_*`; the reason of an aborted signal
 */
export async function callGcp(
  method: Method,
  ask: (options: GcpCallOptions) => Promise<readonly [unknown, ...unknown[]]>,
  { timeoutMs, signal }: CallLimits,
): Promise<unknown> {
  const work = async (given: AbortSignal): Promise<unknown> => {
    try {
      const answer = ask(callOptions(timeoutMs))
      // google-gax hands out promises that can be cancelled
      const { cancel } = answer as { cancel?: () => void }
      if (typeof cancel === 'function') given.addEventListener('abort', () => cancel.call(answer), { once: true })
      return (await answer)[0]
    } catch (error) {
      throw faultOf(error, method)
    }
  }
  return within(work, { timeoutMs, signal, what: 'Cloud KMS' })
}

/**
 * Lets a client find its credentials. A call that finds none rejects, and besides leaves a rejection behind that nobody can
 * handle; so nothing is called before this went well.
 *
 * @param client - any
 * @param timeoutMs - how long it may take
 * @throws QuittanceError `KEY_PERMISSION` where there are none, `KEY_UNAVAILABLE`
 */
export async function initialized(client: GcpKmsClient, timeoutMs: number): Promise<void> {
  const work = async (): Promise<void> => {
    try {
      await client.initialize?.()
    } catch (error) {
      throw openingFault(error)
    }
  }
  await within(work, { timeoutMs, what: 'Cloud KMS' })
}

/** @returns the error for a package that is not installed */
export function missing(name: string, cause: unknown): QuittanceError {
  return new QuittanceError('KEY_UNAVAILABLE', `gcpKmsKey needs the package ${name}: npm install ${name}`, {
    details: { outcome: 'absent', reason: name, retryable: false },
    cause,
  })
}

/**
 * @returns a client of the official package with the application's default credentials
 * @throws QuittanceError `KEY_UNAVAILABLE` where the package is not installed
 */
export async function officialClient(): Promise<GcpKmsClient> {
  const name = '@google-cloud/kms'
  let kms: typeof import('@google-cloud/kms')
  try {
    kms = await import('@google-cloud/kms')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw missing(name, error)
  }
  return new kms.KeyManagementServiceClient()
}
