import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import type { ExitCode, Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import {
  addRetentionOptions,
  checkChain,
  type RetentionOptions,
  refusable,
  required,
  tokenOption,
  withLedger,
} from '../retention-flags.js'
import { once } from '../values.js'

interface Options extends RetentionOptions {
  readonly id?: string | undefined
  readonly despiteHold?: string | undefined
}

const help = examples(
  [
    'quittance erase ./receipts --chain acme --id 0197… --reason subject_request --key file:./receipts.key.pem --keyring keyring.json',
    'removes the free text of one receipt; the chain stays VALID and says so',
  ],
  [
    'quittance erase ./receipts --chain acme --id 0197… --reason court_order --despite-hold judge_4711 --key file:./receipts.key.pem --keyring keyring.json',
    'the same where a hold covers it; the chain says why',
  ],
)

async function erase(target: string, options: Options, io: Io): Promise<ExitCode> {
  const chainId = required(options.chain, '--chain')
  const receiptId = required(options.id, '--id')
  const reason = required(options.reason, '--reason')
  const { despiteHold } = options
  return withLedger(target, options, io, {}, async ({ ledger }) => {
    await checkChain(ledger, chainId)
    return refusable(io, options.json === true, async () => {
      const receipt = await ledger.store.get(chainId, receiptId)
      if (receipt === undefined) throw new UsageError('the chain has no receipt with that id')
      const erased = await ledger.eraseDetails(chainId, receiptId, {
        reason,
        ...(despiteHold === undefined ? {} : { despiteHold }),
      })
      if (options.json) io.stdout.write(printableJson({ chainId, receiptId, seq: receipt.seq, erased }))
      else {
        const seq = `${printable(chainId)}  seq ${receipt.seq}`
        io.stdout.write(
          erased
            ? `${seq}: its free text is erased; its hash and its signature still hold\n`
            : `${seq}: there is no free text, and nothing was erased\n`,
        )
      }
    })
  })
}

/** `quittance erase DIR|URL` */
export const addErase: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('erase')
    .summary('remove the free text of one receipt, and say so in its chain')
    .description(
      'Removes the details of one receipt, after a signed retention receipt says which. Its other members, copies elsewhere and ' +
        'backups stay as they are.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
  addRetentionOptions(command)
    .option(
      '--id <uuid>',
      'the receipt, by its receiptId',
      once((text) => text),
    )
    .option('--despite-hold <token>', 'why a hold that covers it does not count', tokenOption)
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await erase(store, options, io)))
}
