import { describe, expect, it } from 'vitest'
import { ReceiptCollector } from '../../src/collector/index.js'
import { QuittanceError } from '../../src/errors.js'
import { bindEnvironment, realEnvironment } from '../../src/ledger/environment.js'
import { collect, deferred, recordingSink, settle } from './sink.js'

const about = { receiptId: '01890a5d-ac96-774b-bcce-b302099a8057', receiptHash: `sha256:${'a'.repeat(64)}` }

describe('emit', () => {
  it('hands over one draft and gives back what the sink gave, at every call', async () => {
    const sink = recordingSink()
    const c = collect(sink).setAction('allow')
    const first = c.emit({ timeoutMs: 5 })
    const second = c.emit()
    expect(second).toBe(first)
    const receipt = await first
    expect(await c.emit()).toBe(receipt)
    expect(receipt.receiptId).toBe(c.receiptId)
    expect(sink.drafts).toHaveLength(1)
    expect(sink.options).toEqual([{ timeoutMs: 5 }])
  })

  it('after a failure the identical draft is appended again, and the receipt keeps its id', async () => {
    const sink = recordingSink()
    const unknown = new QuittanceError('LEDGER_TIMEOUT', 'late', { details: { outcome: 'unknown' } })
    sink.faults.push(unknown, new Error('again'))
    const c = collect(sink).setInput({ a: 1 }).setAction('allow')
    await expect(c.emit()).rejects.toBe(unknown)
    await expect(c.emit()).rejects.toThrow('again')
    const receipt = await c.emit()
    expect(receipt.receiptId).toBe(c.receiptId)
    expect(sink.drafts).toHaveLength(3)
    expect(new Set(sink.drafts).size).toBe(1)
  })

  it('a sink that throws at once is a rejection too', async () => {
    const fault = new RangeError('at once')
    const c = collect({
      append: () => {
        throw fault
      },
    }).setAction('allow')
    await expect(c.emit()).rejects.toBe(fault)
  })

  it.each([
    ['setInput', (c: ReceiptCollector) => c.setInput('x')],
    ['setAction', (c: ReceiptCollector) => c.setAction('allow')],
    ['addTag', (c: ReceiptCollector) => c.addTag()],
    ['setTraceparent', (c: ReceiptCollector) => c.setTraceparent('nonsense')],
    ['setError', (c: ReceiptCollector) => c.setError(new Error('x'))],
    ['pipeOutput', (c: ReceiptCollector) => c.pipeOutput(new ReadableStream<string>())],
  ])('%s after emit is COLLECTOR_SEALED, also while it is under way and after it failed', async (setter, late) => {
    const sink = recordingSink()
    const gate = deferred()
    sink.gate = gate.promise
    sink.faults.push(new Error('down'))
    const c = collect(sink).setAction('allow')
    const refused = () => {
      let caught: unknown
      try {
        late(c)
      } catch (error) {
        caught = error
      }
      expect(QuittanceError.is(caught, 'COLLECTOR_SEALED')).toBe(true)
      expect((caught as QuittanceError).message).toContain(setter)
      expect((caught as QuittanceError).details).toMatchObject({ receiptId: c.receiptId, chainId: 'acme' })
    }
    const emitted = c.emit()
    refused()
    gate.resolve()
    await expect(emitted).rejects.toThrow('down')
    refused()
    await c.emit()
    refused()
    await expect(c.run(() => 1)).rejects.toMatchObject({ code: 'COLLECTOR_SEALED' })
  })

  it('a decision without action or error is COLLECTOR_NO_ACTION, and stays open', async () => {
    const sink = recordingSink()
    const c = collect(sink).setInput('x')
    await expect(c.emit()).rejects.toMatchObject({ code: 'COLLECTOR_NO_ACTION', details: { receiptId: c.receiptId } })
    await expect(c.draft()).rejects.toMatchObject({ code: 'COLLECTOR_NO_ACTION' })
    expect(sink.drafts).toHaveLength(0)
    await c.setAction('reject').emit()
    expect(sink.drafts).toMatchObject([{ action: 'reject', receiptId: c.receiptId }])
  })

  it('an error takes the place of the action; other events need neither', async () => {
    const sink = recordingSink()
    await collect(sink).setError(new Error('x')).emit()
    await collect(sink, { eventType: 'inference' }).emit()
    await collect(sink, { eventType: 'session_start' }).emit()
    expect(sink.drafts.map((draft) => ('action' in draft ? draft.action : 'none'))).toEqual(['none', 'none', 'none'])
    expect(sink.drafts.map((draft) => 'checks' in draft)).toEqual([true, false, false])
  })

  it.each([
    ['without oversight', (c: ReceiptCollector) => c.addLink('about', about), 'humanOversight'],
    ['about nothing', (c: ReceiptCollector) => c.setHumanOversight({ kind: 'approval', reviewer: 'r' }), 'links'],
    [
      'about a receipt without its hash',
      (c: ReceiptCollector) =>
        c.setHumanOversight({ kind: 'request' }).addLink('about', { receiptId: about.receiptId }),
      'links',
    ],
  ])('oversight %s is refused while it can be mended', async (_name, say, path) => {
    const sink = recordingSink()
    const c = collect(sink, { eventType: 'human_oversight' })
    say(c)
    await expect(c.emit()).rejects.toMatchObject({ code: 'RECEIPT_INVALID', details: { path } })
    await c.setHumanOversight({ kind: 'request' }).addLink('about', about).emit()
    expect(sink.drafts).toHaveLength(1)
  })

  it('a basis for groups without the groups is refused while it can be mended', async () => {
    const sink = recordingSink()
    const c = collect(sink).setAction('allow').setDecision({ groupBasis: 'direct' })
    await expect(c.emit()).rejects.toMatchObject({ code: 'RECEIPT_INVALID', details: { path: 'details.groups' } })
    await c.setDetail('groups', { sex: 'f' }).emit()
    await collect(sink).setAction('allow').setDecision({ groupBasis: 'blind' }).emit()
    expect(sink.drafts).toHaveLength(2)
  })
})

describe('the draft', () => {
  it('is the same at every call and the one that emit appends', async () => {
    const sink = recordingSink()
    const c = collect(sink).setAction('allow')
    const draft = await c.draft()
    expect(await c.draft()).toBe(draft)
    await c.emit()
    expect(sink.drafts[0]).toBe(draft)
  })

  it('begins when the collector is made and ends when the draft is made', async () => {
    const sink = recordingSink()
    let now = Date.parse('2026-03-01T10:00:00.000Z')
    bindEnvironment(sink, { ...realEnvironment, now: () => now })
    const c = collect(sink).setAction('allow')
    now += 1_500
    const draft = await c.draft()
    now += 1_000
    await c.emit()
    expect(draft).toMatchObject({ startedAt: '2026-03-01T10:00:00.000Z', endedAt: '2026-03-01T10:00:01.500Z' })
    expect('latencyMs' in draft).toBe(false)
    expect(sink.drafts[0]).toBe(draft)
  })

  it('does not end before it began when the clock is set back', async () => {
    const sink = recordingSink()
    let now = Date.parse('2026-03-01T10:00:00.000Z')
    bindEnvironment(sink, { ...realEnvironment, now: () => now })
    const c = collect(sink).setAction('allow')
    now -= 60_000
    expect(await c.draft()).toMatchObject({
      startedAt: '2026-03-01T10:00:00.000Z',
      endedAt: '2026-03-01T10:00:00.000Z',
    })
  })

  it("takes clock and ids of the ledger's environment", () => {
    const sink = recordingSink()
    bindEnvironment(sink, { ...realEnvironment, uuid: () => about.receiptId })
    expect(collect(sink).receiptId).toBe(about.receiptId)
  })
})

describe('giving up', () => {
  it('passes the signal on', async () => {
    const sink = recordingSink()
    const { signal } = new AbortController()
    await collect(sink).setAction('allow').emit({ signal })
    expect(sink.options[0]?.signal).toBe(signal)
  })

  it('does not wait for a stream that never ends, and a later emit finds it again', async () => {
    const sink = recordingSink()
    const end = deferred()
    const endless = (async function* () {
      yield 'a'
      await end.promise
      yield 'b'
    })()
    const c = collect(sink).setInput(endless).setAction('allow')
    const controller = new AbortController()
    const reason = new Error('client left')
    const emitted = c.emit({ signal: controller.signal })
    controller.abort(reason)
    await expect(emitted).rejects.toMatchObject({
      code: 'LEDGER_ABORTED',
      details: { outcome: 'absent' },
      cause: reason,
    })
    await expect(c.emit({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'LEDGER_ABORTED' })
    expect(sink.drafts).toHaveLength(0)
    end.resolve()
    await c.emit()
    expect(sink.drafts).toMatchObject([{ input: { kind: 'text', content: 'ab' } }])
  })
})

describe('disposal', () => {
  it('without emit seals an error that says so', async () => {
    const sink = recordingSink()
    {
      await using c = collect(sink)
      c.setInput('x')
    }
    expect(sink.drafts).toMatchObject([{ error: { code: 'NOT_EMITTED' }, input: { content: 'x' }, checks: [] }])
    expect(sink.drafts[0]?.details).toBeUndefined()
  })

  it('keeps what was said', async () => {
    const sink = recordingSink()
    {
      await using c = collect(sink)
      c.setAction('allow').setError(new Error('known'), { code: 'KNOWN' })
    }
    expect(sink.drafts).toMatchObject([{ error: { code: 'KNOWN' }, action: 'allow' }])
  })

  it.each([
    ['emit', (c: ReceiptCollector) => c.emit().then(() => {}), 1],
    ['a failed emit', (c: ReceiptCollector) => c.emit().catch(() => {}), 1],
    ['draft', (c: ReceiptCollector) => c.draft().then(() => {}), 0],
  ])('after %s it does nothing', async (name, act, appended) => {
    const sink = recordingSink()
    if (name === 'a failed emit') sink.faults.push(new Error('down'))
    {
      await using c = collect(sink).setAction('allow')
      await act(c)
    }
    expect(sink.drafts).toHaveLength(appended)
  })

  it('after an emit that could not even make a draft it still seals', async () => {
    const sink = recordingSink()
    {
      await using c = collect(sink)
      await expect(c.emit()).rejects.toMatchObject({ code: 'COLLECTOR_NO_ACTION' })
    }
    expect(sink.drafts).toMatchObject([{ error: { code: 'NOT_EMITTED' } }])
  })

  it('after an emit that was given up before there was a draft it still seals', async () => {
    const sink = recordingSink()
    {
      await using c = collect(sink).setAction('allow').setInput(new ReadableStream())
      const controller = new AbortController()
      const emitted = c.emit({ signal: controller.signal })
      controller.abort()
      await expect(emitted).rejects.toMatchObject({ code: 'LEDGER_ABORTED' })
    }
    expect(sink.drafts).toMatchObject([{ action: 'allow', error: { code: 'NOT_EMITTED' }, input: { partial: true } }])
  })

  it('does not wait for a stream', async () => {
    const sink = recordingSink()
    {
      await using c = collect(sink)
      c.setInput(
        (async function* () {
          yield 'so far'
          await new Promise(() => {})
        })(),
      )
      await settle()
    }
    expect(sink.drafts).toMatchObject([
      { error: { code: 'NOT_EMITTED' }, input: { kind: 'text', content: 'so far', partial: true } },
    ])
  })

  it('rejects when it can not be written', async () => {
    const sink = recordingSink()
    sink.faults.push(new Error('down'))
    await expect(collect(sink)[Symbol.asyncDispose]()).rejects.toThrow('down')
  })
})

describe('what a collector shows of itself', () => {
  it('is its place, never what it gathered', async () => {
    const { inspect } = await import('node:util')
    const c = collect(recordingSink())
      .setInput('secret words')
      .setSubject('secret person')
      .setMetadata({ a: 'secret note' })
    expect(JSON.parse(JSON.stringify(c))).toEqual(c.ref)
    expect(inspect(c, { depth: 9, showHidden: true })).not.toContain('secret')
  })

  it('a collector is a collector', () => {
    expect(collect(recordingSink())).toBeInstanceOf(ReceiptCollector)
  })
})
