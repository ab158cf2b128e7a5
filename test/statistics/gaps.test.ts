import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { createGaps, type GapsOptions } from '../../src/report/statistics/gaps.js'
import { seededGenerator } from '../../src/report/statistics/generator.js'
import { at, receipt, start } from './receipts.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const gapsOf = (receipts: readonly DecisionReceipt[], options: GapsOptions = {}) => {
  const gaps = createGaps(options)
  for (const one of receipts) gaps.update(one)
  return gaps.snapshot()
}
/** Decisions at these milliseconds, with other receipts among them. */
const at_ = (times: readonly number[]) => times.map((ms, seq) => receipt(seq, { ms }))
const every = (step: number, count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i * step)
const heartbeat = (seq: number, ms: number, dropped?: number) =>
  receipt(seq, {
    ms,
    eventType: 'system',
    system: { event: 'heartbeat', ...(dropped === undefined ? {} : { dropped }) },
  })
const poisson = (seed: number, count: number, meanMs: number) => {
  const generator = seededGenerator(seed)
  let now = 0
  return Array.from({ length: count }, () => {
    now -= Math.log1p(-generator.next()) * meanMs
    return Math.round(now)
  })
}

describe('createGaps', () => {
  it('applies the rule of the expected rate, by hand', () => {
    // 60 an hour; 121 gaps and ln(121 / 0.01) = 9.401: more than 9.401 minutes is unusual
    const times = [...every(MINUTE, 60), ...every(MINUTE, 62, 59 * MINUTE + 9.5 * MINUTE)]
    const { rule, unusual, gaps, activity } = gapsOf(at_(times), { expectedPerHour: 60 })
    expect([activity, gaps]).toEqual([122, 121])
    expect(rule?.thresholdMs).toBeCloseTo(Math.log(121 / 0.01) * MINUTE, 6)
    expect(unusual).toHaveLength(1)
    expect(unusual[0]).toMatchObject({
      from: start + 59 * MINUTE,
      ms: 9.5 * MINUTE,
      position: 'between',
      before: { seq: 59 },
      after: { seq: 60 },
      explanation: 'UNEXPLAINED',
      longestSilenceMs: 9.5 * MINUTE,
    })
    expect(unusual[0]?.tailProbability).toBeCloseTo(Math.exp(-9.5), 12)
    expect(
      gapsOf(at_([...every(MINUTE, 60), ...every(MINUTE, 62, 68.3 * MINUTE)]), { expectedPerHour: 60 }).unusual,
    ).toEqual([])
  })

  it('applies the rule of its own tail, by hand', () => {
    // 98 gaps of one minute, one of 5 and one of 500: median and q90 are 1, q99 is 5 minutes
    const times = [...every(MINUTE, 50), ...every(MINUTE, 50, 54 * MINUTE), 603 * MINUTE]
    const { rule, unusual } = gapsOf(at_(times))
    const scale = Math.max(1 / Math.LN2, 4 / Math.LN10)
    if (rule?.kind !== 'own-tail') throw new Error('another rule')
    expect(rule.medianMs / MINUTE).toBeCloseTo(1, 1)
    expect(rule.q99Ms / MINUTE).toBeCloseTo(5, 1)
    expect(rule.thresholdMs / MINUTE).toBeCloseTo(1 + scale * Math.log(100 / 10 / 0.01), 0)
    expect(unusual.map(({ ms }) => ms)).toEqual([500 * MINUTE])
  })

  it('finds an outage and nothing else, in regular, Poisson and bursty traffic', () => {
    const bursts = poisson(3, 300, 5 * MINUTE).flatMap((ms) => [ms, ms + 3, ms + 5, ms + 9])
    for (const times of [every(MINUTE, 800), poisson(1, 800, MINUTE), bursts]) {
      expect(gapsOf(at_(times)).unusual).toEqual([])
      const half = times.length / 2
      const cut = times[half] as number
      const broken = times.map((ms, i) => (i < half ? ms : ms + 2 * 24 * HOUR))
      const { unusual } = gapsOf(at_(broken))
      expect(unusual).toHaveLength(1)
      expect(unusual[0]?.to).toBe(start + cut + 2 * 24 * HOUR)
    }
  })

  it('rarely cries wolf: a Poisson stream shows an unusual gap about as often as it says', () => {
    const runs = 300
    const one = receipt(0)
    let own = 0
    let given = 0
    for (let run = 0; run < runs; run++) {
      const lengths = createGaps({ falseAlarm: 0.05 })
      const expected = createGaps({ falseAlarm: 0.05, expectedPerHour: 60 })
      for (const ms of poisson(1000 + run, 300, MINUTE)) {
        const next = { ...one, timestamp: at(ms) }
        lengths.update(next)
        expected.update(next)
      }
      if (lengths.snapshot().unusual.length > 0) own += 1
      if (expected.snapshot().unusual.length > 0) given += 1
    }
    // at most the probability given, and three standard errors of the runs; the chain's own tail is estimated as well
    const error = 3 * Math.sqrt((0.05 * 0.95) / runs)
    expect(given / runs).toBeLessThan(0.05 + error)
    expect(own / runs).toBeLessThan(0.1 + error)
  })

  it('takes receipts of one instant as one arrival', () => {
    const times = every(MINUTE, 100).flatMap((ms) => [ms, ms, ms])
    const { gaps, activity, unusual } = gapsOf(at_(times))
    expect([gaps, activity, unusual]).toEqual([99, 300, []])
  })

  it('sees silence at both ends of a period, and ignores what is outside of it', () => {
    const period = { from: start, to: start + 10 * HOUR }
    const times = every(MINUTE, 60, 4 * HOUR)
    const outside = [receipt(0, { ms: -HOUR })]
    const { unusual, outsidePeriod, rule } = gapsOf([...outside, ...at_(times), receipt(70, { ms: 10 * HOUR })], {
      period,
      expectedPerHour: 60,
    })
    expect(outsidePeriod).toBe(2)
    // 600 receipts are expected in ten hours: that, and not the 59 gaps, is how often chance could strike
    expect(rule?.thresholdMs).toBeCloseTo(Math.log(600 / 0.01) * MINUTE, 6)
    expect(unusual.map(({ position, ms }) => [position, ms])).toEqual([
      ['before-first', 4 * HOUR],
      ['after-last', 10 * HOUR - 4 * HOUR - 59 * MINUTE],
    ])
    const empty = gapsOf([], { period, expectedPerHour: 60 })
    expect(empty.unusual).toMatchObject([{ position: 'after-last', ms: 10 * HOUR, explanation: 'UNEXPLAINED' }])
    expect(empty.unusual[0]).not.toHaveProperty('before')
  })

  it('takes heartbeats for idleness, as long as they keep coming', () => {
    const before = at_(every(MINUTE, 60))
    const beats = (hours: readonly number[]) => hours.map((hour, i) => heartbeat(60 + i, hour * HOUR, 2))
    const after = receipt(99, { ms: 9 * HOUR })
    const options = { expectedPerHour: 60, heartbeatMs: HOUR }
    const idle = gapsOf([...before, ...beats([1, 2, 3, 4, 5, 6, 7, 8]), after], options)
    expect(idle.unusual).toMatchObject([{ explanation: 'IDLE', heartbeats: 8, signsOfLife: 8, longestSilenceMs: HOUR }])
    expect(idle.heartbeats).toEqual({ count: 8, dropped: 16 })
    const stopped = gapsOf([...before, ...beats([1, 2, 6, 7, 8]), after], options)
    expect(stopped.unusual).toMatchObject([{ explanation: 'UNEXPLAINED', heartbeats: 5, longestSilenceMs: 4 * HOUR }])
    // without the interval nobody knows that hourly is often enough
    expect(
      gapsOf([...before, ...beats([1, 2, 3, 4, 5, 6, 7, 8]), after], { expectedPerHour: 60 }).unusual,
    ).toMatchObject([{ explanation: 'UNEXPLAINED' }])
  })

  it('takes a declared gap as declared, as far as it reaches', () => {
    const before = at_(every(MINUTE, 60))
    const declare = (seq: number, from: number, to: number) =>
      receipt(seq, {
        ms: 9 * HOUR,
        eventType: 'system',
        system: { event: 'gap', from: at(from), to: at(to), reason: 'outage', count: 5 },
      })
    const after = receipt(98, { ms: 9 * HOUR })
    const options = { expectedPerHour: 60 }
    // declared after activity came back, as a ledger does
    const whole = gapsOf([...before, after, declare(99, 59 * MINUTE, 9 * HOUR)], options)
    expect(whole.unusual).toMatchObject([
      { explanation: 'DECLARED', declared: [{ reason: 'outage', receipt: { seq: 99 } }] },
    ])
    expect(whole.declared).toEqual({ gaps: 1, ms: 9 * HOUR - 59 * MINUTE, count: 5, remembered: 1 })
    const part = gapsOf([...before, after, declare(99, 59 * MINUTE, 3 * HOUR)], options)
    expect(part.unusual).toMatchObject([{ explanation: 'UNEXPLAINED', declared: [{ reason: 'outage' }] }])
    const two = gapsOf(
      [...before, after, declare(99, 3 * HOUR, 9 * HOUR), declare(100, 59 * MINUTE, 3 * HOUR)],
      options,
    )
    expect(two.unusual).toMatchObject([{ explanation: 'DECLARED' }])
  })

  it('says nothing of what is usual from too few gaps, but shows the longest', () => {
    const { rule, absent, unusual, longest } = gapsOf(at_([0, 5, HOUR]))
    expect([rule, absent, unusual, longest?.ms]).toEqual([undefined, 'TOO_FEW_OBSERVATIONS', [], HOUR - 5])
    expect(gapsOf([])).not.toHaveProperty('longest')
  })

  it('remembers the longest, and says when there may be more', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 }), (steps) => {
        let now = 0
        const times = [0, ...steps.map((step) => (now += step))]
        // a threshold under every gap: with 3.6e9 an hour, a thousand a millisecond
        const options = { expectedPerHour: 3.6e12, limit: 5 }
        const { unusual, truncated, longest } = gapsOf(at_(times), options)
        const kept = unusual.map(({ ms }) => ms).sort((a, b) => b - a)
        expect(kept).toEqual([...steps].sort((a, b) => b - a).slice(0, 5))
        expect(unusual.map(({ from }) => from)).toEqual(unusual.map(({ from }) => from).sort((a, b) => a - b))
        expect(truncated).toBe(steps.length >= 5)
        expect(longest?.ms).toBe(kept[0])
      }),
    )
  })

  it('refuses time that goes back, and options without sense', () => {
    expect(() => gapsOf([receipt(0, { ms: 5 }), receipt(1, { ms: 4 })])).toThrow(RangeError)
    for (const options of [
      { expectedPerHour: 0 },
      { expectedPerHour: Number.NaN },
      { falseAlarm: 0.5 },
      { falseAlarm: 0 },
      { heartbeatMs: -1 },
      { limit: 0 },
      { period: { from: 2, to: 1 } },
    ]) {
      expect(() => createGaps(options)).toThrow(RangeError)
    }
  })
})
