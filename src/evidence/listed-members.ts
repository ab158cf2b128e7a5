/** The members of a package against its list. */
import { createHash } from 'node:crypto'
import { isTime } from '../primitives/time.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { Case, Members } from './judging.js'
import type { EvidenceManifest } from './manifest.js'
import { MANIFEST, SIGNATURE } from './names.js'
import type { ArchiveMember } from './zip/archive.js'
import { mostBytesOf } from './zip/limits.js'
import { memberChunks } from './zip/member.js'

/** What is in the archive and in the list. */
export interface ListedMembers {
  readonly there: Members
  /** When the last receipt of a chain was sealed, by its own word; by the member that holds the chain. */
  readonly dates: ReadonlyMap<string, string | undefined>
}

const TAIL_BYTES = 131_073

/**
 * @param line - perhaps a receipt
 * @returns when it was sealed, by its own word
 */
export function timestampIn(line: string | undefined): string | undefined {
  if (line === undefined) return undefined
  try {
    const { timestamp } = JSON.parse(line) as Partial<DecisionReceipt>
    return typeof timestamp === 'string' && isTime(timestamp) ? timestamp : undefined
  } catch {
    // the verifier of the chain says what is wrong with the line
    return undefined
  }
}

/** @returns the digest of a member and how it ends; `undefined` where it has a fault, which was told */
async function digested(judged: Case, member: ArchiveMember) {
  const hash = createHash('sha256')
  let tail = Buffer.alloc(0)
  try {
    for await (const chunk of memberChunks(judged.file, member)) {
      judged.refuseAborted()
      hash.update(chunk)
      tail = Buffer.concat([tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES)
    }
  } catch (error) {
    judged.fault(error, member.name)
    return undefined
  }
  return { sha256: `sha256:${hash.digest('hex')}`, tail }
}

/**
 * @param judged - the package
 * @param manifest - its list
 * @param archived - all members that it has
 * @returns those that are in both; what differs was told
 * @throws what the file throws
 */
export async function listedMembers(
  judged: Case,
  { members: listed }: EvidenceManifest,
  archived: Members,
): Promise<ListedMembers> {
  const { problem } = judged
  const names = new Set(listed.map(({ name }) => name))
  for (const name of archived.keys())
    if (!names.has(name) && name !== MANIFEST && name !== SIGNATURE)
      problem('MEMBER_UNLISTED', { member: name }, `${name} is not in the manifest`)
  const there = new Map<string, ArchiveMember>()
  const dates = new Map<string, string | undefined>()
  for (const { name, size, sha256 } of listed) {
    const member = archived.get(name)
    if (member === undefined) {
      problem('MEMBER_MISSING', { member: name }, `${name} is in the manifest, and not in the package`)
      continue
    }
    const most = mostBytesOf(name)
    if (member.size > most) {
      problem('PACKAGE_LIMIT', { member: name }, `${name} has ${member.size} bytes, and ${most} are allowed`)
      continue
    }
    const found = await digested(judged, member)
    if (found === undefined) continue
    there.set(name, member)
    if (name.startsWith('receipts/')) dates.set(name, timestampIn(found.tail.toString('utf8').split('\n').at(-2)))
    if (found.sha256 !== sha256 || member.size !== size)
      problem('MEMBER_CHANGED', { member: name }, `${name} is not what the manifest says`)
  }
  return { there, dates }
}
