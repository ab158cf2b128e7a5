import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ReceiptCollector } from '../../src/collector/index.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { collect, recordingSink } from './sink.js'

const other = '01890a5d-ac96-774b-bcce-b302099a8057'
const sha = (data: string | Uint8Array) => `sha256:${createHash('sha256').update(data).digest('hex')}` as const
const digest = sha('anything')

async function draftOf(say: (c: ReceiptCollector) => unknown, options = {}): Promise<ReceiptDraft> {
  const collector = collect(recordingSink(), { eventType: 'inference', ...options })
  const said = say(collector)
  expect(said, 'each setter returns its collector').toBe(collector)
  return collector.draft()
}

/** What a setter adds to a draft on which nothing was said. */
const cases: [string, (c: ReceiptCollector) => unknown, Partial<ReceiptDraft>][] = [
  ['setInput text', (c) => c.setInput('hello'), { input: { kind: 'text', content: 'hello' } }],
  ['setInput empty text', (c) => c.setInput(''), { input: { kind: 'text', content: '' } }],
  [
    'setInput JSON',
    (c) => c.setInput({ a: [1, null, { b: 'c' }] }),
    { input: { kind: 'json', content: { a: [1, null, { b: 'c' }] } } },
  ],
  ['setInput null', (c) => c.setInput(null), { input: { kind: 'json', content: null } }],
  ['setInput number', (c) => c.setInput(0.5), { input: { kind: 'json', content: 0.5 } }],
  [
    'setInput undefined members',
    (c) => c.setInput({ a: undefined, b: 1 }),
    { input: { kind: 'json', content: { b: 1 } } },
  ],
  [
    'setInput bytes',
    (c) => c.setInput(Uint8Array.of(1, 2, 3)),
    { input: { kind: 'bytes', hash: sha(Uint8Array.of(1, 2, 3)) } },
  ],
  ['setInput Buffer', (c) => c.setInput(Buffer.from('abc')), { input: { kind: 'bytes', hash: sha('abc') } }],
  [
    'setInput ArrayBuffer',
    (c) => c.setInput(Uint8Array.of(9).buffer),
    { input: { kind: 'bytes', hash: sha(Uint8Array.of(9)) } },
  ],
  [
    'setOutput with options',
    (c) => c.setOutput('x', { ref: 's3://bucket/key', mediaType: 'text/plain', partial: true }),
    { output: { kind: 'text', content: 'x', ref: 's3://bucket/key', mediaType: 'text/plain', partial: true } },
  ],
  [
    'setOutput again',
    (c) => c.setOutput('x', { partial: true }).setOutput('y'),
    { output: { kind: 'text', content: 'y' } },
  ],
  ['addCheck', (c) => c.addCheck('pii', { fired: false }), { checks: [{ name: 'pii', fired: false }] }],
  [
    'addCheck derived',
    (c) =>
      c
        .addCheck('tox', { op: 'gte', score: 0.8, threshold: 0.8 })
        .addCheck('tox', { op: 'gt', score: 0.8, threshold: 0.8 }),
    {
      checks: [
        { name: 'tox', op: 'gte', score: 0.8, threshold: 0.8, fired: true },
        { name: 'tox', op: 'gt', score: 0.8, threshold: 0.8, fired: false },
      ],
    },
  ],
  [
    'addCheck with everything',
    (c) =>
      c.addCheck('policy/loan', {
        version: '2.1',
        stage: 'output',
        score: 3,
        threshold: 5,
        op: 'lt',
        fired: true,
        label: 'low',
        policyId: 'p-7',
        mode: 'shadow',
        latencyMs: 1.5,
        xVendor: { a: 1 },
      }),
    {
      checks: [
        {
          name: 'policy/loan',
          version: '2.1',
          stage: 'output',
          score: 3,
          threshold: 5,
          op: 'lt',
          fired: true,
          label: 'low',
          policyId: 'p-7',
          mode: 'shadow',
          latencyMs: 1.5,
          xVendor: { a: 1 },
        },
      ],
    },
  ],
  [
    'addCheck that was not evaluated',
    (c) => c.addCheck('slow', { status: 'timeout', op: 'gt', score: 1, threshold: 0 }),
    { checks: [{ name: 'slow', status: 'timeout', op: 'gt', score: 1, threshold: 0, fired: false }] },
  ],
  [
    'addCheck details, one a line',
    (c) =>
      c
        .addCheck('a', { fired: true, detail: 'first' })
        .addCheck('a', { fired: true })
        .addCheck('a', { fired: false, detail: 'third' }),
    {
      checks: [
        { name: 'a', fired: true },
        { name: 'a', fired: true },
        { name: 'a', fired: false },
      ],
      details: { checks: { a: 'first\nthird' } },
    },
  ],
  [
    'addCheck named as something inherited',
    (c) => c.addCheck('a', { fired: true, detail: 'y' }).addCheck('toString', { fired: true, detail: 'x' }),
    {
      checks: [
        { name: 'a', fired: true },
        { name: 'toString', fired: true },
      ],
      details: { checks: { a: 'y', toString: 'x' } },
    },
  ],
  ['setAction', (c) => c.setAction('escalate'), { action: 'escalate' }],
  ['setAction again', (c) => c.setAction('allow').setAction('reject'), { action: 'reject' }],
  [
    'setModel',
    (c) =>
      c
        .setModel({ modelId: 'm-1', providerId: 'acme', configDigest: digest, operation: 'chat', promptId: 'p@3' })
        .setModel({ requestedId: 'm', promptId: undefined }),
    {
      modelId: 'm-1',
      providerId: 'acme',
      configDigest: digest,
      model: { operation: 'chat', promptId: 'p@3', requestedId: 'm' },
    },
  ],
  ['setModel id only', (c) => c.setModel({ modelId: 'm' }), { modelId: 'm' }],
  ['setSubject', (c) => c.setSubject('Customer 12 / Ä'), { subject: 'Customer 12 / Ä' }],
  ['setPrincipal', (c) => c.setPrincipal('user-9'), { principal: 'user-9' }],
  [
    'setDecision',
    (c) =>
      c
        .setDecision({ type: 'credit', annexIII: '5(b)', favourable: true })
        .setDecision({ confidence: 0.1234, favourable: false }),
    { decision: { type: 'credit', annexIII: '5(b)', favourable: false, confidence: 0.1234 } },
  ],
  [
    'setUsage',
    (c) => c.setUsage({ inputTokens: 5, outputTokens: 1 }).setUsage({ outputTokens: 7 }),
    { usage: { inputTokens: 5, outputTokens: 7 } },
  ],
  ['setLatency', (c) => c.setLatency(12.5), { latencyMs: 12.5 }],
  [
    'setMetadata',
    (c) => c.setMetadata({ a: 1, b: { c: 2 } }).setMetadata({ b: 'new' }),
    { details: { metadata: { a: 1, b: 'new' } } },
  ],
  ['addTag', (c) => c.addTag('prod', 'eu').addTag('prod').addTag(), { tags: ['prod', 'eu'] }],
  ['addReason', (c) => c.addReason('DTI_HIGH').addReason('AGE', 'DTI_HIGH'), { reasonCodes: ['DTI_HIGH', 'AGE'] }],
  [
    'setConfig',
    (c) => c.setConfig({ temperature: 0.2, b: 1 }),
    { configDigest: sha('{"b":1,"temperature":0.2}'), details: { config: { temperature: 0.2, b: 1 } } },
  ],
  ['setState JSON', (c) => c.setState({ b: 1, a: [2] }), { stateDigest: sha('{"a":[2],"b":1}') }],
  ['setState bytes', (c) => c.setState(Uint8Array.of(7)), { stateDigest: sha(Uint8Array.of(7)) }],
  ['setState digest', (c) => c.setState(`hmac-${digest}`), { stateDigest: `hmac-${digest}` }],
  [
    'setTool',
    (c) => c.setTool({ name: 'search', callId: 'c1', effect: 'read', executedBy: 'client' }),
    { tool: { name: 'search', callId: 'c1', effect: 'read', executedBy: 'client' } },
  ],
  [
    'setTool with its definition',
    (c) => c.setTool({ name: 'search', definition: { description: 'Finds.', parameters: {} } }),
    { tool: { name: 'search', definitionDigest: sha(canonicalize({ description: 'Finds.', parameters: {} })) } },
  ],
  ['setAgent', (c) => c.setAgent('agent-1', '3.0'), { agentId: 'agent-1', agentVersion: '3.0' }],
  ['setSystem', (c) => c.setSystem('scoring', '1.2'), { systemId: 'scoring', systemVersion: '1.2' }],
  ['setDecisionId', (c) => c.setDecisionId('case-4'), { decisionId: 'case-4' }],
  [
    'setTrace',
    (c) => c.setTrace({ traceId: 't', spanId: 's' }).setTrace({ sessionId: 'x', spanId: undefined }),
    { traceId: 't', spanId: 's', sessionId: 'x' },
  ],
  [
    'setTraceparent',
    (c) => c.setTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
    { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
  ],
  ['setStep', (c) => c.setStep(3, 2), { stepIndex: 3, attempt: 2 }],
  [
    'addLink',
    (c) =>
      c
        .addLink('corrects', { receiptId: other, receiptHash: digest, chainId: 'acme' })
        .addLink('derived_from', { receiptId: other, chainId: 'other' }),
    {
      links: [
        { rel: 'corrects', receiptId: other, receiptHash: digest },
        { rel: 'derived_from', receiptId: other, chainId: 'other' },
      ],
    },
  ],
  [
    'addSource',
    (c) =>
      c
        .addSource({ type: 'document', id: 'doc-1', version: '3', trust: 0.5, score: 12 })
        .addSource({ type: 'x', id: 'y', match: { found: true, record: 'R 1' } }),
    {
      sources: [
        { type: 'document', id: 'doc-1', version: '3', trust: 0.5, score: 12 },
        { type: 'x', id: 'y', match: { found: true, record: 'R 1' } },
      ],
    },
  ],
  [
    'addMatch',
    (c) =>
      c
        .addMatch('sanctions', {
          version: '7',
          hash: digest,
          trust: 1,
          found: true,
          count: 2,
          score: 0.9,
          threshold: 0.8,
          record: 'entry 77',
        })
        .addMatch('pep', { found: false }),
    {
      sources: [
        {
          type: 'reference_database',
          id: 'sanctions',
          version: '7',
          hash: digest,
          trust: 1,
          match: { found: true, count: 2, score: 0.9, threshold: 0.8, record: 'entry 77' },
        },
        { type: 'reference_database', id: 'pep', match: { found: false } },
      ],
    },
  ],
  [
    'setCapture',
    (c) => c.setCapture({ method: 'middleware', name: 'express', version: '5' }),
    { capture: { method: 'middleware', name: 'express', version: '5' } },
  ],
  [
    'setDetail',
    (c) =>
      c
        .setDetail('rationale', 'because')
        .setDetail('factors', [{ f: 1 }])
        .setDetail('groups', { sex: 'f' })
        .setDetail('disclosures', {})
        .setDetail('config', [1])
        .setDetail('xNote', null),
    {
      details: {
        rationale: 'because',
        factors: [{ f: 1 }],
        groups: { sex: 'f' },
        disclosures: {},
        config: [1],
        xNote: null,
      },
    },
  ],
  ['setExtension', (c) => c.setExtension('xVendor', { a: 'b' }).setExtension('xN', 1), { xVendor: { a: 'b' }, xN: 1 }],
  [
    'setTiming',
    (c) => c.setTiming({ startedAt: '2026-01-01T12:00:00+02:00', endedAt: new Date('2026-01-02T00:00:00.000Z') }),
    { startedAt: '2026-01-01T10:00:00.000Z', endedAt: '2026-01-02T00:00:00.000Z' },
  ],
]

describe('what each setter records', () => {
  it.each(cases)('%s', async (_name, say, expected) => {
    const { receiptId, chainId, tenantId, eventType, startedAt, endedAt, ...said } = await draftOf(say)
    expect({ chainId, tenantId, eventType }).toEqual({ chainId: 'acme', tenantId: 'acme', eventType: 'inference' })
    expect(receiptId).toMatch(/^[0-9a-f-]{36}$/)
    const { startedAt: start, endedAt: end, ...rest } = expected
    expect(said).toStrictEqual(rest)
    if (start !== undefined) expect({ startedAt, endedAt }).toEqual({ startedAt: start, endedAt: end })
  })

  it('covers every setter', () => {
    const setters = new Set<string>()
    let prototype: object | null = Object.getPrototypeOf(collect(recordingSink()))
    while (prototype && prototype !== Object.prototype) {
      for (const name of Object.getOwnPropertyNames(prototype)) if (/^(?:set|add)[A-Z]/.test(name)) setters.add(name)
      prototype = Object.getPrototypeOf(prototype)
    }
    const tried = new Set(cases.map(([name]) => name.split(' ')[0]))
    // these have tests of their own
    for (const name of ['setResponse', 'setHumanOversight', 'setError']) tried.add(name)
    expect([...setters].sort()).toEqual([...tried].sort())
  })

  it('setHumanOversight, on a receipt of its own', async () => {
    const about = { receiptId: other, receiptHash: digest, chainId: 'acme' }
    const draft = await draftOf(
      (c) =>
        c.addLink('about', about).setHumanOversight({
          kind: 'approval',
          reviewer: 'Officer Nine',
          role: 'credit-officer',
          requestId: 'r-1',
          quorum: 2,
          comment: 'Seen.',
        }),
      { eventType: 'human_oversight' },
    )
    expect(draft.humanOversight).toStrictEqual({
      kind: 'approval',
      reviewer: 'Officer Nine',
      role: 'credit-officer',
      requestId: 'r-1',
      quorum: 2,
    })
    expect(draft.details).toStrictEqual({ oversight: { comment: 'Seen.' } })
    expect(draft.links).toStrictEqual([{ rel: 'about', receiptId: other, receiptHash: digest }])
  })

  it('setHumanOversight that stops a system is about no receipt', async () => {
    const draft = await draftOf((c) => c.setHumanOversight({ kind: 'stop', reviewer: 'R' }), {
      eventType: 'human_oversight',
    })
    expect(draft.humanOversight).toStrictEqual({ kind: 'stop', reviewer: 'R' })
    expect(draft.details).toBeUndefined()
  })

  it('setError', async () => {
    const thrown = Object.assign(new RangeError('limit of 5'), { status: 429 })
    const draft = await draftOf((c) => c.setError(thrown, { code: 'RATE_LIMIT', source: 'provider', retryable: true }))
    expect(draft.error).toStrictEqual({ code: 'RATE_LIMIT', source: 'provider', retryable: true, status: 429 })
    expect(draft.details?.error).toStrictEqual({ message: 'limit of 5', stack: thrown.stack })
  })

  it('a later error replaces the earlier one whole', async () => {
    const draft = await draftOf((c) => c.setError(new Error('first')).setError(undefined, { code: 'SECOND' }))
    expect(draft.error).toStrictEqual({ code: 'SECOND' })
    expect(draft.details).toBeUndefined()
  })
})

describe('the rest of a draft', () => {
  it('a decision always has checks', async () => {
    const draft = await draftOf((c) => c.setAction('allow'), { eventType: 'decision' })
    expect(draft.checks).toStrictEqual([])
  })

  it('what is handed over is frozen, all the way down', async () => {
    const draft = await draftOf((c) =>
      c
        .setInput({ a: [{ b: 1 }] })
        .addCheck('x', { fired: true, detail: 'd', xMore: { deep: [1] } })
        .setMetadata({ m: { n: [1] } })
        .addTag('t')
        .addMatch('db', { found: true })
        .addLink('joins', { receiptId: other })
        .setError(new Error('e'))
        .setModel({ operation: 'chat' })
        .setDetail('factors', [{}])
        .setExtension('xA', [{}]),
    )
    const loose: string[] = []
    const walk = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return
      if (!Object.isFrozen(value)) loose.push(path)
      for (const [name, below] of Object.entries(value)) walk(below, `${path}.${name}`)
    }
    walk(draft, 'draft')
    expect(loose).toEqual([])
  })

  it('copies what it is given at the call', async () => {
    const input = { list: [1, { a: 'before' }] as [number, { a: string }] }
    const bytes = Uint8Array.of(1, 2)
    const metadata = { m: ['x'] }
    const draft = await draftOf((c) => {
      c.setInput(input).setOutput(bytes).setMetadata(metadata)
      input.list[1].a = 'after'
      bytes[0] = 9
      metadata.m.push('y')
      return c
    })
    expect(draft.input).toStrictEqual({ kind: 'json', content: { list: [1, { a: 'before' }] } })
    expect(draft.output).toStrictEqual({ kind: 'bytes', hash: sha(Uint8Array.of(1, 2)) })
    expect(draft.details).toStrictEqual({ metadata: { m: ['x'] } })
  })

  it('the option tool makes it a tool_call', async () => {
    const collector = collect(recordingSink(), { tool: { name: 'search', callId: 'c-1' } })
    const draft = await collector.draft()
    expect(draft.eventType).toBe('tool_call')
    expect(draft.tool).toStrictEqual({ name: 'search', callId: 'c-1' })
  })

  it('the options stand in the draft', async () => {
    const options = {
      chainId: 'loans/eu',
      systemId: 'scoring',
      traceId: 't1',
      sessionId: 's1',
      receiptId: other,
      eventType: 'annotation',
    } as const
    const collector = collect(recordingSink(), options)
    expect(await collector.draft()).toMatchObject({ tenantId: 'acme', ...options })
    expect(collector.receiptId).toBe(other)
  })
})
