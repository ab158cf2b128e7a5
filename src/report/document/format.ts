/** Numbers and times in words of a language, the same on every machine. */
import type { Locale } from '../types.js'
import type { Inline } from './types.js'

/** How a language writes figures. */
export interface Format {
  /** @returns An integer with its groups, a fraction with up to 4 significant digits. */
  number(value: number): string
  /** @returns A number with so many decimals. */
  decimals(value: number, digits: number): string
  /** @returns A share as a percentage; never 0 % or 100 % unless it is that exactly. */
  percent(share: number): string
  /** @returns A difference of shares in percentage points, with its sign and without the unit. */
  points(difference: number): string
  /** @returns A span of time in its two largest units. */
  duration(ms: number): string
  /** @returns A day, such as `2026-01-31`, in words. */
  day(date: string): string
  /** @returns An instant in UTC, in words. */
  time(iso: string): Inline
  /** @returns An instant in UTC, short, for tables. */
  stamp(at: string | number): Inline
}

const tags: Readonly<Record<Locale, string>> = { en: 'en-GB', de: 'de-DE' }

const units: Readonly<Record<Locale, readonly (readonly [ms: number, one: string, many: string])[]>> = {
  en: [
    [86_400_000, 'day', 'days'],
    [3_600_000, 'hour', 'hours'],
    [60_000, 'minute', 'minutes'],
    [1000, 'second', 'seconds'],
  ],
  de: [
    [86_400_000, 'Tag', 'Tage'],
    [3_600_000, 'Stunde', 'Stunden'],
    [60_000, 'Minute', 'Minuten'],
    [1000, 'Sekunde', 'Sekunden'],
  ],
}

function make(locale: Locale): Format {
  const tag = tags[locale]
  const whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0, useGrouping: true })
  const significant = new Intl.NumberFormat(tag, { maximumSignificantDigits: 4 })
  // long names of months are the same in every version of the locale data; short ones are not
  const long = new Intl.DateTimeFormat(tag, { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' })

  const decimals = (value: number, digits: number): string =>
    new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
  const number = (value: number): string =>
    Number.isInteger(value) || Math.abs(value) >= 10_000 ? whole.format(value) : significant.format(value)

  const percent = (share: number): string => {
    const distance = Math.min(Math.abs(share), Math.abs(1 - share))
    // near to 0 % and to 100 %, two digits of what is left
    const digits = distance === 0 || distance >= 0.01 ? 1 : Math.min(12, -Math.floor(Math.log10(distance)) - 1)
    const text = decimals(share * 100, distance === 0 ? 0 : digits)
    return locale === 'de' ? `${text}\u00a0%` : `${text}%`
  }

  const duration = (ms: number): string => {
    if (Math.abs(ms) < 1000) return `${number(ms)}\u00a0ms`
    if (ms < 60_000) return `${number(ms / 1000)}\u00a0s`
    let left = Math.round(ms / 1000) * 1000
    const parts: string[] = []
    for (const [unit, one, many] of units[locale]) {
      const count = Math.floor(left / unit)
      if (count === 0) {
        if (parts.length > 0) break
        continue
      }
      left -= count * unit
      parts.push(`${number(count)}\u00a0${count === 1 ? one : many}`)
      if (parts.length === 2) break
    }
    return parts.join(' ')
  }

  const clock = (iso: string, fraction: boolean): string => {
    const ms = iso.slice(19, 23)
    return fraction && ms !== '.000' ? iso.slice(11, 23) : iso.slice(11, 19)
  }

  return {
    number,
    decimals,
    percent,
    points: (difference) => {
      const sign = difference < 0 ? '\u2212' : difference > 0 ? '+' : ''
      return `${sign}${decimals(Math.abs(difference) * 100, 1)}`
    },
    duration,
    day: (date) => long.format(new Date(`${date}T00:00:00.000Z`)),
    time: (iso) => ({ kind: 'time', iso, text: `${long.format(new Date(iso))}, ${clock(iso, true)} UTC` }),
    stamp: (at) => {
      const iso = typeof at === 'number' ? new Date(at).toISOString() : at
      const [year, month, day] = iso.slice(0, 10).split('-')
      const date = locale === 'de' ? `${day}.${month}.${year}` : `${year}-${month}-${day}`
      return { kind: 'time', iso, text: `${date} ${clock(iso, false)} UTC` }
    },
  }
}

const made = new Map<Locale, Format>()

/**
 * How a language writes figures.
 *
 * @param locale - The language.
 * @returns The same object at every call.
 */
export function formatOf(locale: Locale): Format {
  const format = made.get(locale) ?? make(locale)
  made.set(locale, format)
  return format
}
