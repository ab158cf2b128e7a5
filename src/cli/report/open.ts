/** Showing a page in the reader's own browser. */
import { failureOf } from '../failure.js'
import { type Io, pathFrom } from '../io.js'
import { printable } from '../printable.js'

/** Opens a file; what can't be opened rejects. */
export type Opener = (path: string) => Promise<unknown>

const systemOpener: Opener = async (path) => (await import('open')).default(path)

/**
 * Opens the page, or else the PDF, in whatever the system has for it. The report is made and written by then: that it can't
 * be shown is told, and changes no verdict.
 *
 * @param files - that were written
 * @param io - the process
 * @param open - for tests
 */
export async function openInViewer(files: readonly string[], io: Io, open: Opener = systemOpener): Promise<void> {
  const file = files.find((one) => one.endsWith('.html')) ?? files.find((one) => one.endsWith('.pdf'))
  if (file === undefined) return
  try {
    await open(pathFrom(io, file))
  } catch (error) {
    io.stderr.write(`note: ${printable(file)} can not be shown: ${printable(failureOf(error).message)}\n`)
  }
}
