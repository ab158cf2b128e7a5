/** Judges the chains of a target, wherever they are kept. */
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { type Counted, verifyLines } from '../../verify/chain.js'
import type { RawLine } from '../../verify/line.js'
import { type DirectoryResult, verifyChains } from '../../verify/node/directory.js'
import { type FileVerifyOptions, verifyFile } from '../../verify/node/file.js'
import type { VerifyOptions, VerifyResult } from '../../verify/types.js'
import type { Io } from '../io.js'
import type { Progress } from '../progress.js'
import {
  chainOf,
  chainsOfServer,
  type StoreTarget,
  serverChainOf,
  serverLines,
  type Target,
  targetOf,
} from '../target.js'

/** One chain's result, and where it is from. */
export interface Judged {
  readonly result: VerifyResult
  readonly from?: DirectoryResult | undefined
}

/** How to judge, and whom to tell how far it is. */
export interface Working {
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

/**
 * Judges chains of a store on a server one after another.
 *
 * @param target - the store
 * @param chains - which
 * @param working - how
 * @returns a result for each, in that order
 */
export async function* judgeServer(
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

/**
 * @param target - what was named; a file is a chain of its own
 * @param working - how
 * @param io - the process
 * @returns a result for each chain that is there
 */
export async function* judgeAll(target: Target, working: Working, io: Io): AsyncGenerator<DirectoryResult> {
  if (target.kind === 'server') return yield* judgeServer(target, await chainsOfServer(target), working)
  const options = fileOptions(working)
  if (target.kind === 'directory') return yield* verifyChains(target.chains, options, working.counted)
  const file = target.kind === 'stdin' ? { name: 'stdin', path: '-' } : { name: target.name, path: target.path }
  const result = await verifyFile(target.kind === 'stdin' ? io.stdin : target.path, options)
  yield { name: file.name, files: [{ ...file, firstLine: 1 }], result }
}

/**
 * @param target - what was named
 * @param working - how; its `chainId` chooses where there are several
 * @param io - the process
 * @returns the result of one chain, INCOMPLETE where it is not there
 * @throws UsageError when there are several and none was named
 */
export async function judgeOne(target: Target, working: Working, io: Io): Promise<Judged> {
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

/**
 * Judges chains that a receipt speaks of, as they are now: they may have come, or have grown, since the others were judged.
 *
 * @param target - what was named to be verified
 * @param chainIds - which
 * @param working - how
 * @param io - the process
 * @returns a result for each that is there
 */
export async function* judgeAgain(
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
