/** Problems as they are collected. */
import type { Verdict } from '../../verify/types.js'
import { type TimestampProblem, type TimestampProblemCode, timestampInvalidCodes } from './types.js'

/** Takes what is wrong. */
export type Report = (code: TimestampProblemCode, message: string, certificate?: string) => void

/** @returns a list, and what adds to it */
export function collect(): { readonly problems: TimestampProblem[]; readonly report: Report } {
  const problems: TimestampProblem[] = []
  return {
    problems,
    report(code, message, certificate) {
      if (problems.some((one) => one.code === code && one.certificate === certificate)) return
      problems.push({ code, message, ...(certificate === undefined ? {} : { certificate }) })
    },
  }
}

const invalid: ReadonlySet<string> = new Set(timestampInvalidCodes)

/** @returns what the problems come to */
export function verdictOf(problems: readonly TimestampProblem[]): Verdict {
  if (problems.length === 0) return 'VALID'
  return problems.some(({ code }) => invalid.has(code)) ? 'INVALID' : 'INCOMPLETE'
}
