/** Whose checkpoints count: the policy's logs, or else the keyring's keys that are for checkpoints. */
import { QuittanceError } from '../errors.js'
import { parseDidKey } from '../keys/did-key.js'
import { allows, type Keyring } from '../keys/keyring.js'
import { toHex } from '../primitives/bytes.js'
import { readCheckpoint, type SignedCheckpoint } from '../tlog/checkpoint.js'
import { type Policy, quorumReached, quorumTime } from '../tlog/policy.js'
import { type CosignatureVerifier, openRead, type TrustedCheckpoint } from '../tlog/trusted.js'
import { noteKey } from '../tlog/vkey.js'
import { endOf } from '../verify/checkpoints.js'
import type { EvidenceCheckpoint, EvidenceProblem } from './findings.js'

/** A note whose log is trusted. */
export interface OpenedNote {
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
  /** When an authority had it. */
  readonly stampedAt?: string | undefined
  /** True where it is the verifier's own, from elsewhere. */
  readonly given?: true | undefined
}

/** Whose notes count. */
export interface NoteTrust {
  /** Without it the keyring's keys of the use `checkpoint` count. */
  readonly policy: Policy | undefined
  readonly keyring: Keyring
  /** Checks lines of ML-DSA-44 keys; without it they count for nothing. */
  readonly mlDsa44?: CosignatureVerifier | undefined
  /**
   * Logs whose notes are taken by their name where nobody knows their key. Only for a judge who looks for contradictions in what is
   * his own, and never for one who is to believe anything.
   */
  readonly namedLogs?: ReadonlySet<string> | undefined
}

/** What one note comes to. */
export interface JudgedNote {
  readonly origin: string
  readonly size: number
  /** Where its log is trusted. */
  readonly note?: OpenedNote | undefined
  /** What is signed, and stamped. */
  readonly text: string
  /** How many lines of the policy's witnesses nobody could check. */
  readonly unverified: number
}

/** An origin of nobody whom the verifier trusts is shown so far, and so are messages, which may quote names. */
const SHOWN_UNITS = 255
/** No receipt of a log's chain can name a longer origin. */
const MOST_ORIGIN_UNITS = 256

/** A text of its own: a part of a long text would keep the whole of it. */
const copied = (text: string): string => Buffer.from(text).toString()

const chainOrigin = /^(.+)\/[0-9a-f]{16}$/

/** Keys of the keyring under whatever name the note has: what they may be called, nobody said. */
function keyringPolicy(keyring: Keyring, { origin, note }: SignedCheckpoint): Policy {
  // where no line has the name, no key need be put under it
  const named = origin.length <= MOST_ORIGIN_UNITS && note.signatures.some(({ name }) => name === origin)
  const name = chainOrigin.exec(origin)?.[1] ?? origin
  const keys = named ? keyring.entries() : []
  const logs = keys
    .filter((entry) => allows(entry, 'checkpoint') && entry.revokedAt === undefined)
    .map(({ keyId }) => ({ key: noteKey(name, 'ed25519', parseDidKey(keyId)) }))
  return { logs, witnesses: [], groups: [], quorum: 'none' }
}

function openedNote({ checkpoint, kind, log, cosignatures }: TrustedCheckpoint, asked: Policy): OpenedNote {
  const { size, rootHash } = checkpoint
  const witnessedAt = endOf(quorumTime(asked, cosignatures))
  return {
    origin: copied(checkpoint.origin),
    log,
    kind,
    size,
    rootHash: `sha256:${toHex(rootHash)}`,
    witnessed: quorumReached(asked, cosignatures),
    ...(witnessedAt !== undefined && { witnessedAt }),
  }
}

/** What a note says, where its log is known by its name alone. */
function namedNote({ origin, size, rootHash }: SignedCheckpoint, logs: ReadonlySet<string>): OpenedNote | undefined {
  const above = chainOrigin.exec(origin)?.[1]
  const log = [origin, above].find((name) => name !== undefined && logs.has(name))
  if (log === undefined) return undefined
  const kind = log === origin ? 'log' : 'chain'
  return { origin, log, kind, size, rootHash: `sha256:${toHex(rootHash)}`, witnessed: false }
}

/**
 * @param bytes - a note
 * @param trust - whose notes count
 * @returns what it says, where its log is trusted; and what it is in any case
 * @throws QuittanceError `TLOG_MALFORMED` for what is no checkpoint; `TLOG_UNTRUSTED` where a signature is wrong
 */
export function openNote(bytes: string | Uint8Array, { policy, keyring, mlDsa44, namedLogs }: NoteTrust): JudgedNote {
  const checkpoint = readCheckpoint(bytes)
  const { origin, size } = checkpoint
  const asked = policy ?? keyringPolicy(keyring, checkpoint)
  const { text } = checkpoint.note
  try {
    // too few witnesses are told of what was to be witnessed, not of every note
    const opened = openRead(checkpoint, { ...asked, quorum: 'none' }, { mlDsa44 })
    const note = openedNote(opened, asked)
    return { origin: note.origin, size, note, text, unverified: opened.unverified }
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_UNTRUSTED') || error.details.reason !== 'no-known-key') throw error
    const note = namedLogs && namedNote(checkpoint, namedLogs)
    return { origin: copied(origin.slice(0, SHOWN_UNITS)), size, note, text, unverified: 0 }
  }
}

/** What one note of a package comes to. */
export interface PackagedNote {
  readonly judged?: JudgedNote | undefined
  readonly listed?: EvidenceCheckpoint | undefined
  readonly problem?: EvidenceProblem | undefined
}

/**
 * @param member - the name of a note of a package
 * @param bytes - the note
 * @param trust - whose notes count
 * @returns the note as it is opened, how it is listed, and what is wrong with it
 */
export function judgeNote(member: string, bytes: Uint8Array, trust: NoteTrust): PackagedNote {
  try {
    const judged = openNote(bytes, trust)
    const { origin, size, note } = judged
    return { judged, listed: { member, origin, size, kind: note?.kind ?? 'unknown' } }
  } catch (error) {
    const wrong = QuittanceError.is(error, 'TLOG_UNTRUSTED')
    if (!wrong && !QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    const code = wrong ? 'CHECKPOINT_INVALID' : 'MEMBER_MALFORMED'
    const problem = { code, member, message: `${member}: ${copied(error.message.slice(0, SHOWN_UNITS))}` } as const
    if (!wrong) return { problem }
    const { origin, size } = readCheckpoint(bytes)
    const listed = { member, origin: copied(origin.slice(0, SHOWN_UNITS)), size, kind: 'unknown' } as const
    return { problem, listed }
  }
}

/**
 * @param notes - checkpoints that the verifier has from elsewhere
 * @param trust - whose notes count
 * @returns each as it is opened, in the order given
 * @throws QuittanceError `TLOG_MALFORMED`, `TLOG_UNTRUSTED` as `openCheckpoints`: something is wrong with where they came from;
 *   the message says which, from 1: `checkpoint 2: …`
 */
export function openGiven(notes: readonly (string | Uint8Array)[], trust: NoteTrust): readonly JudgedNote[] {
  return notes.map((note, index) => {
    try {
      const judged = openNote(note, trust)
      return { ...judged, note: judged.note && { ...judged.note, given: true } }
    } catch (error) {
      if (!QuittanceError.is(error)) throw error
      const { code, message, details } = error
      throw new QuittanceError(code, `checkpoint ${index + 1}: ${message}`, { details, cause: error })
    }
  })
}
