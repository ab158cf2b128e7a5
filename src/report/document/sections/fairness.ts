/** Groups and outcomes. */
import type { AttributeFairness, FairnessWarning, GroupComparison } from '../../statistics/fairness.js'
import type { Context } from '../context.js'
import { levelText, rateCells } from '../estimates.js'
import { callout, code, facts, paragraph, section, table } from '../phrase.js'
import type { Block, Phrase, Section } from '../types.js'

/** @returns Selection rates and comparisons of groups, or that there are no labels. */
export function fairness(context: Context): Section {
  const { report, texts, format } = context
  const t = texts.fairness
  const found = report.figures.fairness
  const count = (n: number): string | undefined => (n === 0 ? undefined : format.number(n))
  const labelled = found.attributes.length > 0
  return section('fairness', t.title, [
    labelled ? paragraph(t.intro) : paragraph(t.noLabels),
    labelled ? callout('warning', t.disclosureTitle, t.disclosure) : undefined,
    facts([
      [t.counted, t.countedText(found.labelled, found.withOutcome, found.decisions)],
      [t.outcome, code(found.outcome)],
      [t.threshold, t.thresholdText(levelText(context, found.ratioThreshold), found.minimumGroupSize)],
      [t.blind, count(found.blind)],
      [t.erased, count(found.erased)],
      [t.annotationsErased, count(found.annotationsErased)],
      [t.unattributed, count(found.unattributed)],
    ]),
    ...found.attributes.map((attribute, i) => ofAttribute(context, attribute, i)),
    found.otherAttributes === 0 ? undefined : paragraph(t.otherAttributes(found.otherAttributes)),
  ])
}

function warned({ texts }: Context, warnings: readonly FairnessWarning[]): string {
  const t = texts.fairness
  return warnings.length === 0 ? t.noWarning : warnings.map((warning) => t.warning[warning]).join('; ')
}

function ofAttribute(context: Context, found: AttributeFairness, index: number): Section {
  const { report, texts, format } = context
  const t = texts.fairness
  const { attribute, groups, other, comparisons, comparisonLevel, absent, referenceMissing } = found
  return section(`fairness-attribute-${index + 1}`, t.attributeTitle(attribute), [
    table(
      t.groupsCaption(attribute, levelText(context, report.figures.fairness.level)),
      [t.group, `>${t.favourable}`, `>${t.rate}`, `>${t.basis}`, t.warnings],
      groups.map(({ group, selection, basis, warnings }) => [
        code(group),
        ...rateCells(context, selection),
        [basis.direct, basis.inferred, basis.unsaid].map((n) => format.number(n)).join(', '),
        warned(context, warnings),
      ]),
    ),
    absent === undefined ? undefined : paragraph(t.absent(texts.words.absent[absent])),
    referenceMissing ? paragraph(t.referenceMissing) : undefined,
    comparisonTable(context, attribute, comparisons, comparisonLevel),
    other.n === 0 ? undefined : paragraph(t.others(other.count, other.n)),
  ])
}

function comparisonTable(
  context: Context,
  attribute: string,
  comparisons: readonly GroupComparison[],
  level: number | undefined,
): Block | undefined {
  const t = context.texts.fairness
  return table(
    t.comparisonsCaption(attribute, levelText(context, level ?? context.report.figures.fairness.level)),
    [t.group, t.reference, `>${t.ratio}`, `>${t.difference}`, t.conclusion, t.warnings],
    comparisons.map((comparison) => [
      code(comparison.group),
      code(comparison.reference),
      ratio(context, comparison),
      difference(context, comparison),
      comparison.conclusion === undefined ? t.notCompared : t.conclusions[comparison.conclusion],
      warned(context, comparison.warnings),
    ]),
  )
}

function ratio({ texts, format }: Context, { ratio: found }: GroupComparison): Phrase {
  if (found.ratio === undefined || found.interval === undefined) {
    return [texts.words.absent[found.absent ?? 'NO_OBSERVATIONS']]
  }
  const { lower, upper } = found.interval
  const written = (value: number): string => format.decimals(value, 2)
  const interval =
    upper === undefined ? texts.words.atLeast(written(lower)) : texts.words.range(written(lower), written(upper))
  return [texts.words.rateAndInterval(written(found.ratio), interval)]
}

function difference({ texts, format }: Context, { parityDifference: found }: GroupComparison): Phrase {
  if (found.difference === undefined || found.interval === undefined) {
    return [texts.words.absent[found.absent ?? 'NO_OBSERVATIONS']]
  }
  const { lower, upper } = found.interval
  return [texts.fairness.differenceText(format.points(found.difference), format.points(lower), format.points(upper))]
}
