/** Receipts that between them use every member of the format, written by hand from its page. */
import type { JsonObject } from './arbitraries.js'

const id = '019a0000-0000-7000-8000-00000000000'
const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const pseudonym = (digit: string) => `hmac-sha256:${digit.repeat(64)}`
const signature = `ed25519:${'e'.repeat(128)}`
const keyId = `did:key:z6Mk${'a'.repeat(44)}`
const otherKey = `did:key:z6Mk${'b'.repeat(44)}`
const time = '2026-01-02T03:04:05.678Z'
const later = '2026-01-02T03:04:06.000Z'

const always = {
  version: 'quittance/1',
  receiptId: `${id}1`,
  chainId: 'acme/credit:eu-1@2',
  seq: 7,
  timestamp: time,
  tenantId: 'acme',
  keyId,
  prevReceiptHash: digest('1'),
  receiptHash: digest('2'),
  signature,
}

const about = { rel: 'about', receiptId: `${id}2`, receiptHash: digest('3') }
const of = (eventType: string, members: JsonObject = {}): JsonObject => ({ ...always, eventType, ...members })

/** By name: one receipt of each kind, and of each event of the ledger. */
export const examples: { readonly [name: string]: JsonObject } = {
  decision: of('decision', {
    systemId: 'scoring',
    systemVersion: '4.2.0',
    agentId: 'agent-1',
    agentVersion: '1',
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    sessionId: 's-1',
    decisionId: 'case-1',
    parentReceiptId: `${id}3`,
    links: [{ rel: 'derived_from', receiptId: `${id}2`, receiptHash: digest('3'), chainId: 'other', xNote: null }],
    stepIndex: 0,
    attempt: 1,
    startedAt: time,
    endedAt: later,
    subjectId: pseudonym('4'),
    principalId: pseudonym('5'),
    pseudonymKeyId: 'people-2026',
    input: {
      kind: 'text',
      hash: pseudonym('6'),
      commitKeyId: 'commit-2026',
      redactions: { EMAIL: 2, PHONE: 0 },
      ref: 'bucket/object-1',
      mediaType: 'text/plain',
      partial: true,
    },
    output: { kind: 'json', hash: digest('7') },
    sources: [
      {
        type: 'reference_database',
        id: 'register-1',
        version: '2026-01',
        hash: digest('8'),
        trust: 0.5,
        score: -1.25,
        match: { found: true, count: 1, score: 0.9, threshold: 0.8, recordId: pseudonym('9'), xMatch: [] },
        xSource: 'a',
      },
    ],
    redactor: { name: 'rules', version: '1.0.0', configDigest: digest('a'), xRedactor: 1 },
    checks: [
      {
        name: 'limit',
        version: '2',
        stage: 'input',
        score: 0.9,
        threshold: 0.8,
        op: 'gt',
        fired: true,
        label: 'high',
        policyId: 'policy-7',
        mode: 'shadow',
        latencyMs: 1.5,
        xCheck: {},
      },
      { name: 'toxicity', fired: false, status: 'timeout' },
    ],
    action: 'allow',
    reasonCodes: ['R1', 'income.low'],
    tags: ['any text', ''],
    decision: {
      type: 'credit',
      annexIII: '5(b)',
      role: 'recommends',
      outcome: 'approved',
      favourable: true,
      score: 712,
      confidence: 0.8125,
      oversight: 'before',
      groupBasis: 'direct',
      xDecision: 1,
    },
    modelId: 'model-1',
    providerId: 'provider',
    model: {
      operation: 'chat',
      requestedId: 'model',
      responseId: 'resp-1',
      finishReason: 'stop',
      rawFinishReason: 'end_turn',
      weightsDigest: digest('b'),
      promptId: 'prompt-3',
      xModel: 1,
    },
    configDigest: digest('c'),
    stateDigest: pseudonym('d'),
    latencyMs: 12.5,
    usage: {
      inputTokens: 10,
      outputTokens: 20,
      totalTokens: 30,
      cacheReadTokens: 4,
      cacheWriteTokens: 5,
      reasoningTokens: 6,
      xUsage: 1,
    },
    error: { code: 'upstream', source: 'provider', status: 503, retryable: true, xError: 1 },
    capture: { method: 'middleware', name: 'http', version: '1', xCapture: 1 },
    detailsHash: digest('e'),
    details: {
      salt: 'f'.repeat(64),
      checks: { limit: 'above the limit' },
      error: { message: 'no answer', stack: 'at', xError: 1 },
      oversight: { comment: 'none', xOversight: 1 },
      rationale: ['any', { json: null }],
      factors: 1,
      config: { temperature: 0 },
      groups: { age: 'over60' },
      disclosures: 'x',
      metadata: { receiptHash: 'free here' },
      xDetails: { details: 1 },
    },
    xVendor: { a: [1, null] },
  }),
  inference: of('inference', { action: 'cache_hit' }),
  tool_call: of('tool_call', {
    tool: {
      name: 'lookup',
      callId: 'call-1',
      type: 'function',
      server: 'crm',
      version: '1',
      definitionDigest: digest('1'),
      effect: 'read',
      executedBy: 'client',
      xTool: 1,
    },
  }),
  tool_result: of('tool_result', {
    input: { kind: 'bytes', hash: digest('1') },
    output: {
      kind: 'text',
      hash: pseudonym('2'),
      commitKeyId: 'commit-2026',
      redactions: {},
      ref: 'a',
      mediaType: 'text/html',
      partial: true,
    },
  }),
  human_oversight: of('human_oversight', {
    humanOversight: {
      kind: 'approval',
      reviewerId: pseudonym('1'),
      role: 'underwriter',
      requestId: 'req-1',
      quorum: 2,
      xOversight: 1,
    },
    pseudonymKeyId: 'people-2026',
    links: [about],
  }),
  'human_oversight: request': of('human_oversight', { humanOversight: { kind: 'request' }, links: [about] }),
  'human_oversight: stop': of('human_oversight', {
    humanOversight: { kind: 'stop', reviewerId: pseudonym('1') },
    pseudonymKeyId: 'people-2026',
  }),
  annotation: of('annotation', { links: [about] }),
  session_start: of('session_start'),
  session_end: of('session_end'),
  'decision with an error only': of('decision', { checks: [], error: { code: 'NOT_EMITTED' } }),
  chain_start: of('system', {
    system: {
      event: 'chain_start',
      nonce: '0'.repeat(32),
      retentionDays: 184,
      operator: 'acme.example',
      predecessor: { chainId: 'old', seq: 9, receiptHash: digest('1') },
    },
  }),
  chain_end: of('system', { system: { event: 'chain_end', reason: 'rotated', successorChainId: 'new' } }),
  rollback: of('system', {
    system: { event: 'rollback', lost: [{ seq: 3, receiptId: `${id}4`, receiptHash: digest('1') }] },
  }),
  heartbeat: of('system', { system: { event: 'heartbeat', dropped: 0 } }),
  gap: of('system', { system: { event: 'gap', from: time, to: later, reason: 'outage', count: 3, rate: 0.5 } }),
  change: of('system', { system: { event: 'change', what: 'model', from: 'm-1', to: 'm-2', substantial: true } }),
  report: of('system', { system: { event: 'report', hash: digest('1'), fromSeq: 0, toSeq: 6 } }),
  checkpoint: of('system', {
    system: { event: 'checkpoint', origin: 'acme.example/log', size: 7, rootHash: digest('1') },
  }),
  notice: of('system', { system: { event: 'notice', code: 'clock.step', count: 1 } }),
  delegate: of('key', {
    key: {
      event: 'delegate',
      certificate: {
        root: keyId,
        delegate: otherKey,
        chains: ['acme', 'acme/*', '*'],
        notBefore: time,
        notAfter: later,
        uses: ['receipt'],
        serial: 'c-1',
      },
      certificateSignature: signature,
    },
  }),
  rotate: of('key', { key: { event: 'rotate', newKeyId: otherKey, countersignature: signature } }),
  revoke: of('key', { key: { event: 'revoke', keyId: otherKey, effectiveAt: time, reason: 'lost' } }),
  prune: of('retention', {
    retention: {
      event: 'prune',
      through: { seq: 3, receiptHash: digest('1') },
      count: 4,
      merkleRoot: digest('2'),
      policy: 'six-months',
      reason: 'expired',
    },
  }),
  erase: of('retention', {
    retention: {
      event: 'erase',
      receipts: [{ seq: 3, receiptId: `${id}5`, detailsHash: digest('1') }],
      reason: 'request',
    },
  }),
  hold: of('retention', {
    retention: { event: 'hold', holdId: 'h-1', fromSeq: 0, toSeq: 9, decisionId: 'case-1', reason: 'dispute' },
  }),
  release: of('retention', {
    retention: { event: 'release', holdId: 'h-1', fromSeq: 0, toSeq: 9, decisionId: 'case-1', reason: 'settled' },
  }),
  shred: of('retention', {
    retention: { event: 'shred', secretId: 'people-2025', use: 'pseudonym', reason: 'expired' },
  }),
}
