/** Counts the writers of a directory, so that each of them has a number that no earlier one had. */
import { join } from 'node:path'
import { corrupt } from './errors.js'
import { type FileSystem, ifThere, removeTemporaries, replaceFile, writeAll } from './fs.js'
import { EPOCH_FILE } from './layout.js'

/** What `writer.epoch` says. */
export interface EpochRecord {
  readonly epoch: number
  /** Of the lock under which it was raised. */
  readonly token: string
  /** Whether that writer has ended as it should: it has no file open any more. */
  readonly closed: boolean
  /** The highest epoch whose writer was not known to be gone when it was replaced; -1 where there was none. */
  readonly doubtful: number
}

/** The lock that was taken, and whose it had been. */
export interface Succession {
  readonly token: string
  /** The lock that stood there, if any: its token, and whether its owner is gone for certain. */
  readonly before: { readonly token: string; readonly gone: boolean } | undefined
}

/**
 * @param fs - the file system
 * @param directory - the store's directory
 * @returns what is recorded; `undefined` where nothing is
 * @throws QuittanceError `STORE_CORRUPT`
 */
export async function readEpoch(fs: FileSystem, directory: string): Promise<EpochRecord | undefined> {
  const file = join(directory, EPOCH_FILE)
  const text = await ifThere(fs.readFile(file, 'utf8'))
  if (text === undefined) return undefined
  try {
    const { epoch, token, closed, doubtful } = JSON.parse(text) as Partial<EpochRecord>
    if (isCount(epoch, 1) && typeof token === 'string' && isCount(doubtful, -1))
      return { epoch, token, closed: closed === true, doubtful }
  } catch {
    throw corrupt(file, undefined, 'the count of the writers is not JSON')
  }
  throw corrupt(file, undefined, 'the count of the writers is none')
}

const isCount = (value: number | undefined, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least

/**
 * Counts a writer, durably.
 *
 * @param fs - the file system
 * @param directory - the store's directory; its lock is held
 * @param succession - whose it was
 * @param uncounted - the highest epoch that stands in a name although it was not counted: its writer may be any
 * @returns what is recorded now
 */
export async function raiseEpoch(
  fs: FileSystem,
  directory: string,
  { token, before }: Succession,
  uncounted = -1,
): Promise<EpochRecord> {
  const found = await readEpoch(fs, directory)
  const isOwn = found?.token === token
  const isGone = found === undefined || found.closed || isOwn || (before?.gone === true && before.token === found.token)
  const epoch = Math.max(found?.epoch ?? 0, uncounted) + 1
  // a file of such a name would be nobody's: the next reader could not tell what it says
  if (!Number.isSafeInteger(epoch)) {
    const file = join(directory, EPOCH_FILE)
    throw corrupt(
      file,
      undefined,
      'the count of the writers, or the name of a segment, is so high that none can follow',
    )
  }
  const record: EpochRecord = {
    epoch,
    token,
    closed: false,
    doubtful: Math.max(uncounted, isGone ? (found?.doubtful ?? -1) : (found?.epoch ?? -1)),
  }
  await removeTemporaries(fs, directory, 'epoch')
  await writeEpoch(fs, directory, record)
  return record
}

/**
 * @param fs - the file system
 * @param directory - the store's directory; its lock is held
 * @param record - what is to stand there
 * @param check - throws where it must not stand there after all
 */
export async function writeEpoch(
  fs: FileSystem,
  directory: string,
  record: EpochRecord,
  check?: () => void,
): Promise<void> {
  const content = Buffer.from(`${JSON.stringify(record)}\n`)
  await replaceFile(fs, directory, 'epoch', EPOCH_FILE, (handle) => writeAll(handle, content, 0), check)
}
