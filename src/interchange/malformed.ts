import { QuittanceError } from '../errors.js'

/**
 * @param what - which envelope: `cose`, `dsse`, `in-toto`, `cloudevent`
 * @param why - what is wrong with it; never its content
 * @returns the error that says so
 */
export function malformed(what: string, why: string): QuittanceError {
  return new QuittanceError('ENVELOPE_MALFORMED', `not a ${what} envelope of this kind: ${why}`, {
    details: { reason: what },
  })
}
