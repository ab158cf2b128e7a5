/**
 * A process that stops itself in the middle of a call to the file system: `stalled-writer.ts <_> <directory>`. It says on
 * stdout what became of what it was told on stdin: `append`, `erase`, each alone or as `append stop-at <call>`.
 */
import { createInterface } from 'node:readline'
import { QuittanceError } from '../../../src/errors.js'
import { fileStoreOn } from '../../../src/store/file/file-store.js'
import type { FileHandle } from '../../../src/store/file/fs.js'
import { nodeFs } from '../../../src/store/file/fs.js'
import { testReceipts } from '../../../src/testing/receipts.js'

const [, dir = '', chainId = 'acme'] = process.argv.slice(2)
let stopAt: string | undefined

function reach(call: string, path: string): void {
  if (call !== stopAt || !path.includes('.jsonl')) return
  stopAt = undefined
  process.kill(process.pid, 'SIGSTOP')
}

const watched = (handle: FileHandle, path: string): FileHandle =>
  new Proxy(handle, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        reach(String(property), path)
        return (member as (...all: unknown[]) => unknown).apply(target, given)
      }
    },
  })

const paths = new WeakMap<FileHandle, string>()
const fs: typeof nodeFs = {
  ...nodeFs,
  async open(path, ...rest) {
    if (rest[0] === 'wx') reach('create', String(path))
    const handle = watched(await nodeFs.open(path, ...rest), String(path))
    paths.set(handle, String(path))
    return handle
  },
  renameSync(from, to) {
    reach('rename', to)
    nodeFs.renameSync(from, to)
  },
  writeSync(handle, ...rest) {
    reach('write', paths.get(handle) ?? '')
    return nodeFs.writeSync(handle, ...rest)
  },
}

const store = fileStoreOn(dir, { segmentBytes: 64 * 1024, onNotice: () => undefined }, fs)

async function append(): Promise<string> {
  const head = await store.head(chainId)
  const receipts = testReceipts({ chainId, count: 12, after: head, rationale: () => 'x'.repeat(3_000) })
  await store.append(chainId, receipts, head && { seq: head.seq, receiptHash: head.receiptHash })
  return `appended ${receipts.at(-1)?.seq}`
}

async function erase(): Promise<string> {
  for await (const { receiptId } of store.read(chainId, { toSeq: 0 })) {
    return `erased ${await store.eraseDetails?.(chainId, receiptId)}`
  }
  return 'nothing'
}

const deeds: Readonly<Record<string, () => Promise<string>>> = { append, erase }
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', , call] = line.split(' ')
  stopAt = call
  const said = await deeds[name]?.().catch((error: unknown) => {
    if (!QuittanceError.is(error)) throw error
    return `${error.code} ${error.details.outcome}`
  })
  process.stdout.write(`${said}\n`)
}
