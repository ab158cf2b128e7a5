/** Where lines come from, a chain at a time. */
import { stat } from 'node:fs/promises'
import type { RawLine } from '../../verify/line.js'
import { fileChunks, streamChunks } from '../../verify/node/chunks.js'
import { lineSplitter } from '../../verify/node/lines.js'
import { UsageError } from '../failure.js'
import { firstLineOf } from '../file-ends.js'
import type { Io } from '../io.js'
import { targetOf } from '../target.js'
import type { LinePlace } from '../verdict.js'

interface File {
  readonly name: string
  readonly path: string
  readonly bytes: number | undefined
}

/** The lines of one chain, perhaps of several files. */
export interface LineSource {
  /** The chain, as its first line claims; absent where that can't be read. */
  readonly chainId?: string | undefined
  /** For people. */
  readonly name: string
  readonly files: readonly File[]
}

/** How far the reading is. */
export interface Reading {
  bytes: number
  readonly totalBytes: number | undefined
  readonly firstLines: { readonly name: string; readonly line: number }[]
}

interface Claim {
  readonly chainId?: string | undefined
  readonly seq?: number | undefined
}

/** What the first line of a file claims. */
async function claimOf(path: string): Promise<Claim> {
  try {
    const { chainId, seq } = JSON.parse((await firstLineOf(path)) ?? '') as Record<string, unknown>
    return typeof chainId === 'string' && typeof seq === 'number' ? { chainId, seq } : {}
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    return {}
  }
}

/** Files of the same chain are one chain, in the order of their receipts: segments, or an export a day. */
async function grouped(files: readonly File[]): Promise<LineSource[]> {
  const named = new Map<string, (File & { readonly seq: number })[]>()
  const sources: LineSource[] = []
  for (const file of files) {
    const { chainId, seq } = await claimOf(file.path)
    if (chainId === undefined || seq === undefined) sources.push({ name: file.name, files: [file] })
    else named.set(chainId, [...(named.get(chainId) ?? []), { ...file, seq }])
  }
  for (const [chainId, ofChain] of named) {
    ofChain.sort((a, b) => a.seq - b.seq)
    sources.push({ chainId, name: ofChain.map(({ name }) => name).join(', '), files: ofChain })
  }
  return sources.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * @param text - FILE, DIR or `-`, as it was typed
 * @param io - the process
 * @returns the chains that it holds
 * @throws UsageError for what is none of these, QuittanceError `VERIFY_INPUT`
 */
export async function sourcesOf(text: string, io: Io): Promise<readonly LineSource[]> {
  const target = await targetOf(text, io)
  if (target.kind === 'server') {
    await target.store.close()
    throw new UsageError('that is a store: "quittance copy" copies from store to store')
  }
  if (target.kind === 'stdin') return [{ name: 'stdin', files: [{ name: 'stdin', path: '-', bytes: undefined }] }]
  if (target.kind === 'file') {
    const { name, path } = target
    // a pipe has no length
    const { size } = await stat(path)
    return [{ name, files: [{ name, path, bytes: size > 0 ? size : undefined }] }]
  }
  if (target.store) throw new UsageError(`${target.name} is a file store: "quittance copy" copies from store to store`)
  return grouped(target.chains.flatMap(({ files }) => files))
}

/**
 * @param source - of `sourcesOf`
 * @returns to be given to `linesOf`, and to be asked how far it is
 */
export function readingOf({ files }: LineSource): Reading {
  const known = files.every(({ bytes }) => bytes !== undefined)
  return {
    bytes: 0,
    totalBytes: known ? files.reduce((sum, { bytes = 0 }) => sum + bytes, 0) : undefined,
    firstLines: [],
  }
}

/**
 * @param source - of `sourcesOf`
 * @param reading - is told how far it is
 * @param io - the process
 * @returns its lines, one file behind the other
 */
export async function* linesOf(source: LineSource, reading: Reading, io: Io): AsyncGenerator<RawLine> {
  let line = 1
  for (const { name, path } of source.files) {
    reading.firstLines.push({ name, line })
    const splitter = lineSplitter()
    for await (const chunk of path === '-' ? streamChunks(io.stdin, 'stdin') : fileChunks(path)) {
      for (const raw of splitter.push(chunk)) {
        line += 1
        yield raw
      }
      reading.bytes += chunk.length
    }
    const last = splitter.end()
    if (last === undefined) continue
    line += 1
    yield last
  }
}

/**
 * @param reading - of lines that were read
 * @param line - the number of one, from 1
 * @returns its file, and its number there
 */
export function placeOfLine({ firstLines }: Reading, line: number): LinePlace {
  const file = firstLines.findLast((one) => one.line <= line) ?? { name: '', line: 1 }
  return { file: file.name, line: line - file.line + 1 }
}
