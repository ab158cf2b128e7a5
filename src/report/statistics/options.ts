/** What options of the accumulators have in common. */

/** Why a figure is not there. */
export type AbsentReason =
  | 'NO_OBSERVATIONS'
  | 'TOO_FEW_OBSERVATIONS'
  | 'GROUP_TOO_SMALL'
  | 'NO_REFERENCE'
  | 'REFERENCE_RATE_ZERO'
  | 'EMPTY_BIN'

/**
 * A confidence level as an option gives it.
 *
 * @param level - above 0.5 and below 1; absent: 0.95
 * @param least - the lowest that is accepted
 * @returns the level
 * @throws RangeError when it is outside
 */
export function levelOf(level: number | undefined, least = 0.5): number {
  const value = level ?? 0.95
  if (!(value >= least && value > 0.5 && value < 1)) {
    throw new RangeError(`level must be ${least > 0.5 ? `at least ${least}` : 'above 0.5'} and below 1`)
  }
  return value
}

/**
 * A bound on how much is remembered.
 *
 * @param name - of the option, for the message
 * @param value - a positive integer; absent: `fallback`
 * @param fallback - what holds when it is absent
 * @param most - the highest that is accepted
 * @returns the bound
 * @throws RangeError when it is not an integer within 1..most
 */
export function limitOf(name: string, value: number | undefined, fallback: number, most = 10_000_000): number {
  const limit = value ?? fallback
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > most) {
    throw new RangeError(`${name} must be an integer from 1 to ${most}`)
  }
  return limit
}

/**
 * A count of some among all.
 *
 * @param count - how many
 * @param n - of how many
 * @throws RangeError when they are not integers with 0 <= count <= n
 */
export function checkCount(count: number, n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError('n must be an integer of at least 0')
  if (!Number.isSafeInteger(count) || count < 0 || count > n)
    throw new RangeError('count must be an integer from 0 to n')
}
