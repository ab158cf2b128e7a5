/** How often checks fired, and how often they failed to run. */
import type { CheckRate } from '../../statistics/checks.js'
import type { Context } from '../context.js'
import { estimate, firstAndLast, levelText, rateCells, shareOf } from '../estimates.js'
import { code, paragraph, section, table } from '../phrase.js'
import type { Block, Section } from '../types.js'

/** @returns Rates with intervals, as a chart and as tables, and decisions without a check. */
export function checks(context: Context): Section {
  const { report, texts, format } = context
  const t = texts.checks
  const { checks: rates, level, other, limit, decisions, decisionsWithoutChecks } = report.figures.checks
  const shadows = rates.filter(({ shadow }) => shadow.fireRate.n > 0)
  return section('checks', t.title, [
    paragraph(rates.length === 0 ? t.none : t.intro),
    chart(context, rates, level),
    table(
      t.caption(levelText(context, level)),
      [t.check, `>${t.fired}`, `>${t.rate}`, `>${t.failed}`, `>${t.failureRate}`, `>${t.skipped}`, t.firedAt],
      rates.map(({ name, fireRate, failureRate, notEvaluated, firstFired, lastFired }) => [
        code(name),
        ...rateCells(context, fireRate),
        ...rateCells(context, failureRate),
        format.number(notEvaluated.skipped),
        firstAndLast(context, firstFired, lastFired, t.neverFired),
      ]),
    ),
    table(
      t.shadowCaption(levelText(context, level)),
      [t.check, `>${t.fired}`, `>${t.rate}`],
      shadows.map(({ name, shadow }) => [code(name), ...rateCells(context, shadow.fireRate)]),
    ),
    paragraph(t.without(estimate(context, shareOf(context, decisionsWithoutChecks, decisions)))),
    other === 0 ? undefined : paragraph(t.other(other, limit)),
  ])
}

function chart(context: Context, rates: readonly CheckRate[], level: number): Block | undefined {
  const t = context.texts.checks
  if (rates.length === 0) return undefined
  return {
    kind: 'chart',
    title: t.chartTitle,
    description: t.chartDescription(rates.length, levelText(context, level)),
    chart: {
      kind: 'rates',
      rows: rates.map(({ name, fireRate: { count, n, rate, interval } }) => ({
        name,
        count,
        n,
        ...(rate === undefined ? {} : { rate }),
        ...(interval === undefined ? {} : { interval }),
      })),
    },
  }
}
