/** Golden figures: the sample's receipts counted again with plain loops, and what a hand can check. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { sample, sampleReport } from '../support/sample.js'

const receipts = await (await sample()).receipts()
const report = await sampleReport()
const decisions = receipts.filter(({ eventType }) => eventType === 'decision')
const [chain] = report.chains

const isFailure = (receipt: DecisionReceipt): boolean => {
  for (const check of receipt.checks ?? []) if (check.fired && check.mode !== 'shadow') return true
  return receipt.error !== undefined
}

const tallied = (labels: readonly string[]): { [label: string]: number } => {
  const counts: { [label: string]: number } = {}
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}
const counted = (list: { readonly labels: readonly { readonly label: string; readonly count: number }[] }) =>
  Object.fromEntries(list.labels.map(({ label, count }) => [label, count]))

describe('the sample, recounted', () => {
  it('has the receipts of the store, all of the period', () => {
    expect(receipts.length).toBeGreaterThan(200)
    expect(report.period).toMatchObject({ empty: false, receipts: receipts.length, state: 'over' })
    expect(chain).toMatchObject({ verdict: 'VALID', checked: receipts.length, counted: receipts.length })
    expect(report.figures.counts.receipts).toBe(receipts.length)
  })

  it('counts events, actions, models and hours', () => {
    const { eventTypes, actions, models, hourOfDay, decisionsWithoutAction } = report.figures.counts
    expect(counted(eventTypes)).toEqual(tallied(receipts.map(({ eventType }) => eventType)))
    expect(counted(actions)).toEqual(tallied(decisions.flatMap(({ action }) => action ?? [])))
    expect(counted(models)).toEqual(tallied(receipts.flatMap(({ modelId }) => modelId ?? [])))
    expect(decisionsWithoutAction).toBe(decisions.filter(({ action }) => action === undefined).length)
    const hours = tallied(receipts.map(({ timestamp }) => String(Number(timestamp.slice(11, 13)))))
    expect(hourOfDay).toEqual(Array.from({ length: 24 }, (_, hour) => hours[hour] ?? 0))
  })

  it('counts failures, with the first and the last, and their course', () => {
    const failed = decisions.filter(isFailure)
    const { estimate, sequence, first, last, course } = report.figures.failure
    expect(failed.length).toBeGreaterThan(10)
    expect(estimate).toMatchObject({ count: failed.length, n: decisions.length, level: 0.95 })
    expect(sequence).toMatchObject({ count: failed.length, n: decisions.length })
    expect([first?.receiptId, last?.receiptId]).toEqual([failed[0]?.receiptId, failed.at(-1)?.receiptId])
    expect(course.at(-1)).toMatchObject({ n: decisions.length, failures: failed.length })
    for (const { n, failures, at, seq, lower, upper, rate } of course) {
      const upTo = decisions.filter(({ timestamp }) => Date.parse(timestamp) <= at)
      expect(upTo).toHaveLength(n)
      expect(upTo.filter(isFailure)).toHaveLength(failures)
      expect(upTo.at(-1)?.seq).toBe(seq)
      expect(lower).toBeLessThanOrEqual(rate)
      expect(upper).toBeGreaterThanOrEqual(rate)
    }
  })

  it("has Wilson's interval for the failure rate, by its formula", () => {
    const { count, n, interval } = report.figures.failure.estimate
    const z = 1.959963984540054
    const p = count / n
    const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
    const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
    expect(interval?.lower).toBeCloseTo(middle - half, 12)
    expect(interval?.upper).toBeCloseTo(middle + half, 12)
  })

  it('counts errors and checks, shadow entries apart', () => {
    const broken = decisions.filter(({ error }) => error !== undefined)
    expect(report.figures.errors.estimate).toMatchObject({ count: broken.length, n: decisions.length })
    expect(counted(report.figures.errors.codes)).toEqual({ BUREAU_TIMEOUT: broken.length })
    const entries = decisions.flatMap(({ checks }) => checks ?? [])
    for (const { name, fireRate, shadow } of report.figures.checks.checks) {
      const own = entries.filter((check) => check.name === name)
      const live = own.filter(({ mode }) => mode === undefined)
      expect(fireRate).toMatchObject({ count: live.filter(({ fired }) => fired).length, n: live.length })
      expect(shadow.fireRate.n).toBe(own.length - live.length)
    }
    expect(report.figures.checks.checks.map(({ name }) => name)).toEqual(['fairness-guard', 'identity', 'score-drift'])
  })

  it('has latencies within the stated error, and a distribution of all of them', () => {
    const sorted = decisions.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b)
    const { n, min, max, quantiles, distribution, relativeError } = report.figures.latency
    expect([n, min, max]).toEqual([sorted.length, sorted[0], sorted.at(-1)])
    for (const { q, value } of quantiles) {
      const exact = sorted[Math.floor(q * (sorted.length - 1))] as number
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(relativeError * exact * (1 + 1e-9))
    }
    expect(distribution.length).toBeLessThanOrEqual(40)
    for (const [index, { from, to, count }] of distribution.entries()) {
      // an edge may lie within rounding of a value
      const inside = sorted.filter((value) => value > from * (1 + 1e-12) && value <= to * (1 + 1e-12))
      expect(inside).toHaveLength(count)
      expect(from).toBeGreaterThanOrEqual((distribution[index - 1]?.to ?? 0) * (1 - 1e-12))
    }
  })

  it('counts what people did', () => {
    const people = receipts.filter(({ eventType }) => eventType === 'human_oversight')
    const { kinds, requests, override, oversight } = report.figures.oversight
    expect(counted(kinds)).toEqual(tallied(people.map(({ humanOversight }) => humanOversight?.kind ?? '')))
    const reviews = people.filter(({ humanOversight }) =>
      ['approval', 'rejection', 'override'].includes(humanOversight?.kind ?? ''),
    )
    const against = reviews.filter(({ humanOversight }) => humanOversight?.kind !== 'approval')
    expect(override).toMatchObject({ count: against.length, n: reviews.length })
    const about = new Set(reviews.flatMap(({ links }) => (links ?? []).map(({ receiptId }) => receiptId)))
    expect(oversight.rate).toMatchObject({ count: about.size, n: decisions.length })
    const asked = people.filter(({ humanOversight }) => humanOversight?.kind === 'request')
    const answered = new Set(reviews.flatMap(({ humanOversight }) => humanOversight?.requestId ?? []))
    expect(requests).toMatchObject({ made: asked.length, answered: answered.size, open: asked.length - answered.size })
    expect(requests.open).toBeGreaterThan(0)
  })

  it('counts outcomes by group, and what is gone', () => {
    const [attribute] = report.figures.fairness.attributes
    for (const { group, selection } of attribute?.groups ?? []) {
      const own = decisions.filter(({ details }) => details?.groups?.ageBand === group)
      expect(selection).toMatchObject({
        count: own.filter(({ decision }) => decision?.favourable === true).length,
        n: own.length,
      })
    }
    expect(attribute?.groups).toHaveLength(2)
    // one decision's details were erased
    expect(report.figures.fairness).toMatchObject({ erased: 1, labelled: decisions.length - 1 })
    expect(chain?.counts).toEqual({ DETAILS_ERASED: 1 })
  })

  it('puts every decision into a span of time, by action', () => {
    const { widthMs, spans } = report.figures.actions
    expect(spans.length).toBeLessThanOrEqual(62)
    const seen: { [action: string]: number } = {}
    for (const { from, counts } of spans) {
      const inside = decisions.filter(({ timestamp }) => {
        const at = Date.parse(timestamp)
        return at >= from && at < from + widthMs
      })
      expect(counts).toEqual(tallied(inside.map(({ action }) => action ?? 'none')))
      for (const [action, count] of Object.entries(counts)) seen[action] = (seen[action] ?? 0) + count
    }
    expect(Object.values(seen).reduce((a, b) => a + b)).toBe(decisions.length)
  })

  it('counts what was redacted', () => {
    const carrying = receipts.filter(({ input, output }) => input?.redactions ?? output?.redactions)
    const sum = (type: string) =>
      receipts.reduce(
        (all, { input, output }) => all + (input?.redactions?.[type] ?? 0) + (output?.redactions?.[type] ?? 0),
        0,
      )
    expect(report.figures.redactions).toEqual({
      receipts: carrying.filter(({ input, output }) =>
        [input, output].some((one) => Object.values(one?.redactions ?? {}).some((count) => count > 0)),
      ).length,
      types: { EMAIL: sum('EMAIL'), PHONE: sum('PHONE') },
    })
    expect(sum('EMAIL')).toBeGreaterThan(10)
  })

  it('lists what the chain says of itself, and names its key', () => {
    const own = receipts.filter(
      ({ eventType, system }) => ['system', 'retention', 'key'].includes(eventType) && system?.event !== 'heartbeat',
    )
    expect(chain?.events.items.map(({ seq }) => seq)).toEqual(own.map(({ seq }) => seq))
    expect(chain?.events.items.map(({ event }) => event)).toEqual([
      'system.chain_start',
      'system.change',
      'system.gap',
      'retention.erase',
      'retention.hold',
    ])
    expect(chain?.events.items[1]?.facts).toEqual({
      what: 'model',
      from: 'scorer-1.4',
      to: 'scorer-2.0',
      substantial: 'true',
    })
    expect(chain?.keys).toMatchObject([{ trustedBy: 'keyring', receipts: receipts.length }])
    expect(chain?.retentionDays).toBe(3650)
    expect(chain?.gaps.declared.gaps).toBe(1)
  })

  it('has the cycles of the test by hand: the ratio from counts, ends where a threshold is crossed', () => {
    const plan = { failure: Math.log(3), good: Math.log(17 / 19), upper: Math.log(18), lower: Math.log(2 / 19) }
    const cycles: { endSeq: number; n: number; failures: number; decision: string }[] = []
    let n = 0
    let failures = 0
    for (const receipt of decisions) {
      n += 1
      if (isFailure(receipt)) failures += 1
      const ratio = failures * plan.failure + (n - failures) * plan.good
      if (ratio < plan.upper && ratio > plan.lower) continue
      cycles.push({ endSeq: receipt.seq, n, failures, decision: ratio >= plan.upper ? 'FLAGGED' : 'WITHIN_LIMIT' })
      n = 0
      failures = 0
    }
    expect(chain?.monitor.sprt.cycles.items).toMatchObject(cycles)
    const flagged = cycles.filter(({ decision }) => decision === 'FLAGGED')
    expect(flagged.length).toBeGreaterThan(0)
    expect(chain?.monitor.flags.map(({ seq }) => seq)).toEqual(flagged.map(({ endSeq }) => endSeq))
    expect(chain?.monitor.path.filter(({ decision }) => decision !== undefined).map(({ seq }) => seq)).toEqual(
      cycles.map(({ endSeq }) => endSeq),
    )
    expect(chain?.monitor.path).toHaveLength(decisions.length)
  })

  it('notices the change where the faulty release begins', () => {
    const [alarm] = chain?.monitor.change.alarms.items ?? []
    // decisions from two thirds of the time on fail more often
    const faulty = decisions[Math.floor(decisions.length * 0.63)]?.seq as number
    expect(alarm?.direction).toBe('increase')
    expect(alarm?.begin.lowerSeq).toBeLessThanOrEqual(faulty + 20)
    expect(alarm?.begin.upperSeq).toBeGreaterThanOrEqual(faulty - 20)
  })
})
