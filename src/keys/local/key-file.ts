import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { QuittanceError } from '../../errors.js'

const isPosix = process.platform !== 'win32'
const largest = 64 * 1024

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code)

/** The operating system's errors name the path and hold nothing of the file. */
const failure = (file: string, error: unknown): QuittanceError => {
  if (QuittanceError.is(error)) return error
  const reason = codeOf(error)
  const details = { file, reason }
  return reason === 'ENOENT' || reason === 'ENOTDIR'
    ? new QuittanceError('KEY_NOT_FOUND', 'there is no such key file or folder', { details, cause: error })
    : new QuittanceError('KEY_UNAVAILABLE', 'the key file can not be opened or written', { details, cause: error })
}

/** What stands in a key file, and whether anyone but its owner may touch it. */
export interface KeyFile {
  readonly text: string
  readonly permissions: 'private' | 'open'
}

/**
 * Reads a key file. Kind, size and permissions are those of the opened file itself, so that a path changed meanwhile, or a
 * symbolic link, can't show another's.
 *
 * @param file - its path
 * @returns its text and permissions; on Windows, where modes say nothing, always `private`
 * @throws QuittanceError `KEY_NOT_FOUND`, `KEY_UNAVAILABLE`, `KEY_ENCODING` when it is no text of key size
 */
export async function readKeyFile(file: string): Promise<KeyFile> {
  let handle: FileHandle | undefined
  try {
    // Without O_NONBLOCK a FIFO would be waited for until someone writes to it.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const stat = await handle.stat()
    if (!stat.isFile()) {
      throw new QuittanceError('KEY_NOT_FOUND', 'the path of the key is not a regular file', { details: { file } })
    }
    if (stat.size > largest) {
      throw new QuittanceError('KEY_ENCODING', 'the file is too large for a key', { details: { file } })
    }
    const bytes = await handle.readFile()
    const text = bytes.toString('utf8')
    bytes.fill(0)
    return { text, permissions: isPosix && (stat.mode & 0o077) !== 0 ? 'open' : 'private' }
  } catch (error) {
    throw failure(file, error)
  } finally {
    await handle?.close()
  }
}

/**
 * @param file - the path
 * @param content - what `readKeyFile` gave
 * @returns its text
 * @throws QuittanceError `KEY_FILE_PERMISSIONS` when others than its owner have any access
 */
export function privateText(file: string, content: KeyFile): string {
  if (content.permissions === 'private') return content.text
  throw new QuittanceError(
    'KEY_FILE_PERMISSIONS',
    'group or others have access to the key file: replace the key if they may have read it, and run chmod 600 on the file',
    { details: { file } },
  )
}

const syncFolder = async (folder: string): Promise<void> => {
  // Windows can't open a folder, and needs no such call.
  if (!isPosix) return
  const handle = await open(folder, constants.O_RDONLY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Creates a key file, mode 0600, durable when this resolves, unless the path exists in any form. The file appears under
 * its path whole or not at all: it is written under another name and linked, which, unlike a rename, never overwrites.
 * So of several processes one creates it, and none reads half of it.
 *
 * @param file - its path; the folder must exist
 * @param text - its content
 * @returns false when the path was taken
 * @throws QuittanceError `KEY_NOT_FOUND` when there is no such folder, `KEY_UNAVAILABLE`
 */
export async function createKeyFile(file: string, text: string): Promise<boolean> {
  const folder = dirname(file)
  const draft = join(folder, `.quittance-${randomBytes(8).toString('hex')}.tmp`)
  const bytes = Buffer.from(text)
  let handle: FileHandle | undefined
  try {
    handle = await open(draft, 'wx', 0o600)
    await handle.writeFile(bytes)
    await handle.sync()
    await link(draft, file)
  } catch (error) {
    if (handle && codeOf(error) === 'EEXIST') return false
    throw failure(file, error)
  } finally {
    bytes.fill(0)
    await handle?.close()
    if (handle) await rm(draft, { force: true })
  }
  try {
    await syncFolder(folder)
  } catch (error) {
    throw failure(file, error)
  }
  return true
}
