import { QuittanceError } from '../errors.js'

/**
 * @param what - which text it is: `note`, `checkpoint` …
 * @param why - what is wrong with it; never its content
 * @param line - counted from 1, where one line is to blame
 * @returns the error that says so
 */
export function malformed(what: string, why: string, line?: number): QuittanceError {
  return new QuittanceError('TLOG_MALFORMED', `the ${what} can't be read: ${why}`, { details: { reason: what, line } })
}
