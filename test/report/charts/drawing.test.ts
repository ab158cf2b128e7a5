import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Chart, drawChart } from '../../../src/report/charts/index.js'
import { anyChart } from './support/arbitraries.js'
import { faultsOf, marksOf, pointsOf, textsOf } from './support/inspect.js'
import { kinds, samples } from './support/samples.js'

const locales = ['en', 'de'] as const

describe.each(kinds)('drawing of %s', (kind) => {
  it('keeps every mark inside, numbers finite and rounded, and texts apart, whatever the data', () => {
    fc.assert(
      fc.property(
        anyChart(kind),
        fc.integer({ min: 300, max: 1200 }),
        fc.constantFrom(...locales),
        (chart, width, locale) => {
          const drawing = drawChart(chart, { width, locale })
          expect(drawing.width).toBe(width)
          expect(faultsOf(drawing)).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps the sample whole at every width', () => {
    for (const locale of locales) {
      for (let width = 300; width <= 1200; width += 25)
        expect({ width, faults: faultsOf(drawChart(samples[kind], { width, locale })) }).toEqual({ width, faults: [] })
    }
  })

  it('is the same for the same data', () => {
    const options = { width: 720, locale: 'de' } as const
    expect(drawChart(samples[kind], options)).toEqual(drawChart(structuredClone(samples[kind]), options))
  })

  it('refuses a width that has no room', () => {
    for (const width of [299, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => drawChart(samples[kind], { width, locale: 'en' })).toThrow(RangeError)
  })
})

const empties: readonly Chart[] = [
  { kind: 'rate', level: 0.95, points: [], p0: 0.05, p1: 0.15, changes: [] },
  { kind: 'sprt', points: [], upper: 2.9, lower: -2.3 },
  { kind: 'actions', widthMs: 1000, from: 0, until: 0, spans: [], labels: ['allow'] },
  {
    kind: 'actions',
    widthMs: 1000,
    from: 0,
    until: 5000,
    spans: [{ from: 0, counts: { allow: 0 } }],
    labels: ['allow'],
  },
  { kind: 'distribution', unit: 'ms', cells: [], quantiles: [{ q: 0.5, value: 3 }] },
  { kind: 'rates', rows: [] },
  { kind: 'chain-map', from: 0, until: 1, rows: [] },
]

describe('labels of a horizontal axis', () => {
  it('are evenly spaced at every width: none is dropped between two others', () => {
    for (const kind of ['rate', 'sprt', 'actions', 'chain-map'] as const) {
      for (let width = 300; width <= 1200; width += 25) {
        const drawing = drawChart(samples[kind], { width, locale: 'de' })
        const bottom = Math.max(...textsOf(drawing).map(({ y }) => y)) - 40
        const ticks = marksOf(drawing, 'path', 'axis')
          .map(({ d }) => pointsOf(d))
          .filter(([from, to]) => from?.[1] === bottom && to?.[1] === bottom + 4)
          .map(([from]) => from?.[0] as number)
        const gaps = ticks.slice(1).map((x, index) => x - (ticks[index] as number))
        expect(ticks.length).toBeGreaterThan(1)
        // Months and the weeks at their ends have days more or less.
        expect({ kind, width, even: Math.max(...gaps) / Math.min(...gaps) < 1.75 }).toEqual({ kind, width, even: true })
      }
    }
  })
})

describe('nothing to draw', () => {
  it.each(empties)('says so and draws no line, bar or axis: $kind', (chart) => {
    for (const [locale, start] of [
      ['en', 'No data'],
      ['de', 'Keine Daten'],
    ] as const) {
      const drawing = drawChart(chart, { width: 600, locale })
      expect(textsOf(drawing).map(({ text }) => text.startsWith(start))).toEqual([true])
      expect(drawing.marks.every(({ role }) => role === 'axis' || role === 'label')).toBe(true)
    }
  })

  it('says so in the row of a check without a rate and of a chain without receipts', () => {
    const rates = drawChart({ kind: 'rates', rows: [{ name: 'a', count: 0, n: 0 }] }, { width: 600, locale: 'en' })
    expect(textsOf(rates).map(({ text }) => text)).toContain('No data (n = 0)')
    expect(marksOf(rates, 'circle', 'bar')).toEqual([])
    const map = drawChart(
      { kind: 'chain-map', from: 0, until: 1000, rows: [{ chainId: 'a', gaps: [], marks: [] }] },
      { width: 600, locale: 'en' },
    )
    expect(textsOf(map).map(({ text }) => text)).toContain('no receipts')
  })
})

describe('a single point', () => {
  it('is a dot with its interval', () => {
    const point = { n: 1, seq: 0, at: 0, failures: 1, rate: 1, lower: 0.2, upper: 1 }
    const drawing = drawChart(
      { kind: 'rate', level: 0.95, points: [point], p0: 0.05, p1: 0.15, changes: [] },
      { width: 600, locale: 'en' },
    )
    expect(marksOf(drawing, 'circle', 'line')).toHaveLength(1)
    expect(faultsOf(drawing)).toEqual([])
  })

  it('is a dot at the end of the first step of a test', () => {
    const drawing = drawChart(
      { kind: 'sprt', points: [{ n: 1, seq: 0, at: 0, llr: 1.1 }], upper: 2.9, lower: -2.3 },
      { width: 600, locale: 'en' },
    )
    expect(marksOf(drawing, 'circle', 'line')).toHaveLength(1)
  })

  it('is a bar of one cell without width', () => {
    const drawing = drawChart(
      { kind: 'distribution', unit: 'ms', cells: [{ from: 7, to: 7, count: 1 }], quantiles: [] },
      { width: 600, locale: 'en' },
    )
    expect(marksOf(drawing, 'rect', 'bar')).toHaveLength(1)
  })
})

describe('a great deal', () => {
  it('of spans, cells, rows and marks is drawn in bounded space', () => {
    const day = 86_400_000
    const spans = Array.from({ length: 200_000 }, (_, index) => ({ from: index * 3_600_000, counts: { allow: 1 } }))
    const charts: readonly Chart[] = [
      { kind: 'actions', widthMs: 3_600_000, from: 0, until: 200_000 * 3_600_000, spans, labels: ['allow'] },
      {
        kind: 'distribution',
        unit: 'ms',
        cells: Array.from({ length: 200_000 }, (_, index) => ({ from: index + 1, to: index + 2, count: 1 })),
        quantiles: [],
      },
      { kind: 'rates', rows: Array.from({ length: 5000 }, (_, n) => ({ name: `check-${n}`, count: 0, n, rate: 0 })) },
      {
        kind: 'chain-map',
        from: 0,
        until: 400 * day,
        rows: Array.from({ length: 500 }, (_, index) => ({
          chainId: `chain-${index}`,
          oldest: 0,
          newest: 400 * day,
          gaps: [],
          marks: Array.from({ length: 500 }, (_, mark) => ({ at: mark * day * 0.8, event: 'key.rotate' })),
        })),
      },
    ]
    for (const chart of charts) {
      const drawing = drawChart(chart, { width: 720, locale: 'en' })
      expect(drawing.marks.length).toBeLessThan(5000)
      expect(drawing.height).toBeLessThan(3000)
      expect(faultsOf(drawing)).toEqual([])
    }
  })

  it('that is left out is said to be in the table', () => {
    const rows = Array.from({ length: 43 }, (_, n) => ({ name: `check-${n}`, count: 0, n: 10, rate: 0 }))
    const texts = textsOf(drawChart({ kind: 'rates', rows }, { width: 720, locale: 'en' })).map(({ text }) => text)
    expect(texts.some((text) => text.endsWith('; 3 more in the table'))).toBe(true)
  })
})

describe('names', () => {
  it('that are long end with an ellipsis', () => {
    const rows = [{ name: 'W'.repeat(5000), count: 0, n: 1, rate: 0 }]
    const [name] = textsOf(drawChart({ kind: 'rates', rows }, { width: 720, locale: 'en' }))
    expect(name?.text).toMatch(/^W{5,40}…$/)
  })

  it('that would turn or break the line are shown as what they are not', () => {
    const rows = [{ name: 'a\u202eb\u0000c\nd', count: 0, n: 1, rate: 0 }]
    const [name] = textsOf(drawChart({ kind: 'rates', rows }, { width: 720, locale: 'en' }))
    expect(name?.text).toBe('a\ufffdb\ufffdc d')
  })
})
