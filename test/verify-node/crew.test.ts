/** Threads by themselves: when they are started, who is given what, and what becomes of a task whose thread is gone. */
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Task } from '../../src/verify/node/examining.js'
import { type Crew, threads } from '../../src/verify/node/threads.js'

const manner = { itemised: false, leaves: false }
const task = (...paths: string[]): Task => ({ ranges: paths.map((path) => ({ path, start: 0, end: 0 })), manner })

/** Answers with what it was asked and its own number; `behind` comes before the answer. */
const echo = (behind = '') => `
  const { parentPort, threadId } = require('node:worker_threads')
  parentPort.on('message', ({ ranges, manner }) => {
    ${behind}
    parentPort.postMessage(ranges.map(({ path }) => ({ path, threadId, manner })))
  })`

/** Answers nothing before it is told by the clock. */
const slow = echo('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)')
const silent = `require('node:worker_threads').parentPort.on('message', () => { for (;;) {} })`

interface Echo {
  readonly path: string
  readonly threadId: number
  readonly manner: unknown
}

let started: number
let warnings: string[]
const crews: Crew[] = []
let online: Promise<unknown>[]
const onWorker = (worker: Worker) => {
  started += 1
  online.push(once(worker, 'online'))
}
const onWarning = ({ message }: Error) => void warnings.push(message)
beforeEach(() => {
  started = 0
  online = []
  warnings = []
  process.on('worker', onWorker)
  process.on('warning', onWarning)
})
afterEach(async () => {
  for (const crew of crews.splice(0)) await crew.close()
  process.off('worker', onWorker)
  process.off('warning', onWarning)
})

async function crewOf(most: number, source: string, data = {}): Promise<Crew> {
  const crew = await threads(most, { source, data })
  crews.push(crew)
  return crew
}

const ask = async (crew: Crew, ...paths: string[]) => (await crew.examine(task(...paths))) as unknown as readonly Echo[]

/** Warnings are told a turn later. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('a crew', () => {
  test('takes two tasks a thread, so that each has its next one', async () => {
    expect((await crewOf(1, silent)).size).toBe(2)
    expect((await crewOf(3, silent)).size).toBe(6)
  })

  test('starts nobody before there is work, and nobody more than there is work for', async () => {
    const crew = await crewOf(3, echo())
    await turn()
    expect(started).toBe(0)
    const [first] = await ask(crew, 'a')
    await turn()
    expect([first?.path, started]).toEqual(['a', 1])
    // the one that is idle has it
    const [second] = await ask(crew, 'b')
    await turn()
    expect([second?.threadId, started]).toEqual([first?.threadId, 1])
  })

  test('starts no more than it may, and shares the work out', async () => {
    const crew = await crewOf(2, slow)
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const all = await Promise.all(names.map((name) => ask(crew, name)))
    await turn()
    expect(started).toBe(2)
    const by = all.map(([one]) => one?.threadId)
    const [one, other] = by
    // one each, then a second each
    expect(one).not.toBe(other)
    expect(new Set(by.slice(0, 4))).toEqual(new Set([one, other]))
    expect(by.slice(0, 4).filter((id) => id === one)).toHaveLength(2)
    expect(new Set(by)).toEqual(new Set([one, other]))
  })

  test('answers each task with its own reports, in the order of its ranges', async () => {
    const crew = await crewOf(2, echo())
    const asked = Array.from({ length: 20 }, (_, at) => Array.from({ length: at % 4 }, (_, part) => `${at} ${part}`))
    const all = await Promise.all(asked.map((paths) => ask(crew, ...paths)))
    expect(all.map((reports) => reports.map(({ path }) => path))).toEqual(asked)
    expect(all[1]?.[0]?.manner).toEqual(manner)
  })

  test('tells its threads what they are started with', async () => {
    const source = `
      const { parentPort, workerData } = require('node:worker_threads')
      parentPort.on('message', () => parentPort.postMessage([{ path: JSON.stringify([workerData, process.execArgv]) }]))`
    const [told] = await ask(await crewOf(1, source, { sodium: { path: 'x', cofactored: true } }), 'a')
    expect(JSON.parse(told?.path ?? '')).toEqual([{ sodium: { path: 'x', cofactored: true } }, []])
  })
})

describe('a task has no reports, one a range,', () => {
  test('where its thread ends, and what waits goes to the others', async () => {
    const dying = `
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', ({ ranges }) => {
        if (ranges[0].path === 'die') process.exit(7)
        parentPort.postMessage(ranges)
      })`
    const crew = await crewOf(1, dying)
    const all = await Promise.all([ask(crew, 'a'), ask(crew, 'die', 'too'), ask(crew, 'b'), ask(crew, 'c')])
    expect(all).toEqual([[expect.objectContaining({ path: 'a' })], [undefined, undefined], [undefined], [undefined]])
    await turn()
    expect(warnings).toEqual(['a verifying thread ended (exit code 7); the calling thread does its part'])
    expect(await ask(crew, 'd')).toEqual([undefined])
    expect(started).toBe(1)
  })

  test('where its thread ends before it: two at the most, whatever waits', async () => {
    const dying = `
      const { parentPort } = require('node:worker_threads')
      parentPort.on('message', ({ ranges }) => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
        if (ranges[0].path === 'die') process.exit(7)
        parentPort.postMessage(ranges)
      })`
    const crew = await crewOf(2, dying)
    const all = await Promise.all(['die', 'b', 'c', 'd', 'e', 'f'].map((name) => ask(crew, name)))
    expect(all.map(([one]) => one?.path)).toEqual([undefined, 'b', undefined, 'd', 'e', 'f'])
  })

  test('where it fails, and why is told once', async () => {
    const crew = await crewOf(1, `throw new RangeError('not today')`)
    expect(await ask(crew, 'a')).toEqual([undefined])
    await turn()
    await turn()
    expect(warnings).toEqual(['a verifying thread ended (not today); the calling thread does its part'])
  })

  test('where it throws what is no error', async () => {
    const crew = await crewOf(1, `throw 'no error'`)
    expect(await ask(crew, 'a')).toEqual([undefined])
    await turn()
    expect(warnings).toEqual(['a verifying thread ended (no error); the calling thread does its part'])
  })

  test('where no thread can be started, which is tried once', async () => {
    const crew = await crewOf(3, echo(), { sodium: () => {} })
    expect(await Promise.all([ask(crew, 'a', 'b'), ask(crew, 'c')])).toEqual([[undefined, undefined], [undefined]])
    await turn()
    expect([started, warnings.length]).toEqual([0, 1])
    expect(warnings[0]).toMatch(/^no further verifying thread can be started \(.+\)$/)
  })

  test('where the crew is closed, whoever had it; nothing is said of that', async () => {
    const crew = await crewOf(1, silent)
    const all = ['a', 'b', 'c', 'd'].map((name) => ask(crew, name))
    await crew.close()
    expect(await Promise.all(all)).toEqual([[undefined], [undefined], [undefined], [undefined]])
    await turn()
    expect(warnings).toEqual([])
  })
})

describe('a process', () => {
  const ports = () => process.getActiveResourcesInfo().filter((kind) => kind === 'MessagePort').length

  test('is kept alive by threads only while somebody waits for them', async () => {
    const before = ports()
    const crew = await crewOf(2, silent)
    const asked = [ask(crew, 'a'), ask(crew, 'b')]
    await turn()
    await Promise.all(online)
    expect(ports()).toBe(before)
    crew.awaited(true)
    expect(ports()).toBe(before + 2)
    crew.awaited(false)
    expect(ports()).toBe(before)
    await crew.close()
    await Promise.all(asked)
  })

  test('is kept alive by those too that are started while somebody waits', async () => {
    const before = ports()
    const crew = await crewOf(1, silent)
    crew.awaited(true)
    const asked = ask(crew, 'a')
    await turn()
    await Promise.all(online)
    expect(ports()).toBe(before + 1)
    await crew.close()
    await asked
    expect(ports()).toBe(before)
  })
})
