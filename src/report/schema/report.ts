/** The shape of a report: the one source of the check on reading one back and of the published JSON Schema. */
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
  text,
  uint,
} from '../../receipt/schema/describe.js'
import * as words from '../../receipt/schema/words.js'
import { incompleteCodes, invalidCodes, type NoticeCode, type VerifyResult } from '../../verify/types.js'
import {
  change,
  checkRates,
  counts,
  dated,
  fairness,
  gaps,
  keptEnds,
  ms,
  oversight,
  quantileMembers,
  rate,
  ref,
  sequence,
  sprt,
  sprtRates,
  tally,
  texts,
} from './statistics.js'

const { chainName, time, token, uuidv7 } = words
// a report's types take any string here
const digest: Shape<string> = words.digest
const didKey: Shape<string> = words.didKey
const noticeCodes = ['LINE_NOT_CANONICAL', 'DETAILS_ERASED'] as const satisfies readonly NoticeCode[]
const share = numberIn(0, 1)
const seqOrNone = optional(uint)

export const verdict = oneOf('VALID', 'INVALID', 'INCOMPLETE')

const date = text(/^\d{4}-\d{2}-\d{2}$/, 'a day as YYYY-MM-DD')
const annexPoint = text(/^[1-8](?:\([a-e]\))?$/, 'a point of Annex III, as 5(b)')

const problemMembers = {
  seq: seqOrNone,
  receiptId: optional(uuidv7),
  line: optional(uint),
  message: anyText,
  notes: optional(list(anyText)),
} as const

const codeCounts = object(
  Object.fromEntries([...invalidCodes, ...incompleteCodes, ...noticeCodes].map((code) => [code, optional(uint)])),
) as Shape<VerifyResult['counts']>

export const system = object({
  name: anyText,
  provider: optional(anyText),
  deployer: optional(anyText),
  intendedPurpose: optional(anyText),
  annexIII: optional(annexPoint),
  highRisk: optional(bool),
})

const printedRule = tagged('kind', {
  action: { actions: list(anyText) },
  check: { names: optional(list(anyText)) },
  error: {},
  custom: { name: anyText },
})

export const parameters = object({
  failure: list(printedRule),
  sprt: object(sprtRates),
  averageRunLength: number,
  level: share,
  expectedPerHour: optional(number),
  heartbeatMs: optional(number),
  fairness: optional(
    object({
      reference: optional(record(token, token)),
      minimumGroupSize: optional(uint),
      ratioThreshold: optional(number),
    }),
  ),
  acceptPruned: optional(object({ minDays: number })),
  embed: uint,
})

const scope = object({
  chainId: optional(chainName),
  root: optional(digest),
  fromSeq: seqOrNone,
  toSeq: seqOrNone,
  head: optional(object({ seq: uint, receiptHash: digest })),
  tail: oneOf('unproved', 'expected-head', 'checkpoint', 'chain-end'),
  checkpoint: optional(object({ origin: anyText, size: uint, witnessedAt: optional(time) })),
})

const refMembers = { chainId: chainName, seq: uint, receiptId: uuidv7, timestamp: time } as const
const pointMembers = { n: uint, seq: uint, at: ms } as const

export const monitor = object({
  decisions: uint,
  failures: uint,
  sprt,
  flags: list(object({ ...refMembers, acknowledged: bool })),
  change,
  path: list(object({ ...pointMembers, llr: number, decision: optional(oneOf('WITHIN_LIMIT', 'FLAGGED')) })),
})

export const chain = object({
  chainId: chainName,
  verdict,
  scope,
  checked: uint,
  counted: uint,
  counts: codeCounts,
  problems: list(object({ code: oneOf(...invalidCodes, ...incompleteCodes), ...problemMembers }), 100),
  notices: list(object({ code: oneOf(...noticeCodes), ...problemMembers }), 100),
  keys: list(
    object({
      keyId: didKey,
      trustedBy: oneOf('keyring', 'certificate', 'rotation'),
      receipts: uint,
      first: dated,
      last: dated,
    }),
  ),
  oldest: optional(dated),
  newest: optional(dated),
  retentionDays: optional(uint),
  period: object({ receipts: uint, first: optional(dated), last: optional(dated) }),
  events: keptEnds(
    object({
      ...refMembers,
      event: text(/^(?:system|key|retention)\.[a-z_]{1,40}$/, 'an event as system.change'),
      inPeriod: bool,
      facts: texts,
    }),
  ),
  monitor,
  gaps,
})

export const figures = object({
  counts,
  failure: object({
    estimate: rate,
    sequence,
    course: list(object({ ...pointMembers, failures: uint, rate: share, lower: share, upper: share })),
    first: optional(dated),
    last: optional(dated),
  }),
  errors: object({ estimate: rate, codes: tally }),
  checks: checkRates,
  latency: object({
    ...quantileMembers,
    distribution: list(object({ from: number, to: number, count: uint })),
  }),
  oversight,
  fairness,
  actions: object({ widthMs: ms, spans: list(object({ from: ms, counts: record(token, uint) })) }),
  redactions: object({ receipts: uint, types: record(token, uint) }),
})

const pointer = object({
  pointer: uint,
  receipts: uint,
  speaking: rate,
  members: list(object({ path: anyText, present: rate, first: optional(ref), last: optional(ref) })),
})

export const provision = object({
  id: anyText,
  state: oneOf('EVIDENCE', 'PARTIAL', 'NO EVIDENCE', 'OUT OF SCOPE'),
  reasons: list(
    oneOf(
      'CEILING',
      'SOME_MISSING',
      'SOME_WITHOUT',
      'NONE',
      'PERIOD_EMPTY',
      'CHAIN_INVALID',
      'CHAIN_INCOMPLETE',
      'YOUNGER_THAN_LEAST',
      'REMOVED_EARLY',
      'RETENTION_BELOW_LEAST',
      'NOT_HIGH_RISK',
      'OTHER_ANNEX_III_POINT',
      'SYSTEM_UNSTATED',
    ),
  ),
  covers: oneOf('high-risk', 'annex-iii', 'annex-iii-1-a', 'certain-ai-systems', 'personal-data'),
  applies: oneOf('yes', 'not-yet', 'depends'),
  evidence: list(pointer),
  figures: list(
    oneOf(
      'verification',
      'counts',
      'failure',
      'errors',
      'checks',
      'latency',
      'oversight',
      'fairness',
      'gaps',
      'monitor',
      'retention',
      'keys',
      'redactions',
      'changes',
    ),
  ),
})

export const crosswalk = object({
  framework: anyText,
  edition: anyText,
  version: uint,
  entries: list(object({ id: anyText, receipts: uint, first: optional(ref), last: optional(ref) })),
})

/** A receipt's line is the receipt schema's to describe. */
const line: Shape<string> = anyText

export const excerpt = object({
  ranges: list(object({ chainId: chainName, fromSeq: uint, toSeq: uint, lines: list(line) })),
  cited: list(line),
  whole: bool,
})

export const report = object({
  format: oneOf('quittance-report/1'),
  generator: object({ name: oneOf('quittance'), version: anyText }),
  asOf: time,
  locale: oneOf('en', 'de'),
  period: object({
    from: time,
    until: time,
    state: oneOf('over', 'running', 'ahead'),
    empty: bool,
    receipts: uint,
  }),
  system: optional(system),
  verdict,
  parameters,
  chains: list(chain),
  figures,
  provisions: object({
    tables: list(object({ source: anyText, version: uint, date })),
    findings: list(provision),
  }),
  crosswalks: list(crosswalk),
  excerpt,
})
