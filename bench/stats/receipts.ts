import type { DecisionReceipt } from '../../src/receipt/types.js'
import { createCheckRates } from '../../src/report/statistics/checks.js'
import { createCounts } from '../../src/report/statistics/counts.js'
import { compareWindows, createScoreWindow } from '../../src/report/statistics/drift.js'
import { createFairness } from '../../src/report/statistics/fairness.js'
import { createGaps } from '../../src/report/statistics/gaps.js'
import type { SeededGenerator } from '../../src/report/statistics/generator.js'
import { createOversight } from '../../src/report/statistics/oversight.js'
import { createQuantiles } from '../../src/report/statistics/quantiles.js'
import { quantile, type Row, rounded, type Section } from './table.js'

const pseudonym = `hmac-sha256:${'1'.repeat(64)}`
const digest = `sha256:${'0'.repeat(64)}`
const models = ['model-a', 'model-b', 'model-c']
const actions = ['allow', 'allow', 'allow', 'reject', 'escalate'] as const

type Writable = { -readonly [name in keyof DecisionReceipt]: DecisionReceipt[name] }

/** A stream like a system's: mostly decisions with three checks, some reviewed, the rest model calls. */
function stream(generator: SeededGenerator, count: number): readonly DecisionReceipt[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(generator.next() * list.length)]!
  let now = Date.UTC(2026, 0, 1)
  let lastDecision = ''
  return Array.from({ length: count }, (_, seq) => {
    now += Math.round(-Math.log1p(-generator.next()) * 1000)
    const receiptId = `00000000-0000-7000-8000-${seq.toString(16).padStart(12, '0')}`
    const time = new Date(now).toISOString()
    const base = { version: 'quittance/1', receiptId, chainId: 'acme', seq, timestamp: time, tenantId: 'acme' }
    const kind = generator.next()
    if (kind < 0.1 && lastDecision !== '') {
      return {
        ...base,
        eventType: 'human_oversight',
        humanOversight: { kind: kind < 0.02 ? 'override' : 'approval', reviewerId: pseudonym },
        links: [{ rel: 'about', receiptId: lastDecision, receiptHash: digest }],
        startedAt: time,
        endedAt: new Date(now + 5000).toISOString(),
      } as unknown as DecisionReceipt
    }
    if (kind < 0.3) return { ...base, eventType: 'inference', modelId: pick(models) } as unknown as DecisionReceipt
    lastDecision = receiptId
    return {
      ...base,
      eventType: 'decision',
      action: pick(actions),
      modelId: pick(models),
      latencyMs: Math.exp(5 + generator.next()),
      checks: ['pii', 'toxicity', 'injection'].map((name) => {
        const score = generator.next()
        return { name, score, threshold: 0.9, op: 'gt', fired: score > 0.9 }
      }),
      decision: { favourable: generator.next() < 0.6, oversight: generator.next() < 0.1 ? 'after' : 'none' },
      details: { salt: '0'.repeat(64), groups: { band: pick(['a', 'b', 'c']) } },
    } as unknown as DecisionReceipt
  })
}

/** Time of each accumulator for one receipt, and of all together. */
export function receiptSpeed(generator: SeededGenerator): Section {
  // few receipts, again and again under new ids and times: a stream's next receipt is in the cache, as if just parsed
  const pool = stream(generator, 100) as Writable[]
  const updates = 20_000
  const ids = Array.from({ length: updates }, (_, i) => `00000000-0000-7000-8000-${i.toString(16).padStart(12, '0')}`)
  const times = Array.from({ length: updates }, (_, i) => new Date(Date.UTC(2026, 0, 1) + i * 997).toISOString())
  const run = (update: (receipt: DecisionReceipt) => void): void => {
    let lastDecision = ids[0]!
    for (let i = 0; i < updates; i++) {
      const receipt = pool[i % 100]!
      receipt.receiptId = ids[i]!
      receipt.timestamp = times[i]!
      if (receipt.eventType === 'decision') lastDecision = receipt.receiptId
      const link = receipt.links?.[0] as { receiptId: string } | undefined
      if (link !== undefined) link.receiptId = lastDecision
      update(receipt)
    }
  }
  const latency = () => {
    const sketch = createQuantiles()
    return {
      update: ({ latencyMs }: DecisionReceipt): void => {
        if (latencyMs !== undefined) sketch.update(latencyMs)
      },
      snapshot: () => sketch.snapshot(),
    }
  }
  const creators = {
    'nothing, for comparison': () => ({ update: (_: DecisionReceipt): void => {}, snapshot: () => undefined }),
    counts: () => createCounts(),
    gaps: () => createGaps(),
    'check rates': () => createCheckRates(),
    'human oversight': () => createOversight(),
    fairness: () => createFairness(),
    'score window': () => createScoreWindow({ check: 'toxicity' }),
    'latency quantiles': latency,
  }
  const rows: Row[] = Object.entries(creators).map(([name, create]) => {
    const rounds = Array.from({ length: 40 }, () => {
      const accumulator = create()
      // the processor's time of this process: other work on the machine does not count
      const begin = process.cpuUsage()
      run(accumulator.update)
      const took = process.cpuUsage(begin)
      const middle = process.cpuUsage()
      accumulator.snapshot()
      const snapshot = process.cpuUsage(middle)
      return [((took.user + took.system) * 1000) / updates, snapshot.user + snapshot.system] as const
    })
    const best = rounds.reduce((a, b) => (b[0] < a[0] ? b : a))
    return { accumulator: name, 'ns a receipt': rounded(best[0], 0), 'us a snapshot': rounded(best[1], 0) }
  })
  // what the loop itself takes counts once
  const [loop, ...each] = rows.map((row) => Number(row['ns a receipt']))
  const all = each.reduce((sum, ns) => sum + ns - loop!, loop!)
  return {
    name: 'Time per receipt',
    note: '20,000 receipts, 70 % of them decisions with three checks; processor time, the best of forty',
    rows: [...rows, { accumulator: 'all of them', 'ns a receipt': all }],
  }
}

/** How often the interval of a quantile holds the true one. */
export function quantileCoverage(generator: SeededGenerator, runs: number): Section {
  const at = [0.5, 0.9, 0.95]
  const rows = [100, 1000].map((n): Row => {
    const held = at.map(() => 0)
    for (let run = 0; run < runs; run++) {
      const sketch = createQuantiles()
      for (let i = 0; i < n; i++) sketch.update(-Math.log1p(-generator.next()))
      sketch.snapshot({ at }).quantiles.forEach(({ q, interval }, i) => {
        const truth = -Math.log(1 - q)
        const above = (interval.lower ?? 0) <= truth
        if (above && truth <= (interval.upper ?? Number.POSITIVE_INFINITY)) held[i]! += 1
      })
    }
    return { values: n, ...Object.fromEntries(at.map((q, i) => [`covers q ${q}`, rounded(held[i]! / runs, 4)])) }
  })
  return { name: 'Intervals of quantiles', note: `${runs} samples of exponential values, level 0.95, sketch 1 %`, rows }
}

/** How often a stream as expected shows an unusual gap. */
export function gapAlarms(generator: SeededGenerator, runs: number): Section {
  const alarms = (gaps: number, falseAlarm: number): Row => {
    let given = 0
    let own = 0
    for (let run = 0; run < runs; run++) {
      const known = createGaps({ falseAlarm, expectedPerHour: 60 })
      const unknown = createGaps({ falseAlarm })
      let now = Date.UTC(2026, 0, 1)
      for (let seq = 0; seq <= gaps; seq++) {
        const timestamp = new Date(Math.round(now)).toISOString()
        const receipt = { seq, timestamp, eventType: 'decision', chainId: 'a', receiptId: 'a' } as DecisionReceipt
        known.update(receipt)
        unknown.update(receipt)
        now -= Math.log1p(-generator.next()) * 60_000
      }
      if (known.snapshot().unusual.length > 0) given += 1
      if (unknown.snapshot().unusual.length > 0) own += 1
    }
    return {
      gaps,
      falseAlarm,
      'alarms, expected rate': rounded(given / runs, 4),
      'alarms, own tail': rounded(own / runs, 4),
    }
  }
  const rows = [0.01, 0.05].flatMap((falseAlarm) => [100, 500].map((gaps) => alarms(gaps, falseAlarm)))
  return { name: 'Gaps in a Poisson stream', note: `${runs} streams each without an outage`, rows }
}

/** How often drift is found where there is none, and where there is, with bins from the baseline's quantiles. */
export function driftLevel(generator: SeededGenerator, runs: number): Section {
  const window = (n: number, power: number) => {
    const scores = createScoreWindow({ check: 'a' })
    for (let i = 0; i < n; i++) {
      const checks = [{ name: 'a', fired: false, score: generator.next() ** power }]
      scores.update({ checks } as unknown as DecisionReceipt)
    }
    return scores.snapshot()
  }
  const rows = [100, 1000].flatMap((n) =>
    [1, 1.2].map((power): Row => {
      let found = 0
      const values: number[] = []
      for (let run = 0; run < runs; run++) {
        const { psi } = compareWindows(window(n, 1), window(n, power), { generator, resamples: 99 })
        if (psi.p! <= 0.05) found += 1
        values.push(psi.value!)
      }
      values.sort((a, b) => a - b)
      return {
        scores: n,
        current: power === 1 ? 'the same' : `u^${power}`,
        'p <= 0.05': rounded(found / runs, 4),
        'median PSI': rounded(quantile(values, 0.5), 4),
        '95 % PSI': rounded(quantile(values, 0.95), 4),
      }
    }),
  )
  return { name: 'Drift of a score', note: `${runs} pairs of windows, ten bins of the baseline, 99 permutations`, rows }
}

/** Time of a comparison of two windows. */
export function driftSpeed(generator: SeededGenerator): Section {
  const rows = [1000, 100_000, 1_000_000].map((n): Row => {
    const [one, other] = [0, 1].map(() => {
      const scores = createScoreWindow({ check: 'a' })
      for (let i = 0; i < n; i++) {
        scores.update({ checks: [{ name: 'a', fired: false, score: generator.next() }] } as unknown as DecisionReceipt)
      }
      return scores.snapshot()
    })
    const begin = process.hrtime.bigint()
    compareWindows(one!, other!, { generator })
    return { 'scores a window': n, ms: rounded(Number(process.hrtime.bigint() - begin) / 1e6, 0) }
  })
  return { name: 'Time of a comparison', note: '999 permutations and 999 bootstrap samples, ten bins', rows }
}
