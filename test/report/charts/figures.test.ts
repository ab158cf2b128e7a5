/** Marks against figures that are computed in another way: from what the drawing's own axes say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Chart, type ChartOf, drawChart } from '../../../src/report/charts/index.js'
import { edgesOf, marksOf, pointsOf, textsOf, valueAtY } from './support/inspect.js'
import { samples } from './support/samples.js'

const options = { width: 720, locale: 'en' } as const
const draw = (chart: Chart) => drawChart(chart, options)
const percent = (text: string) => Number(text.replace('%', '')) / 100
const number = (text: string) => Number(text.replaceAll(',', ''))

describe('rate', () => {
  const chart = samples.rate
  const drawing = draw(chart)
  const rateAt = valueAtY(drawing, percent)

  it('gives back the rate of every point', () => {
    const [line] = marksOf(drawing, 'path', 'line').filter(({ d }) => pointsOf(d).length > 2)
    const rates = pointsOf(line?.d as string).map(([, y]) => rateAt(y))
    expect(rates).toHaveLength(chart.points.length)
    for (const [index, rate] of rates.entries()) expect(rate).toBeCloseTo(chart.points[index]?.rate as number, 4)
  })

  it('spaces points as their times are', () => {
    const [line] = marksOf(drawing, 'path', 'line').filter(({ d }) => pointsOf(d).length > 2)
    const xs = pointsOf(line?.d as string).map(([x]) => x)
    const [first, last] = [chart.points[0]?.at as number, chart.points.at(-1)?.at as number]
    for (const [index, x] of xs.entries()) {
      const share = ((chart.points[index]?.at as number) - first) / (last - first)
      expect((x - (xs[0] as number)) / ((xs.at(-1) as number) - (xs[0] as number))).toBeCloseTo(share, 4)
    }
  })

  it('draws p0 and p1 where the axis has them, and says which is which', () => {
    const levels = marksOf(drawing, 'path', 'limit')
      .filter(({ d, dashed }) => dashed === true && (pointsOf(d)[1]?.[0] as number) > 400)
      .map(({ d }) => rateAt(pointsOf(d)[0]?.[1] as number))
    expect(levels[0]).toBeCloseTo(0.05, 4)
    expect(levels[1]).toBeCloseTo(0.15, 4)
    expect(textsOf(drawing).map(({ text }) => text)).toEqual(expect.arrayContaining(['p0 5%', 'p1 15%', '8.17%']))
  })

  it('has the band between the two ends of the sequence', () => {
    const area = marksOf(drawing, 'path', 'band').find(({ d, fill }) => fill === true && pointsOf(d).length > 10)
    const points = pointsOf(area?.d as string)
    const n = chart.points.length
    const top = Math.max(...textsOf(drawing).map(({ text }) => (/^\d+%$/.test(text) ? percent(text) : 0)))
    for (const [index, point] of chart.points.entries()) {
      const ends = [points[index]?.[1], points[2 * n - 1 - index]?.[1]]
        .map((y) => rateAt(y as number))
        .sort((a, b) => a - b)
      expect(ends[0]).toBeCloseTo(point.lower, 4)
      expect(ends[1]).toBeCloseTo(Math.min(point.upper, top), 4)
    }
  })

  it('leaves out a start that would flatten the rest, and says from where it is drawn', () => {
    const start = {
      n: 1,
      seq: 0,
      at: (chart.points[0]?.at as number) - 1000,
      failures: 1,
      rate: 1,
      lower: 0.02,
      upper: 1,
    }
    const texts = textsOf(draw({ ...chart, points: [start, ...chart.points] })).map(({ text }) => text)
    expect(texts.some((text) => text.endsWith('; drawn from decision 10 on'))).toBe(true)
    expect(texts).not.toContain('100%')
    expect(textsOf(drawing).some(({ text }) => text.includes('drawn from'))).toBe(false)
  })
})

describe('sprt', () => {
  const chart = samples.sprt
  const drawing = draw(chart)
  const llrAt = valueAtY(drawing, (text) => Number(text.replace('−', '-')))
  const cycles = marksOf(drawing, 'path', 'line')
    .map(({ d }) => pointsOf(d))
    .filter((points) => (points[0]?.[0] as number) > 20 || points.length > 2)

  it('gives back every ratio, cycle by cycle, each from 0', () => {
    const expected: number[][] = [[0]]
    for (const { llr, decision } of chart.points) {
      expected.at(-1)?.push(llr)
      if (decision !== undefined) expected.push([0])
    }
    const drawn = cycles.map((points) => points.map(([, y]) => llrAt(y)))
    const shown = expected.filter((values) => values.length > 1)
    expect(drawn.map(({ length }) => length)).toEqual(shown.map(({ length }) => length))
    for (const [index, values] of shown.entries())
      for (const [at, llr] of values.entries()) expect(drawn[index]?.[at]).toBeCloseTo(llr, 2)
  })

  it('marks each decision by a shape of its own, one of each more in the legend', () => {
    const count = (name: string) => chart.points.filter(({ decision }) => decision === name).length
    expect(marksOf(drawing, 'path', 'bad')).toHaveLength(count('FLAGGED') + 1)
    expect(marksOf(drawing, 'circle', 'good')).toHaveLength(count('WITHIN_LIMIT') + 1)
  })

  it('draws the boundaries where they are', () => {
    const levels = marksOf(drawing, 'path', 'limit')
      .map(({ d }) => pointsOf(d))
      .filter((points) => (points[1]?.[0] as number) > 400)
      .map((points) => llrAt(points[0]?.[1] as number))
    expect(levels[0]).toBeCloseTo(chart.upper, 2)
    expect(levels[1]).toBeCloseTo(chart.lower, 2)
  })
})

const boxes = (drawing: ReturnType<typeof draw>, index: number) =>
  marksOf(drawing, 'rect', `series-${index as 0}`).filter(({ width, height }) => !(width === 20 && height === 12))

describe('actions', () => {
  const sumOf = (chart: ChartOf<'actions'>, label: string) =>
    chart.spans.reduce((sum, { counts }) => sum + (counts[label] ?? 0), 0)

  it('has bars whose heights add up to the counts of each action', () => {
    const drawing = draw(samples.actions)
    const countAt = valueAtY(drawing, number)
    for (const [index, label] of samples.actions.labels.entries()) {
      const sum = boxes(drawing, index).reduce((total, box) => total + countAt(box.y) - countAt(box.y + box.height), 0)
      expect(Math.abs(sum - sumOf(samples.actions, label))).toBeLessThan(0.5)
    }
  })

  it('adds up however many spans go into a bar, and however many labels there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(400), { minLength: 5, maxLength: 40 }),
        (spanCount, labelCount, values) => {
          const labels = Array.from({ length: labelCount }, (_, index) => `action-${index}`)
          const spans = Array.from({ length: spanCount }, (_, span) => ({
            from: span * 3_600_000,
            counts: Object.fromEntries(
              labels.map((label, index) => [label, (values[(span * 7 + index) % values.length] as number) + 1]),
            ),
          }))
          const chart = {
            kind: 'actions',
            widthMs: 3_600_000,
            from: 0,
            until: spanCount * 3_600_000,
            spans,
            labels,
          } as const
          const drawing = draw(chart)
          const countAt = valueAtY(drawing, (text) => number(text.replace(/K$/, '')))
          const shown = labelCount > 8 ? 7 : labelCount
          const sums = labels.map((label) => sumOf(chart, label))
          const expected = labelCount > 8 ? [...sums.slice(0, shown), sums.slice(shown).reduce((a, b) => a + b)] : sums
          for (const [index, sum] of expected.entries()) {
            const drawn = boxes(drawing, index)
            const total = drawn.reduce((all, box) => all + countAt(box.y) - countAt(box.y + box.height), 0)
            // Each edge is rounded to a hundredth of a unit.
            const rounding = drawn.length * 0.011 * Math.abs(countAt(0) - countAt(1))
            expect(Math.abs(total - sum)).toBeLessThanOrEqual(rounding + 1e-6)
          }
          expect(textsOf(drawing).some(({ text }) => text === `Other (${labelCount - 7})`)).toBe(labelCount > 8)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('counts actions that have no label as others, and says how wide a bar is', () => {
    const drawing = draw({
      kind: 'actions',
      widthMs: 3_600_000,
      from: 0,
      until: 30 * 86_400_000,
      spans: [{ from: 0, counts: { allow: 4, unheard: 2, of: 3 } }],
      labels: ['allow'],
    })
    const texts = textsOf(drawing).map(({ text }) => text)
    expect(texts).toContain('Other (2)')
    expect(texts).toContain('Decisions (number in 8 hours)')
    const countAt = valueAtY(drawing, number)
    expect(boxes(drawing, 1).map((box) => Math.round(countAt(box.y) - countAt(box.y + box.height)))).toEqual([5])
  })

  it('gives each series a pattern of its own', () => {
    const labels = Array.from({ length: 8 }, (_, index) => `action-${index}`)
    const counts = Object.fromEntries(labels.map((label) => [label, 50]))
    const drawing = draw({ kind: 'actions', widthMs: 1000, from: 0, until: 1000, spans: [{ from: 0, counts }], labels })
    // The slopes of the lines over a box say which pattern it is.
    const slopes = (box: { x: number; y: number; width: number; height: number }) => {
      const inside = (point: readonly [number, number] | undefined) =>
        point !== undefined &&
        point[0] > box.x &&
        point[0] < box.x + box.width &&
        point[1] >= box.y &&
        point[1] < box.y + box.height
      const found = new Map<string, number>()
      for (const { d } of marksOf(drawing, 'path', 'surface')) {
        for (const segment of d.split('M').slice(1)) {
          const [a, b] = pointsOf(`M${segment}`) as [readonly [number, number], readonly [number, number]]
          const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] as const
          if (!inside(middle) || Math.abs(middle[1] - box.y) < 0.6) continue
          const slope = Math.abs(a[0] - b[0]) < 0.1 ? 'upright' : Math.sign(Math.round(a[1] - b[1])).toString()
          found.set(slope, (found.get(slope) ?? 0) + 1)
        }
      }
      const upTo = (key: string, size: number) =>
        found.has(key) ? `${key}:${Math.round(size / (found.get(key) as number))}` : ''
      return [
        upTo('0', box.height),
        upTo('upright', box.width),
        found.has('1') ? 'rising' : '',
        found.has('-1') ? 'falling' : '',
      ].join(' ')
    }
    const bars = labels.map((_, index) => boxes(drawing, index)[0] as NonNullable<ReturnType<typeof boxes>[0]>)
    expect(new Set(bars.map(slopes)).size).toBe(8)
  })
})

describe('distribution', () => {
  it('has bars whose heights add up to the number of values, with and without zeros', () => {
    for (const cells of [samples.distribution.cells, [{ from: 0, to: 0, count: 37 }, ...samples.distribution.cells]]) {
      const drawing = draw({ ...samples.distribution, cells })
      const countAt = valueAtY(drawing, number)
      const bars = marksOf(drawing, 'rect', 'bar')
      const total = bars.reduce((sum, bar) => sum + countAt(bar.y) - countAt(bar.y + bar.height), 0)
      expect(bars).toHaveLength(cells.filter(({ count }) => count > 0).length)
      expect(Math.abs(total - cells.reduce((sum, { count }) => sum + count, 0))).toBeLessThan(1)
    }
  })

  it('draws each quantile where its value stands between two labels of the axis', () => {
    const drawing = draw(samples.distribution)
    const baseline = Math.max(...marksOf(drawing, 'path', 'axis').map((mark) => edgesOf(mark).top))
    const labels = textsOf(drawing)
      .filter(({ y, anchor }) => anchor === 'middle' && Math.abs(y - baseline - 19) < 0.02)
      .map(({ text, x }) => ({ value: number(text), x }))
    const [first, last] = [labels[1], labels.at(-2)] as [(typeof labels)[0], (typeof labels)[0]]
    const valueAt = (x: number) => first.value * (last.value / first.value) ** ((x - first.x) / (last.x - first.x))
    const drawn = marksOf(drawing, 'path', 'limit').map(({ d }) => valueAt(pointsOf(d)[0]?.[0] as number))
    for (const [index, { value }] of samples.distribution.quantiles.entries())
      expect((drawn[index] as number) / value).toBeCloseTo(1, 2)
    expect(textsOf(drawing).map(({ text }) => text)).toEqual(
      expect.arrayContaining(['p50 139 ms', 'p95 420 ms', 'p99 905 ms']),
    )
  })
})

describe('rates', () => {
  it('puts each dot and interval where the axis has its rate', () => {
    const drawing = draw(samples.rates)
    const ticks = textsOf(drawing)
      .filter(({ text, anchor }) => anchor === 'middle' && /^\d+%$/.test(text))
      .map(({ text, x }) => ({ value: percent(text), x }))
    const [first, last] = [ticks[0], ticks.at(-1)] as [(typeof ticks)[0], (typeof ticks)[0]]
    const rateAt = (x: number) => first.value + ((x - first.x) / (last.x - first.x)) * (last.value - first.value)
    const known = samples.rates.rows.filter(({ rate }) => rate !== undefined)
    const dots = marksOf(drawing, 'circle', 'bar')
    const intervals = marksOf(drawing, 'path', 'line')
      .map(edgesOf)
      .filter(({ top, bottom }) => top === bottom)
    expect(dots).toHaveLength(known.length)
    for (const [index, { rate, interval }] of known.entries()) {
      expect(rateAt(dots[index]?.x as number)).toBeCloseTo(rate as number, 4)
      expect(rateAt(intervals[index]?.left as number)).toBeCloseTo(interval?.lower as number, 4)
      expect(rateAt(intervals[index]?.right as number)).toBeCloseTo(interval?.upper as number, 4)
    }
  })

  it('says rate, count and n of each row, tiny rates too', () => {
    const rows = [
      { name: 'a', count: 3, n: 200, rate: 0.015 },
      { name: 'b', count: 1, n: 5_000_000, rate: 2e-7 },
    ]
    const texts = textsOf(drawChart({ kind: 'rates', rows }, { width: 720, locale: 'de' })).map(({ text }) => text)
    expect(texts).toContain('1,5\u00a0% (3 von 200)')
    expect(texts).toContain('<0,001\u00a0% (1 von 5\u00a0Mio.)')
  })
})

describe('chain map', () => {
  const chart = samples['chain-map']
  const drawing = draw(chart)

  it('draws bars and gaps as long as their times', () => {
    const bars = marksOf(drawing, 'rect', 'bar').slice(1)
    const [first, second] = bars as [(typeof bars)[0], (typeof bars)[0]]
    const row = chart.rows[0] as (typeof chart.rows)[0]
    const other = chart.rows[1] as (typeof chart.rows)[0]
    const perMs = first.width / ((row.newest as number) - (row.oldest as number))
    expect(second.width / perMs / ((other.newest as number) - (other.oldest as number))).toBeCloseTo(1, 3)
    const gap = marksOf(drawing, 'rect', 'bad').at(-1)
    const unexplained = row.gaps[1] as (typeof row.gaps)[0]
    expect((gap?.width as number) / perMs / (unexplained.to - unexplained.from)).toBeCloseTo(1, 2)
    expect(((gap?.x as number) - first.x) / perMs / (unexplained.from - (row.oldest as number))).toBeCloseTo(1, 3)
  })

  it('draws many marks of one kind in one place once, with their number', () => {
    const texts = textsOf(drawing).map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['14', '2']))
  })

  it('explains what is drawn and nothing else', () => {
    const texts = textsOf(drawing).map(({ text }) => text)
    expect(texts).toEqual(
      expect.arrayContaining(['Rollback', 'Key revoked', 'Gap, unexplained', 'Period of the report']),
    )
    const calm = draw({
      kind: 'chain-map',
      from: 0,
      until: 9000,
      rows: [{ chainId: 'a', oldest: 1, newest: 8000, gaps: [], marks: [] }],
    })
    expect(
      textsOf(calm)
        .filter(({ x, y }) => x > 20 && y < 21)
        .map(({ text }) => text),
    ).toEqual(['Receipts held'])
  })

  it('has a shape of its own for every kind of event', () => {
    const events = [
      'key.rotate',
      'key.revoke',
      'retention.prune',
      'retention.hold',
      'system.rollback',
      'system.change',
      'system.chain_end',
      'system.report',
    ]
    const shapes = events.map((event) => {
      const row = { chainId: 'a', gaps: [], marks: [{ at: 500, event }] }
      const { marks } = draw({ kind: 'chain-map', from: 0, until: 1000, rows: [row] })
      // The legend draws it first: its form, without its place and colour.
      const start = marks.findIndex((mark) => mark.kind === 'text') + 1
      const sample = marks.slice(
        start,
        marks.findIndex((mark, index) => index > start && mark.kind === 'text'),
      )
      return JSON.stringify(
        sample.map((mark) => {
          if (mark.kind === 'circle') return ['circle', mark.r]
          const { left, top } = edgesOf(mark)
          return mark.kind === 'path'
            ? pointsOf(mark.d).map(([x, y]) => [Math.round((x - left) * 10), Math.round((y - top) * 10)])
            : mark.kind
        }),
      )
    })
    expect(new Set(shapes).size).toBe(events.length)
  })
})
