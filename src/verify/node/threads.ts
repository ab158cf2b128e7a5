/** Threads that look at ranges. They are started as there is work, and none keeps the process alive that nobody waits for. */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { fastestBackend } from '../../keys/ed25519/sodium.js'
import type { Reports, Task } from './examining.js'
import type { WorkerStart } from './worker.js'

/** Who looks at ranges. */
export interface Crew {
  /** How many tasks it takes at a time. */
  readonly size: number
  /** @returns a report a range; never rejects: what could not be done has no report */
  examine(task: Task): Promise<Reports>
  /** Whether somebody waits for it: only then it keeps the process alive. */
  awaited(now: boolean): void
  /** Ends it, whatever it is doing. */
  close(): Promise<void>
}

/** So that a thread has its next task when it is done with one, also while the main thread is busy. */
const TASKS_EACH = 2

/**
 * A thread needs a receipt only while it looks at it. What it makes meanwhile would fill the 48 MB that a thread has for new
 * values, although collecting them more often costs it nothing.
 */
const resourceLimits = { maxYoungGenerationSizeMb: 12 }

interface Asked {
  readonly task: Task
  readonly done: (reports: Reports) => void
}

interface Thread {
  readonly worker: Worker
  /** In the order in which they are answered. */
  readonly asked: Asked[]
}

/** Where the process has `sodium-native` from; a bundle may hold what can't be found again. */
async function startData(): Promise<WorkerStart> {
  const backend = await fastestBackend()
  if (!('cofactored' in backend)) return {}
  try {
    const path = createRequire(import.meta.url).resolve('sodium-native')
    return { sodium: { path, cofactored: backend.cofactored === true } }
  } catch {
    return {}
  }
}

const nothing = ({ ranges }: Task): Reports => ranges.map(() => undefined)

async function threadSource(): Promise<string> {
  return (await import('./worker-source.js')).workerSource
}

/**
 * @param most - how many threads there may be
 * @param start - what a thread runs, and what it is started with
 * @returns the threads; where none can be started or one ends, its tasks have no reports
 */
export async function threads(
  most: number,
  start: { readonly source?: string; readonly data?: WorkerStart } = {},
): Promise<Crew> {
  const text = start.source ?? (await threadSource())
  const workerData = start.data ?? (await startData())
  const crew = new Set<Thread>()
  const waiting: Asked[] = []
  const ending: Promise<unknown>[] = []
  let missing = most
  let closed = false
  let held = false

  const lose = (thread: Thread, why: string) => {
    if (!crew.delete(thread) || closed) return
    process.emitWarning(`a verifying thread ended (${why}); the calling thread does its part`)
    for (const { task, done } of thread.asked.splice(0)) done(nothing(task))
    feed()
  }

  const startOne = (): boolean => {
    if (missing === 0) return false
    missing -= 1
    let worker: Worker
    try {
      // the flags of the process may name loaders, which a thread that needs no file has no use for
      worker = new Worker(text, { eval: true, workerData, execArgv: [], resourceLimits, name: 'quittance verifier' })
    } catch (error) {
      missing = 0
      process.emitWarning(`no further verifying thread can be started (${(error as Error).message})`)
      return false
    }
    const thread: Thread = { worker, asked: [] }
    crew.add(thread)
    worker.on('message', (reports: Reports) => {
      thread.asked.shift()?.done(reports)
      feed()
    })
    worker.on('messageerror', (error) => {
      lose(thread, error.message)
      ending.push(worker.terminate())
    })
    worker.on('error', (error) => lose(thread, error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => lose(thread, `exit code ${code}`))
    if (!held) worker.unref()
    return true
  }

  const give = (thread: Thread, asked: Asked) => {
    thread.asked.push(asked)
    thread.worker.postMessage(asked.task)
  }

  function feed(): void {
    while (waiting.length > 0) {
      let idlest: Thread | undefined
      for (const thread of crew) if (thread.asked.length < (idlest?.asked.length ?? TASKS_EACH)) idlest = thread
      if ((idlest === undefined || idlest.asked.length > 0) && startOne()) continue
      if (idlest === undefined && crew.size > 0) return
      const asked = waiting.shift() as Asked
      if (idlest === undefined) asked.done(nothing(asked.task))
      else give(idlest, asked)
    }
  }

  return {
    size: most * TASKS_EACH,
    examine(task) {
      return new Promise((done) => {
        waiting.push({ task, done })
        feed()
      })
    },
    awaited(now) {
      held = now
      for (const { worker } of crew)
        if (now) worker.ref()
        else worker.unref()
    },
    async close() {
      closed = true
      const all = [...crew]
      crew.clear()
      for (const { asked } of all) for (const { task, done } of asked.splice(0)) done(nothing(task))
      for (const { task, done } of waiting.splice(0)) done(nothing(task))
      await Promise.all([...ending, ...all.map(({ worker }) => worker.terminate())])
    },
  }
}
