/** Receipts that were found, in the form that was asked for. Every word of them is somebody else's. */
import type { ProblemCode } from '../../verify/types.js'
import { colorsFor, type Io } from '../io.js'
import { asciiLine, printable, printableJson, shownLine } from '../printable.js'
import { csvRow } from './csv.js'
import { type Claim, checksOf } from './filter.js'
import type { Judged } from './judge-stream.js'

/** The forms there are. */
export const formats = ['jsonl', 'table', 'csv'] as const
/** One of them; `json` by `--json`. */
export type Format = (typeof formats)[number] | 'json'

/** One receipt that was found. */
export interface Hit {
  /** As it is stored. */
  readonly line: string
  readonly claim: Claim
  /** Absent without a keyring. */
  readonly judged?: Judged | undefined
}

/** Writes hits as they come. */
export interface Printer {
  begin(): void
  hit(hit: Hit): void
  /** @param facts - what `--json` says at the end */
  end(facts: { readonly more: boolean; readonly unreadable: number; readonly late: readonly ProblemCode[] }): void
}

/** Somebody's JSON can be nested deeper than it can be written again. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) return '…'
    throw error
  }
}

const text = (value: unknown): string | undefined =>
  value === undefined || value === null ? undefined : typeof value === 'string' ? value : jsonOf(value)

const cell = (value: unknown): string | number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : text(value)

const nested = (claim: Claim, member: string, name: string): unknown => {
  const value = claim[member]
  return typeof value === 'object' && value !== null ? (value as Claim)[name] : undefined
}

const fired = (claim: Claim): string =>
  checksOf(claim)
    .filter((check) => check.fired === true)
    .map((check) => text(check.name) ?? '')
    .join(' ')

const csvColumns: readonly (readonly [string, (claim: Claim) => unknown])[] = [
  ['chainId', (claim) => claim.chainId],
  ['seq', (claim) => claim.seq],
  ['timestamp', (claim) => claim.timestamp],
  ['receiptId', (claim) => claim.receiptId],
  ['eventType', (claim) => claim.eventType],
  ['action', (claim) => claim.action],
  ['decisionType', (claim) => nested(claim, 'decision', 'type')],
  ['outcome', (claim) => nested(claim, 'decision', 'outcome')],
  ['checksFired', fired],
  ['modelId', (claim) => claim.modelId],
  ['tool', (claim) => nested(claim, 'tool', 'name')],
  ['errorCode', (claim) => nested(claim, 'error', 'code')],
  ['latencyMs', (claim) => claim.latencyMs],
  ['traceId', (claim) => claim.traceId],
  ['sessionId', (claim) => claim.sessionId],
  ['decisionId', (claim) => claim.decisionId],
  ['subjectId', (claim) => claim.subjectId],
  ['receiptHash', (claim) => claim.receiptHash],
]

const tableColumns: readonly (readonly [title: string, width: number, of: (claim: Claim) => unknown])[] = [
  ['seq', 7, (claim) => claim.seq],
  ['timestamp', 24, (claim) => claim.timestamp],
  ['event', 15, (claim) => claim.eventType],
  ['action', 10, (claim) => claim.action],
  ['model', 20, (claim) => claim.modelId],
  ['fired', 16, fired],
  ['receiptId', 36, (claim) => claim.receiptId],
  ['traceId', 32, (claim) => claim.traceId],
]

const padded = (value: string, width: number): string => {
  const shown = printable(value, 200)
  const cut = shown.length > width ? `${shown.slice(0, width - 1)}…` : shown
  return cut.padEnd(width)
}

const judgedWords = (judged: Judged): string =>
  judged.problems.length === 0 ? judged.verdict : `${judged.verdict} ${judged.problems.join(' ')}`

/**
 * @param format - the form
 * @param verified - whether hits are judged
 * @param io - the process
 * @returns a printer on stdout
 */
export function printerFor(format: Format, verified: boolean, io: Io): Printer {
  const { stdout } = io
  const { green, red, yellow, dim } = colorsFor(io, stdout)
  const paint = { VALID: green, INVALID: red, INCOMPLETE: yellow }
  if (format === 'csv') {
    const judgedTitles = verified ? ['verdict', 'problems'] : []
    return {
      begin: () => stdout.write(csvRow([...csvColumns.map(([title]) => title), ...judgedTitles])),
      hit({ claim, judged }) {
        const cells = csvColumns.map(([, of]) => cell(of(claim)))
        stdout.write(csvRow([...cells, ...(judged ? [judged.verdict, judged.problems.join(' ')] : [])]))
      },
      end() {},
    }
  }
  if (format === 'table') {
    const line = (verdict: string, cells: readonly string[]) =>
      stdout.write(`${[...(verified ? [verdict] : []), ...cells].join('  ').trimEnd()}\n`)
    return {
      begin: () =>
        line(
          'verdict'.padEnd(10),
          tableColumns.map(([title, width]) => dim(title.padEnd(width))),
        ),
      hit({ claim, judged }) {
        const cells = tableColumns.map(([, width, of]) => padded(text(of(claim)) ?? '', width))
        const problems = judged === undefined || judged.problems.length === 0 ? [] : [judged.problems.join(' ')]
        line(judged === undefined ? '' : paint[judged.verdict](judged.verdict.padEnd(10)), [...cells, ...problems])
      },
      end() {},
    }
  }
  if (format === 'json') {
    let count = 0
    return {
      begin: () => stdout.write('{"receipts":['),
      hit({ line, judged }) {
        const about = judged && `"verdict":"${judged.verdict}","problems":${JSON.stringify(judged.problems)},`
        stdout.write(`${count === 0 ? '' : ','}{${about ?? ''}"receipt":${asciiLine(line)}}`)
        count += 1
      },
      end({ more, unreadable, late }) {
        const passed = {
          ...(unreadable > 0 ? { unreadable } : {}),
          ...(late.length > 0 ? { problems: late } : {}),
        }
        stdout.write(`],${printableJson({ count, verified, more, ...passed }).slice(1)}`)
      },
    }
  }
  return {
    begin() {},
    hit({ line, claim, judged }) {
      stdout.write(`${stdout.isTTY === true ? shownLine(line) : line}\n`)
      // the line stands as it is stored: what is wrong with it has no place in it
      if (judged !== undefined && judged.verdict !== 'VALID')
        io.stderr.write(`${printable(`seq ${text(claim.seq) ?? '?'}`, 60)}  ${judgedWords(judged)}\n`)
    },
    end() {},
  }
}
