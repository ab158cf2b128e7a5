import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { eventLine, eventName, receiptsOfEvent } from '../inspect/events.js'
import { claimOf, type Found, findReceipt, type Selector } from '../inspect/find.js'
import { type Judgement, judge } from '../inspect/judge.js'
import { inspectText } from '../inspect/view.js'
import type { ExitCode, Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { letGo, linesOfTarget, refuseChoice, targetOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustIfAny } from '../trust-flags.js'
import { once, positiveNumber, wholeNumber } from '../values.js'
import { exitCodeOf } from '../verdict.js'

interface Options extends TrustOptions, Selector {
  readonly chain?: string | undefined
  readonly event?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance inspect receipts.jsonl', 'shows the newest receipt'],
  ['quittance inspect receipts.jsonl --seq 7 --keyring keyring.json', 'shows receipt 7 and why it holds or does not'],
  ['quittance inspect ./receipts --chain acme --id 0197…', 'finds a receipt of a file store by its id'],
  ['quittance inspect ./receipts --chain acme --event gap', 'lists the gaps that the chain admits'],
)

function inspectJson(found: Found, { verdict, steps, problems, notices }: Judgement): string {
  const receipt = claimOf(found.raw)
  return printableJson({
    verdict,
    line: found.line,
    steps,
    problems,
    notices,
    ...(receipt === undefined ? {} : { receipt }),
  })
}

/** Lists the receipts of one event, as they claim to be. */
async function listEvent(text: string, event: string, options: Options, io: Io): Promise<ExitCode> {
  const target = await targetOf(text, io)
  refuseChoice(target, options.chain)
  const found = await letGo(target, () => receiptsOfEvent(linesOfTarget(target, options.chain, io), event))
  if (options.json) io.stdout.write(printableJson({ event, receipts: found }))
  else if (found.length === 0) io.stdout.write(`no receipt of the event ${printable(event)}\n`)
  else io.stdout.write(found.map(eventLine).join(''))
  return 0
}

async function inspect(text: string, options: Options, io: Io): Promise<ExitCode> {
  const { seq, id, line, event } = options
  if (event !== undefined) {
    const others = { '--seq': seq, '--id': id, '--line': line, '--trust': options.trust, '--keyring': options.keyring }
    const [other] = Object.entries(others).find(([, value]) => value !== undefined) ?? []
    if (other !== undefined) throw new UsageError(`${other} does not go with --event, which lists and judges nothing`)
    return listEvent(text, event, options, io)
  }
  if ([seq, id, line].filter((one) => one !== undefined).length > 1) {
    throw new UsageError('--seq, --id and --line each name the receipt: give one of them')
  }
  const trust = await trustIfAny(options, io)
  const target = await targetOf(text, io)
  refuseChoice(target, options.chain)
  const lines = linesOfTarget(target, options.chain, io)
  const found = await letGo(target, () => findReceipt(lines, { seq, id, line }))
  if (found === undefined) {
    const which =
      seq !== undefined
        ? `with seq ${seq}`
        : id !== undefined
          ? 'with that id'
          : line !== undefined
            ? `on line ${line}`
            : 'at all'
    throw new UsageError(`there is no receipt ${which} in ${target.kind === 'stdin' ? 'the input' : target.name}`)
  }
  const judgement = judge(found, trust?.keyring)
  io.stdout.write(options.json ? inspectJson(found, judgement) : inspectText(found, judgement, trust?.origin, io))
  return exitCodeOf(judgement.verdict)
}

/** `quittance inspect FILE|DIR|URL|-` */
export const addInspect: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('inspect')
    .summary('look at one receipt')
    .description('Shows one receipt and why it holds or does not. Without --seq, --id or --line, the newest.')
    .argument('<target>', 'FILE, DIR, store URL, or - for stdin')
    .option('--seq <n>', 'the receipt with this seq', wholeNumber)
    .option('--id <uuid>', 'the receipt with this receiptId')
    .option('--line <n>', 'what stands on this line, counted from 1', positiveNumber)
    .option(
      '--event <name>',
      'list the receipts of this event, such as gap, prune or hold; nothing is judged',
      once(eventName),
    )
    .option('--chain <id>', 'the chain, where there are several')
  addTrustOptions(command)
    .option('--json', 'print {verdict, line, steps, problems, notices, receipt} as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string, options: Options) => exit(await inspect(target, options, io)))
}
