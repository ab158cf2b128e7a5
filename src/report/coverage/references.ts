/** What receipts name that must be there: parents, link targets, results of tools, ends of sessions and spans. */
import type { DecisionReceipt } from '../../receipt/types.js'
import { type ReceiptRef, refOf } from '../statistics/receipt-ref.js'
import { createRecent } from '../statistics/recent.js'
import { type Awaiting, createAwaiting, type Waiting, type WaitingFacts } from './awaiting.js'
import { createSeenIds } from './ids.js'

/** What was not found, each of `n` that name something. */
export interface ReferencesSnapshot {
  readonly parents: Waiting & { readonly n: number }
  readonly links: Waiting & { readonly n: number }
  readonly results: Waiting & { readonly n: number }
  readonly sessions: Waiting & { readonly n: number }
  readonly spans: Waiting & { readonly n: number }
  readonly models: Waiting & { readonly n: number }
  readonly linksElsewhere: number
  readonly beforeBeginning: number
  readonly forgottenReceipts: number
}

/** Follows what receipts name. */
export interface References {
  /**
   * @param receipt - the next of its chain
   * @param counts - whether it is in the period; what it stands for counts whenever it came
   */
  update(receipt: DecisionReceipt, counts: boolean): void
  snapshot(): ReferencesSnapshot
}

/** How much is remembered. */
export interface ReferenceLimits {
  /** How many receipt ids, at least. */
  readonly receipts: number
  /** How many that wait for something, at least, of each kind. */
  readonly waiting: number
}

/** Until when an intent may wait for its outcome. */
export interface OutcomeRule {
  /** The judge's clock, in Unix milliseconds. */
  readonly now: number
  readonly withinMs?: number | undefined
}

/** The link by which any receipt is the outcome of an intent, such as an annotation after a crash. */
const OUTCOME = 'outcome_of'

/** A UUIDv7 begins with the millisecond in which it was made. */
const msOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** These begin something by their nature, and are judged by what ends it. */
const beginnings: ReadonlySet<string> = new Set(['tool_call', 'session_start'])

/**
 * @param limits - how much is remembered
 * @param outcome - which intents are too young to lack something
 * @returns a follower of one chain
 */
export function createReferences(limits: ReferenceLimits, outcome: OutcomeRule): References {
  const seen = createSeenIds(limits.receipts)
  const waitingFor = {
    parents: createAwaiting(limits.waiting),
    links: createAwaiting(limits.waiting),
    results: createAwaiting(limits.waiting),
    sessions: createAwaiting(limits.waiting),
    spans: createAwaiting(limits.waiting),
    models: createAwaiting(limits.waiting),
  }
  const n: Record<keyof typeof waitingFor, number> = {
    parents: 0,
    links: 0,
    results: 0,
    sessions: 0,
    spans: 0,
    models: 0,
  }
  /** Tool calls by what their result repeats. */
  const callsByName = createRecent<string[]>(limits.waiting)
  const endedSpans = createRecent<true>(limits.waiting)
  /** Receipts under which an inference names its model; children are sealed before their parent as a rule. */
  const modelBelow = createRecent<true>(limits.waiting)
  let linksElsewhere = 0
  let first: { readonly seq: number; readonly ms: number } | undefined

  const refers = (kind: 'parents' | 'links', target: string, ref: ReceiptRef): void => {
    n[kind] += 1
    if (!seen.has(target)) waitingFor[kind].expect(target, ref)
  }

  const linksOf = (receipt: DecisionReceipt, ref: ReceiptRef): void => {
    for (const { receiptId, chainId } of receipt.links ?? []) {
      if (chainId === undefined || chainId === receipt.chainId) refers('links', receiptId, ref)
      else linksElsewhere += 1
    }
  }

  const callName = ({ tool, traceId = '' }: DecisionReceipt): string | undefined =>
    tool?.callId === undefined ? undefined : `${traceId} ${tool.callId}`

  const onCall = (receipt: DecisionReceipt, ref: ReceiptRef): void => {
    const { receiptId, output, error, action, tool } = receipt
    n.results += 1
    // it failed, was refused, or holds its result itself
    if (output !== undefined || error !== undefined || action === 'reject') return
    const since = Date.parse(receipt.timestamp)
    waitingFor.results.expect(receiptId, ref, 1, { since, tool: tool?.name, effect: tool?.effect })
    const name = callName(receipt)
    if (name === undefined) return
    const others = callsByName.get(name)
    if (others === undefined) callsByName.set(name, [receiptId])
    else if (others.length < 64) others.push(receiptId)
  }

  const onResult = (receipt: DecisionReceipt): void => {
    const { parentReceiptId, links } = receipt
    if (parentReceiptId !== undefined) waitingFor.results.meet(parentReceiptId)
    for (const { receiptId } of links ?? []) waitingFor.results.meet(receiptId)
    const name = callName(receipt)
    if (name === undefined) return
    for (const id of callsByName.get(name) ?? []) waitingFor.results.meet(id)
    callsByName.delete(name)
  }

  const onSpan = (receipt: DecisionReceipt, ref: ReceiptRef, counts: boolean): void => {
    const { spanId, traceId = '', startedAt, endedAt, eventType, receiptId } = receipt
    const span = spanId === undefined ? undefined : `span ${traceId} ${spanId}`
    if (span !== undefined && endedAt !== undefined) {
      waitingFor.spans.meet(span)
      if (endedSpans.get(span) === undefined) endedSpans.set(span, true)
    }
    if (!counts || startedAt === undefined || beginnings.has(eventType)) return
    n.spans += 1
    if (endedAt !== undefined || (span !== undefined && endedSpans.get(span) === true)) return
    waitingFor.spans.expect(span ?? receiptId, ref)
  }

  const onModel = (receipt: DecisionReceipt, ref: ReceiptRef, counts: boolean): void => {
    const { eventType, modelId, parentReceiptId, receiptId } = receipt
    if (eventType === 'inference' && modelId !== undefined && parentReceiptId !== undefined) {
      waitingFor.models.meet(parentReceiptId)
      if (modelBelow.get(parentReceiptId) === undefined) modelBelow.set(parentReceiptId, true)
    }
    if (!counts || (eventType !== 'decision' && eventType !== 'inference')) return
    n.models += 1
    if (modelId === undefined && modelBelow.get(receiptId) === undefined) waitingFor.models.expect(receiptId, ref)
  }

  return {
    update(receipt, counts) {
      const { receiptId, eventType, parentReceiptId, sessionId } = receipt
      const ref = refOf(receipt)
      first ??= { seq: receipt.seq, ms: Date.parse(receipt.timestamp) }
      seen.add(receiptId)
      waitingFor.parents.meet(receiptId)
      waitingFor.links.meet(receiptId)
      if (counts && parentReceiptId !== undefined) refers('parents', parentReceiptId, ref)
      if (counts) linksOf(receipt, ref)
      if (counts && eventType === 'tool_call') onCall(receipt, ref)
      if (eventType === 'tool_result') onResult(receipt)
      else
        for (const { rel, receiptId: intent } of receipt.links ?? [])
          if (rel === OUTCOME) waitingFor.results.meet(intent)
      if (counts && eventType === 'session_start') {
        n.sessions += 1
        waitingFor.sessions.expect(sessionId === undefined ? `receipt ${receiptId}` : `session ${sessionId}`, ref)
      }
      if (eventType === 'session_end') waitingFor.sessions.meet(`session ${sessionId}`)
      onSpan(receipt, ref, counts)
      onModel(receipt, ref, counts)
    },
    snapshot() {
      const begins = first
      // where the chain has no beginning, what is older may have been pruned: that is no fault of whoever named it
      const held = (id: string) => begins === undefined || begins.seq === 0 || msOfId(id) >= begins.ms
      const due = (facts: WaitingFacts | undefined) =>
        outcome.withinMs === undefined || facts === undefined || outcome.now - facts.since > outcome.withinMs
      const all = (kind: keyof typeof waitingFor, counts?: Parameters<Awaiting['waiting']>[0]) => ({
        ...(waitingFor[kind] as Awaiting).waiting(counts),
        n: n[kind],
      })
      const older = (kind: 'parents' | 'links') => waitingFor[kind].waiting((id) => !held(id)).count
      return {
        parents: all('parents', held),
        links: all('links', held),
        results: all('results', (_, facts) => due(facts)),
        sessions: all('sessions'),
        spans: all('spans'),
        models: all('models'),
        linksElsewhere,
        beforeBeginning: older('parents') + older('links'),
        forgottenReceipts: seen.forgotten,
      }
    },
  }
}
