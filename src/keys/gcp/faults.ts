import { type ErrorCode, QuittanceError } from '../../errors.js'

/** What is asked of the service. */
export type Method = 'getPublicKey' | 'asymmetricSign' | 'listCryptoKeyVersions'

/** What the caller's role must hold for it. */
export const permissions: Readonly<Record<Method, string>> = {
  getPublicKey: 'cloudkms.cryptoKeyVersions.viewPublicKey',
  asymmetricSign: 'cloudkms.cryptoKeyVersions.useToSign',
  listCryptoKeyVersions: 'cloudkms.cryptoKeyVersions.list',
}

/** gRPC's status codes by number. */
const statuses = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const
type Status = (typeof statuses)[number]

interface Meaning {
  readonly code: ErrorCode
  readonly says: string
  readonly retryable: boolean
  readonly reason?: string
}

const meaning = (code: ErrorCode, says: string, retryable = false, reason?: string): Meaning => ({
  code,
  says,
  retryable,
  ...(reason === undefined ? {} : { reason }),
})

const states: readonly (readonly [RegExp, string, string])[] = [
  [
    /DESTROY_SCHEDULED/,
    'destroy-scheduled',
    'the key version is scheduled for destruction: restore it, or sign with another',
  ],
  [/DESTROYED/, 'destroyed', 'the key version is destroyed: sign with another'],
  [/DISABLED/, 'disabled', 'the key version is disabled: enable it, or sign with another'],
  [/PENDING_GENERATION/, 'pending-generation', 'the key version is still being generated'],
  [/PENDING_IMPORT/, 'pending-import', 'the key version still waits for its key to be imported'],
  [/PENDING_EXTERNAL/, 'pending-external', 'the key version still waits for its external key'],
  [/_FAILED/, 'failed', 'the key version could not be made: make another'],
]

function precondition(words: string): Meaning {
  for (const [pattern, reason, says] of states) {
    if (pattern.test(words)) return meaning('KEY_DISABLED', says, reason === 'pending-generation', reason)
  }
  if (/purpose|algorithm|protection level/i.test(words))
    return meaning('KEY_WRONG_TYPE', 'the key is not for signing with EC_SIGN_ED25519')
  return meaning('KEY_DISABLED', 'the key version is not in a state in which it signs')
}

function invalid(words: string, method: Method): Meaning {
  if (/crc32c|checksum/i.test(words))
    return meaning('KEY_BAD_SIGNATURE', 'the request reached Cloud KMS damaged', true, 'crc32c')
  return method === 'getPublicKey'
    ? meaning('KEY_WRONG_TYPE', 'the key has no public half: make one of purpose asymmetric-signing')
    : meaning('KEY_SIGNING_FAILED', 'Cloud KMS does not take the request')
}

function meaningOf(status: Status, words: string, method: Method): Meaning {
  switch (status) {
    case 'NOT_FOUND':
      return meaning('KEY_NOT_FOUND', 'Cloud KMS has no such key version')
    case 'PERMISSION_DENIED':
      return meaning(
        'KEY_PERMISSION',
        `Cloud KMS refuses: the caller lacks ${permissions[method]}, or there is no such key`,
      )
    case 'UNAUTHENTICATED':
      return meaning('KEY_PERMISSION', 'Cloud KMS does not know the caller: its credentials are missing or over')
    case 'FAILED_PRECONDITION':
      return precondition(words)
    case 'RESOURCE_EXHAUSTED':
      return meaning('KEY_THROTTLED', "Cloud KMS takes no more calls for now: the project's quota is used up", true)
    case 'INVALID_ARGUMENT':
      return invalid(words, method)
    case 'UNAVAILABLE':
      return meaning('KEY_UNAVAILABLE', 'Cloud KMS can not be reached', true)
    case 'DEADLINE_EXCEEDED':
      return meaning('KEY_UNAVAILABLE', 'Cloud KMS did not answer in time', true)
    case 'UNIMPLEMENTED':
      return meaning('KEY_UNAVAILABLE', 'what answers is not Cloud KMS', false)
    case 'ALREADY_EXISTS':
    case 'OUT_OF_RANGE':
    case 'DATA_LOSS':
      return meaning('KEY_SIGNING_FAILED', 'Cloud KMS failed')
    default:
      return meaning('KEY_UNAVAILABLE', 'Cloud KMS failed', true)
  }
}

/** The client's own words about credentials, before anything is sent. */
const credentials = /default credentials|credential|invalid_grant|metadata from plugin|service account|refresh token/i
/** A way that is not open just now, also to where tokens come from. */
const transient = /ECONNRE|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|socket hang up|timeout/

const noCredentials = meaning(
  'KEY_PERMISSION',
  'the credentials for Cloud KMS are missing or not taken',
  false,
  'credentials',
)

/** Nothing that looks like a token, an assertion or a key. */
function cleaned(words: string): string {
  return words
    .replaceAll(/-----BEGIN[\s\S]*?(?:-----END[^-]*-----|$)/g, '[…]')
    .replaceAll(/(bearer|basic)\s+\S+/gi, '$1 […]')
    .replaceAll(/\b(?:ya29|eyJ|1\/\/|GOCSPX)[\w./+=-]*/g, '[…]')
    .replaceAll(/[A-Za-z0-9+=_-]{40,}/g, '[…]')
    .replaceAll(/[^\x20-\x7e…]+/g, ' ')
    .slice(0, 300)
}

const wordsOf = (error: unknown): string => {
  const { message } = (typeof error === 'object' && error !== null ? error : {}) as { message?: unknown }
  return typeof message === 'string' ? message : ''
}

function made(found: Meaning, status: Status, words: string, asked: string): QuittanceError {
  const { code, says, retryable, reason = status } = found
  return new QuittanceError(code, says, {
    details: { outcome: 'absent', reason, retryable },
    cause: new Error(`${asked}: ${status}: ${cleaned(words)}`),
  })
}

/**
 * Tells apart what a call was rejected with. The rejection itself is dropped: it holds the request, the metadata and what an
 * authentication library put into it.
 *
 * @param error - as the client rejected
 * @param method - what was asked
 * @returns the error to throw
 */
export function faultOf(error: unknown, method: Method): QuittanceError {
  const words = wordsOf(error)
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown }
  const status = (typeof code === 'number' ? statuses[code] : undefined) ?? 'UNKNOWN'
  const local = status === 'UNKNOWN' || status === 'UNAVAILABLE' || status === 'UNAUTHENTICATED'
  const refused = local && credentials.test(words) && !transient.test(words)
  return made(refused ? noCredentials : meaningOf(status, words, method), status, words, method)
}

/**
 * @param error - what a client ran into that looked for its credentials
 * @returns the error to throw
 */
export function openingFault(error: unknown): QuittanceError {
  const words = wordsOf(error)
  if (!transient.test(words)) return made(noCredentials, 'UNAUTHENTICATED', words, 'initialize')
  return made(meaningOf('UNAVAILABLE', words, 'getPublicKey'), 'UNAVAILABLE', words, 'initialize')
}
