/** What people did. */
import type { OversightSnapshot, ReviewedRate } from '../../statistics/oversight.js'
import type { QuantilesSnapshot } from '../../statistics/quantiles.js'
import type { Context } from '../context.js'
import { labelRows, levelText, otherLabels, rateCells, shareOf } from '../estimates.js'
import { code, facts, paragraph, receipt, section, table } from '../phrase.js'
import type { Block, Inline, Phrase, Section } from '../types.js'
import { quantileCell } from './quantiles.js'

/** @returns Rates, times, requests and interventions. */
export function oversight(context: Context): Section {
  const { report, texts } = context
  const t = texts.oversight
  const found = report.figures.oversight
  return section('oversight', t.title, [
    paragraph(t.intro),
    found.decisions === 0 ? paragraph(t.noDecisions) : rates(context, found),
    found.decisions === 0 ? undefined : asked(context, found),
    table(t.kindsCaption, [t.kind, `>${t.receipts}`, t.first, t.last], labelRows(context, found.kinds)) ??
      paragraph(t.noKinds),
    otherLabels(context, found.kinds),
    times(context, found),
    found.reviewsWithoutTimes === 0 ? undefined : paragraph(t.withoutTimes(found.reviewsWithoutTimes)),
    ...requests(context, found),
    ...interventions(context, found),
    found.unattributed === 0 ? undefined : paragraph(t.unattributed(found.unattributed)),
  ])
}

function rates(context: Context, found: OversightSnapshot): Block | undefined {
  const t = context.texts.oversight
  const reviewed = (title: string, { rate, atMost }: ReviewedRate): (readonly (Inline | Phrase)[])[] => [
    [title, ...rateCells(context, rate)],
    ...(atMost === undefined ? [] : [[t.atMost(title), ...rateCells(context, atMost)]]),
  ]
  return table(
    t.ratesCaption(levelText(context, found.level)),
    [t.rate, `>${t.count}`, `>${t.value}`],
    [
      ...reviewed(t.all, found.oversight),
      ...reviewed(t.asked, found.oversightWhereAsked),
      [t.override, ...rateCells(context, found.override)],
    ],
  )
}

function asked(context: Context, { decisions, asked: says }: OversightSnapshot): Block | undefined {
  const t = context.texts.oversight
  const row = (title: string, count: number): readonly (Inline | Phrase)[] => [
    title,
    ...rateCells(context, shareOf(context, count, decisions)),
  ]
  return table(
    t.askedCaption,
    [t.says, `>${t.decisions}`, `>${t.value}`],
    [row(t.before, says.before), row(t.after, says.after), row(t.noneAsked, says.none), row(t.unsaid, says.unsaid)],
  )
}

function times(context: Context, found: OversightSnapshot): Block | undefined {
  const { texts, format } = context
  const t = texts.oversight
  const all: (readonly [string, QuantilesSnapshot])[] = [
    [t.atReview, found.timeAtReview],
    [t.toAnswer, found.timeToAnswer],
    [t.toFirstReview, found.timeToFirstReview],
  ]
  return table(
    t.timesCaption(levelText(context, found.level)),
    [t.time, `>${t.n}`, `>${t.median}`, `>${t.q90}`, `>${t.longest}`],
    all.map(([title, { n, quantiles, max }]) => [
      title,
      format.number(n),
      quantileCell(context, quantiles, 0.5),
      quantileCell(context, quantiles, 0.9),
      max === undefined ? texts.words.absent.NO_OBSERVATIONS : format.duration(max),
    ]),
  )
}

function requests({ texts, format }: Context, { requests: found }: OversightSnapshot): (Block | undefined)[] {
  const t = texts.oversight
  return [
    facts([[t.requests, found.made === 0 ? t.noRequests : t.requestsText(found.made, found.answered, found.open)]]),
    table(
      t.requestsCaption,
      [t.request, t.since, `>${t.answers}`, texts.chains.receipt],
      found.oldest.map(({ requestId, receipt: ref, at, quorum, answers }) => [
        requestId === undefined ? t.unnamed : code(requestId),
        format.stamp(at),
        texts.words.ofN(answers, quorum),
        receipt(ref),
      ]),
    ),
    found.forgotten === 0 ? undefined : paragraph(t.forgotten(found.forgotten)),
  ]
}

function interventions({ texts, format }: Context, found: OversightSnapshot): (Block | undefined)[] {
  const t = texts.oversight
  return [
    table(
      t.interventionsCaption,
      [t.kind, t.at, texts.chains.receipt],
      found.interventions.map(({ kind, at, receipt: ref }) => [code(kind), format.stamp(at), receipt(ref)]),
    ) ?? paragraph(t.noInterventions),
  ]
}
