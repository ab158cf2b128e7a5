/** The report of a package, held against the chains that came with it. */
import { decodeUtf8 } from '../primitives/bytes.js'
import { reportInvalidCodes } from '../report/checking/findings.js'
import { checkJson } from '../report/checking/json-report.js'
import type { EvidenceChainResult } from './findings.js'
import type { Case, Members } from './judging.js'
import { reportStanding } from './report-chains.js'
import { REPORT_JSON, REPORT_SEAL } from './report-names.js'
import { linesOfMember } from './zip/member.js'

const invalid: ReadonlySet<string> = new Set(reportInvalidCodes)

/** The members of a report that are judged; the others are pages for people. */
const judgedMembers: ReadonlySet<string> = new Set([REPORT_JSON, REPORT_SEAL])

/**
 * @param there - the members of a package
 * @returns whether a report is there in forms that nobody judges
 */
export function hasReportPages(there: Members): boolean {
  return [...there.keys()].some((name) => name.startsWith('report/') && !judgedMembers.has(name))
}

/**
 * @param judged - the package
 * @param there - its members
 * @param chains - as they were judged
 * @returns whether there is a report that receipts of these chains seal, and that is about these chains
 * @throws what the file and the tools throw
 */
export async function judgedReport(
  judged: Case,
  there: Members,
  chains: readonly EvidenceChainResult[],
): Promise<boolean> {
  const report = await judged.whole(there, REPORT_JSON)
  if (report === undefined) return false
  const seal = await judged.whole(there, REPORT_SEAL)
  // JSON and nothing else: a page of that name would have to be made again, to see whether it shows what it carries
  const checked = checkJson(decodeUtf8(report), seal && decodeUtf8(seal), judged.trusted)
  const contradictions = checked.problems.filter(({ code }) => invalid.has(code))
  for (const why of new Set(contradictions.map(({ code, message }) => `${code} ${message}`)))
    judged.problem('REPORT_INVALID', { member: REPORT_JSON }, `the report: ${why}`)
  if (checked.report === undefined) return false
  const named = checked.report.chains.map(({ chainId, scope: { root, head } }) => ({ chainId, root, head }))
  const about = { chains: named, seals: checked.sealed }
  const { holds, otherRoots } = await reportStanding(about, chains, async ({ member }, wanted) => {
    const archived = there.get(member)
    return archived === undefined ? new Map() : linesOfMember(judged.file, archived, wanted)
  })
  for (const chainId of otherRoots)
    judged.problem('REPORT_INVALID', { member: REPORT_JSON, chainId }, `the report is about another chain ${chainId}`)
  return holds && contradictions.length === 0
}
