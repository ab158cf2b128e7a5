import { fastestBackend } from '../../keys/ed25519/sodium.js'
import { type Counted, verifyLines } from '../chain.js'
import { checkOptions } from '../options.js'
import { fileChunks } from './chunks.js'
import { chainsIn, type DirectoryChain, type DirectoryResult, type ScopedFile } from './directory-contents.js'
import { checkFileOptions, type FileVerifyOptions, linesOf, type Meter, meterFor } from './meter.js'
import { onThreads, threadsFor } from './workers.js'

export { chainsIn, type DirectoryChain, type DirectoryResult, type ScopedFile } from './directory-contents.js'

async function verifyOne(
  chain: DirectoryChain,
  options: FileVerifyOptions,
  meter: Meter,
  events: Counted | undefined,
): Promise<DirectoryResult> {
  const before = meter.receipts
  const files: ScopedFile[] = []
  async function* lines() {
    for (const { name, path } of chain.files) {
      files.push({ name, path, firstLine: meter.receipts - before + 1 })
      yield* linesOf(fileChunks(path), meter)
    }
  }
  const { name, chainId } = chain
  const asked = chainId === undefined ? options : { ...options, chainId }
  const result = await verifyLines(lines(), asked, await fastestBackend(), events)
  return { name, ...(chainId === undefined ? {} : { chainId }), files, result }
}

/**
 * @param chains - from `chainsIn`
 * @param options - as `verifyDirectory`
 * @param events - hears of each receipt of the ledger's own (`system`, `key`, `retention`) against which nothing was found;
 *   perhaps of others too
 * @returns one result a chain, in the order given
 */
export async function* verifyChains(
  chains: readonly DirectoryChain[],
  options: FileVerifyOptions,
  events?: Counted,
): AsyncGenerator<DirectoryResult, void, undefined> {
  checkOptions(options)
  const totalBytes = chains.reduce((sum, { files }) => sum + files.reduce((all, { bytes }) => all + bytes, 0), 0)
  const meter = meterFor(options, totalBytes)
  const workers = threadsFor(options.workers, totalBytes)
  if (workers > 1) yield* onThreads(workers, chains, options, meter, events)
  else for (const chain of chains) yield await verifyOne(chain, options, meter, events)
  meter.tick()
}

/**
 * Verifies every chain of a directory: the folders of a file store, without taking its writer's lock (each folder's
 * receipts must be of the chain that it is for), and every `.jsonl` file, beside such folders or without them, as a chain
 * of its own.
 *
 * @param directory - its path
 * @param options - as for `verifyFile`; `chainId` is for a single file only, and `expect` is held against each chain
 * @returns one result a chain, as they come, sorted by folder or file name; nothing where there is no chain
 * @throws QuittanceError `VERIFY_INPUT` when something can't be read to its end; `STORE_CORRUPT`, `STORE_UNSUPPORTED` when
 *   a folder does not say whose it is; `VERIFY_ABORTED`
 * @throws TypeError or RangeError that names the option
 * @example
 * ```ts
 * import { Keyring } from 'quittance/verify'
 * import { verifyDirectory } from 'quittance/verify/node'
 * async function judge(directory: string, keyring: Keyring) {
 *   for await (const { name, result } of verifyDirectory(directory, { keyring })) console.log(name, result.verdict)
 * }
 * ```
 */
export async function* verifyDirectory(
  directory: string,
  options: Omit<FileVerifyOptions, 'chainId'>,
): AsyncGenerator<DirectoryResult, void, undefined> {
  if (typeof directory !== 'string' || directory === '')
    throw new TypeError('directory must be a string that is not empty')
  checkFileOptions(options)
  const { chains } = await chainsIn(directory)
  yield* verifyChains(chains, options)
}
