/**
 * One process that stops itself right before one of its calls to the file system: `stopping.mjs <directory> <call>`. Woken
 * up, it makes that call, whatever has happened since. It says on descriptor 3 what it was told.
 */
import { writeSync } from 'node:fs'
import { QuittanceError } from '../../../../src/errors.js'
import { fileStoreOn } from '../../../../src/store/file/file-store.js'
import type { FileHandle, FileSystem } from '../../../../src/store/file/fs.js'
import { nodeFs } from '../../../../src/store/file/fs.js'
import type { Said } from '../orders.js'
import { draft, fastClock, KEPT_DAYS, ledgerOn, retentionKey } from '../world.js'

const [dir = '', call = '0', begun = '0'] = process.argv.slice(2)
const say = (what: Said | { readonly says: 'stopping'; readonly name: string; readonly call: number }): void => {
  writeSync(3, `${JSON.stringify(what)}\n`)
}

const changing = new Set(['write', 'sync', 'datasync', 'truncate'])
let calls = 0
function before(name: string): void {
  calls += 1
  if (calls !== Number(call)) return
  say({ says: 'stopping', name, call: calls })
  process.kill(process.pid, 'SIGSTOP')
}

const real = new WeakMap<FileHandle, FileHandle>()
const watched = (handle: FileHandle, path: string): FileHandle => {
  const proxy = new Proxy(handle, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target)
      if (typeof member !== 'function') return member
      const run = member as (...given: unknown[]) => unknown
      return (...given: unknown[]) => {
        if (changing.has(String(property))) before(`${String(property)} ${path}`)
        return run.apply(target, given)
      }
    },
  })
  real.set(proxy, handle)
  return proxy
}
const fs: FileSystem = {
  ...nodeFs,
  writeSync(handle, ...given) {
    before('write')
    return nodeFs.writeSync(real.get(handle) ?? handle, ...given)
  },
  open: async (path, flags, mode) => {
    if (flags !== undefined && flags !== 'r') before(`open ${String(path)}`)
    return watched(await nodeFs.open(path, flags, mode), String(path))
  },
  mkdir: ((path: string, options: { recursive: true }) => {
    before(`mkdir ${path}`)
    return nodeFs.mkdir(path, options)
  }) as FileSystem['mkdir'],
  rename: (from, to) => {
    before(`rename ${String(from)} ${String(to)}`)
    return nodeFs.rename(from, to)
  },
  unlink: (path) => {
    before(`unlink ${String(path)}`)
    return nodeFs.unlink(path)
  },
  renameSync(from, to) {
    before(`rename ${from} ${to}`)
    nodeFs.renameSync(from, to)
  },
  unlinkSync(path) {
    before(`unlink ${path}`)
    nodeFs.unlinkSync(path)
  },
}

const store = fileStoreOn(dir, { segmentBytes: 65_536, onNotice: () => undefined }, fs)
const ledger = await ledgerOn(store, fastClock({ begun: Number(begun), dayMs: 50 }))
ledger.on('warning', () => undefined)
const attempt = async (id: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    say({ says: 'failed', code: error.code, outcome: String(error.details.outcome), id })
  }
}
const ids: string[] = []
const append = async (size: number): Promise<void> => {
  const given = draft('acme', 'stopping', size)
  await attempt(given.receiptId, async () => {
    const { receiptId, seq, receiptHash } = await ledger.append(given)
    say({ says: 'acknowledged', id: receiptId, seq, hash: receiptHash })
    ids.push(receiptId)
  })
}
const erase = async (id: string): Promise<void> => {
  await attempt(id, async () => {
    say({ says: 'erasing', id })
    if (await ledger.eraseDetails('acme', id, { reason: 'test' })) say({ says: 'erased', id })
  })
}

say({ says: 'ready' })
await append(100)
await Promise.all([1, 2, 3].map(() => append(15_000)))
await attempt('', async () => {
  await store.state.put('acme', 'stopping', Buffer.from('1'), 0)
})
await erase(ids[1] ?? '')
// over the size of a segment, twice
for (let count = 0; count < 8; count += 1) await append(18_000)
await erase(ids[2] ?? '')
await new Promise((resolve) => setTimeout(resolve, 120))
await append(18_000)
await attempt('', async () => {
  say({ says: 'pruning', below: Number.MAX_SAFE_INTEGER })
  await ledger.prune('acme', { olderThanDays: KEPT_DAYS, reason: 'test', keys: retentionKey() })
  say({ says: 'pruned', below: (await store.bounds('acme'))?.first ?? 0 })
})
await append(100)
await erase(ids.at(-1) ?? '')
await ledger.close()
say({ says: 'done' })
