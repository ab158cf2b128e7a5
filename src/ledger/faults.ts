/** What a failure means for the receipts that were under way. */
import { type ErrorDetails, QuittanceError } from '../errors.js'
import { bareCause } from '../keys/wrapped.js'

/** What to do: read the head again and link anew; look up which id is there; wait and try again; tell the callers. */
export type Remedy = 'relink' | 'look-up' | 'retry' | 'refuse'

/** A failure, judged. */
export interface Judged {
  readonly remedy: Remedy
  /** Whether a store that was asked to append may have done it. */
  readonly ambiguous: boolean
}

/** Faults that a store finds before it writes. */
const foundBefore: ReadonlySet<string> = new Set([
  'STORE_CLOSED',
  'STORE_LOCKED',
  'STORE_PERMISSION',
  'STORE_UNSUPPORTED',
  'STORE_CLOCK',
  'RECEIPT_INVALID',
  'RECEIPT_NOT_JSON',
  'RECEIPT_TOO_LARGE',
])

/** Faults that pass, unless their error says otherwise. */
const passing: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'KEY_UNAVAILABLE'])

/**
 * @param error - what was thrown
 * @param handed - whether receipts had been handed to the store when it was thrown
 * @returns what it means
 */
export function judgeFault(error: unknown, handed: boolean): Judged {
  if (!QuittanceError.is(error)) return { remedy: 'retry', ambiguous: handed }
  const { code, details } = error
  if (code === 'STORE_CONFLICT') return { remedy: 'relink', ambiguous: false }
  if (code === 'STORE_ID_EXISTS' && handed) return { remedy: 'look-up', ambiguous: false }
  const again =
    details.retryable === true ||
    details.outcome === 'unknown' ||
    (details.retryable === undefined && passing.has(code))
  const ambiguous = handed && details.outcome !== 'absent' && !foundBefore.has(code)
  return { remedy: again ? 'retry' : 'refuse', ambiguous }
}

/** Where the redactor refused or failed, the chain's own name may be what it would have refused. */
const beforeNames: ReadonlySet<string> = new Set(['PII_IN_IDENTIFIER', 'LEDGER_REDACTION_FAILED'])

/**
 * @param error - what a caller is told
 * @param chainId - the chain it concerns
 * @returns the chain's name where it may be shown beside that error
 */
export function shownChain(error: unknown, chainId: string | undefined): { readonly chainId?: string | undefined } {
  if (QuittanceError.is(error) && beforeNames.has(error.code)) return {}
  return { chainId }
}

/**
 * The same error with what its caller must know of one receipt.
 *
 * @param error - any error; programmer mistakes and foreign errors stay as they are, but for an outcome they can't carry
 * @param told - outcome, chain and receipt
 * @returns the error to throw
 */
export function tell(error: unknown, told: Pick<ErrorDetails, 'outcome' | 'chainId' | 'receiptId'>): unknown {
  if (!QuittanceError.is(error)) return error
  const details: ErrorDetails = {
    ...shownChain(error, told.chainId),
    receiptId: told.receiptId,
    ...error.details,
    outcome: told.outcome,
  }
  return new QuittanceError(error.code, error.message, { details, cause: error.cause ?? error })
}

/**
 * What a key provider throws that is no error of ours is a failed signature: nothing was sent to the store.
 *
 * @param error - what it threw
 * @returns a `QuittanceError`
 */
export function keyFault(error: unknown): QuittanceError {
  if (QuittanceError.is(error)) return error
  return new QuittanceError('KEY_SIGNING_FAILED', 'the key provider failed', {
    details: { outcome: 'absent' },
    cause: bareCause(error),
  })
}
