/** How long it took. */
import type { Context } from '../context.js'
import { levelText } from '../estimates.js'
import { paragraph, section, table } from '../phrase.js'
import type { Block, Section } from '../types.js'
import { quantileInterval } from './quantiles.js'

/** @returns Quantiles with intervals, and the distribution. */
export function latency(context: Context): Section {
  const { report, texts, format } = context
  const t = texts.latency
  const { n, relativeError, level, min, max, quantiles } = report.figures.latency
  if (n === 0 || min === undefined || max === undefined) return section('latency', t.title, [paragraph(t.none)])
  return section('latency', t.title, [
    paragraph(t.intro(n, levelText(context, relativeError), levelText(context, level))),
    paragraph(t.extremes(format.duration(min), format.duration(max))),
    table(
      t.caption,
      [t.quantile, `>${t.value}`, `>${t.interval}`, `>${t.n}`],
      quantiles.map((quantile) => [
        levelText(context, quantile.q),
        format.duration(quantile.value),
        quantileInterval(context, quantile),
        format.number(n),
      ]),
    ),
    chart(context),
  ])
}

function chart(context: Context): Block | undefined {
  const { report, texts, format } = context
  const t = texts.latency
  const { n, distribution, quantiles } = report.figures.latency
  const value = (q: number): string => {
    const found = quantiles.find((quantile) => quantile.q === q)
    return found === undefined ? texts.words.absent.NO_OBSERVATIONS : format.duration(found.value)
  }
  if (distribution.length === 0) return undefined
  return {
    kind: 'chart',
    title: t.chartTitle,
    description: t.chartDescription(n, distribution.length, value(0.5), value(0.99)),
    chart: {
      kind: 'distribution',
      unit: 'ms',
      cells: distribution,
      quantiles: quantiles.map(({ q, value: at }) => ({ q, value: at })),
    },
  }
}
