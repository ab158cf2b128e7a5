import { base64 } from '@scure/base'
import { QuittanceError } from '../../errors.js'
import { didKey } from '../did-key.js'
import { at, strangeAnswer } from './faults.js'

/** What the Transit engine says of an Ed25519 key. */
export interface TransitKey {
  readonly latest: number
  /** Versions below it sign no more. */
  readonly lowest: number
  readonly softDeleted: boolean
  /** The did:keys of the versions that the server still shows. */
  readonly versions: ReadonlyMap<number, string>
}

const wrongType = (why: string): QuittanceError =>
  new QuittanceError('KEY_WRONG_TYPE', `the Transit key ${why}: make one of type ed25519, not derived`, {
    details: { outcome: 'absent', reason: 'type', retryable: false },
  })

const numberAt = (value: unknown, name: string): number => {
  const number = at(value, 'data', name)
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : 0
}

function didOf(entry: unknown): string {
  const text = at(entry, 'public_key')
  let bytes: Uint8Array
  try {
    bytes = base64.decode(typeof text === 'string' ? text : '')
  } catch {
    throw strangeAnswer()
  }
  if (bytes.length !== 32) throw strangeAnswer()
  return didKey(bytes)
}

/**
 * Reads the answer about a key.
 *
 * @param body - of `GET transit/keys/:name`
 * @returns the key
 * @throws QuittanceError `KEY_WRONG_TYPE`, `KEY_UNAVAILABLE` for an answer that is none of Vault's
 */
export function transitKeyOf(body: unknown): TransitKey {
  const type = at(body, 'data', 'type')
  const keys = at(body, 'data', 'keys')
  if (typeof type !== 'string' || typeof keys !== 'object' || keys === null) throw strangeAnswer()
  if (type !== 'ed25519') throw wrongType('is of another type')
  if (at(body, 'data', 'derived') === true) throw wrongType('is derived, so that it has no public key of its own')
  const versions = new Map<number, string>()
  for (const [version, entry] of Object.entries(keys)) {
    if (!/^[1-9][0-9]{0,8}$/.test(version)) throw strangeAnswer()
    versions.set(Number(version), didOf(entry))
  }
  const latest = numberAt(body, 'latest_version')
  if (!versions.has(latest)) throw strangeAnswer()
  return {
    latest,
    lowest: numberAt(body, 'min_encryption_version'),
    softDeleted: at(body, 'data', 'soft_deleted') === true,
    versions,
  }
}

const disabled = (reason: string, message: string): QuittanceError =>
  new QuittanceError('KEY_DISABLED', message, { details: { outcome: 'absent', reason, retryable: false } })

/**
 * @param key - the key
 * @param wanted - a version, `undefined` for the newest
 * @returns the version to sign with and its did:key
 * @throws QuittanceError `KEY_DISABLED`, `KEY_NOT_FOUND`
 */
export function signingVersion(
  key: TransitKey,
  wanted: number | undefined,
): { readonly version: number; readonly keyId: string } {
  if (key.softDeleted) throw disabled('soft-deleted', 'the Transit key is soft-deleted: restore it')
  const version = wanted ?? key.latest
  if (version > key.latest)
    throw new QuittanceError('KEY_NOT_FOUND', 'the Transit key has no such version', {
      details: { outcome: 'absent', reason: 'version', retryable: false },
    })
  const keyId = key.versions.get(version)
  if (keyId === undefined || version < key.lowest)
    throw disabled(
      'min-version',
      "this version of the Transit key is below the key's min_encryption_version or min_decryption_version",
    )
  return { version, keyId }
}
