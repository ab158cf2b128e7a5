/** The rules that join several members of a receipt; the rest is in `schema/`. Prose: `docs/receipt-format.md`. */
import type { Fault } from './schema/describe.js'
import type { Check, Commitment, DecisionReceipt } from './types.js'

type Facts = Omit<DecisionReceipt, 'seq' | 'timestamp' | 'keyId' | 'prevReceiptHash' | 'receiptHash' | 'signature'>

const invalid = (path: string, message: string): Fault => ({ code: 'FIELD_INVALID', path, message })

/** Event types on which `action` may stand. */
const withAction: ReadonlySet<string> = new Set([
  'decision',
  'inference',
  'tool_call',
  'tool_result',
  'human_oversight',
])

/** Oversight that concerns a whole system, so that it has no receipt to point to. */
const withoutSubject: ReadonlySet<string> = new Set(['stop', 'resume'])

function eventRules(receipt: Facts, faults: Fault[]): void {
  const { eventType } = receipt
  if (eventType === 'decision') {
    if (receipt.checks === undefined) faults.push(invalid('checks', 'is required on a decision, perhaps empty'))
    if (receipt.action === undefined && receipt.error === undefined) {
      faults.push(invalid('action', 'is required on a decision without an error'))
    }
  }
  if (receipt.action !== undefined && !withAction.has(eventType))
    faults.push(invalid('action', `is not allowed on ${eventType}`))
  for (const name of ['system', 'retention'] as const) {
    if ((receipt[name] !== undefined) !== (eventType === name)) {
      faults.push(invalid(name, `belongs to a receipt of eventType ${name}, and to no other`))
    }
  }
  const key = receipt.key?.event
  if (eventType === 'key' && key === undefined) faults.push(invalid('key', 'is required on eventType key'))
  if (eventType !== 'key' && (key === 'rotate' || key === 'revoke'))
    faults.push(invalid('key', `${key} belongs to eventType key`))
}

function oversightRules(receipt: Facts, faults: Fault[]): void {
  const oversight = receipt.humanOversight
  if ((oversight !== undefined) !== (receipt.eventType === 'human_oversight')) {
    faults.push(invalid('humanOversight', 'belongs to a receipt of eventType human_oversight, and to no other'))
  }
  if (oversight === undefined) return
  if (oversight.kind !== 'request' && oversight.reviewerId === undefined) {
    faults.push(invalid('humanOversight.reviewerId', 'is required unless kind is request'))
  }
  const about = receipt.links?.some((link) => link.rel === 'about' && link.receiptHash !== undefined)
  if (!about && !withoutSubject.has(oversight.kind)) {
    faults.push(invalid('links', 'must hold a link "about" with receiptHash, unless kind is stop or resume'))
  }
}

function personRules(receipt: Facts, faults: Fault[]): void {
  const persons =
    receipt.subjectId !== undefined ||
    receipt.principalId !== undefined ||
    receipt.humanOversight?.reviewerId !== undefined ||
    receipt.sources?.some((source) => source.match?.recordId !== undefined) === true
  if (persons !== (receipt.pseudonymKeyId !== undefined)) {
    faults.push(invalid('pseudonymKeyId', 'is required with a pseudonym of a person, and only then'))
  }
}

function commitmentRules(path: string, commitment: Commitment | undefined, faults: Fault[]): void {
  if (commitment === undefined) return
  if (commitment.hash.startsWith('hmac-') !== (commitment.commitKeyId !== undefined)) {
    faults.push(invalid(`${path}.commitKeyId`, 'is required with an hmac-sha256 hash, and only then'))
  }
}

const compare = {
  gt: (score: number, threshold: number) => score > threshold,
  gte: (score: number, threshold: number) => score >= threshold,
  lt: (score: number, threshold: number) => score < threshold,
  lte: (score: number, threshold: number) => score <= threshold,
}

/**
 * What `op`, `score` and `threshold` say of `fired`.
 *
 * @param check - a check, with or without them
 * @returns whether it fired; `undefined` where one of the three is missing
 */
export function derivedFired(check: Pick<Check, 'op' | 'score' | 'threshold'>): boolean | undefined {
  if (check.op === undefined || check.score === undefined || check.threshold === undefined) return undefined
  return compare[check.op](check.score, check.threshold)
}

function checkRules(check: Check, path: string, faults: Fault[]): void {
  if (check.status !== undefined) {
    if (check.fired)
      faults.push(invalid(`${path}.fired`, 'must be false where status says that the check was not evaluated'))
    return
  }
  const derived = derivedFired(check)
  if (derived !== undefined && derived !== check.fired)
    faults.push(invalid(`${path}.fired`, 'contradicts op, score and threshold'))
}

/**
 * The rules between members.
 *
 * @param receipt - a receipt whose members each have their shape
 * @returns what is wrong; empty when nothing is
 */
export function ruleFaults(receipt: Facts): Fault[] {
  const faults: Fault[] = []
  eventRules(receipt, faults)
  oversightRules(receipt, faults)
  personRules(receipt, faults)
  commitmentRules('input', receipt.input, faults)
  commitmentRules('output', receipt.output, faults)
  receipt.checks?.forEach((check, index) => {
    checkRules(check, `checks[${index}]`, faults)
  })
  if (receipt.startedAt !== undefined && receipt.endedAt !== undefined && receipt.endedAt < receipt.startedAt) {
    faults.push(invalid('endedAt', 'lies before startedAt'))
  }
  const confidence = receipt.decision?.confidence
  if (confidence !== undefined && Number(confidence.toFixed(4)) !== confidence) {
    faults.push(invalid('decision.confidence', 'has more than 4 decimals'))
  }
  if (receipt.details !== undefined && receipt.detailsHash === undefined) {
    faults.push(invalid('detailsHash', 'is required with details'))
  }
  return faults
}
