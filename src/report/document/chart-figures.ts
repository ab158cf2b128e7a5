/** The figures of a chart as a small table, for who can't see it and for formats without pictures. */
import type { Chart } from '../charts/types.js'
import type { ActionSpan, DistributionCell } from '../types.js'
import type { Format } from './format.js'
import { code, table } from './phrase.js'
import type { Texts } from './texts/en.js'
import type { Block } from './types.js'

const ROWS = 12

type Table = Extract<Block, { readonly kind: 'table' }>
type Of<K extends Chart['kind']> = Extract<Chart, { readonly kind: K }>

/** The language that a chart's figures are written in. */
export interface FiguresIn {
  readonly texts: Texts
  readonly format: Format
}

/**
 * A table of at most some ten rows: points are picked evenly, the last among them; spans and cells are added up.
 *
 * @param chart - What is shown.
 * @param language - Texts and formats.
 * @returns The table; nothing for a chart without figures.
 */
export function chartFigures(chart: Chart, language: FiguresIn): Table | undefined {
  const block = rowsOf(chart, language)
  return block?.kind === 'table' ? block : undefined
}

function rowsOf(chart: Chart, language: FiguresIn): Block | undefined {
  switch (chart.kind) {
    case 'rate':
      return ofRate(chart, language)
    case 'sprt':
      return ofSprt(chart, language)
    case 'actions':
      return ofActions(chart, language)
    case 'distribution':
      return ofDistribution(chart, language)
    case 'rates':
      return ofRates(chart, language)
    case 'chain-map':
      return ofChainMap(chart, language)
  }
}

/** So many of them, evenly, the last one among them. */
function picked<T>(items: readonly T[]): readonly T[] {
  if (items.length <= ROWS) return items
  return Array.from({ length: ROWS }, (_, i) => items[Math.round(((i + 1) * items.length) / ROWS) - 1] as T)
}

/** Neighbours put together until there are few enough. */
function merged<T>(items: readonly T[], merge: (group: readonly T[]) => T): readonly T[] {
  if (items.length <= ROWS) return items
  const size = Math.ceil(items.length / ROWS)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => merge(items.slice(i * size, (i + 1) * size)))
}

function ofRate({ points }: Of<'rate'>, { texts, format }: FiguresIn): Block | undefined {
  const t = texts.charts
  const shown = picked(points)
  return table(
    t.shown(shown.length, points.length),
    [t.time, `>${t.n}`, `>${t.failures}`, `>${t.rate}`, `>${t.interval}`],
    shown.map(({ at, n, failures, rate, lower, upper }) => [
      format.stamp(at),
      format.number(n),
      format.number(failures),
      format.percent(rate),
      texts.words.range(format.percent(lower), format.percent(upper)),
    ]),
  )
}

function ofSprt({ points }: Of<'sprt'>, { texts, format }: FiguresIn): Block | undefined {
  const t = texts.charts
  const shown = picked(points)
  return table(
    t.shown(shown.length, points.length),
    [t.time, `>${t.seq}`, `>${t.n}`, `>${t.llr}`, t.decision],
    shown.map(({ at, seq, n, llr, decision }) => [
      format.stamp(at),
      format.number(seq),
      format.number(n),
      format.decimals(llr, 3),
      decision === undefined ? t.noDecision : code(decision),
    ]),
  )
}

function ofActions({ spans, labels, widthMs }: Of<'actions'>, { texts, format }: FiguresIn): Block | undefined {
  const t = texts.charts
  type Span = ActionSpan & { readonly to: number }
  const all = spans.map((span): Span => ({ ...span, to: span.from + widthMs }))
  const shown = merged(all, (group) => ({
    from: (group[0] as Span).from,
    to: (group.at(-1) as Span).to,
    counts: Object.fromEntries(
      labels.map((label) => [label, group.reduce((sum, { counts }) => sum + countOf(counts, label), 0)]),
    ),
  }))
  return table(
    t.merged(shown.length),
    [t.from, t.to, ...labels.map((label) => `>${label}`)],
    shown.map(({ from, to, counts }) => [
      format.stamp(from),
      format.stamp(to),
      ...labels.map((label) => format.number(countOf(counts, label))),
    ]),
  )
}

/** Labels come from receipts: none may reach what every object has. */
function countOf(counts: ActionSpan['counts'], label: string): number {
  return Object.hasOwn(counts, label) ? (counts[label] as number) : 0
}

function ofDistribution({ cells, unit }: Of<'distribution'>, { texts, format }: FiguresIn): Block | undefined {
  const t = texts.charts
  const shown = merged(cells, (group) => ({
    from: (group[0] as DistributionCell).from,
    to: (group.at(-1) as DistributionCell).to,
    count: group.reduce((sum, { count }) => sum + count, 0),
  }))
  const value = (x: number): string => (unit === 'ms' ? format.duration(x) : `${format.number(x)} ${unit}`)
  return table(
    t.merged(shown.length),
    [`>${t.from}`, `>${t.to}`, `>${t.count}`],
    shown.map(({ from, to, count }) => [value(from), value(to), format.number(count)]),
  )
}

function ofRates({ rows }: Of<'rates'>, { texts, format }: FiguresIn): Block | undefined {
  const t = texts.charts
  return table(
    t.shown(rows.length, rows.length),
    [t.check, `>${t.fired}`, `>${t.rate}`],
    rows.map(({ name, count, n, rate, interval }) => [
      code(name),
      texts.words.ofN(count, n),
      rate === undefined || interval === undefined
        ? t.noRate
        : texts.words.rateAndInterval(
            format.percent(rate),
            texts.words.range(format.percent(interval.lower), format.percent(interval.upper)),
          ),
    ]),
  )
}

function ofChainMap({ rows }: Of<'chain-map'>, { texts, format }: FiguresIn): Block | undefined {
  const t = texts.charts
  return table(
    t.shown(rows.length, rows.length),
    [t.chain, t.oldest, t.newest, `>${t.gaps}`, `>${t.marks}`],
    rows.map(({ chainId, oldest, newest, gaps, marks }) => {
      const explained = gaps.filter((gap) => gap.explained).length
      return [
        code(chainId),
        oldest === undefined ? t.absent : format.stamp(oldest),
        newest === undefined ? t.absent : format.stamp(newest),
        `${format.number(explained)}, ${format.number(gaps.length - explained)}`,
        format.number(marks.length),
      ]
    }),
  )
}
