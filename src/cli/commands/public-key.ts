import { Option } from 'commander'
import { didKey } from '../../keys/did-key.js'
import { Keyring } from '../../keys/keyring.js'
import { readPublicKey } from '../../keys/local.js'
import { publicKeyHex, publicKeyJwk, publicKeyPem } from '../../keys/public-key.js'
import { noteKey, vkeyOf } from '../../tlog/vkey.js'
import { pathOfFileUrl } from '../../url.js'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { type Io, pathFrom } from '../io.js'
import { passphraseFor } from '../passphrase.js'
import { printableJson } from '../printable.js'
import { usesOf } from '../trust-flags.js'
import { once } from '../values.js'

const formats = ['did', 'pem', 'jwk', 'hex', 'keyring', 'vkey'] as const
type Format = (typeof formats)[number]

interface Options {
  readonly format: Format
  readonly uses?: string | undefined
  readonly name?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance public-key receipts.key.pem', 'prints the did:key'],
  ['quittance public-key receipts.key.pem --format keyring > keyring.json', 'writes a keyring for "verify --keyring"'],
  [
    'quittance public-key prune.key.pem --format keyring --uses retention',
    'a keyring entry for a key that may only prune',
  ],
  [
    'quittance public-key checkpoint.key.pem --format vkey --name acme.example/decisions',
    'prints the log\'s verifier key, for a line "log …" of a policy',
  ],
)

function vkeyFor(publicKey: Uint8Array, name: string): string {
  try {
    return vkeyOf(noteKey(name, 'ed25519', publicKey))
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(`--name: ${error.message}`) : error
  }
}

function write(publicKey: Uint8Array, { format, uses, name = '' }: Options): string {
  switch (format) {
    case 'did':
      return `${didKey(publicKey)}\n`
    case 'pem':
      return publicKeyPem(publicKey)
    case 'jwk':
      return printableJson(publicKeyJwk(publicKey))
    case 'hex':
      return `${publicKeyHex(publicKey)}\n`
    case 'vkey':
      return `${vkeyFor(publicKey, name)}\n`
    case 'keyring': {
      const entry = { keyId: didKey(publicKey), ...(uses === undefined ? {} : { uses: usesOf(uses) }) }
      return printableJson(new Keyring([entry]), 2)
    }
  }
}

async function publicKey(file: string, options: Options, io: Io): Promise<void> {
  if (options.uses !== undefined && options.format !== 'keyring') {
    throw new UsageError('--uses goes with --format keyring only')
  }
  if ((options.name !== undefined) !== (options.format === 'vkey'))
    throw new UsageError('--format vkey and --name ORIGIN go together: a verifier key is that of a log with a name')
  if (options.json && options.format !== 'did') throw new UsageError('--json prints every format: leave --format out')
  const passphrase = await passphraseFor(io, options.passphraseFile)
  const key = await readPublicKey(/^file:/i.test(file) ? pathOfFileUrl(file, io.cwd) : pathFrom(io, file), {
    passphrase,
  })
  io.stdout.write(
    options.json
      ? printableJson({ keyId: didKey(key), hex: publicKeyHex(key), pem: publicKeyPem(key), jwk: publicKeyJwk(key) })
      : write(key, options),
  )
}

/** `quittance public-key FILE` */
export const addPublicKey: AddCommand = (program, { io }) => {
  program
    .command('public-key')
    .summary('print the public half of a key')
    .description('Prints the public key of a key file. The private key is read and goes nowhere.')
    .argument('<file>', 'a private key (PKCS#8 PEM) or a public key (SPKI PEM); a path or a file: URL')
    .addOption(new Option('--format <format>', 'how to write it').choices(formats).default('did'))
    .option('--uses <uses>', 'with --format keyring: what the key may sign, such as receipt,rotate')
    .option('--name <origin>', 'with --format vkey: the name of the log, as "checkpoint --origin" has it', once(String))
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .option('--json', 'print {keyId, hex, pem, jwk}')
    .addHelpText('after', help)
    .action((file: string, options: Options) => publicKey(file, options, io))
}
