/** What `report` and `stats` share: which receipts, which time, whom to trust, and how figures are made. */
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { chainIdPattern } from '../../primitives/chain-id.js'
import type { BuildReportOptions } from '../../report/options.js'
import type { Period, ReportSystem } from '../../report/types.js'
import { UsageError } from '../failure.js'
import { type Io, pathFrom } from '../io.js'
import type { Progress } from '../progress.js'
import { addTrustOptions, type Trust, type TrustOptions } from '../trust-flags.js'
import { instant, once, wholeNumber } from '../values.js'
import { periodOf } from './period.js'
import type { ChainChoice } from './source.js'
import { addStatisticsOptions, type StatisticsFlags, statisticsOf } from './statistics-flags.js'

/** The options that `addReportOptions` adds. */
export interface CommonFlags extends TrustOptions, ChainChoice, StatisticsFlags {
  readonly store?: string | undefined
  readonly period?: Period | undefined
  readonly system?: string | undefined
  readonly acceptPruned?: number | undefined
  readonly now?: string | undefined
  readonly json?: true | undefined
}

function chains(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!chainIdPattern.test(text)) throw new InvalidArgumentError('It is not the name of a chain.')
  if (before?.includes(text)) throw new InvalidArgumentError('The chain was named before.')
  return [...(before ?? []), text]
}

/**
 * @param command - the command
 * @returns the command, with the options that say what a report is about
 */
export function addReportOptions(command: Command): Command {
  const about = command
    .option('--store <target>', 'the receipts, where they are not the argument: FILE, DIR or store URL', once(String))
    .option('--chain <id>', 'a chain of a store; may be repeated', chains)
    .option('--all', 'every chain of a store')
    .option(
      '--period <period>',
      'FROM/UNTIL in UTC, the end not in it; or 2026, 2026-Q1, 2026-03, 2026-03-31',
      once(periodOf),
    )
  return addStatisticsOptions(addTrustOptions(about))
    .option(
      '--accept-pruned <min-days>',
      'accept a pruned beginning if all that went was this many days old',
      once(wholeNumber),
    )
    .option('--now <time>', 'judge as of this UTC time, such as 2026-01-31T12:00:00Z', once(instant))
}

async function systemIn(file: string, io: Io): Promise<ReportSystem> {
  let text: string
  try {
    text = await readFile(pathFrom(io, file), 'utf8')
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  try {
    // its members are checked by whom it is given to
    return JSON.parse(text) as ReportSystem
  } catch {
    throw new UsageError(`${file} is not JSON`, [
      'It must be {"name": "…", "provider"?, "deployer"?, "intendedPurpose"?, "annexIII"?: "5(b)", "highRisk"?}.',
    ])
  }
}

/**
 * @param flags - what was typed
 * @param trust - whom to trust
 * @param io - the process
 * @returns the options of `buildReport`, without the chains
 * @throws UsageError
 */
export async function buildOptions(
  flags: CommonFlags,
  trust: Trust,
  io: Io,
): Promise<Omit<BuildReportOptions, 'chains' | 'chainId'>> {
  const { period, system, acceptPruned, now } = flags
  if (period === undefined) throw new UsageError('--period is needed, such as --period 2026-Q1')
  return {
    period,
    keyring: trust.keyring,
    system: system === undefined ? undefined : await systemIn(system, io),
    statistics: statisticsOf(flags),
    acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
    now,
  }
}

/** What a caller gave wrong is wrong usage here: it was typed. */
export async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if ((error instanceof TypeError || error instanceof RangeError) && error.message.startsWith('options.'))
      throw new UsageError(error.message.replace(/^options\./, ''))
    throw error
  }
}

/**
 * @param progress - the line on the terminal
 * @returns what tells it how far a report is
 */
export function tellProgress(progress: Progress): NonNullable<BuildReportOptions['onProgress']> {
  return ({ receipts, totalReceipts }) => progress.update({ receipts, totalReceipts })
}
