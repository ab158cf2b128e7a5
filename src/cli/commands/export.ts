import { join } from 'node:path'
import type { Keyring } from '../../keys/keyring.js'
import type { ReceiptStore } from '../../store/store.js'
import type { Verdict } from '../../verify/types.js'
import { type AddCommand, examples } from '../context.js'
import { addEvidenceOptions, type EvidenceFlags, exportEvidence, refuseMixed } from '../evidence/export.js'
import { type ExportFlags, exportToFile, exportToStdout, type Outcome } from '../export/export-one.js'
import { makeDirectory } from '../export/line-file.js'
import { exportFileName } from '../export/names.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io, pathFrom } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { openExistingStore, storeName } from '../store-target.js'
import { chainsOfServer, serverChainOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustIfAny } from '../trust-flags.js'
import { instant, once, wholeNumber } from '../values.js'
import { exitCodeOf, paintVerdict, worstOf } from '../verdict.js'

interface Options extends TrustOptions, ExportFlags, EvidenceFlags {
  readonly chain?: string | undefined
  readonly all?: true | undefined
  readonly out?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance export ./receipts --chain acme --keyring keyring.json -o acme.jsonl',
    'writes one chain as JSON Lines, verified on the way; the file is there when it is whole',
  ],
  [
    'quittance export ./receipts --chain acme --keyring keyring.json -o acme.jsonl --resume',
    'goes on where the file ends: after it broke off, or for what came since',
  ],
  ['quittance export redis://localhost --all --keyring keyring.json -o ./backup', 'a file for every chain of a store'],
  [
    'quittance export ./receipts --chain acme --from 2026-03-01 --to 2026-04-01 | gzip > march.jsonl.gz',
    'the receipts of a month to stdout, as they are stored',
  ],
  [
    'quittance export ./receipts --all --evidence --keyring keyring.json --key file:./report.key.pem -o evidence.zip',
    'one file that others can judge by themselves, with all that is known of the chains',
  ],
)

function refuseContradictions(options: Options): void {
  const { chain, all, out, resume, check, json, fromSeq, toSeq, from, to } = options
  if (all && chain !== undefined) throw new UsageError('--chain is about one chain and does not go with --all')
  if (all && out === undefined) throw new UsageError('--all writes a file a chain: name their directory with -o')
  if (all && (fromSeq ?? toSeq) !== undefined)
    throw new UsageError('--from-seq and --to-seq are about one chain and do not go with --all')
  if (resume && out === undefined) throw new UsageError('--resume goes on behind what is in a file: name it with -o')
  if (check && !resume) throw new UsageError('--check compares what is in a file: it goes with --resume')
  if (json && out === undefined) throw new UsageError('--json says what was written where: name the file with -o')
  if (fromSeq !== undefined && toSeq !== undefined && fromSeq > toSeq)
    throw new UsageError('--from-seq is greater than --to-seq')
  if (from !== undefined && to !== undefined && from >= to) throw new UsageError('--to must be after --from')
}

const verdictOf = ({ refused, exported }: Outcome): Verdict =>
  refused ? 'INVALID' : (exported?.verification?.verdict ?? 'VALID')

function outcomeJson(outcome: Outcome): object {
  const { chainId, file, exported, continued, erased, refused } = outcome
  if (exported === undefined) return { chainId, file, error: refused }
  const { verification, ...counts } = exported
  const said = { ...counts, file: exported.exported > 0 || continued ? file : undefined, continued, erased }
  if (verification === undefined) return said
  const { verdict, scope, counts: codes } = verification
  return { ...said, verdict, root: scope.root, counts: codes }
}

function outcomeText(outcome: Outcome, output: 'stdout' | 'stderr', io: Io): string {
  const { chainId, file, exported, continued } = outcome
  if (exported === undefined) return ''
  const { verification, first, last } = exported
  const verdict = verification === undefined ? 'not verified' : paintVerdict(verification.verdict, io, io[output])
  const range = first === undefined || last === undefined ? '' : `, seq ${first} to ${last.seq}`
  const where =
    file === undefined || (exported.exported === 0 && continued === undefined) ? '' : ` to ${printable(file)}`
  const behind = continued?.afterSeq === undefined ? '' : ` behind seq ${continued.afterSeq}`
  const codes = Object.entries(verification?.counts ?? {}).map(([code, count]) => `${code} ${count}`)
  const found = codes.length === 0 ? '' : `  (${codes.join(', ')})`
  return `${verdict}  ${printable(chainId)}  ${exported.exported} exported${where}${behind}${range}${found}\n`
}

/** What is worth knowing beside the outcome. */
function remarksOf({ chainId, file, continued, erased }: Outcome): readonly string[] {
  const lines: string[] = []
  if (continued !== undefined && continued.cut > 0)
    lines.push(`${chainId}: a last line without its end was cut from ${file} (${continued.cut} bytes)`)
  if (continued?.notCompared !== undefined && continued.notCompared > 0)
    lines.push(`${chainId}: ${continued.notCompared} lines are no more in the store, and were not compared`)
  if (erased !== undefined)
    lines.push(
      `${chainId}: the free text of seq ${erased.slice(0, 20).join(', ')}${erased.length > 20 ? ' …' : ''} was erased since, and may ` +
        `still stand in ${file}: export it again without --resume`,
    )
  return lines
}

function tellOutcome(outcome: Outcome, options: Options, io: Io): void {
  const { red, yellow } = colorsFor(io, io.stderr)
  const { refused, chainId, left } = outcome
  if (refused) {
    const before = left === undefined ? '' : `; what stands before it is in ${left}`
    io.stderr.write(
      `${red('quittance:')} ${printable(`${chainId}: ${refused.message}${before}`, 2_000)} [${refused.code}]\n`,
    )
    return
  }
  for (const line of remarksOf(outcome)) io.stderr.write(`${yellow(printable(line, 2_000))}\n`)
  if (options.quiet) return
  if (options.out === undefined) io.stderr.write(outcomeText(outcome, 'stderr', io))
  else io.stdout.write(outcomeText(outcome, 'stdout', io))
}

async function chainsOf(store: ReceiptStore, name: string, { chain, all }: Options): Promise<readonly string[]> {
  const target = { kind: 'server', name, store } as const
  if (all) return chainsOfServer(target)
  const one = await serverChainOf(target, chain, '--all exports them all')
  return one === undefined ? [] : [one]
}

async function run(store: ReceiptStore, name: string, keyring: Keyring | false, options: Options, io: Io) {
  const { out, all, json } = options
  const chains = await chainsOf(store, name, options)
  const outcomes: Outcome[] = []
  if (all && out !== undefined) await makeDirectory(out, pathFrom(io, out))
  for (const chainId of chains) {
    const what = { store, chainId, keyring, flags: options }
    if (keyring === false && (await store.bounds(chainId)) === undefined)
      throw new UsageError(`the store has no chain ${chainId}`)
    const file = out === undefined ? undefined : all ? join(out, exportFileName(chainId)) : out
    const outcome =
      file === undefined
        ? await exportToStdout(what, io)
        : await exportToFile(what, { name: file, path: pathFrom(io, file) }, io)
    outcomes.push(outcome)
    if (!json) tellOutcome(outcome, options, io)
  }
  const verdict = worstOf(outcomes.map(verdictOf))
  if (json) {
    const said = keyring === false ? {} : { verdict }
    io.stdout.write(printableJson({ ...said, chains: outcomes.map(outcomeJson) }))
  } else if (outcomes.length === 0) io.stderr.write('there is no chain\n')
  if (keyring === false && outcomes.length > 0 && !options.quiet)
    io.stderr.write('nothing was verified: no keyring was given\n')
  return exitCodeOf(verdict)
}

async function exporting(name: string, options: Options, io: Io): Promise<ExitCode> {
  refuseMixed(options)
  if (options.evidence) return exportEvidence(name, options, io)
  refuseContradictions(options)
  const keyring = (await trustIfAny(options, io))?.keyring ?? false
  if (keyring === false && options.acceptPruned !== undefined)
    throw new UsageError('--accept-pruned is for the verdict, and no keyring was given')
  const store = await openExistingStore(name, io)
  try {
    if (!store.durable) throw new UsageError('memory: holds nothing that another process could read')
    return await run(store, storeName(name), keyring, options, io)
  } finally {
    await store.close()
  }
}

/** `quittance export STORE` */
export const addExport: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('export')
    .summary('write chains as JSON Lines')
    .description(
      'Writes the lines of a chain as they are stored: what verify judges and import takes. With a keyring each receipt is ' +
        'verified before it is written, and the chain is read from its first receipt; without one nothing is verified.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
    .option('--chain <id>', 'the chain, where there are several', once(String))
    .option('--all', 'every chain, a file each, into the directory that -o names')
    .option('-o, --out <file>', 'where to write it (default stdout); it is there under its name when it is whole')
    .option('--resume', 'go on behind the last whole line of the file')
    .option('--check', 'with --resume: compare every line of the file with the store, not only the last')
    .option('--from-seq <n>', 'the first receipt', once(wholeNumber))
    .option('--to-seq <n>', 'the last receipt', once(wholeNumber))
    .option('--from <time>', 'sealed at this UTC time or later', once(instant))
    .option('--to <time>', 'sealed before this UTC time', once(instant))
  addEvidenceOptions(addTrustOptions(command))
    .option(
      '--accept-pruned <min-days>',
      'accept a pruned beginning if all that went was this many days old; it is exported either way',
      once(wholeNumber),
    )
    .option('--quiet', 'print nothing but the lines and errors')
    .option('--json', 'with -o: print {verdict, chains} as one line of JSON')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await exporting(store, options, io)))
}
