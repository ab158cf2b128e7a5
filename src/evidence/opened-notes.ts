/** The checkpoints of a package, with their time stamps, and those that the verifier has from elsewhere. */
import type { EvidenceCheckpoint } from './findings.js'
import { timestampJudge } from './judged-timestamp.js'
import type { Case, Members } from './judging.js'
import type { EvidenceManifest } from './manifest.js'
import { judgeNote, type NoteTrust, type OpenedNote, openGiven } from './trusted-logs.js'
import { MOST_NOTES } from './zip/limits.js'

const TOO_MANY_CHECKS =
  'it and those behind it are not judged: too many signatures would have to be checked for the time stamps'

/** What there is of checkpoints. */
export interface OpenedNotes {
  /** Those whose log is trusted. */
  readonly notes: readonly OpenedNote[]
  readonly listed: readonly EvidenceCheckpoint[]
  /** How many lines of the policy's witnesses nobody could check. */
  readonly unverified: number
  /** Why the first of the time stamps that don't count does not. */
  readonly stampRemark?: string | undefined
}

/** Names of members of one kind; none where they are too many to be judged. */
function namesOf({ problem }: Case, { members }: EvidenceManifest, folder: string): readonly string[] {
  const names = members.map(({ name }) => name).filter((name) => name.startsWith(folder))
  if (names.length <= MOST_NOTES) return names
  problem('PACKAGE_LIMIT', {}, `it has ${names.length} members in ${folder}, and ${MOST_NOTES} are allowed`)
  return []
}

/** The time stamps of each note, by the number that their names share. */
function tokensByNote(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const tokens = new Map<string, string[]>()
  for (const name of names) {
    const number = name.slice('timestamps/'.length).split('.', 1)[0] as string
    const before = tokens.get(number)
    if (before === undefined) tokens.set(number, [name])
    else before.push(name)
  }
  return tokens
}

interface Stamped {
  readonly first?: string | undefined
  readonly remark?: string | undefined
}

/** @returns what tells when an authority that the policy trusts had a note first, and why another of its stamps does not count */
function stampsOf(
  judged: Case,
  there: Members,
  tokens: ReadonlyMap<string, readonly string[]>,
): (number: string, text: string) => Promise<Stamped> {
  const asked = judged.policy.timestamp
  let judge: ReturnType<typeof timestampJudge> | undefined
  let givenUp = asked === undefined
  return async (number, text) => {
    let first: string | undefined
    let remark: string | undefined
    for (const member of tokens.get(number) ?? []) {
      if (asked === undefined || givenUp) break
      judged.refuseAborted()
      const token = await judged.whole(there, member)
      if (token === undefined) continue
      judge ??= timestampJudge(asked.authorities, judged.now)
      const found = judge(token, Buffer.from(text))
      givenUp = found === undefined
      if (found === undefined) judged.problem('PACKAGE_LIMIT', { member }, `${member}: ${TOO_MANY_CHECKS}`)
      else if (found.invalid)
        judged.problem('TIMESTAMP_INVALID', { member }, `${member}: ${found.message ?? 'it does not hold'}`)
      else if (found.time === undefined) remark ??= found.message
      else if (first === undefined || found.time < first) first = found.time
    }
    return { first, remark }
  }
}

/**
 * Opens notes one at a time, each with its time stamps, and keeps nothing of their bytes.
 *
 * @param judged - the package
 * @param manifest - its list
 * @param there - its members
 * @returns the notes, those of the package first
 * @throws QuittanceError `TLOG_MALFORMED`, `TLOG_UNTRUSTED` for those that the verifier has from elsewhere; what the file throws
 */
export async function openedNotes(judged: Case, manifest: EvidenceManifest, there: Members): Promise<OpenedNotes> {
  const { policy, trusted, mlDsa44, namedLogs, given } = judged
  const trust: NoteTrust = { policy: policy.checkpoints, keyring: trusted, mlDsa44, namedLogs }
  const own = openGiven(given ?? [], trust)
  const stampOf = stampsOf(judged, there, tokensByNote(namesOf(judged, manifest, 'timestamps/')))
  const notes: OpenedNote[] = []
  const listed: EvidenceCheckpoint[] = []
  let unverified = 0
  let stampRemark: string | undefined
  for (const name of namesOf(judged, manifest, 'checkpoints/')) {
    judged.refuseAborted()
    const bytes = await judged.whole(there, name)
    if (bytes === undefined) continue
    const found = judgeNote(name, bytes, trust)
    if (found.problem !== undefined) judged.problems.push(found.problem)
    if (found.listed !== undefined) listed.push(found.listed)
    unverified += found.judged?.unverified ?? 0
    const note = found.judged?.note
    if (found.judged === undefined || note === undefined) continue
    const number = name.slice('checkpoints/'.length, -'.txt'.length)
    const { first: stampedAt, remark } = await stampOf(number, found.judged.text)
    stampRemark ??= remark
    notes.push({ ...note, ...(stampedAt !== undefined && { stampedAt }) })
  }
  for (const [index, { origin, size, note, unverified: more }] of own.entries()) {
    listed.push({ given: index, origin, size, kind: note?.kind ?? 'unknown' })
    unverified += more
    if (note !== undefined) notes.push(note)
  }
  return { notes, listed, unverified, stampRemark }
}
