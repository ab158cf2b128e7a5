/** What a table's header says of the column that a number stands in. */
import { REACH } from '../detector.js'

const LF = 0x0a
const MOST_LINES = 4

const version =
  /^[^\p{L}]*(?:[\p{L}\d]{1,12}[ _-])?(?:version(?:en|s|e)?|versión|versie|release|build|firmware|fw|rev(?:ision)?|ver)[^\p{L}]*$/iu
const address =
  /^[^\p{L}]*(?:[\p{L}\d]{1,12}[ _-])?(?:ip(?:v?4)?s?|(?:ip|ipv4)[ _-]?(?:addr(?:ess)?|adresse|address)|addr|host ?ip|remote|client)[^\p{L}]*$/iu

/** Of a rule between a header and its rows: `|---|:--|`. */
const ruler = /^[\s|:+=-]+$/

const separators = ['|', '\t', ';', ',']

/** Whether a separator stands there, or behind one quote or blank. */
function isCell(text: string, at: number, step: number): boolean {
  const code = text.charCodeAt(at)
  if (code === 0x7c || code === 0x09 || code === 0x3b || code === 0x2c) return true
  if (code !== 0x20 && code !== 0x22) return false
  const next = text.charCodeAt(at + step)
  return next === 0x7c || next === 0x09 || next === 0x3b || next === 0x2c
}

/** The start of the line that holds `at`, or -1 where it lies before `floor`. */
function lineStart(text: string, at: number, floor: number): number {
  let index = at
  while (index > floor && text.charCodeAt(index - 1) !== LF) index -= 1
  return index === 0 || text.charCodeAt(index - 1) === LF ? index : -1
}

/**
 * @param text - the text
 * @param start - of a number
 * @param end - the offset behind it
 * @returns what the header, if it is near enough, says the number is
 */
export function columnOf(text: string, start: number, end: number): 'version' | 'address' | undefined {
  if (!isCell(text, start - 1, -1) && !isCell(text, end, 1)) return undefined
  const floor = Math.max(0, start - REACH)
  const line = lineStart(text, start, floor)
  if (line < 1) return undefined
  const head = text.slice(line, start)
  const tail = text.slice(end, end + 2).trimStart()
  const by = separators.find((sign) => head.includes(sign)) ?? separators.find((sign) => tail.startsWith(sign))
  if (by === undefined) return undefined
  const column = head.split(by).length - 1
  let stop = line - 1
  for (let count = 0; count < MOST_LINES; count += 1) {
    const from = lineStart(text, stop, floor)
    if (from < 0) return undefined
    const cells = text.slice(from, stop).split(by)
    const cell = cells[column]
    if (cells.length > 1 && cell !== undefined) {
      if (version.test(cell)) return 'version'
      if (address.test(cell)) return 'address'
    } else if (!ruler.test(text.slice(from, stop))) return undefined
    if (from === 0) return undefined
    stop = from - 1
  }
  return undefined
}
