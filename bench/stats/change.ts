import {
  type ChangeDetector,
  createRateChangeDetector,
  createScoreChangeDetector,
} from '../../src/report/statistics/change.js'
import type { SeededGenerator } from '../../src/report/statistics/generator.js'
import { createSprt } from '../../src/report/statistics/sprt.js'
import { sprtPlan } from '../../src/report/statistics/sprt-plan.js'
import { quantile, type Row, rounded, type Section } from './table.js'

const none = { first: 0, last: 0 }

/** The average run length to a false alarm against the declared one. */
export function runLengths(generator: SeededGenerator, runs: number): Section {
  const rows: Row[] = []
  const cases: readonly {
    readonly name: string
    readonly declared: number
    readonly detector: ChangeDetector<number> | ChangeDetector<boolean>
    draw(): number | boolean
  }[] = [1000, 10_000].flatMap((declared) => {
    // the window only serves to tell where a change began
    const options = { averageRunLength: declared, keep: none, window: 1 }
    return [
      {
        name: 'rate at its baseline of 5 %',
        declared,
        detector: createRateChangeDetector({ ...options, baseline: 0.05 }),
        draw: () => generator.next() < 0.05,
      },
      {
        name: 'the same, both directions',
        declared,
        detector: createRateChangeDetector({ ...options, baseline: 0.05, direction: 'both' }),
        draw: () => generator.next() < 0.05,
      },
      {
        name: 'scores (squared uniform) at their mean',
        declared,
        detector: createScoreChangeDetector({ ...options, baseline: 1 / 3 }),
        draw: () => generator.next() ** 2,
      },
    ]
  })
  for (const { name, declared, detector, draw } of cases) {
    const update = detector.update as (value: number | boolean, seq: number) => { readonly n: number } | undefined
    let squares = 0
    let all = 0
    for (let alarms = 0, seq = 0; alarms < runs; seq++) {
      const alarm = update(draw(), seq)
      if (!alarm) continue
      alarms += 1
      all += alarm.n
      squares += alarm.n * alarm.n
    }
    const mean = all / runs
    rows.push({
      watched: name,
      declared,
      attained: Math.round(mean),
      'standard error': Math.round(Math.sqrt((squares / runs - mean * mean) / runs)),
    })
  }
  return { name: 'Change: average run length to a false alarm', note: `${runs} alarms each`, rows }
}

interface Instrument {
  readonly name: string
  create(): (failed: boolean, seq: number) => boolean
}

const plan = sprtPlan()
const instruments: readonly Instrument[] = [
  {
    name: 'e-detector, declared 10,000',
    create() {
      const { update } = createRateChangeDetector({ baseline: 0.05, keep: none })
      return (failed, seq) => update(failed, seq) !== undefined
    },
  },
  {
    name: 'SPRT in cycles, latched',
    create() {
      const test = createSprt({ keep: none })
      return (failed, seq) => {
        if (test.update(failed, seq) !== 'FLAGGED') return false
        test.acknowledge({ seq: seq + 1, receiptId: 'bench' })
        return true
      }
    },
  },
  {
    name: 'naive: one SPRT that never begins anew',
    create() {
      let llr = 0
      return (failed) => {
        const below = llr < plan.upper
        llr += failed ? plan.logFailure : plan.logGood
        return below && llr >= plan.upper
      }
    },
  },
]

/** How many receipts pass after 10,000 good ones until a rate of 30 % is noticed. */
export function delays(generator: SeededGenerator, runs: number, good: number): Section {
  const rows: Row[] = []
  for (const before of [0.05, 0.02]) {
    for (const { name, create } of instruments) {
      const found = new Int32Array(runs)
      let falsely = 0
      for (let run = 0; run < runs; run++) {
        const update = create()
        let seq = 0
        for (; seq < good; seq++) if (update(generator.next() < before, seq)) falsely += 1
        while (!update(generator.next() < 0.3, seq)) seq += 1
        found[run] = seq - good + 1
      }
      found.sort()
      rows.push({
        instrument: name,
        before: `${before * 100} %`,
        median: quantile(found, 0.5),
        '10 %': quantile(found, 0.1),
        '90 %': quantile(found, 0.9),
        '99 %': quantile(found, 0.99),
        'false alarms a run': rounded(falsely / runs, 3),
      })
    }
  }
  const note = `receipts until noticed, ${runs} runs of ${good} receipts at the rate before and then 30 %`
  return { name: 'Delay to detection', note, rows }
}

/** How far off the estimated beginning is, and how often its interval holds the true one. */
export function beginnings(generator: SeededGenerator, runs: number): Section {
  const rows: Row[] = []
  for (const [before, after] of [
    [0.05, 0.3],
    [0.05, 0.15],
    [0.02, 0.1],
  ] as const) {
    const at = 2000
    const off: number[] = []
    let held = 0
    const widths: number[] = []
    let unnamed = 0
    for (let run = 0; run < runs; run++) {
      const detector = createRateChangeDetector({ baseline: 0.05, keep: none })
      for (let seq = 0; ; seq++) {
        const alarm = detector.update(generator.next() < (seq < at ? before : after), seq)
        if (!alarm || seq < at) continue
        const { seq: estimate, lowerSeq = alarm.cycleStartSeq, upperSeq } = alarm.begin
        if (estimate === undefined) unnamed += 1
        else off.push(Math.abs(estimate - at))
        if (lowerSeq <= at && at <= upperSeq) held += 1
        widths.push(upperSeq - lowerSeq + 1)
        break
      }
    }
    off.sort((a, b) => a - b)
    widths.sort((a, b) => a - b)
    rows.push({
      change: `${before * 100} % to ${after * 100} %`,
      'off by, median': quantile(off, 0.5),
      'off by, 90 %': quantile(off, 0.9),
      'not named': unnamed,
      'interval held it, %': rounded((held / runs) * 100, 1),
      'width, median': quantile(widths, 0.5),
      'width, 90 %': quantile(widths, 0.9),
    })
  }
  const note = `${runs} runs, change after 2000 receipts, baseline 5 %; the interval is a posterior of mass 95 %, no coverage is proved`
  return { name: 'Where a change began', note, rows }
}
