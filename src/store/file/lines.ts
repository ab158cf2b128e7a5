/** Reading a file of lines in constant memory. */
import { isAscii, isUtf8 } from 'node:buffer'
import { MAX_LINE_BYTES } from '../../receipt/limits.js'
import type { FileHandle } from './fs.js'

/** One line with its newline at its end. */
export interface RawLine {
  /** Where it begins in the file. */
  readonly offset: number
  /** Without the newline; valid until the next lines are asked for. Of a line over the limit only the beginning. */
  readonly bytes: Buffer
  readonly tooLong: boolean
}

/** Some lines, and what stands behind them without a newline so far. */
export interface LineChunk {
  readonly lines: readonly RawLine[]
  readonly tail: { readonly offset: number; readonly bytes: number }
}

/** Holds the longest line twice, so that each read brings at least as much as it keeps. */
const CHUNK_BYTES = 2 * (MAX_LINE_BYTES + 1)

/**
 * @param handle - open for reading
 * @param from - where the first line begins
 * @param to - where to stop; default: at the end of the file
 * @returns the lines, some at a time; the tail of the last chunk is what the file ends with
 */
export async function* lineChunks(
  handle: FileHandle,
  from: number,
  to: number = Number.MAX_SAFE_INTEGER,
): AsyncGenerator<LineChunk, void, undefined> {
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, to - from)))
  let filled = 0
  let offset = from
  let read = from
  /** The beginning of a line over the limit, while its end is looked for. */
  let beginning: Buffer | undefined
  while (read < to) {
    const { bytesRead } = await handle.read(buffer, filled, Math.min(buffer.length - filled, to - read), read)
    if (bytesRead === 0) return
    read += bytesRead
    filled += bytesRead
    const lines: RawLine[] = []
    let start = 0
    const held = buffer.subarray(0, filled)
    for (let end = held.indexOf(10); end !== -1; end = held.indexOf(10, start)) {
      const bytes = beginning ?? held.subarray(start, end)
      const tooLong = bytes.length > MAX_LINE_BYTES
      lines.push({ offset, bytes: tooLong ? bytes.subarray(0, MAX_LINE_BYTES + 1) : bytes, tooLong })
      beginning = undefined
      start = end + 1
      offset = read - filled + start
    }
    yield { lines, tail: { offset, bytes: read - offset } }
    if (beginning !== undefined || filled - start > MAX_LINE_BYTES) {
      beginning ??= Buffer.from(held.subarray(start, start + MAX_LINE_BYTES + 1))
      filled = 0
    } else {
      buffer.copyWithin(0, start, filled)
      filled -= start
    }
  }
}

/**
 * @param bytes - a line
 * @returns its text; `undefined` where it is not UTF-8
 */
export function textOf(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) return bytes.toString('latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}
