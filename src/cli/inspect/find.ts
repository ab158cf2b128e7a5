/** Finds one receipt in a stream of lines, with what judging it needs of those before it. */
import { type RawLine, readLine } from '../../verify/line.js'

/** Which receipt is meant; where nothing is named, the last. */
export interface Selector {
  readonly seq?: number | undefined
  readonly id?: string | undefined
  readonly line?: number | undefined
}

/** A receipt's line. */
export interface Found {
  readonly raw: RawLine
  /** From 1. */
  readonly line: number
  readonly previous?: RawLine | undefined
  /** Earlier lines that may say something of keys, in order. */
  readonly keyLines: readonly RawLine[]
}

/**
 * @param raw - a line
 * @returns what it says, where it is a JSON object
 */
export function claimOf(raw: RawLine): Readonly<Record<string, unknown>> | undefined {
  return 'text' in raw ? readLine(raw.text).claim : undefined
}

function isMeant(raw: RawLine, line: number, { seq, id, line: wanted }: Selector): boolean {
  if (wanted !== undefined) return line === wanted
  if (seq === undefined && id === undefined) return false
  const claim = claimOf(raw)
  return claim !== undefined && (seq === undefined || claim.seq === seq) && (id === undefined || claim.receiptId === id)
}

/** A key event stands under this name; spelled otherwise a line is not canonical and teaches nothing. */
const mayHoldKey = (raw: RawLine): boolean => 'text' in raw && raw.text.includes('"key"')

/**
 * @param lines - a chain
 * @param selector - which receipt
 * @returns it; `undefined` where it isn't there
 */
export async function findReceipt(lines: AsyncIterable<RawLine>, selector: Selector): Promise<Found | undefined> {
  const last = selector.line === undefined && selector.seq === undefined && selector.id === undefined
  const keyLines: RawLine[] = []
  let previous: RawLine | undefined
  let before: RawLine | undefined
  let line = 0
  for await (const raw of lines) {
    line += 1
    if (isMeant(raw, line, selector)) return { raw, line, previous, keyLines }
    if (mayHoldKey(raw)) keyLines.push(raw)
    before = previous
    previous = raw
  }
  if (!last || previous === undefined) return undefined
  return { raw: previous, line, previous: before, keyLines: keyLines.filter((one) => one !== previous) }
}
