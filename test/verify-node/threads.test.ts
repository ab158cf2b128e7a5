/** Verification on threads: what happens to them, to the files they read, and to whoever waits. */
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { Keyring } from '../../src/keys/keyring.js'
import { lineOf } from '../../src/receipt/seal.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { type VerifyResult, verifyChain } from '../../src/verify/index.js'
import { assemble } from '../../src/verify/node/assemble.js'
import type { DirectoryChain } from '../../src/verify/node/directory.js'
import { examiner, type Reports, type Task } from '../../src/verify/node/examining.js'
import { type FileVerifyOptions, meterFor, type VerifyProgress } from '../../src/verify/node/meter.js'
import { type Crew, threads } from '../../src/verify/node/threads.js'
import { threadsFor } from '../../src/verify/node/workers.js'
import { verifyDirectory, verifyFile } from '../../src/verify/node.js'

const keyring = new Keyring([testReceiptKeyId()])
const receipts = testReceipts({ chainId: 'acme', count: 1_800 })
const lines = receipts.map(lineOf)
const whole = Buffer.from(lines.map((line) => `${line}\n`).join(''))
const middle = Math.floor(lines.length / 2)

let dir: string
let expected: VerifyResult
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-threads-'))
  expected = await verifyChain(lines, { keyring })
})
afterAll(() => rm(dir, { recursive: true }))

let files = 0
async function fileWith(content: Uint8Array | string): Promise<string> {
  files += 1
  const file = join(dir, `${files}.jsonl`)
  await writeFile(file, content)
  return file
}

const chainAt = (path: string, bytes: number): DirectoryChain => ({ name: path, files: [{ name: path, path, bytes }] })

/** Does a thread's work on the calling thread; `before` happens ahead of each task. */
function crewOf(before: (task: number) => Promise<void> | void, size = 2): Crew & { asked: number } {
  const examine = examiner(defaultBackend)
  const crew = {
    size,
    asked: 0,
    async examine(task: Task) {
      crew.asked += 1
      await before(crew.asked)
      return examine(task)
    },
    awaited() {},
    close: async () => {},
  }
  return crew
}

async function judge(chain: DirectoryChain, crew: Crew, more: Partial<FileVerifyOptions> = {}): Promise<VerifyResult> {
  const options = { keyring, ...more }
  const working = {
    crew,
    shape: { rangeBytes: 100_000, batchFiles: 8 },
    meter: meterFor(options, whole.length),
    backend: defaultBackend,
  }
  for await (const { result } of assemble([chain], options, working)) return result
  throw new Error('there is no result')
}

async function on<T>(crew: Crew, work: (crew: Crew) => Promise<T>): Promise<T> {
  try {
    return await work(crew)
  } finally {
    await crew.close()
  }
}

const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('verifyFile on threads', () => {
  test('gives what verifyChain gives, and says how far it is', async () => {
    const file = await fileWith(whole)
    const steps: VerifyProgress[] = []
    const result = await verifyFile(file, { keyring, workers: 3, onProgress: (step) => steps.push(step) })
    expect(result).toEqual(expected)
    expect(result.verdict).toBe('VALID')
    expect(steps.length).toBeGreaterThan(2)
    for (const [at, step] of steps.slice(1).entries()) {
      expect(step.bytes).toBeGreaterThanOrEqual(steps[at]!.bytes)
      expect(step.receipts).toBeGreaterThanOrEqual(steps[at]!.receipts)
    }
    expect(steps.at(-1)).toEqual({ bytes: whole.length, totalBytes: whole.length, receipts: lines.length })
  })

  test('one key that nobody trusts is found at each receipt, on its line', async () => {
    const file = await fileWith(whole)
    const stranger = new Keyring(['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'])
    const result = await verifyFile(file, { keyring: stranger, workers: 2 })
    expect(result).toEqual(await verifyChain(lines, { keyring: stranger }))
    expect(result.counts).toEqual({ KEY_UNKNOWN: lines.length })
    expect(result.problems.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1))
  })

  test('more findings than fit into one report are all there', async () => {
    const hostile = { ...receipts[0], checks: Array.from({ length: 12_000 }, () => ({})) }
    const long = Array.from({ length: 5 }, () => JSON.stringify(hostile))
    const file = await fileWith([...lines.slice(0, 700), ...long, ...lines.slice(700)].join('\n'))
    const options = { keyring, workers: 2 } as const
    expect(await verifyFile(file, options)).toEqual(await verifyFile(file, { ...options, workers: 1 }))
  })

  test('what onProgress throws ends it', async () => {
    const stop = () => {
      throw new Error('enough')
    }
    const file = await fileWith(whole)
    await expect(verifyFile(file, { keyring, workers: 2, onProgress: stop })).rejects.toThrow('enough')
  })

  test('options are refused before anything is read', async () => {
    const wrong = { keyring, workers: 2, chainId: '../x' }
    await expect(verifyFile(await fileWith(whole), wrong)).rejects.toThrow(TypeError)
  })

  test('little input is not worth a thread, and nothing is worth more of them than it has parts', () => {
    expect(threadsFor(undefined, 0)).toBe(1)
    expect(threadsFor(undefined, 100_000)).toBe(1)
    expect(threadsFor(64, 100_000)).toBe(1)
    expect(threadsFor(64, 3_000_000)).toBeLessThan(10)
    expect(threadsFor(1, 1e12)).toBe(1)
    expect(threadsFor(7, 1e12)).toBe(7)
  })
})

describe('threads that end', () => {
  const warnings: string[] = []
  const listen = (warning: Error) => void warnings.push(warning.message)
  beforeAll(() => void process.on('warning', listen))
  afterAll(() => void process.off('warning', listen))

  test.each([
    ['at once', `process.exit(3)`],
    ['when they are asked', `require('node:worker_threads').parentPort.on('message', () => process.exit(3))`],
    ['by an error', `require('node:worker_threads').parentPort.on('message', () => { throw new Error('no') })`],
    ['because they are no program', `(`],
  ])('%s take nothing with them', async (_, source) => {
    const path = await fileWith(whole)
    warnings.length = 0
    const result = await on(await threads(2, { source }), (crew) => judge(chainAt(path, whole.length), crew))
    expect(result).toEqual(expected)
    expect(warnings.some((message) => message.includes('the calling thread does its part'))).toBe(true)
  })

  test('one that answers half of what it is asked is not missed', async () => {
    const path = await fileWith(whole)
    const crew = crewOf(() => {})
    const { examine } = crew
    crew.examine = async (task) => (crew.asked % 2 === 0 ? task.ranges.map(() => undefined) : examine(task))
    expect(await judge(chainAt(path, whole.length), crew)).toEqual(expected)
  })

  test('what does not begin where the part before it ended is read again', async () => {
    const path = await fileWith(whole)
    const crew = crewOf(() => {})
    const { examine } = crew
    let told = 0
    crew.examine = async (task) => {
      const reports: Reports = await examine(task)
      return reports.map((report) => {
        told += 1
        return report && told % 3 === 0 ? { ...report, from: report.from + 1, parts: report.parts.slice(1) } : report
      })
    }
    expect(await judge(chainAt(path, whole.length), crew)).toEqual(expected)
  })
})

describe('a file that changes meanwhile', () => {
  test('is read as far as it went at the start', async () => {
    const path = await fileWith(whole)
    const crew = crewOf(async (task) => {
      if (task === 2) await appendFile(path, 'more\n')
    })
    expect(await judge(chainAt(path, whole.length), crew)).toEqual(expected)
  })

  test('is the one that was there at the start, whatever takes its name', async () => {
    const path = await fileWith(whole)
    const crew = await threads(2)
    let asked = 0
    const result = await on(crew, () =>
      judge(chainAt(path, whole.length), {
        ...crew,
        async examine(task) {
          asked += 1
          if (asked === 3) await rename(await fileWith('not a receipt\n'), path)
          return crew.examine(task)
        },
      }),
    )
    expect(await readFile(path, 'utf8')).toBe('not a receipt\n')
    expect(result).toEqual(expected)
  })

  test('and becomes shorter gets no verdict', async () => {
    const path = await fileWith(whole)
    const crew = crewOf(async (task) => {
      if (task === 4) await truncate(path, 200_000)
    })
    const error = await thrownBy(judge(chainAt(path, whole.length), crew))
    expect(QuittanceError.is(error, 'VERIFY_INPUT') && error.details).toMatchObject({ file: path, reason: 'shrunk' })
  })

  test('and is gone before it was opened gets no verdict', async () => {
    const path = await fileWith(whole)
    await rm(path)
    const error = await thrownBy(on(await threads(2), (crew) => judge(chainAt(path, whole.length), crew)))
    expect(QuittanceError.is(error, 'VERIFY_INPUT') && error.details).toMatchObject({ file: path, reason: 'ENOENT' })
  })
})

describe('an abort', () => {
  test('ends a verification whose threads never answer', async () => {
    const path = await fileWith(whole)
    const controller = new AbortController()
    const silent = `require('node:worker_threads').parentPort.on('message', () => { for (;;) {} })`
    const crew = await threads(2, { source: silent })
    const { signal } = controller
    const verification = thrownBy(on(crew, () => judge(chainAt(path, whole.length), crew, { signal })))
    setTimeout(() => controller.abort(new Error('enough')), 20)
    const error = await verification
    expect(QuittanceError.is(error, 'VERIFY_ABORTED') && (error.cause as Error).message).toBe('enough')
  })

  test('before or in the midst of it ends verifyFile', async () => {
    const file = await fileWith(whole)
    const aborted = await thrownBy(verifyFile(file, { keyring, workers: 2, signal: AbortSignal.abort() }))
    expect(QuittanceError.is(aborted, 'VERIFY_ABORTED')).toBe(true)
    const controller = new AbortController()
    const options = { keyring, workers: 2, signal: controller.signal, onProgress: () => controller.abort() }
    expect(QuittanceError.is(await thrownBy(verifyFile(file, options)), 'VERIFY_ABORTED')).toBe(true)
  })
})

describe('back-pressure', () => {
  test('no more is asked for than the crew takes, however slow who listens is', async () => {
    const path = await fileWith(whole)
    let open = 0
    let most = 0
    let last = 0
    const crew = crewOf(() => {}, 3)
    const { examine } = crew
    crew.examine = async (task) => {
      open += 1
      most = Math.max(most, open)
      return examine(task)
    }
    const options: FileVerifyOptions = {
      keyring,
      onProgress({ bytes }) {
        if (bytes > last) open -= 1
        last = bytes
      },
    }
    const working = {
      crew,
      shape: { rangeBytes: 50_000, batchFiles: 8 },
      meter: meterFor(options, whole.length),
      backend: defaultBackend,
    }
    for await (const { result } of assemble([chainAt(path, whole.length)], options, working))
      expect(result).toEqual(expected)
    expect(crew.asked).toBeGreaterThan(20)
    // three asked for, and one being put together
    expect(most).toBeLessThanOrEqual(4)
  })
})

describe('a directory of many chains', () => {
  test('comes in the order of the names, whatever their sizes', async () => {
    const place = join(dir, 'many')
    await mkdir(place)
    const name = (at: number) => `${String(at).padStart(3, '0')}.jsonl`
    const bytesOf = (at: number) => {
      if (at % 50 === 20) return whole
      if (at % 50 === 30) return Buffer.alloc(0)
      if (at % 50 === 40) return Buffer.from(`${lines.slice(0, 4).join('\n')}\n{`)
      return Buffer.from(
        lines
          .slice(0, at % 7)
          .map((line) => `${line}\n`)
          .join(''),
      )
    }
    for (let at = 0; at < 150; at += 1) await writeFile(join(place, name(at)), bytesOf(at))
    const told = async (workers: number) => {
      const found = []
      for await (const one of verifyDirectory(place, { keyring, workers })) found.push(one)
      return found
    }
    const found = await told(2)
    expect(found.map((one) => one.name)).toEqual(Array.from({ length: 150 }, (_, at) => name(at)))
    expect(found).toEqual(await told(1))
    expect(found[20]?.result).toEqual(expected)
    for await (const one of verifyDirectory(place, { keyring, workers: 2 })) {
      expect(one.name).toBe(name(0))
      break
    }
  })

  test('what can not be read is an error in its turn, behind the results before it', async () => {
    const place = join(dir, 'broken')
    await mkdir(join(place, 'b.jsonl'), { recursive: true })
    const paths = ['a', 'b', 'c'].map((name) => join(place, `${name}.jsonl`))
    await writeFile(paths[0]!, whole)
    await writeFile(paths[2]!, whole)
    const crew = await threads(2)
    const options = { keyring }
    const seen: string[] = []
    const working = {
      crew,
      shape: { rangeBytes: 100_000, batchFiles: 8 },
      meter: meterFor(options, 0),
      backend: defaultBackend,
    }
    const all = async () => {
      const chains = paths.map((path) => chainAt(path, whole.length))
      for await (const { name, result } of assemble(chains, options, working)) seen.push(`${name} ${result.verdict}`)
    }
    const error = await thrownBy(on(crew, all))
    expect(QuittanceError.is(error, 'VERIFY_INPUT') && error.details).toMatchObject({
      file: paths[1],
      reason: 'EISDIR',
    })
    expect(seen).toEqual([`${paths[0]} VALID`])
  })
})

test(`half of ${lines.length} receipts would be noticed`, async () => {
  // the threads' own word counts for nothing where the chain's does not agree
  const path = await fileWith(Buffer.concat([whole.subarray(0, lines.slice(0, middle).join('\n').length + 1)]))
  const head = { seq: lines.length - 1, receiptHash: receipts.at(-1)!.receiptHash }
  const result = await verifyFile(path, { keyring, workers: 2, expect: { head } })
  expect(result).toMatchObject({ verdict: 'INCOMPLETE', checked: middle, counts: { HEAD_NOT_REACHED: 1 } })
})
