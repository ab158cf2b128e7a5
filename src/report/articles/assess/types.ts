/** What goes into an assessment: what was counted, and what is known of the chains and the system. */
import type { Verdict } from '../../../verify/types.js'
import type { ReceiptRef } from '../../statistics/receipt-ref.js'
import type { DatedRef, Period, ReportSystem } from '../../types.js'

/** How often receipts carry one member. */
export interface MemberCount {
  readonly path: string
  /** Receipts in question that can carry it. */
  readonly n: number
  readonly present: number
  /** The earliest and the latest that carry it. */
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
}

/** What was counted for one evidence pointer. */
export interface PointerCount {
  readonly receipts: number
  readonly speaking: number
  /** The earliest and the latest that speak. */
  readonly first?: ReceiptRef | undefined
  readonly last?: ReceiptRef | undefined
  /** In the order of the pointer's members. */
  readonly members: readonly MemberCount[]
}

/** What was counted for all provisions and crosswalks, as plain data. */
export interface ProvisionEvidenceSnapshot {
  /** Receipts that were counted. */
  readonly receipts: number
  /** By id of the provision, in the order of its pointers. */
  readonly provisions: { readonly [id: string]: readonly PointerCount[] }
  /** By framework, then by id of the entry. */
  readonly crosswalks: { readonly [framework: string]: { readonly [id: string]: PointerCount } }
}

/** A `prune` receipt, as far as it matters for what was kept how long. */
export interface PruneFact {
  /** When it was sealed. */
  readonly timestamp: string
  /** The last receipt that went, by `retention.through.seq`. */
  readonly throughSeq: number
  readonly policy: string
}

/** What is known of a chain beside the receipts of the period. */
export interface AssessedChain {
  readonly chainId: string
  readonly verdict: Verdict
  /** The oldest receipt that is held and counts, of whatever period. */
  readonly oldest?: DatedRef | undefined
  /** As `chain_start` says. */
  readonly retentionDays?: number | undefined
  /**
   * Removals recorded in receipts that count, of whatever period. Of those that end below `oldest`, and so were carried
   * out, the one that reaches furthest matters.
   */
  readonly prunes: readonly PruneFact[]
}

/** What an assessment rests on beside the count. */
export interface AssessmentContext {
  /** What the counts are over. */
  readonly period: Period
  /** The judge's clock, `YYYY-MM-DDTHH:MM:SS.sssZ`. */
  readonly asOf: string
  /** What the caller said of the system; nothing is guessed. */
  readonly system?: Pick<ReportSystem, 'annexIII' | 'highRisk'> | undefined
  readonly chains: readonly AssessedChain[]
  /** Of the intervals, above 0.5 and below 1; default 0.95. */
  readonly level?: number | undefined
}
