import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { QuittanceError } from '../../../errors.js'
import { createKeyFile, privateText, readKeyFile } from '../../../keys/local/key-file.js'
import { seedOfPem } from '../../../keys/local/seed-pem.js'
import { type SharePurpose, shareText, splitSecret } from '../../../keys/split.js'
import { type Context, examples } from '../../context.js'
import { UsageError } from '../../failure.js'
import { type Io, pathFrom } from '../../io.js'
import { passphraseFor } from '../../passphrase.js'
import { printable, printableJson } from '../../printable.js'
import { required } from '../../retention-flags.js'
import { once, positiveNumber } from '../../values.js'

interface Options {
  readonly threshold?: number | undefined
  readonly shares?: number | undefined
  readonly label?: string | undefined
  readonly purpose: SharePurpose
  readonly outDir?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    "quittance key split root.key.pem --threshold 2 --shares 3 --label 'root key 2026' --out-dir ./shares",
    'makes three share files, any two of which bring the key back',
  ],
  [
    "quittance key split commitment.secret --purpose commitment-secret --threshold 3 --shares 5 --label 'pseudonyms' --out-dir ./shares",
    'the same for the secret of keyed commitments, as hex or base64 in a file',
  ],
)

/** Bytes as hex or base64; what the file holds is repeated nowhere. */
function secretOf(text: string, file: string): Uint8Array {
  const plain = text.trim()
  const bytes = /^(?:[0-9a-fA-F]{2})+$/.test(plain)
    ? Buffer.from(plain, 'hex')
    : /^[A-Za-z0-9+/]+={0,2}$/.test(plain)
      ? Buffer.from(plain, 'base64')
      : undefined
  if (bytes === undefined || bytes.length < 32 || bytes.length > 1024)
    throw new QuittanceError('KEY_ENCODING', 'the file does not hold 32 to 1024 bytes as hex or base64', {
      details: { file },
    })
  return bytes
}

async function readSecret(file: string, options: Options, io: Io): Promise<Uint8Array> {
  const path = pathFrom(io, file)
  const text = privateText(path, await readKeyFile(path))
  if (options.purpose === 'commitment-secret') return secretOf(text, path)
  const passphrase = await passphraseFor(io, options.passphraseFile)
  try {
    return seedOfPem(text, passphrase)
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    throw new QuittanceError(error.code, error.message, { details: { file: path } })
  }
}

async function split(file: string, options: Options, io: Io): Promise<void> {
  const threshold = required(options.threshold, '--threshold')
  const count = required(options.shares, '--shares')
  const label = required(options.label, '--label')
  const outDir = required(options.outDir, '--out-dir')
  if (threshold < 2 || threshold > count || count > 255)
    throw new UsageError('--threshold must be at least 2, and --shares at least as many and at most 255')
  const secret = await readSecret(file, options, io)
  try {
    const shares = await splitSecret(secret, { threshold, shares: count, label, purpose: options.purpose })
    const [first] = shares
    const { splitId, keyId } = first as (typeof shares)[number]
    await mkdir(pathFrom(io, outDir), { recursive: true, mode: 0o700 })
    const files: string[] = []
    for (const share of shares) {
      const name = join(outDir, `share-${splitId.slice(7, 15)}-${share.index}-of-${count}.json`)
      if (!(await createKeyFile(pathFrom(io, name), shareText(share))))
        throw new QuittanceError('KEY_FILE_EXISTS', 'there is a file already, and a share is never overwritten', {
          details: { file: name },
        })
      files.push(name)
    }
    if (options.json) {
      io.stdout.write(printableJson({ splitId, threshold, label, ...(keyId === undefined ? {} : { keyId }), files }))
      return
    }
    io.stdout.write(files.map((name) => `${printable(name)}\n`).join(''))
    io.stderr.write(
      `Any ${threshold} of these ${count} bring it back. Note the name of the split where the shares are not: ${splitId}\n` +
        `Give each share to its custodian, try "quittance key combine --check", and only then delete ${printable(file)} and the shares here.\n`,
    )
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  } finally {
    secret.fill(0)
  }
}

/** `quittance key split FILE` */
export function addSplit(group: Command, { io }: Context): void {
  group
    .command('split')
    .summary('split a key or a secret among custodians')
    .description(
      "Splits a private key, or the secret of keyed commitments, with Shamir's scheme into share files, mode 0600. Each holds a check value, " +
        'so that a wrong or altered one is named. The file that is split stays as it is.',
    )
    .argument('<file>', 'a private key (PKCS#8 PEM), or a secret as hex or base64')
    .option('--threshold <k>', 'so many shares bring it back', once(positiveNumber))
    .option('--shares <n>', 'so many shares are made', once(positiveNumber))
    .option('--label <text>', 'what the custodians call it; it stands in every share')
    .addOption(
      new Option('--purpose <what>', 'what the file holds')
        .choices(['signing-key', 'commitment-secret'])
        .default('signing-key'),
    )
    .option('--out-dir <dir>', 'where the share files go; it is made where there is none')
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .option('--json', 'print {splitId, threshold, label, keyId, files} as one line of JSON')
    .addHelpText('after', help)
    .action((file: string, options: Options) => split(file, options, io))
}
