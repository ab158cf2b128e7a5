/** Chains made by hand, sealed by node:crypto: each receipt says what a test gives it, and nothing else goes wrong. */
import { genesisHash } from '../../../src/receipt/digest.js'
import { frame, link, type ReceiptBody, seal } from '../../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { Keyring } from '../../../src/verify/index.js'
import { RFC8032_TEST1, testKey } from '../../receipt/keys.js'

export const key = testKey(RFC8032_TEST1)
export const keyring = new Keyring([key.keyId])
export const START = Date.UTC(2026, 2, 4, 5, 6, 7)
/** Long after every receipt here. */
export const now = '2026-12-01T00:00:00.000Z'

const zeros = '0'.repeat(64)
export const digest = `sha256:${zeros}` as const
export const person = (n: number) => `hmac-sha256:${n.toString(16).padStart(64, '0')}` as const

/** A UUIDv7 with the time of its receipt; `chain` tells chains apart. */
export const idOf = (n: number, chain = 0, ms = START): string => {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${chain.toString(16).padStart(4, '0')}${n.toString(16).padStart(8, '0')}`
}

/** What one receipt says; `ms` is when it was sealed, after the first. */
export type Body = Partial<Omit<ReceiptBody, 'eventType'>> & {
  readonly eventType: DecisionReceipt['eventType']
  readonly ms?: number
}

export interface ChainOptions {
  readonly chainId?: string
  /** Number of the chain, in its ids. */
  readonly number?: number
  /** The first seq; above 0 the chain begins as if it had been pruned. */
  readonly firstSeq?: number
}

export function sealed(bodies: readonly Body[], options: ChainOptions = {}): DecisionReceipt[] {
  const { chainId = 'acme', number = 0, firstSeq = 0 } = options
  const receipts: DecisionReceipt[] = []
  for (const [index, { ms = index * 1_000, ...body }] of bodies.entries()) {
    const members = { version: 'quittance/1', receiptId: idOf(index, number), chainId, tenantId: 'acme', ...body }
    // an undefined member is a member left out
    const given = Object.entries(members).filter(([, value]) => value !== undefined)
    const framed = frame(Object.fromEntries(given) as unknown as ReceiptBody)
    const linked = link(framed, {
      seq: firstSeq + index,
      timestamp: new Date(START + ms).toISOString(),
      keyId: key.keyId,
      prevReceiptHash: receipts.at(-1)?.receiptHash ?? (firstSeq === 0 ? genesisHash(chainId) : digest),
    })
    receipts.push(seal(linked, key.sign(linked.message)))
  }
  return receipts
}

export const about = (n: number, chain = 0, rel = 'about') => ({ rel, receiptId: idOf(n, chain), receiptHash: digest })

const recorded = {
  capture: { method: 'middleware', name: 'api', version: '2' },
  redactor: { name: 'rules', version: '1', configDigest: digest },
} as const
const content = { kind: 'text', hash: digest } as const

/** Receipts that leave nothing out. */
export const good = {
  start: (sessionId = 's-1'): Body => ({ eventType: 'session_start', sessionId, ...recorded }),
  end: (sessionId = 's-1'): Body => ({ eventType: 'session_end', sessionId, ...recorded }),
  decision: (more: Partial<Body> = {}): Body => ({
    eventType: 'decision',
    traceId: 'trace-1',
    input: content,
    output: content,
    checks: [{ name: 'toxicity', score: 0.1, threshold: 0.8, op: 'gte', fired: false }],
    action: 'allow',
    modelId: 'model-1',
    systemId: 'scoring',
    systemVersion: '4.2.0',
    ...recorded,
    ...more,
  }),
  inference: (more: Partial<Body> = {}): Body => ({
    eventType: 'inference',
    traceId: 'trace-1',
    input: content,
    output: content,
    modelId: 'model-2',
    ...recorded,
    ...more,
  }),
  call: (callId: string, more: Partial<Body> = {}): Body => ({
    eventType: 'tool_call',
    traceId: 'trace-1',
    input: content,
    tool: { name: 'search', callId },
    ...recorded,
    ...more,
  }),
  result: (callId: string, more: Partial<Body> = {}): Body => ({
    eventType: 'tool_result',
    traceId: 'trace-1',
    output: content,
    tool: { name: 'search', callId },
    ...recorded,
    ...more,
  }),
  request: (n: number, requestId: string, more: Partial<Body> = {}): Body => ({
    eventType: 'human_oversight',
    links: [about(n)],
    humanOversight: { kind: 'request', requestId },
    ...recorded,
    ...more,
  }),
  review: (n: number, kind: string, requestId?: string, reviewer = 1, more: Partial<Body> = {}): Body => ({
    eventType: 'human_oversight',
    links: [about(n)],
    humanOversight: { kind, reviewerId: person(reviewer), ...(requestId === undefined ? {} : { requestId }) },
    pseudonymKeyId: 'people-1',
    ...recorded,
    ...more,
  }),
} as const
