import { readFile, stat } from 'node:fs/promises'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'

const longest = 4_096

/**
 * The passphrase of a private key. It never comes from the command line, which every user of the machine can read.
 *
 * @param io - the process
 * @param file - of `--passphrase-file`; its last line end is not a part of the passphrase
 * @returns it, or that of `QUITTANCE_SIGNING_KEY_PASSPHRASE`; `undefined` where there is none
 * @throws UsageError when the file can't be read or is empty
 */
export async function passphraseFor(io: Io, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return io.env.QUITTANCE_SIGNING_KEY_PASSPHRASE || undefined
  const path = pathFrom(io, file)
  let text: string
  try {
    if ((await stat(path)).size > longest) throw new UsageError(`the passphrase file ${file} is too large`)
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`cannot read the passphrase file ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  const passphrase = text.replace(/\r?\n$/, '')
  if (passphrase === '') throw new UsageError(`the passphrase file ${file} is empty`)
  return passphrase
}
