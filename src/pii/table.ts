/** The heads of tables: a word that names a column stands once, however many rows follow it. */
import { SUBSTITUTE } from './folding/placeholders.js'

/** The columns of all tables of one text. */
export interface Columns {
  /** Whether there is a table at all. */
  readonly any: boolean
  /**
   * @param offset - into the text
   * @returns the words at the head of the column that the offset stands in, lower case; empty where there is none
   */
  at(offset: number): string
}

/** A longer row, or head, is none: what is asked of one place stays bounded. */
const LONGEST_ROW = 4_096
/** A longer cell at the head of a column is a sentence. */
const LONGEST_HEAD = 40
/** So many lines that don't fit may stand between two rows. */
const MOST_ODD_LINES = 2
/** How far the list of columns may stand behind `INSERT INTO`, and `VALUES` behind the list. */
const NAME = 160
const MOST_COLUMNS = 256

const QUOTE = 0x22
const APOSTROPHE = 0x27

/** What parts the cells of a line, the surest first. */
const signs = [0x09, 0x3b, 0x7c, 0x2c] as const
const COLUMN_SIGNS = signs.length

const classes = new Uint8Array(128)
for (const [index, sign] of signs.entries()) classes[sign] = index + 1
classes[QUOTE] = COLUMN_SIGNS + 1
classes[0x0a] = COLUMN_SIGNS + 2

/** What no name of a column holds: values, code, and what redaction left. */
const unnamed = new RegExp(`[@*[\\]{}=<>:\\\\${SUBSTITUTE}]|\\d{3}`)
const letter = /\p{L}/u
const camel = /(\p{Ll})(?=\p{Lu})/gu

const nameOf = (cell: string): string =>
  cell
    .replaceAll(/^[\s"'`]+|[\s"'`]+$/g, '')
    .replace(camel, '$1 ')
    .replaceAll('_', ' ')
    .toLowerCase()

/** The names of the columns; undefined where one of them is none. */
function namesOf(cells: readonly string[]): string[] | undefined {
  if (cells.length > MOST_COLUMNS) return undefined
  let named = 0
  const names: string[] = []
  for (const cell of cells) {
    if (unnamed.test(cell)) return undefined
    const name = nameOf(cell)
    if (name.length > LONGEST_HEAD) return undefined
    if (letter.test(name)) named += 1
    names.push(name)
  }
  return named > 1 ? names : undefined
}

/** One table: its columns, and how its rows are parted. */
interface Table {
  readonly names: readonly string[]
  /** Where the next cell of a row begins, from an offset on and up to a limit; -1 where none does. */
  readonly next: (from: number, limit: number, row: number) => number
}

/** Rows in the order of the text. */
interface Rows {
  readonly starts: number[]
  readonly ends: number[]
  readonly tables: Table[]
}

const noRows = (): Rows => ({ starts: [], ends: [], tables: [] })

function addRow(rows: Rows, start: number, end: number, table: Table): void {
  if (end - start > LONGEST_ROW) return
  rows.starts.push(start)
  rows.ends.push(end)
  rows.tables.push(table)
}

/** Where the next cell begins, between a sign and outside of quotes. */
const parted =
  (text: string, sign: number, quote: number) =>
  (from: number, limit: number): number => {
    let quoted = false
    for (let index = from; index < limit; index += 1) {
      const code = text.charCodeAt(index)
      if (code === quote) quoted = !quoted
      else if (code === sign && !quoted) return index + 1
    }
    return -1
  }

function cellsOf(text: string, start: number, end: number, next: Table['next']): string[] {
  const cells: string[] = []
  let from = start
  for (;;) {
    const to = next(from, end, start)
    if (to < 0 || cells.length > MOST_COLUMNS) break
    cells.push(text.slice(from, to - 1))
    from = to
  }
  cells.push(text.slice(from, end))
  return cells
}

/** One line: its bounds, and how often each sign stands in it. */
interface Line {
  start: number
  end: number
  readonly counts: Int32Array
}

const newLine = (): Line => ({ start: 0, end: 0, counts: new Int32Array(COLUMN_SIGNS) })

/** Three lines or more with as many signs each: CSV, TSV, Markdown. */
function readLines(text: string, rows: Rows): void {
  if (!text.includes('\n')) return
  let [head, first, line] = [newLine(), newLine(), newLine()]
  let lines = 0
  let table: Table | undefined
  let kind = 0
  let wanted = 0
  let odd = 0
  const { length } = text
  let index = 0
  while (index < length) {
    line.start = index
    line.counts.fill(0)
    let quoted = false
    for (; index < length; index += 1) {
      const code = text.charCodeAt(index)
      if (code > 0x7c) continue
      const found = classes[code] as number
      if (found === 0) continue
      if (found === COLUMN_SIGNS + 2) break
      if (found > COLUMN_SIGNS) quoted = !quoted
      else if (!quoted) (line.counts[found - 1] as number) += 1
    }
    line.end = index
    index += 1
    lines += 1
    if (table) {
      if (line.counts[kind] === wanted) {
        addRow(rows, line.start, line.end, table)
        odd = 0
        continue
      }
      odd += 1
      if (odd <= MOST_ODD_LINES && line.end - line.start > 1) continue
      table = undefined
      lines = 1
    }
    if (lines > 2 && head.end - head.start <= LONGEST_ROW) {
      for (kind = 0; kind < COLUMN_SIGNS; kind += 1) {
        wanted = line.counts[kind] as number
        if (wanted === 0 || first.counts[kind] !== wanted || head.counts[kind] !== wanted) continue
        const next = parted(text, signs[kind] as number, QUOTE)
        const names = namesOf(cellsOf(text, head.start, head.end, next))
        if (!names) continue
        table = { names, next }
        odd = 0
        addRow(rows, first.start, first.end, table)
        addRow(rows, line.start, line.end, table)
        break
      }
    }
    const used = head
    head = first
    first = line
    line = used
  }
}

/** `INSERT INTO people (name, phone) VALUES ('…', '…'), …`. */
function readInserts(text: string, rows: Rows): void {
  for (const word of ['INSERT INTO', 'insert into']) {
    let at = text.indexOf(word)
    while (at >= 0) {
      at = text.indexOf(word, Math.max(at + word.length, readInsert(text, at, rows)))
    }
    if (rows.starts.length > 0) return
  }
}

/** @returns the offset behind its last row */
function readInsert(text: string, at: number, rows: Rows): number {
  const begin = text.slice(at, at + NAME).indexOf('(')
  if (begin < 0) return at
  const from = at + begin + 1
  const size = text.slice(from, from + LONGEST_ROW).indexOf(')')
  if (size < 0) return at
  const names = namesOf(text.slice(from, from + size).split(','))
  const values = /^\)\s{0,20}values\s{0,20}(?=\()/i.exec(text.slice(from + size, from + size + NAME))
  if (!names || !values) return from
  const table: Table = { names, next: parted(text, 0x2c, APOSTROPHE) }
  let index = from + size + values[0].length
  while (text.charCodeAt(index) === 0x28) {
    const end = tupleEnd(text, index + 1)
    if (end < 0) return index
    addRow(rows, index + 1, end, table)
    index = end + 1
    for (let gap = 0; gap < NAME && ', \n\r\t'.includes(text.charAt(index) || '-'); gap += 1) index += 1
  }
  return index
}

/** Where the bracket of a row closes; -1 where it does not near enough. */
function tupleEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + LONGEST_ROW)
  let quoted = false
  let depth = 0
  for (let index = from; index < limit; index += 1) {
    const code = text.charCodeAt(index)
    if (code === APOSTROPHE) quoted = !quoted
    else if (quoted) continue
    else if (code === 0x28) depth += 1
    else if (code === 0x29) {
      if (depth === 0) return index
      depth -= 1
    }
  }
  return -1
}

const tags = /<[^<>]{0,200}>/g

/** `<tr><th>Name</th><th>Phone</th></tr> <tr><td>…`. */
function readMarkup(text: string, rows: Rows): void {
  let at = text.indexOf('<th')
  let closed = -1
  while (at >= 0) {
    // `<thead>` begins no cell
    if (text.charCodeAt(at + 3) !== 0x3e && text.charCodeAt(at + 3) !== 0x20) {
      at = text.indexOf('<th', at + 3)
      continue
    }
    const reach = text.slice(at, at + LONGEST_ROW)
    const close = reach.indexOf('</tr')
    if (close < 0) return
    const cells = reach
      .slice(0, close)
      .split(/<th(?=[ >])/)
      .slice(1)
      .map((cell) => cell.slice(cell.indexOf('>') + 1).replace(tags, ''))
    const head = at + close
    const nextHead = text.indexOf('<th', head)
    // looked for once, wherever it stands
    if (closed < head) {
      closed = text.indexOf('</table', head)
      if (closed < 0) closed = text.length
    }
    let limit = nextHead < 0 ? text.length : nextHead
    if (closed < limit) limit = closed
    const names = namesOf(cells)
    if (names) {
      const table: Table = {
        // before the first cell nothing stands
        names: ['', ...names],
        next(from, to) {
          const cell = text.slice(from, to).indexOf('<td')
          return cell < 0 ? -1 : from + cell + 3
        },
      }
      let row = text.indexOf('<tr', head)
      while (row >= 0 && row < limit) {
        const behind = text.indexOf('<tr', row + 3)
        addRow(rows, row, behind < 0 || behind > limit ? limit : behind, table)
        row = behind
      }
    }
    at = nextHead
  }
}

/** More than one blank parts the names of columns that are set by their place in the line. */
const gaps = / {2,}/g
/** A longer head of such a table is none. */
const LONGEST_FIXED = 512
const rule = /^[-=+ |\r]+$/

/** A head with blanks between its names, and two lines or more that begin something below each of them. */
function readFixed(text: string, rows: Rows): void {
  let gap = text.indexOf('  ')
  let table: Table | undefined
  let begins: readonly number[] = []
  let waiting = -1
  let from = 0
  while (gap >= 0 && from < text.length) {
    const found = text.indexOf('\n', from)
    const end = found < 0 ? text.length : found
    if (gap < from) gap = text.indexOf('  ', from)
    if (table && keeps(text, from, end, begins)) {
      // one line alone may look so by chance
      if (waiting === -1) waiting = from
      else {
        if (waiting >= 0) addRow(rows, waiting, text.indexOf('\n', waiting), table)
        waiting = -2
        addRow(rows, from, end, table)
      }
    } else if (!(table && waiting === -1 && rule.test(text.slice(from, Math.min(end, from + LONGEST_FIXED))))) {
      table = undefined
      if (gap >= 0 && gap < end && end - from < LONGEST_FIXED) {
        const head = text.slice(from, end).trimEnd()
        const columns = [0]
        for (const { index, 0: blanks } of head.matchAll(gaps)) if (index > 0) columns.push(index + blanks.length)
        const names = columns.length > 1 ? namesOf(cut(head, columns)) : undefined
        if (names) {
          begins = columns
          waiting = -1
          table = {
            names,
            next(at, limit, row) {
              const column = columns.find((begin) => row + begin > at)
              return column === undefined || row + column > limit ? -1 : row + column
            },
          }
        }
      }
    }
    from = end + 1
  }
}

const cut = (head: string, columns: readonly number[]): string[] =>
  columns.map((begin, index) => head.slice(begin, columns[index + 1]))

/** Whether something begins below each name, a blank before it. */
function keeps(text: string, from: number, end: number, columns: readonly number[]): boolean {
  for (const column of columns) {
    if (column === 0) continue
    const at = from + column
    if (at >= end || text.charCodeAt(at) === 0x20 || text.charCodeAt(at - 1) !== 0x20) return false
  }
  return true
}

/** Which row an offset stands in; -1 where in none. */
function rowAt({ starts, ends }: Rows, offset: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle] as number) <= offset) low = middle + 1
    else high = middle
  }
  return low > 0 && offset < (ends[low - 1] as number) ? low - 1 : -1
}

/** Where the last question ended: the next one mostly goes on in the same row. */
interface Cursor {
  readonly rows: Rows
  row: number
  from: number
  column: number
}

function columnAt(cursor: Cursor, offset: number): string {
  const { rows } = cursor
  const row = rowAt(rows, offset)
  if (row < 0) return ''
  const { names, next } = rows.tables[row] as Table
  if (row !== cursor.row || offset < cursor.from) {
    cursor.row = row
    cursor.from = rows.starts[row] as number
    cursor.column = 0
  }
  for (;;) {
    const to = next(cursor.from, offset, rows.starts[row] as number)
    if (to < 0) break
    cursor.from = to
    cursor.column += 1
  }
  return names[cursor.column] ?? ''
}

const NONE: Columns = { any: false, at: () => '' }

/**
 * Finds the tables of a text in one pass for each way to write them: lines with the same signs, `INSERT`, markup, and
 * columns that are set by blanks.
 *
 * @param text - the text
 * @returns its columns
 */
export function columnsOf(text: string): Columns {
  const cursors: Cursor[] = []
  for (const read of [readMarkup, readInserts, readLines, readFixed]) {
    const rows = noRows()
    read(text, rows)
    if (rows.starts.length > 0) cursors.push({ rows, row: -1, from: 0, column: 0 })
  }
  if (cursors.length === 0) return NONE
  return {
    any: true,
    at(offset) {
      for (const cursor of cursors) {
        const name = columnAt(cursor, offset)
        if (name !== '') return name
      }
      return ''
    },
  }
}

/**
 * Tables are looked for when the first candidate asks: in most texts none does.
 *
 * @param text - a function that gives the text
 * @returns its columns; `any` is false as long as nobody asked
 */
export function columnsWhenAsked(text: () => string): Columns {
  let columns: Columns | undefined
  return {
    get any() {
      return columns?.any === true
    },
    at(offset) {
      columns ??= columnsOf(text())
      return columns.at(offset)
    },
  }
}
