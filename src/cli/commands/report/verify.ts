import { readFile } from 'node:fs/promises'
import { QuittanceError } from '../../../errors.js'
import type { ReportProblem } from '../../../report/checking/findings.js'
import { type ReportVerification, verifyReport } from '../../../report/verify-report.js'
import { type AddCommand, examples } from '../../context.js'
import { UsageError } from '../../failure.js'
import { type ExitCode, type Io, pathFrom } from '../../io.js'
import { printable, printableJson } from '../../printable.js'
import { progressOn } from '../../progress.js'
import { openSource } from '../../report/source.js'
import { addTrustOptions, type TrustOptions, trustFor } from '../../trust-flags.js'
import { once } from '../../values.js'
import { exitCodeOf, paintVerdict } from '../../verdict.js'

interface Options extends TrustOptions {
  readonly seal?: string | undefined
  readonly store?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance report verify report.json --keyring keyring.json --store ./receipts',
    'says whether report, receipts and signature belong together; report.seal.json beside it is found',
  ],
  [
    'quittance report verify report.html --trust did:key:z6Mk…',
    'as far as the page alone can show it: INCOMPLETE at best',
  ],
)

async function bytesOf(file: string, io: Io): Promise<Uint8Array> {
  if (file === '-') {
    const chunks: Uint8Array[] = []
    for await (const chunk of io.stdin) chunks.push(chunk)
    return Buffer.concat(chunks)
  }
  try {
    return await readFile(pathFrom(io, file))
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code
    const why = reason === 'ENOENT' ? 'there is no such file' : reason
    throw new QuittanceError('VERIFY_INPUT', `the report or its seal cannot be read: ${why}`, {
      details: { file, reason },
    })
  }
}

/** The seal that was named, or that lies beside a report as `quittance report` writes it. */
async function sealFor(file: string, named: string | undefined, io: Io): Promise<string | undefined> {
  if (named !== undefined) return Buffer.from(await bytesOf(named, io)).toString('utf8')
  if (!file.endsWith('.json') || file.endsWith('.seal.json')) return undefined
  try {
    return await readFile(pathFrom(io, `${file.slice(0, -'.json'.length)}.seal.json`), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function problemText({ code, chainId, seq, message, paths }: ReportProblem): string {
  const where = [chainId === undefined ? '' : `chain ${chainId}`, seq === undefined ? '' : `seq ${seq}`]
  const at = paths === undefined || paths.length === 0 ? '' : `: ${paths.join(', ')}`
  return `    ${[...where.filter((part) => part !== ''), code, `${message}${at}`].map((part) => printable(part, 2_000)).join('  ')}`
}

const MOST = 20

function answerText(result: ReportVerification, file: string, origin: string, io: Io): string {
  const { verdict, problems, report, digest, sealed, embedded, rebuilt } = result
  const shown = problems.slice(0, MOST)
  const lines = [
    `${paintVerdict(verdict, io)}  ${printable(file)}`,
    ...(digest === undefined ? [] : [`  digest    ${digest}`]),
    ...(report === undefined
      ? []
      : [
          `  says      ${report.verdict}, ${report.period.receipts} receipts from ${report.period.from} until ${report.period.until}`,
        ]),
    ...sealed.map(({ chainId, seq, timestamp }) => `  sealed    ${printable(chainId)} seq ${seq}, ${timestamp}`),
    ...(embedded === undefined ? [] : [`  embedded  ${embedded.holding} of ${embedded.receipts} receipts hold`]),
    ...(rebuilt ? ['  rebuilt   from the receipts, and every figure is the same'] : []),
    `  trust     ${printable(origin)}`,
    ...(problems.length === 0 ? [] : [`  ${problems.length} problem${problems.length === 1 ? '' : 's'}`]),
    ...shown.map(problemText),
    ...(problems.length > shown.length ? [`    … and ${problems.length - shown.length} more`] : []),
  ]
  return `${lines.join('\n')}\n`
}

function answerJson({
  verdict,
  kind,
  digest,
  report,
  sealed,
  embedded,
  rebuilt,
  problems,
}: ReportVerification): object {
  const says = report && { verdict: report.verdict, asOf: report.asOf, period: report.period }
  return { verdict, kind, digest, report: says, sealed, embedded, rebuilt, problems: problems.slice(0, 1_000) }
}

async function verify(file: string, options: Options, io: Io): Promise<ExitCode> {
  if (/\.(md|markdown)$/i.test(file))
    throw new UsageError('a report in Markdown carries neither its figures nor its receipts', [
      'Give the .json, .html or .pdf of the same report.',
    ])
  const trust = await trustFor(options, io)
  const input = await bytesOf(file, io)
  const seal = await sealFor(file, options.seal, io)
  // the report itself says which chains are meant
  const opened = options.store === undefined ? undefined : await openSource(options.store, { chain: [] }, io)
  const progress = progressOn(io)
  try {
    const result = await verifyReport(input, {
      keyring: trust.keyring,
      seal,
      source: opened?.source,
      onProgress: ({ receipts, totalReceipts }) => progress.update({ receipts, totalReceipts }),
    })
    progress.clear()
    const name = file === '-' ? 'stdin' : file
    const keys = trust.keyring.entries().length
    const origin = `${keys} key${keys === 1 ? '' : 's'} from ${trust.origin}`
    io.stdout.write(options.json ? printableJson(answerJson(result)) : answerText(result, name, origin, io))
    return exitCodeOf(result.verdict)
  } finally {
    progress.clear()
    await opened?.close()
  }
}

/** `quittance report verify FILE` */
export const addReportVerify: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('verify')
    .summary('judge a report that you were handed')
    .description(
      'Says whether a report, its receipts and its seal belong together, by keys that you bring. With --store the report is built ' +
        'again from the receipts and compared, member by member.',
    )
    .argument('<file>', 'the report: .json, .html or .pdf, or - for stdin')
  addTrustOptions(command)
    .option('--seal <file>', 'the seal of a .json; default the .seal.json beside it', once(String))
    .option('--store <target>', 'the receipts: DIR, FILE or store URL', once(String))
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => exit(await verify(file, options, io)))
}
