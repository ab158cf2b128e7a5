import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import type { Bundle } from './bundle.js'
import type { WriterOrders } from './orders.js'

/** What an `append` came to. */
export interface Appended {
  readonly acknowledged: readonly { readonly id: string; readonly seq: number; readonly hash: string }[]
  readonly refused: readonly {
    readonly code: string
    readonly outcome?: string
    readonly reason?: string
    readonly pid?: number
    readonly message: string
  }[]
  readonly notices: readonly string[]
}

/** A process that does what it is told. */
export interface Commanded {
  readonly child: ChildProcess
  readonly pid: number
  /** Appends so many at once. */
  append(count: number, timeoutMs?: number): Promise<Appended>
  close(): Promise<void>
  /** Tells it something without waiting; the answer comes by `next`. */
  tell(line: string): void
  next(): Promise<unknown>
}

/** Starts one; it ends with the running test at the latest. */
export async function commanded(
  { file }: Bundle,
  orders: Partial<WriterOrders> & { readonly dir: string },
  options: { readonly uid?: number } = {},
): Promise<Commanded> {
  const all: WriterOrders = {
    chainId: 'acme',
    seed: 1,
    inFlight: 1,
    store: {},
    clock: { begun: Date.now(), dayMs: 86_400_000 },
    erase: 0,
    prune: 0,
    ...orders,
  }
  const child = spawn(process.execPath, [file, JSON.stringify(all)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => {
    const { done, value } = await lines.next()
    if (done) throw new Error('it has ended')
    return JSON.parse(value) as unknown
  }
  const tell = (line: string): void => {
    child.stdin.write(`${line}\n`)
  }
  await next()
  return {
    child,
    pid: child.pid ?? 0,
    tell,
    next,
    async append(count, timeoutMs = 5_000) {
      tell(`append ${count} ${timeoutMs}`)
      return (await next()) as Appended
    },
    async close() {
      tell('close')
      await next()
    },
  }
}
