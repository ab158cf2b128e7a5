/** The chains of what was named on a command line, each to be read from its first line. */
import { chainIdPattern } from '../../primitives/chain-id.js'
import type { ReadableChain } from '../../report/coverage/chains.js'
import type { RawLine } from '../../verify/line.js'
import { fileChunks, streamChunks } from '../../verify/node/chunks.js'
import type { DirectoryChain } from '../../verify/node/directory.js'
import { lineSplitter } from '../../verify/node/lines.js'
import type { Io } from '../io.js'
import type { Progress } from '../progress.js'
import { chainOf, chainsOfServer, type StoreTarget, serverChainOf, serverLines, type Target } from '../target.js'

/** A chain, and how it is called where it has no name of its own. */
export interface NamedChain extends ReadableChain {
  readonly name: string
}

/** Which chains are meant. */
export interface Choice {
  readonly chain?: string | undefined
  readonly all?: boolean | undefined
  /** How all of them are had, where they can be. */
  readonly ways?: string | undefined
}

async function* linesOf(inputs: readonly (() => AsyncIterable<Uint8Array>)[]): AsyncGenerator<RawLine> {
  for (const input of inputs) {
    const splitter = lineSplitter()
    for await (const chunk of input()) yield* splitter.push(chunk)
    const last = splitter.end()
    if (last !== undefined) yield last
  }
}

const ofDirectory = ({ name, chainId, files }: DirectoryChain, chain: string | undefined): NamedChain => ({
  name,
  chainId: chainId ?? chain,
  lines: () =>
    linesOf(
      files.map(
        ({ path }) =>
          () =>
            fileChunks(path),
      ),
    ),
})

async function ofServer(target: StoreTarget, { chain, all, ways }: Choice): Promise<NamedChain[]> {
  const one = all ? undefined : await serverChainOf(target, chain, ways)
  const names = all ? await chainsOfServer(target) : one === undefined ? [] : [one]
  return names.map((chainId) => ({ name: chainId, chainId, lines: () => serverLines(target, chainId) }))
}

/**
 * @param target - what was named
 * @param choice - `--chain`, `--all`; a chain that is named and not there is one without a line
 * @param io - the process
 * @returns the chains that are meant; stdin can be read once
 * @throws UsageError when there are several and none was named
 */
export async function chainsMeant(target: Target, choice: Choice, io: Io): Promise<NamedChain[]> {
  const { chain, all, ways } = choice
  if (target.kind === 'server') return ofServer(target, choice)
  if (target.kind === 'stdin')
    return [{ name: 'stdin', chainId: chain, lines: () => linesOf([() => streamChunks(io.stdin, 'stdin')]) }]
  if (target.kind === 'file')
    return [{ name: target.name, chainId: chain, lines: () => linesOf([() => fileChunks(target.path)]) }]
  if (all) return target.chains.map((one) => ofDirectory(one, undefined))
  const one = chainOf(target, chain, ways)
  if (one !== undefined) return [ofDirectory(one, chain)]
  const absent = chain !== undefined && chainIdPattern.test(chain)
  return absent ? [{ name: chain, chainId: chain, lines: () => linesOf([]) }] : []
}

/**
 * @param lines - of a chain
 * @param progress - is told how many went by
 * @param before - how many went by earlier
 * @returns the lines
 */
export async function* counting(
  lines: AsyncIterable<RawLine>,
  progress: Progress,
  before: { receipts: number },
): AsyncGenerator<RawLine> {
  for await (const line of lines) {
    yield line
    before.receipts += 1
    if (before.receipts % 256 === 0) progress.update({ receipts: before.receipts })
  }
}
