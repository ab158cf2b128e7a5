import { QuittanceError } from '../errors.js'

/** @returns the error of every call to a store after its `close` */
export function storeClosed(): QuittanceError {
  return new QuittanceError('STORE_CLOSED', 'the store was closed', { details: { outcome: 'absent' } })
}
