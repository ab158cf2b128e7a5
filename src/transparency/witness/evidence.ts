/** Where a witness keeps heads that a log has signed and that it has refused. */
import { join } from 'node:path'
import { sha256Hex } from '../../primitives/sha256.js'
import { type FileSystem, removeTemporaries, replaceFile, syncFolder, writeAll } from '../../store/file/fs.js'
import { MOST_REFUSED } from './memory-state.js'
import type { RefusedHead } from './types.js'

/**
 * @param fs - the file system
 * @param directory - the witness's, its lock held
 * @returns what keeps refused heads in `evidence/`, a file each, and tells whether it did; calls must not overlap
 */
export function evidenceFolder(fs: FileSystem, directory: string): (refused: RefusedHead) => Promise<boolean> {
  const folder = join(directory, 'evidence')
  let names: Set<string> | undefined

  return async ({ id, origin, kind, text }) => {
    if (names === undefined) {
      await fs.mkdir(folder, { recursive: true })
      await syncFolder(fs, directory)
      await removeTemporaries(fs, folder, 'value')
      names = new Set(await fs.readdir(folder))
    }
    const prefix = `${kind}-${sha256Hex(origin).slice(0, 16)}-`
    const name = `${prefix}${id}.json`
    const alike = [...names].filter((one) => one.startsWith(prefix))
    if (alike.length >= MOST_REFUSED || names.has(name)) return false
    const content = Buffer.from(text)
    await replaceFile(fs, folder, 'value', name, (handle) => writeAll(handle, content, 0))
    names.add(name)
    return true
  }
}
