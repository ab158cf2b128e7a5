/** Receipts as they come, one a line. Every word of them is somebody else's. */
import { colorsFor, type Io } from '../io.js'
import { asciiLine, printable } from '../printable.js'
import { type Claim, checksOf } from '../query/filter.js'
import type { Hit } from '../query/print.js'

type Member = readonly [label: string, of: (claim: Claim) => unknown]

const inside = (claim: Claim, member: string, name: string): unknown => {
  const value = claim[member]
  return typeof value === 'object' && value !== null ? (value as Claim)[name] : undefined
}

const firedIn = (claim: Claim): string | undefined => {
  const names = checksOf(claim)
    .filter((check) => check.fired === true)
    .map((check) => String(check.name))
  return names.length === 0 ? undefined : names.join(' ')
}

/** What is worth a look beside time, kind and action. */
const members: readonly Member[] = [
  [
    '',
    (claim) => inside(claim, 'system', 'event') ?? inside(claim, 'retention', 'event') ?? inside(claim, 'key', 'event'),
  ],
  ['', (claim) => inside(claim, 'decision', 'type')],
  ['', (claim) => inside(claim, 'humanOversight', 'kind')],
  ['tool', (claim) => inside(claim, 'tool', 'name')],
  ['model', (claim) => claim.modelId],
  ['fired', firedIn],
  ['error', (claim) => inside(claim, 'error', 'code')],
  ['trace', (claim) => claim.traceId],
]

const word = (value: unknown, most: number): string =>
  value === undefined || value === null
    ? ''
    : printable(typeof value === 'string' ? value : String(JSON.stringify(value)), most)

/** Prints receipts on stdout. */
export type TailPrinter = (chainId: string, hit: Hit) => void

/**
 * @param json - whether each is a line of JSON
 * @param named - whether several chains come together
 * @param io - the process
 * @returns what prints one
 */
export function tailPrinter(json: boolean, named: boolean, io: Io): TailPrinter {
  const { stdout } = io
  const { green, red, yellow, dim } = colorsFor(io, stdout)
  const paint = { VALID: green, INVALID: red, INCOMPLETE: yellow }
  if (json) {
    return (_, { line, judged }) => {
      const about = judged && `"verdict":"${judged.verdict}","problems":${JSON.stringify(judged.problems)},`
      stdout.write(`{${about ?? ''}"receipt":${asciiLine(line)}}\n`)
    }
  }
  return (chainId, { claim, judged }) => {
    const facts = members.flatMap(([label, of]) => {
      const shown = word(of(claim), 60)
      return shown === '' ? [] : [label === '' ? shown : `${dim(label)} ${shown}`]
    })
    const bad = judged !== undefined && judged.problems.length > 0 ? [red(judged.problems.join(' '))] : []
    const parts = [
      ...(judged === undefined ? [] : [paint[judged.verdict](judged.verdict.padEnd(10))]),
      word(claim.timestamp, 24).padEnd(24),
      ...(named ? [printable(chainId, 60)] : []),
      word(claim.seq, 16).padStart(6),
      word(claim.eventType, 20).padEnd(15),
      word(claim.action, 12).padEnd(10),
      ...bad,
      ...facts,
    ]
    stdout.write(`${parts.join('  ').trimEnd()}\n`)
  }
}
