import { type ErrorCode, type ErrorDetails, QuittanceError } from '../../errors.js'
import { errnoOf } from './fs.js'

const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const permission: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS'])
/** What passes by itself: too many open files, a busy or interrupted call. */
const passing: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'EINTR', 'ETIMEDOUT'])

/**
 * Says in the store's words what the operating system said.
 *
 * @param error - what was caught
 * @param context - what was being done
 * @returns a `QuittanceError` for an error of the file system; anything else as it is
 */
export function storeError(error: unknown, context: ErrorDetails): unknown {
  const reason = errnoOf(error)
  if (reason === undefined) return error
  const code: ErrorCode = full.has(reason) ? 'STORE_FULL' : permission.has(reason) ? 'STORE_PERMISSION' : 'STORE_IO'
  const { syscall, path } = error as NodeJS.ErrnoException
  return new QuittanceError(code, `${syscall} failed with ${reason}`, {
    cause: error,
    details: { retryable: passing.has(reason), file: path, ...context, reason },
  })
}

/**
 * @param file - the path of a file
 * @param line - which of its lines, from 1
 * @param what - what is wrong with it
 * @param chainId - whose it is
 * @returns the error that says so
 */
export function corrupt(file: string, line: number | undefined, what: string, chainId?: string): QuittanceError {
  return new QuittanceError('STORE_CORRUPT', line === undefined ? what : `line ${line} ${what}`, {
    details: { file, line, chainId, outcome: 'absent' },
  })
}
