/** What was not logged: silence where heartbeats are due, and intents without an outcome. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ReceiptCollector } from '../../src/collector/collector.js'
import { QuittanceError } from '../../src/errors.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { coverageOf, createCoverage } from '../../src/report/coverage.js'
import { memoryStore } from '../../src/store/memory.js'
import { type HeartbeatOptions, type Heartbeats, heartbeats } from '../../src/transparency/heartbeats.js'
import { withIntent } from '../../src/transparency/intent.js'
import { draft, keyNamed, stored } from '../ledger/support.js'
import { type Body, good, idOf, keyring, now, START, sealed } from '../report/coverage/support.js'

const open: (Heartbeats | Ledger)[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

function ledgerOf() {
  const store = memoryStore()
  const ledger = createLedger({ store, keys: keyNamed('heartbeats'), redactor: false })
  const warnings: unknown[] = []
  ledger.on('warning', ({ error }) => warnings.push(error))
  open.unshift(ledger)
  return { store, ledger, warnings }
}

function beating(ledger: Ledger, options: Partial<HeartbeatOptions> = {}): Heartbeats {
  const beats = heartbeats(ledger, { chains: ['acme'], everyMs: 3_600_000, tenantId: 'acme', ...options })
  open.unshift(beats)
  return beats
}

/** Resolves when the ledger has appended so many heartbeats. */
function heard(ledger: Ledger, count: number): Promise<DecisionReceipt[]> {
  const found: DecisionReceipt[] = []
  return new Promise((resolve) => {
    ledger.on('appended', ({ receipts }) => {
      for (const receipt of receipts) if (receipt.system?.event === 'heartbeat') found.push(receipt)
      if (found.length >= count) resolve(found)
    })
  })
}

const events = (receipts: readonly DecisionReceipt[]) =>
  receipts.map(({ eventType, system }) => system?.event ?? eventType)

describe('heartbeats', () => {
  test('are written by themselves, again and again, while nothing else is', async () => {
    const { ledger } = ledgerOf()
    const three = heard(ledger, 3)
    beating(ledger, { everyMs: 20 })
    const receipts = await three
    const times = receipts.map(({ timestamp }) => Date.parse(timestamp))
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] as number) >= 20)).toBe(true)
  })

  test('a chain whose newest receipt is young gets none, whoever wrote it', async () => {
    const { ledger, store } = ledgerOf()
    const other = createLedger({ store, keys: keyNamed('heartbeats'), redactor: false })
    await other.append(draft())
    await beating(ledger).beat()
    expect(events(await stored(store))).toEqual(['chain_start', 'decision'])
  })

  test('what was dropped is told once it is written, and also where the chain is busy', async () => {
    const { ledger, store } = ledgerOf()
    await ledger.append(draft())
    const dropped = [3, 0, 4]
    const beats = beating(ledger, { dropped: () => dropped.shift() ?? 0 })
    await beats.beat()
    await beats.beat()
    await beats.beat()
    expect(
      (await stored(store)).flatMap(({ system }) => (system?.event === 'heartbeat' ? [system.dropped] : [])),
    ).toEqual([3, 4])
  })

  test('what could not be written is a warning, and its count comes along later', async () => {
    const { ledger, store, warnings } = ledgerOf()
    const dropped = [2]
    // an empty chain, and nobody said for whom
    const beats = beating(ledger, { tenantId: undefined, dropped: () => dropped.shift() ?? 0 })
    await beats.beat()
    expect(warnings).toHaveLength(1)
    await ledger.append(draft())
    await beats.beat()
    expect((await stored(store)).at(-1)?.system).toEqual({ event: 'heartbeat', dropped: 2 })
  })

  test('a chain that ended gets none, and a list that fails is a warning', async () => {
    const { ledger, store, warnings } = ledgerOf()
    await ledger.append(draft())
    await ledger.succeed('acme', { reason: 'test' })
    let fails = false
    const beats = beating(ledger, {
      everyMs: 2_147_483_647,
      chains: async () => {
        if (fails) throw new QuittanceError('STORE_UNAVAILABLE', 'planned')
        return ['acme', 'acme/2']
      },
      dropped: () => 1,
    })
    await beats.beat()
    expect(events(await stored(store))).toEqual(['chain_start', 'decision', 'chain_end'])
    expect(events(await stored(store, 'acme/2'))).toEqual(['chain_start', 'heartbeat'])
    fails = true
    await beats.beat()
    expect(warnings).toHaveLength(1)
  })

  test('after close none is written', async () => {
    const { ledger, store } = ledgerOf()
    const beats = beating(ledger, { everyMs: 1 })
    await beats.beat()
    await beats.close()
    const { length } = await stored(store)
    await beats.beat()
    expect(await stored(store)).toHaveLength(length)
  })

  test('options that make no sense are refused', () => {
    const { ledger } = ledgerOf()
    for (const everyMs of [0, -1, 1.5, Number.NaN, 2 ** 31])
      expect(() => heartbeats(ledger, { chains: [], everyMs })).toThrow(RangeError)
    expect(() => heartbeats(ledger, { chains: 'acme' as never, everyMs: 1 })).toThrow(TypeError)
    expect(() => heartbeats(ledger, { chains: [], everyMs: 1, every: 1 } as never)).toThrow(TypeError)
  })
})

const beat = (ms: number): Body => ({ eventType: 'system', system: { event: 'heartbeat' }, ms })
const MINUTE = 60_000

describe('silence', () => {
  const silencesOf = (receipts: readonly DecisionReceipt[], options: object) => {
    const coverage = createCoverage({ heartbeatMs: 10 * MINUTE, ...options })
    for (const receipt of receipts) coverage.update(receipt)
    const { findings, clear } = coverage.figures()
    const found = findings.find(({ code }) => code === 'SILENCE_TOO_LONG')
    return found ?? { count: 0, n: clear.find(({ code }) => code === 'SILENCE_TOO_LONG')?.n, cases: [] }
  }
  const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()

  test('is listed, the longest first, with the one after the last receipt', () => {
    const receipts = sealed([
      beat(0),
      beat(15 * MINUTE),
      good.decision({ ms: 31 * MINUTE } as Partial<Body>),
      beat(40 * MINUTE),
    ])
    const found = silencesOf(receipts, { now: at(140) })
    expect(found).toMatchObject({ count: 2, n: 4 })
    expect(found.cases).toEqual([
      { receipt: { chainId: 'acme', seq: 3, receiptId: idOf(3) }, since: at(40), until: at(140), ms: 100 * MINUTE },
      { receipt: { chainId: 'acme', seq: 1, receiptId: idOf(1) }, since: at(15), until: at(31), ms: 16 * MINUTE },
    ])
    expect(silencesOf(receipts, { now: at(55) }).count).toBe(1)
  })

  test('a heartbeat may be late by half, a chain that ended is silent for good', () => {
    const ended: Body = { eventType: 'system', system: { event: 'chain_end', reason: 'test' }, ms: 15 * MINUTE }
    expect(silencesOf(sealed([beat(0), ended]), { now: at(10_000) })).toMatchObject({ count: 0, n: 1 })
  })

  test('a period sees silence that reaches into it', () => {
    const receipts = sealed([beat(0), beat(60 * MINUTE), beat(70 * MINUTE), beat(200 * MINUTE)])
    const within = (from: number, until: number) =>
      silencesOf(receipts, { now: at(1_000), period: { from: at(from), until: at(until) } }).cases?.map(({ ms }) => ms)
    expect(within(30, 40)).toEqual([60 * MINUTE])
    expect(within(60, 70)).toEqual([])
    expect(within(65, 80)).toEqual([130 * MINUTE])
    expect(within(0, 240)).toEqual([130 * MINUTE, 60 * MINUTE, 40 * MINUTE])
  })

  test('without a heartbeat that is due, silence means nothing', () => {
    const coverage = createCoverage({ now })
    for (const receipt of sealed([beat(0), beat(10_000 * MINUTE)])) coverage.update(receipt)
    expect(coverage.figures().clear).toContainEqual({ code: 'SILENCE_TOO_LONG', n: 0 })
  })

  test('any heartbeats: the stretches that are too long are those, and no other', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 }), (steps) => {
        const times = steps.map((_, index) => steps.slice(0, index + 1).reduce((sum, step) => sum + step) * MINUTE)
        const receipts = sealed([beat(0), ...times.map(beat)])
        const ms = times.at(-1) as number
        const { count, n } = silencesOf(receipts, { now: new Date(START + ms).toISOString() })
        expect([count, n]).toEqual([steps.filter((step) => step > 15).length, steps.filter((step) => step > 0).length])
      }),
      { numRuns: 50 },
    )
  })
})

describe('an intent', () => {
  const tool = { name: 'refund', callId: 'call-1', effect: 'destructive' }

  test('is durable before anything is done, and its outcome after', async () => {
    const { ledger, store } = ledgerOf()
    const answer = await withIntent(
      { ledger, tenantId: 'acme', tool },
      (intent) => intent.setInput({ order: '77' }).setAction('allow'),
      async (outcome) => {
        expect(events(await stored(store))).toEqual(['chain_start', 'tool_call'])
        outcome.setOutput({ paid: true })
        return 'paid'
      },
    )
    expect(answer).toBe('paid')
    const [, intent, outcome] = await stored(store)
    expect(outcome).toMatchObject({ eventType: 'tool_result', parentReceiptId: intent?.receiptId, tool })
    const { findings } = await coverageOf(store, { chainId: 'acme', keyring: await ledger.keyring() })
    expect(findings.map(({ code }) => code)).not.toContain('TOOL_RESULT_MISSING')
  })

  test('that can not be recorded is not acted on; one that fails has an outcome that says so', async () => {
    const { ledger, store } = ledgerOf()
    let acted = 0
    const act = async () => {
      acted += 1
      throw new Error('no connection')
    }
    await expect(withIntent({ ledger, tool }, () => {}, act)).rejects.toThrow(TypeError)
    expect(acted).toBe(0)
    await expect(withIntent({ ledger, tenantId: 'acme', tool }, () => {}, act)).rejects.toThrow('no connection')
    expect(acted).toBe(1)
    const [, , outcome] = await stored(store)
    expect(outcome?.error).toBeDefined()
    await ledger.close()
    await expect(withIntent({ ledger, tenantId: 'acme', tool }, () => {}, act)).rejects.toMatchObject({
      code: 'LEDGER_CLOSED',
    })
    expect(acted).toBe(1)
  })

  const missing = async (bodies: readonly Body[], options: object = {}) => {
    const { findings } = await coverageOf(sealed(bodies), { keyring, now, ...options })
    return findings.find(({ code }) => code === 'TOOL_RESULT_MISSING')
  }
  const call = (callId: string, more: Partial<Body> = {}): Body =>
    good.call(callId, { tool: { name: 'refund', callId, effect: 'destructive' }, ...more })

  test('without an outcome is listed with its age, the oldest first', async () => {
    const found = await missing([call('a'), call('b'), good.result('b'), call('c')], {
      now: new Date(START + 10 * MINUTE).toISOString(),
    })
    expect(found).toMatchObject({ count: 2, n: 3 })
    expect(found?.cases).toEqual([
      {
        receipt: { chainId: 'acme', seq: 0, receiptId: idOf(0) },
        since: new Date(START).toISOString(),
        ms: 10 * MINUTE,
        tool: 'refund',
        effect: 'destructive',
      },
      expect.objectContaining({ since: new Date(START + 3_000).toISOString(), ms: 10 * MINUTE - 3_000 }),
    ])
  })

  test('may be given time, and an outcome outside the period counts', async () => {
    const bodies = [call('a'), call('b', { ms: 9 * MINUTE } as Partial<Body>), good.result('a')]
    const last = bodies.map((body, index) => ({ ...body, ms: [0, 9 * MINUTE, 11 * MINUTE][index] as number }))
    const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()
    expect((await missing(last, { now: at(12) }))?.count).toBe(1)
    expect(await missing(last, { now: at(12), outcomeWithinMs: 5 * MINUTE })).toBeUndefined()
    expect((await missing(last, { now: at(30), outcomeWithinMs: 5 * MINUTE }))?.count).toBe(1)
    expect(await missing(last, { now: at(30), period: { from: at(0), until: at(5) } })).toBeUndefined()
    await expect(missing(last, { outcomeWithinMs: -1 })).rejects.toThrow(RangeError)
  })

  test('is met by whatever says that it is its outcome, and by nothing that merely points to it', async () => {
    const annotation = (rel: string): Body => ({
      eventType: 'annotation',
      links: [{ rel, receiptId: idOf(0) }],
    })
    expect(await missing([call('a'), annotation('outcome_of')])).toBeUndefined()
    expect((await missing([call('a'), annotation('about')]))?.count).toBe(1)
  })

  test('found out later is said by an annotation', async () => {
    const { ledger, store } = ledgerOf()
    const intent = await new ReceiptCollector({ ledger, tenantId: 'acme', tool }).emit()
    await new ReceiptCollector({ ledger, tenantId: 'acme', eventType: 'annotation' })
      .addLink('outcome_of', intent)
      .emit()
    const { findings } = await coverageOf(store, { chainId: 'acme', keyring: await ledger.keyring() })
    expect(findings.map(({ code }) => code)).not.toContain('TOOL_RESULT_MISSING')
  })
})
