import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { currentCollector, ReceiptCollector, type ReceiptRef } from '../../src/collector/index.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { collect, recordingSink } from './sink.js'

const id = '01890a5d-ac96-774b-bcce-b302099a8057'
const hash = `sha256:${'b'.repeat(64)}` as const

/** Code somewhere deep that was not passed the collector. */
async function deep(name: string): Promise<void> {
  await sleep(1)
  currentCollector()?.addCheck(name, { fired: false })
}

describe('the current collector', () => {
  it('reaches across awaits, timers and callbacks', async () => {
    const sink = recordingSink()
    await collect(sink).run(async (c) => {
      await deep('awaited')
      await new Promise<void>((resolve) => setTimeout(() => void deep('timer').then(resolve), 1))
      await new Promise<void>((resolve) => setImmediate(() => resolve(deep('immediate'))))
      await new Promise<void>((resolve) => queueMicrotask(() => resolve(deep('microtask'))))
      c.setAction('allow')
    })
    expect(sink.drafts[0]?.checks?.map((check) => check.name)).toEqual(['awaited', 'timer', 'immediate', 'microtask'])
  })

  it('is each request its own', async () => {
    const sink = recordingSink()
    const requests = Array.from({ length: 50 }, (_, index) =>
      collect(sink).run(async (c) => {
        await sleep(Math.floor((index * 7) % 5))
        await deep(`request-${index}`)
        expect(currentCollector()).toBe(c)
        c.setAction('allow').setStep(index)
      }),
    )
    await Promise.all(requests)
    expect(sink.drafts).toHaveLength(50)
    for (const draft of sink.drafts)
      expect(draft.checks?.map((check) => check.name)).toEqual([`request-${draft.stepIndex}`])
  })

  it('is none outside, and the outer one again after the inner', async () => {
    const sink = recordingSink()
    expect(currentCollector()).toBeUndefined()
    await collect(sink).run(async (outer) => {
      const inner = new ReceiptCollector({ ledger: sink, eventType: 'inference' })
      await inner.run(() => expect(currentCollector()).toBe(inner))
      expect(currentCollector()).toBe(outer)
      outer.setAction('allow')
    })
    expect(currentCollector()).toBeUndefined()
  })
})

describe('the parent', () => {
  const ref: ReceiptRef = {
    chainId: 'loans',
    tenantId: 'acme',
    receiptId: id,
    traceId: 't',
    sessionId: 's',
    systemId: 'y',
  }
  const make = (options: object) =>
    new ReceiptCollector({ ledger: recordingSink(), eventType: 'inference', ...options })

  it('is the current collector, and hands down tenant, chain, trace, session and system', async () => {
    const sink = recordingSink()
    await collect(sink, { chainId: 'loans', traceId: 't', sessionId: 's', systemId: 'y' }).run(async (outer) => {
      await new ReceiptCollector({ ledger: sink, tool: { name: 'search' } }).run((inner) => inner.setAction('allow'))
      await new ReceiptCollector({ ledger: sink, eventType: 'inference', parent: null, tenantId: 'acme' }).emit()
      outer.setAction('allow')
    })
    const [inner, unrelated, outer] = sink.drafts
    expect(inner).toMatchObject({
      parentReceiptId: outer?.receiptId,
      tenantId: 'acme',
      chainId: 'loans',
      traceId: 't',
      sessionId: 's',
      systemId: 'y',
    })
    expect(inner).not.toHaveProperty('links')
    expect(unrelated).toMatchObject({ tenantId: 'acme', chainId: 'acme' })
    for (const name of ['parentReceiptId', 'traceId', 'sessionId', 'systemId', 'links'])
      expect(unrelated).not.toHaveProperty(name)
  })

  it('sees what the parent was told after it was made', async () => {
    const parent = collect(recordingSink()).setTrace({ traceId: 'late' }).setSystem('sys', '2')
    expect(parent.ref).toEqual({
      chainId: 'acme',
      tenantId: 'acme',
      receiptId: parent.receiptId,
      traceId: 'late',
      systemId: 'sys',
    })
    expect(await make({ parent }).draft()).toMatchObject({ traceId: 'late', systemId: 'sys' })
  })

  it.each([
    ['a collector', (c: ReceiptCollector) => c],
    ['its ref', (c: ReceiptCollector) => c.ref],
    ['its ref as JSON', (c: ReceiptCollector) => JSON.parse(JSON.stringify(c.ref))],
    ['the collector as JSON', (c: ReceiptCollector) => JSON.parse(JSON.stringify(c))],
  ])('may be %s', async (_name, given) => {
    const parent = collect(recordingSink(), { traceId: 't' })
    const draft = await make({ parent: given(parent) }).draft()
    expect(draft).toMatchObject({ parentReceiptId: parent.receiptId, chainId: 'acme', tenantId: 'acme', traceId: 't' })
  })

  it('may be a sealed receipt, or its JSON', async () => {
    const receipt = { ...ref, version: 'quittance/1', seq: 4, receiptHash: hash } as unknown as DecisionReceipt
    for (const parent of [receipt, JSON.parse(JSON.stringify(receipt))]) {
      expect(await make({ parent }).draft()).toMatchObject({
        parentReceiptId: id,
        chainId: 'loans',
        traceId: 't',
        sessionId: 's',
        systemId: 'y',
      })
    }
  })

  it('own options come first', async () => {
    const draft = await make({ parent: ref, traceId: 'mine', systemId: 'other', sessionId: 'z' }).draft()
    expect(draft).toMatchObject({ parentReceiptId: id, traceId: 'mine', systemId: 'other', sessionId: 'z' })
  })

  it('in another chain becomes a link, with the hash where it is known', async () => {
    const draft = await make({ parent: { ...ref, receiptHash: hash }, chainId: 'tools' }).draft()
    expect(draft.links).toEqual([{ rel: 'delegated_from', receiptId: id, receiptHash: hash, chainId: 'loans' }])
    expect(draft).not.toHaveProperty('parentReceiptId')
    expect(draft).toMatchObject({ chainId: 'tools', tenantId: 'acme', traceId: 't' })
  })

  it("of another tenant: the child stands in its own tenant's chain", async () => {
    const draft = await make({ parent: ref, tenantId: 'globex' }).draft()
    expect(draft).toMatchObject({ tenantId: 'globex', chainId: 'globex' })
    expect(draft.links).toEqual([{ rel: 'delegated_from', receiptId: id, chainId: 'loans' }])
  })

  it('is data: nothing about it is looked up, sealed or not', async () => {
    const sink = recordingSink()
    const parent = collect(sink)
    await new ReceiptCollector({ ledger: sink, parent, eventType: 'inference' }).emit()
    expect(sink.drafts).toMatchObject([{ parentReceiptId: parent.receiptId }])
  })

  it('a link takes a collector, too', async () => {
    const parent = collect(recordingSink())
    const draft = await make({ parent: null, tenantId: 'acme' })
      .addLink('joins', parent)
      .addLink('about', parent.ref)
      .draft()
    expect(draft.links).toEqual([
      { rel: 'joins', receiptId: parent.receiptId },
      { rel: 'about', receiptId: parent.receiptId },
    ])
  })
})
