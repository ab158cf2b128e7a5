/** What a directory holds: the chains of a file store, and JSON Lines files. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { nodeFs } from '../../store/file/fs.js'
import { chainFiles, isChainFolder, isFolder, readChainFile } from '../../store/file/layout.js'
import type { Anchor, VerifyResult } from '../types.js'
import { unreadable } from './chunks.js'

/** A file of a chain, and where its lines stand among all of the chain's. */
export interface ScopedFile {
  /** The path from the directory that was asked for. */
  readonly name: string
  readonly path: string
  /** The number that the first line of this file has in the result, from 1. */
  readonly firstLine: number
}

/** The verdict on one chain of a directory. */
export interface DirectoryResult {
  /** The folder's or the file's name. */
  readonly name: string
  /** The chain that a file store's folder is for; the receipts must be of it. */
  readonly chainId?: string | undefined
  readonly files: readonly ScopedFile[]
  readonly result: VerifyResult
}

/** A file to be read. */
export interface PlannedFile {
  readonly name: string
  readonly path: string
  readonly bytes: number
  /** Where in the file its bytes begin, for a part of a larger one; then it has at least one byte. */
  readonly at?: number | undefined
}

/** A chain that a directory seems to hold; nothing of it was read yet. */
export interface DirectoryChain {
  readonly name: string
  readonly chainId?: string | undefined
  readonly files: readonly PlannedFile[]
  /** What it is held against, where that is its own. */
  readonly anchors?: readonly Anchor[] | undefined
}

/** What a directory is, and its chains by name. */
export interface DirectoryContents {
  /** `store`: a folder a chain, and every `.jsonl` file beside the folders is one too. `files`: only such files. */
  readonly kind: 'store' | 'files'
  readonly chains: readonly DirectoryChain[]
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0

async function entriesOf(directory: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    throw unreadable(error, directory)
  }
}

async function planned(directory: string, path: string): Promise<PlannedFile> {
  try {
    return { name: relative(directory, path), path, bytes: (await stat(path)).size }
  } catch (error) {
    throw unreadable(error, path)
  }
}

const isLines = (name: string) => name.endsWith('.jsonl') && !name.startsWith('.')

async function folderAt(directory: string, entry: Dirent): Promise<boolean> {
  try {
    return await isFolder(nodeFs, directory, entry)
  } catch (error) {
    throw unreadable(error, join(directory, entry.name))
  }
}

/**
 * A folder that the store does not list may have lost a part of itself: a chain without its receipts, or receipts
 * without the word whose they are, or everything but its name. It is judged, not passed over.
 */
async function remnant(directory: string, entry: Dirent): Promise<DirectoryChain | undefined> {
  const { name } = entry
  if (!(await folderAt(directory, entry))) {
    // a link in the place of a chain's folder: what it led to is gone
    return entry.isSymbolicLink() && isChainFolder(name) ? { name, files: [] } : undefined
  }
  const chainId = await readChainFile(nodeFs, directory, name)
  const names = (await entriesOf(join(directory, name))).map((entry) => entry.name).filter(isLines)
  if (names.length === 0 && !isChainFolder(name)) return undefined
  const files = await Promise.all(names.sort().map((one) => planned(directory, join(directory, name, one))))
  return { name, ...(chainId === undefined ? {} : { chainId }), files }
}

/**
 * Looks at what a directory holds. Takes no lock, changes nothing, and reads no receipt.
 *
 * @param directory - of a file store, or of `.jsonl` files
 * @returns its chains, sorted by folder or file name
 * @throws QuittanceError `VERIFY_INPUT` when it can't be read; `STORE_CORRUPT`, `STORE_UNSUPPORTED` when a folder of a
 *   file store does not say whose it is
 */
export async function chainsIn(directory: string): Promise<DirectoryContents> {
  const entries = await entriesOf(directory)
  const chains: DirectoryChain[] = []
  const listed = new Set<string>()
  for await (const { chainId, folder, files } of chainFiles(directory)) {
    const name = relative(directory, folder)
    listed.add(name)
    chains.push({ name, chainId, files: await Promise.all(files.map((file) => planned(directory, file))) })
  }
  const remnants: DirectoryChain[] = []
  for (const entry of entries) {
    if (listed.has(entry.name)) continue
    const found = await remnant(directory, entry)
    if (found !== undefined) remnants.push(found)
  }
  // a folder of files beside others makes no store: one has to say which chain it is for, or to be named like it
  const isStore = chains.length > 0 || remnants.some(({ name }) => isChainFolder(name))
  if (isStore) chains.push(...remnants)
  // in a store too: who can add a folder must not be able to hide the files beside it
  for (const { name } of entries) {
    if (!isLines(name)) continue
    const path = join(directory, name)
    if ((await stat(path).catch(() => undefined))?.isDirectory()) continue
    chains.push({ name, files: [await planned(directory, path)] })
  }
  return { kind: isStore ? 'store' : 'files', chains: chains.sort(byName) }
}
