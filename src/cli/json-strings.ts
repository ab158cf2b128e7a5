/** JSON Lines whose lines are strings. */
import { createReadStream } from 'node:fs'
import { decodeUtf8 } from '../primitives/bytes.js'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'

const NEWLINE = 0x0a

function parsed(line: string, number: number): string {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'string') return value
  } catch {
    // told below, without the line: it may hold anything
  }
  throw new UsageError(`line ${number} is not a JSON string`)
}

/**
 * Reads strings, one JSON string a line, as they come.
 *
 * @param file - a path as it was typed, or `-` for stdin
 * @param io - the process
 * @returns the strings, in order
 * @throws UsageError for a line that is no JSON string, or no UTF-8, with its number
 */
export async function* jsonStrings(file: string, io: Io): AsyncGenerator<string> {
  const chunks: AsyncIterable<Uint8Array> = file === '-' ? io.stdin : createReadStream(pathFrom(io, file))
  let number = 0
  let rest: Uint8Array[] = []
  const text = (parts: readonly Uint8Array[]): string => {
    number += 1
    const line = decodeUtf8(Buffer.concat(parts))
    if (line === undefined) throw new UsageError(`line ${number} is not UTF-8`)
    return parsed(line, number)
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield text([...rest, chunk.subarray(from, end)])
      rest = []
      from = end + 1
    }
    if (from < chunk.length) rest.push(chunk.subarray(from))
  }
  if (rest.length > 0) yield text(rest)
}
