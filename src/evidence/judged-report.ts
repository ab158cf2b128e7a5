/** The report of a package, held against the chains that came with it. */
import { decodeUtf8 } from '../primitives/bytes.js'
import type { EvidenceChainResult } from './findings.js'
import type { Case, Members } from './judging.js'
import { reportStanding } from './report-chains.js'
import { REPORT_JSON, REPORT_SEAL } from './report-names.js'
import { linesOfMember } from './zip/member.js'

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
  const { judgeReport } = judged.tools
  const report = judgeReport === undefined ? undefined : await judged.whole(there, REPORT_JSON)
  if (judgeReport === undefined || report === undefined) return false
  const seal = await judged.whole(there, REPORT_SEAL)
  const { contradictions, about } = await judgeReport(
    report,
    seal === undefined ? undefined : decodeUtf8(seal),
    judged.trusted,
  )
  for (const why of contradictions) judged.problem('REPORT_INVALID', { member: REPORT_JSON }, `the report: ${why}`)
  if (about === undefined) return false
  const { holds, otherRoots } = await reportStanding(about, chains, async ({ member }, wanted) => {
    const archived = there.get(member)
    return archived === undefined ? new Map() : linesOfMember(judged.file, archived, wanted)
  })
  for (const chainId of otherRoots)
    judged.problem('REPORT_INVALID', { member: REPORT_JSON, chainId }, `the report is about another chain ${chainId}`)
  return holds && contradictions.length === 0
}
