/** English: names of what occurs in many sections. */
import type { Tail, Verdict } from '../../../../verify/types.js'
import type { Format } from '../../format.js'
import type { AbsenceCode, EventName } from '../../names.js'
import { p } from '../../phrase.js'
import type { Inline, Phrase } from '../../types.js'

/** @returns The words, with figures written as `f` does. */
export const words = (f: Format) => ({
  documentTitle: (system: string | undefined) =>
    system === undefined ? 'Report on decision receipts' : `Report on decision receipts: ${system}`,
  receipts: (n: number) => `${f.number(n)} ${n === 1 ? 'receipt' : 'receipts'}`,
  decisions: (n: number) => `${f.number(n)} ${n === 1 ? 'decision' : 'decisions'}`,
  chains: (n: number) => `${f.number(n)} ${n === 1 ? 'chain' : 'chains'}`,
  ofN: (count: number, n: number) => `${f.number(count)} of ${f.number(n)}`,
  range: (from: string, to: string) => `${from} to ${to}`,
  atLeast: (from: string) => `at least ${from}`,
  upTo: (to: string) => `up to ${to}`,
  unbounded: 'no bound on either side',
  and: ' and ',
  none: 'none',
  yes: 'yes',
  no: 'no',
  estimate: (count: number, n: number, rate: string, interval: string, level: string) =>
    `${f.number(count)} of ${f.number(n)} = ${rate} (${level} interval ${interval})`,
  rateAndInterval: (rate: string, interval: string) => `${rate} (${interval})`,
  until: (from: Inline, until: Inline): Phrase => p`${from} to ${until} (the end is not included)`,
  firstAndLast: (first: Inline, last: Inline): Phrase => p`first ${first}, last ${last}`,
  verdictMeans: {
    VALID:
      'Every receipt that was looked at carries a good signature of a trusted key, is unchanged, and follows the one before it. It does not say that the system works well, or that every event was recorded.',
    INVALID:
      'Something in the chain contradicts the rest: receipts were changed, removed, inserted or signed by a key that may not sign. The figures count only receipts against which nothing was found. Do not rely on them before the cause is known.',
    INCOMPLETE:
      'Nothing contradicts, but not everything is there that was asked for, or not everything could be checked. What is missing is named below.',
  } satisfies Record<Verdict, string>,
  tail: {
    unproved: 'Nothing shows whether receipts were cut off after the last one.',
    'expected-head': 'The last receipt is the one that the asker had noted elsewhere.',
    checkpoint: 'A signed checkpoint covers the last receipt.',
    'chain-end': 'The chain was closed: its last receipt says so.',
  } satisfies Record<Tail, string>,
  absent: {
    NO_OBSERVATIONS: 'there is no figure: nothing was observed',
    TOO_FEW_OBSERVATIONS: 'there is no figure: too few observations',
    GROUP_TOO_SMALL: 'not compared: the group is too small',
    NO_REFERENCE: 'not compared: no group is large enough to compare with',
    REFERENCE_RATE_ZERO: 'there is no ratio: the rate of the group compared with is 0',
    EMPTY_BIN: 'there is no figure: one of the classes is empty',
    EMPTY_INTERSECTION: 'there is no interval: the earlier intervals have no value in common',
  } satisfies Record<AbsenceCode, string>,
  event: {
    'system.chain_start': 'start of the chain',
    'system.chain_end': 'end of the chain',
    'system.rollback': 'store fell back: receipts were lost',
    'system.heartbeat': 'sign of life',
    'system.gap': 'declared gap',
    'system.change': 'change',
    'system.report': 'sealed report',
    'system.checkpoint': 'checkpoint',
    'system.notice': 'notice',
    'key.delegate': 'certificate for a key',
    'key.rotate': 'change of keys',
    'key.revoke': 'revocation of a key',
    'retention.prune': 'removal of old receipts',
    'retention.erase': 'erasure of details',
    'retention.hold': 'hold: kept from removal',
    'retention.release': 'release of a hold',
    'retention.shred': 'destruction of a secret',
  } satisfies Record<EventName, string>,
  eventType: {
    decision: 'decision',
    inference: 'model call',
    tool_call: 'tool call',
    tool_result: 'tool result',
    human_oversight: 'human oversight',
    annotation: 'annotation',
    session_start: 'start of a session',
    session_end: 'end of a session',
    system: 'record of the ledger',
    key: 'record about keys',
    retention: 'record about retention',
  },
})
