/** A thread of `threads.ts`. `scripts/generate-worker.mjs` makes it one text, so that it needs no file beside it. */
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { Ed25519Backend } from '../../keys/ed25519/backend.js'
import { sodiumBackend } from '../../keys/ed25519/sodium.js'
import { defaultBackend } from '../../keys/ed25519/verify.js'
import { examiner, type Task } from './examining.js'

/** What a thread is started with. */
export interface WorkerStart {
  /** The path of `sodium-native`, where the process verifies with it, and what the process found out about it. */
  readonly sodium?: { readonly path: string; readonly cofactored: boolean } | undefined
}

function backendOf({ sodium }: WorkerStart): Ed25519Backend {
  // every backend gives the same verdicts: one that can't be loaded here costs only time
  try {
    if (sodium === undefined) return defaultBackend
    const { path, cofactored } = sodium
    return sodiumBackend(createRequire(path)(path), cofactored)
  } catch {
    return defaultBackend
  }
}

const port = parentPort
if (port !== null) {
  const examine = examiner(backendOf(workerData as WorkerStart))
  port.on('message', (task: Task) => port.postMessage(examine(task)))
}
