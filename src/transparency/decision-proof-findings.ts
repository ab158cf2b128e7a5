/** What judging a proof of one decision can find, and how the verdict and the statements follow from it. */
import type { DecisionReceipt } from '../receipt/types.js'
import type { SignedCheckpoint } from '../tlog/checkpoint.js'
import { incompleteCodes, type Verdict } from '../verify/types.js'

/** What a proof can have proved, in the order in which it is told. */
export const provedCodes = [
  'RECEIPT_INTACT',
  'SIGNER_TRUSTED',
  'IN_CHAIN',
  'CHAIN_ROOT',
  'IN_LOG',
  'WITNESSED',
  'TIME_STAMPED',
] as const

/** What a proof can leave open, in the order in which it is told. */
export const notProvedCodes = [
  'SIGNER_TRUSTED',
  'DELEGATED_IN_CHAIN',
  'IN_CHAIN',
  'CHAIN_ROOT',
  'WITNESSED',
  'TIME_STAMPED',
  'CONTENT_NOT_SHOWN',
  'DETAILS_NOT_SHOWN',
  'STANDS_UNCHANGED',
  'NOTHING_ELSE',
  'TRUE',
] as const

/** What is proved. */
export type ProvedCode = (typeof provedCodes)[number]
/** What is not. */
export type NotProvedCode = (typeof notProvedCodes)[number]

/** Codes of problems beside those of a single receipt (`SIGNATURE_INVALID`, `KEY_UNKNOWN` …). */
export type ProofProblemCode =
  | 'PROOF_MALFORMED'
  | 'SEQ_MISMATCH'
  | 'INCLUSION_WRONG'
  | 'CHECKPOINT_SIGNATURE_WRONG'
  | 'ORIGIN_MISMATCH'
  | 'LOG_ENTRY_WRONG'
  | 'LOG_INCLUSION_WRONG'
  | 'TIMESTAMP_WRONG'
  | 'KEYRING_MISSING'
  | 'POLICY_MISSING'
  | 'LOG_UNKNOWN'
  | 'LOG_MISSING'
  | 'WITNESSES_MISSING'
  | 'TIMESTAMP_MISSING'

/** One thing that is wrong or missing. */
export interface ProofProblem {
  readonly code: ProofProblemCode | (string & {})
  /** For people; holds no payload. */
  readonly message: string
}

/** What was found. */
export interface DecisionProofResult {
  readonly verdict: Verdict
  /** Where it could be read. Of anything but VALID nobody knows whether it is true. */
  readonly receipt?: DecisionReceipt | undefined
  /** What the checkpoint says of the chain: which tree, and how large it was. */
  readonly chain?: { readonly origin: string; readonly size: number } | undefined
  /** What the log says; where the proof has that level. */
  readonly log?: { readonly origin: string; readonly size: number } | undefined
  /** When as many witnesses as the policy asks for had seen it, by their own clocks: the end of that second. */
  readonly witnessedBy?: string | undefined
  /** The latest time that the best time stamp leaves open: by then it was there. */
  readonly stampedBy?: string | undefined
  /** The earlier of the two: by then somebody else had seen it. Of neither party alone is it the time. */
  readonly seenBy?: string | undefined
  /** Witnesses of the policy that cosigned, by their keys' names. */
  readonly witnesses: readonly string[]
  readonly problems: readonly ProofProblem[]
  /** In a verdict other than VALID: as far as it goes. */
  readonly proved: readonly ProvedCode[]
  readonly notProved: readonly NotProvedCode[]
}

const missing: ReadonlySet<string> = new Set([
  ...incompleteCodes,
  'KEYRING_MISSING',
  'POLICY_MISSING',
  'LOG_UNKNOWN',
  'LOG_MISSING',
  'WITNESSES_MISSING',
  'TIMESTAMP_MISSING',
])

/** Takes notes while the file is judged. */
export interface Notes {
  readonly problems: ProofProblem[]
  readonly proved: Set<ProvedCode>
  readonly open: Set<NotProvedCode>
  readonly witnessTimes: string[]
  readonly stampTimes: string[]
  readonly witnesses: Set<string>
}

/** @returns the first of some times */
export const earliest = (times: readonly string[]): string | undefined => times.toSorted()[0]

/** Takes note of a problem. */
export const problem = ({ problems }: Notes, code: ProofProblemCode, message: string): void => {
  problems.push({ code, message })
}

function verdictOf(problems: readonly ProofProblem[]): Verdict {
  if (problems.length === 0) return 'VALID'
  return problems.every(({ code }) => missing.has(code)) ? 'INCOMPLETE' : 'INVALID'
}

/**
 * @param notes - what was found
 * @param receipt - where it could be read
 * @param chain - the checkpoint of its chain
 * @param log - that of the log
 * @returns what follows
 */
export function resultOf(
  notes: Notes,
  receipt: DecisionReceipt | undefined,
  chain: SignedCheckpoint | undefined,
  log: SignedCheckpoint | undefined,
): DecisionProofResult {
  const { problems, proved, open, witnessTimes, stampTimes, witnesses } = notes
  const verdict = verdictOf(problems)
  // of what contradicts itself nothing is proved
  const holds = verdict === 'INVALID' ? new Set<ProvedCode>() : proved
  const all: ReadonlySet<string> = holds
  const inherent: ReadonlySet<NotProvedCode> = new Set([
    'CONTENT_NOT_SHOWN',
    'STANDS_UNCHANGED',
    'NOTHING_ELSE',
    'TRUE',
  ])
  const always: ReadonlySet<NotProvedCode> = new Set([
    'SIGNER_TRUSTED',
    'IN_CHAIN',
    'CHAIN_ROOT',
    'WITNESSED',
    'TIME_STAMPED',
    ...inherent,
  ])
  const timeOf = (times: readonly string[]) => (holds.size === 0 ? undefined : earliest(times))
  const [witnessedBy, stampedBy] = [timeOf(witnessTimes), timeOf(stampTimes)]
  const seenBy = timeOf([...witnessTimes, ...stampTimes])
  return {
    verdict,
    ...(receipt === undefined ? {} : { receipt }),
    ...(chain === undefined ? {} : { chain: { origin: chain.origin, size: chain.size } }),
    ...(log === undefined ? {} : { log: { origin: log.origin, size: log.size } }),
    ...(witnessedBy === undefined ? {} : { witnessedBy }),
    ...(stampedBy === undefined ? {} : { stampedBy }),
    ...(seenBy === undefined ? {} : { seenBy }),
    witnesses: holds.size === 0 ? [] : [...witnesses].sort(),
    problems,
    proved: provedCodes.filter((code) => holds.has(code)),
    notProved: notProvedCodes.filter((code) => !all.has(code) && (always.has(code) || open.has(code))),
  }
}
