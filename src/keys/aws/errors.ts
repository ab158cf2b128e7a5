import { type ErrorCode, QuittanceError } from '../../errors.js'

/** What is asked of AWS KMS, by the name of its permission. */
export type KmsAction = 'GetPublicKey' | 'Sign' | 'Encrypt' | 'Decrypt'

interface Fault {
  readonly code: ErrorCode
  readonly says: string | ((action: KmsAction) => string)
  readonly retryable?: boolean
  /** AWS's own words are kept as the cause: they name the caller, the key and the policy, and no secret. */
  readonly quoted?: boolean
}

const passing: Fault = {
  code: 'KEY_UNAVAILABLE',
  says: 'AWS KMS could not answer',
  retryable: true,
}
const throttled: Fault = {
  code: 'KEY_THROTTLED',
  says: 'AWS KMS takes no more requests for now, and the client has tried as often as it may',
  retryable: true,
}
const refused: Fault = {
  code: 'KEY_PERMISSION',
  says: (action) =>
    `AWS KMS refuses kms:${action} to this caller: allow kms:${action} on the key in the caller's IAM policy, and see that the key policy lets IAM policies decide or names the caller`,
  quoted: true,
}
const notAccepted: Fault = {
  code: 'KEY_PERMISSION',
  says: 'AWS does not accept the credentials, or the signature that they made',
}
const expired: Fault = { code: 'KEY_EXPIRED', says: 'the AWS credentials have run out' }
const notFound: Fault = {
  code: 'KEY_NOT_FOUND',
  says: 'AWS KMS has no such key in this account and region; an alias is written alias/name, and the key of another account is named by its ARN',
  quoted: true,
}
const disabled: Fault = { code: 'KEY_DISABLED', says: 'the AWS KMS key is disabled', quoted: true }
const badState: Fault = {
  code: 'KEY_DISABLED',
  says: 'the AWS KMS key is in a state in which it can not be used: it waits to be deleted or imported, or its key store is away',
  quoted: true,
}
const wrongType: Fault = {
  code: 'KEY_WRONG_TYPE',
  says: (action) => `the AWS KMS key is not one that kms:${action} can be used with`,
  quoted: true,
}
const otherSeed: Fault = {
  code: 'KEY_ENCODING',
  says: 'AWS KMS can not unwrap the seed: it was wrapped with another encryption context or by another key, or was altered',
}

/** By the error's name, which is all that stays the same from release to release. */
const faults: Readonly<Record<string, Fault>> = {
  AccessDeniedException: refused,
  AccessDenied: refused,
  NotAuthorizedException: refused,
  UnrecognizedClientException: notAccepted,
  InvalidClientTokenId: notAccepted,
  InvalidSignatureException: notAccepted,
  SignatureDoesNotMatch: notAccepted,
  IncompleteSignature: notAccepted,
  IncompleteSignatureException: notAccepted,
  MissingAuthenticationToken: notAccepted,
  MissingAuthenticationTokenException: notAccepted,
  OptInRequired: notAccepted,
  CredentialsProviderError: {
    code: 'KEY_PERMISSION',
    says: 'no AWS credentials were found where the AWS client looks for them',
  },
  ExpiredTokenException: expired,
  ExpiredToken: expired,
  TokenProviderError: expired,
  NotFoundException: notFound,
  InvalidArnException: notFound,
  DisabledException: disabled,
  KMSInvalidStateException: badState,
  InvalidKeyUsageException: wrongType,
  UnsupportedOperationException: wrongType,
  InvalidCiphertextException: otherSeed,
  IncorrectKeyException: {
    code: 'KEY_ENCODING',
    says: 'the seed was wrapped by another AWS KMS key than wrappingKeyId',
  },
  ThrottlingException: throttled,
  Throttling: throttled,
  ThrottledException: throttled,
  LimitExceededException: throttled,
  RequestLimitExceeded: throttled,
  RequestThrottledException: throttled,
  TooManyRequestsException: throttled,
  SlowDown: throttled,
  DependencyTimeoutException: passing,
  KeyUnavailableException: passing,
  KMSInternalException: passing,
  InternalFailure: passing,
  ServiceUnavailable: passing,
  ServiceUnavailableException: passing,
  RequestTimeout: passing,
  RequestTimeoutException: passing,
  TimeoutError: passing,
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** A word of the client, never more: other texts may hold what was sent. */
const reasonOf = (name: string): string | undefined => (/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name) ? name : undefined)

const byStatus = (status: unknown): Fault | undefined => {
  if (typeof status !== 'number') return undefined
  if (status === 429) return throttled
  if (status >= 500) return passing
  return status === 401 || status === 403 ? notAccepted : undefined
}

const other = (action: KmsAction): Fault => ({ code: 'KEY_SIGNING_FAILED', says: `AWS KMS refused kms:${action}` })

/**
 * What the AWS client throws holds the whole request where it can be reached, authorization and session token included. So
 * nothing of it is passed on but words that are known to hold no secret.
 *
 * @param thrown - by the client
 * @param action - what it was asked
 * @returns the error to throw
 */
export function kmsError(thrown: unknown, action: KmsAction): QuittanceError {
  if (QuittanceError.is(thrown)) return thrown
  const given = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Readonly<Record<string, unknown>>
  const name = textOf(given.name)
  const message = textOf(given.message)
  const systemCode = /^E[A-Z_0-9]{2,30}$/.test(textOf(given.code)) ? textOf(given.code) : undefined
  const status = (given.$metadata as { httpStatusCode?: unknown } | undefined)?.httpStatusCode

  let fault = Object.hasOwn(faults, name) ? faults[name] : byStatus(status)
  if (fault === undefined && systemCode !== undefined) fault = passing
  if (fault === undefined && message === 'Region is missing')
    fault = {
      code: 'KEY_NOT_FOUND',
      says: "no AWS region is known: give the option region, the key's ARN, or AWS_REGION",
    }
  fault ??= other(action)

  const reason = systemCode ?? reasonOf(name)
  const cause = new Error(fault.quoted ? message.slice(0, 1000) : '')
  cause.name = reason ?? 'Error'
  // Its stack is the one of this line, which helps nobody.
  cause.stack = `${cause.name}${cause.message === '' ? '' : `: ${cause.message}`}`
  return new QuittanceError(fault.code, typeof fault.says === 'string' ? fault.says : fault.says(action), {
    cause,
    details: { reason, ...(fault.retryable === undefined ? {} : { retryable: fault.retryable }) },
  })
}
