/** Estimates in words: never a rate without its sample size and interval, never 0 for what is absent. */

import { wilson } from '../statistics/intervals.js'
import type { LabelCounts } from '../statistics/tally.js'
import type { Context } from './context.js'
import type { AbsenceCode } from './names.js'
import { code, p, paragraph, phrase, receipt } from './phrase.js'
import type { Block, Inline, Phrase } from './types.js'

/** Any estimate of a rate. */
export interface AnyRate {
  readonly count: number
  readonly n: number
  readonly level: number
  readonly rate?: number | undefined
  readonly interval?: { readonly lower: number; readonly upper: number } | undefined
  readonly absent?: AbsenceCode | undefined
}

/**
 * A level of confidence.
 *
 * @param context - For its language.
 * @param level - 0..1.
 * @returns It as a percentage, with as many digits as matter.
 */
export function levelText({ format, locale }: Context, level: number): string {
  const text = format.number(Math.round(level * 1e6) / 1e4)
  return locale === 'de' ? `${text}\u00a0%` : `${text}%`
}

/**
 * Both ends of an interval of rates.
 *
 * @param context - For its language.
 * @param interval - The ends.
 * @returns Words.
 */
export function intervalText(
  { format, texts }: Context,
  interval: { readonly lower: number; readonly upper: number },
): string {
  return texts.words.range(format.percent(interval.lower), format.percent(interval.upper))
}

/**
 * A rate within a sentence: count, n, rate, interval, level, or why there is none.
 *
 * @param context - For its language.
 * @param rate - The estimate.
 * @returns Words.
 */
export function estimate(context: Context, rate: AnyRate): Phrase {
  const { texts, format } = context
  if (rate.rate === undefined || rate.interval === undefined) {
    const why = texts.words.absent[rate.absent ?? 'NO_OBSERVATIONS']
    return rate.n === 0 ? [why] : p`${texts.words.ofN(rate.count, rate.n)}; ${why}`
  }
  const interval = intervalText(context, rate.interval)
  return [texts.words.estimate(rate.count, rate.n, format.percent(rate.rate), interval, levelText(context, rate.level))]
}

/**
 * A rate for two cells: how many of how many, and the rate with its interval or why there is none.
 *
 * @param context - For its language.
 * @param rate - The estimate.
 * @returns Two cells.
 */
export function rateCells(context: Context, rate: AnyRate): readonly [Phrase, Phrase] {
  const { texts, format } = context
  const share =
    rate.rate === undefined || rate.interval === undefined
      ? texts.words.absent[rate.absent ?? 'NO_OBSERVATIONS']
      : texts.words.rateAndInterval(format.percent(rate.rate), intervalText(context, rate.interval))
  return [[texts.words.ofN(rate.count, rate.n)], [share]]
}

/**
 * The share of some among all, with its interval.
 *
 * @param context - For the report's level.
 * @param count - How many.
 * @param n - Of how many.
 * @returns The estimate.
 */
export function shareOf({ report }: Context, count: number, n: number): AnyRate {
  return wilson(count, n, { level: report.parameters.level })
}

/**
 * The first and the last receipt of something.
 *
 * @param context - For its language.
 * @param ends - Both, where they exist.
 * @param otherwise - What stands there without any.
 * @returns Words.
 */
export function firstAndLast(
  { texts }: Context,
  first: Parameters<typeof receipt>[0] | undefined,
  last: Parameters<typeof receipt>[0] | undefined,
  otherwise: Inline | Phrase,
): Phrase {
  if (first === undefined || last === undefined) return phrase([otherwise])
  return texts.words.firstAndLast(receipt(first), receipt(last))
}

/**
 * Rows of labels: label, count, first and last receipt.
 *
 * @param context - For its language.
 * @param counts - The labels.
 * @returns Rows of four cells.
 */
export function labelRows({ format }: Context, counts: LabelCounts): (readonly [Inline, string, Inline, Inline])[] {
  return counts.labels.map(({ label, count, first, last }) => [
    code(label),
    format.number(count),
    receipt(first),
    receipt(last),
  ])
}

/**
 * What came under labels that are not told apart.
 *
 * @param context - For its language.
 * @param counts - The labels.
 * @returns A paragraph, or nothing.
 */
export function otherLabels({ texts }: Context, { other, limit }: LabelCounts): Block | undefined {
  return other === 0 ? undefined : paragraph(texts.decisions.other(other, limit))
}
