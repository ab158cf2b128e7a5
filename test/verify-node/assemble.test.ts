/** Who waits for threads, what is asked of them, what is read again, and that nothing stays open or listens on. */
import { createHook } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { readdirSync } from 'node:fs'
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { assemble } from '../../src/verify/node/assemble.js'
import type { DirectoryChain, DirectoryResult } from '../../src/verify/node/directory-contents.js'
import { examiner, type Reports, type Task } from '../../src/verify/node/examining.js'
import { type FileVerifyOptions, meterFor, type VerifyProgress } from '../../src/verify/node/meter.js'
import type { Crew } from '../../src/verify/node/threads.js'
import { verifyFile } from '../../src/verify/node.js'
import { anchorOf } from '../verify/anchor.js'
import { noteOf, policyOf } from '../verify/notes.js'
import { chainEnd, chainOf, chainStart, fileOf, keys, linesOf, NOW, plainChain, trustOne } from '../verify/support.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-assemble-'))
})
afterEach(() => rm(dir, { recursive: true }))

const chain = plainChain(60)
const bytes = fileOf(linesOf(chain))
const nobody = new Keyring([])
const options: FileVerifyOptions = { keyring: trustOne, now: NOW }

async function put(content: Uint8Array | string, name = 'a.jsonl') {
  const path = join(dir, name)
  await writeFile(path, content)
  return { name, path, bytes: Buffer.from(content).length }
}

interface Watched extends Crew {
  readonly tasks: Task[]
  /** What it was told of who waits. */
  readonly waits: boolean[]
}

/** Does the work of threads on the calling thread; `answer` comes between. */
function crewOf(
  answer: (reports: Reports, task: number) => Promise<Reports> | Reports = (reports) => reports,
  size = 2,
) {
  const examine = examiner(defaultBackend)
  const crew: Watched = {
    size,
    tasks: [],
    waits: [],
    async examine(task) {
      crew.tasks.push(task)
      const at = crew.tasks.length
      return answer(examine(task), at)
    },
    awaited: (now) => void crew.waits.push(now),
    close: async () => {},
  }
  return crew
}

const shape = { rangeBytes: 5_000, batchFiles: 4 }

async function* judge(
  chains: readonly DirectoryChain[],
  crew: Crew,
  more: Partial<FileVerifyOptions> = {},
  events?: (receipt: DecisionReceipt) => void,
) {
  const asked = { ...options, ...more }
  yield* assemble(chains, asked, { crew, shape, meter: meterFor(asked, undefined), backend: defaultBackend }, events)
}

async function all(...args: Parameters<typeof judge>): Promise<DirectoryResult[]> {
  const found: DirectoryResult[] = []
  for await (const one of judge(...args)) found.push(one)
  return found
}

const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

/** How many files were opened meanwhile, and how many closed. */
async function opened(act: () => Promise<unknown>): Promise<readonly [opened: number, closed: number]> {
  const kinds: string[] = []
  const hook = createHook({ init: (_, kind) => void kinds.push(kind) }).enable()
  try {
    await act()
  } finally {
    hook.disable()
  }
  const count = (kind: string) => kinds.filter((one) => one === kind).length
  return [count('FILEHANDLE'), count('FILEHANDLECLOSEREQ')]
}

describe('the result of a chain', () => {
  test('has its name, its id where it has one, and where its files begin', async () => {
    const half = linesOf(chain.slice(0, 30))
    const files = [
      await put(fileOf(half), 'a.jsonl'),
      await put('', 'b.jsonl'),
      await put(fileOf(linesOf(chain.slice(30))), 'c.jsonl'),
    ]
    const found = await all(
      [
        { name: 'named', chainId: 'acme', files },
        { name: 'loose', files },
      ],
      crewOf(),
    )
    const scoped = files.map(({ name, path }, at) => ({ name, path, firstLine: at === 0 ? 1 : 31 }))
    expect(found.map(({ result: _, ...rest }) => rest)).toStrictEqual([
      { name: 'named', chainId: 'acme', files: scoped },
      { name: 'loose', files: scoped },
    ])
    expect(found.map(({ result }) => [result.verdict, result.checked])).toEqual([
      ['VALID', 60],
      ['VALID', 60],
    ])
    const [other] = await all([{ name: 'other', chainId: 'other', files }], crewOf())
    expect(other?.result).toMatchObject({ verdict: 'INVALID', counts: { CHAIN_MISMATCH: 60 } })
  })

  test('without a file is that of no receipt, and asks nobody', async () => {
    const crew = crewOf()
    const [found] = await all([{ name: 'gone', files: [] }], crew)
    expect(found?.result).toMatchObject({ verdict: 'INCOMPLETE', checked: 0, counts: { EMPTY: 1 } })
    expect(crew.tasks.flatMap(({ ranges }) => ranges)).toEqual([])
  })

  test('is the same whatever of the reports is missing', async () => {
    const file = await put(bytes)
    const expected = await verifyFile(file.path, { ...options, workers: 1 })
    for (const missing of [
      () => true,
      (at: number) => at % 2 === 0,
      (at: number) => at === 1,
      (at: number) => at > 3,
    ]) {
      const crew = crewOf((reports, at) => (missing(at) ? reports.map(() => undefined) : reports))
      expect((await all([{ name: 'a', files: [file] }], crew)).map(({ result }) => result)).toEqual([expected])
    }
  })

  test('of several small files in one task is each chain’s own', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const chains = await Promise.all(
      names.map(async (name, at) => ({
        name,
        files: [await put(fileOf(linesOf(plainChain(at, { chainId: name }))), name)],
      })),
    )
    const crew = crewOf((reports) => reports.map((report, at) => (at === 1 ? undefined : report)))
    const found = await all(chains, crew)
    expect(found.map(({ name, result }) => [name, result.checked, result.scope.chainId])).toEqual(
      names.map((name, at) => [name, at, at === 0 ? undefined : name]),
    )
  })
})

describe('how far it is', () => {
  test('is told part by part, whoever read it', async () => {
    const file = await put(bytes)
    for (const [keyring, answer] of [
      [trustOne, (reports: Reports) => reports],
      [trustOne, (reports: Reports) => reports.map(() => undefined)],
      [nobody, (reports: Reports) => reports],
    ] as const) {
      const steps: VerifyProgress[] = []
      const asked = { keyring, now: NOW, onProgress: (step: VerifyProgress) => void steps.push(step) }
      await all([{ name: 'a', files: [file] }], crewOf(answer), asked)
      expect(steps.map(({ bytes }) => bytes)).toEqual(
        steps.map((_, at) => Math.min(bytes.length, (at + 1) * shape.rangeBytes)),
      )
      expect(steps.length).toBe(Math.ceil(bytes.length / shape.rangeBytes))
      for (const [at, { receipts }] of steps.entries()) {
        const ended = linesOf(chain).findIndex(
          (_, count) => fileOf(linesOf(chain.slice(0, count))).length >= (at + 1) * 5_000,
        )
        expect(receipts).toBe(ended < 0 ? 60 : ended)
      }
    }
  })
})

describe('the crew', () => {
  test('is held while it is waited for, and only then', async () => {
    const crew = crewOf()
    await all([{ name: 'a', files: [await put(bytes)] }], crew)
    expect(crew.waits.length).toBe(2 * crew.tasks.length)
    expect(crew.waits).toEqual(crew.waits.map((_, at) => at % 2 === 0))
  })

  test('is let go where it fails, and nothing is left open', async () => {
    const file = await put(bytes)
    const mine = new Error('mine')
    const crew = crewOf()
    const onProgress = () => {
      if (crew.tasks.length > 3) throw mine
    }
    const [open, closed] = await opened(async () => {
      expect(await thrownBy(all([{ name: 'a', files: [file] }], crew, { onProgress }))).toBe(mine)
    })
    expect([open, crew.waits.at(-1)]).toEqual([closed, false])
  })

  test('is told whether leaves are wanted: for checkpoints and anchors, not else', async () => {
    const file = await put(bytes)
    const wanted = async (more: Partial<FileVerifyOptions>) => {
      const crew = crewOf()
      const [one] = await all([{ name: 'a', files: [file] }], crew, more)
      expect(one?.result.verdict).toBe('VALID')
      return new Set(crew.tasks.map(({ manner }) => manner.leaves))
    }
    expect(await wanted({})).toEqual(new Set([false]))
    expect(await wanted({ anchors: [] })).toEqual(new Set([false]))
    expect(await wanted({ anchors: [anchorOf(chain)] })).toEqual(new Set([true]))
    expect(await wanted({ checkpoints: openCheckpoints([await noteOf(chain)], policyOf()) })).toEqual(new Set([true]))
  })

  test('is asked for each line by itself where runs tell too little, and for runs again where they do', async () => {
    const file = await put(bytes)
    const manners = async (keyring: Keyring) => {
      const crew = crewOf(undefined, 1)
      await all(
        [
          { name: 'a', files: [file] },
          { name: 'b', files: [file] },
        ],
        crew,
        { keyring },
      )
      return crew.tasks.map(({ manner }) => manner.itemised)
    }
    expect(new Set(await manners(trustOne))).toEqual(new Set([false]))
    const [first, second, ...rest] = await manners(nobody)
    // the next was asked for while nothing was known yet
    expect([first, second, new Set(rest)]).toEqual([false, false, new Set([true])])
    // a stranger's chain, then one of a key that is known
    const strange = await put(fileOf(linesOf(plainChain(40, { by: keys.two }))), 'b.jsonl')
    const crew = crewOf(undefined, 1)
    await all(
      [strange, file, file].map((one) => ({ name: one.name, files: [one] })),
      crew,
    )
    const told = crew.tasks.map(({ manner }) => manner.itemised)
    expect([told.includes(true), told.at(-1)]).toEqual([true, false])
  })
})

describe('the ledger’s own receipts', () => {
  test('are heard of, and no other', async () => {
    const own = chainOf([chainStart(), ...Array.from({ length: 40 }, () => ({})), chainEnd()])
    const file = await put(fileOf(linesOf(own)))
    const heard: number[] = []
    await all([{ name: 'a', files: [file] }], crewOf(), {}, ({ seq }) => void heard.push(seq))
    expect(heard).toEqual([0, 41])
  })
})

describe('what was opened is closed', () => {
  test.each<[string, Keyring]>([
    ['taken at once', trustOne],
    ['read again', nobody],
  ])('where it was %s', async (_, keyring) => {
    const chains: DirectoryChain[] = [
      { name: 'short', files: [await put(fileOf(linesOf(chain.slice(0, 4))), 'short')] },
      { name: 'long', files: [await put(bytes, 'long')] },
    ]
    const [open, closed] = await opened(() => all(chains, crewOf(), { keyring }))
    expect(open).toBeGreaterThan(0)
    expect(closed).toBe(open)
  })

  // where the system tells which files are open
  test.skipIf(process.platform !== 'linux')('as soon as all of it was judged', async () => {
    const files = await Promise.all(Array.from({ length: 12 }, (_, at) => put(bytes, `${at}.jsonl`)))
    const chains = files.map((file) => ({ name: file.name, files: [file] }))
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    let most = 0
    for await (const { result } of judge(chains, crewOf())) {
      expect(result.verdict).toBe('VALID')
      most = Math.max(most, open() - before)
    }
    // what is asked for ahead, what is judged, and what the crew holds
    expect(most).toBeLessThanOrEqual(4)
  })

  test('where who listens has enough', async () => {
    const files = [await put(bytes, 'a'), await put(bytes, 'b')]
    const chains = files.map((file) => ({ name: file.name, files: [file] }))
    const [open, closed] = await opened(async () => {
      for await (const { name } of judge(chains, crewOf(undefined, 8))) {
        expect(name).toBe('a')
        break
      }
    })
    expect(open).toBe(2)
    expect(closed).toBe(open)
  })
})

describe('a file that has to be read again', () => {
  /** Small enough to be one part, which nobody keeps open; of a key that is not known, so that its run tells nothing. */
  const small = fileOf(linesOf(chain.slice(0, 4)))
  const meanwhile = (act: () => Promise<unknown>) => async (reports: Reports) => {
    await act()
    return reports
  }

  test('and was replaced meanwhile gets no verdict, and is closed', async () => {
    const file = await put(small)
    const crew = crewOf(meanwhile(async () => rename((await put(small, 'b.jsonl')).path, file.path)))
    const [open, closed] = await opened(async () => {
      const error = await thrownBy(all([{ name: 'a', files: [file] }], crew, { keyring: nobody }))
      expect(error).toMatchObject({
        code: 'VERIFY_INPUT',
        message: `${file.path} was replaced while it was read`,
        details: { file: file.path, reason: 'replaced' },
      })
    })
    expect(closed).toBe(open)
  })

  test('and is gone gets no verdict', async () => {
    const file = await put(small)
    const crew = crewOf(meanwhile(() => rm(file.path)))
    expect(await thrownBy(all([{ name: 'a', files: [file] }], crew, { keyring: nobody }))).toMatchObject({
      code: 'VERIFY_INPUT',
      message: `cannot read ${file.path}: there is no such file`,
      details: { file: file.path, reason: 'ENOENT' },
    })
  })

  test('and became shorter gets no verdict', async () => {
    const file = await put(small)
    const crew = crewOf(meanwhile(() => truncate(file.path, small.length - 1)))
    expect(await thrownBy(all([{ name: 'a', files: [file] }], crew, { keyring: nobody }))).toMatchObject({
      code: 'VERIFY_INPUT',
      message: `${file.path} became shorter while it was read`,
      details: { file: file.path, reason: 'shrunk' },
    })
  })

  test('and became longer is read as far as it went', async () => {
    for (const torn of ['', '{"a']) {
      const file = await put(`${small}${torn}`)
      const crew = crewOf(meanwhile(() => appendFile(file.path, 'more\n')))
      const [one] = await all([{ name: 'a', files: [file] }], crew, { keyring: nobody })
      expect(one?.result.checked).toBe(torn === '' ? 4 : 5)
      expect(one?.result.counts).toEqual({ KEY_UNKNOWN: 4, ...(torn !== '' && { LINE_UNTERMINATED: 1 }) })
    }
  })

  test('is read from its start, where a byte order mark may stand, and from between, where none may', async () => {
    const mark = Buffer.from([0xef, 0xbb, 0xbf])
    for (const at of [0, 20]) {
      const content = Buffer.concat([fileOf(linesOf(chain.slice(0, at))), mark, fileOf(linesOf(chain.slice(at)))])
      const file = await put(content)
      const expected = await verifyFile(file.path, { ...options, workers: 1 })
      const crew = crewOf((reports) => reports.map(() => undefined))
      const [one] = await all([{ name: 'a', files: [file] }], crew)
      expect(one?.result).toEqual(expected)
      expect(one?.result.problems[0]).toMatchObject({ code: 'LINE_MALFORMED', line: at + 1 })
    }
  })
})

describe('an abort', () => {
  const reason = new Error('enough')
  const givenUp = { code: 'VERIFY_ABORTED', message: 'the verification was given up', cause: reason }

  test('before it is one, and lets nobody wait', async () => {
    const crew = crewOf()
    const signal = AbortSignal.abort(reason)
    const files = [await put(bytes)]
    const [open, closed] = await opened(async () => {
      expect(await thrownBy(all([{ name: 'a', files }], crew, { signal }))).toMatchObject(givenUp)
    })
    expect([crew.waits, closed]).toEqual([[], open])
  })

  test('ends the wait for a crew that never answers', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const crew = crewOf((reports, at) => {
      if (at < 3) return reports
      setTimeout(() => controller.abort(reason), 1)
      return new Promise<never>(() => {})
    })
    expect(await thrownBy(all([{ name: 'a', files: [await put(bytes)] }], crew, { signal }))).toMatchObject(givenUp)
    expect(crew.waits.at(-1)).toBe(false)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('ends the reading on the calling thread', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const crew = crewOf((reports) => reports.map(() => undefined))
    const heard: number[] = []
    const own = await put(
      fileOf(linesOf(chainOf([chainStart(), ...Array.from({ length: 9 }, () => ({})), chainEnd()]))),
    )
    const hears = ({ seq }: DecisionReceipt) => {
      heard.push(seq)
      controller.abort(reason)
    }
    expect(await thrownBy(all([{ name: 'a', files: [own] }], crew, { signal }, hears))).toMatchObject(givenUp)
    expect(heard).toEqual([0])
  })

  test('that does not come leaves nobody listening', async () => {
    const { signal } = new AbortController()
    const crew = crewOf((reports) => {
      expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
      return reports
    })
    await all([{ name: 'a', files: [await put(bytes)] }], crew, { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
