/** `quittance export STORE --evidence -o PACKAGE.zip` */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { EvidenceResult } from '../../evidence/findings.js'
import { judgeWritten } from '../../evidence/judge-written.js'
import { type WrittenEvidence, writeEvidence } from '../../evidence/write.js'
import { parseReport } from '../../report/json.js'
import type { ReportSeal } from '../../report/types.js'
import type { ReceiptStore } from '../../store/store.js'
import { LOG_CHAIN } from '../../verify/log.js'
import { unreadable } from '../../verify/node/chunks.js'
import type { VerifyResult } from '../../verify/types.js'
import { UsageError } from '../failure.js'
import { type ExitCode, type Io, pathFrom } from '../io.js'
import { openKey } from '../key-target.js'
import { printable, printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { openExistingStore } from '../store-target.js'
import { chainsOfServer, serverChainOf } from '../target.js'
import { type TrustOptions, trustFor } from '../trust-flags.js'
import { once } from '../values.js'
import { exitCodeOf, paintVerdict } from '../verdict.js'
import { checkpointFiles, eachOnce, keptCheckpoints } from './checkpoint-files.js'

/** The options that `addEvidenceOptions` adds. */
export interface EvidenceFlags {
  readonly evidence?: true | undefined
  readonly key?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly logChain?: string | undefined
  readonly checkpoints?: readonly string[] | undefined
  readonly report?: string | undefined
  readonly compress?: true | undefined
}

/** What a package can be asked for with. */
export interface PackingOptions extends EvidenceFlags, TrustOptions {
  readonly chain?: string | undefined
  readonly all?: true | undefined
  readonly out?: string | undefined
  readonly json?: true | undefined
  readonly quiet?: true | undefined
}

const also: ReadonlySet<string> = new Set<keyof PackingOptions>([
  'evidence',
  'key',
  'passphraseFile',
  'logChain',
  'checkpoints',
  'report',
  'compress',
  'keyring',
  'trust',
  'chain',
  'all',
  'out',
  'json',
  'quiet',
])
const own = ['key', 'passphraseFile', 'logChain', 'checkpoints', 'report', 'compress'] as const

const several = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text]

/**
 * @param command - `export`
 * @returns the command, with the options of packages
 */
export function addEvidenceOptions(command: Command): Command {
  return command
    .option('--evidence', 'an evidence package (ZIP) instead of lines: receipts, keys, checkpoints, report, verifiers')
    .option(
      '--key <url>',
      'with --evidence: signs its list; a key file or a key URL; default QUITTANCE_KEY_URL',
      once(String),
    )
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE', once(String))
    .option(
      '--log-chain <id>',
      `with --evidence: the chain that holds the checkpoints of all others; with --all default ${LOG_CHAIN}, where it is there`,
      once(String),
    )
    .option(
      '--checkpoints <file>',
      'with --evidence: checkpoints beside those that the store keeps: a note, or a directory of *.note; may be repeated',
      several,
    )
    .option('--report <file>', 'with --evidence: a report.json, with its report.seal.json beside it', once(String))
    .option('--compress', 'with --evidence: a smaller file, whose verification takes longer')
}

/**
 * @param options - of `export`
 * @throws UsageError where an option is for the other kind of export
 */
export function refuseMixed(options: PackingOptions): void {
  const flag = (name: string) => `--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`
  if (!options.evidence) {
    const stray = own.find((name) => options[name] !== undefined)
    if (stray !== undefined) throw new UsageError(`${flag(stray)} goes with --evidence`)
    return
  }
  const stray = Object.keys(options).find((name) => !also.has(name))
  if (stray !== undefined) throw new UsageError(`${flag(stray)} does not go with --evidence`)
  if (options.out === undefined) throw new UsageError('--evidence writes a file: name it with -o PACKAGE.zip')
  if (options.all && options.chain !== undefined)
    throw new UsageError('--chain is about one chain and does not go with --all')
}

function sealIn(text: string, report: string): ReportSeal {
  try {
    return JSON.parse(text) as ReportSeal
  } catch {
    // a parser's own message may quote what it read
    throw new UsageError(`the seal beside ${report} can't be read: it is not JSON`)
  }
}

async function reportFrom(named: string, io: Io) {
  const path = pathFrom(io, named)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw unreadable(error, named)
  })
  const sealFile = path.replace(/\.json$/, '.seal.json')
  const seal = await readFile(sealFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw unreadable(error, sealFile)
    return undefined
  })
  return { report: parseReport(text), seal: seal === undefined ? undefined : sealIn(seal, named) }
}

async function chainsFor(
  store: ReceiptStore,
  name: string,
  { chain, all }: PackingOptions,
): Promise<readonly string[]> {
  const target = { kind: 'server', name, store } as const
  if (all) return chainsOfServer(target)
  const one = await serverChainOf(target, chain, '--all packs them all')
  if (one === undefined) throw new UsageError('there is no chain')
  return [one]
}

/** Of a chain that is not VALID so much is told. */
const MOST_PROBLEMS = 20

/** What was written, and what it is worth. */
interface Made {
  readonly written: WrittenEvidence
  readonly judged: Pick<EvidenceResult, 'verdict' | 'problems' | 'chains'>
  /** The log chain that was taken without being named. */
  readonly assumed: string | undefined
}

function madeJson(file: string, { written, judged, assumed }: Made): object {
  const { digest, manifest } = written
  const { verdict, problems } = judged
  const results = new Map(judged.chains.map(({ chainId, result }) => [chainId, result]))
  const chains = manifest.chains.map((chain) => {
    const result = results.get(chain.chainId)
    return { ...chain, verdict: result?.verdict, problems: result?.problems.slice(0, MOST_PROBLEMS) }
  })
  return { verdict, file, digest, chains, logChain: manifest.logChain, assumed, problems, omitted: manifest.omitted }
}

function madeText(file: string, { written, judged, assumed }: Made, io: Io): string {
  const { chains, logChain } = written.manifest
  const receipts = chains.reduce((sum, one) => sum + one.receipts, 0)
  const what = `${chains.length} chain${chains.length === 1 ? '' : 's'}, ${receipts} receipts`
  const lines = [`${paintVerdict(judged.verdict, io)}  ${printable(file)}  ${what}, manifest ${written.digest}`]
  if (assumed !== undefined && logChain === assumed)
    lines.push(`  the log's chain is ${printable(assumed)}, by its name (--log-chain)`)
  const results = new Map<string | undefined, VerifyResult>(judged.chains.map((one) => [one.chainId, one.result]))
  for (const { chainId, message } of judged.problems) {
    lines.push(`  ${printable(message)}`)
    const found = results.get(chainId)?.problems ?? []
    lines.push(...found.slice(0, MOST_PROBLEMS).map(({ code, message }) => `    ${code}  ${printable(message)}`))
  }
  return `${lines.join('\n')}\n`
}

/**
 * Writes a package, and judges it as whoever gets it will, and by all checkpoints that lie beside its chains.
 *
 * @param name - the store, as it was typed
 * @param options - of `export`, checked by `refuseMixed`
 * @param io - the process
 * @returns the exit code: the verdict's
 * @throws UsageError; what `writeEvidence` and `verifyEvidence` throw
 */
export async function exportEvidence(name: string, options: PackingOptions, io: Io): Promise<ExitCode> {
  const { key, passphraseFile, checkpoints = [], report, compress, json, quiet, all } = options
  const file = options.out as string
  const { keyring } = await trustFor(options, io)
  const out = pathFrom(io, file)
  const store = await openExistingStore(name, io)
  const signer = await openKey(key, passphraseFile, io)
  const progress = progressOn(io)
  try {
    const chains = await chainsFor(store, name, options)
    const assumed = all && options.logChain === undefined && chains.includes(LOG_CHAIN) ? LOG_CHAIN : undefined
    const logChain = options.logChain ?? assumed
    if (options.logChain !== undefined && (await store.bounds(options.logChain)) === undefined)
      throw new UsageError(`--log-chain: the store has no chain ${options.logChain}`)
    const withLog = logChain === undefined || chains.includes(logChain) ? chains : [logChain, ...chains]
    // before the chains are read: they are then never shorter than what is signed of them, but for what was cut
    const kept = await keptCheckpoints(store, withLog)
    const written = await writeEvidence({
      store,
      chains,
      logChain,
      keyring,
      signer,
      checkpoints: eachOnce([...kept, ...(await checkpointFiles(checkpoints, io))]),
      report: report === undefined ? undefined : await reportFrom(report, io),
      out,
      compress,
      onProgress: progress.update,
    })
    const judged = await judgeWritten(out, keyring, kept, progress.update)
    progress.clear()
    const made = { written, judged, assumed }
    if (json) io.stdout.write(printableJson(madeJson(file, made)))
    else if (!quiet) io.stdout.write(madeText(file, made, io))
    return exitCodeOf(judged.verdict)
  } finally {
    progress.clear()
    await signer.close?.()
    await store.close()
  }
}
