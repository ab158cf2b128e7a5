/** The checkpoints of a package, with their time stamps, and those that the verifier has from elsewhere. */
import type { EvidenceCheckpoint } from './findings.js'
import { judgedTimestamp } from './judged-timestamp.js'
import type { Case, Members } from './judging.js'
import type { EvidenceManifest } from './manifest.js'
import { judgeNote, type NoteTrust, type OpenedNote, openGiven } from './trusted-logs.js'
import { MOST_NOTES } from './zip/limits.js'

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

/** @returns when an authority that the policy trusts had a note first, and why another stamp does not count */
async function stampOf(
  judged: Case,
  there: Members,
  text: string,
  tokens: readonly string[],
): Promise<{ readonly first?: string | undefined; readonly remark?: string | undefined }> {
  const asked = judged.policy.timestamp
  if (asked === undefined) return {}
  let first: string | undefined
  let remark: string | undefined
  for (const member of tokens) {
    judged.refuseAborted()
    const token = await judged.whole(there, member)
    if (token === undefined) continue
    const { time, invalid, message } = await judgedTimestamp(token, Buffer.from(text), asked.authorities, judged.now)
    if (invalid) judged.problem('TIMESTAMP_INVALID', { member }, `${member}: ${message ?? 'it does not hold'}`)
    else if (time === undefined) remark ??= message
    else if (first === undefined || time < first) first = time
  }
  return { first, remark }
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
  const tokens = tokensByNote(namesOf(judged, manifest, 'timestamps/'))
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
    const { first: stampedAt, remark } = await stampOf(judged, there, found.judged.text, tokens.get(number) ?? [])
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
