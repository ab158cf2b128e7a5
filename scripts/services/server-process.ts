import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { adoptChild } from './leftovers.js'

/** A server that runs as a child of this program. */
export interface ServerProcess {
  readonly pid: number
  readonly running: boolean
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  /** What it wrote to stdout and stderr: the newest 256 KiB. */
  log(): string
  /** Sends a signal and waits until the process is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>
  pause(): void
  resume(): void
}

const keptLog = 256 * 1024
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))

/** With setpriv the kernel ends the child even when this program is ended by SIGKILL. */
const dyingWithUs = (binary: string, args: readonly string[]): [string, string[]] =>
  setpriv === undefined ? [binary, [...args]] : [setpriv, ['--pdeathsig', 'KILL', '--', binary, ...args]]

/**
 * Starts a server and waits until it says that it is ready.
 *
 * @param binary - a program, by path or name
 * @param ready - what its output holds once it can be used
 * @throws Error with the server's log when it ends first or says nothing for 20 seconds
 */
export async function launch(binary: string, args: readonly string[], ready: RegExp): Promise<ServerProcess> {
  const child: ChildProcess = spawn(...dyingWithUs(binary, args), { stdio: ['ignore', 'pipe', 'pipe'] })
  adoptChild(child)
  let output = ''
  let running = true
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      running = false
      resolve()
    }
    child.once('exit', end)
    child.once('error', (error) => {
      output += `${error.message}\n`
      end()
    })
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${binary} ${why}\n${output}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail('did not get ready in 20 seconds')
    }, 20_000)
    const take = (chunk: Buffer) => {
      output = (output + chunk).slice(-keptLog)
      if (!ready.test(output)) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    void ended.then(() => {
      clearTimeout(timer)
      fail('ended before it was ready')
    })
  })
  return {
    pid: child.pid ?? 0,
    get running() {
      return running
    },
    ended,
    log: () => output,
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await ended
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }
}
