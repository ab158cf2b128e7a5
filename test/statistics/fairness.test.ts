import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { createFairness, type FairnessOptions } from '../../src/report/statistics/fairness.js'
import { newcombe, ratioInterval } from '../../src/report/statistics/intervals.js'
import { about, details, type Members, receipt } from './receipts.js'

const follow = (receipts: readonly DecisionReceipt[], options: FairnessOptions = {}) => {
  const accumulator = createFairness(options)
  for (const one of receipts) accumulator.update(one)
  return accumulator.snapshot()
}
const decided = (seq: number, favourable: boolean | undefined, groups?: object, more: Members = {}) =>
  receipt(seq, {
    decision: { ...(favourable === undefined ? {} : { favourable }), ...more.decision },
    ...(groups === undefined ? {} : { details: details({ groups }) as never }),
  })
let seq = 0
/** `count` of `n` in favour. */
const group = (label: string, count: number, n: number, attribute = 'sex') =>
  Array.from({ length: n }, (_, i) => decided(seq++, i < count, { [attribute]: label }))

describe('createFairness', () => {
  it('gives the four-fifths ratio of the Uniform Guidelines’ own kind of example', () => {
    // as in the questions and answers on 29 CFR 1607.4(D), 1979: 80 applicants with 48 hires (60 %), 40 with 12 (30 %): 30/60 = 50 %
    const { attributes } = follow([...group('a', 48, 80), ...group('b', 12, 40)])
    const [sex] = attributes
    expect(sex?.references).toEqual([{ group: 'a', chosen: 'highest-rate' }])
    expect(sex?.groups).toMatchObject([
      { group: 'a', selection: { rate: 0.6, n: 80, method: 'wilson' }, warnings: [] },
      { group: 'b', selection: { rate: 0.3, n: 40 } },
    ])
    const [comparison] = sex?.comparisons ?? []
    expect(comparison?.ratio.ratio).toBeCloseTo(0.5, 12)
    expect(comparison?.parityDifference.difference).toBeCloseTo(-0.3, 12)
    expect(comparison).toMatchObject({ group: 'b', reference: 'a', belowThreshold: true, warnings: [] })
    // one pair, so the level is the level
    expect(sex?.comparisonLevel).toBeCloseTo(0.95, 12)
    expect(comparison?.ratio.interval).toEqual(ratioInterval({ count: 12, n: 40 }, { count: 48, n: 80 }).interval)
    expect(comparison?.parityDifference.interval).toEqual(newcombe({ count: 12, n: 40 }, { count: 48, n: 80 }).interval)
    expect(comparison?.conclusion).toBe((comparison?.ratio.interval?.upper as number) < 0.8 ? 'BELOW' : 'UNDECIDED')
  })

  it('concludes only what the whole interval says', () => {
    const conclusion = (countB: number, nB: number) =>
      follow([...group('a', 600, 1000), ...group('b', countB, nB)]).attributes[0]?.comparisons[0]
    expect(conclusion(300, 1000)).toMatchObject({ belowThreshold: true, conclusion: 'BELOW' })
    expect(conclusion(590, 1000)).toMatchObject({
      belowThreshold: false,
      conclusion: 'NOT_BELOW',
      warnings: ['DIFFERENCE_UNCERTAIN'],
    })
    expect(conclusion(18, 40)).toMatchObject({ belowThreshold: true, conclusion: 'UNDECIDED' })
  })

  it('does not compare a group that is too small, nor take it as reference', () => {
    const [sex] = follow([...group('a', 30, 60), ...group('b', 20, 60), ...group('c', 29, 29)]).attributes
    expect(sex?.references).toEqual([{ group: 'a', chosen: 'highest-rate' }])
    const small = sex?.comparisons.find((comparison) => comparison.group === 'c')
    expect(small).toMatchObject({ absent: 'GROUP_TOO_SMALL', warnings: ['SMALL_GROUP', 'FEW_OUTCOMES'] })
    expect(small).not.toHaveProperty('conclusion')
    expect(small).not.toHaveProperty('belowThreshold')
    expect(small?.ratio).not.toHaveProperty('ratio')
    expect(sex?.groups.at(-1)).toMatchObject({ group: 'c', selection: { rate: 1, n: 29 } })
    expect(follow(group('c', 5, 10)).attributes[0]).toMatchObject({ absent: 'NO_REFERENCE', comparisons: [] })
  })

  it('always compares with the highest rate, whatever reference is asked for', () => {
    const receipts = [...group('a', 50, 100), ...group('b', 20, 100), ...group('c', 45, 100)]
    const [sex] = follow(receipts, { reference: { sex: 'b' } }).attributes
    expect(sex?.references).toEqual([
      { group: 'a', chosen: 'highest-rate' },
      { group: 'b', chosen: 'caller' },
    ])
    expect(sex?.comparisons.map((one) => `${one.group}/${one.reference}`)).toEqual(['b/a', 'c/a', 'a/b', 'c/b'])
    // three pairs share the 5 %
    expect(sex?.comparisonLevel).toBeCloseTo(1 - 0.05 / 3, 12)
    expect(follow(receipts, { reference: { sex: 'd' } }).attributes[0]).toMatchObject({ referenceMissing: true })
  })

  it('joins labels that come in an annotation, once', () => {
    const annotate = (at: number, subjects: readonly number[], groups?: object) =>
      receipt(at, {
        eventType: 'annotation',
        links: about(...subjects),
        details: groups === undefined ? undefined : (details({ groups }) as never),
        ...(groups === undefined ? { detailsHash: `sha256:${'1'.repeat(64)}` as const } : {}),
      })
    const snapshot = follow([
      decided(1, true),
      decided(2, false),
      annotate(3, [1, 2], { age: 'young' }),
      // a second label of the same attribute changes nothing, another attribute is one more
      annotate(4, [1], { age: 'old', sex: 'b' }),
      annotate(5, [777], { age: 'old' }),
      annotate(6, [1]),
    ])
    expect(snapshot).toMatchObject({ decisions: 2, labelled: 2, unattributed: 1, annotationsErased: 1, erased: 0 })
    expect(
      snapshot.attributes.map(({ attribute, groups }) => [
        attribute,
        groups.map((one) => [one.group, one.selection.count, one.selection.n]),
      ]),
    ).toEqual([
      ['age', [['young', 1, 2]]],
      ['sex', [['b', 1, 1]]],
    ])
  })

  it('counts what was erased, what is blind and what has no outcome', () => {
    const gone = receipt(1, {
      decision: { favourable: true, groupBasis: 'direct' },
      detailsHash: `sha256:${'1'.repeat(64)}`,
    })
    const snapshot = follow([
      gone,
      receipt(2, { decision: { favourable: true, groupBasis: 'blind' } }),
      decided(3, undefined, { sex: 'a' }),
      decided(4, true, { sex: 'a' }, { decision: { groupBasis: 'inferred' } }),
    ])
    expect(snapshot).toMatchObject({ decisions: 4, withOutcome: 3, labelled: 1, erased: 1, blind: 1 })
    expect(snapshot.attributes[0]?.groups[0]?.basis).toEqual({ direct: 0, inferred: 1, unsaid: 0 })
  })

  it('takes another outcome, under its name', () => {
    const outcome = { name: 'action is allow', of: ({ action }: DecisionReceipt) => action === 'allow' }
    const snapshot = follow([receipt(1, { details: details({ groups: { sex: 'a' } }) as never, action: 'reject' })], {
      outcome,
    })
    expect(snapshot).toMatchObject({ outcome: 'action is allow', withOutcome: 1 })
    expect(snapshot.attributes[0]?.groups[0]?.selection).toMatchObject({ count: 0, n: 1 })
  })

  it('says that no ratio exists when nobody was selected', () => {
    const [sex] = follow([...group('a', 0, 40), ...group('b', 0, 50)]).attributes
    expect(sex?.comparisons[0]).toMatchObject({ absent: 'REFERENCE_RATE_ZERO', parityDifference: { difference: 0 } })
    expect(sex?.comparisons[0]).not.toHaveProperty('conclusion')
  })

  it('gives the same in any order, and never a group that was not there', () => {
    const one = fc.record({ favourable: fc.boolean(), sex: fc.constantFrom('a', 'b', 'constructor') })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 120 }), (list) => {
        const receipts = list.map(({ favourable, sex }, i) => decided(i, favourable, { sex }))
        const snapshot = follow(receipts)
        expect(follow([...receipts].reverse())).toEqual(snapshot)
        expect(snapshot.attributes[0]?.groups.reduce((sum, { selection }) => sum + selection.n, 0) ?? 0).toBe(
          list.length,
        )
        for (const { ratio } of snapshot.attributes[0]?.comparisons ?? []) {
          if (ratio.ratio !== undefined) expect(ratio.ratio).toBeLessThanOrEqual(1 + 1e-12)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is bounded in attributes and groups', () => {
    const receipts = [
      decided(1, true, { sex: 'a' }),
      decided(2, false, { sex: 'b' }),
      decided(3, true, { sex: 'c', age: 'old' }),
    ]
    const snapshot = follow(receipts, { groupLimit: 2, attributeLimit: 1 })
    expect(snapshot).toMatchObject({
      otherAttributes: 1,
      attributes: [{ attribute: 'sex', other: { count: 1, n: 1 } }],
    })
    expect(snapshot.attributes[0]?.groups).toHaveLength(2)
  })

  it.each([
    { minimumGroupSize: 29 },
    { minimumGroupSize: 1001 },
    { ratioThreshold: 0.79 },
    { ratioThreshold: 1.1 },
    { level: 0.9 },
    { level: 0.999 },
    { groupLimit: 0 },
  ])('lets nobody loosen a baseline: %o', (options) => {
    expect(() => createFairness(options)).toThrow(RangeError)
  })

  it('can be made stricter', () => {
    const receipts = [...group('a', 50, 100), ...group('b', 42, 100)]
    const comparison = (options: FairnessOptions) => follow(receipts, options).attributes[0]?.comparisons[0]
    expect(comparison({})?.belowThreshold).toBe(false)
    expect(comparison({ ratioThreshold: 0.9 })?.belowThreshold).toBe(true)
    expect(comparison({ minimumGroupSize: 200 })).toBeUndefined()
  })
})
