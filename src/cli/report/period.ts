/** A stretch of time as it is typed. */
import { InvalidArgumentError } from 'commander'
import { isTime } from '../../primitives/time.js'
import type { Period } from '../../report/types.js'
import { instant } from '../values.js'

const forms =
  'It must be FROM/UNTIL such as 2026-01-01/2026-07-01 (UTC, the end is not in it), or 2026, 2026-Q1, 2026-03, 2026-03-31.'

const midnight = (year: number, month: number, day = 1): string => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.toISOString()
}

function named(text: string): Period | undefined {
  const [, year, quarter, month, day] = /^(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?$/.exec(text) ?? []
  if (year === undefined) return undefined
  const y = Number(year)
  if (quarter !== undefined) {
    const first = (Number(quarter) - 1) * 3 + 1
    return { from: midnight(y, first), until: midnight(y, first + 3) }
  }
  if (month === undefined) return { from: midnight(y, 1), until: midnight(y + 1, 1) }
  const m = Number(month)
  if (m < 1 || m > 12) return undefined
  if (day === undefined) return { from: midnight(y, m), until: midnight(y, m + 1) }
  const from = midnight(y, m, Number(day))
  // the thirtieth of February is another day
  return from.startsWith(text) ? { from, until: midnight(y, m, Number(day) + 1) } : undefined
}

/**
 * @param text - `FROM/UNTIL`, each a UTC day or time; or a year, quarter, month or day
 * @returns the period: from the first instant on, and before the second
 * @throws InvalidArgumentError
 */
export function periodOf(text: string): Period {
  const [from = '', until, ...more] = text.split('/')
  const period =
    until === undefined ? named(text) : more.length > 0 ? undefined : { from: instant(from), until: instant(until) }
  if (period === undefined || !isTime(period.from) || !isTime(period.until)) throw new InvalidArgumentError(forms)
  if (period.from >= period.until) throw new InvalidArgumentError('It must end after it begins.')
  return period
}
