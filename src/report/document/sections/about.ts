/** The system as the asker describes it, and the parameters. */
import type { PrintedFailureRule } from '../../types.js'
import type { Context } from '../context.js'
import { levelText } from '../estimates.js'
import { callout, code, facts, joined, paragraph, phrase, section, table } from '../phrase.js'
import type { Block, Inline, Phrase, Section } from '../types.js'

/** @returns What was stated, that nobody checked it, and how the figures are made. */
export function about(context: Context): Section {
  const { report, texts } = context
  const t = texts.about
  return section('about', t.title, [
    ...system(context),
    facts([[t.generator, code(`${report.generator.name} ${report.generator.version}`)]]),
    section('about-parameters', t.parametersTitle, [paragraph(t.parametersText), parameters(context)]),
  ])
}

function system({ report, texts }: Context): Block[] {
  const t = texts.about
  const { system } = report
  if (system === undefined) return [callout('warning', t.nobody, t.unstated)]
  return [
    facts([
      [t.name, system.name],
      [t.provider, system.provider ?? t.notStated],
      [t.deployer, system.deployer ?? t.notStated],
      [t.purpose, system.intendedPurpose ?? t.notStated],
      [t.annexIII, system.annexIII ?? t.notStated],
      [t.highRisk, system.highRisk === undefined ? t.notStated : system.highRisk ? texts.words.yes : texts.words.no],
    ]),
    callout('warning', t.nobody, t.nobodyText),
  ]
}

/**
 * What makes a decision a failure.
 *
 * @param context - For its language.
 * @param rules - One of them is enough.
 * @returns Words.
 */
export function failureRule({ texts }: Context, rules: readonly PrintedFailureRule[]): Phrase {
  if (rules.length === 0) return [texts.about.ruleAbsent]
  return joined(
    rules.map((rule) => ruleText(texts.about.rules, rule)),
    texts.about.or,
  )
}

function ruleText(t: Context['texts']['about']['rules'], rule: PrintedFailureRule): Phrase {
  const names = (list: readonly string[]): Phrase => joined(list.map(code))
  switch (rule.kind) {
    case 'action':
      return t.action(names(rule.actions))
    case 'check':
      return t.check(rule.names === undefined ? undefined : names(rule.names))
    case 'error':
      return t.error
    case 'custom':
      return t.custom(code(rule.name))
  }
}

function parameters(context: Context): Block | undefined {
  const { report, texts, format } = context
  const t = texts.about
  const { failure, sprt, level, averageRunLength, expectedPerHour, heartbeatMs, fairness, acceptPruned, embed } =
    report.parameters
  const reference = Object.entries(fairness?.reference ?? {})
  const rows: (readonly [string, Inline | Phrase])[] = [
    [t.failure, failureRule(context, failure)],
    [t.level, levelText(context, level)],
    [t.p0, levelText(context, sprt.p0)],
    [t.p1, levelText(context, sprt.p1)],
    [t.alpha, levelText(context, sprt.alpha)],
    [t.beta, levelText(context, sprt.beta)],
    [t.averageRunLength, format.number(averageRunLength)],
    [t.expectedPerHour, expectedPerHour === undefined ? t.expectedAbsent : format.number(expectedPerHour)],
    [t.heartbeat, heartbeatMs === undefined ? t.heartbeatAbsent : format.duration(heartbeatMs)],
    [
      t.reference,
      reference.length === 0
        ? t.referenceAbsent
        : joined(reference.map(([name, group]) => phrase([code(name), ' = ', code(group)]))),
    ],
    [t.groupSize, fairness?.minimumGroupSize === undefined ? t.defaultValue : format.number(fairness.minimumGroupSize)],
    [t.ratio, fairness?.ratioThreshold === undefined ? t.defaultValue : levelText(context, fairness.ratioThreshold)],
    [t.acceptPruned, acceptPruned === undefined ? t.notAccepted : t.accepted(acceptPruned.minDays)],
    [t.embed, format.number(embed)],
  ]
  return table(t.parametersTitle, [t.parameter, t.value], rows)
}
