/**
 * A thread that only makes files durable. Node's own threads for files are those that sign: behind some hundred signatures
 * an `fdatasync` waits for milliseconds, and with it the next batch.
 */
import type { Worker } from 'node:worker_threads'
import type { FileHandle } from './fs.js'

/** Makes the content of files durable beside the threads that everything else shares. */
export interface SyncThread {
  /** Does what `handle.datasync()` does: on a thread of its own where that runs and is idle, else by that very call. */
  datasync(handle: FileHandle): Promise<void>
  close(): Promise<void>
}

/** In the thread. Text, so that bundlers need not know that it is a program of its own. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads')
const { fdatasyncSync } = require('node:fs')
parentPort.on('message', (fd) => {
  try {
    fdatasyncSync(fd)
    parentPort.postMessage(undefined)
  } catch ({ message, code, errno, syscall }) {
    parentPort.postMessage({ message, code, errno, syscall })
  }
})
`

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * @returns a thread that is started by the first call; where none can be started, the calls go where they went without it
 */
export function syncThread(): SyncThread {
  let worker: Worker | undefined
  let isStarted = false
  let isReady = false
  let isClosed = false
  let waiting: Waiting | undefined

  const settle = (): Waiting | undefined => {
    const settled = waiting
    waiting = undefined
    worker?.unref()
    return settled
  }

  /** Whether the call that is waited for was made is not known, and a second one would succeed where it had failed. */
  const giveUp = (): void => {
    isReady = false
    const settled = settle()
    worker = undefined
    const facts = { code: 'ECANCELED', syscall: 'fdatasync' }
    settled?.reject(Object.assign(new Error('the thread ended before it said what became of the call'), facts))
  }

  const start = async (): Promise<void> => {
    isStarted = true
    try {
      const threads = await import('node:worker_threads')
      if (isClosed) return
      // nothing of the program's own flags and environment: it needs none of it, and could be slowed down by it
      const limits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }
      worker = new threads.Worker(PROGRAM, { eval: true, execArgv: [], env: {}, resourceLimits: limits })
    } catch {
      // not allowed here, or a runtime without such threads: then it stays as it was
      return
    }
    worker.unref()
    worker.on('online', () => {
      isReady = true
    })
    worker.on('message', (failure: object | undefined) => {
      const settled = settle()
      if (failure === undefined) settled?.resolve()
      else settled?.reject(Object.assign(new Error(), failure))
    })
    worker.on('error', giveUp)
    worker.on('exit', giveUp)
  }

  return {
    datasync(handle) {
      if (!isStarted) void start()
      const ready = worker
      if (!isReady || waiting !== undefined || ready === undefined) return handle.datasync()
      return new Promise<void>((resolve, reject) => {
        waiting = { resolve, reject }
        // while it works it keeps the process alive, as any other call would
        ready.ref()
        ready.postMessage(handle.fd)
      })
    },
    async close() {
      isStarted = true
      isClosed = true
      const running = worker
      isReady = false
      worker = undefined
      await running?.terminate()
    },
  }
}
