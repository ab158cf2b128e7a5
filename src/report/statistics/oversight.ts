/**
 * What people did about decisions: how many were looked at, how long that took, how often a person did not follow.
 * A `human_oversight` receipt says what it is `about`; a bounded number of decisions and requests is remembered for it.
 */
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { msOf } from './instant.js'
import { type RateEstimate, wilson } from './intervals.js'
import { levelOf, limitOf } from './options.js'
import { createQuantiles, type QuantilesSnapshot } from './quantiles.js'
import { type ReceiptRef, refOf } from './receipt-ref.js'
import { createRecent } from './recent.js'
import { createTally, type LabelCounts } from './tally.js'

/** What counts as a review, and how much is remembered. */
export interface OversightOptions {
  /** Kinds that mean a person looked and decided; by default `reviewKinds`. */
  readonly reviewKinds?: readonly string[] | undefined
  /** Those of them where the person did not follow the system; by default `overrideKinds`. */
  readonly overrideKinds?: readonly string[] | undefined
  /** How many decisions that ask for oversight are remembered at least, and as many of the others, by default 25,000; at most twice as many. */
  readonly decisionLimit?: number | undefined
  /** How many open requests are remembered at least, and as many answered ones, by default 10,000; at most twice as many. */
  readonly requestLimit?: number | undefined
  /** Of the intervals, by default 0.95. */
  readonly level?: number | undefined
}

/** A rate that may be higher than what could be attributed. */
export interface ReviewedRate {
  /** Reviewed decisions, each once, among all decisions of this group. */
  readonly rate: RateEstimate
  /**
   * The same if every review that could not be attributed were about another decision of this group; absent when
   * every review was attributed.
   */
  readonly atMost?: RateEstimate | undefined
}

/** A request that nobody, or too few, have answered yet. */
export interface OpenRequest {
  readonly requestId?: string | undefined
  readonly receipt: ReceiptRef
  /** Unix milliseconds: its timestamp. */
  readonly at: number
  /** How many people it asks for, and how many answered. */
  readonly quorum: number
  readonly answers: number
}

/** What people did. */
export interface OversightSnapshot {
  readonly level: number
  readonly reviewKinds: readonly string[]
  readonly overrideKinds: readonly string[]
  /** `human_oversight` receipts by kind. */
  readonly kinds: LabelCounts
  readonly decisions: number
  /** Decisions by what they say of oversight; `unsaid`: nothing. */
  readonly asked: { readonly before: number; readonly after: number; readonly none: number; readonly unsaid: number }
  /** Of all decisions. */
  readonly oversight: ReviewedRate
  /** Of the decisions that ask for oversight, before or after. */
  readonly oversightWhereAsked: ReviewedRate
  /** Reviews, one receipt of one person each, where that person did not follow, among all reviews. */
  readonly override: RateEstimate
  /** Milliseconds from when it was shown to the person to when the person decided (`startedAt`, `endedAt`), reviews only. */
  readonly timeAtReview: QuantilesSnapshot
  /** Milliseconds from the request to the answer that completed it, by the time both were sealed. */
  readonly timeToAnswer: QuantilesSnapshot
  /** Milliseconds from a decision to its first review, by the time both were sealed. */
  readonly timeToFirstReview: QuantilesSnapshot
  /** Reviews without `startedAt` and `endedAt`: how long they took is not known. */
  readonly reviewsWithoutTimes: number
  readonly requests: {
    readonly made: number
    /** Requests that were made again while they were open: they are not in `made`. */
    readonly repeated: number
    readonly answered: number
    readonly open: number
    /** The oldest open ones, at most 20. */
    readonly oldest: readonly OpenRequest[]
    /** Open ones that were let go for want of memory: whether they were answered is not known. */
    readonly forgotten: number
    /** Reviews that name a request which is not known here. */
    readonly answersToUnknown: number
  }
  /** Links of reviews to a receipt that is not, or no longer, remembered: an early decision, or one of another chain. */
  readonly unattributed: number
  /** Links of reviews to a receipt that is no decision: a tool call, or the request. */
  readonly aboutOtherEvents: number
  /** Decisions that were let go for want of memory. */
  readonly forgottenDecisions: number
  /** `stop` and `resume`, at most the latest 20. */
  readonly interventions: readonly { readonly kind: string; readonly at: number; readonly receipt: ReceiptRef }[]
}

/** Follows what people did, one receipt after another. */
export interface Oversight {
  /** @param receipt - a validated receipt; those of one chain come in order */
  update(receipt: DecisionReceipt): void
  /** @returns the figures so far, as plain data */
  snapshot(): OversightSnapshot
}

/** Kinds of `human_oversight` that mean a person looked and decided. */
export const reviewKinds: readonly string[] = Object.freeze([
  'verification',
  'approval',
  'rejection',
  'modification',
  'override',
  'disregard',
  'reversal',
])

/** Kinds of review where the person did not follow the system. */
export const overrideKinds: readonly string[] = Object.freeze([
  'rejection',
  'modification',
  'override',
  'disregard',
  'reversal',
])

/** In place of a decision's time, once it was reviewed. */
const REVIEWED = -1

type Request = {
  readonly requestId: string | undefined
  readonly receipt: ReceiptRef
  readonly at: number
  quorum: number
  readonly reviewers: string[]
}

const elsewhereTypes = new Set<string>(['inference', 'tool_call', 'tool_result', 'human_oversight'])
const LISTED = 20

const optionNames: Readonly<Record<keyof OversightOptions, true>> = {
  reviewKinds: true,
  overrideKinds: true,
  decisionLimit: true,
  requestLimit: true,
  level: true,
}

/**
 * Follows human oversight. A review is attributed to the decision that it is `about`, as long as that is remembered;
 * what can't be attributed is counted, and bounds the rate from above. A request is answered when as many people as
 * its quorum asks for have reviewed.
 *
 * @param options - kinds and bounds of memory
 * @returns an accumulator
 * @throws RangeError when an option makes no sense, TypeError when it is unknown
 * @example
 * ```ts
 * import { createOversight } from 'quittance/statistics'
 * import { fileStore } from 'quittance/store/file'
 *
 * async function whatPeopleDid(directory: string) {
 *   const store = fileStore(directory)
 *   const oversight = createOversight()
 *   for await (const receipt of store.read('acme')) oversight.update(receipt)
 *   const { override, requests } = oversight.snapshot()
 *   return { override, requests }
 * }
 * ```
 */
export function createOversight(options: OversightOptions = {}): Oversight {
  refuseUnknownMembers(options, optionNames, 'options')
  const level = levelOf(options.level)
  const reviews = new Set(options.reviewKinds ?? reviewKinds)
  const overrides = new Set(options.overrideKinds ?? overrideKinds)
  for (const kind of overrides) {
    if (!reviews.has(kind)) throw new RangeError('overrideKinds must be among reviewKinds')
  }
  const decisionLimit = limitOf('decisionLimit', options.decisionLimit, 25_000)
  const requestLimit = limitOf('requestLimit', options.requestLimit, 10_000)

  // the time of each decision; those that ask for oversight are not pushed out by those that don't
  const asking = createRecent<number>(decisionLimit)
  const others = createRecent<number>(decisionLimit)
  // whatever else a person may approve: known not to be a decision
  const elsewhere = createRecent<true>(decisionLimit)
  const open = createRecent<Request>(requestLimit)
  const answered = createRecent<true>(requestLimit)
  const kinds = createTally(100)
  const timeAtReview = createQuantiles()
  const timeToAnswer = createQuantiles()
  const timeToFirstReview = createQuantiles()
  const interventions: { kind: string; at: number; receipt: ReceiptRef }[] = []
  const asked = { before: 0, after: 0, none: 0, unsaid: 0 }
  const counts = {
    decisions: 0,
    reviews: 0,
    overrides: 0,
    reviewed: 0,
    reviewedWhereAsked: 0,
    withoutTimes: 0,
    unattributed: 0,
    aboutOtherEvents: 0,
    made: 0,
    repeated: 0,
    answered: 0,
    answersToUnknown: 0,
  }

  const onDecision = (receipt: DecisionReceipt): void => {
    const wish = receipt.decision?.oversight
    counts.decisions += 1
    asked[wish ?? 'unsaid'] += 1
    const asks = wish === 'before' || wish === 'after'
    ;(asks ? asking : others).set(receipt.receiptId, msOf(receipt.timestamp))
  }

  const onRequest = (receipt: DecisionReceipt, about: readonly string[]): void => {
    const { requestId, quorum = 1 } = receipt.humanOversight ?? {}
    const key = keyOf(requestId, about)
    const already = open.get(key)
    if (already !== undefined) {
      // asked again, or of a second person: the answers so far still count
      counts.repeated += 1
      already.quorum = Math.max(already.quorum, quorum)
      return
    }
    counts.made += 1
    const entry = { requestId, receipt: refOf(receipt), at: msOf(receipt.timestamp), quorum, reviewers: [] }
    open.set(key, entry)
  }

  const onReview = (receipt: DecisionReceipt, about: readonly string[], kind: string): void => {
    counts.reviews += 1
    if (overrides.has(kind)) counts.overrides += 1
    const at = msOf(receipt.timestamp)
    for (const receiptId of about) attribute(receiptId, at)
    const { startedAt, endedAt } = receipt
    if (startedAt === undefined || endedAt === undefined) counts.withoutTimes += 1
    else timeAtReview.update(msOf(endedAt) - msOf(startedAt))
    answer(receipt, about, at)
  }

  const attribute = (receiptId: string, at: number): void => {
    const asks = asking.get(receiptId)
    const decidedAt = asks ?? others.get(receiptId)
    if (decidedAt === undefined) {
      if (elsewhere.get(receiptId) === true) counts.aboutOtherEvents += 1
      else counts.unattributed += 1
    } else if (decidedAt !== REVIEWED) {
      ;(asks === undefined ? others : asking).replace(receiptId, REVIEWED)
      counts.reviewed += 1
      if (asks !== undefined) counts.reviewedWhereAsked += 1
      timeToFirstReview.update(Math.max(0, at - decidedAt))
    }
  }

  const answer = (receipt: DecisionReceipt, about: readonly string[], at: number): void => {
    const { requestId, reviewerId = '', quorum } = receipt.humanOversight ?? {}
    const key = keyOf(requestId, about)
    const request = open.get(key)
    if (request === undefined) {
      if (requestId !== undefined && answered.get(key) === undefined) counts.answersToUnknown += 1
      return
    }
    // whoever says that more people must agree is believed; fewer is not an answer's to say
    if (quorum !== undefined && quorum > request.quorum) request.quorum = quorum
    // an open vocabulary has no largest quorum, memory has
    if (!request.reviewers.includes(reviewerId) && request.reviewers.length < 64) request.reviewers.push(reviewerId)
    if (request.reviewers.length < request.quorum) return
    open.delete(key)
    answered.set(key, true)
    counts.answered += 1
    timeToAnswer.update(Math.max(0, at - request.at))
  }

  const reviewedRate = (count: number, n: number): ReviewedRate => ({
    rate: wilson(count, n, { level }),
    ...(counts.unattributed === 0 ? {} : { atMost: wilson(Math.min(n, count + counts.unattributed), n, { level }) }),
  })

  return {
    update(receipt) {
      const { eventType } = receipt
      if (eventType === 'decision') return onDecision(receipt)
      if (elsewhereTypes.has(eventType)) elsewhere.set(receipt.receiptId, true)
      if (eventType !== 'human_oversight') return
      const kind = receipt.humanOversight?.kind ?? ''
      kinds.add(kind, refOf(receipt))
      const about: string[] = []
      for (const { rel, receiptId } of receipt.links ?? []) if (rel === 'about') about.push(receiptId)
      if (kind === 'request') onRequest(receipt, about)
      else if (reviews.has(kind)) onReview(receipt, about, kind)
      else if (kind === 'stop' || kind === 'resume') {
        interventions.push({ kind, at: msOf(receipt.timestamp), receipt: refOf(receipt) })
        if (interventions.length > LISTED) interventions.shift()
      }
    },
    snapshot() {
      const oldest = open
        .values()
        .slice(0, LISTED)
        .map(({ requestId, receipt, at, quorum, reviewers }) => ({
          ...(requestId === undefined ? {} : { requestId }),
          receipt,
          at,
          quorum,
          answers: reviewers.length,
        }))
      return {
        level,
        reviewKinds: [...reviews],
        overrideKinds: [...overrides],
        kinds: kinds.snapshot(),
        decisions: counts.decisions,
        asked: { ...asked },
        oversight: reviewedRate(counts.reviewed, counts.decisions),
        oversightWhereAsked: reviewedRate(counts.reviewedWhereAsked, asked.before + asked.after),
        override: wilson(counts.overrides, counts.reviews, { level }),
        timeAtReview: timeAtReview.snapshot({ level }),
        timeToAnswer: timeToAnswer.snapshot({ level }),
        timeToFirstReview: timeToFirstReview.snapshot({ level }),
        reviewsWithoutTimes: counts.withoutTimes,
        requests: {
          made: counts.made,
          repeated: counts.repeated,
          answered: counts.answered,
          open: open.size,
          oldest,
          forgotten: open.forgotten,
          answersToUnknown: counts.answersToUnknown,
        },
        unattributed: counts.unattributed,
        aboutOtherEvents: counts.aboutOtherEvents,
        forgottenDecisions: asking.forgotten + others.forgotten,
        interventions: interventions.map((entry) => ({ ...entry })),
      }
    },
  }
}

/** What an answer has in common with its request: the request's id, or else what both are about. */
function keyOf(requestId: string | undefined, about: readonly string[]): string {
  return requestId === undefined ? `about ${about.join(' ')}` : `request ${requestId}`
}
