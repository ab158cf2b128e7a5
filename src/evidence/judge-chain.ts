/** One chain of a package, on the calling thread. */
import { QuittanceError } from '../errors.js'
import type { Ed25519Backend } from '../keys/ed25519/backend.js'
import { type Counted, judgeLines } from '../verify/chain.js'
import { lineSplitter } from '../verify/node/lines.js'
import type { VerifyOptions, VerifyResult } from '../verify/types.js'
import type { PackagedChain } from './judging.js'
import type { RandomAccess } from './zip/archive.js'
import { ArchiveFault } from './zip/fault.js'
import { memberChunks } from './zip/member.js'

/** How it is done. */
export interface Manner {
  readonly backend: Ed25519Backend
  readonly counted?: Counted | undefined
  readonly meter?: { bytes: number; receipts: number; tick(): void } | undefined
}

/**
 * @param file - the package
 * @param chain - one of its chains
 * @param options - as `verifyChain`
 * @param manner - how it is done
 * @returns as `verifyChain`; a member that is not what its headers say ends where that shows, which was told before
 * @throws QuittanceError `VERIFY_ABORTED`; what the file throws
 */
export async function judgeOneChain(
  file: RandomAccess,
  { chainId, member, anchors }: PackagedChain,
  options: VerifyOptions,
  { backend, counted, meter }: Manner,
): Promise<VerifyResult> {
  const judge = judgeLines({ ...options, chainId, anchors }, backend, counted)
  const splitter = lineSplitter()
  try {
    for await (const chunk of memberChunks(file, member)) {
      if (options.signal?.aborted)
        throw new QuittanceError('VERIFY_ABORTED', 'the verification was given up', { cause: options.signal.reason })
      for (const line of splitter.push(chunk)) {
        judge.next(line)
        if (meter) meter.receipts += 1
      }
      if (meter) {
        meter.bytes += chunk.length
        meter.tick()
      }
    }
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error
  }
  const last = splitter.end()
  if (last !== undefined) judge.next(last)
  return judge.finish()
}
