/** An answer that goes to stdout, or with `--out` into a file. */
import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { cannotWrite } from './cannot-write.js'
import { UsageError } from './failure.js'
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

/** Tells by the beginning of a file whether it may be replaced: an earlier answer of the same command may. */
export type IsOurs = (head: string) => boolean

/** What nobody can make again. */
const isNoPrivateKey: IsOurs = (head) => !head.includes('PRIVATE KEY-----')

/** So much of a file tells what it is. */
const HEAD_BYTES = 4_096

/**
 * Keeps what was named by a slip from being replaced.
 *
 * @param path - what is about to be replaced
 * @param name - as it was typed
 * @param isOurs - whether it may be, where there is something in it
 * @throws UsageError
 */
export async function refuseForeign(path: string, name: string, isOurs: IsOurs): Promise<void> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (handle === undefined) return
  try {
    // of a directory whoever writes says what it is
    if (!(await handle.stat()).isFile()) return
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.toString('utf8', 0, bytesRead)
    if (head === '' || (isNoPrivateKey(head) && isOurs(head))) return
  } finally {
    await handle.close()
  }
  throw new UsageError(`${name} is there already, and is not of this command: it is left as it is`, [
    'Name another file, or remove that one yourself.',
  ])
}

/**
 * Writes public data. A file is replaced whole or not at all, so that nobody reads half of a keyring, also where it was read
 * from the same file. Of a symbolic link the file is replaced that it leads to.
 *
 * @param io - the process
 * @param text - what to write
 * @param out - of `--out`
 * @param isOurs - whether a file that is there may be replaced; default all but a private key
 * @throws UsageError when the file can't be written, or is somebody else's
 */
export async function writePublic(
  io: Io,
  text: string,
  out: string | undefined,
  isOurs: IsOurs = isNoPrivateKey,
): Promise<void> {
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
    await refuseForeign(path, out, isOurs)
    draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, path)
  } catch (error) {
    if (draft !== undefined) await rm(draft, { force: true })
    throw error instanceof UsageError ? error : cannotWrite(out, error)
  }
}
