/** A report as JSON with its seal, held against a keyring: all that can be said without its pages and without the receipts. */
import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import { parseReport, reportDigest } from '../json.js'
import type { Report, ReportSeal } from '../types.js'
import { contradictions } from './contradictions.js'
import type { ReportProblem } from './findings.js'
import { type CheckedLines, checkLines, type SealedIn } from './lines.js'

/**
 * @param text - JSON; `undefined` where there is none
 * @returns the report, or why it is none
 */
export function reportIn(text: string | undefined): Report | ReportProblem {
  if (text === undefined) return { code: 'FILE_MALFORMED', message: 'there is no report in it' }
  try {
    return parseReport(text)
  } catch (error) {
    if (!QuittanceError.is(error, 'REPORT_MALFORMED')) throw error
    return { code: 'FILE_MALFORMED', message: error.message }
  }
}

/** Whether what was read is no report. */
export const isProblem = (value: Report | ReportProblem): value is ReportProblem => 'code' in value

/**
 * @param given - a seal, or its JSON; nothing of it is believed
 * @returns the seal; `undefined` where it is none
 */
export function sealFrom(given: unknown): ReportSeal | undefined {
  let value = given
  if (typeof given === 'string') {
    try {
      value = JSON.parse(given)
    } catch {
      return undefined
    }
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { digest, lines, ...more } = value as Partial<Record<keyof ReportSeal, unknown>>
  const holds =
    typeof digest === 'string' &&
    Array.isArray(lines) &&
    lines.every((line) => typeof line === 'string') &&
    Object.keys(more).length === 0
  return holds ? { digest, lines } : undefined
}

/**
 * @param given - what was given as a seal; `undefined` where nothing was
 * @param seal - which was read from it, or is known from elsewhere
 * @param digest - of the report
 * @returns what is wrong with the seal as a whole
 */
export function sealProblems(given: unknown, seal: ReportSeal | undefined, digest: string): readonly ReportProblem[] {
  if (given !== undefined && seal === undefined)
    return [{ code: 'SEAL_MALFORMED', message: 'the seal is not {"digest", "lines"}' }]
  if (seal === undefined) return [{ code: 'NOT_SEALED', message: 'there is no seal' }]
  if (seal.digest === digest) return []
  return [{ code: 'SEAL_DIGEST_MISMATCH', message: 'the seal is that of another report' }]
}

/**
 * Which chains a seal leaves out: nothing can be written behind the end of one.
 *
 * @param report - which is sealed
 * @param lines - what became of the seal's receipts
 * @returns a problem for each, but for those of which something else is told
 */
export function unsealed(report: Report, { sealed, problems }: CheckedLines): readonly ReportProblem[] {
  const told = new Set(problems.filter(({ code }) => code.startsWith('SEAL_')).map(({ chainId }) => chainId))
  const done = new Set(sealed.map(({ chainId }) => chainId))
  return report.chains
    .filter(
      ({ chainId, scope }) =>
        scope.head !== undefined &&
        !done.has(chainId) &&
        !told.has(chainId) &&
        !(scope.tail === 'chain-end' && sealed.length > 0),
    )
    .map(({ chainId }) => ({ code: 'CHAIN_NOT_SEALED', chainId, message: 'no receipt of this chain seals the report' }))
}

/** What a report as JSON and its seal come to. */
export interface CheckedJson {
  readonly problems: readonly ReportProblem[]
  /** Absent where it is no report. */
  readonly report?: Report | undefined
  /** The receipts that seal it and hold. */
  readonly sealed: readonly SealedIn[]
}

/**
 * @param text - of the report; `undefined` where it is no text
 * @param given - the seal's JSON; `undefined` where there is none
 * @param keyring - the keys that are trusted
 * @returns what is wrong, and what seals it
 */
export function checkJson(text: string | undefined, given: string | undefined, keyring: Keyring): CheckedJson {
  const report = reportIn(text)
  if (isProblem(report)) return { problems: [report], sealed: [] }
  const digest = reportDigest(report)
  const seal = given === undefined ? undefined : sealFrom(given)
  const lines = checkLines(report, digest, seal, keyring)
  const problems = [
    ...contradictions(report),
    ...sealProblems(given, seal, digest),
    ...lines.problems,
    ...(seal === undefined ? [] : unsealed(report, lines)),
  ]
  return { problems, report, sealed: lines.sealed }
}
