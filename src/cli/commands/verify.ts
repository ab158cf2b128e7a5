import type { DecisionReceipt } from '../../receipt/types.js'
import { type Join, joinsOf } from '../../verify/joined.js'
import { missingChains } from '../../verify/log.js'
import type { DirectoryResult } from '../../verify/node/directory.js'
import { addCheckpointOptions, type CheckpointOptions, checkpointsFor } from '../checkpoint-flags.js'
import { type AddCommand, examples } from '../context.js'
import { packageAt, verifyPackage } from '../evidence/verify.js'
import { UsageError } from '../failure.js'
import type { ExitCode, Io } from '../io.js'
import { printable } from '../printable.js'
import { progressOn } from '../progress.js'
import { letGo, type Target, targetOf } from '../target.js'
import { addTrustOptions, type TrustOptions, trustFor } from '../trust-flags.js'
import { positiveNumber } from '../values.js'
import { exitCodeOf } from '../verdict.js'
import { type Answer, answerMany, answerOne, mostListed, type Shown } from '../verify/answer.js'
import { beginningFrom } from '../verify/beginning.js'
import { type Beside, checkpointsBeside } from '../verify/beside.js'
import { holdAgainstJoins } from '../verify/joined.js'
import { judgeAll, judgeOne, type Working } from '../verify/judging.js'
import { type JudgedLog, judgeLog, logHint } from '../verify/log-chain.js'
import { type Entries, hearEntry, holdAgainstLogged } from '../verify/logged.js'
import {
  addChainOptions,
  addListOption,
  type ChainOptions,
  refuseOneChainOptions,
  verifyOptions,
} from '../verify-flags.js'

interface Options extends TrustOptions, ChainOptions, CheckpointOptions {
  readonly all?: true | undefined
  readonly brief?: true | undefined
  readonly json?: true | undefined
  readonly maxProblems?: number | undefined
  readonly workers?: number | undefined
}

const help = examples(
  ['quittance verify receipts.jsonl --keyring keyring.json', "judges one chain; the keyring is yours, not the data's"],
  ['quittance verify ./receipts --chain acme --trust did:key:z6Mk…', 'judges one chain of a file store'],
  [
    'quittance verify receipts.jsonl --keyring keyring.json --expect-head 41:sha256:…',
    'also shows whether the end was cut',
  ],
  [
    'quittance verify ./receipts --all --keyring keyring.json --json',
    'one verdict a chain; the worst is the exit code',
  ],
  ['quittance verify redis://localhost --chain acme --keyring keyring.json', 'judges one chain of a Redis store'],
  [
    'quittance verify ./receipts --all --keyring keyring.json --checkpoints ./audit --policy policy.txt --log-chain transparency-log',
    'also shows what was cut, rewritten or left out as a whole',
  ],
  ['zcat receipts.jsonl.gz | quittance verify - --keyring keyring.json', 'reads stdin'],
)

/** What the chains of a target are held against. */
interface Against {
  readonly log: JudgedLog | undefined
  readonly beside: Beside
}

async function answerAll(
  target: Target,
  shown: Shown,
  working: Working,
  { log, beside }: Against,
  io: Io,
): Promise<Answer> {
  // of each result only what will be printed: thousands of broken chains must fit into memory
  const most = mostListed(shown)
  const cut = (from: DirectoryResult): DirectoryResult => {
    const { problems, notices } = from.result
    return { ...from, result: { ...from.result, problems: problems.slice(0, most), notices: notices.slice(0, most) } }
  }
  const joins: Join[] = []
  const judged: DirectoryResult[] = []
  const entries: Entries = new Map()
  const counted = (receipt: DecisionReceipt): void => {
    joins.push(...joinsOf(receipt))
    if (log === undefined) hearEntry(entries, receipt)
  }
  for await (const from of judgeAll(target, { ...working, counted }, io)) judged.push(cut(from))
  await holdAgainstJoins(target, joins, judged, working, io)
  if (log !== undefined) {
    const missing = missingChains(
      log.verified,
      judged.map(({ result }) => result),
    )
    for (const { chain, result } of missing)
      judged.push({ name: chain.formerOrigin ?? chain.origin, files: [], result })
    // the log is judged as one of the chains, where it is one of them
    const isAmong = judged.some(({ chainId }) => chainId !== undefined && chainId === log.result.chainId)
    if (log.from !== undefined || !isAmong) judged.unshift(cut(log.result))
  }
  const results = judged.map(({ result }) => result)
  const hint = log === undefined ? logHint(results, working.options) : undefined
  const absent = await holdAgainstLogged(target, entries, judged, beside, working, io)
  const held: DirectoryResult[] = []
  for (const from of judged) held.push(cut({ ...from, result: await beside.hold(from.chainId, from.result) }))
  return { ...answerMany(held, target, shown, io), hints: [hint, absent] }
}

async function answerOneChain(
  target: Target,
  { chain }: Options,
  shown: Shown,
  working: Working,
  { log, beside }: Against,
  io: Io,
): Promise<Answer> {
  const found = await judgeOne(target, working, io)
  const result = await beside.hold(found.from?.chainId ?? chain, found.result)
  const from = found.from && { ...found.from, result }
  if (log === undefined)
    return { ...answerOne({ result, from }, shown, io), hints: [logHint([found.result], working.options)] }
  const name = target.kind === 'stdin' ? 'stdin' : target.name
  return answerMany([log.result, from ?? { name, files: [], result }], target, shown, io)
}

async function answer(target: Target, options: Options, shown: Shown, given: Working, io: Io): Promise<Answer> {
  const beside = await checkpointsBeside(target, options, io)
  try {
    const log = await judgeLog(target, options.logChain, given, io)
    const working = log === undefined ? given : { ...given, options: log.forChains }
    const found = options.all
      ? await answerAll(target, shown, working, { log, beside }, io)
      : await answerOneChain(target, options, shown, working, { log, beside }, io)
    return { ...found, warnings: beside.warnings }
  } finally {
    await beside.close()
  }
}

async function verify(text: string, options: Options, io: Io): Promise<ExitCode> {
  const packed = await packageAt(text, io)
  if (packed !== undefined) return verifyPackage(packed, options, io)
  if (options.all) refuseOneChainOptions(options)
  if (options.all && options.tiles !== undefined)
    throw new UsageError('--tiles is about one chain and does not go with --all')
  const trust = await trustFor(options, io)
  const base = { ...verifyOptions(options, trust.keyring), checkpoints: await checkpointsFor(options, io) }
  const target = await targetOf(text, io)
  const progress = progressOn(io)
  const working = { options: base, workers: options.workers, update: progress.update }
  const { json = false, brief = false, maxProblems, chain } = options
  const shown: Shown = { json, brief, maxProblems, chainNamed: chain !== undefined, trust }
  const found = await letGo(target, async () => {
    const { tiles } = options
    const beginning = tiles === undefined ? undefined : await beginningFrom(tiles, target, chain, io)
    return answer(target, options, shown, { ...working, options: { ...base, beginning } }, io)
  }).finally(progress.clear)
  io.stdout.write(found.text)
  for (const warning of found.warnings ?? []) io.stderr.write(`warning: ${printable(warning, 500)}\n`)
  for (const hint of found.hints ?? []) if (hint !== undefined) io.stderr.write(`hint: ${printable(hint, 500)}\n`)
  return exitCodeOf(found.verdict)
}

/** `quittance verify FILE|DIR|URL|-` */
export const addVerify: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('verify')
    .summary('judge a chain of receipts')
    .description(
      'Verifies every signature, hash, link, number, time and key of a chain, and says what is not proved. Reads JSON Lines, ' +
        'a directory of them, a file store, whose lock it does not take, or a Redis store.',
    )
    .argument('<target>', 'FILE, DIR, store URL, - for stdin, or an evidence package (ZIP)')
  addListOption(addCheckpointOptions(addChainOptions(addTrustOptions(command))))
    .option('--all', 'judge every chain of a directory or store; the worst verdict is the exit code')
    .option('--brief', 'one line for each chain that is VALID')
    .option('--workers <n>', 'how many threads may verify files (default: one a core)', positiveNumber)
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string, options: Options) => exit(await verify(target, options, io)))
}
