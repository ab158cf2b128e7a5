import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { type ImportedChain, importRawLines } from '../../store/import-lines.js'
import type { ReceiptStore } from '../../store/store.js'
import type { Verdict } from '../../verify/types.js'
import { type AddCommand, examples } from '../context.js'
import { type Failure, failureOf, UsageError } from '../failure.js'
import { type LineSource, linesOf, placeOfLine, type Reading, readingOf, sourcesOf } from '../import/sources.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { addMovingOptions, keyringOf, type MovingOptions, movedText } from '../moving.js'
import { printable, printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { openStore } from '../store-target.js'
import { once } from '../values.js'
import { exitCodeOf, worstOf } from '../verdict.js'

interface Options extends MovingOptions {
  readonly chain?: string | undefined
}

const help = examples(
  ['quittance import acme.jsonl ./receipts --keyring keyring.json', 'appends the lines of a file, each verified first'],
  [
    'quittance import ./backup redis://localhost:6379 --keyring keyring.json',
    'every .jsonl file of a directory; the same again goes on where it broke off',
  ],
  ['zcat march.jsonl.gz | quittance import - ./receipts --keyring keyring.json', 'reads stdin'],
)

const chainOption = once((text: string): string => {
  if (!chainIdPattern.test(text)) throw new InvalidArgumentError('It is not the name of a chain.')
  return text
})

/** What became of one chain: it is there, or it was refused. */
interface Outcome {
  readonly source: LineSource
  readonly imported?: ImportedChain | undefined
  readonly refused?: (Failure & { readonly seq?: number | undefined }) | undefined
}

/** What one chain alone is to blame for: the others are imported all the same. */
const ofChainOnly = (error: unknown): error is QuittanceError =>
  QuittanceError.is(error, 'COPY_INVALID') || QuittanceError.is(error, 'STORE_CONFLICT')

function conflictText({ details }: QuittanceError): string {
  const { chainId, expected, actual, reason } = details
  if (expected === undefined || actual === undefined)
    return `chain ${chainId} changed in the store meanwhile: run it again`
  if (reason === 'pruned' && expected.seq !== actual.seq)
    return `the lines of chain ${chainId} end at seq ${expected.seq}, and what the store still holds follows seq ${actual.seq}`
  if (expected.seq > actual.seq)
    return `chain ${chainId} ends at seq ${actual.seq} in the store, and the lines begin at seq ${expected.seq + 1}`
  if (expected.seq < actual.seq)
    return `another writer brought chain ${chainId} to seq ${actual.seq} meanwhile: run it again`
  return `the store has another chain ${chainId}: at seq ${actual.seq} the lines have ${expected.receiptHash}, the store ${actual.receiptHash}`
}

function invalidText({ message, details }: QuittanceError, reading: Reading): string {
  const { line, actual } = details
  const place = line === undefined ? undefined : placeOfLine(reading, line)
  const where = place === undefined ? '' : `, line ${place.line} of ${place.file}`
  const there = actual === undefined ? 'nothing of it is in the store' : `the store has it to seq ${actual.seq}`
  return `${message.replace(/^the source is/, 'the lines are')}${where}; ${there}`
}

function refusedBy(error: QuittanceError, reading: Reading): Outcome['refused'] {
  const failure = failureOf(error)
  const { seq, expected } = error.details
  if (error.code === 'STORE_CONFLICT') return { ...failure, message: conflictText(error), seq: expected?.seq }
  return { ...failure, message: invalidText(error, reading), seq }
}

async function importOne(
  source: LineSource,
  to: ReceiptStore,
  keyring: Keyring | false,
  { chain, acceptPruned, batch, quiet }: Options,
  io: Io,
): Promise<Outcome> {
  const progress = quiet ? { update() {}, clear() {} } : progressOn(io)
  const reading = readingOf(source)
  try {
    const imported = await importRawLines(linesOf(source, reading, io), to, {
      keyring,
      chainId: chain,
      acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
      batch,
      onProgress: ({ appended, already }) =>
        progress.update({ bytes: reading.bytes, totalBytes: reading.totalBytes, receipts: appended + already }),
    })
    return { source, imported }
  } catch (error) {
    if (!ofChainOnly(error)) throw error
    return { source, refused: refusedBy(error, reading) }
  } finally {
    progress.clear()
  }
}

function verdictOf({ imported, refused }: Outcome): Verdict {
  if (refused) return 'INVALID'
  // also where nothing was verified: a line that was left out is not there
  const torn = (imported?.torn ?? 0) > 0 || imported?.chainId === undefined
  return imported?.verification?.verdict ?? (torn ? 'INCOMPLETE' : 'VALID')
}

function outcomeJson(outcome: Outcome): object {
  const { source, imported, refused } = outcome
  if (imported === undefined) return { source: source.name, chainId: source.chainId, error: refused }
  const { verification, ...counts } = imported
  const said = { source: source.name, ...counts }
  if (verification === undefined) return said
  const { verdict, scope, counts: codes } = verification
  return { ...said, verdict, root: scope.root, counts: codes }
}

function outcomeText({ source, imported }: Outcome, io: Io): string {
  if (imported === undefined) return ''
  const { verification, chainId: name = source.name, first, last, kept, appended, already } = imported
  const counts = `${appended} appended, ${already} there already`
  return movedText({ name, verification, first, last, kept, counts }, io)
}

async function run(
  sources: readonly LineSource[],
  to: ReceiptStore,
  keyring: Keyring | false,
  options: Options,
  io: Io,
): Promise<ExitCode> {
  const { red, yellow } = colorsFor(io, io.stderr)
  const outcomes: Outcome[] = []
  for (const source of sources) {
    const outcome = await importOne(source, to, keyring, options, io)
    outcomes.push(outcome)
    if (options.json) continue
    const { refused, imported } = outcome
    if (refused)
      io.stderr.write(
        `${red('quittance:')} ${printable(`${source.name}: ${refused.message}`, 2_000)} [${refused.code}]\n`,
      )
    if ((imported?.torn ?? 0) > 0)
      io.stderr.write(`${yellow(printable(`${source.name}: a last line without its end was left out`, 2_000))}\n`)
    if (!options.quiet) io.stdout.write(outcomeText(outcome, io))
  }
  const verdict = worstOf(outcomes.map(verdictOf))
  if (options.json) {
    const said = keyring === false ? {} : { verdict }
    io.stdout.write(printableJson({ ...said, chains: outcomes.map(outcomeJson) }))
  } else if (outcomes.length === 0) io.stderr.write('there is no .jsonl file\n')
  return exitCodeOf(verdict)
}

async function importing(name: string, target: string, options: Options, io: Io): Promise<ExitCode> {
  const keyring = await keyringOf(options, io)
  const sources = await sourcesOf(name, io)
  if (options.chain !== undefined && sources.length > 1)
    throw new UsageError(`--chain is about one chain, and ${name} holds ${sources.length}`)
  const to = await openStore(target, io)
  try {
    if (!to.durable) throw new UsageError('memory: is gone with this process')
    return await run(sources, to, keyring, options, io)
  } finally {
    await to.close()
  }
}

/** `quittance import FILE|DIR|- STORE` */
export const addImport: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('import')
    .summary('append JSON Lines to a store')
    .description(
      'Appends the lines of chains to a store, each receipt verified before it is written. What the store has already is ' +
        'compared line by line and left alone: the same command again goes on where it broke off.',
    )
    .argument('<source>', 'FILE, DIR of .jsonl files, or - for stdin')
    .argument('<store>', 'the DIR of a file store, which is made, or a store URL')
    .option('--chain <id>', 'the chain that is meant; lines of another are refused', chainOption)
  addMovingOptions(command, { move: 'import', moved: 'imported', written: 'appended' })
    .addHelpText('after', help)
    .action(async (source: string, store: string, options: Options) =>
      exit(await importing(source, store, options, io)),
    )
}
