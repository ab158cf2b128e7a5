/**
 * The codes of every error that quittance throws. Codes are stable; messages are not.
 * Each has its cause and its cure in `docs/errors.md`.
 */
export type ErrorCode =
  // what is to be sealed
  | 'RECEIPT_INVALID'
  | 'RECEIPT_NOT_JSON'
  | 'RECEIPT_TOO_LARGE'
  // keys
  | 'KEY_AMBIGUOUS'
  | 'KEY_BAD_SIGNATURE'
  | 'KEY_DISABLED'
  | 'KEY_ENCODING'
  | 'KEY_EPHEMERAL'
  | 'KEY_EXPIRED'
  | 'KEY_FILE_EXISTS'
  | 'KEY_FILE_PERMISSIONS'
  | 'KEY_NOT_FOUND'
  | 'KEY_PASSPHRASE'
  | 'KEY_PERMISSION'
  | 'KEY_SHARE'
  | 'KEY_SIGNING_FAILED'
  | 'KEY_THROTTLED'
  | 'KEY_UNAVAILABLE'
  | 'KEY_URL'
  | 'KEY_WRONG_TYPE'
  | 'KEYRING_INVALID'
  // stores
  | 'STORE_BAD_HEAD'
  | 'STORE_CLOCK'
  | 'STORE_CLOSED'
  | 'STORE_CONFLICT'
  | 'STORE_CORRUPT'
  | 'STORE_DURABILITY'
  | 'STORE_FULL'
  | 'STORE_ID_EXISTS'
  | 'STORE_IO'
  | 'STORE_LOCKED'
  | 'STORE_PERMISSION'
  | 'STORE_ROLLED_BACK'
  | 'STORE_STATE_CONFLICT'
  | 'STORE_TLS'
  | 'STORE_UNAVAILABLE'
  | 'STORE_UNSAFE'
  | 'STORE_UNSUPPORTED'
  | 'STORE_URL'
  // copying from store to store
  | 'COPY_INVALID'
  // the ledger
  | 'LEDGER_ABORTED'
  | 'LEDGER_CHAIN_ENDED'
  | 'LEDGER_CLOSED'
  | 'LEDGER_ID_REUSED'
  | 'LEDGER_KEY_REVOKED'
  | 'LEDGER_KEY_UNTRUSTED'
  | 'LEDGER_NOT_COMMITTED'
  | 'LEDGER_OVERLOADED'
  | 'LEDGER_REDACTION_FAILED'
  | 'LEDGER_RETENTION'
  | 'LEDGER_SECRET_REQUIRED'
  | 'LEDGER_SECRET_UNAVAILABLE'
  | 'LEDGER_TIMEOUT'
  // the removal of personal data
  | 'PII_BUDGET'
  | 'PII_DETECTOR_FAILED'
  | 'PII_IN_IDENTIFIER'
  | 'PII_TOKENS_FULL'
  | 'PII_UNSAFE_PATTERN'
  | 'PII_VALUE_REFUSED'
  // the collector
  | 'COLLECTOR_NO_ACTION'
  | 'COLLECTOR_SEALED'
  | 'COLLECTOR_STREAM'
  | 'COLLECTOR_TOO_LARGE'
  // reports
  | 'REPORT_CUSTOM_RULE'
  | 'REPORT_MALFORMED'
  | 'REPORT_NO_RECEIPT'
  | 'REPORT_NOT_VALID'
  | 'REPORT_OTHER_CHAIN'
  | 'REPORT_PACKAGE_MISSING'
  | 'REPORT_SOURCE'
  // transparency: notes, checkpoints, witnesses, proofs
  | 'TLOG_MALFORMED'
  | 'TLOG_REFUSED'
  | 'TLOG_UNAVAILABLE'
  | 'TLOG_UNTRUSTED'
  // envelopes for other systems
  | 'ENVELOPE_MALFORMED'
  | 'ENVELOPE_UNTRUSTED'
  // the verifier (what can't be judged at all; what was judged is a problem code, see `ProblemCode`)
  | 'VERIFY_ABORTED'
  | 'VERIFY_INPUT'

/** Where a receipt stands: enough to name it and to compare it. */
export interface HeadRef {
  readonly seq: number
  readonly receiptHash: string
}

/** What an error says beside its code. Never payload, never personal data, never key material. */
export interface ErrorDetails {
  /** Of an append that failed: `absent`, it is not in the chain; `unknown`, it may be, and the same append may be repeated. */
  readonly outcome?: 'absent' | 'unknown' | undefined
  /** Whether the same call may succeed later without anything being changed. */
  readonly retryable?: boolean | undefined
  readonly chainId?: string | undefined
  readonly receiptId?: string | undefined
  readonly seq?: number | undefined
  /** The member concerned, as a path: `checks[0].score`. */
  readonly path?: string | undefined
  readonly file?: string | undefined
  readonly line?: number | undefined
  readonly pid?: number | undefined
  readonly keyId?: string | undefined
  /** The head that the caller held. */
  readonly expected?: HeadRef | undefined
  /** The head that the store has; absent where the chain is empty. */
  readonly actual?: HeadRef | undefined
  /** Why, as a stable word: `lone-surrogate`, `too-deep` …; or the operating system's or client's own code, such as `ENOSPC`. */
  readonly reason?: string | undefined
}

const brand = Symbol.for('quittance.error')

/** The one error class of quittance. Programmer mistakes are `TypeError` or `RangeError` instead. */
export class QuittanceError extends Error {
  override readonly name = 'QuittanceError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  /**
   * @param code - the stable code
   * @param message - for people; holds no payload and no personal data
   * @param options - `details` and the `cause`
   */
  constructor(code: ErrorCode, message: string, options: { details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = Object.freeze({ ...options.details })
    Object.defineProperty(this, brand, { value: true })
  }

  /**
   * Tells whether a value is a `QuittanceError`, also one of another copy of this package.
   *
   * @param error - anything that was caught
   * @param code - when given, the code it must have
   * @returns true when it is one, with that code
   * @example
   * ```ts
   * import { QuittanceError } from 'quittance'
   * const describe = (error: unknown) => (QuittanceError.is(error, 'STORE_CONFLICT') ? error.details.actual : undefined)
   * ```
   */
  static is(error: unknown, code?: ErrorCode): error is QuittanceError {
    return (
      typeof error === 'object' &&
      error !== null &&
      (error as Record<symbol, unknown>)[brand] === true &&
      (code === undefined || (error as QuittanceError).code === code)
    )
  }
}
