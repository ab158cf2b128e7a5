/** Cuts bytes into lines. It hides no fault: what can't be a line comes out as the fault that it is, in its place. */
import { isAscii, isUtf8 } from 'node:buffer'
import { MAX_LINE_BYTES } from '../../receipt/limits.js'
import type { RawLine } from '../line.js'

const NEWLINE = 0x0a

/** Takes bytes as they come and gives lines as they end. */
export interface LineSplitter {
  /** How many bytes the lines had that were handed on, their newlines included. */
  readonly taken: number
  /** How many they were. */
  readonly lines: number
  /** @returns the lines that these bytes end; the bytes may be reused once all were taken */
  push(chunk: Uint8Array): Iterable<RawLine>
  /** @returns the last line where no newline ended it */
  end(): RawLine | undefined
}

const startsWithMark = (line: Buffer) => line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf

function lineOf(bytes: Buffer, first: boolean, terminated: boolean): RawLine {
  if (first && startsWithMark(bytes)) {
    return { fault: 'LINE_MALFORMED', message: 'begins with a byte order mark', terminated }
  }
  // almost every line is ASCII, and that is the faster way to a string
  if (isAscii(bytes)) return { text: bytes.toString('latin1'), terminated }
  if (!isUtf8(bytes)) return { fault: 'LINE_MALFORMED', message: 'is not UTF-8', terminated }
  return { text: bytes.toString('utf8'), terminated }
}

const tooLong = (terminated: boolean): RawLine => ({
  fault: 'LINE_TOO_LONG',
  message: `has more than ${MAX_LINE_BYTES} bytes`,
  terminated,
})

/**
 * A splitter for one input. A line that is too long is counted and dropped as it flows by, so that memory stays
 * below one line and one chunk.
 *
 * @param begins - whether the first line is the first of its input, where a byte order mark may stand
 * @returns the splitter
 */
export function lineSplitter(begins = true): LineSplitter {
  let held: Buffer[] = []
  let heldBytes = 0
  let first = begins
  let taken = 0
  let lines = 0

  const hold = (rest: Buffer) => {
    if (rest.length === 0) return
    // nothing is kept of a line that is too long already
    if (heldBytes + rest.length > MAX_LINE_BYTES) held = []
    else held.push(Buffer.from(rest))
    heldBytes += rest.length
  }

  const finish = (rest: Buffer, terminated: boolean): RawLine => {
    const length = heldBytes + rest.length
    const line =
      length > MAX_LINE_BYTES
        ? tooLong(terminated)
        : lineOf(held.length === 0 ? rest : Buffer.concat([...held, rest], length), first, terminated)
    held = []
    heldBytes = 0
    first = false
    taken += length + (terminated ? 1 : 0)
    lines += 1
    return line
  }

  return {
    get taken() {
      return taken
    },
    get lines() {
      return lines
    },
    *push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      let start = 0
      for (;;) {
        const end = bytes.indexOf(NEWLINE, start)
        if (end < 0) break
        yield finish(bytes.subarray(start, end), true)
        start = end + 1
      }
      hold(bytes.subarray(start))
    },
    end() {
      return heldBytes === 0 ? undefined : finish(Buffer.alloc(0), false)
    },
  }
}
