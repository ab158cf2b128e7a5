import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { checkedSample } from '../verified.js'
import { checkedMs } from '../within.js'
import type { GcpKmsClient } from './client.js'
import { isKeyName, versionOf } from './names.js'

interface Common {
  /**
   * A `KeyManagementServiceClient` of `@google-cloud/kms`, which stays yours. Default: one with the application default
   * credentials (`GOOGLE_APPLICATION_CREDENTIALS`, or the machine's own service account).
   */
  readonly client?: GcpKmsClient | undefined
  /** How long one call may take, the client's own retries included, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined
  /** The share of signatures that is checked, above 0 and at most 1. Default 1: every one. */
  readonly sample?: number | undefined
}

/** Which key of Cloud KMS signs: exactly one of `keyVersion` and `key`. */
export type GcpKmsKeyOptions = Common &
  (
    | {
        /** One version for good: `projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/1`. */
        readonly keyVersion: string
        readonly key?: undefined
        readonly rotationCheckMs?: undefined
      }
    | {
        /** The newest version that is enabled: `projects/…/locations/…/keyRings/…/cryptoKeys/…`. */
        readonly key: string
        readonly keyVersion?: undefined
        /** How long the newest version is taken as known, in milliseconds. Default 300,000. */
        readonly rotationCheckMs?: number | undefined
      }
  )

/** The options, checked. */
export interface GcpTerms {
  readonly client: GcpKmsClient | undefined
  readonly keyVersion: string | undefined
  readonly key: string
  readonly timeoutMs: number
  readonly rotationCheckMs: number
  readonly sample: number
}

const known = {
  client: true,
  timeoutMs: true,
  sample: true,
  keyVersion: true,
  key: true,
  rotationCheckMs: true,
} as const satisfies Record<keyof GcpKmsKeyOptions, true>

const checkedClient = (client: unknown): GcpKmsClient | undefined => {
  if (client === undefined) return undefined
  const { getPublicKey, asymmetricSign } = (client ?? {}) as Partial<GcpKmsClient>
  if (typeof getPublicKey !== 'function' || typeof asymmetricSign !== 'function')
    throw new TypeError('options.client must be a KeyManagementServiceClient of @google-cloud/kms')
  return client as GcpKmsClient
}

/**
 * @param options - as the caller gave them
 * @returns them, checked
 * @throws TypeError, RangeError
 */
export function checkedTerms(options: GcpKmsKeyOptions): GcpTerms {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, known, 'options')
  const { keyVersion, key, timeoutMs = 10_000, rotationCheckMs = 300_000 } = options
  if ((keyVersion === undefined) === (key === undefined))
    throw new TypeError('options must have exactly one of keyVersion and key')
  if (keyVersion !== undefined && versionOf(keyVersion) === undefined)
    throw new TypeError('options.keyVersion must be projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/…')
  if (key !== undefined && !isKeyName(key))
    throw new TypeError('options.key must be projects/…/locations/…/keyRings/…/cryptoKeys/…, without a version')
  if (keyVersion !== undefined && options.rotationCheckMs !== undefined)
    throw new TypeError('options.rotationCheckMs does not go with keyVersion')
  if (typeof rotationCheckMs !== 'number' || !(rotationCheckMs >= 0))
    throw new RangeError('options.rotationCheckMs must be milliseconds, 0 or more')
  return {
    client: checkedClient(options.client),
    keyVersion,
    key: key ?? '',
    timeoutMs: checkedMs(timeoutMs, 'options.timeoutMs'),
    rotationCheckMs,
    sample: checkedSample({ sample: options.sample }),
  }
}
