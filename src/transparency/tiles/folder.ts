/** A folder that holds a tiled log: static files, each there whole or not at all. */
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ifThere, nodeFs, syncFolder, writeAll } from '../../store/file/fs.js'
import type { FetchTile } from '../../tlog/tiles/reader.js'

const ASIDE = '.part-'
/** What an export that was killed left lies there untouched for so long. */
const LEFT_AFTER_MS = 3_600_000

/**
 * Reads the tiles of a log from a folder, as `exportTiles` writes them.
 *
 * @param directory - where they are
 * @returns what `inclusionProofFromTiles` and `consistencyProofFromTiles` take as `fetchTile`
 * @example
 * ```ts
 * import { type Checkpoint, directoryTiles, inclusionProofFromTiles } from 'quittance/transparency'
 * const fetchTile = directoryTiles('./tiles')
 * const prove = ({ size, rootHash }: Checkpoint, seq: number) =>
 *   inclusionProofFromTiles({ size, rootHash, fetchTile }, seq)
 * ```
 */
export function directoryTiles(directory: string): FetchTile {
  return async (path) => {
    const handle = await ifThere(nodeFs.open(join(directory, path), 'r'))
    if (handle === undefined) return undefined
    try {
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  }
}

/** Writes files of a tiled log. */
export interface TileWriter {
  /** Writes a file; durable under its name once `settle` was done. */
  put(path: string, bytes: Uint8Array): Promise<void>
  /** Makes the names of all that was put durable. */
  settle(): Promise<void>
  /** Removes a folder of partial tiles, if it is there. */
  removeFolder(path: string): Promise<void>
  /** Removes what was written aside and never took its place. */
  close(): Promise<void>
}

async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(ASIDE)) continue
    const path = join(directory, name)
    const found = await ifThere(stat(path))
    if (found !== undefined && Date.now() - found.mtimeMs > LEFT_AFTER_MS)
      await rm(path, { recursive: true, force: true })
  }
}

/**
 * @param directory - where the log is; made where it is missing
 * @returns a writer; to be closed
 */
export async function tileWriter(directory: string): Promise<TileWriter> {
  const top = resolve(directory)
  const made = await mkdir(top, { recursive: true })
  await removeLeftovers(top)
  const aside = await mkdtemp(join(top, ASIDE))
  const known = new Set([top])
  /** Folders whose names changed. */
  const touched = new Set<string>()
  let count = 0

  async function makeFolder(folder: string): Promise<void> {
    if (known.has(folder)) return
    await mkdir(folder, { recursive: true })
    for (let at = folder; !known.has(at); at = dirname(at)) {
      known.add(at)
      touched.add(dirname(at))
    }
  }

  return {
    async put(path, bytes) {
      const file = join(top, path)
      await makeFolder(dirname(file))
      count += 1
      const draft = join(aside, String(count))
      const handle = await nodeFs.open(draft, 'wx')
      try {
        await writeAll(handle, bytes, 0)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(draft, file)
      touched.add(dirname(file))
    },
    async settle() {
      for (const folder of touched) await syncFolder(nodeFs, folder)
      touched.clear()
      if (made === undefined) return
      for (let at = top; at.length >= made.length; at = dirname(at)) await syncFolder(nodeFs, dirname(at))
    },
    removeFolder: (path) => rm(join(top, path), { recursive: true, force: true }),
    close: () => rm(aside, { recursive: true, force: true }),
  }
}
