import type { StandingHold } from '../../ledger/types.js'
import { type AddCommand, examples } from '../context.js'
import { addHoldOptions, coverText, disregardedText, type HoldFlags, tellRecorded, termsOf } from '../hold-flags.js'
import type { ExitCode, Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { checkChain, type Opened, refusable, required, withLedger } from '../retention-flags.js'

interface Options extends HoldFlags {
  readonly list?: true | undefined
}

const help = examples(
  [
    'quittance hold ./receipts --chain acme --hold-id case-7 --reason litigation --decision claim-4711 --key file:./receipts.key.pem --keyring keyring.json',
    'keeps the receipts of one case',
  ],
  [
    'quittance hold ./receipts --chain acme --list --keyring keyring.json',
    'lists the holds that stand, and writes nothing',
  ],
)

const listed = (standing: StandingHold): string => {
  const { holdId, reason, placed, ...terms } = standing
  const since = `since ${placed.timestamp}, seq ${placed.seq}${disregardedText(standing)}`
  return `${printable(holdId)}  ${coverText(terms)}  ${printable(reason)}  ${since}\n`
}

async function list({ ledger }: Opened, chainId: string, json: boolean, io: Io): Promise<void> {
  const holds = await ledger.holds(chainId)
  if (json) io.stdout.write(printableJson({ chainId, holds }))
  else io.stdout.write(holds.length === 0 ? 'no hold stands\n' : holds.map(listed).join(''))
}

async function hold(target: string, options: Options, io: Io): Promise<ExitCode> {
  const chainId = required(options.chain, '--chain')
  const terms = options.list ? undefined : termsOf(options)
  const json = options.json === true
  return withLedger(target, options, io, { writes: terms !== undefined }, async (opened) => {
    const { ledger } = opened
    await checkChain(ledger, chainId)
    return refusable(io, json, async () => {
      if (terms === undefined) return list(opened, chainId, json, io)
      const receipt = await ledger.hold(chainId, terms)
      const first = (await ledger.store.bounds(chainId))?.first ?? 0
      // what went before the hold came is not brought back by it
      const gone = first > 0 ? ` (what was before seq ${first} is removed already)` : ''
      const text = `${coverText(terms)} is held${gone}`
      tellRecorded(io, json, text, receipt, await ledger.holds(chainId))
    })
  })
}

/** `quittance hold DIR|URL` */
export const addHold: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('hold')
    .summary('keep receipts from being removed')
    .description(
      'Writes a signed hold into a chain: prune and erasure leave what it covers, a range, a case, or the whole chain. ' +
        '"release" ends it.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
  addHoldOptions(command)
    .option('--list', 'list the holds that stand; write nothing, and need no key')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await hold(store, options, io)))
}
