/** Verifies a file that proves one decision: in a browser too, with nothing but what the verifier brings. */
import { QuittanceError } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import { leafHash } from '../merkle/hash.js'
import { receiptLeaf } from '../merkle/receipt-leaf.js'
import { verifyInclusion } from '../merkle/verify-inclusion.js'
import { fromHex, utf8 } from '../primitives/bytes.js'
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { readCheckpoint, type SignedCheckpoint } from '../tlog/checkpoint.js'
import { type Policy, quorumReached, quorumTime } from '../tlog/policy.js'
import { checkProof } from '../tlog/proof.js'
import { openTrusted, type TrustedCheckpoint, type TrustOptions } from '../tlog/trusted.js'
import { endOf } from '../verify/checkpoints.js'
import { examineReceipt } from '../verify/examine.js'
import { checkKeyring } from '../verify/options.js'
import { verifyReceipt } from '../verify/receipt.js'
import { ChainTrust } from '../verify/trust.js'
import type { Verdict } from '../verify/types.js'
import { type DecisionProofResult, earliest, type Notes, problem, resultOf } from './decision-proof-findings.js'
import { type DecisionProof, type LogLevel, parseDecisionProof } from './decision-proof-format.js'

/** The verdict on one token, as `verifyTimestamp` gives it. */
export interface TimestampVerdict {
  readonly verdict: Verdict
  readonly proved?: { readonly latest: string } | undefined
}

/** What the verifier brings. Nothing of it comes from the file. */
export interface VerifyDecisionProofOptions extends TrustOptions {
  /** The keys that are trusted; without one nothing is VALID. */
  readonly keyring?: Keyring | undefined
  /** Logs, witnesses and quorum; without one nothing is VALID. */
  readonly policy?: Policy | undefined
  /** Verifies a token against authorities that the verifier trusts; without it tokens count for nothing. */
  readonly timestamps?: ((token: Uint8Array, message: Uint8Array) => Promise<TimestampVerdict>) | undefined
  /** Makes a proof without a time stamp that holds INCOMPLETE. */
  readonly requireTimestamp?: boolean | undefined
  /** The judge's clock, default now; a receipt more than 5 minutes ahead of it is INVALID. */
  readonly now?: Date | string | undefined
}

const chainPart = /^(.+)\/([0-9a-f]{16})$/

const leafOf = ({ receiptHash, signature }: DecisionReceipt): Uint8Array =>
  leafHash(receiptLeaf(receiptHash, signature))

/** What an error of the lower layers says, where it is one that is expected. */
function reasonOf(error: unknown): string {
  if (QuittanceError.is(error, 'TLOG_UNTRUSTED')) return error.details.reason ?? ''
  throw error
}

/** Opens a note under the policy; says what is missing, and what is wrong. */
function trusted(
  note: string,
  what: string,
  { policy, mlDsa44 }: VerifyDecisionProofOptions,
  notes: Notes,
): TrustedCheckpoint | undefined {
  if (policy === undefined) return undefined
  try {
    return openTrusted(note, policy, { mlDsa44 })
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === 'signature')
      problem(notes, 'CHECKPOINT_SIGNATURE_WRONG', `${what} has a signature that its signer did not make`)
    else if (reason === 'quorum')
      problem(notes, 'WITNESSES_MISSING', `${what} has fewer witnesses than the policy asks for`)
    else problem(notes, 'LOG_UNKNOWN', `${what} is not signed by a log that the policy names`)
    return undefined
  }
}

function noteWitnesses(opened: TrustedCheckpoint, { policy }: VerifyDecisionProofOptions, notes: Notes): boolean {
  if (policy === undefined || policy.quorum === 'none' || !quorumReached(policy, opened.cosignatures)) return false
  for (const { key } of opened.cosignatures) notes.witnesses.add(key.name)
  const time = endOf(quorumTime(policy, opened.cosignatures))
  if (time !== undefined) notes.witnessTimes.push(time)
  notes.proved.add('WITNESSED')
  return true
}

async function noteTimestamps(
  tokens: readonly Uint8Array[],
  { note }: SignedCheckpoint,
  { timestamps }: VerifyDecisionProofOptions,
  notes: Notes,
): Promise<void> {
  if (timestamps === undefined) return
  for (const token of tokens) {
    const { verdict, proved } = await timestamps(token, utf8(note.text))
    if (verdict === 'INVALID') problem(notes, 'TIMESTAMP_WRONG', 'a time stamp is wrong, or of something else')
    if (verdict !== 'VALID' || proved === undefined) continue
    notes.stampTimes.push(proved.latest)
    notes.proved.add('TIME_STAMPED')
  }
}

/** The receipt by itself: shape, hash, signature. */
function receiptOf(line: string, what: string, notes: Notes): DecisionReceipt | undefined {
  const { receipt, problems, wellFormed } = examineReceipt(line)
  for (const { code, message } of problems) notes.problems.push({ code, message: `${what} ${message}` })
  return wellFormed && receipt !== undefined ? receipt : undefined
}

/** What the log's level has shown. */
interface LogShown {
  readonly checkpoint: SignedCheckpoint
  readonly opened: TrustedCheckpoint | undefined
}

/** The log's level: its receipt is in its tree, names this chain, and holds a root to which the decision leads. */
function checkLog(
  level: LogLevel,
  chain: SignedCheckpoint,
  decision: DecisionReceipt,
  path: readonly Uint8Array[],
  options: VerifyDecisionProofOptions,
  notes: Notes,
): LogShown | undefined {
  const entry = receiptOf(level.line, "the log's receipt", notes)
  const opened = trusted(level.proof.note, "the log's checkpoint", options, notes)
  if (entry === undefined) return undefined
  const checkpoint = readCheckpoint(level.proof.note)
  try {
    if (level.proof.index !== entry.seq)
      problem(notes, 'SEQ_MISMATCH', "the log's receipt has another seq than its place in the tree")
    checkProof(level.proof, leafOf(entry))
  } catch (error) {
    reasonOf(error)
    problem(notes, 'LOG_INCLUSION_WRONG', "the log's receipt does not lead to the root of the log's checkpoint")
  }
  const { system } = entry
  if (system?.event !== 'checkpoint' || system.origin !== chain.origin) {
    problem(notes, 'LOG_ENTRY_WRONG', "the log's receipt is about something else than this chain")
    return undefined
  }
  if (chainPart.exec(chain.origin)?.[1] !== checkpoint.origin)
    problem(notes, 'ORIGIN_MISMATCH', "the chain's checkpoint is not one of a chain of this log")
  const root = fromHex(system.rootHash.slice('sha256:'.length))
  if (!verifyInclusion(leafOf(decision), decision.seq, system.size, level.hashes ?? path, root))
    problem(notes, 'LOG_ENTRY_WRONG', 'the decision does not lead to the root that the log has of its chain')
  return { checkpoint, opened }
}

/** The keys: of the keyring, or delegated by one of them. */
function checkSigner(
  { delegation, line }: DecisionProof,
  receipt: DecisionReceipt,
  { keyring }: VerifyDecisionProofOptions,
  size: number,
  notes: Notes,
): void {
  if (keyring === undefined) {
    problem(
      notes,
      'KEYRING_MISSING',
      'no keyring of the verifier’s was given, and a key found in the file is never trusted',
    )
    return
  }
  const trust = new ChainTrust(keyring, receipt.chainId)
  const before = notes.problems.length
  const own = keyring.get(receipt.keyId) !== undefined || receipt.key?.event === 'delegate'
  if (!own && delegation !== undefined)
    // the rules for a certificate that rides on a receipt are those for one that comes along with it
    for (const { code, message } of trust.judge({ ...receipt, key: { event: 'delegate', ...delegation } }, true))
      notes.problems.push({ code, message: `the receipt ${message}` })
  if (notes.problems.length > before) return
  const witnessedAt = earliest([...notes.witnessTimes, ...notes.stampTimes])
  for (const { code, message } of verifyReceipt(line, { keyring, trust }).problems)
    notes.problems.push({ code, message: `the receipt ${message}` })
  for (const { finding } of trust.finish([{ size, ...(witnessedAt === undefined ? {} : { witnessedAt }) }]))
    notes.problems.push({ code: finding.code, message: `the receipt ${finding.message}` })
  if (notes.problems.length > before) return
  notes.proved.add('SIGNER_TRUSTED')
  if (!own) notes.open.add('DELEGATED_IN_CHAIN')
}

/**
 * Verifies a file that proves one decision: the receipt's hash and signature, that it is in its chain's tree, that a log which the
 * verifier knows signed that tree, and, where the policy asks for witnesses, that the log had the chain's checkpoint when they
 * saw it. What one receipt can't prove is told beside what it does.
 *
 * @param file - from `makeProof`, its bytes or text
 * @param options - keyring and policy of the verifier's; without one of them the best answer is INCOMPLETE
 * @returns INVALID where anything is wrong, INCOMPLETE where something is missing, else VALID
 * @throws TypeError, RangeError when an option makes no sense; what `timestamps` throws
 * @example
 * ```ts
 * import { parsePolicy, verifyDecisionProof } from 'quittance/transparency'
 * import { Keyring } from 'quittance/verify'
 * async function check(file: string, keyring: string, policy: string) {
 *   const result = await verifyDecisionProof(file, { keyring: Keyring.parse(keyring), policy: parsePolicy(policy) })
 *   console.log(result.verdict, result.proved, result.notProved)
 * }
 * ```
 */
export async function verifyDecisionProof(
  file: string | Uint8Array,
  options: VerifyDecisionProofOptions,
): Promise<DecisionProofResult> {
  if (options.keyring !== undefined) checkKeyring(options.keyring)
  const latest = new Date(options.now ?? Date.now()).getTime() + MAX_AHEAD_MS
  if (Number.isNaN(latest)) throw new RangeError('now must be a time')
  const notes: Notes = {
    problems: [],
    proved: new Set(),
    open: new Set(),
    witnessTimes: [],
    stampTimes: [],
    witnesses: new Set(),
  }
  let taken: DecisionProof
  try {
    taken = parseDecisionProof(file)
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    problem(notes, 'PROOF_MALFORMED', error.message)
    return resultOf(notes, undefined, undefined, undefined)
  }
  const { proof, line, log: level } = taken
  const checkpoint = readCheckpoint(proof.note)
  const receipt = receiptOf(line, 'the receipt', notes)
  if (receipt === undefined) {
    if (notes.problems.length === 0) problem(notes, 'PROOF_MALFORMED', 'the receipt can’t be read')
    return resultOf(notes, undefined, checkpoint, undefined)
  }
  if (notes.problems.length === 0) notes.proved.add('RECEIPT_INTACT')
  if (Date.parse(receipt.timestamp) > latest)
    notes.problems.push({
      code: 'TIME_IN_FUTURE',
      message: 'the receipt is dated more than 5 minutes ahead of the clock',
    })
  if (proof.index !== receipt.seq)
    problem(notes, 'SEQ_MISMATCH', 'the receipt has another seq than its place in the tree')
  if (!verifyInclusion(leafOf(receipt), proof.index, checkpoint.size, proof.hashes, checkpoint.rootHash))
    problem(notes, 'INCLUSION_WRONG', 'the receipt does not lead to the root of the checkpoint')
  if (options.policy === undefined)
    problem(notes, 'POLICY_MISSING', 'no policy of the verifier’s was given: whose checkpoint it is, nobody has said')
  const part = chainPart.exec(checkpoint.origin)?.[2]
  const opened = trusted(proof.note, 'the checkpoint', options, notes)
  if (opened !== undefined) {
    notes.proved.add('IN_CHAIN')
    if (opened.kind === 'chain' && receipt.seq === 0) {
      if (part === receipt.receiptHash.slice(7, 23)) notes.proved.add('CHAIN_ROOT')
      else problem(notes, 'ORIGIN_MISMATCH', 'the receipt begins another chain than the checkpoint names')
    }
  }
  const shown = level === undefined ? undefined : checkLog(level, checkpoint, receipt, proof.hashes, options, notes)
  if (shown?.opened !== undefined && shown.opened.kind === 'log') notes.proved.add('IN_LOG')
  else if (shown?.opened !== undefined) problem(notes, 'LOG_ENTRY_WRONG', "the second checkpoint is no log's own")
  const witnessed = [opened, shown?.opened].map((one) => one !== undefined && noteWitnesses(one, options, notes))
  await noteTimestamps(taken.timestamps, checkpoint, options, notes)
  if (level !== undefined && shown !== undefined)
    await noteTimestamps(level.timestamps, shown.checkpoint, options, notes)
  // a log's own checkpoint with too few witnesses has been told already
  const asks = options.policy !== undefined && options.policy.quorum !== 'none'
  if (asks && opened?.kind === 'chain' && level === undefined && !witnessed.includes(true))
    problem(notes, 'LOG_MISSING', 'the policy asks for witnesses, and the file does not lead on to what they have seen')
  if (options.requireTimestamp && !notes.proved.has('TIME_STAMPED'))
    problem(notes, 'TIMESTAMP_MISSING', 'no time stamp of an authority that is trusted was there')
  checkSigner(taken, receipt, options, checkpoint.size, notes)
  if (receipt.detailsHash !== undefined && receipt.details === undefined) notes.open.add('DETAILS_NOT_SHOWN')
  return resultOf(notes, receipt, checkpoint, shown?.checkpoint)
}
