import { type Command, Option } from 'commander'
import { type DidMethodType, didDocument, didWeb } from '../../../keys/did-web.js'
import { keyringJwks } from '../../../keys/jwks.js'
import { type Context, examples } from '../../context.js'
import { UsageError } from '../../failure.js'
import { colorsFor, type Io } from '../../io.js'
import { printableJson } from '../../printable.js'
import { required } from '../../retention-flags.js'
import { trustFor } from '../../trust-flags.js'
import { instant, once } from '../../values.js'
import { writePublic } from '../../write-public.js'

interface DidOptions {
  readonly domain?: string | undefined
  readonly type: DidMethodType
  readonly out?: string | undefined
  readonly json?: true | undefined
}

interface JwksFlags {
  readonly currentOnly?: true | undefined
  readonly now?: string | undefined
  readonly out?: string | undefined
  readonly json?: true | undefined
}

const didHelp = examples(
  ['quittance keyring did-web keyring.json --domain example.com --out did.json', 'the document of did:web:example.com'],
  [
    'quittance keyring did-web keyring.json --domain example.com/receipts',
    'the document of did:web:example.com:receipts',
  ],
)
const jwksHelp = examples(
  [
    'quittance keyring jwks keyring.json --out jwks.json',
    'every key as a JSON Web Key Set, revoked ones with their revocation',
  ],
  ['quittance keyring jwks keyring.json --current-only', 'only the keys that count now: for other readers, no keyring'],
)

async function did(file: string | undefined, options: DidOptions, io: Io): Promise<void> {
  const domain = required(options.domain, '--domain')
  const { keyring } = await trustFor({ keyring: file }, io)
  let place: ReturnType<typeof didWeb>
  try {
    place = didWeb(domain)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--${error.message}`)
    throw error
  }
  const document = didDocument(keyring, { domain, type: options.type })
  await writePublic(io, printableJson(document, options.json ? undefined : 2), options.out)
  if (!options.json) io.stderr.write(`${place.did}: serve it at ${place.url}, as application/did+json\n`)
}

async function jwks(file: string | undefined, options: JwksFlags, io: Io): Promise<void> {
  const { keyring } = await trustFor({ keyring: file }, io)
  const now = options.now === undefined ? io.now?.() : Date.parse(options.now)
  const set = keyringJwks(keyring, { currentOnly: options.currentOnly, now })
  await writePublic(io, printableJson(set, options.json ? undefined : 2), options.out)
  const left = keyring.entries().length - set.keys.length
  if (left > 0 && !options.json)
    io.stderr.write(
      `${colorsFor(io, io.stderr).yellow('note:')} ${left} of ${keyring.entries().length} keys are over or revoked and left out: this is no keyring, and is not read as one\n`,
    )
}

/** `quittance keyring did-web [FILE]` */
export function addDidWeb(group: Command, { io }: Context): void {
  group
    .command('did-web')
    .summary('write a keyring as a did:web document')
    .description(
      'Writes the DID document of a domain, so that a stranger can find the public keys. Ends of windows stand in "expires", revocations in "revoked"; ' +
        'a revoked key stays listed and stands in no verification relationship.',
    )
    .argument('[keyring]', 'a keyring file; default the file in QUITTANCE_KEYRING')
    .option('--domain <domain>', 'where it will be served, such as example.com or example.com/receipts')
    .addOption(
      new Option('--type <type>', 'how keys are written')
        .choices(['Multikey', 'JsonWebKey', 'JsonWebKey2020'])
        .default('Multikey'),
    )
    .option('--out <file>', 'where to write it, in place of what is there; default stdout')
    .option('--json', 'write it as one line')
    .addHelpText('after', didHelp)
    .action((file: string | undefined, options: DidOptions) => did(file, options, io))
}

/** `quittance keyring jwks [FILE]` */
export function addJwks(group: Command, { io }: Context): void {
  group
    .command('jwks')
    .summary('write a keyring as a JSON Web Key Set')
    .description('Writes the public keys as a JSON Web Key Set (RFC 7517, RFC 8037).')
    .argument('[keyring]', 'a keyring file; default the file in QUITTANCE_KEYRING')
    .option(
      '--current-only',
      'leave out keys that are over or revoked, for readers that take every key for good; the result is no keyring',
    )
    .option('--now <time>', 'with --current-only: what counts then', once(instant))
    .option('--out <file>', 'where to write it, in place of what is there; default stdout')
    .option('--json', 'write it as one line')
    .addHelpText('after', jwksHelp)
    .action((file: string | undefined, options: JwksFlags) => jwks(file, options, io))
}
