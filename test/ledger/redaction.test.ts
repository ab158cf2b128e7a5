import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { receiptPlan } from '../../src/ledger/text-plan.js'
import type { Ledger } from '../../src/ledger/types.js'
import type { RedactedText, RedactionContext, Redactor } from '../../src/pii/redactor.js'
import { receiptMembers } from '../../src/receipt/schema/receipt.js'
import { memoryStore } from '../../src/store/memory.js'
import { collect, draft, keyNamed, stored } from './support.js'

const sha = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

type Redact = (text: string, context: RedactionContext) => RedactedText | Promise<RedactedText>

const marked: Redact = (text) => {
  const count = text.split('MARK').length - 1
  return count === 0 ? { text } : { text: text.replaceAll('MARK', '[M]'), counts: { TYPE: count } }
}
const later =
  (redact: Redact): Redact =>
  async (text, context) => {
    await new Promise((resolve) => setTimeout(resolve, text.length % 3))
    return redact(text, context)
  }

const redactorOf = (redact: Redact, countsInReceipt = true): Redactor => ({
  name: 'marker',
  version: '1.0',
  configDigest: sha('config'),
  countsInReceipt,
  redact,
})

function ledgerWith(redact: Redact = marked, countsInReceipt?: boolean): Ledger {
  return createLedger({
    store: memoryStore(),
    keys: keyNamed('a'),
    redactor: redactorOf(redact, countsInReceipt),
    secret: new Uint8Array(32).fill(7),
  })
}

/** A draft in which every member that can hold a text holds one. */
const full = (): ReceiptDraft =>
  // the types know extensions on most objects, the format on all of these
  draft({
    systemId: 'sys',
    systemVersion: '1.0',
    agentId: 'agent',
    agentVersion: '2',
    traceId: 'trace',
    spanId: 'span',
    sessionId: 'session',
    decisionId: 'case',
    parentReceiptId: '01890a5d-ac96-774b-bcce-b302099a8057',
    links: [
      {
        rel: 'about',
        receiptId: '01890a5d-ac96-774b-bcce-b302099a8057',
        receiptHash: sha('r') as `sha256:${string}`,
        chainId: 'other',
        xNote: 'n',
      },
    ],
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:01.000Z',
    input: { kind: 'text', content: 'in', ref: 'ref-1', mediaType: 'text/plain' },
    output: { kind: 'json', content: { name: ['value', { deep: 'x' }] }, ref: 'ref-2' },
    subject: 'subject',
    principal: 'principal',
    sources: [
      {
        type: 'document',
        id: 'doc',
        version: '3',
        hash: sha('d') as `sha256:${string}`,
        match: { found: true, record: 'record', xMatch: 'm' },
        xSource: { a: 's' },
      },
    ],
    checks: [
      { name: 'check', version: '1', stage: 'input', fired: false, label: 'label', policyId: 'policy', xCheck: ['c'] },
    ],
    reasonCodes: ['reason'],
    tags: ['tag'],
    decision: {
      type: 'credit',
      annexIII: '5(b)',
      role: 'decides',
      outcome: 'granted',
      groupBasis: 'direct',
      xDecision: 'd',
    },
    tool: {
      name: 'tool',
      callId: 'call',
      type: 'function',
      server: 'server',
      version: '1',
      definitionDigest: sha('t') as `sha256:${string}`,
      effect: 'read',
      executedBy: 'client',
      xTool: 't',
    },
    modelId: 'model',
    providerId: 'provider',
    model: {
      operation: 'chat',
      requestedId: 'requested',
      responseId: 'response',
      finishReason: 'stop',
      rawFinishReason: 'STOP',
      weightsDigest: sha('w') as `sha256:${string}`,
      promptId: 'prompt',
      xModel: 'm',
    },
    configDigest: sha('c') as `sha256:${string}`,
    stateDigest: sha('s') as `sha256:${string}`,
    usage: { inputTokens: 1, xUsage: 'u' },
    error: { code: 'E', source: 'provider', xError: 'e' },
    capture: { method: 'manual', name: 'sdk', version: '1', xCapture: 'c' },
    details: {
      checks: { check: 'why' },
      error: { message: 'm', stack: 's', xE: 'e' },
      oversight: { comment: 'c', xO: 'o' },
      rationale: { a: ['r'] },
      factors: ['f'],
      config: 'cfg',
      groups: { sex: 'f' },
      disclosures: 'd',
      metadata: { key: 'v' },
      xDetails: { x: 'y' },
    },
    xVendor: { name: ['n', { k: 'v' }] },
  } as object)

type Step = string | number
interface Leaf {
  readonly path: readonly Step[]
  /** The position is a name, not a value. */
  readonly name: boolean
}

function leaves(value: unknown, path: readonly Step[] = []): Leaf[] {
  if (typeof value === 'string') return [{ path, name: false }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const below = [...path, Array.isArray(value) ? Number(name) : name]
    return [...(Array.isArray(value) ? [] : [{ path: below, name: true }]), ...leaves(member, below)]
  })
}

function withMark(value: unknown, { path, name }: Leaf): unknown {
  const [step, ...rest] = path
  if (step === undefined) return `${String(value)}MARK`
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? withMark(item, { path: rest, name }) : item))
  return Object.fromEntries(
    Object.entries(value as object).map(([key, member]) => {
      if (key !== step) return [key, member]
      return rest.length === 0 && name ? [`${key}MARK`, member] : [key, withMark(member, { path: rest, name })]
    }),
  )
}

describe('no text gets past the redactor', () => {
  const positions = leaves(full())
  const shown = (leaf: Leaf) => `${leaf.path.join('.')}${leaf.name ? ' (name)' : ''}`

  test('the draft above has every member of a receipt that a call site can fill', async () => {
    const ledger = ledgerWith()
    const receipt = await ledger.append(full())
    const filled = new Set(Object.keys(receipt))
    const missing = Object.keys(receiptMembers).filter((name) => !filled.has(name))
    expect(missing.sort()).toEqual([
      'attempt',
      'humanOversight',
      'key',
      'latencyMs',
      'retention',
      'stepIndex',
      'system',
    ])
    expect(positions.length).toBeGreaterThan(150)
  })

  test.each([
    ['at once', marked],
    ['elsewhere', later(marked)],
  ] as const)('at any position, %s', async (_, redact) => {
    const ledger = ledgerWith(redact)
    const outcomes = new Map<string, number>()
    await Promise.all(
      positions.map(async (leaf) => {
        const outcome = await ledger.append(withMark(full(), leaf) as ReceiptDraft).then(
          () => 'sealed',
          (error: { code: string; message: string }) => {
            if (!leaf.name) expect(error.message, shown(leaf)).not.toContain('MARK')
            return error.code
          },
        )
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      }),
    )
    for await (const line of ledger.store.lines!('acme')) expect(line).not.toContain('MARK')
    // what can be replaced was, what can't was refused: all three happen, and nothing else does
    expect([...outcomes.keys()].sort()).toEqual(['PII_IN_IDENTIFIER', 'RECEIPT_INVALID', 'sealed'])
    expect([...outcomes.values()].every((count) => count > 20)).toBe(true)
  })

  test('in human oversight', async () => {
    const ledger = ledgerWith()
    const oversight = draft({
      eventType: 'human_oversight',
      action: undefined,
      checks: undefined,
      humanOversight: { kind: 'stop', role: 'officer', requestId: 'request', reviewer: 'r', xOversight: 'x' },
    })
    await ledger.append(oversight)
    for (const leaf of leaves(oversight))
      await ledger.append(withMark(oversight, leaf) as ReceiptDraft).catch(() => undefined)
    for (const receipt of await stored(ledger.store)) expect(JSON.stringify(receipt)).not.toContain('MARK')
  })

  test('nor in what the ledger writes of its own', async () => {
    const ledger = ledgerWith()
    await ledger.append(draft())
    await ledger.hold('acme', { holdId: 'h', reason: 'case' })
    const attempts = [
      ledger.note('acme', { code: 'noticeMARK' }),
      ledger.gap('acme', { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z', reason: 'outageMARK' }),
      ledger.change('acme', { what: 'modelMARK' }),
      ledger.change('acme', { what: 'model', from: 'MARK' }),
      ledger.change('acme', { what: 'model', to: 'MARK' }),
      ledger.hold('acme', { holdId: 'MARK', reason: 'case' }),
      ledger.hold('acme', { holdId: 'h', reason: 'caseMARK' }),
      ledger.release('acme', { holdId: 'h', reason: 'caseMARK' }),
      ledger.heartbeat('acmeMARK', {}, { tenantId: 'acme' }),
      ledger.heartbeat('other', {}, { tenantId: 'MARK' }),
    ]
    for (const attempt of attempts)
      await expect(attempt).rejects.toMatchObject({ code: 'PII_IN_IDENTIFIER', details: { outcome: 'absent' } })
    expect(await collect(ledger.store.chains())).toEqual(['acme'])
  })

  test('any JSON, names included', async () => {
    const ledger = ledgerWith()
    const text = fc.oneof(fc.constantFrom('MARK', 'aMARKb', 'MARKMARK', 'plain', 'é'), fc.string({ maxLength: 5 }))
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    })).value
    await fc.assert(
      fc.asyncProperty(json, json, async (metadata, content) => {
        await ledger.append(draft({ details: { rationale: metadata }, input: { kind: 'json', content } })).then(
          (receipt) => expect(JSON.stringify(receipt)).not.toContain('MARK'),
          (error: { code: string }) => expect(['RECEIPT_INVALID', 'RECEIPT_NOT_JSON']).toContain(error.code),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('the plan looks at each text of the schema, or its pattern leaves no room', () => {
    // every member with room for text, by hand: a new one must be thought of here
    const open = [...receiptPlan.members.keys()].sort()
    expect(open).toEqual([
      'agentId',
      'agentVersion',
      'capture',
      'chainId',
      'checks',
      'decision',
      'decisionId',
      'details',
      'error',
      'humanOversight',
      'input',
      'key',
      'links',
      'model',
      'modelId',
      'output',
      'providerId',
      'pseudonymKeyId',
      'reasonCodes',
      'redactor',
      'retention',
      'sessionId',
      'sources',
      'spanId',
      'system',
      'systemId',
      'systemVersion',
      'tags',
      'tenantId',
      'tool',
      'traceId',
      'usage',
    ])
  })
})

describe('what is hashed', () => {
  test('is the text after redaction, in NFC, with the counts beside it', async () => {
    const receipt = await ledgerWith().append(
      draft({
        input: { kind: 'text', content: 'Call MARK or MARK, cafe\u0301' },
        output: { kind: 'json', content: { MARK: ['x MARK', 1], plain: 'y' } },
      }),
    )
    expect(receipt.input).toEqual({ kind: 'text', hash: sha('Call [M] or [M], caf\u00e9'), redactions: { TYPE: 2 } })
    expect(receipt.output).toEqual({
      kind: 'json',
      hash: sha('{"[M]":["x [M]",1],"plain":"y"}'),
      redactions: { TYPE: 2 },
    })
    expect(receipt.redactor).toEqual({ name: 'marker', version: '1.0', configDigest: sha('config') })
  })

  test('counts can be left out, and nothing found leaves none', async () => {
    expect((await ledgerWith(marked, false).append(draft({ input: { kind: 'text', content: 'MARK' } }))).input).toEqual(
      { kind: 'text', hash: sha('[M]') },
    )
    expect((await ledgerWith().append(draft({ input: { kind: 'text', content: 'plain' } }))).input).toEqual({
      kind: 'text',
      hash: sha('plain'),
    })
  })

  test('bytes are not looked at', async () => {
    const content = new TextEncoder().encode('MARK')
    expect((await ledgerWith().append(draft({ input: { kind: 'bytes', content } }))).input).toEqual({
      kind: 'bytes',
      hash: sha('MARK'),
    })
  })
})

describe('what the redactor is told', () => {
  test('path and kind of each text', async () => {
    const seen = new Map<string, string>()
    const ledger = ledgerWith((text, { path, kind }) => {
      seen.set(`${path}=${text}`, kind)
      return { text }
    })
    await ledger.append(full())
    expect(Object.fromEntries(seen)).toMatchObject({
      'tenantId=acme': 'identifier',
      'chainId=acme': 'identifier',
      'traceId=trace': 'machine',
      'tool.callId=call': 'machine',
      'model.responseId=response': 'machine',
      'checks[0].name=check': 'identifier',
      'sources[0].id=doc': 'identifier',
      'input.ref=ref-1': 'identifier',
      'reasonCodes[0]=reason': 'identifier',
      'input=in': 'text',
      'output.name[0]=value': 'text',
      'output=name': 'text',
      'tags[0]=tag': 'text',
      'details.metadata.key=v': 'text',
      'details.groups.sex=f': 'text',
      'checks[0].xCheck[0]=c': 'text',
      'xVendor.name[0]=n': 'text',
    })
    expect([...seen.keys()].filter((key) => /=(subject|principal|record)$/.test(key))).toEqual([])
  })

  test('at most 32 texts wait at once for one that works elsewhere', async () => {
    let now = 0
    let most = 0
    const ledger = ledgerWith(async (text) => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
      return { text }
    })
    await ledger.append(draft({ tags: Array.from({ length: 200 }, (_, index) => `tag ${index}`) }))
    expect(most).toBe(32)
  })

  test('one that answers sometimes at once and sometimes later starves nobody', async () => {
    let calls = 0
    const ledger = ledgerWith((text) => {
      calls += 1
      return calls <= 40 ? new Promise((resolve) => setImmediate(() => resolve({ text }))) : { text }
    })
    const receipt = await ledger.append(draft({ tags: Array.from({ length: 300 }, (_, index) => `tag ${index}`) }))
    expect(receipt.tags).toHaveLength(300)
  })
})

describe('it fails closed', () => {
  const secretText = 'somebody private'
  const failing: readonly (readonly [string, Redact])[] = [
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('broken')
      },
    ],
    ['gives nothing', () => undefined as never],
    ['gives no text', () => ({ text: 1 }) as never],
    [
      'throws after it was asynchronous',
      (() => {
        let calls = 0
        return (text: string) => {
          calls += 1
          if (calls === 5) throw new Error('broken')
          return Promise.resolve({ text })
        }
      })(),
    ],
  ]
  test.each(failing)('one that %s refuses the receipt', async (_, redact) => {
    const ledger = ledgerWith(redact)
    const appended = ledger.append(
      draft({ input: { kind: 'json', content: [{ secretText }, secretText, secretText] } }),
    )
    const error = await appended.catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'LEDGER_REDACTION_FAILED', details: { outcome: 'absent' } })
    expect((error as Error).message).not.toContain(secretText)
    expect((error as Error).cause).toBeInstanceOf(Error)
    expect(await stored(ledger.store)).toEqual([])
  })

  test.each(['text', 'json'] as const)('one that makes %s which has no hash refuses the receipt', async (kind) => {
    const ledger = ledgerWith((text) => ({ text: text.replace('MARK', '\ud800') }))
    await expect(ledger.append(draft({ input: { kind, content: 'a MARK' } }))).rejects.toMatchObject({
      code: 'RECEIPT_NOT_JSON',
      details: { path: 'input.content', reason: 'lone-surrogate', outcome: 'absent' },
    })
  })

  test('two names that become the same refuse the receipt', async () => {
    const ledger = ledgerWith()
    await expect(
      ledger.append(draft({ input: { kind: 'json', content: { MARK: 1, '[M]': 2 } } })),
    ).rejects.toMatchObject({
      code: 'RECEIPT_INVALID',
      details: { path: 'input', outcome: 'absent' },
    })
  })

  test('a name that would be a prototype refuses the receipt', async () => {
    const ledger = ledgerWith((text) => ({ text: text.replace('MARK', '__proto__') }))
    await expect(ledger.append(draft({ details: { metadata: { MARK: { polluted: true } } } }))).rejects.toMatchObject({
      code: 'LEDGER_REDACTION_FAILED',
    })
  })

  test('an identifier in which something was only counted is refused too', async () => {
    const ledger = ledgerWith((text, { kind }) => ({
      text,
      counts: kind === 'identifier' && text === 'acme-7' ? { PHONE: 1 } : {},
    }))
    await expect(ledger.append(draft({ sessionId: 'acme-7' }))).rejects.toMatchObject({
      code: 'PII_IN_IDENTIFIER',
      details: { path: 'sessionId' },
    })
  })

  test("a name that the format refuses is not repeated, for it may be somebody's", async () => {
    const refused = [
      draft({ details: { checks: { 'jo@example.org said': 'x' } } }),
      draft({ 'jo@example.org': 1 } as Partial<ReceiptDraft>),
      draft({ xVendor: { 'jo@example.org': { signature: 'x' } } }),
    ].map((one) =>
      createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false })
        .append(one)
        .catch((error: unknown) => error),
    )
    for (const error of (await Promise.all(refused)) as { message: string; code: string; details: object }[]) {
      expect(error.code).toMatch(/^RECEIPT_/)
      expect(error.message).not.toContain('example')
      expect(JSON.stringify(error.details)).not.toContain('example')
    }
  })

  test('a redactor that is none is refused when the ledger is made', () => {
    const parts = { store: memoryStore(), keys: keyNamed('a') }
    expect(() => createLedger({ ...parts } as never)).toThrow(TypeError)
    expect(() => createLedger({ ...parts, redactor: {} as never })).toThrow(TypeError)
    expect(() => createLedger({ ...parts, redactor: { ...redactorOf(marked), configDigest: 'x' } })).toThrow(TypeError)
  })
})
