/** The CLI as a process of its own, which a test can watch and end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

export interface Started {
  readonly process: ChildProcess
  /** What it wrote so far. */
  readonly written: { stdout: string; stderr: string }
  /** @returns when it has written that, or throws when it ended without */
  until(name: 'stdout' | 'stderr', text: string | RegExp): Promise<void>
  ended(): boolean
  kill(signal: NodeJS.Signals): Promise<void>
  readonly done: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly stdout: string
    readonly stderr: string
  }>
}

/** Starts a process; it ends with the running test at the latest. */
export function startCli(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>>; readonly stdout?: 'gone' },
): Started {
  const { NODE_OPTIONS: _, NO_COLOR: __, FORCE_COLOR: ___, ...rest } = process.env
  const child = spawn(process.execPath, ['--import', tsx, main, ...args], {
    cwd: options.cwd,
    env: { ...rest, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const one of waiting) one()
  }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      wake()
    })
  }
  if (options.stdout === 'gone') child.stdout.destroy()
  let over = false
  const done = once(child, 'close').then(([code, signal]) => {
    over = true
    wake()
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, ...written }
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await done
  })
  const has = (name: 'stdout' | 'stderr', text: string | RegExp) =>
    typeof text === 'string' ? written[name].includes(text) : text.test(written[name])
  return {
    process: child,
    written,
    done,
    ended: () => over,
    async until(name, text) {
      while (!has(name, text)) {
        if (over) throw new Error(`ended without ${String(text)}: ${written.stdout}${written.stderr}`)
        await new Promise<void>((resolve) => {
          const go = () => {
            waiting.delete(go)
            resolve()
          }
          waiting.add(go)
        })
      }
    },
    async kill(signal) {
      child.kill(signal)
      await done
    },
  }
}
