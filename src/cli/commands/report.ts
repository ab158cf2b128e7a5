import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { type ReportFormat, renderReport, reportFormats } from '../../report/formats.js'
import { reportDigest } from '../../report/json.js'
import type { Locale, Report, ReportSeal } from '../../report/types.js'
import { type AddCommand, examples } from '../context.js'
import { failureOf, tell, UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { addReportOptions, type CommonFlags } from '../report/common-flags.js'
import { type Made, makeReport, type SigningFlags } from '../report/make.js'
import { openInViewer } from '../report/open.js'
import {
  type Drafts,
  dropDrafts,
  type FileKind,
  outputPlace,
  type ReportFile,
  writeDrafts,
  writeFiles,
} from '../report/outputs.js'
import { estimateText, failureText, idleText } from '../report/words.js'
import { once, oneOf, wholeNumber } from '../values.js'
import { exitCodeOf, paintVerdict } from '../verdict.js'
import { addReportVerify } from './report/verify.js'

interface Options extends CommonFlags, SigningFlags {
  readonly format?: readonly ReportFormat[] | undefined
  readonly out?: string | undefined
  readonly name?: string | undefined
  readonly lang?: Locale | undefined
  readonly embed?: number | undefined
  readonly open?: true | undefined
}

const help = examples(
  [
    'quittance report ./receipts --chain acme --keyring keyring.json --period 2026-01-01/2026-07-01 --format html,md,json,pdf --out ./report',
    'verifies the chain, and leaves report.html, report.md, report.json and report.pdf',
  ],
  [
    'quittance report ./receipts --chain acme --keyring keyring.json --period 2026-Q1 --out ./report --seal --key file:./receipts.key.pem',
    'also writes the report’s digest into the chain',
  ],
  ['quittance report verify ./report/report.json --keyring keyring.json --store ./receipts', 'judges a report'],
)

const known: ReadonlySet<string> = new Set(reportFormats)

const formats = once((text: string): readonly ReportFormat[] => {
  const named = text.split(',').map((one) => one.trim())
  if (named.some((one) => !known.has(one)))
    throw new InvalidArgumentError(`It must be one or more of ${reportFormats.join(',')}.`)
  return reportFormats.filter((one) => named.includes(one))
})

/** As much as the seal of some chains takes, which is known when it is too late. */
const ROOM_FOR_SEAL = ' '.repeat(65_536)

async function filesOf({ report, seal }: Made, wanted: readonly ReportFormat[]): Promise<readonly ReportFile[]> {
  const files: ReportFile[] = []
  for (const kind of wanted) {
    const content = await renderReport(report, kind, { seal })
    // unseen by a reader; it says which report this is, and that the file may be replaced by the next one
    const mark = kind === 'md' ? `\n<!-- ${report.format} ${reportDigest(report)} -->\n` : undefined
    files.push({ kind, content: mark === undefined ? content : `${content}${mark}` })
  }
  if (seal !== undefined) files.push({ kind: 'seal.json', content: `${JSON.stringify(seal)}\n` })
  return files
}

/** Beside the seals there may be receipts that say which key to trust. */
const sealedIn = ({ lines }: ReportSeal): number =>
  lines.filter((line) => (JSON.parse(line) as DecisionReceipt).system?.event === 'report').length

const MOST_FLAGS = 10
/** Of one chain. */
const MOST_PROBLEMS = 5

const unshown = (label: string, more: number): readonly string[] =>
  more > 0 ? [`  ${label}  … and ${more} more, in the report`] : []

/** What the receipts of the period come to, in a few lines. */
function summaryText({ report, seal }: Made, written: readonly string[], io: Io): string {
  const { verdict, chains, period, figures } = report
  const checked = chains.reduce((sum, chain) => sum + chain.checked, 0)
  const counted = chains.reduce((sum, chain) => sum + chain.counted, 0)
  const named = chains.length === 1 ? `chain ${printable(chains[0]?.chainId ?? '')}` : `${chains.length} chains`
  const { yellow } = colorsFor(io, io.stdout)
  const stretch = `${period.from} until ${period.until}`
  const inIt = period.empty
    ? yellow('EMPTY: there is no receipt in it, which shows nothing')
    : `${period.receipts} receipt${period.receipts === 1 ? '' : 's'}`
  const state = { over: '', running: ', not over yet', ahead: ', not begun yet' }[period.state]
  const flags = chains.flatMap(({ monitor }) => monitor.flags.filter(({ acknowledged }) => !acknowledged))
  // of very many only the first and last are kept by name
  const open = chains.reduce((sum, { monitor }) => sum + monitor.sprt.openFlags, 0)
  const lines = [
    `${paintVerdict(verdict, io)}  ${named}, ${checked} receipts checked${counted === checked ? '' : `, ${checked - counted} left out`}`,
    `  period    ${stretch}${state}: ${inIt}`,
    ...(period.empty
      ? []
      : [`  failures  ${estimateText(figures.failure.estimate)} (${failureText(report.parameters.failure)})`]),
    ...idleText(report).map((text) => `  note      ${yellow(text)}`),
    ...flags
      .slice(0, MOST_FLAGS)
      .map(
        ({ chainId, seq, timestamp }) =>
          `  FLAGGED   ${printable(chainId)} seq ${seq}, ${timestamp}: no acknowledgement yet`,
      ),
    ...unshown('FLAGGED ', open - Math.min(flags.length, MOST_FLAGS)),
    ...chains.flatMap(({ chainId, problems, counts }) => [
      ...problems
        .slice(0, MOST_PROBLEMS)
        .map(
          ({ code, seq, message }) =>
            `  problem   ${[printable(chainId), seq === undefined ? '' : `seq ${seq}`, code, printable(message)].filter((part) => part !== '').join('  ')}`,
        ),
      ...unshown('problem ', Object.values(counts).reduce((sum, count) => sum + count, 0) - MOST_PROBLEMS),
    ]),
    `  digest    ${reportDigest(report)}`,
    ...(seal === undefined
      ? []
      : [`  sealed    in ${sealedIn(seal)} of ${chains.length} chain${chains.length === 1 ? '' : 's'}`]),
    ...written.map((file, index) => `  ${index === 0 ? 'written' : '       '}   ${printable(file)}`),
  ]
  return `${lines.join('\n')}\n`
}

function summaryJson({ report, seal }: Made, written: readonly string[]): object {
  const { verdict, chains, period } = report
  return {
    verdict,
    digest: reportDigest(report),
    period,
    chains: chains.map(({ chainId, verdict: judged, checked, counted, period: { receipts }, counts }) => ({
      chainId,
      verdict: judged,
      checked,
      counted,
      receipts,
      counts,
    })),
    sealed: seal !== undefined,
    files: written,
  }
}

/** What store or ledger refuse is exit code 1, as of every command that writes. */
const isRefusal = (error: unknown): error is QuittanceError =>
  QuittanceError.is(error) &&
  (/^LEDGER_/.test(error.code) || error.code === 'REPORT_OTHER_CHAIN' || error.code === 'STORE_BAD_HEAD')

async function report(positional: string | undefined, options: Options, io: Io): Promise<ExitCode> {
  const { format = ['html', 'json'], out = '.', name = 'report', lang, embed, json = false } = options
  if (options.open && !format.some((one) => one === 'html' || one === 'pdf'))
    throw new UsageError('--open shows a page: --format must have html or pdf')
  const kinds: readonly FileKind[] = options.seal ? [...format, 'seal.json'] : format
  const place = await outputPlace(out, name, kinds, io)
  let made: Made
  // a seal stays in the chain for ever: it comes when the files are known to be made and to have their place
  let drafts: Drafts | undefined
  const beforeSeal = async (unsealed: Report) => {
    const files = await filesOf({ report: unsealed }, format)
    drafts = await writeDrafts(place, [...files, { kind: 'seal.json', content: ROOM_FOR_SEAL }], io)
  }
  try {
    made = await makeReport(positional, options, { locale: lang, embed }, io, beforeSeal)
  } catch (error) {
    if (drafts !== undefined) await dropDrafts(drafts)
    if (!options.seal || !isRefusal(error)) throw error
    tell(io, failureOf(error), json)
    return 1
  }
  const { written, removed, stale } = await writeFiles(place, await filesOf(made, format), io, drafts).catch(
    (error) => {
      if (made.seal === undefined || !(error instanceof UsageError)) throw error
      const sealed = 'The report was sealed by then: the chain has the seal of a report that is not there.'
      throw new UsageError(error.message, [sealed], error.code)
    },
  )
  const { yellow } = colorsFor(io, io.stderr)
  for (const file of removed)
    io.stderr.write(`${yellow('note:')} ${printable(file)} was the seal of an earlier report, and is removed\n`)
  for (const file of stale) io.stderr.write(`${yellow('note:')} ${printable(file)} is of an earlier report\n`)
  io.stdout.write(json ? printableJson(summaryJson(made, written)) : summaryText(made, written, io))
  if (options.open) await openInViewer(written, io)
  return exitCodeOf(made.report.verdict)
}

/** `quittance report FILE|DIR|URL|-` and `quittance report verify FILE` */
export const addReport: AddCommand = (program, context) => {
  const { io, exit } = context
  const command = program
    .command('report')
    .summary('make a report for an auditor, or verify one')
    .description(
      'Verifies chains, then makes a report on a period from the receipts that hold: HTML, Markdown, JSON, PDF. A file of an earlier ' +
        'report of the same name is replaced; any other file is left alone.',
    )
    .argument('[target]', 'FILE, DIR, store URL, or - for stdin')
    // so that `report verify` has options of its own
    .enablePositionalOptions()
    .helpCommand(false)
  addReportOptions(command)
    .option('--format <list>', 'html, md, json, pdf, between commas (default html,json)', formats)
    .option('--out <dir>', 'where to write (default the working directory)', once(String))
    .option('--name <name>', 'of the files, without ending (default report)', once(String))
    .option('--lang <language>', 'en (the default) or de', oneOf(['en', 'de'] as const))
    .option(
      '--system <file>',
      'what the system is, as JSON: name, provider, deployer, intendedPurpose, annexIII, highRisk',
      once(String),
    )
    .option('--embed <n>', 'how many receipts come with the report at most (default 1000)', once(wholeNumber))
    .option('--seal', 'write the digest of the report into each chain, signed')
    .option('--key <url>', 'signs the seal: a key file or a key URL; default QUITTANCE_KEY_URL', once(String))
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE', once(String))
    .option('--open', 'show the page')
    .option('--json', 'print the outcome as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string | undefined, options: Options) => exit(await report(target, options, io)))
  addReportVerify(command, context)
}
