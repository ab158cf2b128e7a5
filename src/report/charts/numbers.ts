/** Numbers and times as a reader of a language writes them. Times are UTC. */
import type { Locale } from '../types.js'
import { type SpanUnit, wordsOf } from './words.js'

const day = 86_400_000
const spans: readonly (readonly [SpanUnit, number])[] = [
  ['week', 7 * day],
  ['day', day],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
]

// Intl's narrow spaces differ between versions of its data; a plain non-breaking space is in every font.
const plain = (text: string) => text.replace(/[\u2009\u202f]/g, '\u00a0')

/** Writes numbers and times in one language. */
export interface Numbers {
  /** A whole number, shortened from a million on. */
  count(value: number): string
  /** Any number, with at most 3 significant digits; very large and very small ones as powers of ten. */
  value(value: number): string
  /** A rate of 0 to 1 as percent, with at most 3 significant digits, or that it is below 0.001 %. */
  percent(rate: number): string
  /** A rate of 0 to 1 as percent, with the digits that a step of an axis needs. */
  percentTick(rate: number, step: number): string
  /** A number with the digits that a step of an axis needs. */
  tick(value: number, step: number): string
  /** A span in its largest whole unit: `6 hours`. */
  span(ms: number): string
  /** A day, as a date. */
  day(at: number): string
  /** A time of day, with milliseconds. */
  clock(at: number): string
  /** A time that something took, in a unit that fits. */
  duration(ms: number): string
  /** The days from one instant to another. */
  days(from: number, to: number): string
  /** How to write instants that lie `stepMs` apart. */
  instants(stepMs: number, from: number, to: number): (at: number) => string
}

const durations = [
  [day, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const

/** A rate below it is only said to be below it. */
const leastPercent = 1e-5

const digitsFor = (step: number) => Math.min(8, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))

/**
 * Gives what writes numbers and times of a language.
 *
 * @param locale - the report's language
 * @returns the writers
 */
export function numbersOf(locale: Locale): Numbers {
  const format = (options: Intl.NumberFormatOptions) => {
    const formatter = new Intl.NumberFormat(locale, options)
    return (value: number) => plain(formatter.format(value + 0))
  }
  const date = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', hourCycle: 'h23', ...options })
    return (at: number) => plain(formatter.format(at))
  }
  const whole = format({ maximumFractionDigits: 0 })
  const short = format({ notation: 'compact', maximumSignificantDigits: 4 })
  const ordinary = format({ maximumSignificantDigits: 3 })
  const scientific = format({ notation: 'scientific', maximumSignificantDigits: 3 })
  const percent = format({ style: 'percent', maximumSignificantDigits: 3 })
  return {
    count: (value) => (Math.abs(value) < 1e6 ? whole(value) : short(value)),
    value: (value) =>
      value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e9) ? ordinary(value) : scientific(value),
    percent: (rate) => (rate > 0 && rate < leastPercent ? `<${percent(leastPercent)}` : percent(rate)),
    percentTick: (rate, step) => format({ style: 'percent', minimumFractionDigits: digitsFor(step * 100) })(rate),
    tick: (value, step) =>
      format({ minimumFractionDigits: digitsFor(step), maximumFractionDigits: digitsFor(step) })(value),
    span(ms) {
      const [unit, length] = spans.find(([, size]) => ms >= size && ms % size === 0) ?? (['millisecond', 1] as const)
      const [one, many] = wordsOf(locale).units[unit]
      return ms === length ? one : `${format({ maximumFractionDigits: 3 })(ms / length)} ${many}`
    },
    day: date({ dateStyle: 'medium' }),
    clock: date({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }),
    duration(ms) {
      const [size, unit] = durations.find(([least]) => ms >= least) ?? ([1, 'ms'] as const)
      return `${ordinary(ms / size)}\u00a0${unit}`
    },
    days(from, to) {
      const formatter = new Intl.DateTimeFormat(locale, { timeZone: 'UTC', dateStyle: 'medium' })
      return plain(formatter.formatRange(from, to)).replace(/\u00a0?–\u00a0?/, ' – ')
    },
    instants(stepMs, from, to) {
      const years = new Date(from).getUTCFullYear() !== new Date(to).getUTCFullYear()
      const dayMonth = date({ day: 'numeric', month: 'short' })
      if (stepMs >= 360 * day) return date({ year: 'numeric' })
      if (stepMs >= 27 * day) return date(years ? { month: 'short', year: 'numeric' } : { month: 'short' })
      if (stepMs >= day) return years ? date({ day: 'numeric', month: 'short', year: 'numeric' }) : dayMonth
      const clock = date({
        hour: '2-digit',
        minute: '2-digit',
        ...(stepMs < 60_000 ? { second: '2-digit' } : {}),
        ...(stepMs < 1000 ? { fractionalSecondDigits: 3 } : {}),
      })
      return (at) => (at % day === 0 ? dayMonth(at) : clock(at))
    },
  }
}
