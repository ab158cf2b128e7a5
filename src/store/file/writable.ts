import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errnoOf } from './fs.js'

/** Less than this is no room to work in. */
const LEAST_BYTES = 1024 * 1024

/** What says that writing is forbidden. */
const forbidden: ReadonlySet<string | undefined> = new Set(['EACCES', 'EPERM', 'EROFS'])

/** The lowest folder on the way to a path that is there: where it would be made. */
async function standing(path: string): Promise<string> {
  try {
    await stat(path)
    return path
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error
    return standing(dirname(path))
  }
}

/**
 * Tells what would keep files from being written in a directory, or the directory from being made, as far as that shows
 * without writing.
 *
 * @param directory - its path
 * @returns the code of the refusal, `undefined` where nothing stands against it
 */
export async function refusalOf(
  directory: string,
): Promise<'STORE_PERMISSION' | 'STORE_FULL' | 'STORE_IO' | undefined> {
  const folder = await standing(directory)
  if (!(await stat(folder)).isDirectory()) return 'STORE_IO'
  try {
    await access(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    if (forbidden.has(errnoOf(error))) return 'STORE_PERMISSION'
    throw error
  }
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize < LEAST_BYTES ? 'STORE_FULL' : undefined
}
