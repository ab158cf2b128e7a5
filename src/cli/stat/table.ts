/** Figures of chains, for people. */
import { printable } from '../printable.js'
import type { Measured } from './measure.js'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/**
 * @param bytes - a size
 * @returns it with three digits, such as `189 MB`
 */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0]
  // 999.5 would be written as four digits
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`
}

const periods = [
  ['s', 1],
  ['min', 60],
  ['h', 3_600],
  ['d', 86_400],
] as const

/**
 * @param perSecond - a rate
 * @returns it in the shortest period in which there is one at least, such as `2.5/min`
 */
export function rateText(perSecond: number): string {
  const [period, seconds] = periods.find(([, length]) => perSecond * length >= 1) ?? ['d', 86_400]
  const count = perSecond * seconds
  return `${count >= 100 ? whole.format(count) : Number(count.toPrecision(2))}/${period}`
}

const timeText = (time: string): string => printable(time, 24).replace(/\.\d{3}Z$/, 'Z')

interface Column {
  readonly title: string
  readonly of: (one: Measured) => string | undefined
  /** Of figures, so that their digits stand below each other. */
  readonly right?: true
}

/** Of what is not known there is nothing to show. */
const known = <T>(value: T | undefined, show: (value: T) => string): string | undefined =>
  value === undefined ? undefined : show(value)

const columns: readonly Column[] = [
  { title: 'chain', of: ({ chainId, name }) => printable(chainId ?? name, 60) },
  { title: 'receipts', of: ({ receipts }) => known(receipts, (count) => whole.format(count)), right: true },
  { title: 'bytes', of: ({ bytes }) => known(bytes, sizeText), right: true },
  { title: 'rate', of: ({ perSecond }) => known(perSecond, rateText), right: true },
  { title: 'lately', of: ({ recentPerSecond }) => known(recentPerSecond, rateText), right: true },
  { title: 'oldest', of: ({ oldest }) => known(oldest, timeText) },
  { title: 'newest', of: ({ newest }) => known(newest, timeText) },
]

/**
 * @param rows - figures
 * @param dim - for what is no figure
 * @returns a table, line by line
 */
export function tableLines(rows: readonly Measured[], dim: (text: string) => string): string[] {
  const cells = rows.map((one) => columns.map(({ of }) => of(one) ?? (one.unreadable === undefined ? '-' : '?')))
  const titles = columns.map(({ title }) => title)
  const widths = titles.map((title, index) =>
    cells.reduce((most, row) => Math.max(most, (row[index] as string).length), title.length),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => {
        const width = widths[index] as number
        return columns[index]?.right ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [dim(line(titles)), ...cells.map(line)]
}
