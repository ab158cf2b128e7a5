/** Cuts the files of chains into what threads look at, in the order in which it is put together again. */
import { type FileHandle, open } from 'node:fs/promises'
import { unreadable } from './chunks.js'
import type { DirectoryChain, PlannedFile } from './directory-contents.js'
import type { FileIdentity, FileRange } from './range.js'

/** A file that is kept open until all of it was judged: whatever takes its name meanwhile is another. */
export interface OpenFile {
  readonly handle: FileHandle
  readonly identity: FileIdentity
}

/** A part of a chain. */
export interface Piece {
  readonly chain: DirectoryChain
  /** The index of its file; `undefined` for a chain that has none. */
  readonly file: number | undefined
  /** What a thread may look at; absent where only the calling thread can read it, such as a pipe. */
  readonly range?: FileRange | undefined
  /** Absent for a range that is a whole file, which nobody has opened yet. */
  readonly opened?: OpenFile | undefined
  /** Whether the file, and whether the chain, ends with it. */
  readonly endsFile: boolean
  readonly endsChain: boolean
}

/** How large the parts are, in bytes. */
export interface Shape {
  readonly rangeBytes: number
  /** Files together in one task. */
  readonly batchFiles: number
}

/** @returns the open file; `undefined` for what is no plain file, or can't be opened: reading it will say why */
async function openedFile({ path, bytes, at }: PlannedFile): Promise<OpenFile | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, 'r')
    const stat = await handle.stat({ bigint: true })
    const { dev, ino, size } = stat
    if (at !== undefined && size >= at + bytes) return { handle, identity: { dev, ino, size: bytes, at } }
    if (at === undefined && stat.isFile() && size > 0n) return { handle, identity: { dev, ino, size: Number(size) } }
  } catch {
    // whoever reads it meets the same fault, in its turn
  }
  await handle?.close()
  return undefined
}

async function* piecesOf(chain: DirectoryChain, { rangeBytes }: Shape): AsyncGenerator<Piece> {
  if (chain.files.length === 0) yield { chain, file: undefined, endsFile: true, endsChain: true }
  for (const [file, planned] of chain.files.entries()) {
    const { path, bytes, at } = planned
    const endsChain = file === chain.files.length - 1
    const piece = { chain, file, endsFile: true, endsChain }
    if (bytes === 0) yield piece
    else if (at === undefined && bytes <= rangeBytes) yield { ...piece, range: { path, start: 0, end: bytes } }
    else {
      const opened = await openedFile(planned)
      if (opened === undefined) {
        // a part of a file can't be read as if it were the whole
        if (at !== undefined) throw unreadable({ code: 'shrunk' }, path)
        yield piece
        continue
      }
      const { identity } = opened
      for (let start = 0; start < identity.size; start += rangeBytes) {
        const end = Math.min(identity.size, start + rangeBytes)
        const endsFile = end === identity.size
        const range = { path, start, end, file: identity }
        yield { chain, file, range, opened, endsFile, endsChain: endsFile && endsChain }
      }
    }
  }
}

/**
 * @param chains - to be judged
 * @param shape - how large the parts may be
 * @returns their parts, those of small files several at a time; files are opened as they are reached, and are the caller's to
 *   close
 */
export async function* planned(chains: Iterable<DirectoryChain>, shape: Shape): AsyncGenerator<readonly Piece[]> {
  let batch: Piece[] = []
  let bytes = 0
  for (const chain of chains) {
    for await (const piece of piecesOf(chain, shape)) {
      batch.push(piece)
      bytes += piece.range === undefined ? 0 : piece.range.end - piece.range.start
      if (piece.opened !== undefined || bytes >= shape.rangeBytes || batch.length >= shape.batchFiles) {
        yield batch
        batch = []
        bytes = 0
      }
    }
  }
  if (batch.length > 0) yield batch
}
