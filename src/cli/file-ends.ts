/** The beginning and the end of a file of lines, without what is between them. */
import { open } from 'node:fs/promises'
import { MAX_LINE_BYTES } from '../receipt/limits.js'
import { unreadable } from '../verify/node/chunks.js'

const NEWLINE = 0x0a

async function stretch(path: string, wanted: number, fromEnd: boolean): Promise<{ bytes: Buffer; whole: boolean }> {
  try {
    const handle = await open(path, 'r')
    try {
      const { size } = await handle.stat()
      const length = Math.min(size, wanted)
      const buffer = Buffer.alloc(length)
      const start = fromEnd ? size - length : 0
      let read = 0
      while (read < length) {
        const { bytesRead } = await handle.read(buffer, read, length - read, start + read)
        if (bytesRead === 0) break
        read += bytesRead
      }
      return { bytes: buffer.subarray(0, read), whole: length === size }
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw unreadable(error, path)
  }
}

/**
 * @param path - a file
 * @returns its first whole line, without the newline; `undefined` where there is none that a receipt could have
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function firstLineOf(path: string): Promise<string | undefined> {
  const { bytes } = await stretch(path, MAX_LINE_BYTES + 1, false)
  const end = bytes.indexOf(NEWLINE)
  return end < 0 ? undefined : bytes.subarray(0, end).toString('utf8')
}

/** Room for the longest line and a torn one behind it. */
const WINDOW = 2 * (MAX_LINE_BYTES + 1)

/**
 * @param path - a file
 * @param most - how many are wanted
 * @returns its last whole lines, as many as stand in its last 256 KiB, at most so many
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function lastLinesOf(path: string, most: number): Promise<readonly string[]> {
  const { bytes, whole } = await stretch(path, WINDOW, true)
  // what comes before the first newline may be the end of some other line, and what comes after the last is torn
  const start = whole ? 0 : bytes.indexOf(NEWLINE) + 1
  const end = bytes.lastIndexOf(NEWLINE)
  if (end < start) return []
  return bytes.subarray(start, end).toString('utf8').split('\n').slice(-most)
}
