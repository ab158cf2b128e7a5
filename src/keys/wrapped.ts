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

const plainWord = (value: unknown): string | undefined =>
  (typeof value === 'string' && /^[A-Za-z][\w.-]{0,60}$/.test(value)) || Number.isSafeInteger(value)
    ? String(value)
    : undefined

/**
 * What may be shown of an error that is none of ours: a client's error can hold its request with a token, and its message
 * can quote it.
 *
 * @param error - what was thrown
 * @returns an error with its name and its code alone
 */
export function bareCause(error: unknown): Error {
  const given = (typeof error === 'object' && error !== null ? error : {}) as { name?: unknown; code?: unknown }
  const [name, code] = [plainWord(given.name) ?? 'Error', plainWord(given.code)]
  const bare = new Error(code === undefined ? name : `${name} ${code}`)
  return Object.assign(bare, { name, ...(code === undefined ? {} : { code }) })
}

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
    cause: bareCause(error),
  })
}
