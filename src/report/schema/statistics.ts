/** The shapes of what the statistics say, as they stand in a report. */
import {
  anyText,
  bool,
  list,
  number,
  numberIn,
  object,
  oneOf,
  optional,
  record,
  type Shape,
  tagged,
  uint,
} from '../../receipt/schema/describe.js'
import * as words from '../../receipt/schema/words.js'

const { chainName, time, uuidv7 } = words
const pseudonym: Shape<string> = words.pseudonym
const refMembers = { chainId: chainName, seq: uint, receiptId: uuidv7 } as const

export const ref = object(refMembers)
export const dated = object({ ...refMembers, timestamp: time })

const share = numberIn(0, 1)
/** A point in time or a length of it, in milliseconds. */
export const ms = number
const ends = object({ lower: number, upper: number })

export const absent = oneOf(
  'NO_OBSERVATIONS',
  'TOO_FEW_OBSERVATIONS',
  'GROUP_TOO_SMALL',
  'NO_REFERENCE',
  'REFERENCE_RATE_ZERO',
  'EMPTY_BIN',
)

export const rate = object({
  count: uint,
  n: uint,
  level: share,
  method: oneOf('wilson', 'clopper-pearson'),
  rate: optional(share),
  interval: optional(ends),
  absent: optional(absent),
})

export const keptEnds = <T>(item: Shape<T>) => object({ total: uint, omitted: uint, items: list(item) })

export const tally = object({
  labels: list(object({ label: anyText, count: uint, first: ref, last: ref })),
  other: uint,
  limit: uint,
})

export const counts = object({
  receipts: uint,
  eventTypes: tally,
  actions: tally,
  decisionsWithoutAction: uint,
  otherActions: tally,
  models: tally,
  withoutModel: uint,
  checks: tally,
  hourOfDay: list(uint, 24),
  course: object({ widthHours: uint, spans: list(object({ from: ms, count: uint })), maxSpans: uint }),
})

export const sequence = object({
  method: oneOf('beta-binomial-mixture'),
  side: oneOf('two-sided', 'lower', 'upper'),
  level: share,
  alpha: share,
  prior: object({ a: number, b: number }),
  tolerance: number,
  count: uint,
  n: uint,
  rate: optional(share),
  interval: optional(ends),
  absent: optional(oneOf('NO_OBSERVATIONS', 'EMPTY_INTERSECTION')),
  runningIntersection: bool,
})

const notEvaluated = object({ error: uint, timeout: uint, skipped: uint })

export const checkRates = object({
  level: share,
  limit: uint,
  checks: list(
    object({
      name: anyText,
      fireRate: rate,
      notEvaluated,
      failureRate: rate,
      shadow: object({ fireRate: rate, notEvaluated }),
      firstFired: optional(ref),
      lastFired: optional(ref),
    }),
  ),
  other: uint,
  decisions: uint,
  decisionsWithoutChecks: uint,
})

export const quantileMembers = {
  method: oneOf('ddsketch'),
  relativeError: number,
  smallest: number,
  level: share,
  n: uint,
  min: optional(number),
  max: optional(number),
  quantiles: list(
    object({ q: share, value: number, interval: object({ lower: optional(number), upper: optional(number) }) }),
  ),
  absent: optional(absent),
} as const

const quantiles = object(quantileMembers)
const reviewed = object({ rate, atMost: optional(rate) })

export const oversight = object({
  level: share,
  reviewKinds: list(anyText),
  overrideKinds: list(anyText),
  kinds: tally,
  decisions: uint,
  asked: object({ before: uint, after: uint, none: uint, unsaid: uint }),
  oversight: reviewed,
  oversightWhereAsked: reviewed,
  override: rate,
  timeAtReview: quantiles,
  timeToAnswer: quantiles,
  timeToFirstReview: quantiles,
  reviewsWithoutTimes: uint,
  requests: object({
    made: uint,
    repeated: uint,
    answered: uint,
    open: uint,
    oldest: list(object({ requestId: optional(anyText), receipt: ref, at: ms, quorum: uint, answers: uint })),
    forgotten: uint,
    answersToUnknown: uint,
  }),
  unattributed: uint,
  aboutOtherEvents: uint,
  forgottenDecisions: uint,
  interventions: list(object({ kind: anyText, at: ms, receipt: ref })),
})

const proportion = object({ count: uint, n: uint })
const fairnessWarning = oneOf('SMALL_GROUP', 'FEW_OUTCOMES', 'DIFFERENCE_UNCERTAIN')
const pairMembers = { first: proportion, second: proportion, level: share, absent: optional(absent) } as const

export const fairness = object({
  outcome: anyText,
  level: share,
  minimumGroupSize: uint,
  ratioThreshold: number,
  decisions: uint,
  withOutcome: uint,
  labelled: uint,
  erased: uint,
  annotationsErased: uint,
  unattributed: uint,
  blind: uint,
  attributes: list(
    object({
      attribute: anyText,
      groups: list(
        object({
          group: anyText,
          selection: rate,
          basis: object({ direct: uint, inferred: uint, unsaid: uint }),
          warnings: list(fairnessWarning),
        }),
      ),
      other: proportion,
      references: list(object({ group: anyText, chosen: oneOf('caller', 'highest-rate') })),
      referenceMissing: bool,
      absent: optional(absent),
      comparisonLevel: optional(share),
      comparisons: list(
        object({
          group: anyText,
          reference: anyText,
          ratio: object({
            ...pairMembers,
            method: oneOf('koopman-score'),
            ratio: optional(number),
            interval: optional(object({ lower: number, upper: optional(number) })),
          }),
          parityDifference: object({
            ...pairMembers,
            method: oneOf('newcombe-wilson'),
            difference: optional(number),
            interval: optional(ends),
          }),
          belowThreshold: optional(bool),
          conclusion: optional(oneOf('BELOW', 'NOT_BELOW', 'UNDECIDED')),
          absent: optional(absent),
          warnings: list(fairnessWarning),
        }),
      ),
    }),
  ),
  otherAttributes: uint,
})

const gapMembers = {
  from: ms,
  to: ms,
  ms,
  position: oneOf('before-first', 'between', 'after-last'),
  before: optional(ref),
  after: optional(ref),
  signsOfLife: uint,
  heartbeats: uint,
  longestSilenceMs: ms,
} as const

export const gaps = object({
  falseAlarm: share,
  heartbeatMs: optional(number),
  period: optional(object({ from: ms, to: ms })),
  limit: uint,
  activity: uint,
  gaps: uint,
  outsidePeriod: uint,
  rule: optional(
    tagged('kind', {
      'expected-rate': { expectedPerHour: number, thresholdMs: ms },
      'own-tail': { medianMs: ms, q90Ms: ms, q99Ms: ms, scaleMs: ms, thresholdMs: ms },
    }),
  ),
  absent: optional(absent),
  unusual: list(
    object({
      ...gapMembers,
      tailProbability: number,
      explanation: oneOf('DECLARED', 'IDLE', 'UNEXPLAINED'),
      declared: list(object({ from: ms, to: ms, reason: anyText, receipt: ref })),
    }),
  ),
  truncated: bool,
  longest: optional(object(gapMembers)),
  declared: object({ gaps: uint, ms, count: uint, remembered: uint }),
  heartbeats: object({ count: uint, dropped: uint }),
})

const decided = oneOf('WITHIN_LIMIT', 'FLAGGED')
const cycleMembers = { startSeq: uint, endSeq: uint, n: uint, failures: uint, llr: number } as const

export const sprtRates = { p0: share, p1: share, alpha: share, beta: share } as const

export const sprt = object({
  ...sprtRates,
  logFailure: number,
  logGood: number,
  upper: number,
  lower: number,
  method: oneOf('wald-sprt'),
  status: oneOf('WITHIN_LIMIT', 'MONITORING', 'FLAGGED'),
  n: uint,
  failures: uint,
  open: object({ startSeq: optional(uint), n: uint, failures: uint, llr: number }),
  decided: object({ withinLimit: uint, flagged: uint }),
  cycles: keptEnds(object({ ...cycleMembers, decision: decided })),
  flags: keptEnds(
    object({
      ...cycleMembers,
      decision: oneOf('FLAGGED'),
      acknowledgement: optional(
        object({ seq: uint, receiptId: uuidv7, timestamp: optional(time), reviewerId: optional(pseudonym) }),
      ),
    }),
  ),
  openFlags: uint,
  acknowledgements: uint,
  falseFlagsAtP0: number,
})

const way = oneOf('increase', 'decrease')

export const change = object({
  method: oneOf('shiryaev-roberts-e-detector'),
  of: oneOf('rate', 'score'),
  baseline: share,
  direction: oneOf('increase', 'decrease', 'both'),
  averageRunLength: number,
  alternatives: list(share),
  window: uint,
  n: uint,
  cycleN: uint,
  statistic: number,
  changes: uint,
  alarms: keptEnds(
    object({
      seq: uint,
      direction: way,
      cycleStartSeq: uint,
      n: uint,
      statistic: number,
      begin: object({
        seq: optional(uint),
        lowerSeq: optional(uint),
        upperSeq: uint,
        mass: share,
        kind: oneOf('posterior'),
        beforeWindow: number,
      }),
      continues: bool,
    }),
  ),
})

export const texts = record(anyText, anyText)
