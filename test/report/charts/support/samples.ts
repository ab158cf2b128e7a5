/** One chart of each kind, made by a rule that anyone can follow. */
import type { Chart, ChartOf } from '../../../../src/report/charts/index.js'

const day = 86_400_000
const begin = Date.UTC(2026, 0, 1)

/** Every 7th decision of the first 300 fails, then every 4th. */
function failuresUntil(n: number): number {
  return Math.floor(Math.min(n, 300) / 24) + Math.floor(Math.max(0, n - 300) / 8)
}

const rate: ChartOf<'rate'> = {
  kind: 'rate',
  level: 0.95,
  p0: 0.05,
  p1: 0.15,
  points: Array.from({ length: 60 }, (_, index) => {
    const n = (index + 1) * 10
    const failures = failuresUntil(n)
    const half = 1.9 / Math.sqrt(n)
    return {
      n,
      seq: n,
      at: begin + index * 1.5 * day,
      failures,
      rate: failures / n,
      lower: Math.max(0, failures / n - half / 2),
      upper: Math.min(1, failures / n + half),
    }
  }),
  changes: [{ at: begin + 45 * day, direction: 'increase' }],
}

const sprt: ChartOf<'sprt'> = {
  kind: 'sprt',
  upper: Math.log(18),
  lower: Math.log(0.1 / 0.95),
  points: (() => {
    const points: { n: number; seq: number; at: number; llr: number; decision?: 'WITHIN_LIMIT' | 'FLAGGED' }[] = []
    let llr = 0
    for (let n = 1; n <= 260; n += 1) {
      const failed = n < 160 ? n % 23 === 0 : n % 4 === 0
      llr += failed ? Math.log(3) : Math.log(0.85 / 0.95)
      const decision = llr >= Math.log(18) ? 'FLAGGED' : llr <= Math.log(0.1 / 0.95) ? 'WITHIN_LIMIT' : undefined
      points.push({ n, seq: n, at: begin + n * 3_600_000, llr, ...(decision === undefined ? {} : { decision }) })
      if (decision !== undefined) llr = 0
    }
    return points
  })(),
}

const actions: ChartOf<'actions'> = {
  kind: 'actions',
  widthMs: day,
  from: begin,
  until: begin + 42 * day,
  labels: ['allow', 'review', 'block', 'redact'],
  spans: Array.from({ length: 42 }, (_, index) => ({
    from: begin + index * day,
    counts: {
      allow: 40 + ((index * 7) % 23),
      review: 8 + ((index * 5) % 9),
      block: 3 + ((index * 3) % 7),
      redact: index % 5,
    },
  })).filter((_, index) => index !== 17 && index !== 18),
}

const distribution: ChartOf<'distribution'> = {
  kind: 'distribution',
  unit: 'ms',
  cells: Array.from({ length: 40 }, (_, index) => ({
    from: 20 * 1.15 ** index,
    to: 20 * 1.15 ** (index + 1),
    count: Math.round(400 * Math.exp(-(((index - 14) / 7) ** 2))) + (index > 30 ? 3 : 0),
  })),
  quantiles: [
    { q: 0.5, value: 139 },
    { q: 0.95, value: 420 },
    { q: 0.99, value: 905 },
  ],
}

const rates: ChartOf<'rates'> = {
  kind: 'rates',
  rows: [
    { name: 'toxicity', count: 12, n: 840, rate: 12 / 840, interval: { lower: 0.008, upper: 0.025 } },
    { name: 'prompt-injection', count: 31, n: 840, rate: 31 / 840, interval: { lower: 0.026, upper: 0.052 } },
    { name: 'pii-leak', count: 0, n: 412, rate: 0, interval: { lower: 0, upper: 0.009 } },
    {
      name: 'income-plausibility-of-applicant-and-household',
      count: 40,
      n: 390,
      rate: 40 / 390,
      interval: { lower: 0.076, upper: 0.137 },
    },
    { name: 'never-evaluated', count: 0, n: 0 },
  ],
}

const chainMap: ChartOf<'chain-map'> = {
  kind: 'chain-map',
  from: begin,
  until: begin + 181 * day,
  rows: [
    {
      chainId: 'acme/credit-scoring',
      oldest: begin - 40 * day,
      newest: begin + 176 * day,
      gaps: [
        { from: begin + 30 * day, to: begin + 36 * day, explained: true },
        { from: begin + 90 * day, to: begin + 101 * day, explained: false },
      ],
      marks: [
        { at: begin - 40 * day, event: 'system.chain_start' },
        { at: begin + 20 * day, event: 'key.rotate' },
        { at: begin + 22 * day, event: 'retention.prune' },
        { at: begin + 60 * day, event: 'retention.hold' },
        { at: begin + 61 * day, event: 'system.change' },
        { at: begin + 62 * day, event: 'system.change' },
        { at: begin + 101 * day, event: 'system.rollback' },
        { at: begin + 110 * day, event: 'key.revoke' },
        { at: begin + 170 * day, event: 'system.report' },
      ],
    },
    {
      chainId: 'acme/claims-triage-for-the-northern-region-and-overseas',
      oldest: begin + 70 * day,
      newest: begin + 180 * day,
      gaps: [],
      marks: [
        { at: begin + 70 * day, event: 'system.chain_start' },
        ...Array.from({ length: 14 }, (_, index) => ({ at: begin + (120 + index / 4) * day, event: 'key.delegate' })),
      ],
    },
    { chainId: 'acme/unused', gaps: [], marks: [] },
  ],
}

/** A chart of each kind. */
export const samples: { readonly [K in Chart['kind']]: ChartOf<K> } = {
  rate,
  sprt,
  actions,
  distribution,
  rates,
  'chain-map': chainMap,
}

/** What the charts are called in tests. */
export const kinds = Object.keys(samples) as Chart['kind'][]
