/** How figures are made, as it is typed: what counts as a failure, and what the tests promise. */
import { type Command, InvalidArgumentError } from 'commander'
import { sprtPlan } from '../../report/statistics/sprt-plan.js'
import type { FailureRule, ReportStatistics } from '../../report/types.js'
import { UsageError } from '../failure.js'
import { decimal, once, positiveRate } from '../values.js'

/** The options that `addStatisticsOptions` adds. */
export interface StatisticsFlags {
  readonly failure?: readonly FailureRule[] | undefined
  readonly p0?: number | undefined
  readonly p1?: number | undefined
  readonly alpha?: number | undefined
  readonly beta?: number | undefined
  readonly expectedPerHour?: number | undefined
}

function namesIn(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  if (names.some((name) => name === '')) throw new InvalidArgumentError('A name between the commas is empty.')
  return [...new Set(names)]
}

/**
 * @param text - `action:reject,escalate`, `check`, `check:NAME,…` or `error`
 * @param before - those that were given before
 * @returns all of them
 * @throws InvalidArgumentError
 */
export function failureRule(text: string, before: readonly FailureRule[] = []): readonly FailureRule[] {
  const colon = text.indexOf(':')
  const kind = colon < 0 ? text : text.slice(0, colon)
  const names = colon < 0 ? undefined : namesIn(text.slice(colon + 1))
  if (kind === 'action' && names !== undefined) return [...before, { kind, actions: names }]
  if (kind === 'check') return [...before, names === undefined ? { kind } : { kind, names }]
  if (kind === 'error' && names === undefined) return [...before, { kind }]
  throw new InvalidArgumentError('It must be action:NAME,…, check, check:NAME,… or error.')
}

function share(text: string): number {
  const value = Number(text)
  if (text === '' || !decimal.test(text) || !(value > 0 && value < 1))
    throw new InvalidArgumentError('It must be a number above 0 and below 1, such as 0.05.')
  return value
}

/**
 * @param command - the command
 * @returns the command, with the options that say how figures are made
 */
export function addStatisticsOptions(command: Command): Command {
  return command
    .option(
      '--failure <rule>',
      'a decision is a failure by: action:reject,escalate, check, check:NAME,… or error; may be repeated (default: check and error)',
      failureRule,
    )
    .option('--p0 <rate>', 'sequential test: the failure rate that is within the limit (default 0.05)', once(share))
    .option('--p1 <rate>', 'sequential test: the failure rate that must be noticed (default 0.15)', once(share))
    .option('--alpha <share>', 'sequential test: how often it may flag wrongly (default 0.05)', once(share))
    .option('--beta <share>', 'sequential test: how often it may miss (default 0.1)', once(share))
    .option(
      '--expected-per-hour <n>',
      'how many receipts an hour are usual: what is silence follows from it',
      once(positiveRate),
    )
}

/**
 * @param flags - what was typed
 * @returns the options of `buildReport`
 * @throws UsageError when the rates make no test
 */
export function statisticsOf({ failure, p0, p1, alpha, beta, expectedPerHour }: StatisticsFlags): ReportStatistics {
  const sprt = { p0, p1, alpha, beta }
  try {
    sprtPlan(sprt)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
  return { failure, sprt, expectedPerHour }
}
