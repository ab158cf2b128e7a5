import { InvalidArgumentError } from 'commander'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import type { Coverage } from '../../report/coverage/types.js'
import {
  type CoverageCode,
  type CoverageOptions,
  type CoveredChain,
  coverageCodes,
  coverageFrom,
  coverChain,
} from '../../report/coverage.js'
import type { Locale, Period } from '../../report/types.js'
import { verifyLines } from '../../verify/chain.js'
import { type AddCommand, examples } from '../context.js'
import { chainsMeant, counting } from '../coverage/chains.js'
import { duration } from '../coverage/duration.js'
import { coverageText } from '../coverage/view.js'
import { UsageError } from '../failure.js'
import type { ExitCode, Io } from '../io.js'
import { printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { periodOf } from '../report/period.js'
import { letGo, targetOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustFor } from '../trust-flags.js'
import { instant, once, positiveRate, wholeNumber } from '../values.js'
import { exitCodeOf } from '../verdict.js'

interface Options extends TrustOptions {
  readonly chain?: string | undefined
  readonly all?: true | undefined
  readonly period?: Period | undefined
  readonly expectedPerHour?: number | undefined
  readonly heartbeat?: number | undefined
  readonly outcomeWithin?: number | undefined
  readonly acceptPruned?: number | undefined
  readonly now?: string | undefined
  readonly failOn?: ReadonlySet<CoverageCode> | undefined
  readonly lang?: Locale | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance coverage ./receipts --chain acme --keyring keyring.json',
    'says what the receipts leave out, and what to call',
  ],
  [
    'quittance coverage ./receipts --all --keyring keyring.json --period 2026-Q1 --lang de',
    'of every chain, in one quarter, in German',
  ],
  [
    'quittance coverage receipts.jsonl --keyring keyring.json --fail-on PARENT_NOT_SEALED,TOOL_RESULT_MISSING',
    'for a build: exit code 1 where one of the two was found',
  ],
  [
    'quittance coverage ./receipts --chain acme --keyring keyring.json --heartbeat 15m --outcome-within 10m',
    'lists each silence of more than 22 minutes, and each tool call that has waited longer than 10',
  ],
)

const known: ReadonlySet<string> = new Set(coverageCodes)

const codesOf = once((text: string): ReadonlySet<CoverageCode> => {
  if (text === 'any') return new Set(coverageCodes)
  const codes = text.split(',').map((code) => code.trim())
  if (codes.some((code) => !known.has(code)))
    throw new InvalidArgumentError(`It must be any, or codes such as ${coverageCodes[0]},${coverageCodes[1]}.`)
  return new Set(codes as CoverageCode[])
})

const locale = once((text: string): Locale => {
  if (text !== 'en' && text !== 'de') throw new InvalidArgumentError('It must be en or de.')
  return text
})

/** What was asked not to be there is 1, as what contradicts is; what may be there is 3, as what is not all there. */
function answerOf({ verdict, findings, clear }: Coverage, failOn: ReadonlySet<CoverageCode> | undefined): ExitCode {
  const code = exitCodeOf(verdict)
  if (failOn === undefined || code === 1) return code
  if (findings.some((one) => failOn.has(one.code))) return 1
  return clear.some((one) => failOn.has(one.code) && one.undecided !== undefined) ? 3 : code
}

async function coverage(text: string, options: Options, io: Io): Promise<ExitCode> {
  const {
    chain,
    all,
    period,
    expectedPerHour,
    heartbeat,
    outcomeWithin,
    acceptPruned,
    failOn,
    lang,
    json,
    now = new Date().toISOString(),
  } = options
  if (all && chain !== undefined) throw new UsageError('--chain does not go with --all')
  const trust = await trustFor(options, io)
  const what: CoverageOptions = {
    period,
    expectedPerHour,
    heartbeatMs: heartbeat,
    outcomeWithinMs: outcomeWithin,
    locale: lang ?? 'en',
    now,
  }
  const target = await targetOf(text, io)
  const progress = progressOn(io)
  const covered = await letGo(target, async () => {
    const done: CoveredChain[] = []
    const read = { receipts: 0 }
    for (const { name, chainId, lines } of await chainsMeant(
      target,
      { chain, all, ways: '--all takes them all' },
      io,
    )) {
      const cover = coverChain(what)
      const asked = {
        keyring: trust.keyring,
        chainId,
        now,
        acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
      }
      const result = await verifyLines(counting(lines(), progress, read), asked, await fastestBackend(), cover.counted)
      done.push(cover.done(result, chainId ?? result.scope.chainId ?? name))
    }
    return done
  }).finally(progress.clear)
  const found = coverageFrom(covered, what, now)
  const keys = trust.keyring.entries().length
  io.stdout.write(json ? printableJson(found) : coverageText(found, keys, trust.origin, io))
  return answerOf(found, failOn)
}

/** `quittance coverage FILE|DIR|URL|-` */
export const addCoverage: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('coverage')
    .summary('say what receipts leave out')
    .description(
      'Verifies chains, then lists what their receipts leave out, how often and where, and what to call in the SDK. ' +
        'What was never recorded can not be seen.',
    )
    .argument('<target>', 'FILE, DIR, store URL, or - for stdin')
    .option('--chain <id>', 'the chain, where there are several', once(String))
    .option('--all', 'every chain of a directory or store')
  addTrustOptions(command)
    .option(
      '--period <period>',
      'receipts sealed in FROM/UNTIL (UTC), 2026, 2026-Q1 or 2026-03; default: all',
      once(periodOf),
    )
    .option(
      '--expected-per-hour <n>',
      'how many receipts an hour are usual: what is silence follows from it',
      once(positiveRate),
    )
    .option(
      '--heartbeat <time>',
      'how often a heartbeat is due, such as 15m: lists each silence half as long again',
      once(duration),
    )
    .option('--outcome-within <time>', 'how long a tool call may wait for its result, such as 10m', once(duration))
    .option('--accept-pruned <min-days>', 'as for verify', once(wholeNumber))
    .option('--now <time>', 'judge as of this UTC time', once(instant))
    .option('--fail-on <codes>', 'codes between commas, or any: exit code 1 where one of them was found', codesOf)
    .option('--lang <language>', 'en (the default) or de', locale)
    .option('--json', 'print quittance-coverage/1 as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string, options: Options) => exit(await coverage(target, options, io)))
}
