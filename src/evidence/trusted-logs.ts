/** Whose checkpoints count: the policy's logs, or else the keyring's keys that are for checkpoints. */
import { QuittanceError } from '../errors.js'
import { parseDidKey } from '../keys/did-key.js'
import { allows, type Keyring } from '../keys/keyring.js'
import { toHex } from '../primitives/bytes.js'
import { readCheckpoint } from '../tlog/checkpoint.js'
import { type Policy, quorumReached, quorumTime } from '../tlog/policy.js'
import { openTrusted, type TrustedCheckpoint } from '../tlog/trusted.js'
import { noteKey } from '../tlog/vkey.js'
import type { EvidenceCheckpoint, EvidenceProblem } from './findings.js'

/** A note whose log is trusted. */
export interface OpenedNote {
  readonly member: string
  readonly origin: string
  /** The log's, which for a chain's checkpoint is the origin above its own. */
  readonly log: string
  readonly kind: 'log' | 'chain'
  readonly size: number
  /** `sha256:` and hex. */
  readonly rootHash: string
  /** What is signed, and stamped. */
  readonly text: string
  /** Whether enough witnesses have cosigned; always where nobody asks for any, and there it means nothing. */
  readonly witnessed: boolean
  readonly witnessedAt?: string | undefined
}

/** What the notes of a package come to. */
export interface OpenedNotes {
  readonly notes: readonly OpenedNote[]
  readonly listed: readonly EvidenceCheckpoint[]
  readonly problems: readonly EvidenceProblem[]
}

const chainOrigin = /^(.+)\/[0-9a-f]{16}$/

/** Keys of the keyring under whatever name the note has: what they may be called, nobody said. */
function keyringPolicy(keyring: Keyring, origin: string): Policy {
  const names = [chainOrigin.exec(origin)?.[1], origin].filter((name) => name !== undefined)
  const keys = keyring.entries().filter((entry) => allows(entry, 'checkpoint') && entry.revokedAt === undefined)
  const logs = keys.flatMap(({ keyId }) =>
    names.slice(0, 1).map((name) => ({ key: noteKey(name, 'ed25519', parseDidKey(keyId)) })),
  )
  return { logs, witnesses: [], groups: [], quorum: 'none' }
}

function openedNote(member: string, opened: TrustedCheckpoint, asked: Policy): OpenedNote {
  const { checkpoint, kind, log, cosignatures } = opened
  const { origin, size, rootHash, note } = checkpoint
  const witnessed = quorumReached(asked, cosignatures)
  const time = quorumTime(asked, cosignatures)
  return {
    member,
    origin,
    log,
    kind,
    size,
    rootHash: `sha256:${toHex(rootHash)}`,
    text: note.text,
    witnessed,
    ...(time !== undefined && { witnessedAt: new Date(time * 1000).toISOString() }),
  }
}

/**
 * @param members - the notes of a package, by the names of their members
 * @param policy - whose checkpoints count; without it the keyring's keys of the use `checkpoint`
 * @param keyring - the verifier's
 * @returns those of logs that are trusted, and what is wrong with any
 */
export function openNotes(
  members: readonly (readonly [string, Uint8Array])[],
  policy: Policy | undefined,
  keyring: Keyring,
): OpenedNotes {
  const notes: OpenedNote[] = []
  const listed: EvidenceCheckpoint[] = []
  const problems: EvidenceProblem[] = []
  for (const [member, bytes] of members) {
    try {
      const { origin, size } = readCheckpoint(bytes)
      const asked = policy ?? keyringPolicy(keyring, origin)
      try {
        // too few witnesses are told of what was to be witnessed, not of every note
        const opened = openedNote(member, openTrusted(bytes, { ...asked, quorum: 'none' }), asked)
        notes.push(opened)
        listed.push({ member, origin, size, kind: opened.kind })
      } catch (error) {
        if (!QuittanceError.is(error, 'TLOG_UNTRUSTED')) throw error
        listed.push({ member, origin, size, kind: 'unknown' })
        if (error.details.reason !== 'no-known-key')
          problems.push({ code: 'CHECKPOINT_INVALID', member, message: `${member}: ${error.message}` })
      }
    } catch (error) {
      if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
      problems.push({ code: 'MEMBER_MALFORMED', member, message: `${member}: ${error.message}` })
    }
  }
  return { notes, listed, problems }
}
