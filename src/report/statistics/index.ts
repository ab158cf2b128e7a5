/** Statistics of receipts: streaming, in bounded memory, each figure with the sample size and the parameters behind it. */
export {
  createMeanSequence,
  type MeanSequence,
  type MeanSequenceOptions,
  type MeanSequenceSnapshot,
} from './betting.js'
export {
  type ChangeAlarm,
  type ChangeDetector,
  type ChangeDirection,
  type ChangeOptions,
  type ChangeSnapshot,
  createRateChangeDetector,
  createScoreChangeDetector,
} from './change.js'
export type { ChangeBegin } from './change-begin.js'
export {
  type CheckRate,
  type CheckRates,
  type CheckRatesOptions,
  type CheckRatesSnapshot,
  createCheckRates,
  type NotEvaluated,
} from './checks.js'
export {
  type BetaPrior,
  createRateSequence,
  logRateEvidence,
  type RateSequence,
  type RateSequenceOptions,
  type RateSequenceSnapshot,
  type RunningRateSequence,
  type RunningRateSequenceOptions,
  rateSequence,
  type SequenceAbsence,
  type Side,
} from './confidence-sequence.js'
export {
  type Counts,
  type CountsOptions,
  type CountsSnapshot,
  type Course,
  createCounts,
  type SpanCount,
} from './counts.js'
export {
  compareWindows,
  createScoreWindow,
  type Divergence,
  type DriftEstimate,
  type DriftOptions,
  type DriftWarning,
  type ScoreWindow,
  type ScoreWindowOptions,
  type ScoreWindowSnapshot,
} from './drift.js'
export {
  type AttributeFairness,
  createFairness,
  type Fairness,
  type FairnessOptions,
  type FairnessSnapshot,
  type FairnessWarning,
  type GroupComparison,
  type GroupRate,
} from './fairness.js'
export {
  createGaps,
  type DeclaredGap,
  type Gap,
  type GapRule,
  type Gaps,
  type GapsOptions,
  type GapsSnapshot,
  type UnusualGap,
} from './gaps.js'
export { type SeededGenerator, seededGenerator } from './generator.js'
export {
  clopperPearson,
  type DifferenceEstimate,
  type Interval,
  type IntervalOptions,
  newcombe,
  type Proportion,
  type RateEstimate,
  type RatioEstimate,
  ratioInterval,
  wilson,
} from './intervals.js'
export type { KeepOptions, KeptEnds } from './kept-ends.js'
export type { AbsentReason } from './options.js'
export {
  createOversight,
  type OpenRequest,
  type Oversight,
  type OversightOptions,
  type OversightSnapshot,
  overrideKinds,
  type ReviewedRate,
  reviewKinds,
} from './oversight.js'
export {
  createQuantiles,
  type QuantileEstimate,
  type QuantileOptions,
  type QuantileState,
  type Quantiles,
  type QuantilesSnapshot,
  quantilesOf,
} from './quantiles.js'
export type { ReceiptRef } from './receipt-ref.js'
export {
  createSprt,
  type Sprt,
  type SprtAcknowledged,
  type SprtAcknowledgement,
  type SprtCycle,
  type SprtFlag,
  type SprtOpenCycle,
  type SprtOptions,
  type SprtSnapshot,
  type SprtStatus,
} from './sprt.js'
export {
  enumerateSprt,
  type SprtCharacteristic,
  type SprtParameters,
  type SprtPlan,
  sprtPlan,
  waldSprt,
} from './sprt-plan.js'
export type { LabelCount, LabelCounts } from './tally.js'
