import { type ErrorCode, QuittanceError } from '../../errors.js'
import { rvOf } from './cryptoki.js'

interface Meaning {
  readonly name: string
  readonly code: ErrorCode
  readonly says: string
  readonly retryable: boolean
  /** The session, the login or the token is gone: all is opened anew. */
  readonly lost: boolean
}

const refused = (name: string, code: ErrorCode, says: string): Meaning => ({
  name,
  code,
  says,
  retryable: false,
  lost: false,
})
const lost = (name: string, says: string): Meaning => ({
  name,
  code: 'KEY_UNAVAILABLE',
  says,
  retryable: true,
  lost: true,
})
const tokenGone = 'the token was removed or does not answer'
const sessionGone = 'the token has ended the session'
const tokenFailed = 'the token or its module failed'
const wrongUse = "the token's key or its mechanism is not for signing with CKM_EDDSA"
const wrongPin = 'the token does not take the PIN'

/** By return value (PKCS#11 2.40, section 5.1). */
const meanings: ReadonlyMap<number, Meaning> = new Map([
  [0x01, refused('CKR_CANCEL', 'KEY_SIGNING_FAILED', 'the call was cancelled at the token')],
  [0x02, lost('CKR_HOST_MEMORY', tokenFailed)],
  [0x03, lost('CKR_SLOT_ID_INVALID', tokenGone)],
  [0x05, lost('CKR_GENERAL_ERROR', tokenFailed)],
  [0x06, lost('CKR_FUNCTION_FAILED', tokenFailed)],
  [0x30, lost('CKR_DEVICE_ERROR', tokenFailed)],
  [0x31, lost('CKR_DEVICE_MEMORY', tokenFailed)],
  [0x32, lost('CKR_DEVICE_REMOVED', tokenGone)],
  [0x50, refused('CKR_FUNCTION_CANCELED', 'KEY_SIGNING_FAILED', 'the call was cancelled at the token')],
  [0x54, refused('CKR_FUNCTION_NOT_SUPPORTED', 'KEY_WRONG_TYPE', wrongUse)],
  [0x60, lost('CKR_KEY_HANDLE_INVALID', 'the token no longer has the key')],
  [0x63, refused('CKR_KEY_TYPE_INCONSISTENT', 'KEY_WRONG_TYPE', wrongUse)],
  [0x68, refused('CKR_KEY_FUNCTION_NOT_PERMITTED', 'KEY_WRONG_TYPE', wrongUse)],
  [0x70, refused('CKR_MECHANISM_INVALID', 'KEY_WRONG_TYPE', 'the token has no CKM_EDDSA')],
  [0x71, refused('CKR_MECHANISM_PARAM_INVALID', 'KEY_WRONG_TYPE', wrongUse)],
  [0x82, lost('CKR_OBJECT_HANDLE_INVALID', 'the token no longer has the key')],
  [0x90, lost('CKR_OPERATION_ACTIVE', sessionGone)],
  [0xa0, refused('CKR_PIN_INCORRECT', 'KEY_PASSPHRASE', wrongPin)],
  [0xa1, refused('CKR_PIN_INVALID', 'KEY_PASSPHRASE', wrongPin)],
  [0xa2, refused('CKR_PIN_LEN_RANGE', 'KEY_PASSPHRASE', wrongPin)],
  [0xa3, refused('CKR_PIN_EXPIRED', 'KEY_PERMISSION', 'the PIN has expired: set a new one')],
  [0xa4, refused('CKR_PIN_LOCKED', 'KEY_PERMISSION', 'the PIN is locked: the security officer must set a new one')],
  [0xb0, lost('CKR_SESSION_CLOSED', sessionGone)],
  [0xb3, lost('CKR_SESSION_HANDLE_INVALID', sessionGone)],
  [0xe0, lost('CKR_TOKEN_NOT_PRESENT', tokenGone)],
  [0xe1, refused('CKR_TOKEN_NOT_RECOGNIZED', 'KEY_UNAVAILABLE', 'the token is not recognised')],
  [0x101, lost('CKR_USER_NOT_LOGGED_IN', 'the login at the token is over')],
  [
    0x102,
    refused(
      'CKR_USER_PIN_NOT_INITIALIZED',
      'KEY_PERMISSION',
      'the token has no user PIN yet: its security officer sets it',
    ),
  ],
  [0x103, refused('CKR_USER_TYPE_INVALID', 'KEY_PERMISSION', 'the token knows no such user')],
  [0x104, refused('CKR_USER_ANOTHER_ALREADY_LOGGED_IN', 'KEY_PERMISSION', 'somebody else is logged in at the token')],
  [0x190, lost('CKR_CRYPTOKI_NOT_INITIALIZED', 'the module was finalised by another part of the program')],
])
const CKR_SESSION_COUNT = 0xb1
const tooMany: Meaning = {
  name: 'CKR_SESSION_COUNT',
  code: 'KEY_THROTTLED',
  says: 'the token takes no more sessions for now',
  retryable: true,
  lost: false,
}

export const CKR_USER_ALREADY_LOGGED_IN = 0x100
export const CKR_CRYPTOKI_ALREADY_INITIALIZED = 0x191

const meaningOf = (rv: number | undefined): Meaning => {
  if (rv === CKR_SESSION_COUNT) return tooMany
  const known = rv === undefined ? undefined : meanings.get(rv)
  return (
    known ?? refused(rv === undefined ? 'unknown' : `0x${rv.toString(16)}`, 'KEY_SIGNING_FAILED', 'the token refused')
  )
}

/**
 * @param error - what a call threw
 * @returns whether the token gives out no more sessions
 */
export const outOfSessions = (error: unknown): boolean => rvOf(error) === CKR_SESSION_COUNT

/**
 * @param error - what a call threw
 * @returns whether everything must be opened anew
 */
export const isLost = (error: unknown): boolean => meaningOf(rvOf(error)).lost

/**
 * @param error - what a call threw
 * @returns the error to throw; it keeps the return value and nothing that was passed in
 */
export function faultOf(error: unknown): unknown {
  if (QuittanceError.is(error) || error instanceof TypeError) return error
  const rv = rvOf(error)
  const { name, code, says, retryable } = meaningOf(rv)
  return new QuittanceError(code, `${says} (${name})`, {
    details: { outcome: 'absent', reason: name, retryable },
    ...(rv === undefined ? { cause: error } : {}),
  })
}

/**
 * @returns an error of ours about what is, or is not, on the token
 */
export function tokenFault(code: ErrorCode, says: string, reason: string): QuittanceError {
  return new QuittanceError(code, says, { details: { outcome: 'absent', reason, retryable: false } })
}
