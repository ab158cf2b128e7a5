import { type AddCommand, examples } from '../context.js'
import { addHoldOptions, type HoldFlags, tellRecorded, termsOf } from '../hold-flags.js'
import type { ExitCode, Io } from '../io.js'
import { printable } from '../printable.js'
import { checkChain, refusable, required, withLedger } from '../retention-flags.js'

const help = examples([
  'quittance release ./receipts --chain acme --hold-id case-7 --reason settled --key file:./receipts.key.pem --keyring keyring.json',
  'ends every hold of that id, and no other',
])

async function release(target: string, options: HoldFlags, io: Io): Promise<ExitCode> {
  const chainId = required(options.chain, '--chain')
  const terms = termsOf(options)
  const json = options.json === true
  return withLedger(target, options, io, {}, async ({ ledger }) => {
    await checkChain(ledger, chainId)
    return refusable(io, json, async () => {
      const receipt = await ledger.release(chainId, terms)
      tellRecorded(io, json, `hold ${printable(terms.holdId)} is released`, receipt, await ledger.holds(chainId))
    })
  })
}

/** `quittance release DIR|URL` */
export const addRelease: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('release')
    .summary('end a hold')
    .description(
      'Writes a signed release into a chain. It ends the holds of its id; with a range or a decision, only what was held under the ' +
        'same terms. The key must be one that the keyring itself trusts, no delegate.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
  addHoldOptions(command)
    .addHelpText('after', help)
    .action(async (store: string, options: HoldFlags) => exit(await release(store, options, io)))
}
