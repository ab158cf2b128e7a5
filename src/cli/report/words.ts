/** Figures in words: never a rate without its sample size and its interval. */
import { idleChecks } from '../../report/idle-checks.js'
import type { RateEstimate } from '../../report/statistics/intervals.js'
import type { AbsentReason } from '../../report/statistics/options.js'
import type { PrintedFailureRule, Report } from '../../report/types.js'
import { printable } from '../printable.js'

const absences: Readonly<Record<AbsentReason, string>> = {
  NO_OBSERVATIONS: 'none seen',
  TOO_FEW_OBSERVATIONS: 'too few seen',
  GROUP_TOO_SMALL: 'group too small',
  NO_REFERENCE: 'no reference',
  REFERENCE_RATE_ZERO: 'the reference has none',
  EMPTY_BIN: 'an empty bin',
}

/**
 * @param absent - why a figure is not there
 * @returns it in words
 */
export function absenceText(absent: AbsentReason | undefined): string {
  return absences[absent ?? 'NO_OBSERVATIONS']
}

/**
 * @param share - 0..1
 * @returns a percentage; what is not nothing is never shown as 0
 */
export function percent(share: number): string {
  const value = share * 100
  if (value === 0 || value === 100) return `${value} %`
  if (value < 0.01) return '< 0.01 %'
  if (value > 99.99) return '> 99.99 %'
  return `${value < 1 || value > 99 ? value.toFixed(2) : value.toFixed(1)} %`
}

/**
 * @param level - of confidence, 0..1
 * @returns it as a percentage, with as many digits as matter
 */
export function levelText(level: number): string {
  return `${Math.round(level * 1e6) / 1e4} %`
}

/**
 * @param interval - of a rate
 * @returns both its ends
 */
export function intervalText({ lower, upper }: { readonly lower: number; readonly upper: number }): string {
  return `${percent(lower)} to ${percent(upper)}`
}

/**
 * @param estimate - of a rate
 * @returns count, sample size, rate and interval, or why there is none
 */
export function estimateText({ count, n, rate, interval, level, absent }: RateEstimate): string {
  if (rate === undefined || interval === undefined) return `${count} of ${n}, ${absenceText(absent)}`
  return `${count} of ${n}, ${percent(rate)}, ${levelText(level)} interval ${intervalText(interval)}`
}

/**
 * @param rules - as a report prints them
 * @returns what counts as a failure
 */
export function failureText(rules: readonly PrintedFailureRule[]): string {
  const listed = (names: readonly string[]) => names.map((name) => printable(name, 60)).join(' or ')
  const one = (rule: PrintedFailureRule): string => {
    switch (rule.kind) {
      case 'action':
        return `action ${listed(rule.actions)}`
      case 'check':
        return rule.names === undefined ? 'a check fired' : `check ${listed(rule.names)} fired`
      case 'error':
        return 'an error'
      case 'custom':
        return `${printable(rule.name, 60)}, a rule of whoever made the report`
    }
  }
  return rules.map(one).join(', or ')
}

/**
 * @param report - its failure rule, and which checks ran
 * @returns a line where the rule names checks that can't have made anything a failure, else none
 */
export function idleText(report: Pick<Report, 'parameters' | 'figures' | 'period'>): readonly string[] {
  const idle = idleChecks(report)
  if (idle.length === 0) return []
  const names = idle.map((name) => printable(name, 60)).join(', ')
  return [
    `no decision has a result that counts of ${names}: nothing could fail by ${idle.length === 1 ? 'it' : 'them'}`,
  ]
}

/**
 * @param ms - a duration in milliseconds
 * @returns it in the unit that fits
 */
export function duration(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const
  for (const [size, unit] of units) if (ms >= size) return `${Number((ms / size).toPrecision(3))} ${unit}`
  return `${Number(ms.toPrecision(3))} ms`
}
