/**
 * Where things stand in the directory:
 *
 * ```
 * writer.lock                                     who writes here
 * writer.epoch                                    how often somebody began to
 * <chain's folder>/chain.json                     whose folder it is
 * <chain's folder>/<first seq>-<epoch>.jsonl      a segment: receipts, one behind the other
 * <chain's folder>/<segment>.idx                  its index, once nothing is added to it any more
 * <chain's folder>/state-<name>.json              a state value
 * ```
 */
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { reachingFurther } from './aside.js'
import { corrupt } from './errors.js'
import { errnoOf, type FileSystem, ifThere, nodeFs } from './fs.js'
import { lineChunks } from './lines.js'
import { listSegments } from './listing.js'

/** The file that says whose folder it is. */
export const CHAIN_FILE = 'chain.json'
/** The file that says who writes in the directory. */
export const LOCK_FILE = 'writer.lock'
/** The file that counts the writers. */
export const EPOCH_FILE = 'writer.epoch'

const folderPattern = /^[a-z0-9_]{1,48}-[0-9a-f]{40}$/

/**
 * The folder of a chain: what can be read of its name, and 160 bits of its SHA-256. Lower case and short, without dots
 * and separators, so that no file system folds two names into one, takes one for a device or climbs out of the directory.
 *
 * @param chainId - the chain
 * @returns the folder's name, at most 89 characters of `[a-z0-9_-]`
 */
export function chainFolder(chainId: string): string {
  const readable = chainId
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '_')
    .slice(0, 48)
  return `${readable}-${sha256Hex(`quittance/1 folder\n${chainId}`).slice(0, 40)}`
}

/**
 * @param name - a name in the directory
 * @returns whether it has the form of a chain's folder; whose it is does not show
 */
export function isChainFolder(name: string): boolean {
  return folderPattern.test(name)
}

/** What the system says of a symbolic link that leads nowhere. */
const leadsNowhere: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP'])

/**
 * Follows symbolic links, as every other call of the store does.
 *
 * @param fs - the file system
 * @param directory - where the entry stands
 * @param entry - as the directory lists it
 * @returns whether it is a folder, or a link to one
 */
export async function isFolder(fs: FileSystem, directory: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  try {
    return (await fs.stat(join(directory, entry.name))).isDirectory()
  } catch (error) {
    if (leadsNowhere.has(errnoOf(error))) return false
    throw error
  }
}

/**
 * @param name - the name of a state value
 * @returns its file's name
 */
export function stateFile(name: string): string {
  return `state-${name}.json`
}

/** What `chain.json` says. */
const CHAIN_FILE_VERSION = 1

/**
 * @param chainId - the chain
 * @returns what stands in its `chain.json`
 */
export function chainFileText(chainId: string): string {
  return `${JSON.stringify({ version: CHAIN_FILE_VERSION, chainId })}\n`
}

/**
 * Reads whose folder it is.
 *
 * @param fs - the file system
 * @param directory - the store's directory
 * @param name - the folder's name
 * @returns the chain; `undefined` where the folder has no `chain.json`, or the beginning of one
 * @throws QuittanceError `STORE_CORRUPT` when it says something else than the folder's name, `STORE_UNSUPPORTED` when a
 *   later release wrote it
 */
export async function readChainFile(fs: FileSystem, directory: string, name: string): Promise<string | undefined> {
  const file = join(directory, name, CHAIN_FILE)
  const text = await ifThere(fs.readFile(file, 'utf8'))
  // it is written in one piece and not made durable: without its end it is what a crash has left of it
  if (text === undefined || !text.endsWith('\n')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw corrupt(file, undefined, 'chain.json is not JSON')
  }
  const { version, chainId } = (value ?? {}) as { version?: unknown; chainId?: unknown }
  if (typeof version === 'number' && version > CHAIN_FILE_VERSION) {
    throw new QuittanceError('STORE_UNSUPPORTED', 'a later release of quittance wrote this chain', {
      details: { file },
    })
  }
  if (version !== CHAIN_FILE_VERSION || typeof chainId !== 'string' || !chainIdPattern.test(chainId)) {
    throw corrupt(file, undefined, 'chain.json does not name a chain')
  }
  if (chainFolder(chainId) !== name)
    throw corrupt(file, undefined, 'chain.json names a chain that belongs into another folder', chainId)
  return chainId
}

/** How often a file may be replaced between being listed and being opened before that is no longer a coincidence. */
const MAX_LISTINGS = 5

/** One chain of a directory and the files that hold its receipts. */
export interface ChainFiles {
  readonly chainId: string
  /** The path of its folder. */
  readonly folder: string
  /** The paths of its JSON Lines files; one behind the other they are the chain. */
  readonly files: readonly string[]
}

/**
 * Lists the chains of a file store's directory without judging what is in their files: for a verifier, whose business
 * that is. It takes no lock and changes nothing.
 *
 * @param directory - the directory of a file store
 * @param fs - the file system
 * @returns every chain that has a file with a line in it
 * @throws QuittanceError `STORE_CORRUPT`, `STORE_UNSUPPORTED` when it can't be told whose folder one is
 * @example
 * ```ts
 * import { chainFiles } from 'quittance/store/file'
 * for await (const { chainId, files } of chainFiles('./receipts')) console.log(chainId, files)
 * ```
 */
export async function* chainFiles(
  directory: string,
  fs: FileSystem = nodeFs,
): AsyncGenerator<ChainFiles, void, undefined> {
  const entries = await ifThere(fs.opendir(directory))
  if (entries === undefined) return
  for await (const entry of entries) {
    if (!isChainFolder(entry.name) || !(await isFolder(fs, directory, entry))) continue
    const folder = join(directory, entry.name)
    const found = await listChain(fs, folder)
    if (found === undefined) continue
    const { files, first } = found
    const [file] = files as [string]
    const chainId = (await readChainFile(fs, directory, entry.name)) ?? chainIdIn(first)
    if (chainId === undefined || chainFolder(chainId) !== entry.name) {
      throw corrupt(file, 1, 'does not belong to the chain whose folder this is')
    }
    yield { chainId, folder, files }
  }
}

/** @returns the files of a chain and its first whole line; `undefined` where there is none */
async function listChain(
  fs: FileSystem,
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly first: string } | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const listing = await listSegments(fs, folder)
    // what would be passed over, although it holds more, is shown behind the rest: it makes no whole chain with it
    const further = listing === undefined ? [] : await reachingFurther(fs, folder, listing)
    const files = [...(listing?.row ?? []), ...further].map(({ name }) => join(folder, name))
    const [lowest] = files
    if (lowest === undefined) return undefined
    for (const file of [lowest, ...further.map(({ name }) => join(folder, name))]) {
      const first = await firstLine(fs, file)
      if (first !== undefined) return { files, first }
    }
    // no line at all, or a file that a writer replaced since it was listed
    if (attempt === MAX_LISTINGS || (await ifThere(fs.stat(lowest))) !== undefined) return undefined
  }
}

/** @returns the first whole line; `undefined` where there is none, or only one that a crash has spoiled */
async function firstLine(fs: FileSystem, file: string): Promise<string | undefined> {
  const handle = await ifThere(fs.open(file, 'r'))
  if (handle === undefined) return undefined
  try {
    for await (const { lines, tail } of lineChunks(handle, 0)) {
      const [line] = lines
      if (line === undefined) continue
      const text = line.bytes.toString('utf8')
      const alone = lines.length === 1 && tail.bytes === 0
      return alone && chainIdIn(text) === undefined ? undefined : text
    }
    return undefined
  } finally {
    await handle.close()
  }
}

function chainIdIn(line: string): string | undefined {
  try {
    const { chainId } = JSON.parse(line) as { chainId?: unknown }
    return typeof chainId === 'string' ? chainId : undefined
  } catch {
    return undefined
  }
}
