import { type ErrorDetails, QuittanceError } from '../../errors.js'

/**
 * The lock was taken from us: by hand, because no live process's lock is ever taken.
 *
 * @param context - what was being written
 * @param outcome - what is known of it
 * @returns the error that says so
 */
export function lockLost(context: ErrorDetails, outcome: 'absent' | 'unknown'): QuittanceError {
  return new QuittanceError('STORE_LOCKED', 'the lock of the directory was lost while this process was writing', {
    details: { ...context, outcome, retryable: true },
  })
}
