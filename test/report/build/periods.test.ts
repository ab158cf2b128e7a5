/** What lies in a period, and what an empty one says. */
import { describe, expect, it } from 'vitest'
import { buildReport } from '../../../src/report/build.js'
import type { BuildReportOptions } from '../../../src/report/options.js'
import { chainOf, days, linesOf, msAfter, plainChain, trustOne } from '../../verify/support.js'
import { sampleReport } from '../support/sample.js'

const now = '2026-06-01T00:00:00.000Z'
const about = (from: string, until: string, more: Partial<BuildReportOptions> = {}): BuildReportOptions => ({
  period: { from, until },
  keyring: trustOne,
  now,
  ...more,
})

describe('a period', () => {
  // seconds 0 to 9 of the chain
  const chain = plainChain(10)

  it('holds what is dated at its beginning, and not what is dated at its end', async () => {
    const report = await buildReport(chain, about(msAfter(2_000), msAfter(5_000)))
    expect(report.period.receipts).toBe(3)
    expect(report.chains[0]?.period.first?.seq).toBe(2)
    expect(report.chains[0]?.period.last?.seq).toBe(4)
    expect(report.chains[0]).toMatchObject({ verdict: 'VALID', checked: 10, counted: 10 })
  })

  it('reaches to the millisecond', async () => {
    const one = await buildReport(chain, about(msAfter(2_001), msAfter(3_001)))
    expect(one.chains[0]?.period.first?.seq).toBe(3)
    expect(one.period.receipts).toBe(1)
  })

  it('takes days, and times to the second, as their beginning', async () => {
    const report = await buildReport(chain, about('2026-01-01', '2026-01-01T00:00:04Z'))
    expect(report.period).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      until: '2026-01-01T00:00:04.000Z',
      receipts: 4,
    })
  })

  it('adjoins the next one without a receipt lost or counted twice', async () => {
    const parts = await Promise.all(
      [0, 3, 7].map((from, index) =>
        buildReport(chain, about(msAfter(from * 1000), msAfter(([3, 7, 10][index] ?? 0) * 1000))),
      ),
    )
    expect(parts.map(({ period }) => period.receipts)).toEqual([3, 4, 3])
  })

  it('is over, running or ahead, by the clock that is given', async () => {
    const states = await Promise.all(
      [days(2), days(3), '2026-01-02T00:00:00.000Z', '2026-01-01T12:00:00.000Z'].map(
        async (clock) => (await buildReport(chain, about('2026-01-02', '2026-01-03', { now: clock }))).period.state,
      ),
    )
    expect(states).toEqual(['over', 'over', 'running', 'ahead'])
  })

  it('that is empty says so, in every figure', async () => {
    const report = await sampleReport({ empty: true })
    expect(report.period).toMatchObject({ empty: true, receipts: 0 })
    expect(report.verdict).toBe('VALID')
    const { failure, counts, latency, checks, oversight } = report.figures
    expect(failure.estimate).toEqual({ count: 0, n: 0, level: 0.95, method: 'wilson', absent: 'NO_OBSERVATIONS' })
    expect(failure.sequence).toMatchObject({ n: 0, absent: 'NO_OBSERVATIONS' })
    expect(failure.sequence.interval).toBeUndefined()
    expect(failure.course).toEqual([])
    expect(counts.receipts).toBe(0)
    expect(latency.absent).toBe('NO_OBSERVATIONS')
    expect(checks.checks).toEqual([])
    expect(oversight.oversight.rate.absent).toBe('NO_OBSERVATIONS')
    expect(report.provisions.findings.some(({ state }) => state === 'EVIDENCE' || state === 'PARTIAL')).toBe(false)
    expect(report.excerpt.ranges).toEqual([])
  })

  it('before the chain began finds no silence that nobody could have broken', async () => {
    const [chainBefore] = (await buildReport(chain, about('2025-12-01', '2025-12-31'))).chains
    expect(chainBefore?.gaps).toMatchObject({ activity: 0, unusual: [] })
    const [within] = (
      await buildReport(chain, about('2025-12-01', '2026-01-02', { statistics: { expectedPerHour: 3600 } }))
    ).chains
    // silent from the tenth second on, not in December
    expect(within?.gaps.unusual.map(({ position }) => position)).toEqual(['after-last'])
  })

  it('counts no silence that is still to come, nor one behind the end of a chain', async () => {
    const statistics = { expectedPerHour: 3600 }
    const running = await buildReport(chain, about('2026-01-01', '2026-02-01', { statistics, now: msAfter(12_000) }))
    expect(running.chains[0]?.gaps.unusual).toEqual([])
    const over = await buildReport(chain, about('2026-01-01', '2026-02-01', { statistics }))
    expect(over.chains[0]?.gaps.unusual).toMatchObject([{ position: 'after-last' }])
    const end = chainOf([{ body: { eventType: 'system', system: { event: 'chain_end', reason: 'closed' } } }], {
      on: chain,
    })
    const ended = await buildReport([...chain, ...end], about('2026-01-01', '2026-02-01', { statistics }))
    expect(ended.chains[0]?.gaps.unusual).toEqual([])
    expect(ended.chains[0]?.scope.tail).toBe('chain-end')
  })

  it('leaves out what is dated in the future of the clock, and says so', async () => {
    const report = await buildReport(
      linesOf(chain),
      about('2026-01-01', '2026-01-02', { now: '2025-12-31T23:55:04.000Z' }),
    )
    expect(report.verdict).toBe('INVALID')
    expect(report.chains[0]).toMatchObject({ counted: 5, checked: 10, counts: { TIME_IN_FUTURE: 5 } })
    expect(report.period).toMatchObject({ state: 'ahead', receipts: 5 })
  })
})

describe('options', () => {
  const chain = plainChain(2)
  it.each([
    [
      'a period that ends before it begins',
      { period: { from: '2026-02-01', until: '2026-01-01' } },
      RangeError,
      'until',
    ],
    ['an empty one', { period: { from: '2026-02-01', until: '2026-02-01' } }, RangeError, 'until'],
    ['a day that does not exist', { period: { from: '2026-02-30', until: '2026-04-01' } }, RangeError, 'from'],
    ['another zone', { period: { from: '2026-02-01T00:00:00+01:00', until: '2026-04-01' } }, RangeError, 'from'],
    ['an unknown option', { periods: {} }, TypeError, 'periods'],
    ['an unknown statistic', { statistics: { sprtt: {} } }, TypeError, 'sprtt'],
    ['an unknown rate', { statistics: { sprt: { p3: 0.1 } } }, TypeError, 'p3'],
    ['rates in the wrong order', { statistics: { sprt: { p0: 0.2, p1: 0.1 } } }, RangeError, 'p0'],
    ['a loosened baseline', { statistics: { fairness: { ratioThreshold: 0.5 } } }, RangeError, 'ratioThreshold'],
    ['a level that decides nothing', { statistics: { level: 0.5 } }, RangeError, 'level'],
    ['no rule', { statistics: { failure: [] } }, TypeError, 'failure'],
    ['an unknown rule', { statistics: { failure: [{ kind: 'other' }] } }, TypeError, 'failure[0]'],
    ['a rule with more', { statistics: { failure: [{ kind: 'error', names: ['x'] }] } }, TypeError, 'failure[0]'],
    ['several chains as one', { chainId: ['acme', 'bravo'] as never }, TypeError, 'options.chains'],
    ['both chainId and chains', { chainId: 'acme', chains: ['acme'] }, TypeError, 'chainId'],
    ['a chain twice', { chains: ['acme', { chainId: 'acme' }] }, RangeError, 'twice'],
    ['no chain', { chains: [] }, TypeError, 'chains'],
    ['a name that no chain has', { chainId: '../x' }, TypeError, 'chainId'],
    ['a system without a name', { system: {} }, TypeError, 'system.name'],
    ['half a surrogate pair', { system: { name: '\ud800' } }, TypeError, 'system.name'],
    ['a point that Annex III has not', { system: { name: 'x', annexIII: '9(z)' } }, RangeError, 'annexIII'],
    ['keys that are no keyring', { keyring: ['did:key:z6Mk'] }, TypeError, 'keyring'],
    ['another language', { locale: 'fr' }, RangeError, 'locale'],
    ['too many receipts', { embed: 1e9 }, RangeError, 'embed'],
    ['no clock', { now: 'yesterday' }, RangeError, 'now'],
  ])('refuse %s', async (_name, given, type, words) => {
    const options = { ...about('2026-01-01', '2026-02-01'), ...given } as BuildReportOptions
    const refused = await buildReport(chain, options).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(type)
    expect((refused as Error).message).toContain(words)
  })

  it('refuse what is neither a store nor a list', async () => {
    await expect(buildReport('line' as never, about('2026-01-01', '2026-02-01'))).rejects.toThrow(TypeError)
    await expect(buildReport({} as never, about('2026-01-01', '2026-02-01'))).rejects.toThrow('source')
  })
})
