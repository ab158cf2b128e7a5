/** What can be wrong with a report that somebody was handed. */
import type { Verdict } from '../../verify/types.js'

/** Codes that make a report INVALID: something contradicts. */
export const reportInvalidCodes = [
  'FILE_MALFORMED',
  'PAGE_DIFFERS',
  'CONTENT_CONTRADICTORY',
  'SEAL_MALFORMED',
  'SEAL_DIGEST_MISMATCH',
  'SEAL_RECEIPT_INVALID',
  'SEAL_RANGE_MISMATCH',
  'SEAL_MISPLACED',
  'SEAL_NOT_IN_SOURCE',
  'EXCERPT_RECEIPT_INVALID',
  'EXCERPT_MISPLACED',
  'SOURCE_OTHER_CHAIN',
  'FIGURES_DIFFER',
] as const

/** Codes that make a report INCOMPLETE: nothing contradicts, but not all that was asked for could be shown. */
export const reportIncompleteCodes = [
  'NOT_SEALED',
  'CHAIN_NOT_SEALED',
  'SEAL_KEY_UNKNOWN',
  'EXCERPT_KEY_UNKNOWN',
  'PAGE_NOT_COMPARED',
  'SOURCE_NOT_GIVEN',
  'SOURCE_ENDS_EARLY',
  'SOURCE_GOES_ON',
  'SOURCE_PRUNED',
  'SOURCE_ERASED',
  'TAIL_NOT_SHOWN',
  'KEYS_DIFFER',
  'OTHER_VERSION',
  'RULE_NOT_REPEATABLE',
] as const

/** What can be wrong with a report. No name is an error code or a problem code of a chain. */
export type ReportProblemCode = (typeof reportInvalidCodes)[number] | (typeof reportIncompleteCodes)[number]

/** One problem of a report. */
export interface ReportProblem {
  readonly code: ReportProblemCode
  readonly chainId?: string | undefined
  readonly seq?: number | undefined
  readonly receiptId?: string | undefined
  /** Of the members of the report that differ, the first ones. */
  readonly paths?: readonly string[] | undefined
  /** For people. */
  readonly message: string
}

const invalid: ReadonlySet<string> = new Set(reportInvalidCodes)

/**
 * @param problems - all that was found
 * @returns INVALID before INCOMPLETE before VALID
 */
export function verdictOf(problems: readonly ReportProblem[]): Verdict {
  if (problems.some(({ code }) => invalid.has(code))) return 'INVALID'
  return problems.length > 0 ? 'INCOMPLETE' : 'VALID'
}
