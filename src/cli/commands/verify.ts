import { stat } from 'node:fs/promises'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { type Counted, verifyLines } from '../../verify/chain.js'
import { type Join, joinProblem, joinsOf, withProblem } from '../../verify/joined.js'
import { type RawLine, readLine } from '../../verify/line.js'
import { LOG_CHAIN, logOptions, missingChains, readingLog, type VerifiedLog } from '../../verify/log.js'
import { fileChunks } from '../../verify/node/chunks.js'
import {
  type DirectoryChain,
  type DirectoryResult,
  type ScopedFile,
  verifyChains,
} from '../../verify/node/directory.js'
import { type FileVerifyOptions, verifyFile } from '../../verify/node/file.js'
import { lineSplitter } from '../../verify/node/lines.js'
import type { Verdict, VerifyOptions, VerifyResult } from '../../verify/types.js'
import { addCheckpointOptions, type CheckpointOptions, checkpointsFor } from '../checkpoint-flags.js'
import { type AddCommand, examples } from '../context.js'
import { packageAt, verifyPackage } from '../evidence/verify.js'
import { UsageError } from '../failure.js'
import { type ExitCode, type Io, pathFrom } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { type Progress, progressOn } from '../progress.js'
import {
  chainOf,
  chainsOfServer,
  letGo,
  type StoreTarget,
  serverChainOf,
  serverLines,
  type Target,
  targetOf,
} from '../target.js'
import { addTrustOptions, type Trust, type TrustOptions, trustFor } from '../trust-flags.js'
import { positiveNumber } from '../values.js'
import {
  briefText,
  exitCodeOf,
  type LinePlace,
  paintVerdict,
  type ResultJson,
  reportText,
  resultJson,
  worstOf,
} from '../verdict.js'
import {
  addChainOptions,
  addListOption,
  type ChainOptions,
  defaultMaxProblems,
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

/** One chain's result, and where it is from. */
interface Judged {
  readonly result: VerifyResult
  readonly from?: DirectoryResult | undefined
}

/** How to judge, and whom to tell how far it is. */
interface Working {
  readonly options: VerifyOptions
  /** How many threads may read files; default as many as are of use. */
  readonly workers: number | undefined
  readonly update: Progress['update']
  /** Hears of each receipt against which nothing was found. */
  readonly counted?: Counted | undefined
}

const fileOptions = ({ options, workers, update }: Working): FileVerifyOptions => ({
  ...options,
  workers,
  onProgress: update,
})

/** Judges chains of a store on a server one after another. */
async function* judgeServer(
  target: StoreTarget,
  chains: readonly string[],
  { options, update, counted: hears }: Working,
): AsyncGenerator<DirectoryResult> {
  let receipts = 0
  let totalReceipts = 0
  for (const chainId of chains) {
    const bounds = chainIdPattern.test(chainId) ? await target.store.bounds(chainId) : undefined
    if (bounds) totalReceipts += bounds.last - bounds.first + 1
  }
  async function* counted(lines: AsyncIterable<RawLine>) {
    for await (const line of lines) {
      yield line
      receipts += 1
      if (receipts % 256 === 0) update({ receipts, totalReceipts })
    }
  }
  for (const chainId of chains) {
    const lines = counted(serverLines(target, chainId))
    const result = await verifyLines(lines, { ...options, chainId }, await fastestBackend(), hears)
    yield { name: chainId, chainId, files: [], result }
  }
}

/** The chains to be judged: a file is a chain of its own. */
async function* judgeAll(target: Target, working: Working, io: Io): AsyncGenerator<DirectoryResult> {
  if (target.kind === 'server') return yield* judgeServer(target, await chainsOfServer(target), working)
  const options = fileOptions(working)
  if (target.kind === 'directory') return yield* verifyChains(target.chains, options, working.counted)
  const file = target.kind === 'stdin' ? { name: 'stdin', path: '-' } : { name: target.name, path: target.path }
  const result = await verifyFile(target.kind === 'stdin' ? io.stdin : target.path, options)
  yield { name: file.name, files: [{ ...file, firstLine: 1 }], result }
}

async function judgeOne(target: Target, working: Working, io: Io): Promise<Judged> {
  const all = '--all judges them all'
  if (target.kind === 'server') {
    const chainId = await serverChainOf(target, working.options.chainId, all)
    for await (const from of judgeServer(target, chainId === undefined ? [] : [chainId], working)) {
      return { result: from.result, from: { ...from, name: target.name } }
    }
    return { result: await verifyLines([], working.options) }
  }
  const options = fileOptions(working)
  if (target.kind === 'stdin') return { result: await verifyFile(io.stdin, options) }
  if (target.kind === 'file') return { result: await verifyFile(target.path, options) }
  const chain = chainOf(target, options.chainId, all)
  if (chain !== undefined) {
    for await (const from of verifyChains([chain], options)) return { result: from.result, from }
  }
  // what was asked for is not there: that is a verdict too
  return { result: await verifyLines([], options) }
}

/** Says on which line of which file something is, where a chain is in several. */
function placer(from: DirectoryResult | undefined): ((line: number) => LinePlace) | undefined {
  if (from === undefined || from.files.length === 0) return undefined
  return (line) => {
    const file = from.files.findLast(({ firstLine }) => firstLine <= line) as ScopedFile
    return { file: file.name, line: line - file.firstLine + 1 }
  }
}

function reportOf(judged: Judged, options: Options, trust: Trust, io: Io): string {
  const { result, from } = judged
  const keys = trust.keyring.entries().length
  const shown = {
    chainNamed: options.chain !== undefined || from?.chainId !== undefined,
    name: from?.name,
    trust: `${keys} key${keys === 1 ? '' : 's'} from ${trust.origin}`,
    maxProblems: options.maxProblems ?? defaultMaxProblems.text,
    place: placer(from),
  }
  return options.brief && result.verdict === 'VALID' ? briefText(result, shown, io) : reportText(result, shown, io)
}

function jsonOf({ result, from }: Judged, options: Options): ResultJson {
  return resultJson(result, options.maxProblems ?? defaultMaxProblems.json, placer(from))
}

/** The chain that holds the checkpoints of all others, and what follows from it. */
interface JudgedLog {
  readonly verified: VerifiedLog
  readonly result: DirectoryResult
  /** The same, where it is not one of the chains of the target. */
  readonly from?: DirectoryResult | undefined
  /** How its chains are to be judged. */
  readonly forChains: VerifyOptions
}

/** Which chain an export claims to be: it only says what to look for. */
async function claimOf(path: string): Promise<string | undefined> {
  const splitter = lineSplitter()
  for await (const chunk of fileChunks(path)) {
    for (const line of splitter.push(chunk)) {
      const chainId = 'text' in line ? readLine(line.text).claim?.chainId : undefined
      return typeof chainId === 'string' && chainIdPattern.test(chainId) ? chainId : undefined
    }
  }
  return undefined
}

async function judgeLog(target: Target, options: Options, working: Working, io: Io): Promise<JudgedLog | undefined> {
  const { logChain } = options
  const { checkpoints } = working.options
  if (logChain === undefined || checkpoints === undefined) return undefined
  const path = pathFrom(io, logChain)
  const bytes = (await stat(path).catch(() => undefined))?.size
  const chainId = bytes === undefined ? logChain : ((await claimOf(path)) ?? LOG_CHAIN)
  if (!chainIdPattern.test(chainId)) throw new UsageError(`--log-chain: there is no file ${logChain}`)
  // what is expected of one chain is not expected of the log
  const { keyring, requireTail, acceptPruned, now } = working.options
  const asked = logOptions({ keyring, checkpoints, chainId, requireTail, acceptPruned, now })
  const reading = readingLog(checkpoints)
  const judging = { ...working, options: asked, counted: reading.counted }
  const result = await logResult(target, bytes === undefined ? undefined : { path, bytes, name: logChain }, judging)
  const verified = reading.finish(result.result)
  return {
    verified,
    result,
    from: bytes === undefined ? undefined : result,
    forChains: { ...working.options, checkpoints: verified.checkpoints, logChain: chainId },
  }
}

async function logResult(
  target: Target,
  file: DirectoryChain['files'][number] | undefined,
  working: Working,
): Promise<DirectoryResult> {
  const { options, workers } = working
  const chainId = options.chainId as string
  const all = { ...options, workers }
  if (file !== undefined) {
    for await (const one of verifyChains([{ name: file.name, files: [file] }], all, working.counted)) return one
  }
  if (target.kind === 'file' || target.kind === 'stdin')
    throw new UsageError('--log-chain ID is about a store; beside a file, give the log chain as a file too')
  if (target.kind === 'server') {
    for await (const one of judgeServer(target, [chainId], working)) return one
  } else {
    const chains = target.chains.filter((chain) => chain.chainId === chainId)
    for await (const one of verifyChains(chains, all, working.counted)) return one
  }
  return { name: chainId, chainId, files: [], result: await verifyLines([], options) }
}

/** Everything there is to say, and the verdict that decides. */
interface Answer {
  readonly verdict: Verdict
  readonly text: string
  /** What else to give, for stderr. */
  readonly hint?: string | undefined
}

/** The log's own chain has its checkpoints under another name than its id: somebody has to say which chain it is. */
function logHint(results: readonly VerifyResult[], { checkpoints }: VerifyOptions): string | undefined {
  const isOpen = results.some(
    ({ counts, verdict }) => verdict === 'INCOMPLETE' && Object.hasOwn(counts, 'CHECKPOINT_NOT_REACHED'),
  )
  if (!isOpen || !checkpoints?.known.some(({ kind }) => kind === 'log')) return undefined
  const isThere = results.some(({ scope }) => scope.chainId === LOG_CHAIN)
  return isThere
    ? `give --log-chain ${LOG_CHAIN}: checkpoints of the log itself were given, and the others are held against what it says`
    : `give --log-chain FILE or ID: checkpoints of the log itself were given, and nothing says which chain it is (default ${LOG_CHAIN})`
}

/** Judges chains that were named by a receipt, as they are now: they may have come, or have grown, since the others were judged. */
async function* judgeNamed(
  target: Target,
  chainIds: ReadonlySet<string>,
  working: Working,
  io: Io,
): AsyncGenerator<DirectoryResult> {
  if (chainIds.size === 0) return
  if (target.kind === 'server') {
    const there = (await chainsOfServer(target)).filter((chainId) => chainIds.has(chainId))
    yield* judgeServer(target, there, working)
  } else if (target.kind === 'directory') {
    const again = await targetOf(target.name, io)
    if (again.kind !== 'directory') return
    const there = again.chains.filter(({ chainId }) => chainId !== undefined && chainIds.has(chainId))
    yield* verifyChains(there, { ...working.options, workers: working.workers })
  }
}

/** Holds what was judged against what `gap` receipts say is there too; what is missing is added. */
async function holdAgainst(
  joins: readonly Join[],
  judged: DirectoryResult[],
  rejudge: (chainIds: ReadonlySet<string>) => AsyncIterable<DirectoryResult>,
): Promise<void> {
  const chainOfResult = ({ chainId, result }: DirectoryResult) => chainId ?? result.scope.chainId
  const at = (wanted: string) => judged.findIndex((one) => chainOfResult(one) === wanted)
  const unsettled = new Set(
    joins.filter((join) => joinProblem(join, judged[at(join.chainId)]?.result)).map(({ chainId }) => chainId),
  )
  for await (const from of rejudge(unsettled)) {
    const place = at(chainOfResult(from) as string)
    judged.splice(place === -1 ? judged.length : place, place === -1 ? 0 : 1, from)
  }
  for (const join of joins) {
    const place = at(join.chainId)
    const from = judged[place]
    const problem = joinProblem(join, from?.result)
    if (problem === undefined) continue
    const { chainId } = join
    const result = withProblem(from?.result, chainId, problem)
    if (from === undefined) judged.push({ name: chainId, chainId, files: [], result })
    else judged[place] = { ...from, result }
  }
}

/** The end of many verdicts: which chains are not VALID is not to be looked for among thousands of lines. */
function totalText(judged: readonly DirectoryResult[], most: number, io: Io): string {
  const verdict = worstOf(judged.map(({ result }) => result.verdict))
  const count = judged.length
  const total = (words: string) => `${paintVerdict(verdict, io)}  ${words}\n`
  if (count < 2) return total(count === 0 ? 'there is no chain' : '1 chain')
  const of = (one: Verdict) => judged.filter(({ result }) => result.verdict === one)
  const kinds = (['INVALID', 'INCOMPLETE', 'VALID'] as const).filter((one) => of(one).length > 0)
  if (kinds.length === 1) return total(`${count} chains; the worst verdict counts`)
  const bad = [...of('INVALID'), ...of('INCOMPLETE')]
  const listed = Math.max(most, defaultMaxProblems.text)
  const lines = bad.slice(0, listed).map(({ name, chainId, result }) => {
    const codes = Object.entries(result.counts).map(([code, found]) => `${code} ${found}`)
    return `  ${paintVerdict(result.verdict, io)}  ${printable(chainId ?? name)}  ${codes.join(', ')}\n`
  })
  if (bad.length > listed) lines.push(`  … and ${bad.length - listed} more (--max-problems)\n`)
  const counted = kinds.map((one) => `${of(one).length} ${one}`).join(', ')
  return `${lines.join('')}${total(`${count} chains: ${counted}; the worst verdict counts`)}`
}

async function answerAll(
  target: Target,
  options: Options,
  trust: Trust,
  working: Working,
  log: JudgedLog | undefined,
  io: Io,
): Promise<Answer> {
  // of each result only what will be printed: thousands of broken chains must fit into memory
  const most = options.maxProblems ?? defaultMaxProblems[options.json ? 'json' : 'text']
  const cut = (from: DirectoryResult): DirectoryResult => {
    const { problems, notices } = from.result
    return { ...from, result: { ...from.result, problems: problems.slice(0, most), notices: notices.slice(0, most) } }
  }
  const joins: Join[] = []
  const judged: DirectoryResult[] = []
  const hearing = { ...working, counted: (receipt: DecisionReceipt) => void joins.push(...joinsOf(receipt)) }
  for await (const from of judgeAll(target, hearing, io)) judged.push(cut(from))
  // a file is one chain: nobody said that others would be in it
  if (target.kind === 'server' || target.kind === 'directory')
    await holdAgainst(joins, judged, (chainIds) => judgeNamed(target, chainIds, working, io))
  if (log !== undefined) {
    const missing = missingChains(
      log.verified,
      judged.map(({ result }) => result),
    )
    judged.push(...missing.map(({ chain, result }) => ({ name: chain.origin, files: [], result })))
    if (log.from !== undefined) judged.unshift(cut(log.from))
  }
  const results = judged.map(({ result }) => result)
  const hint = log === undefined ? logHint(results, working.options) : undefined
  return { ...answerMany(judged, target, options, trust, io), hint }
}

/** The verdicts on several chains. */
function answerMany(
  judged: readonly DirectoryResult[],
  target: Target,
  options: Options,
  trust: Trust,
  io: Io,
): Answer {
  const most = options.maxProblems ?? defaultMaxProblems[options.json ? 'json' : 'text']
  const verdict = worstOf(judged.map(({ result }) => result.verdict))
  const shown = judged.map((from) => ({ result: from.result, from }))
  if (options.json) {
    const chains = shown.map((one) => ({ name: one.from.name, ...jsonOf(one, options) }))
    return { verdict, text: printableJson({ verdict, chains }) }
  }
  const reports = shown.map(({ result, from }) => {
    const named = target.kind === 'server' && from.chainId !== undefined ? { ...from, name: target.name } : from
    return `${reportOf({ result, from: named }, options, trust, io)}${options.brief ? '' : '\n'}`
  })
  return { verdict, text: `${reports.join('')}${totalText(judged, most, io)}` }
}

async function answer(target: Target, options: Options, trust: Trust, given: Working, io: Io): Promise<Answer> {
  const log = await judgeLog(target, options, given, io)
  const working = log === undefined ? given : { ...given, options: log.forChains }
  if (options.all) return answerAll(target, options, trust, working, log, io)
  const judged = await judgeOne(target, working, io)
  if (log !== undefined) {
    const name = target.kind === 'stdin' ? 'stdin' : target.name
    const from = judged.from ?? { name, files: [], result: judged.result }
    return answerMany([log.result, from], target, options, trust, io)
  }
  const text = options.json ? printableJson(jsonOf(judged, options)) : reportOf(judged, options, trust, io)
  return { verdict: judged.result.verdict, text, hint: logHint([judged.result], working.options) }
}

async function verify(text: string, options: Options, io: Io): Promise<ExitCode> {
  const packed = await packageAt(text, io)
  if (packed !== undefined) return verifyPackage(packed, options, io)
  if (options.all) refuseOneChainOptions(options)
  const trust = await trustFor(options, io)
  const base = { ...verifyOptions(options, trust.keyring), checkpoints: await checkpointsFor(options, io) }
  const target = await targetOf(text, io)
  const progress = progressOn(io)
  const working = { options: base, workers: options.workers, update: progress.update }
  const found = await letGo(target, () => answer(target, options, trust, working, io)).finally(progress.clear)
  io.stdout.write(found.text)
  if (found.hint !== undefined) io.stderr.write(`hint: ${found.hint}\n`)
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
