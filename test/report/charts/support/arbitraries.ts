/** Charts of any data, sound or not. */
import fc from 'fast-check'
import type { Chart } from '../../../../src/report/charts/index.js'

const wild = fc.constantFrom(
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -1,
  -0,
  1e300,
  5e-324,
  9e15,
)
const orWild = <T extends number>(sound: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: sound as fc.Arbitrary<number> }, { weight: 1, arbitrary: wild })

const at = orWild(
  fc.oneof(
    fc.integer({ min: Date.UTC(2025, 11, 1), max: Date.UTC(2026, 5, 1) }),
    fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 0, 1) + 5000 }),
    fc.integer({ min: 0, max: Date.UTC(2400, 0, 1) }),
  ),
)
const rate = orWild(
  fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1e-4, noNaN: true }),
    fc.constantFrom(0, 1),
  ),
)
const count = orWild(fc.oneof(fc.nat(20), fc.nat(5_000_000)))
/** Names as an attacker or a careless program writes them. */
export const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom(
    '',
    '<script>alert(1)</script>',
    ']]>&#0;--><svg onload=alert(1)>',
    '\u202egnp.exe\u0000\u001b[31m',
    'W'.repeat(5000),
    '👩‍👩‍👧‍👦'.repeat(40),
    '\ud800 half',
    'ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ',
    'a\n\n\tb\u2028c',
    `Z${'\u0335'.repeat(500)}`,
    '__proto__',
    'constructor',
  ),
)
const list = <T>(item: fc.Arbitrary<T>, maxLength = 60) => fc.array(item, { maxLength })

const some: { readonly [K in Chart['kind']]: fc.Arbitrary<Chart> } = {
  rate: fc.record({
    kind: fc.constant('rate' as const),
    level: fc.constantFrom(0.95, 0.999),
    p0: rate,
    p1: rate,
    points: list(fc.record({ n: count, seq: count, at, failures: count, rate, lower: rate, upper: rate })).map(
      (points) => points.sort((a, b) => a.at - b.at),
    ),
    changes: list(fc.record({ at, direction: fc.constantFrom('increase' as const, 'decrease' as const) }), 6),
  }),
  sprt: fc.record({
    kind: fc.constant('sprt' as const),
    upper: orWild(fc.double({ min: 0.01, max: 12, noNaN: true })),
    lower: orWild(fc.double({ min: -12, max: -0.01, noNaN: true })),
    points: list(
      fc.record({
        n: count,
        seq: count,
        at,
        llr: orWild(fc.double({ min: -12, max: 12, noNaN: true })),
        decision: fc.constantFrom(undefined, undefined, 'FLAGGED' as const, 'WITHIN_LIMIT' as const),
      }),
    ).map((points) => points.sort((a, b) => a.n - b.n)),
  }),
  actions: fc.record({
    kind: fc.constant('actions' as const),
    widthMs: orWild(fc.constantFrom(1, 60_000, 3_600_000, 86_400_000, 7 * 86_400_000)),
    from: at,
    until: at,
    spans: list(fc.record({ from: at, counts: fc.dictionary(name, count, { maxKeys: 12 }) })),
    labels: list(name, 14),
  }),
  distribution: fc.record({
    kind: fc.constant('distribution' as const),
    unit: fc.oneof(fc.constant('ms'), name),
    cells: list(
      fc
        .tuple(orWild(fc.double({ min: 0, max: 1e6, noNaN: true })), fc.double({ min: 1, max: 3, noNaN: true }), count)
        .map(([from, factor, number]) => ({ from, to: from * factor, count: number })),
      200,
    ),
    quantiles: list(fc.record({ q: rate, value: orWild(fc.double({ min: 0, max: 1e6, noNaN: true })) }), 8),
  }),
  rates: fc.record({
    kind: fc.constant('rates' as const),
    rows: list(
      fc.record({
        name,
        count,
        n: count,
        rate: fc.option(rate, { nil: undefined }),
        interval: fc.option(fc.record({ lower: rate, upper: rate }), { nil: undefined }),
      }),
      50,
    ),
  }),
  'chain-map': fc.record({
    kind: fc.constant('chain-map' as const),
    from: at,
    until: at,
    rows: list(
      fc.record({
        chainId: name,
        oldest: fc.option(at, { nil: undefined }),
        newest: fc.option(at, { nil: undefined }),
        gaps: list(fc.record({ from: at, to: at, explained: fc.boolean() }), 8),
        marks: list(
          fc.record({
            at,
            event: fc.oneof(
              fc.constantFrom(
                'key.rotate',
                'key.revoke',
                'retention.prune',
                'system.rollback',
                'system.change',
                'hold',
                'system.chain_start',
              ),
              name,
            ),
          }),
          30,
        ),
      }),
      45,
    ),
  }),
}

/** Any chart of a kind. */
export const anyChart = (kind: Chart['kind']): fc.Arbitrary<Chart> => some[kind]
