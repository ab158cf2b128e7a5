/** Sources that are not as most are: streams without an end of their own, and directories with something odd in them. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chainFileText, chainFolder } from '../../src/store/file/layout.js'
import { fileChunks, streamChunks } from '../../src/verify/node/chunks.js'
import { chainsIn } from '../../src/verify/node/directory-contents.js'
import { verifyFile } from '../../src/verify/node.js'
import { trustOne } from '../verify/support.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-odd-sources-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function drained(chunks: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of chunks) count += 1
  return count
}

describe('a stream', () => {
  /** No more than has to be there: nothing to return from, nothing to destroy. */
  const bare = (next: () => Promise<IteratorResult<Uint8Array>>) => ({ [Symbol.asyncIterator]: () => ({ next }) })

  test('that can not be returned from is refused for what it yields all the same', async () => {
    const text = bare(async () => ({ done: false, value: 'text' as never }))
    await expect(drained(streamChunks(text, 'the stream'))).rejects.toThrow(/^source must yield bytes/)
  })

  test('that can not be returned from may be left', async () => {
    const endless = bare(async () => ({ done: false, value: new Uint8Array(1) }))
    for await (const chunk of streamChunks(endless, 'the stream')) {
      expect(chunk).toHaveLength(1)
      break
    }
  })

  test('that hangs is given up, be it of the web or of nothing but an iterator', async () => {
    const hanging = [new ReadableStream<Uint8Array>(), bare(() => new Promise(() => {}))]
    for (const stream of hanging) {
      const controller = new AbortController()
      const reason = new Error('enough')
      const drain = drained(streamChunks(stream as AsyncIterable<Uint8Array>, 'the stream', controller.signal))
      controller.abort(reason)
      await expect(drain).rejects.toMatchObject({
        code: 'VERIFY_ABORTED',
        message: 'the verification was aborted',
        cause: reason,
      })
    }
  })

  test('that is given up before it began is not asked', async () => {
    let asked = 0
    const counting = bare(async () => {
      asked += 1
      return { done: true, value: undefined }
    })
    const aborted = verifyFile(counting, { keyring: trustOne, signal: AbortSignal.abort() })
    await expect(aborted).rejects.toMatchObject({ code: 'VERIFY_ABORTED' })
    expect(asked).toBe(0)
  })
})

test('a directory is no file', async () => {
  await expect(drained(fileChunks(dir))).rejects.toMatchObject({
    code: 'VERIFY_INPUT',
    message: `cannot read ${dir}: it is a directory`,
    details: { file: dir, reason: 'EISDIR' },
  })
})

describe('a directory', () => {
  test('with a link to itself in the place of a chain’s folder still has that chain; any other is passed over', async () => {
    const folder = chainFolder('acme')
    for (const name of [folder, 'loop']) await symlink(join(dir, name), join(dir, name))
    expect(await chainsIn(dir)).toStrictEqual({ kind: 'store', chains: [{ name: folder, files: [] }] })
  })

  test('in which a folder says that it is for a chain of another folder is no store that can be judged', async () => {
    await mkdir(join(dir, 'moved'))
    await writeFile(join(dir, 'moved', 'chain.json'), chainFileText('acme'))
    await expect(chainsIn(dir)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  })
})
