import type { SeededGenerator } from '../../src/report/statistics/generator.js'
import { createSprt } from '../../src/report/statistics/sprt.js'
import { enumerateSprt, sprtPlan, waldSprt } from '../../src/report/statistics/sprt-plan.js'
import { type Row, rounded, type Section } from './table.js'

const plans = [
  { p0: 0.05, p1: 0.15, alpha: 0.05, beta: 0.1 },
  { p0: 0.01, p1: 0.03, alpha: 0.05, beta: 0.1 },
  { p0: 0.1, p1: 0.2, alpha: 0.01, beta: 0.01 },
]

/** Attained error probabilities and sample numbers of the test, cycle after cycle, against what was promised. */
export function sprtSections(generator: SeededGenerator, runs: number): Section[] {
  const errors: Row[] = []
  const numbers: Row[] = []
  for (const parameters of plans) {
    const plan = sprtPlan(parameters)
    const name = `${plan.p0} against ${plan.p1}`
    for (const p of [plan.p0 / 2, plan.p0, (plan.p0 + plan.p1) / 2, plan.p1, plan.p1 * 2]) {
      const test = createSprt({ ...parameters, keep: { first: 0, last: 0 } })
      let flagged = 0
      let lengths = 0
      let squares = 0
      let seq = 0
      for (let cycle = 0, length = 0, before = 'MONITORING'; cycle < runs; ) {
        before = test.update(generator.next() < p, seq++)
        length += 1
        // an acknowledgement after each flag lets the status tell of each cycle
        if (before === 'FLAGGED') {
          test.acknowledge({ seq, receiptId: 'bench' })
          flagged += 1
        } else if (test.snapshot().open.n > 0) continue
        cycle += 1
        lengths += length
        squares += length * length
        length = 0
      }
      const exact = enumerateSprt(plan, p)
      const wald = waldSprt(plan, p)
      const share = flagged / runs
      const error = Math.sqrt((share * (1 - share)) / runs)
      if (p === plan.p0 || p === plan.p1) {
        const wrong = (flags: number): number => (p === plan.p0 ? flags : 1 - flags)
        errors.push({
          test: name,
          error: p === plan.p0 ? 'alpha' : 'beta',
          nominal: p === plan.p0 ? plan.alpha : plan.beta,
          attained: rounded(wrong(share), 4),
          'standard error': rounded(error, 4),
          enumerated: rounded(wrong(exact.flagProbability), 5),
          "Wald's bound": rounded(p === plan.p0 ? plan.alpha / (1 - plan.beta) : plan.beta / (1 - plan.alpha), 4),
        })
      }
      const mean = lengths / runs
      numbers.push({
        test: name,
        rate: rounded(p, 4),
        simulated: rounded(mean, 2),
        'standard error': rounded(Math.sqrt((squares / runs - mean * mean) / runs), 2),
        enumerated: rounded(exact.averageSampleNumber, 2),
        'Wald formula': rounded(wald.averageSampleNumber, 2),
        'overshoot, %': rounded((exact.averageSampleNumber / wald.averageSampleNumber - 1) * 100, 1),
      })
    }
  }
  return [
    { name: 'SPRT: attained error probabilities', note: `${runs} cycles each`, rows: errors },
    {
      name: 'SPRT: average sample number',
      note: `${runs} cycles each; Wald's formula leaves the overshoot out`,
      rows: numbers,
    },
  ]
}
