/** What every provider that stands round another one has to ask, to check and to say. */
import { QuittanceError } from '../errors.js'
import type { KeyProvider } from './provider.js'

/** What a call of a wrapper says once it was closed. */
export const closedProvider = (): QuittanceError =>
  new QuittanceError('KEY_UNAVAILABLE', 'the key provider was closed', { details: { outcome: 'absent' } })

/**
 * @param value - an option
 * @param name - how it is called
 * @returns it
 * @throws TypeError naming it
 */
export function checkedProvider(value: unknown, name: string): KeyProvider {
  if (typeof (value as Partial<KeyProvider> | null | undefined)?.signer !== 'function')
    throw new TypeError(`${name} must be a key provider`)
  return value as KeyProvider
}

/**
 * @param provider - any provider
 * @returns its name, as messages call it
 */
export const nameOf = ({ name = 'custom' }: KeyProvider): string => name

/**
 * A provider's own error; what is none of ours is a failed signature.
 *
 * @param error - what it threw
 * @param provider - for the message
 * @returns a `QuittanceError`
 */
export function faultOf(error: unknown, provider: KeyProvider): QuittanceError {
  if (QuittanceError.is(error)) return error
  return new QuittanceError('KEY_SIGNING_FAILED', `the key provider ${nameOf(provider)} failed`, {
    details: { outcome: 'absent' },
    cause: error,
  })
}
