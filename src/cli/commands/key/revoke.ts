import { type Command, InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../../errors.js'
import { parseDidKey } from '../../../keys/did-key.js'
import { addChainKeyOptions, type ChainKeyOptions, chainsMeant } from '../../chains-flags.js'
import { type Context, examples } from '../../context.js'
import { colorsFor, type ExitCode, type Io } from '../../io.js'
import { printable, printableJson } from '../../printable.js'
import { refusable, required, tokenOption, withLedger } from '../../retention-flags.js'
import { instant, once } from '../../values.js'

interface Options extends ChainKeyOptions {
  readonly keyId?: string | undefined
  readonly effectiveAt?: string | undefined
  readonly reason?: string | undefined
}

const help = examples(
  [
    'quittance key revoke ./receipts --all --key-id did:key:z6Mk… --effective-at 2026-03-03T08:00:00Z --reason stolen --key file:./security.key.pem --keyring keyring.json',
    'records in every chain since when a key is to be taken for stolen',
  ],
  [
    'quittance keyring build --from keyring.json --revoke did:key:z6Mk…=2026-03-03T08:00:00Z --out keyring.json',
    'what counts for verifiers: the same in their keyring',
  ],
)

/**
 * @param text - a did:key
 * @returns it
 * @throws InvalidArgumentError
 */
export function didKeyOption(text: string): string {
  try {
    parseDidKey(text)
    return text
  } catch (error) {
    if (QuittanceError.is(error)) throw new InvalidArgumentError('It must be a did:key:z6Mk… of 56 characters.')
    throw error
  }
}

async function revoke(target: string, options: Options, io: Io): Promise<ExitCode> {
  const keyId = required(options.keyId, '--key-id')
  const effectiveAt = required(options.effectiveAt, '--effective-at')
  const reason = required(options.reason, '--reason')
  const json = options.json === true
  return withLedger(target, { ...options, chain: undefined }, io, {}, async ({ ledger }) => {
    const chains = await chainsMeant(ledger, options)
    const recorded: { readonly chainId: string; readonly seq: number }[] = []
    const code = await refusable(io, json, async () => {
      for (const chainId of chains) {
        const { seq } = await ledger.revoke(chainId, { keyId, effectiveAt, reason })
        recorded.push({ chainId, seq })
        if (!json)
          io.stdout.write(`${printable(chainId)}  ${keyId} is revoked as of ${effectiveAt}, recorded at seq ${seq}\n`)
      }
    })
    if (json) io.stdout.write(printableJson({ keyId, effectiveAt, reason, revoked: recorded }))
    else if (recorded.length > 0)
      io.stderr.write(
        `${colorsFor(io, io.stderr).yellow('note:')} a verifier may not see this receipt: also set it in every keyring, with "quittance keyring build --revoke".\n`,
      )
    return code
  })
}

/** `quittance key revoke STORE` */
export function addRevoke(group: Command, { io, exit }: Context): void {
  const command = group
    .command('revoke')
    .summary('record that a key is no longer to be trusted')
    .description(
      'Writes into each chain since when a key is to be taken for stolen. It can only narrow trust. The key that signs it ' +
        'needs the use "revoke" or "receipt". The keyring of the verifiers is what decides: change it too.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
  addChainKeyOptions(command, 'signs the revocation; not the key that is revoked')
    .option('--key-id <did>', 'the key that is revoked', once(didKeyOption))
    .option('--effective-at <time>', 'since when, as 2026-03-03T08:00:00Z', once(instant))
    .option('--reason <token>', 'why, as one word: it stands in the receipt', tokenOption)
    .option('--json', 'print {keyId, effectiveAt, reason, revoked: [{chainId, seq}]} as one line of JSON')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await revoke(store, options, io)))
}
