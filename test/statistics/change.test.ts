import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ChangeOptions,
  type ChangeSnapshot,
  createRateChangeDetector,
  createScoreChangeDetector,
} from '../../src/report/statistics/change.js'
import { seededGenerator } from '../../src/report/statistics/generator.js'

/** The detector by definition: over all beginnings and all alternatives, the products of the factors since then. */
function byDefinition({ baseline, alternatives }: ChangeSnapshot, values: readonly number[]): number[] {
  return values.map((_, start) => {
    const products = alternatives.map((rate) =>
      values
        .slice(start)
        .reduce((product, x) => product * (1 + ((rate - baseline) / (baseline * (1 - baseline))) * (x - baseline)), 1),
    )
    return products.reduce((sum, product) => sum + product, 0) / alternatives.length
  })
}

describe('the detector', () => {
  it('is the sum over all beginnings, worked out anew', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom('increase' as const, 'decrease' as const, 'both' as const),
        (values, direction) => {
          const detector = createScoreChangeDetector({ baseline: 0.4, direction, averageRunLength: 1e12 })
          for (const [seq, value] of values.entries()) detector.update(value, seq)
          const snapshot = detector.snapshot()
          const expected = byDefinition(snapshot, values).reduce((sum, product) => sum + product, 0)
          expect(snapshot.statistic / expected).toBeCloseTo(1, 9)
        },
      ),
      { numRuns: 50, seed: 7 },
    )
  })

  it('bets the likelihood ratio of a rate', () => {
    const detector = createRateChangeDetector({ baseline: 0.05 })
    detector.update(true, 0)
    const { alternatives, statistic } = detector.snapshot()
    expect(statistic).toBeCloseTo(alternatives.reduce((sum, rate) => sum + rate / 0.05, 0) / alternatives.length, 10)
    expect(alternatives[0]).toBeCloseTo(1.2 / (19 + 1.2), 12)
    expect(alternatives.at(-1)).toBeCloseTo(0.95, 12)
  })

  it('grows by 1 a receipt on average while nothing changed: exactly, over all streams of 12', () => {
    // optional stopping: E[M at min(t, 12)] = E[min(t, 12)], so the threshold bounds the run length from below
    const length = 12
    for (const [baseline, direction] of [
      [0.3, 'increase'],
      [0.3, 'decrease'],
      [0.5, 'both'],
    ] as const) {
      let value = 0
      let time = 0
      let stopped = 0
      for (let bits = 0; bits < 2 ** length; bits++) {
        const detector = createRateChangeDetector({ baseline, direction, averageRunLength: 10 })
        let probability = 1
        let alarm: { readonly statistic: number; readonly n: number } | undefined
        for (let i = 0; i < length; i++) {
          const hit = ((bits >> i) & 1) === 1
          probability *= hit ? baseline : 1 - baseline
          alarm ??= detector.update(hit, i)
        }
        value += probability * (alarm?.statistic ?? detector.snapshot().statistic)
        time += probability * (alarm?.n ?? length)
        if (alarm) stopped += probability
      }
      expect(value).toBeCloseTo(time, 9)
      expect(stopped).toBeGreaterThan(0.05)
    }
  })

  it.each([
    ['a rate', (): ((next: () => number) => number) => (next) => (next() < 0.05 ? 1 : 0), 0.05],
    ['scores', (): ((next: () => number) => number) => (next) => next() ** 2, 1 / 3],
  ])('has a run length to a false alarm of at least the declared: %s', (_, draw, baseline) => {
    const { next } = seededGenerator(5)
    const detector = createScoreChangeDetector({ baseline, averageRunLength: 100, keep: { first: 0, last: 0 } })
    let seq = 0
    while (detector.snapshot().alarms.total < 1500) {
      for (let i = 0; i < 1000; i++) detector.update(draw()(next), seq++)
    }
    const { n, alarms } = detector.snapshot()
    expect(n / alarms.total).toBeGreaterThan(100 * (1 - 4 / Math.sqrt(1500)))
    expect(n / alarms.total).toBeLessThan(400)
  })
})

describe('an alarm', () => {
  const at = 3000
  function run(options: Partial<ChangeOptions>, seed: number, before = 0.05, after = 0.3) {
    const { next } = seededGenerator(seed)
    const detector = createRateChangeDetector({ baseline: 0.05, ...options })
    for (let seq = 0; seq < at + 400; seq++) {
      const alarm = detector.update(next() < (seq < at ? before : after), seq)
      if (alarm && alarm.seq >= at) return { alarm, detector }
    }
    throw new Error('no alarm')
  }

  it('comes soon after 5 % became 30 %, in the median of 200 runs, and tells where', () => {
    const alarms = Array.from({ length: 200 }, (_, seed) => run({}, seed).alarm)
    const delays = alarms.map(({ seq }) => seq - at).sort((a, b) => a - b)
    expect(delays[100]).toBeLessThanOrEqual(60)
    const errors = alarms.map(({ begin }) => Math.abs(begin.seq! - at)).sort((a, b) => a - b)
    expect(errors[100]).toBeLessThanOrEqual(10)
    const held = alarms.filter(({ begin }) => begin.lowerSeq! <= at && at <= begin.upperSeq).length
    expect(held).toBeGreaterThan(160)
    for (const { begin, seq, direction, statistic } of alarms) {
      expect(begin.lowerSeq).toBeLessThanOrEqual(begin.seq!)
      expect(begin.seq).toBeLessThanOrEqual(begin.upperSeq)
      expect(begin.upperSeq).toBeLessThanOrEqual(seq)
      expect(direction).toBe('increase')
      expect(statistic).toBeGreaterThanOrEqual(10_000)
    }
  })

  it('finds the beginning that is likeliest by definition, with its masses', () => {
    const values: number[] = []
    const detector = createScoreChangeDetector({ baseline: 0.2, averageRunLength: 200 })
    const { next } = seededGenerator(9)
    for (let seq = 0; ; seq++) {
      const value = next() * (seq < 40 ? 0.35 : 0.9)
      values.push(value)
      const alarm = detector.update(value, seq * 10)
      if (!alarm) continue
      const shares = byDefinition(detector.snapshot(), values)
      const all = shares.reduce((sum, share) => sum + share, 0)
      expect(alarm.begin.seq).toBe(shares.indexOf(Math.max(...shares)) * 10)
      const held = shares.filter((_, i) => i * 10 >= alarm.begin.lowerSeq! && i * 10 <= alarm.begin.upperSeq)
      expect(held.reduce((sum, share) => sum + share, 0) / all).toBeGreaterThanOrEqual(0.95)
      expect(alarm.begin).toMatchObject({ kind: 'posterior', mass: 0.95, beforeWindow: 0 })
      expect(alarm.n).toBe(values.length)
      break
    }
  })

  it('does not name a beginning that lies before its window', () => {
    const detector = createRateChangeDetector({ baseline: 0.5, window: 8, averageRunLength: 1e6 })
    for (let seq = 0; seq < 200; seq++) {
      const alarm = detector.update(seq % 4 !== 0, seq)
      if (!alarm) continue
      expect(alarm.n).toBeGreaterThan(20)
      expect(alarm.begin.beforeWindow).toBeGreaterThan(0.5)
      expect(alarm.begin).not.toHaveProperty('seq')
      expect(alarm.begin).not.toHaveProperty('lowerSeq')
      return
    }
    throw new Error('no alarm')
  })

  it('begins anew, and tells a lasting change from a new one', () => {
    const detector = createRateChangeDetector({ baseline: 0.05, averageRunLength: 1000 })
    let seq = 0
    const feed = (count: number, every: number): void => {
      for (let i = 0; i < count; i++, seq++) detector.update(i % every === 0, seq)
    }
    feed(500, 25)
    feed(300, 2)
    const lasting = detector.snapshot()
    expect(lasting.alarms.total).toBeGreaterThan(5)
    expect(lasting.changes).toBe(1)
    expect(lasting.alarms.items.map(({ continues }) => continues)).toEqual([
      false,
      ...Array<boolean>(lasting.alarms.total - 1).fill(true),
    ])
    feed(2000, 25)
    feed(100, 2)
    expect(detector.snapshot().changes).toBe(2)
  })

  it('tells a decrease from an increase', () => {
    const detector = createRateChangeDetector({ baseline: 0.5, direction: 'both', averageRunLength: 500 })
    let seq = 0
    const feed = (hit: boolean): void => {
      for (let i = 0; i < 30; i++) detector.update(hit, seq++)
    }
    feed(false)
    feed(true)
    expect(new Set(detector.snapshot().alarms.items.map(({ direction }) => direction))).toEqual(
      new Set(['decrease', 'increase']),
    )
    const onlyDown = createRateChangeDetector({ baseline: 0.5, direction: 'decrease', averageRunLength: 500 })
    for (let i = 0; i < 1000; i++) expect(onlyDown.update(true, i)).toBeUndefined()
  })

  it('is plain data in a bounded list', () => {
    const detector = createRateChangeDetector({ baseline: 0.05, averageRunLength: 10, keep: { first: 1, last: 2 } })
    for (let seq = 0; seq < 200; seq++) detector.update(true, seq)
    const snapshot = detector.snapshot()
    expect(snapshot.alarms.items).toHaveLength(3)
    expect(snapshot.alarms.omitted).toBe(snapshot.alarms.total - 3)
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  })
})

it.each([
  { baseline: 0 },
  { baseline: 1 },
  { baseline: Number.NaN },
  { baseline: 0.1, averageRunLength: 5 },
  { baseline: 0.1, window: 0 },
  { baseline: 0.1, direction: 'sideways' },
] as ChangeOptions[])('refuses %o', (options) => {
  expect(() => createRateChangeDetector(options)).toThrow(RangeError)
})

it('refuses values and numbers that make no sense', () => {
  const detector = createScoreChangeDetector({ baseline: 0.1 })
  expect(() => detector.update(1.5, 0)).toThrow(RangeError)
  expect(() => detector.update(Number.NaN, 0)).toThrow(RangeError)
  detector.update(0.5, 4)
  expect(() => detector.update(0.5, 4)).toThrow(RangeError)
})
