/** Stretches of time as they are typed and shown. */
import { InvalidArgumentError } from 'commander'

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * @param text - a whole number and its unit: `90s`, `15m`, `1h`, `2d`
 * @returns milliseconds, above 0
 * @throws InvalidArgumentError
 */
export function duration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('It must be a time such as 90s, 15m, 1h or 2d.')
  return Number(count) * UNITS[unit as keyof typeof UNITS]
}

/**
 * @param ms - how long
 * @returns its two largest units, such as `2 d 3 h`, `15 min`, `0.4 s`
 */
export function durationText(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`
  const minutes = Math.floor(ms / 60_000)
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60]
  const parts = days > 0 ? [`${days} d`, `${hours} h`] : hours > 0 ? [`${hours} h`, `${rest} min`] : [`${rest} min`]
  return parts.filter((part, index) => index === 0 || !part.startsWith('0 ')).join(' ')
}
