/** Quantiles of durations in cells. */
import type { QuantileEstimate } from '../../statistics/quantiles.js'
import type { Context } from '../context.js'

/**
 * The interval of a quantile.
 *
 * @param context - For its language.
 * @param estimate - The quantile; an end may be absent.
 * @returns Words.
 */
export function quantileInterval({ texts, format }: Context, { interval: { lower, upper } }: QuantileEstimate): string {
  const { words } = texts
  if (lower === undefined) return upper === undefined ? words.unbounded : words.upTo(format.duration(upper))
  return upper === undefined
    ? words.atLeast(format.duration(lower))
    : words.range(format.duration(lower), format.duration(upper))
}

/**
 * A quantile with its interval.
 *
 * @param context - For its language.
 * @param quantiles - Those to be had.
 * @param q - Which one.
 * @returns Words, or why there is none.
 */
export function quantileCell(context: Context, quantiles: readonly QuantileEstimate[], q: number): string {
  const { texts, format } = context
  const found = quantiles.find((quantile) => quantile.q === q)
  if (found === undefined) return texts.words.absent.NO_OBSERVATIONS
  return texts.words.rateAndInterval(format.duration(found.value), quantileInterval(context, found))
}
