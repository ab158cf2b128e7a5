import { type Command, InvalidArgumentError } from 'commander'
import { certifyKeyFile } from '../../../keys/certified.js'
import { isChainPattern } from '../../../keys/chain-pattern.js'
import { type Context, examples } from '../../context.js'
import { UsageError } from '../../failure.js'
import { type Io, pathFrom } from '../../io.js'
import { openKey } from '../../key-target.js'
import { passphraseFor } from '../../passphrase.js'
import { printable, printableJson } from '../../printable.js'
import { required } from '../../retention-flags.js'
import { once } from '../../values.js'

interface Options {
  readonly key?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly chains?: readonly string[] | undefined
  readonly ttl?: number | undefined
  readonly out?: string | undefined
  readonly outPassphraseFile?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    "quittance key delegate --key awskms:///alias/receipts-root --chains 'acme,acme/*' --ttl 24h --out delegate.json",
    'one call to AWS KMS for a day of receipts',
  ],
  ['QUITTANCE_KEY_URL=certified:./delegate.json node service.js', 'signs with it; verifiers need the root alone'],
)

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

function duration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('It must be minutes, hours or days, such as 90m, 24h or 7d.')
  return Number(count) * units[unit as keyof typeof units]
}

/**
 * @param text - chain ids and prefixes between commas
 * @returns them
 * @throws InvalidArgumentError
 */
export function chainList(text: string): readonly string[] {
  const chains = text.split(',')
  if (!chains.every(isChainPattern))
    throw new InvalidArgumentError('It must be chain ids, or prefixes ending in *, between commas.')
  return chains
}

async function delegate(options: Options, io: Io): Promise<void> {
  const chains = required(options.chains, '--chains')
  const out = required(options.out, '--out')
  const ttlMs = options.ttl ?? units.d
  if (ttlMs > 31 * units.d) throw new UsageError('--ttl is more than 31 days')
  // a passphrase of the environment is that of the root, as everywhere; that of the new key is named
  const passphrase =
    options.outPassphraseFile === undefined ? undefined : await passphraseFor(io, options.outPassphraseFile)
  const root = await openKey(options.key, options.passphraseFile, io)
  try {
    const { certificate } = await certifyKeyFile(root, { file: pathFrom(io, out), chains, ttlMs, passphrase })
    if (options.json) {
      io.stdout.write(printableJson({ file: out, certificate }))
      return
    }
    io.stdout.write(`${certificate.delegate}\n`)
    io.stderr.write(
      `The key and its certificate are in ${printable(out)} (mode 0600), good until ${certificate.notAfter}: sign with certified:${printable(out)}.\n` +
        `Verifiers need the root alone: --trust delegate=${certificate.root}\n`,
    )
  } finally {
    await root.close?.()
  }
}

/** `quittance key delegate` */
export function addDelegate(group: Command, { io }: Context): void {
  group
    .command('delegate')
    .summary('have a root certify a session key')
    .description(
      'Makes a new key, has a root key certify it for some chains and some time, and writes both to a new file. A process that ' +
        'can reach the root needs no such file: a key URL with delegate= does the same and renews by itself.',
    )
    .option('--key <url>', 'the root: a key file or a key URL; default QUITTANCE_KEY_URL')
    .option('--passphrase-file <file>', 'of an encrypted root; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .option(
      '--chains <patterns>',
      'what may be signed: chain ids, or prefixes ending in *, between commas',
      once(chainList),
    )
    .option('--ttl <duration>', 'for how long: 90m, 24h (the default), 7d; at most 31d', once(duration))
    .option('--out <file>', 'where to write the new key and its certificate')
    .option('--out-passphrase-file <file>', 'encrypts the new key')
    .option('--json', 'print {file, certificate} as one line of JSON')
    .addHelpText('after', help)
    .action((options: Options) => delegate(options, io))
}
