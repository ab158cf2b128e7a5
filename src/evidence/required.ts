/** What the verifier's policy asks of a package as a whole, and is not there. */
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import type { EvidenceChainResult } from './findings.js'
import type { JudgedChains } from './judged-chains.js'
import type { Case } from './judging.js'
import { type ListedMembers, timestampIn } from './listed-members.js'
import type { EvidenceManifest } from './manifest.js'
import { asksPerChain, HOUR_MS, missingOf } from './requirements.js'
import { missingWords } from './statements.js'
import { linesOfMember } from './zip/member.js'

async function requireStamp(
  judged: Case,
  { there }: ListedMembers,
  { chainId, member, checkpoints }: EvidenceChainResult,
  remark: string | undefined,
): Promise<void> {
  const { timestamp } = judged.policy
  if (timestamp === undefined) return
  const newest = checkpoints.filter(({ stampedAt, size }) => stampedAt !== undefined && size > 0).at(-1)
  const archived = there.get(member)
  let dated: string | undefined
  if (newest !== undefined && archived !== undefined) {
    const line = newest.size - 1
    dated = timestampIn((await linesOfMember(judged.file, archived, new Set([line]))).get(line))
  }
  const waited = Date.parse(newest?.stampedAt ?? '') - Date.parse(dated ?? '')
  // a receipt that is dated behind its stamp, by more than clocks differ, dates nothing
  if (waited <= timestamp.withinHours * HOUR_MS && waited >= -MAX_AHEAD_MS) return
  const what = `a time stamp within ${timestamp.withinHours} h is asked for`
  const none = remark === undefined ? 'there is none' : `none counts: ${remark}`
  const late = `the newest is of ${newest?.stampedAt}, and the receipt that it covers last is dated ${dated}`
  const why = newest === undefined ? none : late
  judged.problem('REQUIRED_TIMESTAMP_MISSING', { chainId }, `chain ${chainId}: ${what}, and ${why}`)
}

/**
 * Tells what is asked for and is not there.
 *
 * @param judged - the package
 * @param manifest - its list
 * @param listed - its members
 * @param found - its chains
 * @param reported - whether it has a report that holds
 * @param stampRemark - why a time stamp does not count
 * @throws what the file throws
 */
export async function requireAll(
  judged: Case,
  manifest: EvidenceManifest,
  listed: ListedMembers,
  { chains, log }: JudgedChains,
  reported: boolean,
  stampRemark: string | undefined,
): Promise<void> {
  const { policy, now, problem } = judged
  const asksGiven = (judged.given?.length ?? 0) > 0
  const all = chains.map(({ chainId }) => chainId).filter((one) => !(log.counts && one === manifest.logChain))
  const asked = policy.chains ?? all
  const judgedBy = new Map(chains.map((chain) => [chain.chainId, chain]))
  const describedBy = new Map(manifest.chains.map((chain) => [chain.chainId, chain]))
  for (const one of asked) {
    const { chainId, root } = typeof one === 'string' ? { chainId: one, root: undefined } : one
    const chain = judgedBy.get(chainId)
    const described = describedBy.get(chainId)
    const missing = (why: string) => problem('REQUIRED_CHAIN_MISSING', { chainId }, why)
    if (chain === undefined || described === undefined || chain.result.checked === 0)
      missing(`chain ${chainId} is asked for, and is not there`)
    else if (root !== undefined && chain.result.scope.root !== root)
      missing(`the chain ${chainId} that is there is not the one of that root`)
    else {
      judged.problems.push(...missingOf(chain, listed.dates.get(described.file), { policy, now, asksGiven }))
      await requireStamp(judged, listed, chain, stampRemark)
    }
  }
  if (asked.length === 0 && (asksGiven || asksPerChain(policy)))
    problem('REQUIRED_CHAIN_MISSING', {}, 'there is no chain of which what is asked for could be asked')
  if (policy.allChains && !(log.counts && log.valid && log.missing.length === 0))
    problem('REQUIRED_CHAIN_MISSING', {}, `all chains are asked for: ${missingWords(log)}`)
  if (policy.report && !reported)
    problem('REQUIRED_REPORT_MISSING', {}, 'a sealed report on these chains is asked for, and none could be verified')
}
