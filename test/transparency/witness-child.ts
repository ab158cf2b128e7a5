/** A witness in a process of its own, which kills itself at a call to the file system that it was told. */
import type { FileHandle, FileSystem } from '../../src/store/file/fs.js'
import { nodeFs } from '../../src/store/file/fs.js'
import { parseVkey } from '../../src/tlog/vkey.js'
import { memoryWitnessState } from '../../src/transparency/witness/memory-state.js'
import { serveWitness } from '../../src/transparency/witness/server.js'
import { fileWitnessStateOn } from '../../src/transparency/witness/state-file.js'
import { createWitness } from '../../src/transparency/witness/witness.js'
import { keysOf } from './witness-support.js'

/** What the parent asks for, as one line of JSON on stdin. */
export interface ChildPlan {
  readonly directory: string
  readonly logs: readonly string[]
  /** At which call that changes something, counted from 1; 0: none. */
  readonly dieAt: number
  readonly when: 'before' | 'half' | 'after'
  /** A witness that forgets: what the check must notice. */
  readonly forgets: boolean
}

/** The real file system, during one call of which this process dies. */
function mortalFs({ dieAt, when }: ChildPlan): FileSystem {
  let calls = 0
  const die = () => process.kill(process.pid, 'SIGKILL')
  const isLast = (): boolean => {
    calls += 1
    return calls === dieAt
  }
  const now = <T>(run: () => T, half: () => unknown = run): T => {
    if (!isLast()) return run()
    if (when === 'half') half()
    if (when === 'after') run()
    die()
    return run()
  }
  const later = async <T>(run: () => Promise<T>): Promise<T> => {
    if (!isLast()) return run()
    if (when !== 'before') await run()
    die()
    return run()
  }
  const mortal = (handle: FileHandle): FileHandle =>
    new Proxy(handle, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property, target)
        if (typeof member !== 'function') return member
        const call = (...given: unknown[]) => (member as (...all: unknown[]) => Promise<unknown>).apply(target, given)
        const changes = property === 'write' || property === 'sync' || property === 'datasync'
        return changes ? (...given: unknown[]) => later(() => call(...given)) : call
      },
    })
  return {
    ...nodeFs,
    open: async (...given) => mortal(await later(() => nodeFs.open(...given))),
    writeSync(handle, bytes, offset, length, position) {
      const write = (most: number) => nodeFs.writeSync(handle, bytes, offset, most, position)
      return now(
        () => write(length),
        () => write(Math.floor(length / 2)),
      )
    },
    renameSync: (from, to) => now(() => nodeFs.renameSync(from, to)),
    unlink: (path) => later(() => nodeFs.unlink(path)),
  }
}

async function run(plan: ChildPlan): Promise<void> {
  const state = plan.forgets
    ? memoryWitnessState()
    : fileWitnessStateOn(plan.directory, { create: true }, mortalFs(plan))
  const logs = plan.logs.map(parseVkey)
  const witness = createWitness({ keys: keysOf(9), name: 'witness.example/w1', logs, state })
  if ('open' in state) await state.open()
  const { url } = await serveWitness({ witness })
  process.stdout.write(`${url}\n`)
}

process.stdin.once('data', (line) => {
  run(JSON.parse(line.toString('utf8')) as ChildPlan).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exitCode = 1
  })
})
