/** Flags outlive their period until a person's receipt says that it is about them. */
import { describe, expect, it } from 'vitest'
import type { ReceiptBody } from '../../../src/receipt/seal.js'
import type { DecisionReceipt, Link } from '../../../src/receipt/types.js'
import { buildReport } from '../../../src/report/build.js'
import type { ChainMonitor, Report } from '../../../src/report/types.js'
import { chainOf, days, type Entry, type EntryOf, keys, trusting, trustOne } from '../../verify/support.js'

const failing: Entry = { body: { error: { code: 'BROKEN' } } }
/** Three in a row: 3 ln 3 is above ln 18. */
const burst = [failing, failing, failing]
const reviewer = `hmac-sha256:${'a'.repeat(64)}` as const

const person = (kind: string, links: readonly Link[], more: Entry = {}): Entry => ({
  ...more,
  body: {
    eventType: 'human_oversight',
    humanOversight: { kind, reviewerId: reviewer },
    pseudonymKeyId: 'secret-1',
    links,
    ...more.body,
  } as Partial<ReceiptBody>,
})

const about = ({ receiptId, receiptHash }: Pick<DecisionReceipt, 'receiptId' | 'receiptHash'>): Link => ({
  rel: 'about',
  receiptId,
  receiptHash: receiptHash as `sha256:${string}`,
})

const acknowledging =
  (seq: number, more: Partial<Link> = {}, entry: Entry = {}): EntryOf =>
  (before) =>
    person('acknowledgement', [{ ...about(before[seq] as DecisionReceipt), ...more } as Link], entry)

const sealedReport: Entry = {
  body: { eventType: 'system', system: { event: 'report', hash: `sha256:${'b'.repeat(64)}`, fromSeq: 0, toSeq: 1 } },
}

async function reported(entries: readonly EntryOf[], until = '2027-01-01', from = '2026-01-01'): Promise<Report> {
  return buildReport(chainOf(entries), { period: { from, until }, keyring: trustOne, now: '2027-01-01' })
}

async function monitored(entries: readonly EntryOf[], until?: string, from?: string): Promise<ChainMonitor> {
  return (await reported(entries, until, from)).chains[0]?.monitor as ChainMonitor
}

describe('a flag', () => {
  it('is raised by the third failure in a row, and is open', async () => {
    const monitor = await monitored([...burst, {}])
    expect(monitor).toMatchObject({ decisions: 4, failures: 3, sprt: { status: 'FLAGGED', openFlags: 1 } })
    expect(monitor.flags).toMatchObject([{ chainId: 'acme', seq: 2, acknowledged: false }])
    expect(monitor.path.map(({ n, decision }) => [n, decision])).toEqual([
      [1, undefined],
      [2, undefined],
      [3, 'FLAGGED'],
      [4, undefined],
    ])
    // 3 ln 3, then one good receipt of a new cycle: ln(17/19)
    expect(monitor.path[2]?.llr).toBeCloseTo(3.295836866, 8)
    expect(monitor.path[3]?.llr).toBeCloseTo(-0.111225635, 8)
  })

  it('stands in later periods, with no decision of its own in them', async () => {
    const entries = [...burst, { at: days(40) }]
    const later = await reported(entries, '2026-03-01', '2026-02-01')
    expect(later.period.receipts).toBe(1)
    expect(later.figures.failure.estimate).toMatchObject({ count: 0, n: 1 })
    expect(later.chains[0]?.monitor).toMatchObject({ decisions: 4, sprt: { status: 'FLAGGED' } })
    const empty = await reported(entries, '2026-02-01', '2026-01-15')
    expect(empty.period.empty).toBe(true)
    expect(empty.chains[0]?.monitor.sprt.status).toBe('FLAGGED')
  })

  it('is not raised before its period', async () => {
    const entries = [{ at: days(0) }, ...burst.map((entry, index) => ({ ...entry, at: days(40 + index) }))]
    expect((await monitored(entries, '2026-02-01')).flags).toEqual([])
    expect((await monitored(entries, '2026-03-01')).flags).toHaveLength(1)
  })

  it('is settled by an acknowledgement about the receipt that raised it, from then on', async () => {
    const entries = [...burst, {}, acknowledging(2, {}, { at: days(10) })]
    const monitor = await monitored(entries)
    expect(monitor.flags).toMatchObject([{ seq: 2, acknowledged: true }])
    expect(monitor.sprt).toMatchObject({ status: 'MONITORING', openFlags: 0, acknowledgements: 1 })
    expect(monitor.sprt.flags.items[0]?.acknowledgement).toMatchObject({
      seq: 4,
      timestamp: days(10),
      reviewerId: reviewer,
    })
    // a report on the time before does not know of it
    expect((await monitored(entries, days(10))).sprt.status).toBe('FLAGGED')
    expect((await monitored(entries, days(11))).sprt.status).toBe('MONITORING')
  })

  it('is settled by an acknowledgement of a report that was sealed after it', async () => {
    const monitor = await monitored([...burst, ...burst, sealedReport, acknowledging(6)])
    expect(monitor.flags.map(({ acknowledged }) => acknowledged)).toEqual([true, true])
    expect(monitor.sprt).toMatchObject({ openFlags: 0, acknowledgements: 1 })
  })

  it('stays open where the report was sealed before it', async () => {
    const monitor = await monitored([...burst, sealedReport, ...burst, acknowledging(3)])
    expect(monitor.flags.map(({ seq, acknowledged }) => [seq, acknowledged])).toEqual([
      [2, true],
      [6, false],
    ])
    expect(monitor.sprt.status).toBe('FLAGGED')
  })

  it('is settled alone: an acknowledgement of another flag leaves it open', async () => {
    const monitor = await monitored([...burst, ...burst, acknowledging(5)])
    expect(monitor.flags.map(({ seq, acknowledged }) => [seq, acknowledged])).toEqual([
      [2, false],
      [5, true],
    ])
    expect(monitor.sprt).toMatchObject({ status: 'FLAGGED', openFlags: 1 })
  })

  it.each<[string, readonly EntryOf[]]>([
    ['about an earlier failure', [acknowledging(1)]],
    ['about a good decision', [{}, acknowledging(3)]],
    ['about it with another hash', [acknowledging(2, { receiptHash: `sha256:${'0'.repeat(64)}` })]],
    ['about it in another chain', [acknowledging(2, { chainId: 'other' })]],
    ['of another relation', [acknowledging(2, { rel: 'see', receiptHash: undefined }), acknowledging(1)]],
    ['of another kind', [(before) => person('approval', [about(before[2] as DecisionReceipt)])]],
    ['that is only asked for', [(before) => person('request', [about(before[2] as DecisionReceipt)])]],
    [
      'about itself, nearly',
      [
        person('acknowledgement', [
          about({ receiptId: '01900000-0000-7000-8000-000000000000', receiptHash: `sha256:${'0'.repeat(64)}` }),
        ]),
      ],
    ],
  ])('stays open after an acknowledgement %s', async (_name, entries) => {
    const given = entries.map((entry): EntryOf => {
      if (typeof entry !== 'function') return entry
      return (before) => {
        const made = entry(before)
        const links = made.body?.links?.map((link) =>
          Object.fromEntries(Object.entries(link).filter(([, value]) => value !== undefined)),
        )
        // what is not about a receipt needs another link that is
        const anchored = links?.some(({ rel }) => rel === 'about')
          ? links
          : [...(links ?? []), about(before[0] as DecisionReceipt)]
        return { ...made, body: { ...made.body, links: anchored as unknown as readonly Link[] } }
      }
    })
    const report = await reported([...burst, ...given])
    expect(report.verdict).toBe('VALID')
    expect(report.chains[0]?.monitor).toMatchObject({ sprt: { status: 'FLAGGED', openFlags: 1 } })
  })

  it('stays open after an acknowledgement that does not hold', async () => {
    const chain = chainOf([...burst, acknowledging(2, {}, { by: keys.two })])
    const report = await buildReport(chain, {
      period: { from: '2026-01-01', until: '2027-01-01' },
      keyring: trusting(keys.one),
      now: '2027-01-01',
    })
    expect(report.chains[0]).toMatchObject({ verdict: 'INCOMPLETE', monitor: { sprt: { status: 'FLAGGED' } } })
  })

  it('is followed by rule: what a failure is can be said', async () => {
    const chain = chainOf([
      { body: { action: 'reject' } },
      { body: { action: 'reject' } },
      { body: { action: 'reject' } },
    ])
    const options = { period: { from: '2026-01-01', until: '2027-01-01' }, keyring: trustOne, now: '2027-01-01' }
    const [silent] = (await buildReport(chain, options)).chains
    expect(silent?.monitor).toMatchObject({ failures: 0, flags: [] })
    const failure = [{ kind: 'action', actions: ['reject'] }] as const
    const [flagged] = (await buildReport(chain, { ...options, statistics: { failure } })).chains
    expect(flagged?.monitor).toMatchObject({ failures: 3, flags: [{ seq: 2 }] })
  })
})

describe('a check rule', () => {
  const fired = (name: string, more: object = {}): Entry => ({
    body: { checks: [{ name, fired: true, ...more }] },
  })
  it.each([
    ['a check that fired', fired('limit'), undefined, 1],
    ['one in shadow mode', fired('limit', { mode: 'shadow' }), undefined, 0],
    ['one of the names', fired('limit'), ['limit'], 1],
    ['one of no name', fired('limit'), ['other'], 0],
  ] as const)('takes %s', async (_name, entry, names, failures) => {
    const failure = [{ kind: 'check', ...(names === undefined ? {} : { names: [...names] }) }] as const
    const report = await buildReport(chainOf([entry]), {
      period: { from: '2026-01-01', until: '2027-01-01' },
      keyring: trustOne,
      now: '2027-01-01',
      statistics: { failure },
    })
    expect(report.figures.failure.estimate.count).toBe(failures)
  })
})

describe('a long path', () => {
  it('has some hundred points at most, the flags among them', async () => {
    const entries = Array.from({ length: 1500 }, (_, index) => (index % 500 < 6 ? failing : {}))
    const monitor = await monitored(entries)
    expect(monitor.path.length).toBeLessThanOrEqual(400)
    expect(monitor.path.length).toBeGreaterThan(150)
    const flagged = monitor.path.filter(({ decision }) => decision === 'FLAGGED').map(({ seq }) => seq)
    expect(flagged).toEqual(monitor.flags.map(({ seq }) => seq))
    expect(flagged.length).toBeGreaterThan(1)
    const numbers = monitor.path.map(({ n }) => n)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  })
})
