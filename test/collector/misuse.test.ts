import { describe, expect, it } from 'vitest'
import { type CollectorOptions, ReceiptCollector } from '../../src/collector/index.js'
import { QuittanceError } from '../../src/errors.js'
import { collect, recordingSink } from './sink.js'

const other = '01890a5d-ac96-774b-bcce-b302099a8057'

/** What a caller without types can do. */
type Loose = { [setter: string]: (...args: readonly unknown[]) => unknown }
const loose = (eventType: CollectorOptions['eventType'] = 'decision') =>
  collect(recordingSink(), { eventType }) as unknown as Loose

type Fault = new (...args: never[]) => Error
const wrong: [string, (c: Loose) => unknown, Fault, RegExp][] = [
  ['input missing', (c) => c.setInput?.(), TypeError, /^input must be given/],
  ['ref no id', (c) => c.setInput?.('x', { ref: 'not an id' }), TypeError, /^input\.ref must be an id/],
  [
    'media type',
    (c) => c.setOutput?.('x', { mediaType: 'text' }),
    TypeError,
    /^output\.mediaType must be a media type/,
  ],
  ['partial false', (c) => c.setOutput?.('x', { partial: false }), TypeError, /^output\.partial must be true/],
  ['options null', (c) => c.setOutput?.('x', null), TypeError, /^output options must be an object/],
  ['a view', (c) => c.setInput?.(new Float64Array(1)), TypeError, /^input is a view/],
  ['a Blob', (c) => c.setInput?.(new Blob(['x'])), TypeError, /^input is a Blob/],
  [
    'check without fired',
    (c) => c.addCheck?.('a', { score: 1, threshold: 2 }),
    TypeError,
    /^checks\[0\]\.fired is required/,
  ],
  [
    'check contradicts',
    (c) => c.addCheck?.('a', { score: 1, threshold: 2, op: 'gt', fired: true }),
    TypeError,
    /contradicts op/,
  ],
  [
    'check not evaluated but fired',
    (c) => c.addCheck?.('a', { status: 'error', fired: true }),
    TypeError,
    /contradicts status/,
  ],
  [
    'check misspelt',
    (c) => c.addCheck?.('a', { fired: true, treshold: 1 }),
    TypeError,
    /^checks\[0\]\.treshold is a member/,
  ],
  ['check name', (c) => c.addCheck?.('no spaces', { fired: true }), TypeError, /^checks\[0\]\.name must be an id/],
  [
    'check score',
    (c) => c.addCheck?.('a', { fired: true, score: '1' }),
    TypeError,
    /^checks\[0\]\.score must be a finite number/,
  ],
  [
    'check fired a number',
    (c) => c.addCheck?.('a', { fired: 1 }),
    TypeError,
    /^checks\[0\]\.fired must be true or false/,
  ],
  ['check op', (c) => c.addCheck?.('a', { fired: true, op: '>' }), TypeError, /^checks\[0\]\.op/],
  [
    'check detail no text',
    (c) => c.addCheck?.('a', { fired: true, detail: { a: 1 } }),
    TypeError,
    /^checks\[0\]\.detail must be a string/,
  ],
  ['check facts missing', (c) => c.addCheck?.('a'), TypeError, /^check must be an object/],
  ['action unknown', (c) => c.setAction?.('approve'), TypeError, /^action must be allow/],
  ['action missing', (c) => c.setAction?.(), TypeError, /^action must be/],
  ['model misspelt', (c) => c.setModel?.({ modelID: 'x' }), TypeError, /^model\.modelID is a member/],
  ['modelId', (c) => c.setModel?.({ modelId: 'has space' }), TypeError, /^modelId must be an id/],
  ['providerId', (c) => c.setModel?.({ providerId: '9' }), TypeError, /^providerId must be a token/],
  ['configDigest', (c) => c.setModel?.({ configDigest: 'abc' }), TypeError, /^configDigest must be/],
  ['model null', (c) => c.setModel?.(null), TypeError, /^model must be an object/],
  ['subject empty', (c) => c.setSubject?.(''), TypeError, /^subject must be a string/],
  ['subject number', (c) => c.setSubject?.(12), TypeError, /^subject must be a string/],
  ['subject ill-formed', (c) => c.setSubject?.('\ud800'), TypeError, /^subject holds half/],
  ['principal empty', (c) => c.setPrincipal?.(''), TypeError, /^principal must be/],
  [
    'confidence',
    (c) => c.setDecision?.({ confidence: 0.12345 }),
    TypeError,
    /^decision\.confidence has more than 4 decimals/,
  ],
  ['annexIII', (c) => c.setDecision?.({ annexIII: '9' }), TypeError, /^decision\.annexIII must be/],
  ['groupBasis', (c) => c.setDecision?.({ groupBasis: 'guessed' }), TypeError, /^decision\.groupBasis/],
  ['usage negative', (c) => c.setUsage?.({ inputTokens: -1 }), TypeError, /^usage\.inputTokens must be an integer/],
  ['usage array', (c) => c.setUsage?.([1]), TypeError, /^usage must be an object/],
  ['latency', (c) => c.setLatency?.(-1), TypeError, /^latencyMs must be a number/],
  [
    'oversight on a decision',
    (c) => c.setHumanOversight?.({ kind: 'approval', reviewer: 'r' }),
    TypeError,
    /eventType: 'human_oversight'/,
  ],
  ['metadata array', (c) => c.setMetadata?.([]), TypeError, /^metadata must be an object/],
  ['tag empty', (c) => c.addTag?.('a', ''), TypeError, /^tag must be a string/],
  ['reason', (c) => c.addReason?.('no spaces'), TypeError, /^reason code must be a token/],
  ['config', (c) => c.setConfig?.('x'), TypeError, /^config must be an object/],
  ['state text', (c) => c.setState?.('some text'), TypeError, /^state must be "sha256:"/],
  ['state number', (c) => c.setState?.(3), TypeError, /^state must be an object/],
  ['tool without name', (c) => c.setTool?.({ callId: 'c' }), TypeError, /^tool\.name is required/],
  ['tool executedBy', (c) => c.setTool?.({ name: 't', executedBy: 'me' }), TypeError, /^tool\.executedBy/],
  ['agent', (c) => c.setAgent?.('a b'), TypeError, /^agentId must be an id/],
  ['agent version', (c) => c.setAgent?.('a', ''), TypeError, /^agentVersion must be a version/],
  ['system', (c) => c.setSystem?.(), TypeError, /^systemId must be an id/],
  ['decision id', (c) => c.setDecisionId?.('-'), TypeError, /^decisionId must be an id/],
  ['trace', (c) => c.setTrace?.({ spanId: '' }), TypeError, /^spanId must be an id/],
  ['step', (c) => c.setStep?.(-1), TypeError, /^stepIndex must be an integer/],
  ['attempt', (c) => c.setStep?.(0, 0.5), TypeError, /^attempt must be an integer/],
  ['link rel', (c) => c.addLink?.('is about', { receiptId: other }), TypeError, /^rel must be a token/],
  ['link target', (c) => c.addLink?.('about', 'x'), TypeError, /^link target must be an object/],
  ['link id', (c) => c.addLink?.('about', { receiptId: 'x' }), TypeError, /^link target receiptId must be/],
  [
    'link hash',
    (c) => c.addLink?.('about', { receiptId: other, receiptHash: 'x' }),
    TypeError,
    /^link target receiptHash must be/,
  ],
  [
    'link chain',
    (c) => c.addLink?.('about', { receiptId: other, chainId: '../x' }),
    TypeError,
    /^link target chainId must be/,
  ],
  ['source', (c) => c.addSource?.({ type: 'document' }), TypeError, /^sources\[0\]\.id is required/],
  [
    'source trust',
    (c) => c.addSource?.({ type: 'd', id: 'x', trust: 2 }),
    TypeError,
    /^sources\[0\]\.trust must be a number from 0 to 1/,
  ],
  ['match without found', (c) => c.addMatch?.('db', {}), TypeError, /^sources\[0\]\.match\.found is required/],
  [
    'match record',
    (c) => c.addMatch?.('db', { found: true, record: 7 }),
    TypeError,
    /^sources\[0\]\.match\.record must be/,
  ],
  [
    'match pseudonym',
    (c) => c.addMatch?.('db', { found: true, recordId: `hmac-sha256:${'0'.repeat(64)}` }),
    TypeError,
    /recordId is the ledger's/,
  ],
  ['capture', (c) => c.setCapture?.({ name: 'x' }), TypeError, /^capture\.method is required/],
  ['detail of another setter', (c) => c.setDetail?.('metadata', {}), TypeError, /^detail must be rationale/],
  ['detail salt', (c) => c.setDetail?.('salt', '0'), TypeError, /^detail must be rationale/],
  ['detail groups', (c) => c.setDetail?.('groups', { sex: 1 }), TypeError, /^details\.groups\.sex must be/],
  ['detail missing', (c) => c.setDetail?.('rationale'), TypeError, /^details\.rationale must be given/],
  ['extension name', (c) => c.setExtension?.('vendor', 1), TypeError, /^extension must be named/],
  ['extension name with an address', (c) => c.setExtension?.('xA@b.example', 1), TypeError, /^extension must be named/],
  ['extension missing', (c) => c.setExtension?.('xA'), TypeError, /^xA must be given/],
  ['error code', (c) => c.setError?.(new Error('x'), { code: 'no spaces' }), TypeError, /^error\.code must be a token/],
  ['error member', (c) => c.setError?.(new Error('x'), { kode: 'A' }), TypeError, /^error\.kode is a member/],
  ['traceparent', (c) => c.setTraceparent?.('00-x'), TypeError, /^traceparent must be/],
  ['timing', (c) => c.setTiming?.({ startedAt: 'yesterday' }), RangeError, /^startedAt must be a Date/],
  [
    'timing without offset',
    (c) => c.setTiming?.({ startedAt: '2026-01-01T00:00:00' }),
    RangeError,
    /^startedAt must be/,
  ],
  [
    'timing backwards',
    (c) => c.setTiming?.({ startedAt: 2, endedAt: 1 }),
    RangeError,
    /^endedAt lies before startedAt/,
  ],
  [
    'timing ended before the collector was made',
    (c) => c.setTiming?.({ endedAt: 1 }),
    RangeError,
    /^endedAt lies before startedAt/,
  ],
  ['response', (c) => c.setResponse?.({ answer: 42 }), TypeError, /^setResponse knows/],
]

describe('programmer mistakes are named at the call', () => {
  it.each(wrong)('%s', (_name, act, fault, message) => {
    const run = () => act(loose())
    expect(run).toThrow(fault)
    expect(run).toThrow(message)
  })

  it('oversight: kind and reviewer', () => {
    const c = loose('human_oversight')
    expect(() => c.setHumanOversight?.({ kind: 'approval' })).toThrow(/^humanOversight\.reviewer is required/)
    expect(() => c.setHumanOversight?.({ reviewer: 'x' })).toThrow(/^humanOversight\.kind is required/)
    expect(() => c.setHumanOversight?.({ kind: 'approval', reviewer: 'r', comment: 1 })).toThrow(
      /^humanOversight\.comment must be/,
    )
    expect(() => c.setHumanOversight?.({ kind: 'approval', reviewerId: `hmac-sha256:${'0'.repeat(64)}` })).toThrow(
      /give reviewer/,
    )
  })

  it('an action where there is none', () => {
    expect(() => loose('annotation').setAction?.('allow')).toThrow(/^action does not belong to eventType annotation/)
  })

  it('lists have an end', () => {
    const c = collect(recordingSink())
    for (let i = 0; i < 32; i += 1) c.addLink('joins', { receiptId: other })
    expect(() => c.addLink('joins', { receiptId: other })).toThrow(RangeError)
    for (let i = 0; i < 128; i += 1) c.addSource({ type: 'document', id: `d${i}` })
    expect(() => c.addMatch('db', { found: true })).toThrow(RangeError)
  })

  it('a refused call changes nothing', async () => {
    const c = collect(recordingSink(), { eventType: 'inference' })
    const before = { ...(await collect(recordingSink(), { eventType: 'inference' }).draft()) }
    for (const [, act] of wrong) expect(() => act(c as unknown as Loose)).toThrow()
    const { receiptId: _a, startedAt: _b, endedAt: _c, ...said } = await c.draft()
    const { receiptId: _d, startedAt: _e, endedAt: _f, ...nothing } = before as typeof said & Record<string, unknown>
    expect(said).toStrictEqual(nothing)
  })
})

const notJson: [string, unknown, string, string][] = [
  ['a function', { f: () => 1 }, 'input.f', 'not-json'],
  ['a symbol', [Symbol('s')], 'input[0]', 'not-json'],
  ['a bigint', { a: { b: 1n } }, 'input.a.b', 'not-json'],
  ['a Date', { at: new Date(0) }, 'input.at', 'not-json'],
  ['a Map', new Map(), 'input', 'not-json'],
  ['a class', { x: new (class A {})() }, 'input.x', 'not-json'],
  ['undefined in an array', [1, undefined], 'input[1]', 'not-json'],
  ['a hole', Array(1), 'input[0]', 'not-json'],
  ['NaN', { n: Number.NaN }, 'input.n', 'number-not-finite'],
  ['2^53', [2 ** 53], 'input[0]', 'integer-not-safe'],
  ['half a pair', { t: 'a\ud800' }, 'input.t', 'lone-surrogate'],
  ['half a pair at the top', 'a\udc00', 'input', 'lone-surrogate'],
]

describe('what is not JSON is refused with its path', () => {
  it.each(notJson)('%s', (_name, value, path, reason) => {
    let caught: unknown
    try {
      collect(recordingSink()).setInput(value)
    } catch (error) {
      caught = error
    }
    expect(QuittanceError.is(caught, 'RECEIPT_NOT_JSON')).toBe(true)
    expect((caught as QuittanceError).details).toMatchObject({ path, reason })
  })

  it('a name that JavaScript gives a meaning', () => {
    expect(() => collect(recordingSink()).setInput(JSON.parse('{"__proto__":1}'))).toThrow(/__proto__/)
  })

  it('a circle', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    expect(() => collect(recordingSink()).setMetadata(circle)).toThrow(/16 levels/)
  })

  it("the format's own names in what is hashed as it stands, wherever they hide", () => {
    const c = collect(recordingSink())
    expect(() => c.setExtension('xA', { deep: [{ signature: 'x' }] })).toThrow(
      /receiptHash, signature, details or detailsHash/,
    )
    expect(() => c.addCheck('a', { fired: true, xMore: { details: 1 } })).toThrow(
      /receiptHash, signature, details or detailsHash/,
    )
    expect(() => c.setMetadata({ details: 'allowed: not part of the preimage' })).not.toThrow()
  })

  it('names that a caller made up are not repeated in the message', () => {
    expect(() => collect(recordingSink()).setInput({ 'jo@mail.example': 1n })).toThrow(
      /^input\.\* is not a JSON value$/,
    )
  })
})

describe('the options', () => {
  const sink = recordingSink()
  const make = (options: object) => () =>
    new ReceiptCollector({ ledger: sink, tenantId: 'acme', ...options } as CollectorOptions)

  it.each([
    ['no ledger', { ledger: undefined }, /^ledger must have a method append/],
    ['a ledger without append', { ledger: {} }, /^ledger must have a method append/],
    ['no tenant', { tenantId: undefined }, /^tenantId is required/],
    ['tenant', { tenantId: 'a b' }, /^tenantId must be an id/],
    ['a tenant unfit for a chain', { tenantId: 'a+b' }, /^chainId must be given/],
    ['chain', { chainId: '/x' }, /^chainId must be a chain id/],
    ['event type of the ledger', { eventType: 'system' }, /^eventType must be one of decision/],
    ['event type', { eventType: 'approval' }, /^eventType must be one of/],
    [
      'receiptId',
      { receiptId: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' },
      /^receiptId must be a lower-case UUID of version 7/,
    ],
    ['upper-case receiptId', { receiptId: other.toUpperCase() }, /^receiptId must be/],
    ['traceId', { traceId: '' }, /^traceId must be an id/],
    ['tool', { tool: {} }, /^tool\.name is required/],
    ['parent', { parent: 'x' }, /^parent must be an object/],
    ['parent without an id', { parent: { chainId: 'acme', tenantId: 'acme' } }, /^parent\.receiptId must be/],
    ['parent without a chain', { parent: { receiptId: other, tenantId: 'acme' } }, /^parent\.chainId must be/],
    ['parent of no tenant', { parent: { receiptId: other, chainId: 'acme' } }, /^parent\.tenantId must be/],
    [
      'parent with a bad trace',
      { parent: { receiptId: other, chainId: 'acme', tenantId: 'acme', traceId: 4 } },
      /^parent\.traceId must be/,
    ],
  ])('%s', (_name, options, message) => {
    expect(make(options)).toThrow(TypeError)
    expect(make(options)).toThrow(message)
  })
})

it('content that stands for more values than anybody made is refused, not expanded', () => {
  let value: unknown = 'x'
  for (let level = 0; level < 13; level += 1) value = Array.from({ length: 10 }, () => value)
  const ledger = { append: () => Promise.reject(new Error('never called')) }
  const collector = new ReceiptCollector({ ledger, tenantId: 'acme' })
  expect(() => collector.setInput(value)).toThrow(expect.objectContaining({ code: 'RECEIPT_TOO_LARGE' }))
})
