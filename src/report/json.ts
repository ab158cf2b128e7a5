/** A report as JSON: one text for one report, and back. */
import { QuittanceError } from '../errors.js'
import { duplicateMember } from '../keys/duplicate-member.js'
import { canonicalize } from '../receipt/canonical.js'
import { digestOf, type Sha256 } from '../receipt/digest.js'
import type { Infer } from '../receipt/schema/describe.js'
import { inconsistencyOf } from './schema/consistency.js'
import { report as reportShape } from './schema/report.js'
import type { Report } from './types.js'

/** What the schema describes; both assignments below hold it against the type. */
type Described = Infer<typeof reportShape>

/**
 * Writes a report in its RFC 8785 form.
 *
 * @param report - from `buildReport` or `parseReport`
 * @returns JSON in one line, without a newline: `sha256sum` of that file is the report's digest
 * @throws QuittanceError `RECEIPT_NOT_JSON` when it holds what has no such form
 * @example
 * ```ts
 * import { type Report, toJson } from 'quittance/report'
 * import { writeFile } from 'node:fs/promises'
 * const save = (report: Report) => writeFile('report.json', toJson(report))
 * ```
 */
export function toJson(report: Report): string {
  const described: Described = report
  return canonicalize(described)
}

/**
 * The digest that a seal is over.
 *
 * @param report - from `buildReport` or `parseReport`
 * @returns `sha256:` and the hex SHA-256 of `toJson(report)`
 * @throws QuittanceError as `toJson`
 */
export function reportDigest(report: Report): Sha256 {
  return digestOf(toJson(report))
}

/**
 * Reads a report, strictly: each member has its shape, none is missing, unknown or there twice, and those that follow from
 * others do. That its figures are right only the receipts can show.
 *
 * @param text - JSON, in whatever order and white space
 * @returns the report
 * @throws QuittanceError `REPORT_MALFORMED` with `details.path`
 * @example
 * ```ts
 * import { parseReport } from 'quittance/report'
 * import { readFile } from 'node:fs/promises'
 * const load = async (file: string) => parseReport(await readFile(file, 'utf8'))
 * ```
 */
export function parseReport(text: string): Report {
  if (typeof text !== 'string') throw new TypeError('text must be a string')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // the parser's own message quotes the text
    throw malformed('', 'is not JSON')
  }
  const fault = reportShape.check(value)?.[0]
  if (fault !== undefined) throw malformed(shownPath(fault.path), fault.message)
  const report: Report = value as Described
  if (duplicateMember(text) !== undefined) throw malformed('', 'has an object that has a member twice')
  const inconsistency = inconsistencyOf(report)
  if (inconsistency !== undefined) throw malformed(inconsistency.path, inconsistency.message)
  try {
    canonicalize(report)
  } catch (error) {
    if (!QuittanceError.is(error, 'RECEIPT_NOT_JSON')) throw error
    throw malformed(shownPath(error.details.path ?? ''), 'has no canonical form')
  }
  return report
}

/** Names in a path come from the data: shown as far as they are plain. */
function shownPath(path: string): string {
  const steps = path.slice(0, 256).split('.')
  return steps.map((step) => (/^[A-Za-z][A-Za-z0-9_-]{0,39}(?:\[\d+\])*$/.test(step) ? step : '…')).join('.')
}

function malformed(path: string, message: string): QuittanceError {
  const where = path === '' ? 'the text' : path
  return new QuittanceError('REPORT_MALFORMED', `no report: ${where} ${message}`, { details: { path } })
}
