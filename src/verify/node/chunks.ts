/** Bytes from a file or a stream; what can't be read is an error, never a shorter input. */
import { type FileHandle, open } from 'node:fs/promises'
import { QuittanceError } from '../../errors.js'

/** Large enough that the system calls don't count, small enough that thousands of files may be read after each other. */
const CHUNK_BYTES = 256 * 1024

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
}

/**
 * @param error - what the system threw
 * @param file - what was to be read
 * @returns the error that says so
 */
export function unreadable(error: unknown, file: string): QuittanceError {
  if (QuittanceError.is(error)) return error
  const reason = (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown'
  return new QuittanceError('VERIFY_INPUT', `cannot read ${file}: ${words[reason] ?? reason}`, {
    details: { file, reason },
    cause: error,
  })
}

async function* readAll(handle: FileHandle, file: string): AsyncGenerator<Uint8Array> {
  const stat = await handle.stat()
  if (stat.isDirectory()) throw unreadable({ code: 'EISDIR' }, file)
  // A file that grows is read as far as it went at the start; what is not a plain file has no size.
  const size = stat.isFile() && stat.size > 0 ? stat.size : undefined
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  let read = 0
  while (size === undefined || read < size) {
    const wanted = size === undefined ? CHUNK_BYTES : Math.min(CHUNK_BYTES, size - read)
    const { bytesRead } = await handle.read(buffer, 0, wanted, null)
    if (bytesRead === 0) {
      if (size === undefined) return
      throw new QuittanceError('VERIFY_INPUT', `${file} became shorter while it was read`, {
        details: { file, reason: 'shrunk' },
      })
    }
    read += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/**
 * @param file - a path
 * @returns the file's bytes in chunks, each gone at the next
 * @throws QuittanceError `VERIFY_INPUT`
 */
export async function* fileChunks(file: string): AsyncGenerator<Uint8Array> {
  let handle: FileHandle
  try {
    handle = await open(file, 'r')
  } catch (error) {
    throw unreadable(error, file)
  }
  try {
    yield* readAll(handle, file)
  } catch (error) {
    throw unreadable(error, file)
  } finally {
    await handle.close()
  }
}

/**
 * @param stream - bytes, as a Node or web stream gives them
 * @param name - what to call it in errors
 * @param signal - gives up waiting, also for a stream that says nothing more
 * @returns its chunks
 * @throws QuittanceError `VERIFY_INPUT`, `VERIFY_ABORTED`
 * @throws TypeError when it yields text, in which bad bytes can't be seen any more
 */
export async function* streamChunks(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = stream[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      const step = await nextOf(iterator, name, signal).catch((error: unknown) => {
        ended = true
        throw error
      })
      if (step.done) {
        ended = true
        return
      }
      if (!(step.value instanceof Uint8Array)) {
        throw new TypeError('source must yield bytes: a stream with an encoding hides bad UTF-8')
      }
      yield step.value
    }
  } finally {
    if (!ended) await iterator.return?.()
    // an iterator that still waits can't be returned from; its stream can be ended
    else if (signal?.aborted) (stream as { destroy?: () => void }).destroy?.()
  }
}

/** One step, which an abort ends. */
function nextOf(
  iterator: AsyncIterator<Uint8Array>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(new QuittanceError('VERIFY_ABORTED', 'the verification was aborted', { cause: signal?.reason }))
    if (signal?.aborted) return stop()
    signal?.addEventListener('abort', stop, { once: true })
    iterator
      .next()
      .then(resolve, (error: unknown) => reject(unreadable(error, name)))
      .finally(() => signal?.removeEventListener('abort', stop))
  })
}
