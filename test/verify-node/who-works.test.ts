/** Which thread does the work, and what a source is called where it can't be read. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { lineOf } from '../../src/receipt/seal.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { checkFileOptions } from '../../src/verify/node/meter.js'
import { threadsFor } from '../../src/verify/node/workers.js'
import { type VerifyProgress, verifyDirectory, verifyFile } from '../../src/verify/node.js'

const keyring = new Keyring([testReceiptKeyId()])
const whole = testReceipts({ chainId: 'acme', count: 1_800 })
  .map((receipt) => `${lineOf(receipt)}\n`)
  .join('')

let dir: string
let file: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-who-works-'))
  file = join(dir, 'acme.jsonl')
  await writeFile(file, whole)
})
afterAll(() => rm(dir, { recursive: true }))

/** How many threads are started meanwhile; none is left behind. */
async function started(act: () => Promise<unknown>): Promise<number> {
  let count = 0
  let living = 0
  const listen = (worker: Worker) => {
    count += 1
    living += 1
    worker.on('exit', () => {
      living -= 1
    })
  }
  process.on('worker', listen)
  try {
    await act()
  } finally {
    process.off('worker', listen)
  }
  expect(living).toBe(0)
  return count
}

const everyOne = async (options: { readonly workers?: number }) => {
  for await (const { result } of verifyDirectory(dir, { keyring, ...options })) expect(result.verdict).toBe('VALID')
}

describe('the calling thread alone', () => {
  test('works where one worker is asked for, or nothing is said and there is little to do', async () => {
    for (const options of [{ workers: 1 }, {}]) {
      expect(await started(() => verifyFile(file, { keyring, ...options }))).toBe(0)
      expect(await started(() => everyOne(options))).toBe(0)
    }
  })

  test('reads a stream, however many are allowed', async () => {
    const stream = () => Readable.from([Buffer.from(whole)])
    expect(await started(() => verifyFile(stream(), { keyring, workers: 4 }))).toBe(0)
  })
})

test('others work where they are asked for, and no more than that', async () => {
  expect(whole.length).toBeGreaterThan(1024 * 1024)
  for (const source of [file, pathToFileURL(file)])
    expect(await started(() => verifyFile(source, { keyring, workers: 2 }))).toBe(2)
  expect(await started(() => everyOne({ workers: 2 }))).toBe(2)
})

test('no thread is left behind where somebody stops listening, or fails', async () => {
  const stop = () => {
    throw new Error('enough')
  }
  const failing = () => expect(verifyFile(file, { keyring, workers: 2, onProgress: stop })).rejects.toThrow('enough')
  expect(await started(failing)).toBe(2)
  const first = async () => {
    for await (const _ of verifyDirectory(dir, { keyring, workers: 2 })) break
  }
  expect(await started(first)).toBe(2)
})

test.each([null, undefined, 'x', 1])('options that are %j are refused by name', async (options) => {
  expect(() => checkFileOptions(options as never)).toThrow(new TypeError('options must be an object'))
  await expect(verifyFile(file, options as never)).rejects.toThrow(/^options must be an object/)
})

test('where nothing is said, much input has a thread a core', () => {
  const most = availableParallelism()
  expect(threadsFor(undefined, 1e12)).toBe(most)
  // 4 MiB in parts of half a MiB
  expect(threadsFor(undefined, 4 * 1024 * 1024)).toBe(Math.min(most, 8))
  expect(threadsFor(undefined, 4 * 1024 * 1024 - 1)).toBe(1)
  expect(threadsFor(64, 4 * 1024 * 1024)).toBe(8)
  expect(threadsFor(64, 4 * 1024 * 1024 + 1)).toBe(9)
  expect(threadsFor(64, 0)).toBe(1)
})

describe('a source', () => {
  test('that is a URL is called by its path in errors', async () => {
    const absent = join(dir, 'it is absent.jsonl')
    await expect(verifyFile(pathToFileURL(absent), { keyring })).rejects.toMatchObject({
      code: 'VERIFY_INPUT',
      message: `cannot read ${absent}: there is no such file`,
      details: { file: absent, reason: 'ENOENT' },
    })
  })

  test('that is a stream is called so in errors', async () => {
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))
      },
    })
    await expect(verifyFile(failing, { keyring })).rejects.toMatchObject({
      code: 'VERIFY_INPUT',
      message: 'cannot read the stream: ECONNRESET',
      details: { file: 'the stream' },
    })
  })

  test.each([null, undefined, 1, {}])('that is %j is refused by name', async (source) => {
    await expect(verifyFile(source as never, { keyring })).rejects.toThrow(/^source must be a path, a file: URL, or a/)
  })

  // such a file says that it has no bytes, and has some
  test.runIf(existsSync('/proc/self/status'))('without a known length has no total', async () => {
    const seen: VerifyProgress[] = []
    await verifyFile('/proc/self/status', { keyring, onProgress: (step) => void seen.push(step) })
    expect(seen.at(-1)?.bytes).toBeGreaterThan(0)
    expect(seen.map(({ totalBytes }) => totalBytes)).toEqual(seen.map(() => undefined))
  })
})

test('the total of a directory is that of all its files', async () => {
  const place = join(dir, 'two')
  await mkdir(place)
  for (const name of ['a.jsonl', 'b.jsonl']) await writeFile(join(place, name), whole)
  for (const workers of [1, 2]) {
    const seen: VerifyProgress[] = []
    const options = { keyring, workers, onProgress: (step: VerifyProgress) => void seen.push(step) }
    for await (const { result } of verifyDirectory(place, options)) expect(result.checked).toBe(1_800)
    const all = 2 * whole.length
    expect(seen.at(-1)).toEqual({ bytes: all, totalBytes: all, receipts: 3_600 })
  }
})
