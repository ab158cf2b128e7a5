import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Chart } from '../../../src/report/charts/types.js'
import { chartFigures } from '../../../src/report/document/chart-figures.js'
import { formatOf } from '../../../src/report/document/format.js'
import { textsOf } from '../../../src/report/document/texts/index.js'
import { inlineText } from './walk.js'

const english = { texts: textsOf('en'), format: formatOf('en') }
const rowsOf = (chart: Chart): string[][] =>
  (chartFigures(chart, english)?.rows ?? []).map((row) => row.map((cell) => cell.map(inlineText).join('')))
const numberOf = (text: string | undefined): number => Number(text?.replaceAll(',', ''))

describe('figures of a chart', () => {
  test('of actions add up to all decisions, in at most 12 rows', () => {
    const spans = fc.array(fc.record({ allow: fc.nat(5000), reject: fc.nat(5000) }), { minLength: 1, maxLength: 400 })
    fc.assert(
      fc.property(spans, (counts) => {
        const rows = rowsOf({
          kind: 'actions',
          widthMs: 3_600_000,
          from: 0,
          until: counts.length * 3_600_000,
          labels: ['allow', 'reject', 'constructor'],
          spans: counts.map((span, i) => ({ from: i * 3_600_000, counts: span })),
        })
        expect(rows.length).toBeLessThanOrEqual(12)
        const total = (column: number) => rows.reduce((sum, row) => sum + numberOf(row[column]), 0)
        expect(total(2)).toBe(counts.reduce((sum, { allow }) => sum + allow, 0))
        expect(total(3)).toBe(counts.reduce((sum, { reject }) => sum + reject, 0))
        expect(total(4)).toBe(0)
      }),
    )
  })

  test('of a distribution add up to all values', () => {
    const cells = Array.from({ length: 37 }, (_, i) => ({ from: i, to: i + 1, count: i }))
    const rows = rowsOf({ kind: 'distribution', unit: 'ms', cells, quantiles: [] })
    expect(rows.length).toBeLessThanOrEqual(12)
    expect(rows.reduce((sum, row) => sum + numberOf(row[2]), 0)).toBe((36 * 37) / 2)
    expect(rows[0]?.[0]).toBe('0\u00a0ms')
    expect(rows.at(-1)?.[1]).toBe('37\u00a0ms')
  })

  test.each([1, 5, 12, 13, 199, 200])('of %d points end with the last', (length) => {
    const points = Array.from({ length }, (_, i) => ({ n: i + 1, seq: i, at: i * 1000, llr: i / 10 }))
    const rows = rowsOf({ kind: 'sprt', points, upper: 2.89, lower: -2.25 })
    expect(rows).toHaveLength(Math.min(12, length))
    expect(numberOf(rows.at(-1)?.[2])).toBe(length)
    expect(new Set(rows.map(([, seq]) => seq)).size).toBe(rows.length)
  })

  test('of a chart without any are no table', () => {
    expect(
      chartFigures({ kind: 'rate', level: 0.95, points: [], p0: 0.05, p1: 0.15, changes: [] }, english),
    ).toBeUndefined()
  })

  test('of a check that never ran say so instead of a rate', () => {
    expect(rowsOf({ kind: 'rates', rows: [{ name: 'pii', count: 0, n: 0 }] })).toEqual([
      ['pii', '0 of 0', 'no rate: never evaluated'],
    ])
  })
})
