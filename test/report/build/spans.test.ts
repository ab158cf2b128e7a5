import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSpans } from '../../../src/report/build/spans.js'

const MINUTE = 60_000
const DAY = 86_400_000

const spansOf = (times: readonly number[], most: number, narrowest = MINUTE) => {
  const spans = createSpans<{ n: number }>(
    most,
    narrowest,
    () => ({ n: 0 }),
    (into, from) => {
      into.n += from.n
    },
  )
  for (const time of times) spans.at(time).n += 1
  return spans.list()
}

describe('spans', () => {
  it('are as wide as they must be, and begin where a clock does', () => {
    const start = Date.UTC(2026, 2, 4, 13, 7, 30)
    expect(spansOf([start], 2)).toEqual({
      widthMs: MINUTE,
      spans: [{ from: Date.UTC(2026, 2, 4, 13, 7), tally: { n: 1 } }],
    })
    const days = spansOf([start, start + DAY, start + 2 * DAY], 3)
    expect(days.spans.map(({ from }) => from % MINUTE)).toEqual([0, 0, 0])
    expect(days.widthMs).toBe(MINUTE)
    // nothing narrower than a week joins three days of one week into one
    expect(spansOf([start, start + DAY, start + 2 * DAY], 1)).toEqual({
      widthMs: 7 * DAY,
      spans: [{ from: Date.UTC(2026, 2, 2), tally: { n: 3 } }],
    })
  })

  it('begin on a Monday where they are weeks', () => {
    const weeks = spansOf(
      Array.from({ length: 60 }, (_, day) => Date.UTC(2026, 0, 1) + day * DAY),
      10,
    )
    expect(weeks.widthMs).toBe(7 * DAY)
    for (const { from } of weeks.spans) expect(new Date(from).getUTCDay()).toBe(1)
  })

  it('are the same in any order, each with what lies in it', () => {
    const times = fc.array(fc.integer({ min: 0, max: 400 * DAY }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 20 }), fc.integer(), (list, most, seed) => {
        const made = spansOf(list, most)
        const shuffled = [...list].sort((a, b) => ((a * 31 + seed) % 97) - ((b * 31 + seed) % 97))
        expect(spansOf(shuffled, most)).toEqual(made)
        expect(made.spans.length <= most || made.widthMs === 364 * DAY).toBe(true)
        for (const { from, tally } of made.spans)
          expect(tally.n).toBe(list.filter((time) => time >= from && time < from + made.widthMs).length)
        expect(made.spans.reduce((sum, { tally }) => sum + tally.n, 0)).toBe(list.length)
      }),
    )
  })
})
