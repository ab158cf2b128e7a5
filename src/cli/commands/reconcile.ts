import { readFile, stat } from 'node:fs/promises'
import { QuittanceError } from '../../errors.js'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import { type ReconciledRow, type Reconciliation, reconcile } from '../../transparency/reconcile.js'
import { parseCounts } from '../../transparency/reconcile-counts.js'
import { verifyLines } from '../../verify/chain.js'
import { unreadable } from '../../verify/node/chunks.js'
import type { Verdict } from '../../verify/types.js'
import { type AddCommand, examples } from '../context.js'
import { chainsMeant, counting } from '../coverage/chains.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io, pathFrom } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { letGo, targetOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustFor } from '../trust-flags.js'
import { instant, once, oneOf, wholeNumber } from '../values.js'
import { paintVerdict, worstOf } from '../verdict.js'

interface Options extends TrustOptions {
  readonly counts: string
  readonly chain?: string | undefined
  readonly all?: true | undefined
  readonly by?: 'day' | 'hour' | undefined
  readonly timezone?: string | undefined
  readonly time?: 'timestamp' | 'startedAt' | 'endedAt' | undefined
  readonly gapsAreZero?: true | undefined
  readonly acceptPruned?: number | undefined
  readonly now?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance reconcile ./receipts --chain acme --keyring keyring.json --counts billing.csv --by day --timezone Europe/Berlin',
    'a bill with a row a day, such as "2026-03-01,1204" under the head "from,count"',
  ],
  [
    'quittance reconcile ./receipts --all --keyring keyring.json --counts gateway.csv --time startedAt',
    'all chains together against rows of "from,to,count,eventType"; a receipt counts when the use began',
  ],
)

const MOST_BYTES = 64 * 1_024 * 1_024

async function countsIn(file: string, { by, timezone }: Options, io: Io) {
  const path = pathFrom(io, file)
  try {
    if ((await stat(path)).size > MOST_BYTES) throw new UsageError(`${printable(file)} is larger than 64 MiB`)
    return parseCounts(await readFile(path, 'utf8'), { by, timeZone: timezone })
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message.replace('timeZone', '--timezone'))
    if (QuittanceError.is(error)) throw new QuittanceError(error.code, error.message.replace('`by`', '--by'))
    if (error instanceof UsageError) throw error
    throw unreadable(error, file)
  }
}

/** What was found, over all chains that were read. */
interface Answer {
  readonly verdict: Verdict
  readonly chains: readonly string[]
  readonly checked: number
  readonly counted: number
  readonly found: Reconciliation
}

/** What can't be compared is never equal, and what is missing is only missing where all that is there was counted. */
function codeOf({ verdict, checked, counted, found }: Answer): ExitCode {
  if (verdict === 'INVALID') return 1
  if (checked === 0 || counted < checked) return 3
  if (found.answer === 'FEWER') return 1
  return found.answer === 'EQUAL' && verdict === 'VALID' ? 0 : 3
}

const words: Readonly<Record<ReconciledRow['difference'], (row: ReconciledRow) => string>> = {
  none: () => '',
  fewer: ({ outside = 0, receipts }) => `${outside - receipts} fewer than ${outside}`,
  more: ({ outside = 0, receipts }) => `${receipts - outside} more than ${outside}`,
  'no-row': () => 'the counts have no row for this time',
  'not-held': ({ outside = 0 }) => `of ${outside}; older than the first receipt held, perhaps pruned`,
}

const sayings: Readonly<Record<Reconciliation['answer'], string>> = {
  EQUAL: 'the counts are equal',
  FEWER: 'there are fewer receipts than were counted elsewhere: something was not logged, or at another time',
  SOURCE_INCOMPLETE:
    'there are nowhere fewer receipts, but not all could be compared, or more were logged than counted',
}

const receiptsOf = (count: number): string => `${count} receipt${count === 1 ? '' : 's'}`

function textOf({ verdict, chains, checked, counted, found }: Answer, origin: string, io: Io): string {
  const { red, yellow, green } = colorsFor(io, io.stdout)
  const paint = { EQUAL: green, FEWER: red, SOURCE_INCOMPLETE: yellow }[found.answer]
  const named = chains.length === 1 ? `chain ${printable(chains[0] as string)}` : `${chains.length} chains`
  const lines = [
    `${paintVerdict(verdict, io)}  ${named}, ${receiptsOf(checked)} checked`,
    ...(counted === checked
      ? []
      : [`  ${checked - counted} left out, because the verifier found something against them`]),
    `  trust  ${printable(origin)}`,
    `${paint(found.answer)}  ${sayings[found.answer]}`,
    `  rows   ${found.rows}: ${found.outside} counted elsewhere, ${receiptsOf(found.receipts)}`,
    ...found.differences.map(
      (row) =>
        `  ${row.from} to ${row.to}  ${row.eventType === undefined ? '' : `${row.eventType}  `}${receiptsOf(row.receipts)}, ${words[row.difference](row)}`,
    ),
    ...(found.withoutTime === 0 ? [] : [`  ${receiptsOf(found.withoutTime)} without the time that was asked for`]),
    '',
    'This compares two records. What neither of them has was never seen, and no log can show it.',
  ]
  return `${lines.join('\n')}\n`
}

async function reconciled(text: string, options: Options, io: Io): Promise<ExitCode> {
  const { chain, all, time, gapsAreZero, acceptPruned, now = new Date().toISOString(), json } = options
  if (all && chain !== undefined) throw new UsageError('--chain does not go with --all')
  const trust = await trustFor(options, io)
  const counts = await countsIn(options.counts, options, io)
  if (counts.length === 0) throw new UsageError('the counts have no row')
  let reconciler: ReturnType<typeof reconcile>
  try {
    reconciler = reconcile(counts, { time, gapsAreZero })
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
  const target = await targetOf(text, io)
  const progress = progressOn(io)
  const verdicts: Verdict[] = []
  const names: string[] = []
  let [checked, counted] = [0, 0]
  await letGo(target, async () => {
    const read = { receipts: 0 }
    for (const { name, chainId, lines } of await chainsMeant(
      target,
      { chain, all, ways: '--all takes them all' },
      io,
    )) {
      const asked = {
        keyring: trust.keyring,
        chainId,
        now,
        acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
      }
      const result = await verifyLines(counting(lines(), progress, read), asked, await fastestBackend(), (receipt) => {
        counted += 1
        reconciler.update(receipt)
      })
      verdicts.push(result.verdict)
      names.push(chainId ?? result.scope.chainId ?? name)
      checked += result.checked
    }
  }).finally(progress.clear)
  const answer: Answer = { verdict: worstOf(verdicts), chains: names, checked, counted, found: reconciler.result() }
  io.stdout.write(
    json
      ? printableJson({ verdict: answer.verdict, chains: names, checked, counted, ...answer.found })
      : textOf(answer, trust.origin, io),
  )
  return codeOf(answer)
}

/** `quittance reconcile FILE|DIR|URL|-` */
export const addReconcile: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('reconcile')
    .summary('compare counts of receipts with an outside source')
    .description(
      'Verifies chains, counts their receipts, and compares with what somebody else counted: a bill, a gateway, a database. ' +
        'Exit code: 0 equal, 1 fewer receipts (or INVALID), 3 not all could be compared.',
    )
    .argument('<target>', 'FILE, DIR, store URL, or - for stdin')
    .requiredOption('--counts <file>', 'CSV with the columns from,to,count and perhaps eventType', once(String))
    .option('--chain <id>', 'the chain, where there are several', once(String))
    .option('--all', 'every chain of a directory or store, together')
  addTrustOptions(command)
    .option('--by <length>', 'day or hour: how long a row without "to" lasts', oneOf(['day', 'hour']))
    .option('--timezone <name>', 'where times without an offset are, such as Europe/Berlin; default UTC', once(String))
    .option(
      '--time <member>',
      'which time of a receipt counts: timestamp (sealed; the default), startedAt or endedAt',
      oneOf(['timestamp', 'startedAt', 'endedAt']),
    )
    .option('--gaps-are-zero', 'time between rows counts as a row of 0; otherwise it is not known')
    .option('--accept-pruned <min-days>', 'as for verify', once(wholeNumber))
    .option('--now <time>', 'judge as of this UTC time', once(instant))
    .option('--json', 'print the comparison as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string, options: Options) => exit(await reconciled(target, options, io)))
}
