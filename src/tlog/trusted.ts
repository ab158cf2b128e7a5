/** A checkpoint that a policy takes: signed by a log that it names, and by enough witnesses. */
import { QuittanceError } from '../errors.js'
import { readCheckpoint, type SignedCheckpoint } from './checkpoint.js'
import { type Cosignature, verifyCosignature } from './cosignature.js'
import { type Note, type NoteSignature, verifyNote } from './note.js'
import { type Policy, type PolicyLog, quorumReached, quorumTime } from './policy.js'
import { keyIdHex, type NoteKey, noteKey } from './vkey.js'

/**
 * Checks a cosignature of a type that needs a library: ML-DSA-44.
 *
 * @param note - the checkpoint's
 * @param line - one of its signatures, with the name and id of the key
 * @param key - the witness's or log's
 * @returns the cosignature; `undefined` when it is wrong
 */
export type CosignatureVerifier = (note: Note, line: NoteSignature, key: NoteKey) => Cosignature | undefined

/** How checkpoints are opened. */
export interface TrustOptions {
  /** Checks lines of ML-DSA-44 keys. Without it they count for nothing and are counted as `unverified`. */
  readonly mlDsa44?: CosignatureVerifier | undefined
}

/** A checkpoint that a policy takes. */
export interface TrustedCheckpoint {
  readonly checkpoint: SignedCheckpoint
  /** `log`: of a log that the policy names. `chain`: of one of its chains, `<log origin>/<16 hex digits>`. */
  readonly kind: 'log' | 'chain'
  /** The origin of the log that signed it, as the policy has it. */
  readonly log: string
  /** Those of the policy's witnesses, verified. */
  readonly cosignatures: readonly Cosignature[]
  /** The earliest time at which the quorum was complete, in seconds since 1970. */
  readonly witnessedAt?: number | undefined
  /** How many lines of the policy's witnesses nobody could check: those of ML-DSA-44 keys, without a library for them. */
  readonly unverified: number
}

function untrusted(message: string, reason: 'no-known-key' | 'signature' | 'quorum'): QuittanceError {
  return new QuittanceError('TLOG_UNTRUSTED', message, { details: { reason } })
}

const chainPart = /^[0-9a-f]{16}$/

/** The logs that may sign under an origin; a chain's are those of the log above it. */
function logsOf(
  origin: string,
  { logs }: Policy,
): { readonly kind: 'log' | 'chain'; readonly logs: readonly PolicyLog[] } {
  const own = logs.filter(({ key }) => key.name === origin)
  if (own.length > 0) return { kind: 'log', logs: own }
  const slash = origin.lastIndexOf('/')
  const above = chainPart.test(origin.slice(slash + 1)) ? origin.slice(0, Math.max(slash, 0)) : undefined
  return { kind: 'chain', logs: logs.filter(({ key }) => key.name === above) }
}

const isOf = (line: NoteSignature, key: NoteKey): boolean => line.name === key.name && line.keyId === key.id

function wrong(line: NoteSignature): QuittanceError {
  return untrusted(`the signature of ${line.name} (${keyIdHex(line.keyId)}) is wrong`, 'signature')
}

function signedBy(log: PolicyLog, { origin, note }: SignedCheckpoint, { mlDsa44 }: TrustOptions): boolean {
  const key = noteKey(origin, log.key.type, log.key.publicKey)
  const lines = note.signatures.filter((line) => isOf(line, key))
  if (lines.length === 0) return false
  if (key.type === 'ed25519') return verifyNote(note, [key]).length > 0
  if (mlDsa44 === undefined) return false
  for (const line of lines) if (mlDsa44(note, line, key) === undefined) throw wrong(line)
  return true
}

/**
 * Opens a checkpoint under a policy.
 *
 * A log is named in a policy by its origin. The chains of a log have checkpoints too, of the origin
 * `<log origin>/<first 16 hex digits of the chain's root>`; the log signs them with the same key under that longer name. So the
 * key of a log that the policy names is taken for them as well. The quorum is asked of the log's own checkpoints: they
 * are what witnesses see. A chain's stands by the log's signature; where witnesses have cosigned it, that is told.
 *
 * @param note - its bytes or text
 * @param policy - logs, witnesses and quorum
 * @param options - how lines of ML-DSA-44 keys are checked
 * @returns the checkpoint, and who saw it
 * @throws QuittanceError `TLOG_MALFORMED`; `TLOG_UNTRUSTED` with the reason `no-known-key`, where no log of the policy has signed it;
 *   `signature`, where a line that claims to be of one of the policy's keys is wrong; `quorum`, where too few witnesses have cosigned
 * @example
 * ```ts
 * import { openTrusted, parsePolicy } from 'quittance/transparency'
 * import { readFileSync } from 'node:fs'
 * const policy = parsePolicy(readFileSync('policy.txt'))
 * const { checkpoint, witnessedAt } = openTrusted(readFileSync('checkpoint.txt'), policy)
 * console.log(checkpoint.origin, checkpoint.size, witnessedAt)
 * ```
 */
export function openTrusted(note: string | Uint8Array, policy: Policy, options: TrustOptions = {}): TrustedCheckpoint {
  const trusted = openSigned(note, policy, options)
  if (trusted.kind === 'log' && !quorumReached(policy, trusted.cosignatures))
    throw untrusted('too few of the witnesses that the policy asks for have cosigned the checkpoint', 'quorum')
  return trusted
}

/**
 * @param note - its bytes or text
 * @param policy - logs, witnesses and quorum
 * @param options - how lines of ML-DSA-44 keys are checked
 * @returns what a log of the policy has signed, and who saw it, be they enough or not
 * @throws QuittanceError as `openTrusted`, but for the quorum
 */
export function openSigned(note: string | Uint8Array, policy: Policy, options: TrustOptions): TrustedCheckpoint {
  return openRead(readCheckpoint(note), policy, options)
}

/**
 * @param checkpoint - as it was read
 * @param policy - logs, witnesses and quorum
 * @param options - how lines of ML-DSA-44 keys are checked
 * @returns as `openSigned`
 * @throws QuittanceError as `openSigned`
 */
export function openRead(checkpoint: SignedCheckpoint, policy: Policy, options: TrustOptions): TrustedCheckpoint {
  const { kind, logs } = logsOf(checkpoint.origin, policy)
  const log = logs.filter((one) => signedBy(one, checkpoint, options))[0]
  if (log === undefined) throw untrusted('no log of the policy has signed the checkpoint', 'no-known-key')
  const cosignatures: Cosignature[] = []
  let unverified = 0
  for (const { key } of policy.witnesses) {
    const verify = key.type === 'ed25519-cosignature' ? verifyCosignature : options.mlDsa44
    for (const line of checkpoint.note.signatures.filter((one) => isOf(one, key))) {
      const cosignature = verify?.(checkpoint.note, line, key)
      if (verify === undefined) unverified += 1
      else if (cosignature === undefined) throw wrong(line)
      else cosignatures.push(cosignature)
    }
  }
  const witnessedAt = quorumTime(policy, cosignatures)
  return {
    checkpoint,
    kind,
    log: log.key.name,
    cosignatures,
    ...(witnessedAt !== undefined && { witnessedAt }),
    unverified,
  }
}
