import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawTimeline, mostTimelineRows, type TimelineEvent, toSvg } from '../../../src/report/charts/index.js'
import { name } from './support/arbitraries.js'
import { edgesOf, faultsOf, marksOf, pointsOf, textsOf } from './support/inspect.js'
import { timelineSample } from './support/timeline.js'

const options = { width: 720, locale: 'en' } as const
const begin = Date.UTC(2026, 2, 9, 8)
const event = (id: string, at: number, more: Partial<TimelineEvent> = {}): TimelineEvent => ({
  id,
  at,
  kind: 'decision',
  label: id,
  ...more,
})

/** Events that point at each other in every way, also at themselves, in circles and to nowhere. */
const tangled = fc
  .array(
    fc.record({
      at: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: begin, max: begin + 4 * 86_400_000 }) },
        { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, -8.64e15, 0) },
      ),
      until: fc.option(fc.integer({ min: begin, max: begin + 9 * 86_400_000 }), { nil: undefined }),
      kind: fc.constantFrom(
        'decision',
        'inference',
        'tool_call',
        'tool_result',
        'human_oversight',
        'annotation',
        'constructor',
      ),
      label: name,
      parent: fc.option(fc.nat(60), { nil: undefined }),
      links: fc.array(fc.nat(60), { maxLength: 4 }),
      state: fc.constantFrom(undefined, 'holds' as const, 'broken' as const, 'unproved' as const),
    }),
    { maxLength: 60 },
  )
  .map((events) =>
    events.map(
      ({ parent, links, ...rest }, index): TimelineEvent => ({
        ...rest,
        id: `e${index}`,
        parent: parent === undefined ? undefined : `e${parent}`,
        links: links.map((id) => `e${id}`),
      }),
    ),
  )

describe('timeline', () => {
  it('keeps every mark inside and every text apart, whatever points at what', () => {
    fc.assert(
      fc.property(
        tangled,
        fc.integer({ min: 300, max: 1200 }),
        fc.constantFrom('en' as const, 'de' as const),
        (events, width, locale) => {
          expect(faultsOf(drawTimeline(events, { width, locale }))).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  it('has events from the earliest to the latest, each with its time in UTC, and a day where it changes', () => {
    const texts = textsOf(drawTimeline([...timelineSample].reverse(), options))
    const times = texts.filter(({ text }) => /^\d\d:\d\d:\d\d\.\d{3}$/.test(text))
    const sorted = [...timelineSample].sort((a, b) => a.at - b.at)
    expect(times.sort((a, b) => a.y - b.y).map(({ text }) => text)).toEqual(
      sorted.map(({ at }) => new Date(at).toISOString().slice(11, 23)),
    )
    const days = texts.filter(({ text }) => text.endsWith('(UTC)')).map(({ text }) => text)
    expect(days).toEqual(['Mar 9, 2026 (UTC)', 'Mar 10, 2026 (UTC)', 'Mar 12, 2026 (UTC)'])
  })

  it('has a line from each child to its parent', () => {
    const events = [
      event('a', begin),
      event('b', begin + 1, { parent: 'a' }),
      event('c', begin + 2, { parent: 'a' }),
      event('d', begin + 3, { parent: 'gone' }),
    ]
    const drawing = drawTimeline(events, options)
    const yOf = (label: string) => (textsOf(drawing).find(({ text }) => text === label)?.y as number) - 4
    const lines = marksOf(drawing, 'path', 'axis')
      .map(({ d }) => pointsOf(d))
      .filter((points) => points.length === 3)
    expect(lines.map((points) => [points[0]?.[1], points[2]?.[1]])).toEqual([
      [yOf('a'), yOf('b')],
      [yOf('a'), yOf('c')],
    ])
    for (const points of lines) expect(points[2]?.[0]).toBeGreaterThan(points[0]?.[0] as number)
  })

  it('lets no line down from a parent pass another event', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 30 }), (choices) => {
        // A forest of at most 3 levels: there are columns enough for all.
        const level = [0]
        const events = choices.map((choice, index) => {
          const parent = index === 0 ? undefined : choice % index
          const under = parent !== undefined && choice % 3 > 0 && (level[parent] as number) < 2
          level[index] = under ? (level[parent] as number) + 1 : 0
          return event(`e${index}`, begin + index, under ? { parent: `e${parent}` } : {})
        })
        const drawing = drawTimeline(events, { width: 1200, locale: 'en' })
        const glyphs = marksOf(drawing, 'path', 'series-0').map((mark) => {
          const { left, right, top, bottom } = edgesOf(mark)
          return { x: (left + right) / 2, y: (top + bottom) / 2 }
        })
        const columns = new Set(glyphs.map(({ x }) => Math.round(x)))
        fc.pre(columns.size < 8)
        for (const { d } of marksOf(drawing, 'path', 'axis')) {
          const [top, corner] = pointsOf(d) as readonly (readonly [number, number])[]
          if (top === undefined || corner === undefined || top[0] !== corner[0]) continue
          const passed = glyphs.filter(({ x, y }) => Math.abs(x - top[0]) < 1 && y > top[1] + 1 && y < corner[1] - 1)
          expect(passed).toEqual([])
        }
      }),
    )
  })

  it('has an arrow from what speaks to what it speaks of', () => {
    const drawing = drawTimeline(
      [event('a', begin), event('b', begin + 1, { links: ['a', 'b', 'gone', 'a'] })],
      options,
    )
    const yOf = (label: string) => (textsOf(drawing).find(({ text }) => text === label)?.y as number) - 4
    const links = marksOf(drawing, 'path', 'gap').filter(({ d, dashed }) => dashed === true && pointsOf(d).length === 4)
    expect(links).toHaveLength(1)
    const points = pointsOf(links[0]?.d as string)
    expect([points[0]?.[1], points[3]?.[1]]).toEqual([yOf('b'), yOf('a')])
    const [arrow] = marksOf(drawing, 'path', 'gap').filter(({ fill }) => fill === true)
    expect(pointsOf(arrow?.d as string)[0]?.[1]).toBe(yOf('a'))
  })

  it('gives what does not hold and what is unproved a shape of its own, and explains it', () => {
    const texts = textsOf(drawTimeline(timelineSample, options)).map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['Does not hold', 'Unproved', 'Line to the parent', 'Speaks of']))
    const calm = drawTimeline([event('a', begin)], options)
    expect(textsOf(calm).map(({ text }) => text)).toEqual(['Mar 9, 2026 (UTC)', '08:00:00.000', 'a'])
  })

  it('says what took how long', () => {
    const texts = textsOf(drawTimeline(timelineSample, options)).map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['40\u00a0ms', '1.3\u00a0s', '14\u00a0min']))
  })

  it('leaves the rest to the table, and says so; nothing is said to be nothing', () => {
    const events = Array.from({ length: mostTimelineRows + 5 }, (_, index) => event(`e${index}`, begin + index))
    const texts = textsOf(drawTimeline(events, options)).map(({ text }) => text)
    expect(texts).toContain('5 more in the table')
    expect(texts).not.toContain(`e${mostTimelineRows}`)
    expect(textsOf(drawTimeline([], options)).map(({ text }) => text)).toEqual(['No data: no events'])
  })

  it('has events without a time at the end, under a head that says so', () => {
    const drawing = drawTimeline([event('a', Number.NaN), event('b', begin)], options)
    expect(textsOf(drawing).map(({ text }) => text)).toEqual([
      'Mar 9, 2026 (UTC)',
      '08:00:00.000',
      'b',
      'Without a time',
      '—',
      'a',
    ])
  })

  it('refuses a width that has no room', () => {
    expect(() => drawTimeline([], { width: 299, locale: 'en' })).toThrow(RangeError)
  })

  it.each(['en', 'de'] as const)('is the golden SVG in %s', async (locale) => {
    const svg = toSvg(drawTimeline(timelineSample, { width: 720, locale }), {
      id: 'timeline',
      title: 'Timeline',
      description: 'A sample.',
    })
    await expect(`${svg}\n`).toMatchFileSnapshot(`golden/timeline.${locale}.svg`)
  })
})
