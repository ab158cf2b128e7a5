/** Bytes from files and streams: what can't be read is an error that says what, never a shorter input. */
import { getEventListeners } from 'node:events'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { fileChunks, streamChunks, unreadable } from '../../src/verify/node/chunks.js'

const all = async (chunks: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(Buffer.from(chunk))
  return Buffer.concat(parts)
}

const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('what the system says is said in words', () => {
  test.each([
    ['ENOENT', 'there is no such file'],
    ['ENOTDIR', 'a part of the path is not a directory'],
    ['EACCES', 'permission is denied'],
    ['EPERM', 'permission is denied'],
    ['EISDIR', 'it is a directory'],
    ['ELOOP', 'too many symbolic links'],
    ['EMFILE', 'too many files are open'],
    ['EIO', 'the disk reports an error'],
    ['EWHATEVER', 'EWHATEVER'],
  ])('%s', (code, words) => {
    const cause = Object.assign(new Error('x'), { code })
    const error = unreadable(cause, 'some/file')
    expect(error).toMatchObject({ code: 'VERIFY_INPUT', details: { file: 'some/file', reason: code }, cause })
    expect(error.message).toBe(`cannot read some/file: ${words}`)
  })

  test('what has no code, and what is no error at all', () => {
    for (const thrown of [new Error('x'), undefined, 'text'])
      expect(unreadable(thrown, 'f')).toMatchObject({ code: 'VERIFY_INPUT', details: { file: 'f', reason: 'unknown' } })
  })

  test('an error that says what is wrong already is left as it is', () => {
    const error = new QuittanceError('VERIFY_ABORTED', 'enough')
    expect(unreadable(error, 'f')).toBe(error)
  })
})

describe('a file', () => {
  let dir: string
  let file: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'quittance-chunks-'))
    file = join(dir, 'a.jsonl')
  })
  afterEach(() => rm(dir, { recursive: true }))

  test.each([0, 1, 262_143, 262_144, 262_145, 600_000])('of %i bytes comes whole', async (length) => {
    const bytes = Buffer.alloc(length, 'abcdefg')
    await writeFile(file, bytes)
    expect((await all(fileChunks(file))).equals(bytes)).toBe(true)
  })

  test('that grows meanwhile is read as far as it went', async () => {
    const bytes = Buffer.alloc(300_000, 'x')
    await writeFile(file, bytes)
    let read = 0
    for await (const chunk of fileChunks(file)) {
      if (read === 0) await writeFile(file, bytes, { flag: 'a' })
      read += chunk.length
    }
    expect(read).toBe(bytes.length)
  })

  test('that becomes shorter meanwhile is an error', async () => {
    await writeFile(file, Buffer.alloc(600_000, 'x'))
    const reading = (async () => {
      for await (const _ of fileChunks(file)) await truncate(file, 1_000)
    })()
    const error = await thrownBy(reading)
    expect(QuittanceError.is(error, 'VERIFY_INPUT') && error.details).toEqual({ file, reason: 'shrunk' })
    expect((error as Error).message).toBe(`${file} became shorter while it was read`)
  })

  test('that is a directory is an error', async () => {
    expect(await thrownBy(all(fileChunks(dir)))).toMatchObject({ details: { file: dir, reason: 'EISDIR' } })
  })

  // a file of the system's own has no size, and is read to its end all the same
  test.skipIf(process.platform !== 'linux')('without a size is read to its end', async () => {
    expect((await all(fileChunks('/proc/self/status'))).toString()).toContain('Pid:')
  })
})

describe('a stream', () => {
  /** Counts how often it was asked and whether it was told that nobody goes on. */
  function source(steps: readonly unknown[]) {
    const seen = { asked: 0, returned: 0, destroyed: 0 }
    const iterator = {
      async next() {
        const value = steps[seen.asked]
        seen.asked += 1
        if (value === 'hang') return new Promise<never>(() => {})
        if (value instanceof Error) throw value
        return value === undefined ? { done: true as const, value } : { done: false as const, value }
      },
      async return() {
        seen.returned += 1
        return { done: true as const, value: undefined }
      },
    }
    const stream = {
      [Symbol.asyncIterator]: () => iterator,
      destroy() {
        seen.destroyed += 1
      },
    } as unknown as AsyncIterable<Uint8Array>
    return { seen, stream }
  }
  const bytes = (text: string) => Buffer.from(text)

  test('is read to its end, and is not told to stop', async () => {
    const { seen, stream } = source([bytes('a'), bytes('b')])
    expect((await all(streamChunks(stream, 'it'))).toString()).toBe('ab')
    expect(seen).toEqual({ asked: 3, returned: 0, destroyed: 0 })
  })

  test('that is left early is told so', async () => {
    const { seen, stream } = source([bytes('a'), bytes('b')])
    for await (const _ of streamChunks(stream, 'it')) break
    expect(seen).toEqual({ asked: 1, returned: 1, destroyed: 0 })
  })

  test('that fails is named, with what it said', async () => {
    const failure = Object.assign(new Error('x'), { code: 'ECONNRESET' })
    const { seen, stream } = source([bytes('a'), failure])
    expect(await thrownBy(all(streamChunks(stream, 'the upload')))).toMatchObject({
      code: 'VERIFY_INPUT',
      message: 'cannot read the upload: ECONNRESET',
      details: { file: 'the upload', reason: 'ECONNRESET' },
    })
    expect(seen).toEqual({ asked: 2, returned: 0, destroyed: 0 })
  })

  test('that yields text is refused, and told to stop', async () => {
    const { seen, stream } = source(['text', bytes('b')])
    const error = await thrownBy(all(streamChunks(stream, 'it')))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toContain('source must yield bytes')
    expect(seen).toEqual({ asked: 1, returned: 1, destroyed: 0 })
  })

  test('that says nothing more ends when that is asked, with the reason', async () => {
    const { seen, stream } = source([bytes('a'), 'hang'])
    const controller = new AbortController()
    const reading = thrownBy(all(streamChunks(stream, 'it', controller.signal)))
    setImmediate(() => controller.abort('enough'))
    const error = await reading
    expect(QuittanceError.is(error, 'VERIFY_ABORTED') && error.cause).toBe('enough')
    expect((error as Error).message).toBe('the verification was aborted')
    expect(seen).toEqual({ asked: 2, returned: 0, destroyed: 1 })
  })

  test('is not asked at all where the end was asked for before', async () => {
    const { seen, stream } = source([bytes('a')])
    expect(await thrownBy(all(streamChunks(stream, 'it', AbortSignal.abort('no'))))).toMatchObject({
      code: 'VERIFY_ABORTED',
      cause: 'no',
    })
    expect(seen.asked).toBe(0)
  })

  test('leaves no listener behind, however long it was', async () => {
    const { signal } = new AbortController()
    const listening = () => getEventListeners(signal, 'abort').length
    const { stream } = source([bytes('a'), bytes('b'), bytes('c')])
    for await (const _ of streamChunks(stream, 'it', signal)) expect(listening()).toBeLessThanOrEqual(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(listening()).toBe(0)
  })
})
