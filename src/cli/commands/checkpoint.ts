import { InvalidArgumentError, Option } from 'commander'
import { QuittanceError } from '../../errors.js'
import { parseDidKey } from '../../keys/did-key.js'
import type { Ledger } from '../../ledger/types.js'
import { checkpointLog } from '../../transparency/log/checkpoint-log.js'
import { checkedOrigin } from '../../transparency/log/options.js'
import type { CheckpointLog } from '../../transparency/log/types.js'
import type { PublishedCheckpoint } from '../../transparency/types.js'
import { addDestinationOptions, type DestinationOptions, destinationsOf } from '../checkpoint/destinations.js'
import { explained } from '../checkpoint/explained.js'
import { type AddCommand, examples } from '../context.js'
import { failureOf, UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { openKey } from '../key-target.js'
import { printable, printableJson } from '../printable.js'
import { checkChain, idOption, refusable, required, withLedger } from '../retention-flags.js'
import { addTrustOptions, type TrustOptions } from '../trust-flags.js'
import { once } from '../values.js'

interface Options extends TrustOptions, DestinationOptions {
  readonly origin?: string | undefined
  readonly key?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly receiptKey?: string | undefined
  readonly receiptPassphraseFile?: string | undefined
  readonly formerKey?: readonly string[] | undefined
  readonly formerOrigin?: readonly string[] | undefined
  readonly chain?: string | undefined
  readonly all?: true | undefined
  readonly logChain?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance checkpoint ./receipts --origin acme.example/decisions --key checkpoint.key.pem --receipt-key receipts.key.pem --keyring keyring.json --to ./checkpoints',
    'signs how far every chain has come, enters it into the log chain, and writes the checkpoints into a directory',
  ],
  [
    'quittance checkpoint ./receipts --chain acme --origin acme.example/decisions --key checkpoint.key.pem --receipt-key receipts.key.pem --keyring keyring.json',
    'one chain, kept beside it and in the log chain',
  ],
)

/** What was made, and what was not. */
interface Outcome {
  readonly chain?: PublishedCheckpoint | undefined
  readonly chains?: { readonly chains: number; readonly failed: number } | undefined
  readonly head: PublishedCheckpoint
}

async function make(ledger: Ledger, log: CheckpointLog, { chain }: Options): Promise<Outcome> {
  if (chain === log.chainId)
    throw new UsageError(
      `--chain: ${chain} is the log itself, whose head is signed in every run; name another, or none`,
    )
  if (chain === undefined) {
    const chains = await log.catchUp()
    return { chains, head: await log.publish() }
  }
  await checkChain(ledger, chain)
  return { chain: await log.checkpoint(chain), head: await log.publish() }
}

const told = ({ chainId, origin, size, note, timestamps }: PublishedCheckpoint): object => ({
  chainId,
  origin,
  size,
  note,
  timestamps: timestamps.map((token) => Buffer.from(token).toString('base64')),
})

function outcomeText({ chain, chains, head }: Outcome): string {
  const made =
    chain === undefined
      ? `${(chains?.chains ?? 0) - (chains?.failed ?? 0)} of ${chains?.chains ?? 0} chains have their checkpoint`
      : `${printable(chain.chainId)} has a checkpoint of ${chain.size} receipts`
  return `${made}; the log has ${head.size}:\n\n${head.note}`
}

/** Whether all that was asked for is done. */
function isWhole(log: CheckpointLog, { chains }: Outcome): boolean {
  const { sinks, witnesses, timestamps, quorum } = log.status()
  const asked = [...sinks, ...timestamps, ...(quorum === true ? [] : witnesses)]
  const pending = asked.some((one) => one.pending > 0 || one.failures > 0)
  return !pending && quorum !== false && (chains?.failed ?? 0) === 0
}

async function checkpoint(target: string, options: Options, io: Io): Promise<ExitCode> {
  const origin = required(options.origin, '--origin DOMAIN/LABEL')
  const key = required(options.key, '--key FILE')
  if (options.all && options.chain !== undefined) throw new UsageError('--chain does not go with --all')
  if (options.formerOrigin?.includes(origin))
    throw new UsageError('--former-origin names what the log was called before')
  const { sinks, witnesses, timestamps, unasked, typed } = await destinationsOf(options, io)
  if (options.receiptKey === undefined && !io.env.QUITTANCE_KEY_URL)
    throw new UsageError('no key for the entries of the log chain was given: --receipt-key KEY, or QUITTANCE_KEY_URL', [
      'They are receipts, and are signed as those are; --key signs the checkpoints alone.',
    ])
  const keys = await openKey(key, options.passphraseFile, io)
  const { keyId } = await keys.signer()
  const receiptKey = { ...options, key: options.receiptKey, passphraseFile: options.receiptPassphraseFile }
  try {
    return await withLedger(target, receiptKey, io, {}, async ({ ledger }) => {
      const log = checkpointLog(ledger, {
        origin,
        keys,
        formerKeys: options.formerKey,
        formerOrigins: options.formerOrigin,
        chainId: options.logChain,
        sinks,
        witnesses,
        timestamps,
      })
      let isRefused = false
      const { yellow } = colorsFor(io, io.stderr)
      const said = new Set<string>()
      log.on('warning', ({ error, chainId, name }) => {
        const { code, message } = failureOf(error)
        if (QuittanceError.is(error, 'TLOG_REFUSED')) isRefused = true
        const about = [chainId, name && typed(name)]
          .filter((one) => one !== undefined)
          .map((one) => `${printable(one)}: `)
        const words = `${about.join('')}${printable(message, 500)} [${code}]`
        // who is away is asked again, and is away again
        if (!said.has(words)) io.stderr.write(`${yellow('warning:')} ${words}\n`)
        said.add(words)
      })
      let whole = false
      const code = await refusable(io, options.json === true, async () => {
        let outcome: Outcome
        try {
          outcome = await make(ledger, log, options)
        } catch (error) {
          throw await explained(error, ledger.store, { origin, keyId })
        } finally {
          // who answers late is heard before it is said that all is done
          await log.close()
        }
        // a quorum makes up for a witness that can't be reached, but not for one who says that history was changed
        whole = !isRefused && isWhole(log, outcome)
        const why = unasked(log.status())
        if (why !== undefined) io.stderr.write(`${yellow('warning:')} ${printable(why, 500)}\n`)
        const { chain, chains, head } = outcome
        io.stdout.write(
          options.json
            ? printableJson({
                ...(chain ? { chain: told(chain) } : {}),
                ...(chains ?? {}),
                head: told(head),
                complete: whole,
              })
            : outcomeText(outcome),
        )
      })
      return code === 0 && !whole ? 1 : code
    })
  } finally {
    await keys.close?.()
  }
}

function originFor(flag: string, text: string): string {
  try {
    return checkedOrigin(text)
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(`${flag}: ${error.message}`) : error
  }
}

const originOption = once((text: string) => originFor('--origin', text))
const formerOriginOption = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  originFor('--former-origin', text),
]

function didOption(text: string, before: readonly string[] | undefined): readonly string[] {
  try {
    parseDidKey(text)
  } catch (error) {
    throw QuittanceError.is(error) ? new InvalidArgumentError('It is no did:key:… of a supported key.') : error
  }
  return [...(before ?? []), text]
}

/** `quittance checkpoint STORE` */
export const addCheckpoint: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('checkpoint')
    .summary('sign how far chains have come, and publish it')
    .description(
      'Makes a checkpoint of every chain that has grown, or of one: signed by the checkpoint key, kept beside the chain and entered into ' +
        'the log chain, whose own head is signed then and handed to directories, git repositories, witnesses and time-stamp authorities.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
    .option('--origin <name>', 'the name of the log: <operator-domain>/<label>', originOption)
    .option('--key <url>', 'the checkpoint key: file:./KEY.pem or env:')
    .option('--passphrase-file <file>', 'of an encrypted checkpoint key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .option('--receipt-key <url>', 'signs the entries of the log chain, as receipts; default QUITTANCE_KEY_URL')
    .option('--receipt-passphrase-file <file>', 'of that key, where it is encrypted')
    .option('--former-key <did>', 'a key that signed for this log before, as did:key; may be repeated', didOption)
    .option(
      '--former-origin <name>',
      'what the log was called before: nothing more is signed under it; may be repeated',
      formerOriginOption,
    )
    .option('--chain <id>', 'only this chain', once(String))
    .option('--all', 'every chain of the store, which is the default')
    .addOption(new Option('--log-chain <id>', 'the log chain (default "transparency-log")').argParser(idOption))
  addTrustOptions(addDestinationOptions(command))
    .option('--json', 'print {chain|chains, head, complete} as one line of JSON')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await checkpoint(store, options, io)))
}
