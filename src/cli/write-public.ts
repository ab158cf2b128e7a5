/** An answer that goes to stdout, or with `--out` into a file. */
import { randomBytes } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'

/**
 * Writes public data. A file is replaced whole or not at all, so that nobody reads half of a keyring, also where it was read
 * from the same file.
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
  const path = pathFrom(io, out)
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw new UsageError(`cannot write ${out}: ${(error as NodeJS.ErrnoException).code}`)
  }
}
