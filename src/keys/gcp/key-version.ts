import { QuittanceError } from '../../errors.js'
import { didKey } from '../did-key.js'
import { parsePublicKey } from '../public-key.js'
import { type CallLimits, callGcp, type GcpKmsClient } from './client.js'
import { agrees, type Crc32c, damaged, whole } from './integrity.js'
import { versionOf } from './names.js'

/** The only algorithm whose signatures a receipt may have. */
const ALGORITHM = 'EC_SIGN_ED25519'

/** How the service is asked. */
export interface Kms {
  readonly client: GcpKmsClient
  readonly crc32c: Crc32c
}

type Answer = Readonly<Record<string, unknown>>
const answerOf = (value: unknown): Answer => (typeof value === 'object' && value !== null ? (value as Answer) : {})

const wrongType = (algorithm: unknown): QuittanceError => {
  const shown = typeof algorithm === 'string' && /^[A-Z0-9_]{1,64}$/.test(algorithm) ? algorithm : 'another algorithm'
  return new QuittanceError('KEY_WRONG_TYPE', `the key version is of ${shown}: make one of ${ALGORITHM}`, {
    details: { outcome: 'absent', reason: shown, retryable: false },
  })
}

/**
 * @param kms - how to ask
 * @param name - of the key version
 * @param limits - how long
 * @returns its did:key
 * @throws QuittanceError `KEY_WRONG_TYPE`, `KEY_BAD_SIGNATURE` for an answer that is damaged or about another key, `KEY_*`
 */
export function publicKeyOf({ client, crc32c }: Kms, name: string, limits: CallLimits): Promise<string> {
  return whole(async () => {
    const ask = client.getPublicKey.bind(client)
    const answer = answerOf(await callGcp('getPublicKey', (options) => ask({ name }, options), limits))
    const { pem, algorithm } = answer
    if (answer.name !== name) throw damaged('Cloud KMS gave the public key of another key version', 'name')
    if (typeof pem !== 'string' || !agrees(answer.pemCrc32c, crc32c(pem)))
      throw damaged('the public key came damaged from Cloud KMS', 'pem-crc32c')
    if (algorithm !== ALGORITHM) throw wrongType(algorithm)
    return didKey(parsePublicKey(pem))
  })
}

/**
 * @param kms - how to ask
 * @param name - of the key version
 * @param message - the bytes
 * @param limits - how long
 * @returns what the service gave as signature, as it was sent
 * @throws QuittanceError `KEY_BAD_SIGNATURE` for a message or an answer that is damaged or about another key, `KEY_*`
 */
export function signatureBy(
  { client, crc32c }: Kms,
  name: string,
  message: Uint8Array,
  limits: CallLimits,
): Promise<Uint8Array> {
  const request = { name, data: message, dataCrc32c: { value: crc32c(message) } }
  return whole(async () => {
    const ask = client.asymmetricSign.bind(client)
    const answer = answerOf(await callGcp('asymmetricSign', (options) => ask(request, options), limits))
    if (answer.verifiedDataCrc32c !== true)
      throw damaged('Cloud KMS did not confirm the checksum of the message', 'data-crc32c')
    if (answer.name !== name) throw damaged('Cloud KMS signed with another key version', 'name')
    const { signature } = answer
    if (!(signature instanceof Uint8Array) || !agrees(answer.signatureCrc32c, crc32c(signature)))
      throw damaged('the signature came damaged from Cloud KMS', 'signature-crc32c')
    return Uint8Array.from(signature)
  })
}

/**
 * @param kms - how to ask
 * @param key - its full name
 * @param limits - how long
 * @returns the names of its versions that can sign, newest first; at least one
 * @throws QuittanceError `KEY_NOT_FOUND` where it has no version, `KEY_DISABLED` where none is enabled, `KEY_WRONG_TYPE`
 *   where none of those is of the right algorithm, `KEY_*`
 */
export async function enabledVersions(
  { client }: Kms,
  key: string,
  limits: CallLimits,
): Promise<readonly [string, ...string[]]> {
  const ask = client.listCryptoKeyVersions.bind(client)
  const list = await callGcp('listCryptoKeyVersions', (options) => ask({ parent: key }, options), limits)
  const versions = (Array.isArray(list) ? list : []).map(answerOf).flatMap(({ name, state, algorithm }) => {
    const number = versionOf(name)
    return typeof name === 'string' && number !== undefined && name.startsWith(`${key}/`)
      ? [{ name, number, state, algorithm }]
      : []
  })
  const fault = (code: 'KEY_NOT_FOUND' | 'KEY_DISABLED', says: string, reason: string) =>
    new QuittanceError(code, says, { details: { outcome: 'absent', reason, retryable: false } })
  if (versions.length === 0) throw fault('KEY_NOT_FOUND', 'the key has no version', 'no-version')
  const enabled = versions.filter(({ state }) => state === 'ENABLED')
  if (enabled.length === 0) throw fault('KEY_DISABLED', 'the key has no version that is enabled', 'disabled')
  const [first, ...more] = enabled
    .filter(({ algorithm }) => algorithm === ALGORITHM)
    .sort((a, b) => b.number - a.number)
    .map(({ name }) => name)
  if (first === undefined) throw wrongType(enabled[0]?.algorithm)
  return [first, ...more]
}
