import { QuittanceError } from '../errors.js'

/**
 * @param chainId - the chain
 * @param expected - the version that the caller read
 * @param actual - the version that stands there, 0 for none
 * @returns the error that says so
 */
export function stateConflict(chainId: string, expected: number, actual: number): QuittanceError {
  return new QuittanceError('STORE_STATE_CONFLICT', `the value has version ${actual}, the caller read ${expected}`, {
    details: { chainId },
  })
}
