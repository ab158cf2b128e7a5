import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolve, type Span } from '../../src/pii/resolve.js'

const span = (start: number, end: number, more: Partial<Span> = {}): Span => ({
  ...{ type: 'T', score: 0.5, detector: 'd', reason: 'r' },
  start,
  end,
  ...more,
})

describe('overlaps', () => {
  it.each([
    ['the longer stands', [span(0, 4), span(2, 9)], [span(2, 9)]],
    ['the longer stands although less sure', [span(0, 4, { score: 1 }), span(2, 9, { score: 0.5 })], [span(2, 9)]],
    ['of equal length the surer', [span(0, 4), span(2, 6, { score: 0.9 })], [span(2, 6, { score: 0.9 })]],
    ['of equal score the first', [span(2, 6), span(0, 4)], [span(0, 4)]],
    ['what is inside goes', [span(0, 9), span(3, 4), span(8, 9)], [span(0, 9)]],
    ['what only touches stays', [span(0, 4), span(4, 8)], [span(0, 4), span(4, 8)]],
    ['the ends of a chain stay', [span(0, 4), span(3, 8), span(7, 11)], [span(3, 8)]],
    ['two beside a third that went', [span(0, 6), span(5, 9), span(8, 14)], [span(0, 6), span(8, 14)]],
    ['twice the same', [span(0, 4), span(0, 4)], [span(0, 4)]],
    ['nothing', [], []],
  ])('%s', (_, given, standing) => {
    expect(resolve(given)).toEqual(standing)
  })

  it('are settled alike whatever the order', () => {
    const types = [
      span(0, 4, { type: 'B' }),
      span(0, 4, { type: 'A', detector: 'z' }),
      span(0, 4, { type: 'A', detector: 'y', reason: 'b' }),
      span(0, 4, { type: 'A', detector: 'y', reason: 'a' }),
    ]
    expect(resolve(types)).toEqual([types[3]])
    expect(resolve([...types].reverse())).toEqual([types[3]])
  })

  it('are many without harm', () => {
    const chain = Array.from({ length: 300_000 }, (_, index) => span(index * 2, index * 2 + 3))
    expect(resolve(chain)).toHaveLength(150_000)
  })
})

describe('any findings', () => {
  const spans = fc.array(
    fc
      .tuple(
        fc.nat(60),
        fc.integer({ min: 1, max: 15 }),
        fc.constantFrom(0.5, 0.7, 1),
        fc.constantFrom('A', 'B'),
        fc.constantFrom('x', 'y'),
      )
      .map(([start, length, score, type, detector]) => span(start, start + length, { score, type, detector })),
    { maxLength: 40 },
  )

  it('stand in order, apart; what does not stand overlaps something at least as strong', () => {
    fc.assert(
      fc.property(spans, (given) => {
        const standing = resolve(given)
        for (let index = 1; index < standing.length; index += 1)
          expect((standing[index] as Span).start).toBeGreaterThanOrEqual((standing[index - 1] as Span).end)
        for (const one of given) {
          if (standing.includes(one)) continue
          const beaten = standing.some(
            (other) =>
              other.start < one.end &&
              one.start < other.end &&
              (other.end - other.start > one.end - one.start ||
                (other.end - other.start === one.end - one.start && other.score >= one.score)),
          )
          expect(beaten).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('are settled alike in every order, and settled once for all', () => {
    fc.assert(
      fc.property(
        spans.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }))),
        ([given, shuffled]) => {
          const standing = resolve(given)
          expect(resolve(shuffled)).toEqual(standing)
          expect(resolve(standing)).toEqual(standing)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
