import { isTime } from '../../primitives/time.js'

const spelling = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/**
 * @param value - an instant as XML Schema's `dateTimeStamp` writes it
 * @returns it as receipts write it, what is finer than a millisecond cut off; `undefined` when it is none
 */
export function instantOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !spelling.test(value)) return undefined
  const ms = Date.parse(value)
  const day = value.slice(0, 10)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(ms) || Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day)
    return undefined
  const text = new Date(ms).toISOString()
  return isTime(text) ? text : undefined
}

/**
 * @param value - seconds since 1970, as JSON Web Tokens write an instant
 * @returns it as receipts write it, `undefined` when it is none
 */
export function instantOfSeconds(value: unknown): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > 253_402_300_799) return undefined
  const text = new Date(Math.floor(value * 1000)).toISOString()
  return isTime(text) ? text : undefined
}
