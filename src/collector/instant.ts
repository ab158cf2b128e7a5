import { isTime } from '../primitives/time.js'
import type { Instant } from './options.js'

/**
 * @param value - a `Date`, milliseconds since 1970, or the text of ISO 8601 with its offset
 * @param name - the argument
 * @returns the instant as receipts write it
 * @throws RangeError when it is none
 */
export function instant(value: Instant, name: string): string {
  // a text without its offset would be read in the machine's own zone
  const readable = typeof value !== 'string' || /T.*(?:Z|[+-]\d{2}:?\d{2})$/i.test(value)
  const date = new Date(readable ? value : Number.NaN)
  if (Number.isNaN(date.getTime()) || !isTime(date.toISOString())) {
    throw new RangeError(`${name} must be a Date, milliseconds since 1970 or an ISO 8601 time with its offset`)
  }
  return date.toISOString()
}
