/** Checks that a failure rule waits for in vain. */
import type { Report } from './types.js'

/**
 * Checks that the failure rule names and of which no decision of the period has a result that counts: misspelt, gone, in
 * shadow mode only, or failing to run each time. A failure rate of 0 by them says nothing.
 *
 * @param report - the rule, the period and the rates of its checks
 * @returns their names, each once, in the order of the rule
 */
export function idleChecks({
  parameters,
  figures,
  period,
}: Pick<Report, 'parameters' | 'figures' | 'period'>): readonly string[] {
  const { checks, other } = figures.checks
  // an empty period is told of as such, and beyond the limit of names nobody knows which there were
  if (period.empty || figures.failure.estimate.n === 0 || other > 0) return []
  const counted = new Set(checks.filter(({ fireRate }) => fireRate.n > 0).map(({ name }) => name))
  const named = parameters.failure.flatMap((rule) => (rule.kind === 'check' ? (rule.names ?? []) : []))
  return [...new Set(named)].filter((name) => !counted.has(name))
}
