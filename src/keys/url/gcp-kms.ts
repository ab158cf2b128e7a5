import { type GcpKmsKeyOptions, gcpKmsKey } from '../gcp-kms.js'
import type { KeyProvider } from '../provider.js'
import { made, optionsOf, partsOf, share, whole } from './parts.js'

const example = 'gcpkms://projects/acme/locations/europe-west3/keyRings/audit/cryptoKeys/receipts'

/**
 * @param url - `gcpkms://projects/…/cryptoKeys/…`, perhaps with `/cryptoKeyVersions/…`
 * @returns the provider
 * @throws QuittanceError `KEY_URL`
 */
export function gcpKmsFromUrl(url: string): KeyProvider {
  const { authority, segments, query } = partsOf(url, example)
  const options = optionsOf(query, { rotationCheckMs: whole, timeoutMs: whole, sample: share }, example)
  // `projects` stands where others have their host
  const name = [authority, ...segments].filter((part) => part !== '').join('/')
  const key = name.includes('/cryptoKeyVersions/') ? { keyVersion: name } : { key: name }
  return made(() => gcpKmsKey({ ...options, ...key } as GcpKmsKeyOptions), example)
}
