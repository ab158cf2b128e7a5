import { readLine } from '../../verify/line.js'
import { fileChunks } from '../../verify/node/chunks.js'
import { lineSplitter } from '../../verify/node/lines.js'

/**
 * What the first line of a file claims to be. It only says what to look for.
 *
 * @param path - of an export
 * @returns the members that say which receipt it is; `undefined` where there is none
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function firstClaim(
  path: string,
): Promise<{ readonly chainId?: unknown; readonly seq?: unknown } | undefined> {
  const splitter = lineSplitter()
  for await (const chunk of fileChunks(path)) {
    for (const line of splitter.push(chunk)) return 'text' in line ? readLine(line.text).claim : undefined
  }
  return undefined
}
