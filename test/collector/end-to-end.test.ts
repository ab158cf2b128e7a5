import { createHash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { type CollectorOptions, currentCollector, ReceiptCollector, receiptIdFrom } from '../../src/collector/index.js'
import { QuittanceError } from '../../src/errors.js'
import { localKey } from '../../src/keys/local.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/types.js'
import type { Redactor } from '../../src/pii/redactor.js'
import type { DecisionReceipt, Usage } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import { type FaultPlan, faultyStore } from '../../src/testing/faulty-store.js'
import { testLedger } from '../../src/testing/test-ledger.js'
import { verifyChain } from '../../src/verify/index.js'
import { web } from './sink.js'

const open: Ledger[] = []
afterEach(async () => {
  for (const ledger of open.splice(0)) await ledger.close().catch(() => {})
})

function ledgerOn(plan: FaultPlan = [], options: Partial<LedgerOptions> = {}): Ledger {
  const ledger = createLedger({
    store: faultyStore(memoryStore(), plan),
    keys: localKey({ ephemeral: true }),
    redactor: false,
    secret: new Uint8Array(32).fill(7),
    ...options,
  })
  open.push(ledger)
  return ledger
}

const collect = (ledger: Ledger, options: Partial<CollectorOptions> = {}) =>
  new ReceiptCollector({ ledger, tenantId: 'acme', ...options })
const sha = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

async function chain(ledger: Ledger, chainId = 'acme'): Promise<DecisionReceipt[]> {
  const receipts: DecisionReceipt[] = []
  for await (const receipt of ledger.store.read(chainId)) receipts.push(receipt)
  return receipts
}

async function expectValid(ledger: Ledger, chainId = 'acme'): Promise<void> {
  const { verdict, problems } = await verifyChain(ledger.store.read(chainId), { keyring: await ledger.keyring() })
  expect(problems).toEqual([])
  expect(verdict).toBe('VALID')
}

/** Calls every run of digits personal; enough to see what passes by it. */
const noDigits: Redactor = {
  name: 'no-digits',
  version: '1',
  configDigest: `sha256:${'0'.repeat(64)}`,
  countsInReceipt: true,
  redact: (text, { kind }) => {
    if (kind !== 'text') return { text }
    let count = 0
    const redacted = text.replace(/\d+/g, () => {
      count += 1
      return '[N]'
    })
    return { text: redacted, counts: { NUMBER: count } }
  },
}

describe('with the real ledger', () => {
  it('everything that can be said is sealed and verifies', async () => {
    const ledger = ledgerOn()
    const first = await collect(ledger).setAction('allow').emit()
    const receipt = await collect(ledger, {
      systemId: 'scoring',
      tool: { name: 'search', callId: 'c' },
      eventType: 'decision',
    })
      .setSystem('scoring', '1.0')
      .setAgent('agent', '2')
      .setSubject('Person One')
      .setPrincipal('user-1')
      .setDecisionId('case-1')
      .setTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
      .setStep(1, 2)
      .setLatency(3.5)
      .setInput({ income: 4000 }, { ref: 'db/1', mediaType: 'application/json' })
      .setOutput(new TextEncoder().encode('bytes'))
      .addCheck('risk', { op: 'gt', score: 0.1, threshold: 0.5, detail: 'low' })
      .setAction('reject')
      .setDecision({ type: 'credit', annexIII: '5(b)', groupBasis: 'direct', confidence: 0.9 })
      .addReason('DTI')
      .addTag('prod')
      .setModel({ modelId: 'm-1', providerId: 'acme', operation: 'chat' })
      .setUsage({ inputTokens: 3 })
      .setConfig({ temperature: 0 })
      .setState({ memory: [] })
      .addLink('corrects', first)
      .addSource({ type: 'document', id: 'd-1' })
      .addMatch('sanctions', { found: true, record: 'entry' })
      .setCapture({ method: 'manual' })
      .setMetadata({ note: 'n' })
      .setDetail('rationale', 'why')
      .setDetail('groups', { sex: 'f' })
      .setExtension('xVendor', { a: 1 })
      .setError(new Error('late'), { code: 'LATE' })
      .emit()
    await collect(ledger, { parent: receipt, eventType: 'human_oversight' })
      .addLink('about', receipt)
      .setHumanOversight({ kind: 'override', reviewer: 'Officer', comment: 'No.' })
      .emit()
    await collect(ledger, { parent: receipt, eventType: 'annotation' }).addLink('about', receipt).emit()

    expect(receipt).toMatchObject({
      input: { kind: 'json', hash: sha('{"income":4000}'), ref: 'db/1', mediaType: 'application/json' },
      output: { kind: 'bytes', hash: sha('bytes') },
      checks: [{ name: 'risk', fired: false }],
      details: { checks: { risk: 'low' }, config: { temperature: 0 }, rationale: 'why', error: { message: 'late' } },
      links: [{ rel: 'corrects', receiptId: first.receiptId, receiptHash: first.receiptHash }],
      subjectId: await ledger.subjectId('acme', 'Person One'),
    })
    const text = JSON.stringify(await chain(ledger))
    for (const person of ['Person One', 'user-1', 'Officer', '"entry"']) expect(text).not.toContain(person)
    await expectValid(ledger)
  })

  it("every text goes through the ledger's redactor, however it was given", async () => {
    const ledger = ledgerOn([], { redactor: noDigits })
    const receipt = await collect(ledger)
      .setInput(web('call ', '555-', '0199'))
      .setOutput({ phone: '555', list: ['a 1'] })
      .addCheck('c', { fired: true, detail: 'saw 12' })
      .setMetadata({ m: 'n 3' })
      .setDetail('rationale', ['because 4'])
      .setError(new Error('at 5'), { code: 'X' })
      .addTag('tag 6')
      .setExtension('xNote', 'x 7')
      .setAction('allow')
      .emit()
    expect(receipt.input).toMatchObject({ hash: sha('call [N]-[N]'), redactions: { NUMBER: 2 } })
    expect(receipt.output?.hash).toBe(sha('{"list":["a [N]"],"phone":"[N]"}'))
    expect(receipt).toMatchObject({ tags: ['tag [N]'], xNote: 'x [N]' })
    expect(receipt.details).toMatchObject({
      checks: { c: 'saw [N]' },
      metadata: { m: 'n [N]' },
      rationale: ['because [N]'],
      error: { message: 'at [N]' },
    })
    await expectValid(ledger)
  })

  it('1,000 collectors at once: 1,000 receipts without a gap', async () => {
    const ledger = ledgerOn()
    const receipts = await Promise.all(
      Array.from({ length: 1_000 }, async (_, index) => {
        const c = collect(ledger)
        await c.run(async (given) => {
          given.setInput(`request ${index}`)
          await null
          currentCollector()?.addCheck('seen', { fired: false }).setAction('allow')
        })
        return c.emit()
      }),
    )
    const sealed = await chain(ledger)
    expect(sealed.map((receipt) => receipt.seq)).toEqual(Array.from({ length: 1_001 }, (_, seq) => seq))
    expect(new Set(sealed.map((receipt) => receipt.receiptId)).size).toBe(1_001)
    const bySeq = new Map(sealed.map((receipt) => [receipt.seq, receipt.receiptHash]))
    for (const [index, receipt] of receipts.entries()) {
      expect(bySeq.get(receipt.seq)).toBe(receipt.receiptHash)
      expect(receipt.input?.hash).toBe(sha(`request ${index}`))
    }
    await expectValid(ledger)
  })

  it('children are sealed before their parent and point to it', async () => {
    const ledger = ledgerOn()
    const parent = collect(ledger)
    await parent.run(async (c) => {
      const call = new ReceiptCollector({ ledger, tool: { name: 'search' } }).setInput({ q: 1 })
      const durable = await call.emit()
      expect(await ledger.store.get('acme', durable.receiptId)).toMatchObject({ eventType: 'tool_call' })
      await new ReceiptCollector({ ledger, eventType: 'tool_result', parent: call }).setTool({ name: 'search' }).emit()
      c.setAction('allow')
    })
    const [, call, result, decision] = await chain(ledger)
    expect(call).toMatchObject({ eventType: 'tool_call', parentReceiptId: decision?.receiptId })
    expect(result).toMatchObject({ eventType: 'tool_result', parentReceiptId: call?.receiptId })
    expect(decision?.receiptId).toBe(parent.receiptId)
    await expectValid(ledger)
  })

  it('a parent in another chain is linked across', async () => {
    const ledger = ledgerOn()
    const parent = await collect(ledger).setAction('allow').emit()
    const child = await collect(ledger, { parent: JSON.parse(JSON.stringify(parent)), chainId: 'tools' })
      .setAction('allow')
      .emit()
    expect(child.links).toEqual([
      { rel: 'delegated_from', receiptId: parent.receiptId, receiptHash: parent.receiptHash, chainId: 'acme' },
    ])
    await expectValid(ledger, 'tools')
  })

  it('appendAll takes collectors, streams included, and gives receipts in order', async () => {
    const ledger = ledgerOn()
    const collectors = Array.from({ length: 300 }, (_, index) =>
      collect(ledger)
        .setStep(index)
        .setInput(web(`row `, `${index}`))
        .setAction('allow'),
    )
    const ids: string[] = []
    for await (const receipt of ledger.appendAll(collectors)) {
      expect(receipt.input?.hash).toBe(sha(`row ${receipt.stepIndex}`))
      ids.push(receipt.receiptId)
    }
    expect(ids).toEqual(collectors.map((c) => c.receiptId))
    await expectValid(ledger)
  })

  it('a piped output is durable before its end is seen', async () => {
    const ledger = ledgerOn()
    const c = collect(ledger).setAction('allow')
    const reader = c.pipeOutput(web('a', 'b')).getReader()
    await reader.read()
    await reader.read()
    expect((await reader.read()).done).toBe(true)
    expect(await ledger.store.get('acme', c.receiptId)).toMatchObject({ output: { kind: 'text', hash: sha('ab') } })
  })

  it('a forgotten collector is sealed as such', async () => {
    const ledger = ledgerOn()
    {
      await using c = collect(ledger)
      c.setInput('x')
    }
    expect((await chain(ledger))[1]).toMatchObject({ error: { code: 'NOT_EMITTED' }, checks: [] })
    await expectValid(ledger)
  })

  it('the same calls on a testLedger give the same bytes', async () => {
    const lines = async () => {
      await using ledger = testLedger({ seed: 3 })
      await collect(ledger).run(async (c) => {
        c.setInput('x').setAction('allow')
        await new ReceiptCollector({ ledger, eventType: 'inference' }).setMetadata({ a: 1 }).emit()
      })
      return JSON.stringify(await ledger.receipts())
    }
    expect(await lines()).toBe(await lines())
  })
})

describe('when the real ledger fails', () => {
  it.each(['before', 'after'] as const)(
    'an append that fails for good (%s): emit again gives the one receipt',
    async (kind) => {
      const error = new QuittanceError('STORE_IO', 'planned', {
        details: kind === 'before' ? { outcome: 'absent' } : {},
      })
      const ledger = ledgerOn([{ method: 'append', call: 2, kind, error }])
      await collect(ledger).setAction('allow').emit()
      const c = collect(ledger).setAction('reject')
      const outcome = kind === 'before' ? 'absent' : 'unknown'
      await expect(c.emit()).rejects.toMatchObject({ code: 'STORE_IO', details: { outcome, receiptId: c.receiptId } })
      const receipt = await c.emit()
      expect(receipt.receiptId).toBe(c.receiptId)
      expect((await chain(ledger)).filter(({ receiptId }) => receiptId === c.receiptId)).toHaveLength(1)
      await expectValid(ledger)
    },
  )

  it.each([true, false])(
    'a store that does not answer (done: %s): the outcome is unknown, emit again gives the one receipt',
    async (done) => {
      const ledger = ledgerOn([{ method: 'append', call: 2, kind: 'hang', done }])
      await collect(ledger).setAction('allow').emit()
      const c = collect(ledger).setAction('reject')
      const rejected = await c.emit({ timeoutMs: 30 }).catch((fault: unknown) => fault)
      expect(QuittanceError.is(rejected)).toBe(true)
      expect((rejected as QuittanceError).details).toMatchObject({ outcome: 'unknown', receiptId: c.receiptId })
      const receipt = await c.emit({ timeoutMs: 5_000 })
      expect(receipt.receiptId).toBe(c.receiptId)
      expect((await chain(ledger)).filter(({ receiptId }) => receiptId === c.receiptId)).toHaveLength(1)
      await expectValid(ledger)
    },
  )

  it('run rejects with its own error, and the ledger tells of the other', async () => {
    const ledger = ledgerOn()
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    await ledger.close()
    await expect(collect(ledger).run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(warnings).toMatchObject([{ code: 'LEDGER_CLOSED' }])
    await expect(collect(ledger).run((c) => c.setAction('allow') && 1)).rejects.toMatchObject({ code: 'LEDGER_CLOSED' })
  })
})

describe('delivered twice', () => {
  const receiptId = receiptIdFrom('message-1', Date.parse('2026-03-01T09:30:00.000Z'))

  it('what agrees is the stored receipt, times aside', async () => {
    const ledger = ledgerOn()
    const once = () =>
      collect(ledger, { receiptId }).setInput('x').setLatency(Math.random()).setMetadata({ n: 1 }).setAction('allow')
    const first = await once().emit()
    const second = await once().setTiming({ startedAt: 0 }).emit()
    expect(second).toEqual(first)
    expect(await chain(ledger)).toHaveLength(2)
  })

  it('at the same time, too', async () => {
    const ledger = ledgerOn()
    const all = await Promise.all(
      Array.from({ length: 20 }, () => collect(ledger, { receiptId }).setInput('x').setAction('allow').emit()),
    )
    expect(new Set(all.map((receipt) => receipt.receiptHash)).size).toBe(1)
    expect(await chain(ledger)).toHaveLength(2)
  })

  it('what does not agree is refused', async () => {
    const ledger = ledgerOn()
    await collect(ledger, { receiptId }).setInput('x').setAction('allow').emit()
    await expect(collect(ledger, { receiptId }).setInput('y').setAction('allow').emit()).rejects.toMatchObject({
      code: 'LEDGER_ID_REUSED',
    })
    expect(await chain(ledger)).toHaveLength(2)
  })
})

describe('types accept real code', () => {
  it('optional facts may be undefined, receipts are parents and targets, streams are streams', async () => {
    const ledger = ledgerOn()
    const maybe = (process.env.NO_SUCH_VARIABLE ?? undefined) as string | undefined
    const usage: Usage | undefined = { inputTokens: 1, outputTokens: undefined }
    const receipt = await new ReceiptCollector({
      ledger,
      tenantId: 'acme',
      systemId: maybe,
      traceId: maybe,
      parent: undefined,
      tool: undefined,
    })
      .setInput({ messages: [{ role: 'user', content: 'x', name: maybe }] }, { ref: maybe })
      .setModel({ modelId: maybe, requestedId: 'm' })
      .setUsage(usage)
      .addCheck('c', { fired: true, score: undefined, detail: maybe })
      .addMatch('db', { found: false, record: maybe })
      .setTrace({ traceId: maybe })
      .setAction('allow')
      .emit({ signal: undefined, timeoutMs: undefined })
    const child = await new ReceiptCollector({ ledger, parent: receipt, eventType: 'annotation' })
      .addLink('about', receipt)
      .emit()
    expect(child.links).toEqual([{ rel: 'about', receiptId: receipt.receiptId, receiptHash: receipt.receiptHash }])
    expect(receipt.usage).toEqual({ inputTokens: 1 })
    // as clients of models have it: a stream that is an async iterable, too
    const textStream = web('a') as ReadableStream<string> & AsyncIterable<string>
    const piped: ReadableStream<string> = collect(ledger).setAction('allow').pipeOutput(textStream)
    await piped.cancel()
    await expectValid(ledger)
  })
})
