/** The chain that holds the checkpoints of all others: judged before them, because they are held against what it says. */
import { stat } from 'node:fs/promises'
import { chainIdPattern } from '../../primitives/chain-id.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { verifyLines } from '../../verify/chain.js'
import type { CheckpointSet } from '../../verify/checkpoints.js'
import { LOG_CHAIN, logOptions, readingLog, type VerifiedLog } from '../../verify/log.js'
import { type DirectoryChain, type DirectoryResult, verifyChains } from '../../verify/node/directory.js'
import type { VerifyOptions, VerifyResult } from '../../verify/types.js'
import { UsageError } from '../failure.js'
import { type Io, pathFrom } from '../io.js'
import type { Target } from '../target.js'
import { firstClaim } from './first-claim.js'
import { judgeServer, type Working } from './judging.js'

/** The log chain, and what follows from it. */
export interface JudgedLog {
  readonly verified: VerifiedLog
  readonly result: DirectoryResult
  /** The same, where it is not one of the chains of the target. */
  readonly from?: DirectoryResult | undefined
  /** How its chains are to be judged. */
  readonly forChains: VerifyOptions
}

/** Which chain an export claims to be. */
async function claimOf(path: string): Promise<string | undefined> {
  const chainId = (await firstClaim(path))?.chainId
  return typeof chainId === 'string' && chainIdPattern.test(chainId) ? chainId : undefined
}

/** A chain that has checkpoints of its own is no log of others: to hold it against the log's would accuse it of a slip. */
function refuseOrdinary(logChain: string, { known }: CheckpointSet, { scope }: VerifyResult): void {
  const mark = scope.root?.slice('sha256:'.length, 'sha256:'.length + 16)
  if (mark === undefined || !known.some(({ kind, origin }) => kind === 'chain' && origin.endsWith(`/${mark}`))) return
  throw new UsageError(
    `--log-chain: ${logChain} is no log: it has no checkpoint of another chain, and others have some of it`,
  )
}

/**
 * @param target - what was named to be verified
 * @param logChain - of `--log-chain`: a file, or an id in the target
 * @param working - how the chains would be judged without it
 * @param io - the process
 * @returns the judged log; `undefined` where none was named
 * @throws UsageError where it is neither a file nor an id that can be looked for, or an ordinary chain
 */
export async function judgeLog(
  target: Target,
  logChain: string | undefined,
  working: Working,
  io: Io,
): Promise<JudgedLog | undefined> {
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
  let entries = 0
  const counted = (receipt: DecisionReceipt): void => {
    if (receipt.system?.event === 'checkpoint') entries += 1
    reading.counted(receipt)
  }
  const judging = { ...working, options: asked, counted }
  const result = await logResult(target, bytes === undefined ? undefined : { path, bytes, name: logChain }, judging)
  if (entries === 0) refuseOrdinary(logChain, checkpoints, result.result)
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

/**
 * The log's own chain has its checkpoints under another name than its id: somebody has to say which chain it is.
 *
 * @param results - of all chains
 * @param options - how they were judged, without a log chain
 * @returns what to give; `undefined` where that is not what is missing
 */
export function logHint(results: readonly VerifyResult[], { checkpoints }: VerifyOptions): string | undefined {
  const isOpen = results.some(
    ({ counts, verdict }) => verdict === 'INCOMPLETE' && Object.hasOwn(counts, 'CHECKPOINT_NOT_REACHED'),
  )
  if (!isOpen || !checkpoints?.known.some(({ kind }) => kind === 'log')) return undefined
  const isThere = results.some(({ scope }) => scope.chainId === LOG_CHAIN)
  return isThere
    ? `give --log-chain ${LOG_CHAIN}: checkpoints of the log itself were given, and the others are held against what it says`
    : `give --log-chain FILE or ID: checkpoints of the log itself were given, and nothing says which chain it is (default ${LOG_CHAIN})`
}
