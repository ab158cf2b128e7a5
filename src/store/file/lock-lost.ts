import { type ErrorDetails, QuittanceError } from '../../errors.js'
import { storeError } from './errors.js'
import { errnoOf } from './fs.js'
import type { WriterLock } from './lock.js'

/**
 * The lock was taken from us: by hand, or because this process had given no sign of life for as long as another allowed.
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

/**
 * Makes a change that is not ours any more once the lock is another's: at once, with nothing in between.
 *
 * @param lock - the directory's
 * @param context - what is changed
 * @param outcome - what is known of the whole where the lock was lost
 * @param change - one call to the file system
 * @throws QuittanceError `STORE_LOCKED` when the lock was lost
 */
export function whileOurs(
  lock: WriterLock,
  context: ErrorDetails,
  outcome: 'absent' | 'unknown',
  change: () => void,
): void {
  if (!lock.stillOurs()) throw lockLost(context, outcome)
  change()
}

/**
 * Says in the store's words why writing failed. Where the lock was lost, that is why: whoever took it puts the files in
 * order, and removes what was left unfinished.
 *
 * @param lock - the directory's
 * @param error - what was caught
 * @param context - what was being written, and what is known of it
 * @returns a `QuittanceError` for an error of the file system; anything else as it is
 */
export function writeError(
  lock: WriterLock,
  error: unknown,
  context: ErrorDetails & { readonly outcome: 'absent' | 'unknown' },
): unknown {
  if (errnoOf(error) === undefined || !isLost(lock)) return storeError(error, context)
  return lockLost(context, context.outcome)
}

/** Where the system shows nothing at all (no room for open files, no rights any more) the first failure says enough. */
function isLost(lock: WriterLock): boolean {
  try {
    return !lock.stillOurs()
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return false
  }
}
