/** How far a verification is, and what may be asked of it beside what `verifyChain` takes. */
import type { RawLine } from '../line.js'
import type { VerifyOptions } from '../types.js'
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
  /**
   * How many threads may verify; the result is the same whatever stands here. Default: one a core, but the calling thread
   * alone for little input, for a stream, and where no thread can be started. With 1 it is always the calling thread.
   */
  readonly workers?: number | undefined
  /** Called as parts of the input have been judged, in their order, and at the end. What it throws ends the verification. */
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
 * @returns its lines, those of a chunk at a time; they must be read before the next are asked for
 */
export async function* lineBatchesOf(
  chunks: AsyncIterable<Uint8Array>,
  meter: Meter,
): AsyncGenerator<Iterable<RawLine>> {
  const splitter = lineSplitter()
  for await (const chunk of chunks) {
    const before = splitter.lines
    yield splitter.push(chunk)
    meter.receipts += splitter.lines - before
    meter.bytes += chunk.byteLength
    meter.tick()
  }
  const last = splitter.end()
  if (last === undefined) return
  yield [last]
  meter.receipts += 1
}

/**
 * @param chunks - one input
 * @param meter - told of what was read
 * @returns its lines
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, meter: Meter): AsyncGenerator<RawLine> {
  for await (const batch of lineBatchesOf(chunks, meter)) yield* batch
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
