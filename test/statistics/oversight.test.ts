import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { wilson } from '../../src/report/statistics/intervals.js'
import { createOversight, type OversightOptions } from '../../src/report/statistics/oversight.js'
import { at, oversight, receipt } from './receipts.js'

const follow = (receipts: readonly DecisionReceipt[], options: OversightOptions = {}) => {
  const accumulator = createOversight(options)
  for (const one of receipts) accumulator.update(one)
  return accumulator.snapshot()
}
const asked = (seq: number) => receipt(seq, { decision: { oversight: 'before' } })

describe('createOversight', () => {
  it('counts by hand', () => {
    const snapshot = follow([
      asked(1),
      receipt(2, { decision: { oversight: 'after' } }),
      receipt(3, { decision: { oversight: 'none' } }),
      receipt(4),
      receipt(5, { eventType: 'tool_call', tool: { name: 'pay' } }),
      oversight(6, 'approval', [1], { startedAt: at(5500), endedAt: at(6000) }),
      oversight(7, 'override', [4], { reviewer: 2, startedAt: at(3000), endedAt: at(7000) }),
      // a second person about the same decision: one more review, not one more reviewed decision
      oversight(8, 'verification', [4], { reviewer: 3 }),
      oversight(9, 'rejection', [5]),
      oversight(10, 'stop', [], { links: undefined }),
      oversight(11, 'escalation', [3]),
    ])
    expect(snapshot.decisions).toBe(4)
    expect(snapshot.asked).toEqual({ before: 1, after: 1, none: 1, unsaid: 1 })
    expect(snapshot.oversight).toEqual({ rate: wilson(2, 4) })
    expect(snapshot.oversightWhereAsked).toEqual({ rate: wilson(1, 2) })
    // of approval, override, verification, rejection a person did not follow in two
    expect(snapshot.override).toEqual(wilson(2, 4))
    expect(snapshot.aboutOtherEvents).toBe(1)
    expect(snapshot.unattributed).toBe(0)
    expect(snapshot.reviewsWithoutTimes).toBe(2)
    expect(snapshot.timeAtReview).toMatchObject({ n: 2, min: 500, max: 4000 })
    expect(snapshot.timeToFirstReview).toMatchObject({ n: 2, min: 3000, max: 5000 })
    expect(snapshot.interventions).toMatchObject([{ kind: 'stop', receipt: { seq: 10 } }])
    expect(Object.fromEntries(snapshot.kinds.labels.map(({ label, count }) => [label, count]))).toEqual({
      approval: 1,
      override: 1,
      verification: 1,
      rejection: 1,
      stop: 1,
      escalation: 1,
    })
  })

  it('closes a request when as many people as its quorum have answered', () => {
    const request = oversight(2, 'request', [1], { requestId: 'r1', quorum: 2 })
    const first = oversight(3, 'approval', [1], { requestId: 'r1', reviewer: 1 })
    const again = oversight(4, 'approval', [1], { requestId: 'r1', reviewer: 1 })
    const second = oversight(9, 'approval', [1], { requestId: 'r1', reviewer: 2 })
    const late = oversight(10, 'rejection', [1], { requestId: 'r1', reviewer: 3 })
    const half = follow([asked(1), request, first, again])
    expect(half.requests).toMatchObject({ made: 1, answered: 0, open: 1, answersToUnknown: 0 })
    expect(half.requests.oldest).toMatchObject([{ requestId: 'r1', quorum: 2, answers: 1, receipt: { seq: 2 } }])
    const whole = follow([asked(1), request, first, again, second, late])
    expect(whole.requests).toMatchObject({ made: 1, answered: 1, open: 0, oldest: [], answersToUnknown: 0 })
    expect(whole.timeToAnswer).toMatchObject({ n: 1, min: 7000, max: 7000 })
  })

  it('keeps the answers when it is asked again, and believes an answer that more must agree', () => {
    const snapshot = follow([
      asked(1),
      oversight(2, 'request', [1], { requestId: 'r1' }),
      oversight(3, 'approval', [1], { requestId: 'r1', quorum: 2 }),
      oversight(4, 'request', [1], { requestId: 'r1' }),
      oversight(5, 'approval', [1], { requestId: 'r1', reviewer: 2 }),
    ])
    expect(snapshot.requests).toMatchObject({ made: 1, repeated: 1, answered: 1, open: 0 })
    expect(snapshot.timeToAnswer).toMatchObject({ min: 3000 })
  })

  it('joins by what both are about where there is no request id, and counts an answer to an unknown request', () => {
    const { requests } = follow([
      asked(1),
      oversight(2, 'request', [1]),
      oversight(3, 'approval', [1]),
      oversight(4, 'approval', [1], { requestId: 'elsewhere' }),
    ])
    expect(requests).toMatchObject({ made: 1, answered: 1, open: 0, answersToUnknown: 1 })
  })

  it('bounds its memory, says what it forgot, and bounds the rate by it', () => {
    // with a limit of 2 at least 2 and at most 4 are remembered: the fifth lets the first two go
    const decisions = [1, 2, 3, 4, 5].map((seq) => receipt(seq))
    const requests = [11, 12, 13, 14, 15].map((seq) => oversight(seq, 'request', [seq - 10], { requestId: `r${seq}` }))
    const snapshot = follow([...decisions, ...requests, oversight(20, 'approval', [1], { requestId: 'r11' })], {
      decisionLimit: 2,
      requestLimit: 2,
    })
    expect(snapshot).toMatchObject({
      forgottenDecisions: 2,
      unattributed: 1,
      oversight: { rate: { count: 0, n: 5 }, atMost: { count: 1, n: 5 } },
      requests: { made: 5, open: 3, forgotten: 2, answersToUnknown: 1 },
    })
    expect(snapshot.requests.oldest.map(({ requestId }) => requestId)).toEqual(['r13', 'r14', 'r15'])
  })

  it('forgets no open request as long as others are answered', () => {
    const old = oversight(2, 'request', [1], { requestId: 'old' })
    const answered = Array.from({ length: 40 }, (_, i) => [
      oversight(10 + 2 * i, 'request', [1], { requestId: `r${i}` }),
      oversight(11 + 2 * i, 'approval', [1], { requestId: `r${i}` }),
    ])
    const { requests } = follow([asked(1), old, ...answered.flat()], { requestLimit: 2 })
    expect(requests).toMatchObject({ made: 41, answered: 40, open: 1, forgotten: 0, oldest: [{ requestId: 'old' }] })
  })

  it('does not let decisions without oversight push out those that ask for it', () => {
    const many = Array.from({ length: 50 }, (_, i) => receipt(i + 2))
    const { oversightWhereAsked } = follow([asked(1), ...many, oversight(60, 'approval', [1])], { decisionLimit: 3 })
    expect(oversightWhereAsked).toEqual({ rate: wilson(1, 1) })
  })

  it('agrees with a count that remembers everything', () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('decide' as const), asks: fc.boolean() }),
      fc.record({
        what: fc.constant('review' as const),
        kind: fc.constantFrom('approval', 'override', 'modification', 'escalation'),
        back: fc.nat({ max: 8 }),
      }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const decided: number[] = []
        const reviewed = new Set<number>()
        let reviews = 0
        let overrides = 0
        const receipts = steps.map((one, seq) => {
          if (one.what === 'decide' || decided.length === 0) {
            decided.push(seq)
            return one.what === 'decide' && one.asks ? asked(seq) : receipt(seq)
          }
          const target = decided[Math.max(0, decided.length - 1 - one.back)] as number
          if (one.kind !== 'escalation') {
            reviews += 1
            reviewed.add(target)
            if (one.kind !== 'approval') overrides += 1
          }
          return oversight(seq, one.kind, [target])
        })
        const snapshot = follow(receipts)
        expect(snapshot.oversight.rate).toEqual(wilson(reviewed.size, decided.length))
        expect(snapshot.override).toEqual(wilson(overrides, reviews))
      }),
    )
  })

  it('shows no rate without decisions, and refuses options without sense', () => {
    const snapshot = follow([])
    expect(snapshot.oversight.rate).toMatchObject({ n: 0, absent: 'NO_OBSERVATIONS' })
    expect(snapshot.timeToAnswer).toMatchObject({ n: 0, absent: 'NO_OBSERVATIONS' })
    expect(() => createOversight({ overrideKinds: ['shrug'] })).toThrow(RangeError)
    expect(() => createOversight({ requestLimit: 0 })).toThrow(RangeError)
  })
})
