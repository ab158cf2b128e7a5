import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededGenerator } from '../../src/report/statistics/generator.js'
import { createSprt, type SprtStatus } from '../../src/report/statistics/sprt.js'
import { enumerateSprt, sprtPlan, waldSprt } from '../../src/report/statistics/sprt-plan.js'

describe('the plan', () => {
  it('has the thresholds and increments of the defaults', () => {
    // ln 18 = 2 ln 3 + ln 2, ln(2/19), ln 3, ln(17/19), from tables of logarithms
    const plan = sprtPlan()
    expect(plan.upper).toBeCloseTo(2.8903717579, 9)
    expect(plan.lower).toBeCloseTo(Math.LN2 - 2.944438979, 9)
    expect(plan.logFailure).toBeCloseTo(1.0986122887, 9)
    expect(plan.logGood).toBeCloseTo(2.8332133441 - 2.944438979, 9)
    expect(plan).toMatchObject({ p0: 0.05, p1: 0.15, alpha: 0.05, beta: 0.1 })
  })

  it('reproduces the lines of the NIST handbook, section 6.2.6: p0 = .01, p1 = .10, alpha = .05, beta = .10', () => {
    // accept at -0.939 + 0.0397 n failures, reject at 1.205 + 0.0397 n
    const plan = sprtPlan({ p0: 0.01, p1: 0.1, alpha: 0.05, beta: 0.1 })
    const unit = plan.logFailure - plan.logGood
    expect(plan.lower / unit).toBeCloseTo(-0.939, 3)
    expect(plan.upper / unit).toBeCloseTo(1.205, 3)
    expect(-plan.logGood / unit).toBeCloseTo(0.0397, 4)
  })

  it.each([
    [{ p0: 0 }, 'p0'],
    [{ p0: 0.2, p1: 0.2 }, 'p0'],
    [{ p1: 1 }, 'p1'],
    [{ alpha: 0 }, 'alpha'],
    [{ beta: 1 }, 'beta'],
    [{ alpha: 0.6, beta: 0.4 }, 'alpha'],
    [{ p0: Number.NaN }, 'p0'],
  ])('refuses %o', (parameters, name) => {
    expect(() => sprtPlan(parameters)).toThrow(RangeError)
    expect(() => sprtPlan(parameters)).toThrow(name)
  })

  it("meets Wald's formulas at the two rates, where h is 1 and -1", () => {
    const plan = sprtPlan()
    expect(waldSprt(plan, 0.05).flagProbability).toBeCloseTo(0.05, 9)
    expect(waldSprt(plan, 0.15).flagProbability).toBeCloseTo(0.9, 9)
    // E[n] by hand: ((1 - alpha) ln B + alpha ln A) / E[z]
    const drift = 0.05 * Math.log(3) + 0.95 * Math.log(17 / 19)
    expect(waldSprt(plan, 0.05).averageSampleNumber).toBeCloseTo(
      (0.95 * Math.log(2 / 19) + 0.05 * Math.log(18)) / drift,
      9,
    )
  })

  it('is continuous where the drift vanishes', () => {
    const plan = sprtPlan()
    const still = -plan.logGood / (plan.logFailure - plan.logGood)
    const [at, near] = [waldSprt(plan, still), waldSprt(plan, still + 1e-6)]
    expect(at.averageSampleNumber).toBeCloseTo(near.averageSampleNumber, 2)
    expect(at.flagProbability).toBeCloseTo(near.flagProbability, 4)
  })

  it('enumerates a short test as one does by hand', () => {
    // +ln 3 a failure, -ln 3 otherwise, thresholds ln 3 and -ln 3: one receipt decides
    const plan = sprtPlan({ p0: 0.25, p1: 0.75, alpha: 0.25, beta: 0.25 })
    const { flagProbability, averageSampleNumber } = enumerateSprt(plan, 0.25)
    expect(flagProbability).toBeCloseTo(0.25, 12)
    expect(averageSampleNumber).toBeCloseTo(1, 12)
    // thresholds at ln 9: gambler's ruin, two steps either way: q = 1/10, E[n] = 2 * (1 - 2 q) / (1 - 2 p)
    const longer = enumerateSprt(sprtPlan({ p0: 0.25, p1: 0.75, alpha: 0.1, beta: 0.1 }), 0.25)
    expect(longer.flagProbability).toBeCloseTo(0.1, 10)
    expect(longer.averageSampleNumber).toBeCloseTo(3.2, 10)
  })

  it("attains error probabilities within Wald's bounds", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.4, noNaN: true }),
        fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        fc.double({ min: 0.01, max: 0.2, noNaN: true }),
        fc.double({ min: 0.01, max: 0.2, noNaN: true }),
        (p0, gap, alpha, beta) => {
          const plan = sprtPlan({ p0, p1: p0 + gap, alpha, beta })
          const a = enumerateSprt(plan, plan.p0).flagProbability
          const b = 1 - enumerateSprt(plan, plan.p1).flagProbability
          expect(a).toBeLessThanOrEqual(alpha / (1 - beta) + 1e-9)
          expect(b).toBeLessThanOrEqual(beta / (1 - alpha) + 1e-9)
          expect(a + b).toBeLessThanOrEqual(alpha + beta + 1e-9)
        },
      ),
      { numRuns: 50, seed: 7 },
    )
  })
})

describe('the cycles', () => {
  it('says what it waits for before anything came', () => {
    const { status, n, open, cycles, flags, openFlags } = createSprt().snapshot()
    expect({ status, n, open, openFlags }).toEqual({
      status: 'MONITORING',
      n: 0,
      open: { n: 0, failures: 0, llr: 0 },
      openFlags: 0,
    })
    expect(cycles).toEqual({ total: 0, omitted: 0, items: [] })
    expect(flags.total).toBe(0)
  })

  it('ends a cycle at each crossing and begins the next at zero', () => {
    const test = createSprt()
    // 2.2513 / 0.11123 = 20.2: the 21st good receipt accepts
    const statuses = Array.from({ length: 21 }, (_, i) => test.update(false, 10 + 2 * i))
    expect(statuses.slice(0, 20)).toEqual(Array<SprtStatus>(20).fill('MONITORING'))
    expect(statuses[20]).toBe('WITHIN_LIMIT')
    // 2.8904 / 1.0986 = 2.6: the third failure flags, however long the good past was
    expect([60, 61, 62].map((seq) => test.update(true, seq))).toEqual(['WITHIN_LIMIT', 'WITHIN_LIMIT', 'FLAGGED'])
    const { cycles, decided, open } = test.snapshot()
    expect(cycles.items).toMatchObject([
      { startSeq: 10, endSeq: 50, n: 21, failures: 0, decision: 'WITHIN_LIMIT' },
      { startSeq: 60, endSeq: 62, n: 3, failures: 3, decision: 'FLAGGED' },
    ])
    expect(cycles.items[0]!.llr).toBeCloseTo(21 * Math.log(17 / 19), 12)
    expect(cycles.items[1]!.llr).toBeCloseTo(3 * Math.log(3), 12)
    expect(decided).toEqual({ withinLimit: 1, flagged: 1 })
    expect(open).toEqual({ n: 0, failures: 0, llr: 0 })
  })

  it('stays flagged through good cycles until a person acknowledged all flags', () => {
    const test = createSprt()
    let seq = 0
    const run = (failed: boolean, times: number): SprtStatus[] =>
      Array.from({ length: times }, () => test.update(failed, seq++))
    run(true, 3)
    expect(new Set(run(false, 21 * 5))).toEqual(new Set(['FLAGGED']))
    run(true, 3)
    expect(test.snapshot()).toMatchObject({ status: 'FLAGGED', openFlags: 2, decided: { withinLimit: 5, flagged: 2 } })
    expect(test.acknowledge({ seq, receiptId: 'a', reviewerId: 'hmac-sha256:00' })).toBe(2)
    const settled = test.snapshot()
    expect(settled).toMatchObject({ status: 'MONITORING', openFlags: 0, acknowledgements: 1 })
    expect(settled.flags.items.map((flag) => flag.acknowledgement?.receiptId)).toEqual(['a', 'a'])
    seq += 1
    run(false, 21)
    expect(test.snapshot().status).toBe('WITHIN_LIMIT')
    run(true, 3)
    expect(test.snapshot()).toMatchObject({ status: 'FLAGGED', openFlags: 1 })
    // what was handed out before is not changed by what came later
    expect(settled.flags.total).toBe(2)
  })

  it('takes no acknowledgement by the receipt that raised the flag, nor one from before', () => {
    const test = createSprt()
    for (const seq of [5, 6, 7]) test.update(true, seq)
    expect(test.acknowledge({ seq: 7, receiptId: 'same' })).toBe(0)
    expect(test.snapshot().status).toBe('FLAGGED')
    expect(() => test.acknowledge({ seq: 6, receiptId: 'early' })).toThrow(RangeError)
    expect(test.acknowledge({ seq: 8, receiptId: 'later' })).toBe(1)
    expect(test.acknowledge({ seq: 9, receiptId: 'again' })).toBe(0)
    expect(test.snapshot().acknowledgements).toBe(1)
  })

  it('returns to what the last cycle said when the flag before it is acknowledged', () => {
    const test = createSprt()
    for (let seq = 0; seq < 3; seq++) test.update(true, seq)
    for (let seq = 3; seq < 24; seq++) test.update(false, seq)
    test.acknowledge({ seq: 24, receiptId: 'r' })
    expect(test.snapshot().status).toBe('WITHIN_LIMIT')
  })

  it('refuses numbers that do not ascend', () => {
    const test = createSprt()
    test.update(false, 3)
    expect(() => test.update(false, 3)).toThrow(RangeError)
    expect(() => test.update(false, 4.5)).toThrow(RangeError)
    expect(() => createSprt({ keep: { first: -1, last: 1 } })).toThrow('keep')
  })

  it('keeps the ends of long lists and counts the rest', () => {
    const test = createSprt({ keep: { first: 2, last: 3 } })
    for (let seq = 0; seq < 3 * 10; seq++) test.update(true, seq)
    const { cycles, flags, openFlags } = test.snapshot()
    expect(cycles).toMatchObject({ total: 10, omitted: 5 })
    expect(cycles.items.map((cycle) => cycle.startSeq)).toEqual([0, 3, 21, 24, 27])
    expect(flags).toMatchObject({ total: 10, omitted: 5 })
    expect(openFlags).toBe(10)
    expect(test.acknowledge({ seq: 30, receiptId: 'r' })).toBe(10)
  })

  it('splits any stream into cycles that add up, in JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (stream) => {
        const test = createSprt({ keep: { first: 1000, last: 0 } })
        for (const [seq, failed] of stream.entries()) test.update(failed, seq)
        const snapshot = test.snapshot()
        const { cycles, open, upper, lower } = snapshot
        expect(cycles.items.reduce((n, cycle) => n + cycle.n, open.n)).toBe(stream.length)
        expect(cycles.items.reduce((f, cycle) => f + cycle.failures, open.failures)).toBe(stream.filter(Boolean).length)
        let next = 0
        for (const { startSeq, endSeq, n, llr, decision } of cycles.items) {
          expect(startSeq).toBe(next)
          expect(endSeq).toBe(startSeq + n - 1)
          expect(decision === 'FLAGGED' ? llr >= upper : llr <= lower).toBe(true)
          next = endSeq + 1
        }
        expect(open.llr > lower && open.llr < upper).toBe(true)
        expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
      }),
      { seed: 7 },
    )
  })

  it('attains in simulation what the enumeration says', () => {
    const { next } = seededGenerator(11)
    const test = createSprt({ keep: { first: 0, last: 0 } })
    let seq = 0
    while (test.snapshot().decided.withinLimit + test.snapshot().decided.flagged < 4000) {
      for (let i = 0; i < 500; i++) test.update(next() < 0.05, seq++)
    }
    const { decided, n, open } = test.snapshot()
    const total = decided.withinLimit + decided.flagged
    const exact = enumerateSprt(sprtPlan(), 0.05)
    const error = Math.sqrt((exact.flagProbability * (1 - exact.flagProbability)) / total)
    expect(Math.abs(decided.flagged / total - exact.flagProbability)).toBeLessThan(4 * error)
    expect(Math.abs((n - open.n) / total / exact.averageSampleNumber - 1)).toBeLessThan(0.06)
  })
})
