/** What a report says: data, verified before it was counted, the same bytes for the same input. */
import type { DecisionReceipt } from '../receipt/types.js'
import type { Notice, Problem, Scope, Verdict, VerifyResult } from '../verify/types.js'
import type { Coverage } from './articles/types.js'
import type { ChangeSnapshot } from './statistics/change.js'
import type { CheckRatesSnapshot } from './statistics/checks.js'
import type { RateSequenceSnapshot } from './statistics/confidence-sequence.js'
import type { CountsSnapshot } from './statistics/counts.js'
import type { FairnessOptions, FairnessSnapshot } from './statistics/fairness.js'
import type { GapsSnapshot } from './statistics/gaps.js'
import type { RateEstimate } from './statistics/intervals.js'
import type { KeptEnds } from './statistics/kept-ends.js'
import type { OversightSnapshot } from './statistics/oversight.js'
import type { QuantilesSnapshot } from './statistics/quantiles.js'
import type { ReceiptRef } from './statistics/receipt-ref.js'
import type { SprtSnapshot } from './statistics/sprt.js'
import type { SprtParameters } from './statistics/sprt-plan.js'
import type { LabelCounts } from './statistics/tally.js'

/** The languages that a report can be read in. */
export type Locale = 'en' | 'de'

/** A stretch of time from `from` on and before `until`, both `YYYY-MM-DDTHH:MM:SS.sssZ`; a receipt is in it by its `timestamp`. */
export interface Period {
  readonly from: string
  readonly until: string
}

/** The system that the receipts are about, in the words of whoever asks for the report: nobody checked them. */
export interface ReportSystem {
  readonly name: string
  readonly provider?: string | undefined
  readonly deployer?: string | undefined
  readonly intendedPurpose?: string | undefined
  /** The point of Annex III, such as `5(b)`: then the system is high-risk. */
  readonly annexIII?: string | undefined
  /** false: provisions for high-risk systems are out of scope. Absent: nobody said; they are judged. */
  readonly highRisk?: boolean | undefined
}

/** What makes a decision a failure. */
export type FailureRule =
  /** It ended with one of these actions. */
  | { readonly kind: 'action'; readonly actions: readonly string[] }
  /** A check fired, shadow entries apart; with names, one of these. */
  | { readonly kind: 'check'; readonly names?: readonly string[] | undefined }
  /** It carries an error. */
  | { readonly kind: 'error' }
  /** What a function says; `name` stands for it in the report, which can't be built again without the function. */
  | { readonly kind: 'custom'; readonly name: string; readonly test: (receipt: DecisionReceipt) => boolean }

/** A rule as a report prints it. */
export type PrintedFailureRule =
  | Exclude<FailureRule, { readonly kind: 'custom' }>
  | { readonly kind: 'custom'; readonly name: string }

/** How the figures are made. */
export interface ReportStatistics {
  /** A decision fails when one of these holds; default: a check fired, or an error. */
  readonly failure?: readonly FailureRule[] | undefined
  /** Rates and error probabilities of the sequential test; `p0` is the baseline of the change detector too. */
  readonly sprt?: SprtParameters | undefined
  /** Receipts to a false alarm of the change detector, on average; default 100,000. */
  readonly averageRunLength?: number | undefined
  /** Of every interval; default 0.95. */
  readonly level?: number | undefined
  /** Receipts an hour, where that is known: what is silence then follows from it. */
  readonly expectedPerHour?: number | undefined
  /** How often a heartbeat is due, in milliseconds. */
  readonly heartbeatMs?: number | undefined
  readonly fairness?: Pick<FairnessOptions, 'reference' | 'minimumGroupSize' | 'ratioThreshold'> | undefined
}

/** The parameters of a report, whole: with them and the same receipts it can be built again. */
export interface ReportParameters {
  readonly failure: readonly PrintedFailureRule[]
  readonly sprt: Required<{ readonly [K in keyof SprtParameters]: number }>
  readonly averageRunLength: number
  readonly level: number
  readonly expectedPerHour?: number | undefined
  readonly heartbeatMs?: number | undefined
  readonly fairness?: ReportStatistics['fairness']
  readonly acceptPruned?: { readonly minDays: number } | undefined
  /** How many receipts are embedded at most. */
  readonly embed: number
}

/** A receipt with its time. */
export interface DatedRef extends ReceiptRef {
  readonly timestamp: string
}

/** A key that signed receipts which hold. */
export interface SigningKey {
  readonly keyId: string
  /** `keyring`: the reader's own list has it. `certificate`: a key of that list vouches for it, in the chain. */
  readonly trustedBy: 'keyring' | 'certificate' | 'rotation'
  readonly receipts: number
  readonly first: DatedRef
  readonly last: DatedRef
}

/** What a chain says of itself, its keys and what was taken out of it. */
export interface ChainEvent extends DatedRef {
  /** `system`, `key` or `retention`, a point, and the event: `retention.prune`. */
  readonly event: string
  /** Whether it lies in the period. */
  readonly inPeriod: boolean
  /** Members of the event to print, as text. */
  readonly facts: { readonly [name: string]: string }
}

/** A point of a curve: after so many decisions, at that receipt. */
export interface CoursePoint {
  readonly n: number
  /** Of the last decision of one of the chains, where there are several. */
  readonly seq: number
  /** Unix milliseconds. */
  readonly at: number
}

/** The failure rate after so many decisions, with the confidence sequence there. */
export interface RatePoint extends CoursePoint {
  readonly failures: number
  readonly rate: number
  readonly lower: number
  readonly upper: number
}

/** The sequential test after so many decisions. */
export interface SprtPoint extends CoursePoint {
  readonly llr: number
  /** The point ends a cycle; the next begins at 0. */
  readonly decision?: 'WITHIN_LIMIT' | 'FLAGGED' | undefined
}

/** An open or acknowledged flag's receipt: the link that a person's acknowledgement is about. */
export interface FlagRef extends DatedRef {
  readonly acknowledged: boolean
}

/** The tests of one chain: over its decisions from its first receipt to the end of the period, so that a flag outlives its period. */
export interface ChainMonitor {
  /** Absent decisions: no test. */
  readonly decisions: number
  readonly failures: number
  readonly sprt: SprtSnapshot
  readonly flags: readonly FlagRef[]
  readonly change: ChangeSnapshot
  /** At most some hundred points. */
  readonly path: readonly SprtPoint[]
}

/** One chain: what the verifier says of it, and what it holds. */
export interface ChainFindings {
  readonly chainId: string
  readonly verdict: Verdict
  readonly scope: Scope
  /** Receipts or lines looked at; the whole chain, not only the period. */
  readonly checked: number
  /** Those against which nothing was found: only they count anywhere in the report. */
  readonly counted: number
  readonly counts: VerifyResult['counts']
  /** The first 100. */
  readonly problems: readonly Problem[]
  readonly notices: readonly Notice[]
  readonly keys: readonly SigningKey[]
  /** The oldest and the newest receipt that are held, as far as they count. */
  readonly oldest?: DatedRef | undefined
  readonly newest?: DatedRef | undefined
  /** As `chain_start` says. */
  readonly retentionDays?: number | undefined
  readonly period: {
    readonly receipts: number
    readonly first?: DatedRef | undefined
    readonly last?: DatedRef | undefined
  }
  readonly events: KeptEnds<ChainEvent>
  readonly monitor: ChainMonitor
  /** Within the period. */
  readonly gaps: GapsSnapshot
}

/** Decisions by action in one span of time. */
export interface ActionSpan {
  /** Unix milliseconds; the span's width stands beside. */
  readonly from: number
  /** `none`: decisions without an action, which carry an error. */
  readonly counts: { readonly [action: string]: number }
}

/** A bar of a distribution. */
export interface DistributionCell {
  readonly from: number
  readonly to: number
  readonly count: number
}

/** Figures over the receipts of the period, all chains together. */
export interface ReportFigures {
  readonly counts: CountsSnapshot
  /** Decisions that failed, by the rule of the parameters: one look, then a sequence that holds for every look. */
  readonly failure: {
    readonly estimate: RateEstimate
    readonly sequence: RateSequenceSnapshot
    readonly course: readonly RatePoint[]
    readonly first?: DatedRef | undefined
    readonly last?: DatedRef | undefined
  }
  /** Decisions that carry an error. */
  readonly errors: { readonly estimate: RateEstimate; readonly codes: LabelCounts }
  readonly checks: CheckRatesSnapshot
  /** Milliseconds, of decisions that say so. */
  readonly latency: QuantilesSnapshot & { readonly distribution: readonly DistributionCell[] }
  readonly oversight: OversightSnapshot
  readonly fairness: FairnessSnapshot
  readonly actions: { readonly widthMs: number; readonly spans: readonly ActionSpan[] }
  /** What was replaced before it was hashed, by type, as receipts say. */
  readonly redactions: { readonly receipts: number; readonly types: { readonly [type: string]: number } }
}

/** How far receipts speak to a provision. */
export type ProvisionState = 'EVIDENCE' | 'PARTIAL' | 'NO EVIDENCE' | 'OUT OF SCOPE'

/** Why a state is no better, or what to know about it. Texts are the renderers'. */
export type ProvisionReason =
  /** Receipts alone can't come to more. */
  | 'CEILING'
  /** Some of what could be shown has no receipt. */
  | 'SOME_MISSING'
  /** Only some of the receipts in question carry it. */
  | 'SOME_WITHOUT'
  /** No receipt of the period speaks to it. */
  | 'NONE'
  | 'PERIOD_EMPTY'
  | 'CHAIN_INVALID'
  | 'CHAIN_INCOMPLETE'
  /** The oldest receipt is younger than what must be kept; that proves no deletion. */
  | 'YOUNGER_THAN_LEAST'
  /** Receipts were removed when the first that stayed was younger than the least time: nothing shows that those were older. */
  | 'REMOVED_EARLY'
  /** The chain states a retention below the least time. */
  | 'RETENTION_BELOW_LEAST'
  | 'NOT_HIGH_RISK'
  | 'OTHER_ANNEX_III_POINT'
  /** Nobody said whether the system is high-risk or which point of Annex III it is: judged as if it were. */
  | 'SYSTEM_UNSTATED'

/** A member of receipts that speaks to a provision. */
export interface MemberEvidence {
  readonly path: string
  /** Receipts that carry it, of those in question. */
  readonly present: RateEstimate
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
}

/** One evidence pointer of a provision, counted. */
export interface PointerEvidence {
  /** Its place in the provision's `evidence`. */
  readonly pointer: number
  /** Receipts of these event types and events, and with the words of its `having`, in the period. */
  readonly receipts: number
  /** Those that speak: with one of the members, or with one of `by` where the pointer has it. */
  readonly speaking: RateEstimate
  readonly members: readonly MemberEvidence[]
}

/** Figures elsewhere in the report that a provision rests on. */
export type FigureName =
  | 'verification'
  | 'counts'
  | 'failure'
  | 'errors'
  | 'checks'
  | 'latency'
  | 'oversight'
  | 'fairness'
  | 'gaps'
  | 'monitor'
  | 'retention'
  | 'keys'
  | 'redactions'
  | 'changes'

/** What receipts show of one provision. Title, duty and limits stand in the table of the same id. */
export interface ProvisionFinding {
  readonly id: string
  readonly state: ProvisionState
  readonly reasons: readonly ProvisionReason[]
  readonly covers: Coverage
  /** Whether it applied on the day of the report; `depends`: on what nobody stated, or what the table's note leaves open. */
  readonly applies: 'yes' | 'not-yet' | 'depends'
  readonly evidence: readonly PointerEvidence[]
  readonly figures: readonly FigureName[]
}

/** A control of a framework, and how many receipts of the period speak to it. */
export interface CrosswalkFinding {
  readonly id: string
  readonly receipts: number
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
}

/** A framework, its table's version, and the count for each of its entries. */
export interface CrosswalkFindings {
  readonly framework: string
  readonly edition: string
  readonly version: number
  readonly entries: readonly CrosswalkFinding[]
}

/** Consecutive receipts of one chain, as they are stored. */
export interface ExcerptRange {
  readonly chainId: string
  readonly fromSeq: number
  readonly toSeq: number
  readonly lines: readonly string[]
}

/** Receipts that come with the report: the newest of the period, and those that figures name or keys need. */
export interface Excerpt {
  readonly ranges: readonly ExcerptRange[]
  /** Single ones beside the ranges, by chain and seq. */
  readonly cited: readonly string[]
  /** Whether every receipt of the period is in `ranges`. */
  readonly whole: boolean
}

/** A report, version 1. Its JSON Schema is `quittance/report.schema.json`. */
export interface Report {
  readonly format: 'quittance-report/1'
  readonly generator: { readonly name: 'quittance'; readonly version: string }
  /** The judge's clock: what counts as future, and as applicable. */
  readonly asOf: string
  readonly locale: Locale
  readonly period: Period & {
    /** `running`: it ends after `asOf`; `ahead`: it begins after it. */
    readonly state: 'over' | 'running' | 'ahead'
    readonly empty: boolean
    /** Receipts in it, all chains. */
    readonly receipts: number
  }
  readonly system?: ReportSystem | undefined
  /** The worst of the chains'. */
  readonly verdict: Verdict
  readonly parameters: ReportParameters
  readonly chains: readonly ChainFindings[]
  readonly figures: ReportFigures
  /** Versions of the tables that were used, and what was found. */
  readonly provisions: {
    readonly tables: readonly { readonly source: string; readonly version: number; readonly date: string }[]
    readonly findings: readonly ProvisionFinding[]
  }
  readonly crosswalks: readonly CrosswalkFindings[]
  readonly excerpt: Excerpt
}

/** How a report was sealed: its digest, and the receipts that hold it. */
export interface ReportSeal {
  /** `sha256:` and hex over the RFC 8785 form of the report. */
  readonly digest: string
  /** The `system` receipts of event `report`, one a chain, as they are stored; before each the `key` receipts that its key needs. */
  readonly lines: readonly string[]
}
