#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { failureOf, tell } from './failure.js'
import type { Io, Output } from './io.js'
import { run } from './run.js'
import { isSupervised, mayHang, supervised, tellSupervisor } from './supervised.js'

/** A slow reader takes more, or none at all. */
const ends = ['drain', 'error', 'close'] as const

/** Output that a reader may stop reading: `quittance verify … | head` is no fault, and the verdict still counts. */
function quietly(stream: NodeJS.WriteStream, failed: (error: Error) => void): Output {
  let open = true
  const gone = new AbortController()
  stream.on('error', (error: NodeJS.ErrnoException) => {
    open = false
    gone.abort()
    if (error.code !== 'EPIPE') failed(error)
  })
  return {
    write: (text) => open && stream.write(text),
    drained: () => {
      if (!open || !stream.writableNeedDrain) return undefined
      return new Promise((resolve) => {
        const go = () => {
          for (const event of ends) stream.off(event, go)
          resolve()
        }
        for (const event of ends) stream.on(event, go)
      })
    },
    get isTTY() {
      return stream.isTTY === true
    },
    get columns() {
      return stream.columns
    },
    gone: gone.signal,
  }
}

let interrupting: AbortController | undefined

/** Taken over only for a command that looks at it; a second signal ends the process as ever. */
function interruption(): AbortSignal {
  if (interrupting === undefined) {
    const controller = new AbortController()
    interrupting = controller
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  }
  return interrupting.signal
}

let lost = false
const stderr = quietly(process.stderr, () => {
  lost = true
})
const stdout = quietly(process.stdout, (error) => {
  lost = true
  tell(io, failureOf(error), false)
  process.exitCode = 2
})
const io: Io = {
  stdout,
  stderr,
  // not touched before it is read: an open stdin keeps the process
  get stdin() {
    return process.stdin
  },
  get interrupted() {
    return interruption()
  },
  env: process.env,
  cwd: process.cwd(),
}

const args = process.argv.slice(2)
const code =
  mayHang(args) && !isSupervised() ? await supervised(fileURLToPath(import.meta.url), args) : await run(args, io)
// not process.exit: what is written to a pipe must arrive
process.exitCode = lost ? 2 : code
if (isSupervised()) await tellSupervisor(process.exitCode)
