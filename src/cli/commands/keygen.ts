import { generateKeyFile } from '../../keys/local.js'
import { type AddCommand, examples } from '../context.js'
import { colorsFor, type Io, pathFrom } from '../io.js'
import { passphraseFor } from '../passphrase.js'
import { printable, printableJson } from '../printable.js'

interface Options {
  readonly passphraseFile?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance keygen', 'makes receipts.key.pem and prints its did:key'],
  ['quittance keygen --passphrase-file ./passphrase prod.key.pem', 'makes an encrypted key'],
)

async function keygen(file: string, options: Options, io: Io): Promise<void> {
  const passphrase = await passphraseFor(io, options.passphraseFile)
  const { keyId } = await generateKeyFile(pathFrom(io, file), { passphrase })
  const encrypted = passphrase !== undefined
  if (options.json) {
    io.stdout.write(printableJson({ keyId, file, encrypted }))
    return
  }
  const { dim } = colorsFor(io, io.stderr)
  io.stdout.write(`${keyId}\n`)
  const shown = printable(file)
  io.stderr.write(
    [
      `The private key is in ${shown} (mode 0600, ${encrypted ? 'encrypted' : 'not encrypted'}). Keep it secret and keep a copy.`,
      dim(
        `Verifiers need only the public key above; "quittance public-key ${shown} --format keyring" writes it as a keyring.`,
      ),
      '',
    ].join('\n'),
  )
}

/** `quittance keygen [FILE]` */
export const addKeygen: AddCommand = (program, { io }) => {
  program
    .command('keygen')
    .summary('make a signing key')
    .description(
      'Makes an Ed25519 signing key in a new file (PKCS#8 PEM, mode 0600) and prints its did:key. Never overwrites.',
    )
    .argument('[file]', 'where to write it', 'receipts.key.pem')
    .option(
      '--passphrase-file <file>',
      'encrypt it with the passphrase in this file; or set QUITTANCE_SIGNING_KEY_PASSPHRASE',
    )
    .option('--json', 'print {keyId, file, encrypted}')
    .addHelpText('after', help)
    .action((file: string, options: Options) => keygen(file, options, io))
}
