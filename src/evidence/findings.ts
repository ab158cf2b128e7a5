/** What is found in a package, and the verdict that follows. */
import type { Verdict, VerifyResult } from '../verify/types.js'
import { type EvidenceProblemCode, evidenceInvalidCodes } from './codes.js'

/** One thing that is wrong with a package. */
export interface EvidenceProblem {
  readonly code: EvidenceProblemCode
  /** The member concerned. */
  readonly member?: string | undefined
  readonly chainId?: string | undefined
  /** For people; holds no payload. */
  readonly message: string
}

/** What is proved, or is not, as a stable word and a sentence. */
export interface EvidenceStatement {
  readonly code: EvidenceStatementCode
  readonly chainId?: string | undefined
  readonly message: string
}

/** What a package may prove or leave open. */
export type EvidenceStatementCode =
  | 'MEMBERS'
  | 'PACKER'
  | 'RECEIPTS'
  | 'TAIL'
  | 'CHECKPOINT'
  | 'WITNESSES'
  | 'TIMESTAMP'
  | 'REPORT'
  | 'REPORT_PAGES'
  | 'ALL_CHAINS'
  | 'COMPLETE_RECORDING'
  | 'TRUTH'

/** One chain of a package. */
export interface EvidenceChainResult {
  readonly chainId: string
  readonly member: string
  readonly result: VerifyResult
  /** Its checkpoints that are trusted and that it leads to, by size. */
  readonly checkpoints: readonly HeldCheckpoint[]
}

/** A checkpoint that a chain leads to. */
export interface HeldCheckpoint {
  readonly size: number
  /** `note`: the log signed it for this chain. `log`: it is in the log's chain, below a checkpoint of the log. */
  readonly by: 'note' | 'log'
  /** When enough witnesses had seen it. */
  readonly witnessedAt?: string | undefined
  /** True where the policy's quorum has cosigned it, or the log's checkpoint above it. */
  readonly witnessed: boolean
  /** When a time-stamp authority had it. */
  readonly stampedAt?: string | undefined
  /** True where the verifier has it from elsewhere, or the log's checkpoint above it. */
  readonly given?: true | undefined
}

/** A note in a package, or one that the verifier gave. */
export interface EvidenceCheckpoint {
  /** The member; absent for one that the verifier gave. */
  readonly member?: string | undefined
  /** Which of those that the verifier gave, from 0. */
  readonly given?: number | undefined
  readonly origin: string
  readonly size: number
  /** `log` and `chain`: of a log that is trusted. `unknown`: of nobody whom the policy or keyring names. */
  readonly kind: 'log' | 'chain' | 'unknown'
}

/** What was found out about a package. There is no boolean: a verdict is one of three. */
export interface EvidenceResult {
  readonly verdict: Verdict
  readonly problems: readonly EvidenceProblem[]
  /** The digest of `manifest.json`, where it could be read. */
  readonly digest?: string | undefined
  /** When it was packed and which key signed for it, by its own claim. */
  readonly madeAt?: string | undefined
  readonly keyId?: string | undefined
  readonly chains: readonly EvidenceChainResult[]
  readonly checkpoints: readonly EvidenceCheckpoint[]
  /** How many cosignatures by the policy's witnesses nobody could check, so that they count for nothing; absent where none. */
  readonly unverified?: number | undefined
  /** What its maker says was left out. */
  readonly omitted: readonly { readonly what: string; readonly why: string }[]
  readonly proved: readonly EvidenceStatement[]
  readonly notProved: readonly EvidenceStatement[]
}

const invalid: ReadonlySet<string> = new Set(evidenceInvalidCodes)

/**
 * @param problems - all that was found
 * @returns INVALID before INCOMPLETE before VALID
 */
export function evidenceVerdict(problems: readonly EvidenceProblem[]): Verdict {
  if (problems.length === 0) return 'VALID'
  return problems.some(({ code }) => invalid.has(code)) ? 'INVALID' : 'INCOMPLETE'
}
