/** After known work the scrape has the right values. Each expectation was counted by hand from what the test does. */
import { Counter, type OpenMetricsContentType, Registry, register } from 'prom-client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ReceiptCollector } from '../../src/collector/index.js'
import { QuittanceError } from '../../src/errors.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { prometheusMetrics } from '../../src/metrics/prometheus.js'
import type { Redactor } from '../../src/pii/redactor.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { comings, directory, outboxed, remove } from '../ledger/outbox-support.js'
import { draft, keyNamed, stored } from '../ledger/support.js'
import { nonZero, observed, samples } from './support.js'

const marker: Redactor = {
  name: 'marker',
  version: '1',
  configDigest: `sha256:${'0'.repeat(64)}`,
  countsInReceipt: true,
  redact: (text) => ({
    text: text.replaceAll('MARK', '[M]').replaceAll('SIGN', '[S]'),
    counts: { MARK: text.split('MARK').length - 1, SIGN: text.split('SIGN').length - 1 },
  }),
}

afterEach(() => vi.restoreAllMocks())

describe('known work', () => {
  test('receipts, actions, checks and redactions', async () => {
    const { ledger, scrape } = observed({ redactor: marker })
    const collector = () => new ReceiptCollector({ ledger, tenantId: 'acme' })
    await collector()
      .setInput('MARK and MARK')
      .setOutput('MARK, SIGN')
      .addCheck('tone', { fired: true })
      .addCheck('length', { fired: false })
      .setAction('reject')
      .emit()
    await collector().setInput('SIGN').addCheck('tone', { fired: false, status: 'timeout' }).setAction('allow').emit()
    await ledger.append(draft({ eventType: 'inference', action: undefined }))
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_receipts_total')).toEqual({
      '{event_type="system"}': 1,
      '{event_type="decision"}': 2,
      '{event_type="inference"}': 1,
    })
    expect(nonZero(scraped, 'quittance_actions_total')).toEqual({ '{action="reject"}': 1, '{action="allow"}': 1 })
    expect(nonZero(scraped, 'quittance_checks_total')).toEqual({ '{check="tone"}': 2, '{check="length"}': 1 })
    expect(nonZero(scraped, 'quittance_checks_fired_total')).toEqual({ '{check="tone"}': 1 })
    expect(scraped.get('quittance_checks_fired_total{check="length"}')).toBe(0)
    expect(nonZero(scraped, 'quittance_check_errors_total')).toEqual({ '{check="tone",status="timeout"}': 1 })
    expect(nonZero(scraped, 'quittance_redactions_total')).toEqual({ '{type="MARK"}': 3, '{type="SIGN"}': 2 })
  })

  test('batches, signatures, time in the queue, calls of the store', async () => {
    const { ledger, scrape } = observed({ keys: { ...keyNamed('a'), name: 'test-key' } })
    for (let index = 0; index < 3; index += 1) await ledger.append(draft())
    const scraped = await scrape()
    // the first batch has the chain_start too
    expect(nonZero(scraped, 'quittance_batch_receipts_bucket')).toMatchObject({ '{le="1"}': 2, '{le="2"}': 3 })
    expect(scraped.get('quittance_batch_receipts_sum')).toBe(4)
    expect(scraped.get('quittance_append_duration_seconds_count')).toBe(3)
    expect(scraped.get('quittance_append_duration_seconds_bucket{le="30"}')).toBe(3)
    expect(scraped.get('quittance_append_duration_seconds_sum')).toBeLessThan(90)
    expect(nonZero(scraped, 'quittance_signatures_total')).toEqual({ '{provider="test-key"}': 4 })
    expect(scraped.get('quittance_sign_duration_seconds_count{provider="test-key"}')).toBe(3)
    expect(scraped.get('quittance_appends_total')).toBe(3)
    expect(scraped.get('quittance_store_duration_seconds_count{operation="append"}')).toBe(3)
    expect(scraped.get('quittance_store_duration_seconds_count{operation="head"}')).toBe(1)
    expect(nonZero(scraped, 'quittance_store_failures_total')).toEqual({})
    expect(scraped.get('quittance_chain_height')).toBe(4)
  })

  test('seconds are seconds: a store that takes 30 ms', async () => {
    const store = faultyStore(memoryStore(), [{ method: 'append', call: 1, kind: 'delay', ms: 30 }])
    const { ledger, scrape } = observed({ store })
    await ledger.append(draft())
    const scraped = await scrape()
    for (const name of ['store_duration_seconds_sum{operation="append"}', 'append_duration_seconds_sum']) {
      expect(scraped.get(`quittance_${name}`)).toBeGreaterThan(0.025)
      expect(scraped.get(`quittance_${name}`)).toBeLessThan(25)
    }
    expect(scraped.get('quittance_append_duration_seconds_bucket{le="0.025"}')).toBe(0)
  })

  test('when the last receipt became durable; nothing before the first', async () => {
    const { ledger, scrape } = observed()
    const names = ['quittance_last_receipt_timestamp_seconds', 'quittance_chain_height']
    for (const name of names) expect((await scrape()).has(name)).toBe(false)
    const before = Date.now() / 1_000
    await ledger.append(draft())
    const after = Date.now() / 1_000
    const at = (await scrape()).get('quittance_last_receipt_timestamp_seconds')
    expect(at).toBeGreaterThanOrEqual(before)
    expect(at).toBeLessThanOrEqual(after)
  })

  test('a chain label where it was asked for, and the tenant', async () => {
    const { ledger, scrape } = observed({}, { labels: { chain: true, tenant: true } })
    await ledger.append(draft({ chainId: 'a/1', tenantId: 'one' }))
    await ledger.append(draft({ chainId: 'a/1', tenantId: 'one' }))
    await ledger.append(draft({ chainId: 'b', tenantId: 'two' }))
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_receipts_total')).toEqual({
      '{event_type="system",chain="a/1",tenant="one"}': 1,
      '{event_type="decision",chain="a/1",tenant="one"}': 2,
      '{event_type="system",chain="b",tenant="two"}': 1,
      '{event_type="decision",chain="b",tenant="two"}': 1,
    })
    expect(nonZero(scraped, 'quittance_chain_height')).toEqual({ '{chain="a/1"}': 3, '{chain="b"}': 2 })
    expect(Object.keys(nonZero(scraped, 'quittance_last_receipt_timestamp_seconds')).sort()).toEqual([
      '{chain="a/1"}',
      '{chain="b"}',
    ])
  })

  test('the queue, full and at rest', async () => {
    const store = faultyStore(memoryStore(), [{ method: 'append', call: 1, kind: 'hang' }])
    const { ledger, scrape } = observed({ store, maxQueued: 2 })
    const end = new AbortController()
    const waiting = [1, 2].map(() => ledger.append(draft(), { signal: end.signal }))
    await expect(ledger.append(draft())).rejects.toMatchObject({ code: 'LEDGER_OVERLOADED' })
    const full = await scrape()
    expect([full.get('quittance_queue_depth'), full.get('quittance_queue_limit')]).toEqual([2, 2])
    expect(nonZero(full, 'quittance_append_failures_total')).toEqual({
      '{code="LEDGER_OVERLOADED",outcome="absent"}': 1,
    })
    end.abort()
    await Promise.allSettled(waiting)
    const rest = await scrape()
    expect(rest.get('quittance_queue_depth')).toBe(0)
    const failures = Object.entries(nonZero(rest, 'quittance_append_failures_total'))
    const aborted = failures.filter(([labels]) => labels.includes('LEDGER_ABORTED'))
    expect(aborted.reduce((sum, [, count]) => sum + count, 0)).toBe(2)
  })
})

describe('faults', () => {
  test('a retry, once', async () => {
    const store = faultyStore(memoryStore(), [{ method: 'append', call: 1, kind: 'after' }])
    const { ledger, scrape } = observed({ store })
    await ledger.append(draft())
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_retries_total')).toEqual({ '{code="STORE_UNAVAILABLE"}': 1 })
    expect(nonZero(scraped, 'quittance_store_failures_total')).toEqual({
      '{operation="append",code="STORE_UNAVAILABLE"}': 1,
    })
    expect(nonZero(scraped, 'quittance_append_failures_total')).toEqual({})
    expect(scraped.get('quittance_append_failures_total{code="LEDGER_TIMEOUT",outcome="unknown"}')).toBe(0)
  })

  test('a conflict is a conflict and no failure, and two ledgers add up', async () => {
    const store = memoryStore()
    const { metrics, ledger: one, scrape } = observed({ store })
    const two = createLedger({ store, keys: keyNamed('a'), redactor: false })
    metrics.observe(two)
    await one.append(draft())
    await two.append(draft())
    await one.append(draft())
    const scraped = await scrape()
    expect(scraped.get('quittance_conflicts_total')).toBe(1)
    expect(scraped.get('quittance_appends_total')).toBe(4)
    expect(nonZero(scraped, 'quittance_store_failures_total')).toEqual({})
    expect(nonZero(scraped, 'quittance_receipts_total')).toEqual({
      '{event_type="system"}': 1,
      '{event_type="decision"}': 3,
    })
    expect(scraped.get('quittance_queue_limit')).toBe(20_000)
  })

  test('a refusal, with what is known of the receipt; a foreign error is other', async () => {
    const store = faultyStore(memoryStore(), [{ method: 'append', call: 'every', kind: 'after' }])
    const keys: KeyProvider = { signer: () => Promise.reject(new Error('token abc123')) }
    const signing = observed({ keys })
    await expect(signing.ledger.append(draft())).rejects.toMatchObject({ code: 'KEY_SIGNING_FAILED' })
    expect(nonZero(await signing.scrape(), 'quittance_append_failures_total')).toEqual({
      '{code="KEY_SIGNING_FAILED",outcome="absent"}': 1,
    })
    const { ledger, scrape } = observed({ store })
    await expect(ledger.append({} as never)).rejects.toMatchObject({ details: { outcome: 'absent' } })
    ledger.on('warning', () => undefined)
    ledger.warn(new Error('token abc123'))
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_append_failures_total')).toEqual({
      '{code="RECEIPT_INVALID",outcome="absent"}': 1,
    })
    expect(nonZero(scraped, 'quittance_warnings_total')).toEqual({ '{code="other"}': 1 })
  })

  test('a store that went back: restored', async () => {
    let inner = memoryStore()
    const proxy = new Proxy({} as ReceiptStore, { get: (_, name: keyof ReceiptStore) => inner[name] })
    const { ledger, scrape } = observed({ store: proxy })
    for (let index = 0; index < 4; index += 1) await ledger.append(draft())
    const kept = (await stored(inner)).slice(0, 3)
    inner = memoryStore()
    await inner.append('acme', kept as DecisionReceipt[], undefined)
    await ledger.append(draft())
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_rolled_back_total')).toEqual({ '{outcome="restored"}': 1 })
    expect(nonZero(scraped, 'quittance_rolled_back_receipts_total')).toEqual({ '{outcome="restored"}': 2 })
    expect(scraped.get('quittance_rolled_back_receipts_total{outcome="recorded"}')).toBe(0)
    expect(scraped.get('quittance_chain_height')).toBe(6)
  })
})

test('an outbox, while receipts lie there and afterwards', async () => {
  const dir = await directory()
  try {
    const main = comings(memoryStore())
    const { metrics } = observed()
    const ledger = outboxed(main.store, dir, { afterMs: 10 })
    ledger.on('warning', () => undefined)
    metrics.observe(ledger)
    await ledger.append(draft())
    expect((await samples(metrics.registry)).has('quittance_outbox_oldest_timestamp_seconds')).toBe(false)
    main.leave()
    const { timestamp } = await ledger.append(draft())
    await ledger.append(draft())
    const away = await samples(metrics.registry)
    expect([away.get('quittance_outbox_receipts'), away.get('quittance_outbox_accepted_total')]).toEqual([2, 2])
    expect(away.get('quittance_outbox_oldest_timestamp_seconds')).toBe(Date.parse(timestamp) / 1_000)
    main.come()
    await ledger.drain()
    const back = await samples(metrics.registry)
    expect([back.get('quittance_outbox_receipts'), back.get('quittance_outbox_drained_total')]).toEqual([0, 2])
    expect(back.has('quittance_outbox_oldest_timestamp_seconds')).toBe(false)
    // receipts that moved are not counted again
    expect(nonZero(back, 'quittance_receipts_total')['{event_type="decision"}']).toBe(3)
    await ledger.close()
  } finally {
    await remove(dir)
  }
})

describe('verified', () => {
  test('counts verdicts, receipts and each problem', async () => {
    const { ledger, metrics, scrape } = observed()
    for (let index = 0; index < 3; index += 1) await ledger.append(draft())
    const receipts = await stored(ledger.store)
    const keyring = await ledger.keyring()
    metrics.verified(await verifyChain(receipts, { keyring }))
    const tampered = receipts.map((one) => (one.seq === 2 ? { ...one, action: 'reject' as const } : one))
    metrics.verified(await verifyChain(tampered, { keyring }))
    metrics.verified(await verifyChain(receipts.slice(1), { keyring }))
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_verifications_total')).toEqual({
      '{verdict="VALID"}': 1,
      '{verdict="INVALID"}': 1,
      '{verdict="INCOMPLETE"}': 1,
    })
    expect(scraped.get('quittance_verified_receipts_total')).toBe(4 + 4 + 3)
    expect(nonZero(scraped, 'quittance_verification_problems_total')).toEqual({
      '{code="HASH_MISMATCH"}': 1,
      '{code="STARTS_LATE"}': 1,
    })
    expect(scraped.get('quittance_verification_problems_total{code="SIGNATURE_INVALID"}')).toBe(0)
    const at = scraped.get('quittance_last_verification_timestamp_seconds{verdict="VALID"}') ?? 0
    expect(Math.abs(at - Date.now() / 1_000)).toBeLessThan(60)
  })

  test('refuses what is no result', () => {
    const { metrics } = observed()
    for (const wrong of [undefined, null, {}, { verdict: 'OK', counts: {}, checked: 1 }, { verdict: 'VALID' }])
      expect(() => metrics.verified(wrong as never)).toThrow(TypeError)
  })
})

describe('nothing changes what a ledger does', () => {
  test('a metric that throws is a warning', async () => {
    const { ledger, metrics, scrape } = observed()
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    const fault = new Error('no room')
    const counter = metrics.registry.getSingleMetric('quittance_receipts_total') as Counter
    counter.inc = () => {
      throw fault
    }
    await ledger.append(draft())
    expect(warnings).toEqual([fault])
    expect((await stored(ledger.store)).length).toBe(2)
    expect(nonZero(await scrape(), 'quittance_warnings_total')).toEqual({ '{code="other"}': 1 })
  })

  test('a warning that only metrics count still goes to the process', () => {
    const emitted: unknown[] = []
    vi.spyOn(process, 'emitWarning').mockImplementation(((message: string) => emitted.push(message)) as never)
    const { ledger } = observed()
    ledger.warn(new QuittanceError('STORE_CLOCK', 'the clocks differ'))
    expect(emitted).toEqual(['the clocks differ'])
    ledger.on('warning', () => undefined)
    ledger.warn(new QuittanceError('STORE_CLOCK', 'again'))
    expect(emitted).toEqual(['the clocks differ'])
  })

  test('observing stops; the same ledger counts once', async () => {
    const { ledger, metrics, stop, scrape } = observed()
    const again = metrics.observe(ledger)
    await ledger.append(draft())
    expect(nonZero(await scrape(), 'quittance_receipts_total')['{event_type="decision"}']).toBe(1)
    stop()
    stop()
    await ledger.append(draft())
    expect(nonZero(await scrape(), 'quittance_receipts_total')['{event_type="decision"}']).toBe(2)
    again()
    await ledger.append(draft())
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_receipts_total')['{event_type="decision"}']).toBe(2)
    expect(scraped.get('quittance_queue_limit')).toBe(0)
    metrics.observe(ledger)
    await ledger.append(draft())
    expect(nonZero(await scrape(), 'quittance_receipts_total')['{event_type="decision"}']).toBe(3)
  })
})

describe('the registry', () => {
  test('is the default one unless another is given', async () => {
    const metrics = prometheusMetrics({ prefix: 'by_default_' })
    expect(metrics.registry).toBe(register)
    expect((await samples(register)).get('by_default_conflicts_total')).toBe(0)
    register.clear()
  })

  test('twice gives the same metrics; other labels are refused', () => {
    const registry = new Registry()
    const first = prometheusMetrics({ registry })
    expect(prometheusMetrics({ registry, labels: { chain: false } })).toBe(first)
    expect(() => prometheusMetrics({ registry, labels: { chain: true } })).toThrow(/other labels/)
    expect(() => prometheusMetrics({ registry, maxLabelValues: 5 })).toThrow(TypeError)
    expect(prometheusMetrics({ registry, prefix: 'second_' })).not.toBe(first)
  })

  test('that was cleared gets new ones', async () => {
    const registry = new Registry()
    prometheusMetrics({ registry })
    registry.clear()
    prometheusMetrics({ registry, labels: { chain: true } })
    expect((await samples(registry)).get('quittance_conflicts_total')).toBe(0)
  })

  test('that has one of the names already stays as it was', () => {
    const registry = new Registry()
    new Counter({ name: 'quittance_warnings_total', help: 'somebody else', registers: [registry] })
    expect(() => prometheusMetrics({ registry })).toThrow(/quittance_warnings_total already/)
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(['quittance_warnings_total'])
    expect(() => prometheusMetrics({ registry, prefix: 'mine_' })).not.toThrow()
  })

  test('may speak OpenMetrics', async () => {
    const registry = new Registry<OpenMetricsContentType>()
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    const { ledger, metrics } = observed({}, { registry })
    await ledger.append(draft())
    const text = await metrics.registry.metrics()
    expect(text).toContain('quittance_receipts_total{event_type="decision"} 1\n')
    expect(text.endsWith('# EOF\n')).toBe(true)
  })

  test.each<[string, object, typeof TypeError | typeof RangeError]>([
    ['registry', { registry: {} }, TypeError],
    ['options has no member "label"', { label: {} }, TypeError],
    ['labels', { labels: true }, TypeError],
    ['options.labels has no member "chains"', { labels: { chains: true } }, TypeError],
    ['labels.chain', { labels: { chain: 'yes' } }, TypeError],
    ['maxLabelValues', { maxLabelValues: 0 }, RangeError],
    ['prefix', { prefix: '1_' }, RangeError],
    ['prefix', { prefix: 'a-' }, RangeError],
  ])('is not touched when %s is wrong', (name, options, kind) => {
    let thrown: unknown
    try {
      prometheusMetrics(options as never)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(kind)
    expect((thrown as Error).message).toContain(name)
  })

  test('observe refuses what is no ledger', () => {
    const { metrics } = observed()
    expect(() => metrics.observe({} as never)).toThrow(new TypeError('ledger must be a Ledger'))
  })
})
