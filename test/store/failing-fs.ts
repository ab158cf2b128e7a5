import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { FileHandle, FileSystem } from '../../src/store/file/fs.js'
import { nodeFs } from '../../src/store/file/fs.js'

/** One call to the file system that could go wrong. */
export interface FsCall {
  readonly name: string
  /** Counted over all calls, from 1. */
  readonly number: number
  readonly path: string
}

/** What to do with a call: fail it, done or not. */
export interface FsFault {
  readonly code: string
  /** `after`: the call was done, its answer is a failure all the same. `partial`: half of a write was done. */
  readonly when: 'before' | 'after' | 'partial'
}

/** What changes the disk or the open files; calls that only look fail in tests of their own. */
const changing = new Set(['open', 'mkdir', 'rename', 'unlink', 'write', 'sync', 'datasync', 'truncate', 'close'])

function systemError(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: planned, ${syscall}`), { code, syscall, path, errno: -1 })
}

/**
 * The real file system, of which chosen calls fail.
 *
 * @param plan - asked at each call that could change something; one that answers later makes the call wait
 */
export function failingFs(
  plan: (call: FsCall) => FsFault | undefined | Promise<FsFault | undefined>,
): FileSystem & { readonly calls: readonly FsCall[] } {
  const calls: FsCall[] = []

  const attempt = async <T>(
    name: string,
    path: string,
    run: () => Promise<T>,
    half?: () => Promise<unknown>,
  ): Promise<T> => {
    const call = { name, number: calls.length + 1, path }
    calls.push(call)
    const fault = await plan(call)
    if (fault === undefined) return run()
    if (fault.when === 'partial' && half) await half()
    // a file is closed even where the system says that closing failed
    if (fault.when === 'after' || name === 'close') {
      const result = await run()
      if (name === 'open') await (result as FileHandle).close()
    }
    throw systemError(fault.code, name, path)
  }

  /** A call on the calling thread can't be made to wait: a plan that answers later lets it pass. */
  const attemptNow = <T>(name: string, path: string, run: () => T, half: () => unknown = () => undefined): T => {
    const call = { name, number: calls.length + 1, path }
    calls.push(call)
    const fault = plan(call)
    if (fault === undefined || 'then' in fault) return run()
    if (fault.when === 'partial') half()
    if (fault.when === 'after') run()
    throw systemError(fault.code, name, path)
  }
  const paths = new WeakMap<FileHandle, string>()

  const watched = (handle: FileHandle, path: string): FileHandle =>
    new Proxy(handle, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property, target)
        if (typeof member !== 'function') return member
        const name = String(property)
        const run = (...given: unknown[]) => (member as (...all: unknown[]) => Promise<unknown>).apply(target, given)
        if (!changing.has(name)) return run
        return (...given: unknown[]) => {
          const half = () => {
            const [bytes, offset, length, position] = given as [Uint8Array, number, number, number]
            return run(bytes, offset, Math.floor(length / 2), position)
          }
          return attempt(name, path, () => run(...given), name === 'write' ? half : undefined)
        }
      },
    })

  return {
    ...nodeFs,
    calls,
    open: async (path, ...rest) => {
      const handle = await attempt('open', String(path), () => nodeFs.open(path, ...rest))
      const proxy = watched(handle, String(path))
      paths.set(proxy, String(path))
      return proxy
    },
    writeSync(handle, bytes, offset, length, position) {
      const write = (most: number) => nodeFs.writeSync(handle, bytes, offset, most, position)
      return attemptNow(
        'write',
        paths.get(handle) ?? '',
        () => write(length),
        () => write(Math.floor(length / 2)),
      )
    },
    mkdir: ((path: string, options: { recursive: true }) =>
      attempt('mkdir', path, () => nodeFs.mkdir(path, options))) as FileSystem['mkdir'],
    rename: (from, to) => attempt('rename', String(to), () => nodeFs.rename(from, to)),
    unlink: (path) => attempt('unlink', String(path), () => nodeFs.unlink(path)),
    renameSync: (from, to) => attemptNow('rename', to, () => nodeFs.renameSync(from, to)),
    unlinkSync: (path) => attemptNow('unlink', path, () => nodeFs.unlinkSync(path)),
  }
}

/** A copy of a directory as it is now, without the lock: what a machine would find that comes up after a crash. */
export async function asAfterCrash(dir: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await cp(dir, folder, {
    recursive: true,
    filter: (path) => !path.endsWith('writer.lock') && !path.includes('.beacon-'),
  })
  return folder
}
