/** How many decisions, with which actions, by which models. */
import type { EventType } from '../../../receipt/types.js'
import type { Context } from '../context.js'
import { estimate, labelRows, levelText, otherLabels, rateCells, shareOf } from '../estimates.js'
import { code, paragraph, receipt, section, table } from '../phrase.js'
import type { Block, Section } from '../types.js'

const LEGEND = 6
/** The report's name for decisions without an action, which is no action's. */
const NO_ACTION = 'none'

/** @returns Counts by kind of event, action, model and error. */
export function decisions(context: Context): Section {
  const { report, texts, format } = context
  const t = texts.decisions
  const { counts, failure, errors } = report.figures
  const n = failure.estimate.n
  return section('decisions', t.title, [
    paragraph(t.intro(texts.words.receipts(counts.receipts), texts.words.decisions(n))),
    table(
      t.typesCaption,
      [t.type, `>${t.receipts}`, t.first, t.last],
      counts.eventTypes.labels.map(({ label, count, first, last }) => [
        texts.words.eventType[label as EventType] ?? label,
        format.number(count),
        receipt(first),
        receipt(last),
      ]),
    ),
    n === 0 ? undefined : actionsChart(context),
    table(
      t.actionsCaption(levelText(context, report.parameters.level)),
      [t.action, `>${t.ofDecisions}`, `>${t.share}`, t.first, t.last],
      counts.actions.labels.map(({ label, count, first, last }) => [
        code(label),
        ...rateCells(context, shareOf(context, count, n)),
        receipt(first),
        receipt(last),
      ]),
    ) ?? paragraph(t.noActions),
    otherLabels(context, counts.actions),
    counts.decisionsWithoutAction === 0 ? undefined : paragraph(t.withoutAction(counts.decisionsWithoutAction, n)),
    paragraph(t.errors(estimate(context, errors.estimate))),
    table(t.codesCaption, [t.code, `>${t.receipts}`, t.first, t.last], labelRows(context, errors.codes)),
    otherLabels(context, errors.codes),
    table(t.modelsCaption, [t.model, `>${t.receipts}`, t.first, t.last], labelRows(context, counts.models)) ??
      paragraph(t.noModels),
    otherLabels(context, counts.models),
    counts.withoutModel === 0 ? undefined : paragraph(t.withoutModel(counts.withoutModel)),
  ])
}

function actionsChart({ report, texts, format }: Context): Block | undefined {
  const t = texts.decisions
  const { counts, actions } = report.figures
  if (actions.spans.length === 0) return undefined
  const named = counts.actions.labels.slice(0, LEGEND).map(({ label }) => label)
  const known = new Set(named)
  const seen = new Set<string>()
  const spans = actions.spans.map(({ from, counts: span }) => {
    const shown: Record<string, number> = {}
    for (const [action, count] of Object.entries(span)) {
      // what the legend has no place for is drawn as one; decisions without an action stand under a name of ours
      const label = known.has(action) ? action : action === NO_ACTION ? t.noActionLabel : t.otherLabel
      shown[label] = (shown[label] ?? 0) + count
      seen.add(label)
    }
    return { from, counts: shown }
  })
  const from = Date.parse(report.period.from)
  const until = Date.parse(report.period.until)
  const day = (ms: number): string => format.day(new Date(ms).toISOString().slice(0, 10))
  const labels = [...named, t.noActionLabel, t.otherLabel].filter((label) => seen.has(label))
  return {
    kind: 'chart',
    title: t.chartTitle,
    description: t.chartDescription(spans.length, format.duration(actions.widthMs), day(from), day(until - 1)),
    chart: { kind: 'actions', widthMs: actions.widthMs, from, until, spans, labels },
  }
}
