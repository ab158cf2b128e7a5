/** A store that a command writes to, as it was typed: the directory of a file store, or a store URL. */
import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { QuittanceError } from '../errors.js'
import { shownUrl } from '../store/redis/from-url.js'
import type { ReceiptStore } from '../store/store.js'
import { pathOfFileUrl, storeFromUrl } from '../url.js'
import { type Io, pathFrom } from './io.js'
import { noteStore } from './opened-stores.js'
import { isStoreUrl } from './typed-url.js'

const fileUrl = /^file:/i

/**
 * @param text - a directory or a store URL, as it was typed
 * @param io - the process
 * @returns the directory that was named; `undefined` where it is another kind of store
 */
export function storeDirectory(text: string, io: Io): string | undefined {
  if (fileUrl.test(text)) return pathOfFileUrl(text, io.cwd)
  return isStoreUrl(text) ? undefined : pathFrom(io, text)
}

const urlOf = (text: string, directory: string | undefined) =>
  directory === undefined ? text : pathToFileURL(directory).href

/** What keeps a path from being the directory of a store, in the system's word; `undefined` for a directory. */
async function hindrance(directory: string): Promise<string | undefined> {
  try {
    return (await stat(directory)).isDirectory() ? undefined : 'ENOTDIR'
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

/**
 * Opens the store that a command fills, which is made where there is none. The caller closes it.
 *
 * @param text - a directory (relative to the working directory) or a store URL
 * @param io - the process
 * @returns the store
 * @throws QuittanceError `STORE_URL`, also where a file is in the way
 */
export async function openStore(text: string, io: Io): Promise<ReceiptStore> {
  const directory = storeDirectory(text, io)
  const reason = directory === undefined ? undefined : await hindrance(directory)
  if (reason === 'ENOTDIR')
    throw new QuittanceError('STORE_URL', 'a file is where the directory of the store would be', {
      details: { reason, file: text },
    })
  noteStore(io, { name: storeName(text), directory })
  return storeFromUrl(urlOf(text, directory))
}

/**
 * As `openStore`, for a store that is there already: a directory that was mistyped is not made.
 *
 * @param text - a directory or a store URL
 * @param io - the process
 * @returns the store
 * @throws QuittanceError `STORE_URL`
 */
export async function openExistingStore(text: string, io: Io): Promise<ReceiptStore> {
  const directory = storeDirectory(text, io)
  const reason = directory === undefined ? undefined : await hindrance(directory)
  if (reason === undefined) {
    noteStore(io, { name: storeName(text), directory })
    return storeFromUrl(urlOf(text, directory))
  }
  const why = reason === 'ENOENT' ? 'there is no such directory' : 'it is not the directory of a file store'
  throw new QuittanceError('STORE_URL', why, { details: { reason, file: text } })
}

/**
 * @param text - a directory or a store URL, as it was typed
 * @returns what to call it: of a URL neither user nor password
 */
export function storeName(text: string): string {
  return fileUrl.test(text) || !isStoreUrl(text) ? text : shownUrl(text)
}
