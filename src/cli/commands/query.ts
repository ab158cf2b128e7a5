import { InvalidArgumentError } from 'commander'
import type { Verdict } from '../../verify/types.js'
import { type AddCommand, examples } from '../context.js'
import { chainsMeant, counting } from '../coverage/chains.js'
import { UsageError } from '../failure.js'
import type { ExitCode, Io } from '../io.js'
import { printable } from '../printable.js'
import { progressOn } from '../progress.js'
import type { QueryFilter } from '../query/filter.js'
import { addFilterOptions } from '../query/flags.js'
import { verdictOf } from '../query/judge-stream.js'
import { type Format, formats, type Hit, printerFor } from '../query/print.js'
import { askStore, type Passed, scan } from '../query/run.js'
import { chainsOfServer, letGo, refuseChoice, type Target, targetOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustIfAny } from '../trust-flags.js'
import { once, positiveNumber, wholeNumber } from '../values.js'
import { exitCodeOf, worstOf } from '../verdict.js'

interface Options extends TrustOptions, QueryFilter {
  readonly chain?: string | undefined
  readonly limit?: number | undefined
  readonly format?: Format | undefined
  readonly json?: true | undefined
}

const DEFAULT_LIMIT = 1_000

const help = examples(
  ['quittance query ./receipts --chain acme --trace 4bf92f35… --format table', 'the receipts of one trace, as a table'],
  [
    'quittance query redis://localhost --chain acme --check toxicity:fired --from 2026-03-01',
    'by the index of the store, where it has one',
  ],
  [
    'quittance query ./receipts --chain acme --seq 100-199 | quittance verify - --from-seq 100 --keyring keyring.json',
    'lines come as they are stored: a range can be verified',
  ],
  [
    'quittance query receipts.jsonl --action reject --format csv > rejected.csv',
    'no cell is a formula to a spreadsheet',
  ],
)

const receiptOption = once((value: string): string => {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value)) throw new InvalidArgumentError('It must be a UUID.')
  return value
})

const seqOption = once((value: string): NonNullable<QueryFilter['seq']> => {
  const [from = '', to = from, ...more] = value.split('-')
  const range = { from: wholeNumber(from), to: wholeNumber(to) }
  if (more.length > 0 || range.from > range.to) throw new InvalidArgumentError('It must be N or N-M, such as 100-199.')
  return range
})

const formatOption = once((value: string): Format => {
  const format = formats.find((one) => one === value)
  if (format === undefined) throw new InvalidArgumentError(`It must be ${formats.join(', ')}.`)
  return format
})

/** What was printed, for the remark at the end and the exit code. */
interface Printed {
  count: number
  more: boolean
  verdicts: Set<Verdict>
  firstSeq: number | undefined
  lastSeq: number | undefined
  contiguous: boolean
}

function note(printed: Printed, { claim, judged }: Hit): void {
  printed.count += 1
  if (judged !== undefined) printed.verdicts.add(judged.verdict)
  const seq = typeof claim.seq === 'number' ? claim.seq : undefined
  if (printed.firstSeq === undefined) printed.firstSeq = seq
  else if (seq === undefined || seq !== (printed.lastSeq ?? Number.NaN) + 1) printed.contiguous = false
  printed.lastSeq = seq
}

function remarks(
  printed: Printed,
  passed: Passed,
  verified: boolean,
  format: Format,
  limit: number,
  absent: string | undefined,
): readonly string[] {
  const { count, more, firstSeq, lastSeq, contiguous } = printed
  const lines: string[] = []
  if (absent !== undefined) lines.push(`there is no chain ${absent}`)
  else if (count === 0) lines.push('no receipt matches')
  if (more) lines.push(`stopped after ${limit}, and there are more: --limit N`)
  if (passed.unreadable > 0) lines.push(`lines that could not be read, and were passed over: ${passed.unreadable}`)
  if (passed.late.length > 0) lines.push(`of revoked keys: ${passed.late.join(', ')}`)
  if (verified) lines.push('each receipt was judged by itself; whether the chain holds is for quittance verify')
  else lines.push('nothing was verified: no keyring was given')
  if (format === 'jsonl' && contiguous && count > 0 && firstSeq !== undefined && lastSeq !== undefined)
    lines.push(
      `seq ${firstSeq} to ${lastSeq} without a gap: quittance verify - --from-seq ${firstSeq} --to-seq ${lastSeq}`,
    )
  return lines
}

/** @returns the chain that was named, where the store has none of that name */
async function absentChain(target: Target, chain: string | undefined): Promise<string | undefined> {
  if (chain === undefined || target.kind === 'stdin' || target.kind === 'file') return undefined
  const there = target.kind === 'server' ? await chainsOfServer(target) : target.chains.map(({ chainId }) => chainId)
  return there.includes(chain) ? undefined : chain
}

/** The receipts that match, by the shortest way there is. */
async function hitsOf(target: Target, options: Options, passed: Passed, io: Io): Promise<AsyncIterable<Hit>> {
  const trust = await trustIfAny(options, io)
  const progress = progressOn(io)
  const [chain] = await chainsMeant(target, { chain: options.chain }, io)
  // what a receipt says of keys may stand on any line before it: to judge, the chain is read
  if (target.kind === 'server' && trust === undefined && chain?.chainId !== undefined)
    return askStore(target.store, chain.chainId, options)
  async function* hits(): AsyncGenerator<Hit> {
    if (chain === undefined) return
    try {
      for await (const hit of scan(
        counting(chain.lines(), progress, { receipts: 0 }),
        options,
        trust?.keyring,
        passed,
      )) {
        // a row begins a line of its own, where both go to one terminal
        progress.clear()
        yield hit
      }
    } finally {
      progress.clear()
    }
  }
  return hits()
}

async function query(name: string, options: Options, io: Io): Promise<ExitCode> {
  const { limit = DEFAULT_LIMIT, json } = options
  if (json && options.format !== undefined) throw new UsageError('--json does not go with --format')
  if (options.from !== undefined && options.to !== undefined && options.from >= options.to)
    throw new UsageError('--to must be after --from')
  const format: Format = json ? 'json' : (options.format ?? (io.stdout.isTTY === true ? 'table' : 'jsonl'))
  const verified = (await trustIfAny(options, io)) !== undefined
  const target = await targetOf(name, io)
  refuseChoice(target, options.chain)
  const printed: Printed = {
    count: 0,
    more: false,
    verdicts: new Set(),
    firstSeq: undefined,
    lastSeq: undefined,
    contiguous: true,
  }
  const passed: Passed = { unreadable: 0, late: [] }
  let absent: string | undefined
  await letGo(target, async () => {
    const hits = await hitsOf(target, options, passed, io)
    const printer = printerFor(format, verified, io)
    let begun = false
    // not before the first receipt is there: what can't be read leaves stdout empty
    const begin = () => {
      if (!begun) printer.begin()
      begun = true
    }
    for await (const hit of hits) {
      if (printed.count === limit) {
        printed.more = true
        break
      }
      begin()
      printer.hit(hit)
      note(printed, hit)
      await io.stdout.drained?.()
      await io.stderr.drained?.()
    }
    begin()
    printer.end({ more: printed.more, ...passed })
    if (printed.count === 0 && !json) absent = await absentChain(target, options.chain)
  })
  if (!json) {
    for (const line of remarks(printed, passed, verified, format, limit, absent))
      io.stderr.write(`${printable(line)}\n`)
  }
  if (!verified) return 0
  const verdicts = [...printed.verdicts, verdictOf(passed.late)]
  return exitCodeOf(worstOf(verdicts))
}

/** `quittance query FILE|DIR|URL|-` */
export const addQuery: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('query')
    .summary('print the receipts of a chain that match')
    .description(
      'Prints the receipts of one chain of which all that is asked for holds. With a keyring each is judged as by inspect, ' +
        'and the chain is read from its first line; without one nothing is verified.',
    )
    .argument('<target>', 'FILE, DIR, store URL, or - for stdin')
    .option('--chain <id>', 'the chain, where there are several', once(String))
  addFilterOptions(command)
    .option('--seq <n|n-m>', 'this seq, or from n to m', seqOption)
    .option('--receipt <id>', 'receiptId', receiptOption)
    .option('--limit <n>', `how many at most (default ${DEFAULT_LIMIT})`, once(positiveNumber))
  addTrustOptions(command)
    .option(
      '--format <format>',
      'jsonl (the default on a pipe), table (the default on a terminal) or csv',
      formatOption,
    )
    .option('--json', 'print {receipts, count, verified, more} as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string, options: Options) => exit(await query(target, options, io)))
}
