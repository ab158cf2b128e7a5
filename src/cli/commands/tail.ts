import { InvalidArgumentError } from 'commander'
import type { ReceiptStore } from '../../store/store.js'
import type { Verdict } from '../../verify/types.js'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { printable } from '../printable.js'
import type { QueryFilter } from '../query/filter.js'
import { addFilterOptions } from '../query/flags.js'
import { verdictOf } from '../query/judge-stream.js'
import { openExistingStore, storeDirectory, storeName } from '../store-target.js'
import { type Candidate, ChainTail, type Following } from '../tail/chain-tail.js'
import { follow } from '../tail/follow.js'
import { tailPrinter } from '../tail/print.js'
import { chainsOfServer, serverChainOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustIfAny } from '../trust-flags.js'
import { once, wholeNumber } from '../values.js'
import { exitCodeOf, worstOf } from '../verdict.js'

interface Options extends TrustOptions, Omit<QueryFilter, 'seq' | 'receipt'> {
  readonly lines?: number | undefined
  readonly follow?: true | undefined
  readonly chain?: string | undefined
  readonly all?: true | undefined
  readonly interval?: number | undefined
  readonly json?: true | undefined
}

const DEFAULT_LINES = 10
const MOST_LINES = 10_000
const DEFAULT_INTERVAL_MS = 1_000

const help = examples(
  ['quittance tail ./receipts --chain acme', 'the last ten receipts of a chain'],
  [
    'quittance tail ./receipts --all -f --keyring keyring.json',
    'every receipt as it comes, verified; ends with Ctrl-C',
  ],
  ['quittance tail redis://localhost --chain acme -f -n 0 --action reject', 'only new rejections'],
  ['quittance tail ./receipts --chain acme -f --json | jq .receipt.action', 'for a program, a line of JSON each'],
)

const linesOption = once((text: string): number => {
  const count = wholeNumber(text)
  if (count > MOST_LINES)
    throw new InvalidArgumentError(`It may be at most ${MOST_LINES}; query and export print more.`)
  return count
})

const intervalOption = once((text: string): number => {
  const ms = wholeNumber(text)
  if (ms < 10 || ms > 3_600_000) throw new InvalidArgumentError('It must be 10 to 3600000 milliseconds.')
  return ms
})

function filterOf(options: Options): QueryFilter {
  const { trace, session, decision, subject, action, event, model, check, from, to } = options
  return { trace, session, decision, subject, action, event, model, check, from, to }
}

/** What was found, for the exit code. */
interface Found {
  readonly verdicts: Set<Verdict>
}

async function chainsOf(
  store: ReceiptStore,
  name: string,
  { chain, all, follow }: Options,
): Promise<readonly string[]> {
  const target = { kind: 'server', name, store } as const
  if (all) return chainsOfServer(target)
  const one = await serverChainOf(target, chain, '--all takes them all')
  if (one === undefined) throw new UsageError(`${name} holds no chain yet: name it with --chain, or give --all`)
  // one that is named may be begun while it is waited for
  if (!follow && (await store.bounds(one)) === undefined) throw new UsageError(`there is no chain ${one}`)
  return [one]
}

/** The last receipts of all chains together, in the order of their times. */
async function showEnd(
  tails: readonly ChainTail[],
  most: number,
  following: Following,
  judgeAll: boolean,
): Promise<void> {
  let newest: Candidate[] = []
  for (const tail of tails) {
    const some = await tail.end(most)
    if (some.length === 0) continue
    // stable: receipts of one chain stay in their order
    newest = [...newest, ...some].sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0))
    newest = newest.slice(Math.max(0, newest.length - most))
  }
  const judged = new Map<string, Awaited<ReturnType<ChainTail['judge']>>>()
  for (const tail of tails) {
    const wanted = newest.filter(({ chainId }) => chainId === tail.chainId)
    if (following.keyring !== undefined && (judgeAll || wanted.length > 0))
      judged.set(tail.chainId, await tail.judge(wanted))
  }
  for (const { chainId, line, claim } of newest) {
    const one = judged.get(chainId)?.get(line)
    const shown = following.show(chainId, { line, claim, ...(one && { judged: one }) })
    if (shown) await shown
  }
}

async function run(
  store: ReceiptStore,
  name: string,
  options: Options,
  signal: AbortSignal,
  io: Io,
): Promise<ExitCode> {
  const { lines = DEFAULT_LINES, all = false, json = false, interval = DEFAULT_INTERVAL_MS } = options
  const keyring = (await trustIfAny(options, io))?.keyring
  const { yellow } = colorsFor(io, io.stderr)
  const say = (text: string) => io.stderr.write(`${yellow(printable(text, 600))}\n`)
  const found: Found = { verdicts: new Set() }
  const print = tailPrinter(json, all, io)
  const following: Following = {
    store,
    filter: filterOf(options),
    keyring,
    signal,
    show(chainId, hit) {
      if (hit.judged !== undefined) found.verdicts.add(hit.judged.verdict)
      print(chainId, hit)
      return io.stdout.drained?.()
    },
    remark(chainId, text, lost) {
      if (lost && keyring !== undefined) found.verdicts.add('INVALID')
      say(`${chainId}: ${text}`)
    },
  }
  const tails: ChainTail[] = []
  try {
    const chains = await chainsOf(store, storeName(name), options)
    tails.push(...chains.map((chainId) => new ChainTail(following, chainId)))
    if (keyring === undefined && !json) io.stderr.write('nothing is verified: no keyring was given\n')
    await showEnd(tails, lines, following, options.follow === true)
    if (options.follow)
      await follow({ following, tails, all, directory: storeDirectory(name, io), intervalMs: interval, say })
  } catch (error) {
    if (!signal.aborted) throw error
  }
  const late = [...new Set(tails.flatMap((tail) => tail.finish()))]
  if (late.length > 0) say(`of revoked keys: ${late.join(', ')}`)
  return keyring === undefined ? 0 : exitCodeOf(worstOf([...found.verdicts, verdictOf(late)]))
}

async function tail(name: string, options: Options, io: Io): Promise<ExitCode> {
  const { chain, all, from, to } = options
  if (all && chain !== undefined) throw new UsageError('--chain is about one chain and does not go with --all')
  if (from !== undefined && to !== undefined && from >= to) throw new UsageError('--to must be after --from')
  if (options.interval !== undefined && !options.follow) throw new UsageError('--interval is for --follow')
  const store = await openExistingStore(name, io)
  try {
    if (!store.durable) throw new UsageError('memory: holds nothing that another process could read')
    const ends = [io.interrupted, io.stdout.gone].filter((signal) => signal !== undefined)
    return await run(store, name, options, AbortSignal.any(ends), io)
  } finally {
    await store.close()
  }
}

/** `quittance tail STORE` */
export const addTail: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('tail')
    .summary('print the newest receipts, and follow')
    .description(
      'Prints the newest receipts of a store, and with -f those that other processes append, as they come. With a keyring each is ' +
        'judged as by inspect, and the chain is read from its first receipt; without one nothing is verified. Takes no lock.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
    .option('-n, --lines <n>', `how many (default ${DEFAULT_LINES}, at most ${MOST_LINES})`, linesOption)
    .option('-f, --follow', 'go on until it is interrupted')
    .option('--chain <id>', 'the chain, where there are several', once(String))
    .option('--all', 'every chain, also those that appear later')
  addFilterOptions(command)
  addTrustOptions(command)
    .option('--interval <ms>', `with -f: how often to look, at least (default ${DEFAULT_INTERVAL_MS})`, intervalOption)
    .option('--json', 'print each as one line of JSON: {verdict, problems, receipt}')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await tail(store, options, io)))
}
