/** For a browser: resolves to the lines of the report. */
import vectors from 'published:vectors'
import { runPortable } from './portable.mjs'

/** @returns the report */
export async function report() {
  const lines = []
  await runPortable(vectors, (line) => lines.push(line))
  return lines.join('\n')
}
