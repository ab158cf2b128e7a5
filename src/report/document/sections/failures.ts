/** Failures: the rate over the period, and the tests of each chain. */
import type { Context } from '../context.js'
import { estimate, intervalText, levelText } from '../estimates.js'
import { facts, p, paragraph, receipt, section } from '../phrase.js'
import type { Block, Section } from '../types.js'
import { failureRule } from './about.js'
import { monitor } from './monitor.js'

/** @returns The rule, the rate for one look and for every look, its course, and each chain's tests. */
export function failures(context: Context): Section {
  const { report, texts } = context
  const t = texts.failures
  const { estimate: one, sequence, first, last } = report.figures.failure
  return section('failures', t.title, [
    paragraph(t.rule(failureRule(context, report.parameters.failure))),
    facts([
      [t.oneLook, estimate(context, one)],
      [t.everyLook, p`${estimate(context, sequence)}${sequence.n === 0 ? '' : `; ${t.everyLookNote}`}`],
      [
        t.receipts,
        first === undefined || last === undefined
          ? one.n === 0
            ? t.noDecisions
            : t.noFailures
          : texts.words.firstAndLast(receipt(first), receipt(last)),
      ],
    ]),
    rateChart(context),
    ...report.chains.map((chain, i) => monitor(context, chain, i)),
  ])
}

function rateChart(context: Context): Block | undefined {
  const { report, texts, format } = context
  const t = texts.failures
  const { course, sequence } = report.figures.failure
  const last = course.at(-1)
  if (last === undefined) return undefined
  const { p0, p1 } = report.parameters.sprt
  const changes = report.chains.flatMap(({ monitor: { change, path } }) =>
    change.alarms.items.flatMap(({ continues, begin, direction }) => {
      // a begin is a number in the chain; the path says when that was
      const at = begin.seq === undefined ? undefined : path.findLast(({ seq }) => seq <= (begin.seq as number))?.at
      const within = at !== undefined && at >= Date.parse(report.period.from) && at < Date.parse(report.period.until)
      return continues || !within ? [] : [{ at, direction }]
    }),
  )
  return {
    kind: 'chart',
    title: t.chartTitle,
    description: t.chartDescription(
      last.n,
      levelText(context, sequence.level),
      { rate: format.percent(last.rate), interval: intervalText(context, last) },
      levelText(context, p0),
      levelText(context, p1),
      changes.length,
    ),
    chart: { kind: 'rate', level: sequence.level, points: course, p0, p1, changes },
  }
}
