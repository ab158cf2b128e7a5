/** Single cases of a finding: which, and for how long. */
import type { WaitingCase } from './awaiting.js'
import type { CoverageCase } from './types.js'

/** How many are listed; all are counted. */
export const MOST_CASES = 100

/**
 * @param cases - any number
 * @returns the longest of them, the longest first; in an order that does not depend on theirs
 */
export function longestCases(cases: readonly CoverageCase[]): CoverageCase[] {
  const place = ({ receipt }: CoverageCase) => [receipt?.chainId ?? '', receipt?.seq ?? -1] as const
  return [...cases]
    .sort((a, b) => {
      const [chainA, seqA] = place(a)
      const [chainB, seqB] = place(b)
      return b.ms - a.ms || (chainA < chainB ? -1 : chainA > chainB ? 1 : seqA - seqB)
    })
    .slice(0, MOST_CASES)
}

/**
 * @param waiting - intents without an outcome
 * @param now - the judge's clock, in Unix milliseconds
 * @returns them, with their age
 */
export function intentCases(waiting: readonly WaitingCase[], now: number): CoverageCase[] {
  return longestCases(
    waiting.map(({ receipt, since, tool, effect }) => ({
      receipt,
      since: new Date(since).toISOString(),
      ms: Math.max(0, now - since),
      ...(tool === undefined ? {} : { tool }),
      ...(effect === undefined ? {} : { effect }),
    })),
  )
}
