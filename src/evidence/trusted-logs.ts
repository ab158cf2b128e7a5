/** Whose checkpoints count: the policy's logs, or else the keyring's keys that are for checkpoints. */
import { QuittanceError } from '../errors.js'
import { parseDidKey } from '../keys/did-key.js'
import { allows, type Keyring } from '../keys/keyring.js'
import { toHex } from '../primitives/bytes.js'
import { readCheckpoint } from '../tlog/checkpoint.js'
import { type Policy, quorumReached, quorumTime } from '../tlog/policy.js'
import { openTrusted, type TrustedCheckpoint } from '../tlog/trusted.js'
import { noteKey } from '../tlog/vkey.js'
import { endOf } from '../verify/checkpoints.js'
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
  /** Whether enough witnesses have cosigned; always where nobody asks for any, and there it means nothing. */
  readonly witnessed: boolean
  readonly witnessedAt?: string | undefined
}

/** What one note of a package comes to. */
export interface JudgedNote {
  /** Where its log is trusted. */
  readonly note?: OpenedNote | undefined
  /** What is signed, and stamped; where its log is trusted. */
  readonly text?: string | undefined
  readonly listed?: EvidenceCheckpoint | undefined
  readonly problem?: EvidenceProblem | undefined
}

/** An origin of nobody whom the verifier trusts is shown so far. */
const SHOWN_UNITS = 255

/** A text of its own: a part of a long text would keep the whole of it. */
const copied = (text: string): string => Buffer.from(text).toString()

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
  const { size, rootHash } = checkpoint
  const witnessed = quorumReached(asked, cosignatures)
  const witnessedAt = endOf(quorumTime(asked, cosignatures))
  return {
    member,
    origin: copied(checkpoint.origin),
    log,
    kind,
    size,
    rootHash: `sha256:${toHex(rootHash)}`,
    witnessed,
    ...(witnessedAt !== undefined && { witnessedAt }),
  }
}

/**
 * @param member - the name of a note of a package
 * @param bytes - the note
 * @param policy - whose checkpoints count; without it the keyring's keys of the use `checkpoint`
 * @param keyring - the verifier's
 * @returns the note where its log is trusted, and what is wrong with it
 */
export function judgeNote(member: string, bytes: Uint8Array, policy: Policy | undefined, keyring: Keyring): JudgedNote {
  try {
    const { origin, size } = readCheckpoint(bytes)
    const asked = policy ?? keyringPolicy(keyring, origin)
    try {
      // too few witnesses are told of what was to be witnessed, not of every note
      const opened = openTrusted(bytes, { ...asked, quorum: 'none' })
      const note = openedNote(member, opened, asked)
      const listed = { member, origin: note.origin, size, kind: opened.kind }
      return { note, listed, text: opened.checkpoint.note.text }
    } catch (error) {
      if (!QuittanceError.is(error, 'TLOG_UNTRUSTED')) throw error
      const listed = { member, origin: copied(origin.slice(0, SHOWN_UNITS)), size, kind: 'unknown' } as const
      if (error.details.reason === 'no-known-key') return { listed }
      return { listed, problem: { code: 'CHECKPOINT_INVALID', member, message: `${member}: ${copied(error.message)}` } }
    }
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    return { problem: { code: 'MEMBER_MALFORMED', member, message: `${member}: ${copied(error.message)}` } }
  }
}
