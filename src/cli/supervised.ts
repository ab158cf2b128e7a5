/**
 * A command that may be left with a thread that nobody can end. A file system that hangs (a dead mount) keeps the thread that asked
 * it, and a process of Node ends with its threads. So the command runs in a process of its own: it tells its exit code, and where it
 * does not end behind that, it is ended.
 */
import { fork } from 'node:child_process'
import process from 'node:process'
import type { ExitCode } from './io.js'

/** In the environment of such a process: whose it is. */
const SUPERVISOR = 'QUITTANCE_SUPERVISOR'
/** So long it may take to end by itself, once it has told its exit code. */
const GRACE_MS = 1_000

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * @param args - what stands behind `quittance`
 * @returns whether the command hands files to a directory that may hang
 */
export function mayHang([command, ...args]: readonly string[]): boolean {
  return command === 'checkpoint' && args.some((arg) => /^--(?:to|git)(?:=|$)/.test(arg))
}

/** @returns whether this is the process in which such a command runs */
export function isSupervised(): boolean {
  return process.send !== undefined && process.env[SUPERVISOR] === String(process.ppid)
}

/**
 * Tells the process that waits for this one how it will end.
 *
 * @param code - the exit code
 */
export async function tellSupervisor(code: number): Promise<void> {
  const written = [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done)))
  await Promise.all(written)
  // whoever waited may be gone
  if (process.connected) process.send?.(code, undefined, undefined, () => undefined)
}

/**
 * Runs the command in a process of its own, with the same streams.
 *
 * @param program - the file that Node runs
 * @param args - what stands behind `quittance`
 * @returns its exit code; where a signal ended it, that ends this process too
 */
export function supervised(program: string, args: readonly string[]): Promise<ExitCode> {
  const child = fork(program, args, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [SUPERVISOR]: String(process.pid) },
  })
  for (const signal of passedOn) process.on(signal, () => child.kill(signal))
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('message', (code: ExitCode) => {
      const end = setTimeout(() => {
        child.removeAllListeners('exit')
        child.kill('SIGKILL')
        // not even that ends one whose thread the kernel holds
        child.disconnect()
        child.unref()
        done(code)
      }, GRACE_MS)
      child.once('exit', () => clearTimeout(end))
    })
    child.on('exit', (code, signal) => {
      for (const one of passedOn) process.removeAllListeners(one)
      if (signal !== null) process.kill(process.pid, signal)
      done((code ?? 2) as ExitCode)
    })
  })
}
