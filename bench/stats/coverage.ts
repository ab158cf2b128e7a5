import { createMeanSequence } from '../../src/report/statistics/betting.js'
import { rateSequence, type Side } from '../../src/report/statistics/confidence-sequence.js'
import type { SeededGenerator } from '../../src/report/statistics/generator.js'
import { clopperPearson } from '../../src/report/statistics/intervals.js'
import { type Row, rounded, type Section } from './table.js'

const sides: readonly Side[] = ['two-sided', 'lower', 'upper']

/** Which counts keep the rate within the interval, for each n, found with the function itself. */
function band(p: number, looks: number, side: Side): { low: Int32Array; high: Int32Array } {
  const low = new Int32Array(looks + 1)
  const high = new Int32Array(looks + 1)
  // the ends move by 0 or 1 from one n to the next, so walking along finds them
  let least = 0
  let most = 0
  for (let n = 1; n <= looks; n++) {
    const { interval } = rateSequence(Math.min(most + 1, n), n, { side })
    if (most + 1 <= n && interval!.lower <= p) most += 1
    while (most > 0 && rateSequence(most, n, { side }).interval!.lower > p) most -= 1
    while (least < n && rateSequence(least, n, { side }).interval!.upper < p) least += 1
    low[n] = least
    high[n] = most
  }
  return { low, high }
}

/** The probability that the count leaves the band at some look, carried forward exactly. */
function missedExactly(p: number, looks: number, low: Int32Array, high: Int32Array): number {
  let open = new Float64Array(looks + 2)
  open[0] = 1
  for (let n = 1; n <= looks; n++) {
    const next = new Float64Array(looks + 2)
    for (let k = low[n]!; k <= high[n]!; k++) next[k] = open[k]! * (1 - p) + (k > 0 ? open[k - 1]! * p : 0)
    open = next
  }
  return 1 - open.reduce((sum, probability) => sum + probability, 0)
}

/** How often the sequences for a rate miss it at one look or more. */
export function rateCoverage(generator: SeededGenerator, runs: number, looks: number): Section {
  const rows: Row[] = []
  for (const p of [0.01, 0.05, 0.15, 0.5]) {
    const bands = sides.map((side) => band(p, looks, side))
    const missed = sides.map(() => 0)
    for (let run = 0; run < runs; run++) {
      const open = sides.map(() => true)
      let count = 0
      for (let n = 1; n <= looks; n++) {
        if (generator.next() < p) count += 1
        for (let s = 0; s < sides.length; s++) {
          if (open[s] && (count < bands[s]!.low[n]! || count > bands[s]!.high[n]!)) {
            open[s] = false
            missed[s]! += 1
          }
        }
      }
    }
    const counts = Math.round(p * looks)
    const fixed = clopperPearson(counts, looks).interval!
    sides.forEach((side, s) => {
      const { lower, upper } = rateSequence(counts, looks, { side }).interval!
      rows.push({
        rate: p,
        side,
        'held, %': rounded((1 - missed[s]! / runs) * 100, 2),
        'enumerated, %': rounded((1 - missedExactly(p, looks, bands[s]!.low, bands[s]!.high)) * 100, 3),
        lower: rounded(lower, 5),
        upper: rounded(upper, 5),
        'Clopper-Pearson, one look': `${fixed.lower.toFixed(5)} to ${fixed.upper.toFixed(5)}`,
      })
    })
  }
  const note = `${runs} runs, a run counts as held when all of ${looks} looks held the rate; level 95 %; ends at the last look for a count of n p`
  return { name: 'Confidence sequence of a rate: coverage', note, rows }
}

const scores: readonly { readonly name: string; readonly mean: number; draw(u: number): number }[] = [
  { name: 'squared uniform', mean: 1 / 3, draw: (u) => u * u },
  { name: 'uniform on 0.10 to 0.20', mean: 0.15, draw: (u) => 0.1 + 0.1 * u },
  { name: '5 % are 1, others 0', mean: 0.05, draw: (u) => (u < 0.05 ? 1 : 0) },
]

/** How often the sequences for a mean miss it at one look or more. */
export function meanCoverage(generator: SeededGenerator, runs: number, looks: number): Section {
  const rows: Row[] = []
  for (const { name, mean, draw } of scores) {
    for (const method of ['hedged-capital', 'empirical-bernstein'] as const) {
      let held = 0
      const widths = new Map([
        [100, 0],
        [1000, 0],
        [looks, 0],
      ])
      for (let run = 0; run < runs; run++) {
        const sequence = createMeanSequence({ method })
        for (let n = 1; n <= looks; n++) {
          sequence.update(draw(generator.next()))
          const width = widths.get(n)
          if (width === undefined) continue
          const { interval } = sequence.snapshot()
          if (interval) widths.set(n, width + interval.upper - interval.lower)
        }
        // the running intersection still holds it only if each look did
        const { interval } = sequence.snapshot()
        if (interval && interval.lower <= mean && mean <= interval.upper) held += 1
      }
      rows.push({
        scores: name,
        method,
        'held, %': rounded((held / runs) * 100, 2),
        ...Object.fromEntries([...widths].map(([n, width]) => [`width at ${n}`, rounded(width / runs, 4)])),
      })
    }
  }
  const note = `${runs} runs of ${looks} looks; level 95 %; running intersection, so one miss shows at the end`
  return { name: 'Confidence sequence of a mean: coverage', note, rows }
}
