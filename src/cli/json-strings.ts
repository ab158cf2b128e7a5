/** JSON Lines whose lines are strings. */
import { createReadStream } from 'node:fs'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'

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
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let number = 0
  let rest: string[] = []
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      throw new UsageError(`the input is not UTF-8, on or after line ${number + 1}`)
    }
  }
  for await (const chunk of chunks) {
    const lines = decode(chunk).split('\n')
    const open = lines.pop() as string
    for (const line of lines) {
      number += 1
      yield parsed(rest.join('') + line, number)
      rest = []
    }
    rest.push(open)
  }
  rest.push(decode())
  const last = rest.join('')
  if (last !== '') yield parsed(last, number + 1)
}
