/** Judging a package: the archive, the list, each member, each chain, and what the verifier's policy asks for. */
import { type EvidenceResult, evidenceVerdict } from './findings.js'
import { judgedChains } from './judged-chains.js'
import { hasReportPages, judgedReport } from './judged-report.js'
import { type Case, caseOf, type Judging, type Members, type Tools } from './judging.js'
import { listedMembers } from './listed-members.js'
import { openedNotes } from './opened-notes.js'
import { requireAll } from './required.js'
import { sealedManifest } from './sealed-manifest.js'
import { type Facts, statementsOf } from './statements.js'
import { type RandomAccess, readArchive } from './zip/archive.js'

async function archivedIn(judged: Case): Promise<Members | undefined> {
  try {
    const members = await readArchive(judged.file, judged.limits)
    return new Map(members.map((member) => [member.name, member]))
  } catch (error) {
    judged.fault(error)
    return undefined
  }
}

type Outcome = Omit<EvidenceResult, 'verdict' | 'problems' | 'proved' | 'notProved'>

function resultOf({ problems, policy }: Case, outcome: Outcome, facts: Omit<Facts, 'problems' | 'policy' | 'chains'>) {
  const { chains } = outcome
  const { proved, notProved } = statementsOf({ ...facts, problems, policy, chains })
  return { verdict: evidenceVerdict(problems), problems, ...outcome, proved, notProved }
}

/**
 * @param file - the package
 * @param judging - against what
 * @param tools - what is not there everywhere
 * @returns what was found out; a fault of the package is never thrown
 * @throws what the file and the tools throw; QuittanceError `TLOG_*` for a checkpoint that the verifier gave
 */
export async function judgeEvidence(file: RandomAccess, judging: Judging, tools: Tools): Promise<EvidenceResult> {
  const judged = caseOf(file, judging, tools)
  const members = await archivedIn(judged)
  const sealed = members === undefined ? undefined : await sealedManifest(judged, members)
  if (members === undefined || sealed === undefined) {
    const log = { counts: false, valid: false, missing: [] }
    const outcome = { chains: [], checkpoints: [], omitted: [] }
    return resultOf(judged, outcome, { reported: false, pages: false, log, keyId: undefined })
  }
  const { manifest, digest, keyId } = sealed
  if (judging.keyring === undefined)
    judged.problem('KEYRING_NEEDED', {}, 'no keyring was given: what a package says of keys is never believed')
  const listed = await listedMembers(judged, manifest, members)
  const { notes, listed: checkpoints, unverified, stampRemark } = await openedNotes(judged, manifest, listed.there)
  const found = await judgedChains(judged, manifest, listed.there, notes)
  const { chains, log } = found
  const reported = await judgedReport(judged, listed.there, chains)
  await requireAll(judged, manifest, listed, found, reported, stampRemark)
  const { madeAt, omitted } = manifest
  const unchecked = unverified === 0 ? {} : { unverified }
  const outcome = { digest, madeAt, keyId, chains, checkpoints, ...unchecked, omitted }
  return resultOf(judged, outcome, { reported, pages: hasReportPages(listed.there), log, keyId })
}
