import { toTimelineText } from '../../report/reconstruct/text.js'
import { type Reconstruction, type ReconstructionSubject, reconstructChains } from '../../report/reconstruct.js'
import type { Locale } from '../../report/types.js'
import { type AddCommand, examples } from '../context.js'
import { chainsMeant, counting } from '../coverage/chains.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { letGo, targetOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustFor } from '../trust-flags.js'
import { instant, once, oneOf, positiveNumber, wholeNumber } from '../values.js'
import { exitCodeOf } from '../verdict.js'
import { writePublic } from '../write-public.js'

const formats = ['text', 'json', 'html'] as const
/** What `reconstruct` takes at most. */
const MOST = 100_000
type Format = (typeof formats)[number]

interface Options extends TrustOptions {
  readonly store?: string | undefined
  readonly chain?: string | undefined
  readonly decision?: true | undefined
  readonly receipt?: true | undefined
  readonly acceptPruned?: number | undefined
  readonly now?: string | undefined
  readonly limit?: number | undefined
  readonly format?: Format | undefined
  readonly out?: string | undefined
  readonly lang?: Locale | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance reconstruct 4bf92f35… --store ./receipts --keyring keyring.json',
    'the course of one trace, over all chains of the store',
  ],
  [
    'quittance reconstruct case-7 --decision --store ./receipts --chain acme --keyring keyring.json --format html --out case-7.html',
    'a case across days, as a page',
  ],
  [
    'quittance reconstruct 0197… --receipt --store redis://localhost --keyring keyring.json --json',
    'of the trace that a receipt is of',
  ],
)

function subjectOf(id: string, { decision, receipt }: Options): ReconstructionSubject {
  if (decision && receipt) throw new UsageError('--decision does not go with --receipt')
  if (id === '') throw new UsageError('the id is empty')
  if (receipt) {
    if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      throw new UsageError('with --receipt the id must be a UUID')
    return { receiptId: id }
  }
  return decision ? { decisionId: id } : { traceId: id }
}

/** How a format is written; what the page is drawn with need not be installed, and is loaded for a page only. */
async function writerOf(format: Format, { lang, out }: Options, io: Io): Promise<(of: Reconstruction) => string> {
  if (format === 'json') return printableJson
  if (format === 'html') {
    const { toTimelineHtml } = await import('../../report/reconstruct/html.js')
    return (of) => toTimelineHtml(of, { locale: lang })
  }
  if (out !== undefined) return (of) => toTimelineText(of, { locale: lang })
  const { green, red, yellow, dim, bold } = colorsFor(io, io.stdout)
  const paint = { good: green, bad: red, warning: yellow, dim, strong: bold }
  return (of) => toTimelineText(of, { locale: lang, paint })
}

async function reconstruct(id: string, options: Options, io: Io): Promise<ExitCode> {
  const { store = io.env.QUITTANCE_STORE_URL || undefined, chain, acceptPruned, now, limit, json, out } = options
  if (json && options.format !== undefined && options.format !== 'json')
    throw new UsageError('--json does not go with another --format')
  if (store === undefined)
    throw new UsageError('no store was given: --store FILE, DIR or URL, or set QUITTANCE_STORE_URL')
  if (store === '-')
    throw new UsageError('stdin can be read only once, and the chains are read several times: name a FILE')
  const subject = subjectOf(id, options)
  if (limit !== undefined && limit > MOST) throw new UsageError(`--limit is at most ${MOST}`)
  const written = await writerOf(json ? 'json' : (options.format ?? 'text'), options, io)
  const trust = await trustFor(options, io)
  const target = await targetOf(store, io)
  const progress = progressOn(io)
  const read = { receipts: 0 }
  const found = await letGo(target, async () => {
    const chains = await chainsMeant(target, { chain, all: chain === undefined }, io)
    const counted = chains.map(({ chainId, lines }) => ({ chainId, lines: () => counting(lines(), progress, read) }))
    return reconstructChains(counted, subject, {
      keyring: trust.keyring,
      acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
      now,
      limit,
    })
  }).finally(progress.clear)
  await writePublic(io, written(found), out)
  return exitCodeOf(found.verdict)
}

/** `quittance reconstruct ID` */
export const addReconstruct: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('reconstruct')
    .summary('the course of one decision')
    .description(
      'Verifies chains and puts one decision together again: the receipts of a trace or case, their parents, children and links, ' +
        'what people did later, and what is not there.',
    )
    .argument('<id>', 'a traceId; with --decision a decisionId, with --receipt a receiptId')
    .option('--store <target>', 'FILE, DIR or store URL; default QUITTANCE_STORE_URL', once(String))
    .option('--chain <id>', 'only this chain; default: every chain that is there', once(String))
    .option('--decision', 'the id is a decisionId: a case across days')
    .option('--receipt', 'the id is a receiptId: its trace, or else its case, or else the receipt alone')
  addTrustOptions(command)
    .option('--accept-pruned <min-days>', 'as for verify', once(wholeNumber))
    .option('--now <time>', 'judge as of this UTC time', once(instant))
    .option('--limit <n>', 'how many receipts are taken at most (default 2000)', once(positiveNumber))
    .option('--format <format>', 'text (the default), json or html', oneOf(formats))
    .option('--out <file>', 'where to write it, in place of what is there; default stdout', once(String))
    .option('--lang <language>', 'en (the default) or de', oneOf(['en', 'de'] as const))
    .option('--json', 'print quittance-reconstruction/1 as one line of JSON')
    .addHelpText('after', help)
    .action(async (id: string, options: Options) => exit(await reconstruct(id, options, io)))
}
