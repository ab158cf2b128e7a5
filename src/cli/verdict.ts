/** A verdict in words. What is unproved is said to be unproved. */
import type { Finding, Scope, ScopeCheckpoint, Verdict, VerifyResult } from '../verify/types.js'
import { colorsFor, type ExitCode, type Io, type Output } from './io.js'
import { printable } from './printable.js'
import { headText } from './values.js'

const exitCodes: Readonly<Record<Verdict, ExitCode>> = { VALID: 0, INVALID: 1, INCOMPLETE: 3 }

/**
 * @param verdict - a verdict
 * @returns the exit code that says it
 */
export function exitCodeOf(verdict: Verdict): ExitCode {
  return exitCodes[verdict]
}

const gravity: readonly Verdict[] = ['VALID', 'INCOMPLETE', 'INVALID']

/**
 * @param verdicts - any number
 * @returns the worst of them; INCOMPLETE where there is none, because nothing was verified
 */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'INCOMPLETE'
  return gravity[Math.max(...verdicts.map((verdict) => gravity.indexOf(verdict)))] as Verdict
}

/**
 * @param scope - of a verdict
 * @returns what is known of what may follow the last receipt
 */
export function tailWords({ tail, toSeq }: Scope): string {
  switch (tail) {
    case 'unproved':
      return toSeq === undefined
        ? 'unproved: there is no receipt'
        : `unproved: nothing proves that receipts after seq ${toSeq} were not cut; compare the head with one noted elsewhere (--expect-head)`
    case 'expected-head':
      return 'expected-head: the last receipt is the head that was expected'
    case 'checkpoint':
      return 'checkpoint: a checkpoint covers the last receipt'
    case 'chain-end':
      return 'chain-end: the last receipt ends the chain'
  }
}

/** How far checkpoints vouch for a chain. */
function heldWords({ origin, size, witnessedAt }: ScopeCheckpoint): string {
  const seen = witnessedAt === undefined ? 'nobody else says when' : `witnessed by ${witnessedAt}`
  return `seq 0 to ${size - 1} are those of the checkpoint of ${origin}, ${seen}`
}

/**
 * @param verdict - a verdict
 * @param io - the process
 * @param output - where it goes; default stdout
 * @returns it, coloured where colours are wanted
 */
export function paintVerdict(verdict: Verdict, io: Io, output: Output = io.stdout): string {
  const { green, red, yellow, bold } = colorsFor(io, output)
  return { VALID: green, INVALID: red, INCOMPLETE: yellow }[verdict](bold(verdict))
}

/** Where the lines of a chain are that is kept in several files. */
export interface LinePlace {
  readonly file: string
  readonly line: number
}

/** What a report shows beside the result. */
export interface ReportOptions {
  /** Whether the chain was named by who asks; otherwise its name is the data's claim. */
  readonly chainNamed: boolean
  /** The file or folder, where there are several. */
  readonly name?: string | undefined
  readonly trust: string
  readonly maxProblems: number
  readonly place?: ((line: number) => LinePlace) | undefined
}

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`

function findingLine(finding: Finding<string>, { place }: ReportOptions): string {
  const { line, seq, code, message } = finding
  const at = line === undefined ? undefined : place?.(line)
  const where = at ? `${at.file} line ${at.line}` : line === undefined ? '' : `line ${line}`
  return [where, seq === undefined ? '' : `seq ${seq}`, code, message]
    .filter((part) => part !== '')
    .map((part) => printable(part))
    .join('  ')
}

function findings(title: string, all: readonly Finding<string>[], total: number, options: ReportOptions): string[] {
  if (total === 0) return []
  const shown = all.slice(0, options.maxProblems)
  const lines = [`  ${plural(total, title)}`, ...shown.map((one) => `    ${findingLine(one, options)}`)]
  if (total > shown.length) lines.push(`    … and ${total - shown.length} more (--max-problems)`)
  return lines
}

function scopeWords({ chainId, fromSeq, toSeq }: Scope, chainNamed: boolean): string {
  const chain =
    chainId === undefined ? 'no chain' : `chain ${printable(chainId)}${chainNamed ? '' : ' (by its own claim)'}`
  if (fromSeq === undefined || toSeq === undefined) return chain
  return `${chain}, seq ${fromSeq} to ${toSeq}`
}

/**
 * @param result - from the verifier
 * @param options - what else to show
 * @param io - the process
 * @returns the report for people, verdict first
 */
export function reportText(result: VerifyResult, options: ReportOptions, io: Io): string {
  const { verdict, scope, counts, checked, problems, notices } = result
  const noticeCodes = new Set<string>(['LINE_NOT_CANONICAL', 'DETAILS_ERASED'])
  let problemTotal = 0
  let noticeTotal = 0
  for (const [code, count] of Object.entries(counts)) {
    if (noticeCodes.has(code)) noticeTotal += count
    else problemTotal += count
  }
  const listed = Object.entries(counts).map(([code, count]) => `${code} ${count}`)
  const lines = [
    `${paintVerdict(verdict, io)}  ${scopeWords(scope, options.chainNamed)}, ${plural(checked, 'receipt')} checked`,
    ...(options.name === undefined ? [] : [`  from    ${printable(options.name)}`]),
    ...(scope.root === undefined ? [] : [`  root    ${printable(scope.root)}`]),
    ...(scope.head === undefined ? [] : [`  head    ${printable(headText(scope.head))}`]),
    `  tail    ${verdict === 'INVALID' && scope.tail === 'checkpoint' ? 'unproved: something in the chain contradicts' : tailWords(scope)}`,
    // where something contradicts, nobody stands for what is there
    ...(scope.checkpoint === undefined || verdict === 'INVALID'
      ? []
      : [`  held    ${printable(heldWords(scope.checkpoint))}`]),
    `  trust   ${printable(options.trust)}`,
    ...(listed.length === 0 ? [] : [`  counts  ${listed.join(', ')}`]),
    ...findings('problem', problems, problemTotal, options),
    ...findings('notice', notices, noticeTotal, options),
  ]
  return `${lines.join('\n')}\n`
}

/**
 * @param result - from the verifier, VALID
 * @param options - what else to show; the trust and the lists are left out
 * @param io - the process
 * @returns it on one line; of the tail, what proves it
 */
export function briefText(result: VerifyResult, options: Pick<ReportOptions, 'chainNamed' | 'name'>, io: Io): string {
  const { verdict, scope, checked, counts } = result
  const name = options.name === undefined || options.chainNamed ? '' : `${printable(options.name)}: `
  const head = scope.head === undefined ? '' : `, head ${printable(headText(scope.head))}`
  const notices = Object.entries(counts).map(([code, count]) => `${code} ${count}`)
  const found = notices.length === 0 ? '' : `  (${notices.join(', ')})`
  const words = `${name}${scopeWords(scope, options.chainNamed)}, ${plural(checked, 'receipt')} checked${head}, tail ${scope.tail}`
  return `${paintVerdict(verdict, io)}  ${words}${found}\n`
}

/** A result with its lists cut to what was asked for, and files beside lines where there are several. */
export type ResultJson = Omit<VerifyResult, 'problems' | 'notices'> & {
  readonly problems: readonly object[]
  readonly notices: readonly object[]
}

/**
 * @param result - from the verifier
 * @param maxProblems - how many problems, and how many notices, to list
 * @param place - where the lines of several files are
 * @returns the JSON form, as docs/cli.md has it
 */
export function resultJson(
  result: VerifyResult,
  maxProblems: number,
  place?: ((line: number) => LinePlace) | undefined,
): ResultJson {
  const { verdict, scope, checked, problems, counts, notices } = result
  const placed = (finding: Finding<string>) =>
    place && finding.line !== undefined ? { ...finding, ...place(finding.line) } : finding
  return {
    verdict,
    scope,
    checked,
    problems: problems.slice(0, maxProblems).map(placed),
    counts,
    notices: notices.slice(0, maxProblems).map(placed),
  }
}
