import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import type { KeyringEntry } from '../../../keys/keyring.js'
import type { KeyProvider, Signer } from '../../../keys/provider.js'
import { verifiedSigner } from '../../../keys/verified.js'
import { concatBytes, utf8 } from '../../../primitives/bytes.js'
import { type Context, examples } from '../../context.js'
import { entryText } from '../../entry-text.js'
import type { Io } from '../../io.js'
import { openKey } from '../../key-target.js'
import { printable, printableJson } from '../../printable.js'

interface Options {
  readonly chain?: string | undefined
  readonly try?: true | undefined
  readonly passphraseFile?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance key show file:./receipts.key.pem', 'prints the did:key that signs'],
  [
    "quittance key show 'awskms:///alias/receipts?region=eu-central-1' --try",
    'also has it sign, and checks the signature',
  ],
)

/** No message of any format begins like this. */
const probe = (): Uint8Array => concatBytes(utf8('quittance/1 probe\n'), randomBytes(32))

async function publicKeysOf(keys: KeyProvider, signer: Signer): Promise<readonly KeyringEntry[]> {
  return (await keys.publicKeys?.()) ?? [{ keyId: signer.keyId }]
}

async function show(text: string | undefined, options: Options, io: Io): Promise<void> {
  const keys = await openKey(text, options.passphraseFile, io)
  try {
    const signer = await keys.signer({ chainId: options.chain })
    if (options.try) await verifiedSigner(signer).sign(probe())
    const publicKeys = await publicKeysOf(keys, signer)
    const { keyId, delegation } = signer
    const provider = keys.name ?? 'custom'
    if (options.json) {
      io.stdout.write(
        printableJson({
          keyId,
          provider,
          ...(delegation === undefined ? {} : { delegation }),
          publicKeys,
          ...(options.try ? { signed: true } : {}),
        }),
      )
      return
    }
    io.stdout.write(`${keyId}\n`)
    const lines = [`provider ${printable(provider)}${options.try ? '; it signed, and the signature holds' : ''}`]
    if (delegation !== undefined) {
      const { root, chains, notBefore, notAfter } = delegation.certificate
      lines.push(
        `delegate of ${root} for ${chains.map((one) => printable(one)).join(', ')}, ${notBefore} to ${notAfter}`,
      )
    }
    lines.push('what a verifier trusts:', ...publicKeys.map((entry) => `  ${entryText(entry)}`))
    io.stderr.write(`${lines.join('\n')}\n`)
  } finally {
    await keys.close?.()
  }
}

/** `quittance key show [KEY]` */
export function addShow(group: Command, { io }: Context): void {
  group
    .command('show')
    .summary('say which key signs')
    .description(
      'Opens a signing key and prints its did:key, where it lives, and what a verifier has to trust. The private key goes nowhere.',
    )
    .argument('[key]', 'a key file or a key URL; default QUITTANCE_KEY_URL')
    .option('--chain <id>', 'the chain to be signed, where the key depends on it')
    .option('--try', 'sign something that is no receipt, and check the signature')
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .option('--json', 'print {keyId, provider, delegation, publicKeys} as one line of JSON')
    .addHelpText('after', help)
    .action((key: string | undefined, options: Options) => show(key, options, io))
}
