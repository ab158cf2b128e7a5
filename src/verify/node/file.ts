import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import { verifyLines } from '../chain.js'
import type { RawLine } from '../line.js'
import type { VerifyOptions, VerifyResult } from '../types.js'
import { fileChunks, streamChunks } from './chunks.js'
import { lineSplitter } from './lines.js'

/** How far a verification is. */
export interface VerifyProgress {
  /** Read so far. */
  readonly bytes: number
  /** Absent where the length isn't known: pipes, streams. */
  readonly totalBytes?: number | undefined
  /** Lines judged so far. */
  readonly receipts: number
}

/** As for `verifyChain`, and how to work. */
export interface FileVerifyOptions extends VerifyOptions {
  /** How many threads may verify. This release verifies on the calling thread whatever stands here; the result is the same. */
  readonly workers?: number | undefined
  /** Called after each chunk, and at the end. What it throws ends the verification. */
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined
}

/** Counts what flows by. */
export interface Meter {
  bytes: number
  receipts: number
  /** Called when a chunk has been judged. */
  tick(): void
}

/**
 * @param chunks - one input
 * @param meter - told of what was read
 * @returns its lines
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, meter: Meter): AsyncGenerator<RawLine> {
  const splitter = lineSplitter()
  for await (const chunk of chunks) {
    for (const line of splitter.push(chunk)) {
      yield line
      meter.receipts += 1
    }
    meter.bytes += chunk.byteLength
    meter.tick()
  }
  const last = splitter.end()
  if (last === undefined) return
  yield last
  meter.receipts += 1
}

/**
 * @param options - as given
 * @param totalBytes - what is to be read, where that is known
 * @returns a meter that reports to `onProgress`
 */
export function meterFor(options: FileVerifyOptions, totalBytes: number | undefined): Meter {
  const { onProgress } = options
  const meter: Meter = {
    bytes: 0,
    receipts: 0,
    tick() {
      onProgress?.({ bytes: meter.bytes, totalBytes, receipts: meter.receipts })
    },
  }
  return meter
}

/**
 * @param options - as given
 * @throws RangeError, TypeError naming the option
 */
export function checkFileOptions(options: FileVerifyOptions): void {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  const { workers, onProgress } = options
  if (workers !== undefined && !(Number.isSafeInteger(workers) && workers >= 1)) {
    throw new RangeError('options.workers must be an integer of 1 or more')
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError('options.onProgress must be a function')
  }
}

/** The size of a plain file; `undefined` for anything else, and for what can't be looked at: reading it will say why. */
async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() && found.size > 0 ? found.size : undefined
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
    const meter = meterFor(options, await sizeOf(file))
    const result = await verifyLines(linesOf(fileChunks(file), meter), options, await fastestBackend())
    meter.tick()
    return result
  }
  if (typeof source?.[Symbol.asyncIterator] !== 'function') {
    throw new TypeError('source must be a path, a file: URL, or a stream of bytes')
  }
  const meter = meterFor(options, undefined)
  const result = await verifyLines(
    linesOf(streamChunks(source, 'the stream', options.signal), meter),
    options,
    await fastestBackend(),
  )
  meter.tick()
  return result
}
