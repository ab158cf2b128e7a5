import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const scriptOf = (name: string) => fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url))

/** A process that writes in a store. */
export interface Writer {
  readonly process: ChildProcess
  readonly pid: number
  /** The next line that it says; `undefined` when it has ended. */
  next(): Promise<string | undefined>
  /** Tells it something. */
  tell(line: string): void
  /** Tells it something, and returns what it says next. */
  ask(line: string): Promise<string | undefined>
  /** Everything it says until it ends. */
  rest(): Promise<string[]>
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Starts a process; it ends with the running test at the latest. */
export function startWriter(
  what: string,
  dir: string,
  options: { readonly chainId?: string; readonly prefix?: readonly string[]; readonly script?: string } = {},
): Writer {
  const command = [
    ...(options.prefix ?? []),
    process.execPath,
    '--import',
    'tsx',
    scriptOf(options.script ?? 'writer'),
    what,
    dir,
    options.chainId ?? 'acme',
  ]
  const child = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { done, value } = await lines.next()
    return done ? undefined : value
  }
  return {
    process: child,
    pid: child.pid!,
    next,
    tell(line) {
      child.stdin.write(`${line}\n`)
    },
    async ask(line) {
      child.stdin.write(`${line}\n`)
      return next()
    },
    async rest() {
      const said: string[] = []
      for (let line = await next(); line !== undefined; line = await next()) said.push(line)
      return said
    },
    async kill(signal) {
      child.kill(signal)
      await ended
    },
  }
}
