/** What a clock on a wall shows, as an instant. */
import { QuittanceError } from '../errors.js'

const DAY = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, format)
  }
  return format
}

/**
 * @param timeZone - perhaps a name of the IANA time zone database, such as `Europe/Berlin`
 * @throws RangeError when it is none
 */
export function demandTimeZone(timeZone: string): void {
  try {
    formatOf(timeZone)
  } catch {
    throw new RangeError('timeZone must be a name such as UTC or Europe/Berlin')
  }
}

/** What the clock shows at an instant, as if it were UTC. */
function wallOf(ms: number, timeZone: string): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(timeZone).formatToParts(ms)) parts[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((ms % 1_000) + 1_000) % 1_000)
}

const offsetAt = (ms: number, timeZone: string): number => wallOf(ms, timeZone) - ms

/** The instants at which the clock shows this: none where it is put forward, two where it is put back. */
function instantsOf(wall: number, timeZone: string): { readonly all: readonly number[]; readonly before: number } {
  const before = wall - offsetAt(wall - DAY, timeZone)
  const after = wall - offsetAt(wall + DAY, timeZone)
  const all = [...new Set([before, after])].filter((ms) => wallOf(ms, timeZone) === wall).sort((a, b) => a - b)
  return { all, before }
}

/**
 * @param wall - what the clock shows, in milliseconds as if it were UTC
 * @param timeZone - where the clock hangs
 * @returns the instant, in Unix milliseconds
 * @throws QuittanceError `VERIFY_INPUT` for a time that the clock skips or shows twice
 */
export function instantOf(wall: number, timeZone: string): number {
  const { all } = instantsOf(wall, timeZone)
  const [only] = all
  if (only === undefined || all.length > 1)
    throw new QuittanceError(
      'VERIFY_INPUT',
      `a clock in ${timeZone} ${only === undefined ? 'skips this time' : 'shows this time twice'}: write it with its offset, such as +02:00`,
    )
  return only
}

/**
 * @param wall - midnight of a date, in milliseconds as if it were UTC
 * @param timeZone - where the day is
 * @returns its first instant, in Unix milliseconds; also where the clock skips midnight
 */
export function dayBegins(wall: number, timeZone: string): number {
  const { all, before } = instantsOf(wall, timeZone)
  return all[0] ?? before
}

/**
 * @param ms - an instant
 * @param timeZone - where the day is
 * @returns midnight of its date, as if it were UTC, and that of the next
 */
export function dayOf(ms: number, timeZone: string): { readonly begins: number; readonly next: number } {
  const wall = wallOf(ms, timeZone)
  const begins = wall - (((wall % DAY) + DAY) % DAY)
  return { begins, next: begins + DAY }
}
