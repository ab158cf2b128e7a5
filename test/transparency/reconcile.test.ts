/** Counts of receipts against counts of somebody else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { type ReconcileOptions, reconcile } from '../../src/transparency/reconcile.js'
import { type OutsideCount, parseCounts } from '../../src/transparency/reconcile-counts.js'
import { type Body, good, START, sealed } from '../report/coverage/support.js'

const iso = (ms: number) => new Date(ms).toISOString()
const at = (text: string) => Date.parse(text)

describe('a table of counts', () => {
  test('has its columns in any order, and a bill a row a day', () => {
    const rows = parseCounts('\ufeff"count",from,eventType\r\n7,2026-03-01,inference\r\n\r\n"0",2026-03-02,\r\n', {
      by: 'day',
    })
    expect(rows).toEqual([
      { from: at('2026-03-01'), to: at('2026-03-02'), count: 7, eventType: 'inference' },
      { from: at('2026-03-02'), to: at('2026-03-03'), count: 0 },
    ])
  })

  test('times are as they are written, or where the clock hangs', () => {
    const times = [
      '2026-03-01T00:00:00Z',
      '2026-03-01T01:30+01:00',
      '2026-03-01 02:00',
      '2026-03-01T03:00:00.5',
      '2026-03-01T00:15-03:30',
    ]
    const rows = parseCounts(`from,to,count\n${times.map((time) => `${time},2026-04-01,1\n`).join('')}`, {
      timeZone: 'Europe/Berlin',
    })
    expect(rows.map(({ from }) => iso(from))).toEqual([
      '2026-03-01T00:00:00.000Z',
      '2026-03-01T00:30:00.000Z',
      '2026-03-01T01:00:00.000Z',
      '2026-03-01T02:00:00.500Z',
      '2026-03-01T03:45:00.000Z',
    ])
    expect(iso(rows[0]?.to ?? 0)).toBe('2026-03-31T22:00:00.000Z')
  })

  test('days are as long as they are: 23 and 25 hours, and one that has no midnight', () => {
    const hours = (date: string, timeZone: string) => {
      const [row] = parseCounts(`from,count\n${date},1\n`, { by: 'day', timeZone })
      return [iso(row?.from ?? 0), ((row?.to ?? 0) - (row?.from ?? 0)) / 3_600_000]
    }
    expect(hours('2026-03-29', 'Europe/Berlin')).toEqual(['2026-03-28T23:00:00.000Z', 23])
    expect(hours('2026-10-25', 'Europe/Berlin')).toEqual(['2026-10-24T22:00:00.000Z', 25])
    // clocks were put forward at midnight, so the day began at one
    expect(hours('2018-11-04', 'America/Sao_Paulo')).toEqual(['2018-11-04T03:00:00.000Z', 23])
    // put back at one: midnight came twice, and the day began with the first
    expect(hours('2025-11-02', 'America/Havana')).toEqual(['2025-11-02T04:00:00.000Z', 25])
    expect(hours('2026-02-28', 'Asia/Kathmandu')).toEqual(['2026-02-27T18:15:00.000Z', 24])
  })

  test('a time that the clock skips or shows twice has to say which', () => {
    const hour = (time: string) => () =>
      parseCounts(`from,count\n${time},1\n`, { by: 'hour', timeZone: 'Europe/Berlin' })
    expect(hour('2026-03-29T02:30')).toThrow(/line 2: .* skips this time/)
    expect(hour('2026-10-25T02:30')).toThrow(/line 2: .* shows this time twice/)
    expect(hour('2026-10-25T02:30+01:00')()).toMatchObject([{ from: at('2026-10-25T01:30:00Z') }])
  })

  test.each([
    ['', /line 1/],
    ['from,to\n', /line 1: .*count/],
    ['from,count,model\n', /line 1: the columns are/],
    ['from,count,from\n', /line 1: .*twice/],
    ['from,count\n2026-03-01,1,2\n', /line 2: it has 3 cells/],
    ['from,count\n\n2026-03-01,-1\n', /line 3: its count/],
    ['from,count\n2026-03-01,1.5\n', /line 2: its count/],
    ['from,count\n2026-03-01,\n', /line 2: its count/],
    ['from,count\n2026-02-30,1\n', /line 2: a time/],
    ['from,count\n01.03.2026,1\n', /line 2: a time/],
    ['from,count\n2026-03-01T10:00,1\n', /line 2: its "from" is not the beginning of a day/],
    ['from,to,count\n2026-03-02,2026-03-01,1\n', /line 2: it does not end/],
    ['from,count,eventType\n2026-03-01,1,system\n', /line 2: its eventType/],
    ['from,count\n2026-03-01,"1,204"\n', /line 2: a cell/],
    ['from;count\n2026-03-01;1\n', /line 1: there is a semicolon between its columns; a comma/],
    ['\ufefffrom\tcount\n2026-03-01\t1\n', /line 1: there is a tab between its columns; a comma/],
  ])('%j is refused, and the line is named', (csv, words) => {
    expect(() => parseCounts(csv, { by: 'day' })).toThrow(words)
    expect(() => parseCounts(csv, { by: 'day' })).toThrow(expect.objectContaining({ code: 'VERIFY_INPUT' }))
  })

  test('a row without an end needs a length; a zone has to exist', () => {
    expect(() => parseCounts('from,count\n2026-03-01,1\n')).toThrow(/has no "to".*`by` does, day or hour/)
    expect(() => parseCounts('from,count\n', { timeZone: 'Mars/Olympus' })).toThrow(RangeError)
  })
})

const HOUR = 3_600_000
const row = (hour: number, count: number, eventType?: OutsideCount['eventType']): OutsideCount => ({
  from: START + hour * HOUR,
  to: START + (hour + 1) * HOUR,
  count,
  ...(eventType === undefined ? {} : { eventType }),
})

function compare(receipts: readonly DecisionReceipt[], counts: readonly OutsideCount[], options?: ReconcileOptions) {
  const reconciler = reconcile(counts, options)
  for (const receipt of receipts) reconciler.update(receipt)
  return reconciler.result()
}

/** Decisions at these hours. */
const decisions = (hours: readonly number[], more: Partial<Body> = {}) =>
  hours.map((hour): Body => ({ ...good.decision(more), ms: hour * HOUR }))

describe('the comparison', () => {
  test('lists every difference and nothing else', () => {
    const receipts = sealed(decisions([0, 0, 1, 3, 3, 5]))
    const found = compare(receipts, [row(0, 2), row(1, 3), row(2, 0), row(3, 1), row(5, 1)])
    expect(found).toMatchObject({ answer: 'FEWER', rows: 6, outside: 7, receipts: 6, withoutTime: 0 })
    expect(found.differences).toEqual([
      { from: iso(START + HOUR), to: iso(START + 2 * HOUR), outside: 3, receipts: 1, difference: 'fewer' },
      { from: iso(START + 3 * HOUR), to: iso(START + 4 * HOUR), outside: 1, receipts: 2, difference: 'more' },
      { from: iso(START + 4 * HOUR), to: iso(START + 5 * HOUR), receipts: 0, difference: 'no-row' },
    ])
  })

  test('equal is only what is equal everywhere', () => {
    const receipts = sealed(decisions([0, 1, 1]))
    expect(compare(receipts, [row(0, 1), row(1, 2)]).answer).toBe('EQUAL')
    // the sums agree, the hours do not
    expect(compare(receipts, [row(0, 2), row(1, 1)]).answer).toBe('FEWER')
    expect(compare(receipts, [row(0, 1), row(1, 1)]).answer).toBe('SOURCE_INCOMPLETE')
  })

  test('time that the source leaves out is not known, unless it is said to be 0', () => {
    const receipts = sealed(decisions([0, 2]))
    expect(compare(receipts, [row(0, 1), row(2, 1)]).answer).toBe('SOURCE_INCOMPLETE')
    expect(compare(receipts, [row(0, 1), row(2, 1)], { gapsAreZero: true }).answer).toBe('EQUAL')
    const more = compare(sealed(decisions([0, 1, 2])), [row(0, 1), row(2, 1)], { gapsAreZero: true })
    expect(more).toMatchObject({ answer: 'SOURCE_INCOMPLETE', differences: [{ outside: 0, receipts: 1 }] })
  })

  test('rows of a type count that type, other rows all that callers record', () => {
    const receipts = sealed([
      { ...good.decision(), ms: 0 },
      { eventType: 'inference', ms: 1 },
      { eventType: 'system', system: { event: 'heartbeat' }, ms: 2 },
    ])
    expect(compare(receipts, [row(0, 2)]).answer).toBe('EQUAL')
    expect(compare(receipts, [row(0, 1, 'inference'), row(0, 1, 'decision')]).answer).toBe('EQUAL')
    expect(compare(receipts, [row(0, 1, 'inference'), row(0, 3)]).differences).toMatchObject([
      { outside: 3, receipts: 2, difference: 'fewer' },
    ])
  })

  test('by when the use began or ended; receipts without that time may be what lacks', () => {
    const times = { startedAt: iso(START - HOUR), endedAt: iso(START) }
    const receipts = sealed([...decisions([0], times), ...decisions([1])])
    expect(compare(receipts, [row(-1, 1)], { time: 'startedAt' })).toMatchObject({
      answer: 'SOURCE_INCOMPLETE',
      withoutTime: 1,
    })
    expect(compare(receipts, [row(0, 2)], { time: 'endedAt' }).answer).toBe('SOURCE_INCOMPLETE')
    expect(compare(receipts, [row(0, 3)], { time: 'endedAt' }).answer).toBe('FEWER')
  })

  test('before the first receipt that is held, fewer is not said', () => {
    const receipts = sealed(decisions([2, 3]), { firstSeq: 7 })
    const found = compare(receipts, [row(1, 4), row(2, 1), row(3, 1)])
    expect(found).toMatchObject({ answer: 'SOURCE_INCOMPLETE', differences: [{ outside: 4, difference: 'not-held' }] })
    expect(compare(receipts, [row(2, 1), row(3, 2)]).answer).toBe('FEWER')
  })

  test('rows that overlap would count twice', () => {
    expect(() => reconcile([row(0, 1), { ...row(0, 1), to: START + 2 * HOUR }])).toThrow(/overlap/)
    expect(() => reconcile([row(0, 1), row(0, 1, 'decision')])).not.toThrow()
    expect(() => reconcile([])).toThrow(RangeError)
  })

  test('any receipts: the counts that are taken of them are equal, and one taken away or put in shows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 29 }),
        (some, index) => {
          const hours = [...some].sort((a, b) => a - b)
          const receipts = sealed(decisions(hours))
          const counts = Array.from({ length: 10 }, (_, hour) => row(hour, hours.filter((one) => one === hour).length))
          expect(compare(receipts, counts).answer).toBe('EQUAL')
          const gone = receipts[index % receipts.length] as DecisionReceipt
          const fewer = compare(
            receipts.filter((receipt) => receipt !== gone),
            counts,
          )
          expect(fewer.answer).toBe(gone === receipts[0] && receipts.length > 1 ? 'SOURCE_INCOMPLETE' : 'FEWER')
          expect(compare([...receipts, gone], counts).answer).toBe('SOURCE_INCOMPLETE')
        },
      ),
      { numRuns: 60 },
    )
  })
})
