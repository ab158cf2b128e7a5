/** Whether threads are of use, and the verification on them. */
import { availableParallelism } from 'node:os'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import type { Counted } from '../chain.js'
import { assemble } from './assemble.js'
import type { DirectoryChain, DirectoryResult } from './directory-contents.js'
import type { FileVerifyOptions, Meter } from './meter.js'
import type { Shape } from './plan.js'
import { threads } from './threads.js'

/** How a chain is cut up. */
export const shape: Shape = { rangeBytes: 512 * 1024, batchFiles: 128 }
/** To start threads costs as much as to verify less than this. */
const WORTH_BYTES = 4 * 1024 * 1024

/**
 * @param workers - how many were asked for
 * @param bytes - how much there is to be verified, 0 where that is not known
 * @returns how many threads to use; 1 is the calling thread alone
 */
export function threadsFor(workers: number | undefined, bytes: number): number {
  const most = workers ?? (bytes < WORTH_BYTES ? 1 : availableParallelism())
  return Math.max(1, Math.min(most, Math.ceil(bytes / shape.rangeBytes)))
}

/**
 * @param count - how many threads
 * @param chains - to be judged
 * @param options - checked
 * @param meter - told how far it is
 * @param events - hears of each receipt of the ledger's own against which nothing was found
 * @returns one result a chain, in the order given
 */
export async function* onThreads(
  count: number,
  chains: readonly DirectoryChain[],
  options: FileVerifyOptions,
  meter: Meter,
  events?: Counted,
): AsyncGenerator<DirectoryResult, void, undefined> {
  const crew = await threads(count)
  try {
    yield* assemble(chains, options, { crew, shape, meter, backend: await fastestBackend() }, events)
  } finally {
    await crew.close()
  }
}
