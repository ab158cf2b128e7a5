/** Checkpoints that a policy takes, for chains to be held against. */
import { QuittanceError } from '../errors.js'
import { toHex } from '../primitives/bytes.js'
import { isTime } from '../primitives/time.js'
import { formatNote } from '../tlog/note.js'
import { type Policy, quorumReached } from '../tlog/policy.js'
import { openSigned, type TrustedCheckpoint, type TrustOptions } from '../tlog/trusted.js'

/** A signed checkpoint, and a time that was proved for it elsewhere. */
export interface DatedNote {
  readonly note: string | Uint8Array
  /**
   * A time at which the note's text was there, as `YYYY-MM-DDTHH:MM:SS.sssZ`; from a time stamp that the caller has verified.
   */
  readonly stampedAt?: string | undefined
}

/** A checkpoint that a policy takes. */
export interface KnownCheckpoint {
  readonly origin: string
  /** `log`: of the chain that holds the checkpoints of all others. `chain`: of one of those. */
  readonly kind: 'log' | 'chain'
  /** The origin of the log that signed it. */
  readonly log: string
  /** How many receipts the chain had. */
  readonly size: number
  /** RFC 6962 root over the leaves of the first `size` receipts: `sha256:` and hex. */
  readonly rootHash: string
  /**
   * When the quorum of witnesses had seen it, or a time stamp says that it was there: the end of that second, so that what it
   * covers is no younger.
   */
  readonly witnessedAt?: string | undefined
  /** Whether as many witnesses as the policy asks for have seen it; always where it asks for none. */
  readonly witnessed: boolean
  /** The signed note. */
  readonly note: string
}

/** A checkpoint that a policy does not take. */
export interface PassedOver {
  /** Which of those that were given, from 0. */
  readonly index: number
  /** `no-known-key`: no log of the policy signed it. `quorum`: too few witnesses have cosigned it. */
  readonly reason: 'no-known-key' | 'quorum'
}

/** Checkpoints to hold chains against; made by `openCheckpoints` alone. */
export interface CheckpointSet {
  /** Those that the policy takes, of whatever chains; one of each origin, size and root. */
  readonly known: readonly KnownCheckpoint[]
  readonly passedOver: readonly PassedOver[]
  /** Two of one origin and size with different roots: their log shows different histories to different people. */
  readonly conflicts: readonly (readonly [KnownCheckpoint, KnownCheckpoint])[]
  /** How many lines of the policy's witnesses nobody could check: those of ML-DSA-44 keys, without a library for them. */
  readonly unverified: number
}

/** The chain that holds the checkpoints of all others. */
export const LOG = 'log'

/** The part of `sha256:…` that stands in a chain's origin. */
const ROOT_FROM = 'sha256:'.length
const ROOT_TO = ROOT_FROM + 16

/** Of each set that was made here, its checkpoints by the part of the root that stands in their origin. */
const marksOf = new WeakMap<object, ReadonlyMap<string, readonly KnownCheckpoint[]>>()
/** How many logs it has heads of: each chain asks that is held against it. */
const logCounts = new WeakMap<object, number>()

/** @returns how many logs a set has heads of that count */
export const logsIn = (set: CheckpointSet): number => logCounts.get(set) ?? 0

/**
 * @param value - perhaps a set of checkpoints
 * @returns whether `openCheckpoints` made it, so that its signatures were checked
 */
export function isCheckpointSet(value: unknown): value is CheckpointSet {
  return typeof value === 'object' && value !== null && marksOf.has(value)
}

const LAST_SECOND = Date.parse('9999-12-31T23:59:59.000Z') / 1000

/**
 * The last instant of a second: what was seen in it is no younger.
 *
 * @param second - since 1970, as a cosignature has it
 * @returns `YYYY-MM-DDTHH:MM:SS.999Z`; `undefined` without a second, and beyond year 9999: later years have another spelling, and
 *   date nothing
 */
export function endOf(second: number | undefined): string | undefined {
  return second === undefined || second > LAST_SECOND ? undefined : new Date(second * 1000 + 999).toISOString()
}

/** Earlier of two times, where there is one. */
const earlier = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a

function knownOf(trusted: TrustedCheckpoint, stampedAt: string | undefined, policy: Policy): KnownCheckpoint {
  const { checkpoint, kind, log, cosignatures } = trusted
  const { origin, size } = checkpoint
  const witnessedAt = earlier(endOf(trusted.witnessedAt), stampedAt)
  return Object.freeze({
    origin,
    kind,
    log,
    size,
    rootHash: `sha256:${toHex(checkpoint.rootHash)}`,
    ...(witnessedAt !== undefined && { witnessedAt }),
    witnessed: quorumReached(policy, cosignatures),
    note: formatNote(checkpoint.note),
  })
}

/** Tells which note of many is to blame. */
function opened(note: string | Uint8Array, index: number, policy: Policy, terms: TrustOptions): TrustedCheckpoint {
  try {
    return openSigned(note, policy, terms)
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    const { code, message, details } = error
    throw new QuittanceError(code, `checkpoint ${index + 1}: ${message}`, { details, cause: error })
  }
}

const isStranger = (error: unknown): boolean =>
  QuittanceError.is(error, 'TLOG_UNTRUSTED') && error.details.reason === 'no-known-key'

/**
 * Opens checkpoints under a policy, for `verifyChain` and `verifyLog` to hold chains against.
 *
 * Those that the policy does not take are passed over and listed; one whose signature is wrong, or that can't be read, is
 * refused, because then something is wrong with where they came from. A head of the log that too few witnesses have seen vouches
 * for nothing, but its log has signed it: the log's chain is held against it all the same.
 *
 * @param notes - signed checkpoints of any chains and of the log; from anywhere but the data alone
 * @param policy - whom to believe, from `parsePolicy`
 * @param terms - how lines of ML-DSA-44 keys are checked
 * @returns the set
 * @throws QuittanceError `TLOG_MALFORMED` for a note that is no checkpoint; `TLOG_UNTRUSTED` with the reason `signature`
 * @throws TypeError when `stampedAt` is no time
 * @example
 * ```ts
 * import { type DecisionReceipt, type Keyring, openCheckpoints, parsePolicy, verifyChain } from 'quittance/verify'
 * async function judge(receipts: Iterable<DecisionReceipt>, keyring: Keyring, notes: string[], policy: string) {
 *   const checkpoints = openCheckpoints(notes, parsePolicy(policy))
 *   const { verdict, scope } = await verifyChain(receipts, { keyring, checkpoints })
 *   console.log(verdict, scope.tail)
 * }
 * ```
 */
export function openCheckpoints(
  notes: Iterable<string | Uint8Array | DatedNote>,
  policy: Policy,
  terms: TrustOptions = {},
): CheckpointSet {
  if (typeof notes === 'string' || notes instanceof Uint8Array)
    throw new TypeError('notes must be a list of signed checkpoints, not one')
  const known: KnownCheckpoint[] = []
  const unseen: KnownCheckpoint[] = []
  const passedOver: PassedOver[] = []
  let unverified = 0
  let index = 0
  for (const given of notes) {
    const dated = typeof given === 'string' || given instanceof Uint8Array ? { note: given } : given
    const { note, stampedAt } = dated as DatedNote
    if (stampedAt !== undefined && !isTime(stampedAt))
      throw new TypeError(`notes[${index}].stampedAt must be YYYY-MM-DDTHH:MM:SS.sssZ`)
    try {
      const trusted = opened(note, index, policy, terms)
      const one = knownOf(trusted, stampedAt, policy)
      if (one.kind === 'chain' || one.witnessed) {
        unverified += trusted.unverified
        known.push(one)
      } else {
        passedOver.push({ index, reason: 'quorum' })
        unseen.push(one)
      }
    } catch (error) {
      if (!isStranger(error)) throw error
      passedOver.push({ index, reason: 'no-known-key' })
    }
    index += 1
  }
  return setOf(known, passedOver, unverified, unseen)
}

/** Of two that say the same, the one that dates best; seen, where either was. */
function better(a: KnownCheckpoint, b: KnownCheckpoint): KnownCheckpoint {
  const best = earlier(b.witnessedAt, a.witnessedAt) === a.witnessedAt ? a : b
  return best.witnessed || !(a.witnessed || b.witnessed) ? best : Object.freeze({ ...best, witnessed: true })
}

/**
 * @param all - checkpoints whose signatures were checked, or that a log has which was verified
 * @param passedOver - what was not taken
 * @param unverified - how many lines nobody could check
 * @param unseen - heads of a log that it has signed, and too few witnesses have seen
 * @returns the set
 */
export function setOf(
  all: Iterable<KnownCheckpoint>,
  passedOver: readonly PassedOver[],
  unverified: number,
  unseen: Iterable<KnownCheckpoint> = [],
): CheckpointSet {
  const known = new Map<string, KnownCheckpoint>()
  const first = new Map<string, KnownCheckpoint>()
  const conflicts: [KnownCheckpoint, KnownCheckpoint][] = []
  const take = (one: KnownCheckpoint): void => {
    const place = `${one.origin}\n${one.size}`
    const name = `${place}\n${one.rootHash}`
    const same = known.get(name)
    const before = first.get(place)
    if (before === undefined) first.set(place, one)
    else if (same === undefined) conflicts.push([before, one])
    known.set(name, same === undefined ? one : better(same, one))
  }
  for (const one of all) take(one)
  const taken = Object.freeze([...known.values()])
  for (const one of unseen) take(one)
  const set = Object.freeze({ known: taken, passedOver, conflicts, unverified })
  const marks = new Map<string, KnownCheckpoint[]>()
  for (const one of known.values()) {
    const chain = one.kind === 'log' ? LOG : one.origin.slice(one.log.length + 1)
    const before = marks.get(chain)
    if (before === undefined) marks.set(chain, [one])
    else before.push(one)
  }
  marksOf.set(set, marks)
  logCounts.set(set, new Set(taken.flatMap(({ kind, origin }) => (kind === LOG ? [origin] : []))).size)
  return set
}

/** What a set says of one chain. */
export interface ChainCheckpoints {
  readonly marks: readonly KnownCheckpoint[]
  readonly conflicts: CheckpointSet['conflicts']
}

/**
 * @param set - checkpoints of any chains
 * @param chain - the chain's root; `LOG` for that of the log
 * @returns those that are of it; and where a log has shown two histories of the chain or of itself, both heads
 */
export function checkpointsOf(set: CheckpointSet, chain: string): ChainCheckpoints {
  const marks = marksOf.get(set)?.get(chain === LOG ? LOG : chain.slice(ROOT_FROM, ROOT_TO)) ?? []
  if (set.conflicts.length === 0) return { marks, conflicts: [] }
  const origins = new Set(marks.flatMap(({ origin, log }) => [origin, log]))
  return { marks, conflicts: set.conflicts.filter(([{ origin }]) => origins.has(origin)) }
}
