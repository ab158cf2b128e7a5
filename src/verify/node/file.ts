import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import { verifyLineBatches } from '../chain.js'
import { checkOptions } from '../options.js'
import type { VerifyResult } from '../types.js'
import { fileChunks, streamChunks } from './chunks.js'
import { checkFileOptions, type FileVerifyOptions, lineBatchesOf, type Meter, meterFor } from './meter.js'
import { onThreads, threadsFor } from './workers.js'

export type { FileVerifyOptions, VerifyProgress } from './meter.js'

/** The size of a plain file; `undefined` for anything else, and for what can't be looked at: reading it will say why. */
async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() && found.size > 0 ? found.size : undefined
}

async function fileOnThreads(
  workers: number,
  path: string,
  bytes: number,
  options: FileVerifyOptions,
  meter: Meter,
): Promise<VerifyResult> {
  checkOptions(options)
  const chain = { name: path, files: [{ name: path, path, bytes }] }
  for await (const { result } of onThreads(workers, [chain], options, meter)) return result
  throw new Error('a chain has a result')
}

/**
 * Verifies a chain in JSON Lines, one receipt a line, in constant memory. Bad UTF-8, a byte order mark, lines of any
 * length and a last line without newline are problems of the chain, in their place, and end nothing.
 *
 * @param source - a path, a `file:` URL, or a stream of bytes (Node or web), which is read to its end
 * @param options - the keyring and what to hold the chain against, as for `verifyChain`; `workers`; `onProgress`
 * @returns verdict, scope, problems with the line they are on, counts, notices
 * @throws QuittanceError `VERIFY_INPUT` when the source can't be read to its end (no verdict is given over half a file),
 *   `VERIFY_ABORTED`
 * @throws TypeError or RangeError that names the option; TypeError for a stream that yields text
 * @example
 * ```ts
 * import { Keyring } from 'quittance/verify'
 * import { verifyFile } from 'quittance/verify/node'
 * async function judge(file: string) {
 *   const keyring = new Keyring(['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'])
 *   const { verdict, scope } = await verifyFile(file, { keyring })
 *   console.log(verdict, scope.tail)
 * }
 * ```
 */
export async function verifyFile(
  source: string | URL | AsyncIterable<Uint8Array>,
  options: FileVerifyOptions,
): Promise<VerifyResult> {
  checkFileOptions(options)
  if (typeof source === 'string' || source instanceof URL) {
    const file = typeof source === 'string' ? source : fileURLToPath(source)
    const bytes = await sizeOf(file)
    const meter = meterFor(options, bytes)
    const workers = threadsFor(options.workers, bytes ?? 0)
    const result =
      workers > 1
        ? await fileOnThreads(workers, file, bytes as number, options, meter)
        : await verifyLineBatches(lineBatchesOf(fileChunks(file), meter), options, await fastestBackend())
    meter.tick()
    return result
  }
  if (typeof source?.[Symbol.asyncIterator] !== 'function') {
    throw new TypeError('source must be a path, a file: URL, or a stream of bytes')
  }
  const meter = meterFor(options, undefined)
  const result = await verifyLineBatches(
    lineBatchesOf(streamChunks(source, 'the stream', options.signal), meter),
    options,
    await fastestBackend(),
  )
  meter.tick()
  return result
}
