/** What a chain's receipts say, and what they leave out, as data. What was never recorded can't be seen in it. */
import type { EventType } from '../../receipt/types.js'
import type { Scope, Verdict, VerifyResult } from '../../verify/types.js'
import type { ReceiptRef } from '../statistics/receipt-ref.js'
import type { LabelCount, LabelCounts } from '../statistics/tally.js'
import type { Locale, Period } from '../types.js'

/** What can be found; in the order in which findings are listed. Codes are stable. */
export const coverageCodes = [
  'OVERSIGHT_BEFORE_MISSING',
  'OVERSIGHT_AFTER_MISSING',
  'OVERSIGHT_REQUEST_OPEN',
  'INPUT_MISSING',
  'OUTPUT_MISSING',
  'CONTENT_MISSING',
  'CHECKS_MISSING',
  'MODEL_MISSING',
  'SYSTEM_VERSION_MISSING',
  'TOOL_RESULT_MISSING',
  'SESSION_NOT_CLOSED',
  'SPAN_NOT_ENDED',
  'PARENT_NOT_SEALED',
  'LINK_TARGET_MISSING',
  'CAPTURE_MISSING',
  'REDACTOR_MISSING',
  'GAP_UNEXPLAINED',
  'SILENCE_TOO_LONG',
  'GAP_DECLARED',
  'HEARTBEAT_DROPPED',
  'RECEIPTS_LOST',
] as const

/** What can be found. */
export type CoverageCode = (typeof coverageCodes)[number]

/** One case of a finding. */
export interface CoverageCase {
  /** The receipt that waits, or after which the silence began. */
  readonly receipt?: ReceiptRef | undefined
  /** Since when, in UTC. */
  readonly since: string
  /** Of a silence: when it ended, or until when it was looked for. */
  readonly until?: string | undefined
  /** How long, in milliseconds: of what still waits, until the judge's clock. */
  readonly ms: number
  /** Of an intent: its `tool.name` and `tool.effect`. */
  readonly tool?: string | undefined
  readonly effect?: string | undefined
}

/** One thing that receipts leave out. */
export interface CoverageFinding {
  readonly code: CoverageCode
  /** How often. */
  readonly count: number
  /** Of how many that could have been so. */
  readonly n: number
  /** Of `GAP_DECLARED`, `HEARTBEAT_DROPPED` and `RECEIPTS_LOST`: how many receipts they say are missing, where they say it. */
  readonly receipts?: number | undefined
  /** Let go for want of memory before it was known: so many more it may be. */
  readonly undecided?: number | undefined
  /** By place in the chain. */
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
  /** Of `TOOL_RESULT_MISSING` and `SILENCE_TOO_LONG`: up to 100 cases, the longest first. */
  readonly cases?: readonly CoverageCase[] | undefined
  /** What it is, in the reader's language. */
  readonly title: string
  /** What to call in the SDK, in one sentence. */
  readonly recommendation: string
}

/** A rule by which nothing was found. */
export interface CoverageClear {
  readonly code: CoverageCode
  /** 0: there was nothing to look at. */
  readonly n: number
  readonly undecided?: number | undefined
}

/** Who recorded receipts, and how. */
export interface CaptureCount {
  readonly method: string
  readonly name?: string | undefined
  readonly version?: string | undefined
  readonly count: number
  readonly first: ReceiptRef
  readonly last: ReceiptRef
}

/** What is and what is not in some receipts. */
export interface CoverageFigures {
  /** In the period, against which nothing was found. */
  readonly receipts: number
  readonly eventTypes: {
    readonly seen: readonly LabelCount[]
    /** Those of which there is no receipt: perhaps because nothing of the kind happened. */
    readonly missing: readonly { readonly eventType: EventType; readonly recommendation: string }[]
  }
  readonly models: LabelCounts
  /** Decisions and inferences that name no model. */
  readonly withoutModel: number
  readonly capture: {
    readonly by: readonly CaptureCount[]
    /** Of methods, names and versions that were too many to tell apart. */
    readonly other: number
    readonly without: number
  }
  /** Those with a count above 0. */
  readonly findings: readonly CoverageFinding[]
  /** The other rules, and of how many nothing was found. */
  readonly clear: readonly CoverageClear[]
  readonly notSeen: {
    /** Links into other chains: not followed. */
    readonly linksElsewhere: number
    /** Parents and link targets that are older than the first receipt held: they may have been pruned. */
    readonly beforeBeginning: number
    /** Receipts whose ids were let go for want of memory; a later reference to one of them counts as not found. */
    readonly forgottenReceipts: number
  }
}

/** One chain: what the verifier says of it, and what its receipts leave out. */
export interface ChainCoverage extends CoverageFigures {
  readonly chainId: string
  readonly verdict: Verdict
  readonly scope: Scope
  /** Receipts or lines looked at; the whole chain, not only the period. */
  readonly checked: number
  /** Those against which nothing was found: only they count. What was left out looks as if it had never been sealed. */
  readonly counted: number
  readonly counts: VerifyResult['counts']
}

/** What the receipts of some chains leave out. */
export interface Coverage extends CoverageFigures {
  readonly format: 'quittance-coverage/1'
  readonly locale: Locale
  readonly asOf: string
  /** Absent: all that is held. */
  readonly period?: Period | undefined
  /** The worst of the chains'; INCOMPLETE where there is none. */
  readonly verdict: Verdict
  /** By name. */
  readonly chains: readonly ChainCoverage[]
  /** That nothing here is complete, in the reader's language. */
  readonly limits: string
}
