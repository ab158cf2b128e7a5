/** Counts of an outside source as a small table: `from,to,count[,eventType]`. */
import { QuittanceError } from '../errors.js'
import { isTime } from '../primitives/time.js'
import { collectedEventTypes } from '../receipt/event-types.js'
import { dayBegins, dayOf, demandTimeZone, instantOf } from './local-time.js'

/** What was counted elsewhere, in a stretch of time. */
export interface OutsideCount {
  /** In Unix milliseconds. */
  readonly from: number
  /** Not in it. */
  readonly to: number
  readonly count: number
  /** Absent: of all types that are recorded by callers. */
  readonly eventType?: (typeof collectedEventTypes)[number] | undefined
}

/** How a table is read. */
export interface CountsOptions {
  /** How long a row without `to` lasts. */
  readonly by?: 'day' | 'hour' | undefined
  /** Where times without offset are; default `UTC`. */
  readonly timeZone?: string | undefined
}

const HOUR = 3_600_000
const MOST_ROWS = 1_000_000
const columns = ['from', 'to', 'count', 'eventType'] as const
type Column = (typeof columns)[number]

const types: ReadonlySet<string> = new Set(collectedEventTypes)
const timePattern =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?)?$/

const wrong = (line: number, why: string): QuittanceError =>
  new QuittanceError('VERIFY_INPUT', `the counts can't be read: line ${line}: ${why}`)

/** Cells of a line; a quoted cell may hold no quote. */
function cellsOf(text: string, line: number): string[] {
  return text.split(',').map((cell) => {
    const inner = cell.startsWith('"') && cell.endsWith('"') && cell.length > 1 ? cell.slice(1, -1) : cell
    if (inner.includes('"')) throw wrong(line, 'a cell has a quotation mark in it, or a comma between them')
    return inner.trim()
  })
}

function timeOf(text: string, line: number, timeZone: string): number {
  const [, date, minutes, seconds = '00', fraction = '', offset] = timePattern.exec(text) ?? []
  const utc = `${date}T${minutes ?? '00:00'}:${seconds}.${fraction.padEnd(3, '0')}Z`
  if (date === undefined || !isTime(utc))
    throw wrong(line, 'a time must be such as 2026-03-01, 2026-03-01T14:00 or 2026-03-01T14:00:00+01:00')
  const wall = Date.parse(utc)
  if (minutes === undefined) return dayBegins(wall, timeZone)
  if (offset === 'Z') return wall
  if (offset === undefined) {
    try {
      return instantOf(wall, timeZone)
    } catch (error) {
      throw wrong(line, (error as Error).message)
    }
  }
  const [hours, rest] = [Number(offset.slice(1, 3)), Number(offset.slice(4))]
  return wall - (offset.startsWith('-') ? -1 : 1) * (hours * 60 + rest) * 60_000
}

function endOf(from: number, line: number, { by, timeZone = 'UTC' }: CountsOptions): number {
  if (by === undefined)
    throw wrong(line, 'it has no "to", and nothing says how long a row lasts: `by` does, day or hour')
  if (by === 'hour') return from + HOUR
  const { begins, next } = dayOf(from, timeZone)
  if (dayBegins(begins, timeZone) !== from) throw wrong(line, `its "from" is not the beginning of a day in ${timeZone}`)
  return dayBegins(next, timeZone)
}

function headOf(text: string): readonly Column[] {
  const head = cellsOf(text, 1)
  const other = [';', '\t'].find((mark) => head.length === 1 && text.includes(mark))
  if (other !== undefined)
    throw wrong(1, `there is a ${other === ';' ? 'semicolon' : 'tab'} between its columns; a comma is expected`)
  for (const name of head)
    if (!columns.some((column) => column === name)) throw wrong(1, `the columns are ${columns.join(', ')}`)
  if (new Set(head).size !== head.length) throw wrong(1, 'a column is there twice')
  if (!head.includes('from') || !head.includes('count')) throw wrong(1, 'the columns "from" and "count" are needed')
  return head as Column[]
}

/**
 * Reads counts of an outside source. The format is small on purpose, and read strictly: a head of column names, commas, no
 * comma or quotation mark within a cell.
 *
 * @param csv - the whole text; a byte order mark, CRLF and empty lines are passed over
 * @param options - what a row without `to` means, and where times without offset are
 * @returns the rows in their order
 * @throws QuittanceError `VERIFY_INPUT` that names the line; RangeError when an option makes no sense
 * @example
 * ```ts
 * import { parseCounts } from 'quittance/transparency'
 * const rows = parseCounts('from,count\n2026-03-01,1204\n2026-03-02,998\n', { by: 'day', timeZone: 'Europe/Berlin' })
 * console.log(rows.length)
 * ```
 */
export function parseCounts(csv: string, options: CountsOptions = {}): OutsideCount[] {
  const { timeZone = 'UTC' } = options
  demandTimeZone(timeZone)
  const lines = csv.replace(/^\ufeff/, '').split(/\r?\n/)
  const head = headOf(lines[0] ?? '')
  const rows: OutsideCount[] = []
  for (const [index, text] of lines.entries()) {
    if (index === 0 || text.trim() === '') continue
    const line = index + 1
    const cells = cellsOf(text, line)
    if (cells.length !== head.length) throw wrong(line, `it has ${cells.length} cells, the head has ${head.length}`)
    const row: Partial<Record<Column, string>> = Object.fromEntries(head.map((name, at) => [name, cells[at]]))
    const { count = '', eventType = '' } = row
    if (!/^\d{1,15}$/.test(count)) throw wrong(line, 'its count is not a whole number, 0 or more')
    if (eventType !== '' && !types.has(eventType))
      throw wrong(line, `its eventType is none of ${collectedEventTypes.join(', ')}`)
    const from = timeOf(row.from ?? '', line, timeZone)
    const to = row.to ? timeOf(row.to, line, timeZone) : endOf(from, line, options)
    if (to <= from) throw wrong(line, 'it does not end after it begins')
    if (rows.length === MOST_ROWS) throw wrong(line, `there are more than ${MOST_ROWS} rows`)
    const type = eventType as (typeof collectedEventTypes)[number] | ''
    rows.push({ from, to, count: Number(count), ...(type === '' ? {} : { eventType: type }) })
  }
  return rows
}
