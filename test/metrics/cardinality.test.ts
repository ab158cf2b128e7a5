/** However much differs, the number of time series stays bounded, and no label says anything about anybody. */
import { describe, expect, test } from 'vitest'
import { type ErrorCode, QuittanceError } from '../../src/errors.js'
import type { Redactor } from '../../src/pii/redactor.js'
import { memoryStore } from '../../src/store/memory.js'
import { draft, keyNamed } from '../ledger/support.js'
import { nonZero, observed, valuesOf } from './support.js'

const sum = (series: Record<string, number>): number => Object.values(series).reduce((total, one) => total + one, 0)
const CHAINS = 10_000

/** One receipt in each of 10,000 chains, each of a tenant of its own. */
async function everywhere(given: Parameters<typeof observed>[1]) {
  const made = observed({ store: memoryStore() }, given)
  await made.ledger.append(draft({ chainId: 'first', tenantId: 'first' }))
  const before = (await made.scrape()).size
  for (let from = 1; from < CHAINS; from += 500) {
    const names = Array.from({ length: Math.min(500, CHAINS - from) }, (_, index) => `c${from + index}`)
    await Promise.all(names.map((name) => made.ledger.append(draft({ chainId: name, tenantId: name }))))
  }
  return { ...made, before, after: await made.scrape() }
}

describe('10,000 chains and tenants', () => {
  test('make no time series of their own', async () => {
    const { before, after } = await everywhere({})
    expect(after.size).toBe(before)
    expect(nonZero(after, 'quittance_receipts_total')).toEqual({
      '{event_type="system"}': CHAINS,
      '{event_type="decision"}': CHAINS,
    })
    expect(after.get('quittance_chain_height')).toBe(2)
  })

  test('are shown up to the bound where they were asked for; the sum stays true', async () => {
    const { before, after } = await everywhere({ labels: { chain: true, tenant: true }, maxLabelValues: 40 })
    for (const [name, label] of [
      ['receipts_total', 'chain'],
      ['receipts_total', 'tenant'],
      ['chain_height', 'chain'],
      ['last_receipt_timestamp_seconds', 'chain'],
    ] as const) {
      const values = valuesOf(after, `quittance_${name}`, label)
      expect(values.size).toBe(41)
      expect(values.has('other')).toBe(true)
    }
    // 40 more places with two event types, a height and a time each
    expect(after.size - before).toBe(40 * 4)
    const receipts = nonZero(after, 'quittance_receipts_total')
    expect(sum(receipts)).toBe(2 * CHAINS)
    expect(receipts['{event_type="decision",chain="other",tenant="other"}']).toBe(CHAINS - 40)
  })
})

describe('words that others choose', () => {
  test('check names and redaction types are bounded, and the sum stays true', async () => {
    let count = 0
    const redactor: Redactor = {
      name: 'many',
      version: '1',
      configDigest: `sha256:${'0'.repeat(64)}`,
      countsInReceipt: true,
      redact(text, { path }) {
        if (path !== 'input') return { text }
        count += 1
        return { text, counts: { [`TYPE${count}`]: 1 } }
      },
    }
    const { ledger, scrape } = observed({ redactor })
    for (let index = 0; index < 200; index += 1) {
      await ledger.append(
        draft({
          input: { kind: 'text', content: 'a' },
          checks: [
            { name: `check-${index}`, fired: true },
            { name: `check-${index}`, fired: false, status: 'error' },
          ],
        }),
      )
    }
    const scraped = await scrape()
    for (const [name, label, total] of [
      ['checks_total', 'check', 400],
      ['checks_fired_total', 'check', 200],
      ['check_errors_total', 'check', 200],
      ['redactions_total', 'type', 200],
    ] as const) {
      expect(valuesOf(scraped, `quittance_${name}`, label).size).toBe(51)
      expect(sum(nonZero(scraped, `quittance_${name}`))).toBe(total)
    }
  })

  test('an address or a sentence is no label', async () => {
    const { ledger, scrape } = observed({ keys: { ...keyNamed('a'), name: 'key of Jane Roe' } })
    ledger.on('warning', () => undefined)
    await ledger.append(draft({ checks: [{ name: 'jane.roe@mail.example', fired: true }] }))
    ledger.warn(new QuittanceError('call 555 0100' as ErrorCode, 'm'))
    ledger.warn(Object.assign(new Error('m'), { code: 'jane' }))
    const scraped = await scrape()
    expect(nonZero(scraped, 'quittance_checks_total')).toEqual({ '{check="other"}': 1 })
    expect(nonZero(scraped, 'quittance_signatures_total')).toEqual({ '{provider="other"}': 2 })
    expect(nonZero(scraped, 'quittance_warnings_total')).toEqual({ '{code="other"}': 2 })
    expect([...scraped.keys()].join('\n')).not.toMatch(/jane|roe|mail|555/i)
  })

  test('codes are bounded', async () => {
    const { ledger, scrape } = observed()
    ledger.on('warning', () => undefined)
    for (let index = 0; index < 500; index += 1) ledger.warn(new QuittanceError(`CODE_${index}` as ErrorCode, 'm'))
    const scraped = await scrape()
    expect(Object.keys(nonZero(scraped, 'quittance_warnings_total')).length).toBe(101)
    expect(sum(nonZero(scraped, 'quittance_warnings_total'))).toBe(500)
  })
})
