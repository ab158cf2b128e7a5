/** The end of a file, without reading the rest of it. */
import { open } from 'node:fs/promises'
import { MAX_LINE_BYTES } from '../../receipt/limits.js'
import type { RawLine } from '../line.js'
import { fileChunks, unreadable } from './chunks.js'
import { lineSplitter } from './lines.js'

/** The last whole line, and what stands behind it. */
export interface FileEnd {
  readonly last?: RawLine | undefined
  /** A last line without its newline, which was never acknowledged. */
  readonly torn?: RawLine | undefined
}

/** Room for the longest line and a torn one behind it. */
const WINDOW = 2 * (MAX_LINE_BYTES + 1)

/**
 * @param chunks - an input
 * @returns its end
 */
export async function endOfChunks(chunks: AsyncIterable<Uint8Array>): Promise<FileEnd> {
  const splitter = lineSplitter()
  let last: RawLine | undefined
  for await (const chunk of chunks) for (const line of splitter.push(chunk)) last = line
  return { last, torn: splitter.end() }
}

/**
 * @param file - its path
 * @returns its end
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function endOfFile(file: string): Promise<FileEnd> {
  const window = await lastBytes(file)
  if (window === undefined) return endOfChunks(fileChunks(file))
  const splitter = lineSplitter()
  // what comes before the first newline is the end of some other line
  const lines = [...splitter.push(window)].slice(1)
  const torn = splitter.end()
  if (lines.length > 0) return { last: lines.at(-1), torn }
  // lines longer than any receipt: only the whole file tells where they begin
  return endOfChunks(fileChunks(file))
}

/** @returns the last bytes of a large file; `undefined` for what had better be read whole */
async function lastBytes(file: string): Promise<Uint8Array | undefined> {
  try {
    const handle = await open(file, 'r')
    try {
      const stat = await handle.stat()
      if (!stat.isFile() || stat.size <= WINDOW) return undefined
      const window = Buffer.alloc(WINDOW)
      const { bytesRead } = await handle.read(window, 0, WINDOW, stat.size - WINDOW)
      return bytesRead === WINDOW ? window : undefined
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw unreadable(error, file)
  }
}
