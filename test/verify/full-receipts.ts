/** Receipts that together hold every member of the format, at every level. */
import type { DecisionReceipt } from '../../src/receipt/types.js'
import {
  chainOf,
  days,
  delegated,
  delegation,
  derivedId,
  type Entry,
  type EntryOf,
  keys,
  msAfter,
  prune,
  revocation,
  rotation,
} from './support.js'

const hex = (digit: string, length = 64) => digit.repeat(length)
const sha = (digit: string) => `sha256:${hex(digit)}` as const
const hmac = (digit: string) => `hmac-sha256:${hex(digit)}` as const

const system = (event: object): Entry => ({ body: { eventType: 'system', system: event as never } })
const retention = (event: object): Entry => ({ body: { eventType: 'retention', retention: event as never } })

const commitment = {
  kind: 'text',
  hash: hmac('1'),
  commitKeyId: 'commit-1',
  redactions: { EMAIL: 2, PHONE: 1 },
  ref: 'archive:2026/input-1',
  mediaType: 'text/plain',
  partial: true,
} as const

/** A decision with every member that a decision may have. */
const decision: EntryOf = (before) => {
  const parent = before[0] as DecisionReceipt
  return {
    details: {
      checks: { limit: 'the sum of instalments is 41 % of the income' },
      error: { message: 'the second provider gave up', stack: 'at scoring', xRetries: 2 },
      oversight: { comment: 'not needed' },
      rationale: 'income is steady',
      factors: [{ name: 'income', weight: 0.7 }],
      config: { temperature: 0 },
      groups: { age_band: 'b' },
      disclosures: ['automated decision'],
      metadata: { branch: 'Zürich', nested: { list: [1, 'two', null, true] } },
      xNote: 'an extension',
    },
    body: {
      systemId: 'scoring',
      systemVersion: '4.2.0',
      agentId: 'agent-1',
      agentVersion: '1.0',
      traceId: hex('a', 32),
      spanId: hex('b', 16),
      sessionId: 'session-1',
      decisionId: 'case-1',
      parentReceiptId: parent.receiptId,
      links: [
        {
          rel: 'derived_from',
          receiptId: parent.receiptId,
          receiptHash: parent.receiptHash,
          chainId: 'acme',
          xWhy: 'same case',
        },
      ],
      stepIndex: 3,
      attempt: 1,
      startedAt: msAfter(0),
      endedAt: msAfter(250),
      subjectId: hmac('2'),
      principalId: hmac('3'),
      pseudonymKeyId: 'pseudonyms-1',
      input: commitment,
      output: { ...commitment, kind: 'json', hash: hmac('4') },
      sources: [
        {
          type: 'reference_database',
          id: 'sanctions',
          version: '2026-01',
          hash: sha('5'),
          trust: 0.9,
          score: 1.5,
          match: { found: true, count: 1, score: 0.98, threshold: 0.9, recordId: hmac('6'), xList: 'eu' },
          xShelf: 1,
        },
      ],
      redactor: { name: 'redactor', version: '1.0', configDigest: sha('7'), xMode: 'strict' },
      checks: [
        {
          name: 'limit',
          version: '1',
          stage: 'output',
          score: 0.25,
          threshold: 0.5,
          op: 'gte',
          fired: false,
          label: 'low',
          policyId: 'policy-1',
          mode: 'shadow',
          latencyMs: 0.5,
          xModel: 'm',
        },
        { name: 'sanctions', fired: false, status: 'timeout' },
      ],
      action: 'escalate',
      reasonCodes: ['R1', 'R2'],
      tags: ['retail', 'größer'],
      decision: {
        type: 'credit',
        annexIII: '5(b)',
        role: 'recommends',
        outcome: 'declined',
        favourable: false,
        score: 412.5,
        confidence: 0.8125,
        oversight: 'before',
        groupBasis: 'direct',
        xScale: 'fico',
      },
      tool: {
        name: 'bureau',
        callId: 'call-1',
        type: 'function',
        server: 'bureau.example',
        version: '2',
        definitionDigest: sha('8'),
        effect: 'read',
        executedBy: 'client',
        xZone: 'eu',
      },
      modelId: 'model-1',
      providerId: 'example.provider',
      model: {
        operation: 'chat',
        requestedId: 'model',
        responseId: 'response-1',
        finishReason: 'stop',
        rawFinishReason: 'end_turn',
        weightsDigest: sha('9'),
        promptId: 'prompt-1',
        xSeed: 7,
      },
      configDigest: sha('a'),
      stateDigest: hmac('b'),
      latencyMs: 250.25,
      usage: {
        inputTokens: 10,
        outputTokens: 20,
        totalTokens: 30,
        cacheReadTokens: 1,
        cacheWriteTokens: 2,
        reasoningTokens: 3,
        xBatch: 1,
      },
      error: { code: 'provider_timeout', source: 'provider', status: 504, retryable: true, xHop: 2 },
      capture: { method: 'middleware', name: 'capture', version: '1', xHook: 'after' },
      xVendor: { anything: [1, { at: 'all' }] },
    },
  }
}

const oversight: EntryOf = (before) => {
  const about = before[1] as DecisionReceipt
  return {
    details: { oversight: { comment: 'the income was checked by hand' } },
    body: {
      eventType: 'human_oversight',
      action: 'allow',
      pseudonymKeyId: 'pseudonyms-1',
      links: [{ rel: 'about', receiptId: about.receiptId, receiptHash: about.receiptHash }],
      humanOversight: {
        kind: 'override',
        reviewerId: hmac('c'),
        role: 'credit-officer',
        requestId: 'request-1',
        quorum: 2,
        xDesk: 'a',
      },
    },
  }
}

const lost = derivedId(msAfter(0), 'lost')

/** Everything that may stand in a chain, by name. */
const entries: Readonly<Record<string, EntryOf>> = {
  'system chain_start': system({
    event: 'chain_start',
    nonce: hex('d', 32),
    retentionDays: 184,
    operator: 'operator-1',
    predecessor: { chainId: 'acme-2025', seq: 41, receiptHash: sha('e') },
  }),
  decision,
  human_oversight: oversight,
  inference: { body: { eventType: 'inference', modelId: 'model-1' } },
  tool_call: { body: { eventType: 'tool_call', tool: { name: 'search' } } },
  tool_result: { body: { eventType: 'tool_result', tool: { name: 'search' }, action: 'cache_hit' } },
  annotation: { body: { eventType: 'annotation', reasonCodes: ['ground_truth'] } },
  session_start: { body: { eventType: 'session_start', sessionId: 'session-1' } },
  session_end: { body: { eventType: 'session_end', sessionId: 'session-1' } },
  'system rollback': system({ event: 'rollback', lost: [{ seq: 9, receiptId: lost, receiptHash: sha('f') }] }),
  'system heartbeat': system({ event: 'heartbeat', dropped: 0 }),
  'system gap': system({ event: 'gap', from: msAfter(0), to: msAfter(1), reason: 'overload', count: 3, rate: 0.5 }),
  'system change': system({ event: 'change', what: 'model', from: 'model-0', to: 'model-1', substantial: false }),
  'system report': system({ event: 'report', hash: sha('0'), fromSeq: 0, toSeq: 8 }),
  'system checkpoint': system({ event: 'checkpoint', origin: 'operator.example/log', size: 8, rootHash: sha('1') }),
  'system notice': system({ event: 'notice', code: 'clock_skew', count: 1 }),
  'key delegate': delegated(delegation({ notAfter: days(30) })),
  'key rotate': rotation(keys.two),
  'key revoke': revocation(keys.retention, days(300)),
  'retention prune': (before) => ({ ...prune(before[0] as DecisionReceipt), by: undefined }),
  'retention erase': (before) =>
    retention({
      event: 'erase',
      receipts: [{ seq: 1, receiptId: before[1]?.receiptId, detailsHash: before[1]?.detailsHash }],
      reason: 'request',
    }),
  'retention hold': retention({
    event: 'hold',
    holdId: 'hold-1',
    fromSeq: 0,
    toSeq: 9,
    decisionId: 'case-1',
    reason: 'claim',
  }),
  'retention release': retention({
    event: 'release',
    holdId: 'hold-1',
    fromSeq: 0,
    toSeq: 9,
    decisionId: 'case-1',
    reason: 'settled',
  }),
  'retention shred': retention({ event: 'shred', secretId: 'pseudonyms-1', use: 'pseudonym', reason: 'request' }),
  'system chain_end': system({ event: 'chain_end', reason: 'year_end', successorChainId: 'acme-2027' }),
}

/** One chain of all of them. */
export const fullChain: readonly DecisionReceipt[] = chainOf(Object.values(entries))

/** What stands at each seq of `fullChain`. */
export const fullNames: readonly string[] = Object.keys(entries)
