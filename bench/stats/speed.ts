import { createMeanSequence } from '../../src/report/statistics/betting.js'
import { createRateChangeDetector, createScoreChangeDetector } from '../../src/report/statistics/change.js'
import { createRateSequence } from '../../src/report/statistics/confidence-sequence.js'
import type { SeededGenerator } from '../../src/report/statistics/generator.js'
import { createSprt } from '../../src/report/statistics/sprt.js'
import { quantile, type Row, rounded, type Section } from './table.js'

interface Timed {
  update(value: number, seq: number): void
  snapshot(): unknown
}

const middle = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )
const hit = (value: number): boolean => value < 0.05

const cases: readonly { readonly name: string; create(): Timed }[] = [
  {
    name: 'SPRT',
    create() {
      const { update, snapshot } = createSprt()
      return { update: (value, seq) => void update(hit(value), seq), snapshot }
    },
  },
  ...(['two-sided', 'upper'] as const).flatMap((side) =>
    [false, true].map((runningIntersection) => ({
      name: `rate sequence, ${side}${runningIntersection ? ', running intersection' : ''}`,
      create(): Timed {
        const { update, snapshot } = createRateSequence({ side, runningIntersection })
        return { update: (value) => update(hit(value)), snapshot }
      },
    })),
  ),
  ...(['hedged-capital', 'empirical-bernstein'] as const).flatMap((method) =>
    [true, false].map((runningIntersection) => ({
      name: `mean sequence, ${method}${runningIntersection ? ', running intersection' : ''}`,
      create: (): Timed => createMeanSequence({ method, runningIntersection }),
    })),
  ),
  {
    name: 'change of a rate',
    create() {
      const { update, snapshot } = createRateChangeDetector({ baseline: 0.05 })
      return { update: (value, seq) => void update(hit(value), seq), snapshot }
    },
  },
  {
    name: 'change of a score, both directions',
    create() {
      const { update, snapshot } = createScoreChangeDetector({ baseline: 0.5, direction: 'both' })
      return { update: (value, seq) => void update(value, seq), snapshot }
    },
  },
]

/** Time of an update over streams of different length, the setting up left out, and of a snapshot at the end. */
export function speed(generator: SeededGenerator): Section {
  const values = Float64Array.from({ length: 1 << 16 }, () => generator.next())
  const now = (): number => Number(process.hrtime.bigint())
  /** The median of pieces, so that what else the machine does is left out. */
  const time = (create: () => Timed, pieces: number): { update: number; snapshot: number } => {
    const accumulator = create()
    const each: number[] = []
    for (let piece = 0, seq = 0; piece < pieces; piece++) {
      const start = now()
      for (let i = 0; i < 1000; i++, seq++) accumulator.update(values[seq & 0xffff]!, seq)
      each.push((now() - start) / 1000)
    }
    const start = now()
    accumulator.snapshot()
    return { update: middle(each), snapshot: (now() - start) / 1000 }
  }
  const rows: Row[] = cases.map(({ name, create }) => {
    for (let i = 0; i < 20; i++) time(create, 2)
    const first = middle(Array.from({ length: 25 }, () => time(create, 1).update))
    const long = time(create, 1000)
    return {
      accumulator: name,
      'ns an update, first 1000': rounded(first, 0),
      'ns an update, 1 million': rounded(long.update, 0),
      'us a snapshot then': rounded(long.snapshot, 0),
    }
  })
  return {
    name: 'Time per update',
    note: 'warmed up; the median of 25 streams of 1000, and of the thousands of a long stream',
    rows,
  }
}
