/** An answer that goes to stdout, or with `--out` into a file. */
import { randomBytes } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { cannotWrite } from './cannot-write.js'
import { type Io, pathFrom } from './io.js'

/**
 * Where an answer goes in the end.
 *
 * @param path - from the root
 * @returns the file that it leads to; `whole` is false for what is no file, such as a pipe or `/dev/null`: that is written to
 *   and never replaced
 */
export async function placeOf(path: string): Promise<{ readonly path: string; readonly whole: boolean }> {
  try {
    const found = await stat(path)
    if (!found.isFile() && !found.isDirectory()) return { path, whole: false }
    return { path: await realpath(path), whole: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { path, whole: true }
    throw error
  }
}

/**
 * Writes public data. A file is replaced whole or not at all, so that nobody reads half of a keyring, also where it was read
 * from the same file. Of a symbolic link the file is replaced that it leads to.
 *
 * @param io - the process
 * @param text - what to write
 * @param out - of `--out`
 * @throws UsageError when the file can't be written
 */
export async function writePublic(io: Io, text: string, out: string | undefined): Promise<void> {
  if (out === undefined) {
    io.stdout.write(text)
    return
  }
  let draft: string | undefined
  try {
    const { path, whole } = await placeOf(pathFrom(io, out))
    if (!whole) {
      await writeFile(path, text)
      return
    }
    draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, path)
  } catch (error) {
    if (draft !== undefined) await rm(draft, { force: true })
    throw cannotWrite(out, error)
  }
}
