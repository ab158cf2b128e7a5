import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../../errors.js'
import { createKeyFile, readKeyFile } from '../../../keys/local/key-file.js'
import { pemOfSeed } from '../../../keys/local/seed-pem.js'
import { type CombinedSecret, combineShares, examineShares, type ShareReport } from '../../../keys/split.js'
import { toHex } from '../../../primitives/bytes.js'
import { type Context, examples } from '../../context.js'
import { UsageError } from '../../failure.js'
import { type ExitCode, type Io, pathFrom } from '../../io.js'
import { passphraseFor } from '../../passphrase.js'
import { printable, printableJson } from '../../printable.js'
import { once, sha256Digest } from '../../values.js'

interface Options {
  readonly out?: string | undefined
  readonly check?: true | undefined
  readonly splitId?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance key combine --check alice.json bob.json',
    'says whether the shares are good and enough, and combines nothing',
  ],
  ['quittance key combine alice.json carol.json --out root.key.pem', 'writes the key to a new file, mode 0600'],
)

const enough = ({ good }: ShareReport): boolean => good[0] !== undefined && good.length >= good[0].threshold

/** Every share that is wrong, by the name of its file. */
function refuseFaults({ faults }: ShareReport, files: readonly string[]): void {
  const [first] = faults
  if (first === undefined) return
  const said = faults.map(({ position, message }) => `${files[position]}: ${message}`).join('; ')
  throw new QuittanceError('KEY_SHARE', said, { details: { reason: first.reason, file: files[first.position] } })
}

function tellReport(report: ShareReport, files: readonly string[], options: Options, io: Io): ExitCode {
  const { good, faults, splitId } = report
  const [first] = good
  const usable = faults.length === 0 && enough(report)
  if (options.json) {
    const wrong = faults.map(({ position, reason, message, index }) => ({
      file: files[position],
      index,
      reason,
      message,
    }))
    const about = first && {
      label: first.label,
      purpose: first.purpose,
      keyId: first.keyId,
      threshold: first.threshold,
      shares: first.shares,
    }
    io.stdout.write(printableJson({ ok: usable, splitId, ...about, good: good.map(({ index }) => index), wrong }))
    return usable ? 0 : 1
  }
  const lines = faults.map(({ position, message }) => `no  ${printable(files[position] ?? '')}: ${printable(message)}`)
  if (first !== undefined) {
    const held = good.map(({ index }) => index).join(', ')
    lines.unshift(
      `${printable(first.label)}  ${first.purpose}${first.keyId === undefined ? '' : `  ${first.keyId}`}`,
      `${enough(report) ? 'ok' : 'no'}  good shares: ${held} of ${first.shares}; ${first.threshold} are needed`,
    )
  }
  io.stdout.write(`${lines.join('\n')}\n`)
  return usable ? 0 : 1
}

const contentOf = ({ purpose, secret }: CombinedSecret, passphrase: string | undefined): string =>
  purpose === 'signing-key' ? pemOfSeed(secret, passphrase) : `${toHex(secret)}\n`

async function combine(files: readonly string[], options: Options, io: Io): Promise<ExitCode> {
  if ((options.out === undefined) === (options.check === undefined))
    throw new UsageError('give --out FILE, or --check to look at the shares only')
  const texts: string[] = []
  for (const file of files) texts.push((await readKeyFile(pathFrom(io, file))).text)
  const { splitId } = options
  const report = examineShares(texts, { splitId })
  if (options.out === undefined) return tellReport(report, files, options, io)
  refuseFaults(report, files)
  const passphrase = await passphraseFor(io, options.passphraseFile)
  const combined = await combineShares(texts, { splitId })
  try {
    const { keyId, label, purpose } = combined
    if (purpose !== 'signing-key' && options.passphraseFile !== undefined)
      throw new UsageError('--passphrase-file encrypts a signing key, and this is none')
    const file = pathFrom(io, options.out)
    if (!(await createKeyFile(file, contentOf(combined, passphrase))))
      throw new QuittanceError('KEY_FILE_EXISTS', 'there is a file already, and a key is never overwritten', {
        details: { file },
      })
    const encrypted = purpose === 'signing-key' && passphrase !== undefined
    if (options.json) {
      io.stdout.write(printableJson({ file: options.out, splitId: combined.splitId, label, purpose, keyId, encrypted }))
      return 0
    }
    io.stdout.write(`${keyId ?? printable(label)}\n`)
    io.stderr.write(
      `It is in ${printable(options.out)} (mode 0600, ${encrypted ? 'encrypted' : 'not encrypted'}). Destroy it when it has done its work.\n`,
    )
    return 0
  } finally {
    combined.secret.fill(0)
  }
}

/** `quittance key combine SHARE…` */
export function addCombine(group: Command, { io, exit }: Context): void {
  group
    .command('combine')
    .summary('bring a split key or secret back')
    .description(
      'Brings back what "key split" split, from enough shares, into a new file, mode 0600. A share that is wrong, altered or of another split is ' +
        'named, and nothing is combined: leave it out and try again.',
    )
    .argument('<shares...>', 'the share files', (file: string, before: readonly string[] | undefined) => {
      if (file === '') throw new InvalidArgumentError('It must be a file.')
      return [...(before ?? []), file]
    })
    .option('--out <file>', 'where to write it; a key as PKCS#8 PEM, another secret as hex')
    .option('--check', 'only say which shares are good, and whether they are enough: exit code 0 or 1')
    .option('--split-id <digest>', 'the split that is meant, as "key split" printed it', once(sha256Digest))
    .option('--passphrase-file <file>', 'encrypts the key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .option('--json', 'print what was found or written as one line of JSON')
    .addHelpText('after', help)
    .action(async (files: readonly string[], options: Options) => exit(await combine(files, options, io)))
}
