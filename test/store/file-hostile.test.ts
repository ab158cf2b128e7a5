import { spawnSync } from 'node:child_process'
import { appendFile, mkdir, readdir, readFile, rename, truncate, unlink, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { canonicalize } from '../../src/receipt/canonical.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { readEpoch, writeEpoch } from '../../src/store/file/epoch.js'
import { fileStoreOn } from '../../src/store/file/file-store.js'
import { type FileSystem, nodeFs } from '../../src/store/file/fs.js'
import { chainFolder } from '../../src/store/file/layout.js'
import { SIGN_OF_LIFE_MS, writerLock } from '../../src/store/file/lock.js'
import { writeError } from '../../src/store/file/lock-lost.js'
import { chainFiles, fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { Keyring } from '../../src/verify/index.js'
import { verifyDirectory } from '../../src/verify/node.js'
import { closedAtEnd, collect, failureOf, refOf, temporaryFolder } from './temporary.js'

const COUNT = 150
const receipts = testReceipts({ chainId: 'acme', count: COUNT, rationale: (seq) => `${seq} ${'x'.repeat(1_000)}` })
const options = { segmentBytes: 64 * 1024, onNotice: () => undefined }
const folderIn = (dir: string) => join(dir, chainFolder('acme'))
const segmentsIn = async (dir: string) =>
  (await readdir(folderIn(dir))).filter((name) => name.endsWith('.jsonl')).sort()
const next = testReceipts({ chainId: 'acme', count: 1, after: receipts.at(-1)!, label: 'next' })
const keyring = new Keyring([receipts[0]!.keyId])

/** A closed store whose chain has several segments. */
async function written(): Promise<string> {
  const dir = await temporaryFolder()
  const store = fileStore(dir, options)
  for (let at = 0; at < COUNT; at += 10) {
    const before = receipts[at - 1]
    await store.append('acme', receipts.slice(at, at + 10), before && refOf(before))
  }
  await store.close()
  expect((await segmentsIn(dir)).length).toBeGreaterThan(2)
  return dir
}

const numberOf = async (dir: string) => (await readEpoch(nodeFs, dir))!

describe('a number of writers that none can follow', () => {
  const highest = Number.MAX_SAFE_INTEGER
  const nameOf = (epoch: number) => `${String(COUNT).padStart(20, '0')}-${epoch}.jsonl`
  const forged: Readonly<Record<string, (dir: string) => Promise<void>>> = {
    'in writer.epoch': async (dir) => writeEpoch(nodeFs, dir, { ...(await numberOf(dir)), epoch: highest }),
    'in writer.epoch, one less': async (dir) =>
      writeEpoch(nodeFs, dir, { ...(await numberOf(dir)), epoch: highest - 1 }),
    'in the name of an empty segment': (dir) => writeFile(join(folderIn(dir), nameOf(highest)), ''),
    'in the name of an empty segment, one less': (dir) => writeFile(join(folderIn(dir), nameOf(highest - 1)), ''),
  }
  for (const [where, forge] of Object.entries(forged))
    it(`${where}: a writer is refused before a segment has a name that nobody reads`, async () => {
      const dir = await written()
      await forge(dir)
      let last = receipts.at(-1)!
      let refused = 0
      for (let attempt = 0; attempt < 4; attempt += 1) {
        const store = fileStore(dir, options)
        const some = testReceipts({ chainId: 'acme', count: 1, after: last, label: `${attempt}` })
        const outcome = await store.append('acme', some, refOf(last)).then(
          () => 'appended',
          (error: { code?: string }) => error.code,
        )
        await store.close()
        expect(['appended', 'STORE_CORRUPT']).toContain(outcome)
        if (outcome === 'appended') last = some[0]!
        else refused += 1
        const reader = fileStore(dir, options)
        expect(await reader.head('acme')).toEqual(last)
        expect(await collect(reader.read('acme'))).toHaveLength(last.seq + 1)
        await reader.close()
      }
      expect(refused).toBeGreaterThan(0)
    })
})

describe('a count of the writers that is damaged', () => {
  for (const doubtful of [null, undefined, 'x', Number.NaN, 1.5, -2, true])
    it(`is refused where it does not say whose files may still be open: ${String(doubtful)}`, async () => {
      const dir = await written()
      const file = join(dir, 'writer.epoch')
      const text = JSON.stringify({ ...(await numberOf(dir)), doubtful })
      await writeFile(file, text)
      const store = closedAtEnd(fileStore(dir, options))
      expect(await failureOf(store.append('acme', next, refOf(receipts.at(-1)!)))).toMatchObject({
        code: 'STORE_CORRUPT',
        details: { file, outcome: 'absent' },
      })
      expect(await collect(store.read('acme'))).toHaveLength(COUNT)
    })

  it('is no hindrance where a second crash leaves the file that was copied, its last line spoilt by the first', async () => {
    const dir = await written()
    const [again, last] = [fileStore(dir, options), receipts.at(-1)!]
    await again.append('acme', next.slice(0, 1), refOf(last))
    await again.close()
    const spoilt = join(folderIn(dir), (await segmentsIn(dir)).at(-1)!)
    // the pages of a line that was never acknowledged did not come, its end did
    await appendFile(spoilt, `${'\0'.repeat(4096)}"}\n`)
    const { epoch } = await numberOf(dir)
    await writeEpoch(nodeFs, dir, { ...(await numberOf(dir)), doubtful: epoch })
    const crash = Object.assign(new Error('planned'), { code: 'EIO', syscall: 'unlink' })
    const fs: FileSystem = {
      ...nodeFs,
      unlinkSync(path) {
        if (path === spoilt) throw crash
        nodeFs.unlinkSync(path)
      },
    }
    const more = testReceipts({ chainId: 'acme', count: 1, after: next[0]!, label: 'more' })
    const second = fileStoreOn(dir, options, fs)
    expect(await failureOf(second.append('acme', more, refOf(next[0]!)))).toMatchObject({ code: 'STORE_IO' })
    await second.close()
    expect((await segmentsIn(dir)).filter((name) => name.startsWith(basename(spoilt).slice(0, 20)))).toHaveLength(2)
    const third = closedAtEnd(fileStore(dir, options))
    await third.append('acme', more, refOf(next[0]!))
    expect(await collect(third.read('acme'))).toEqual([...receipts, next[0], ...more])
    expect(await segmentsIn(dir)).not.toContain(basename(spoilt))
    expect(await readFile(`${spoilt}.torn-1`, 'utf8')).toBe(`${'\0'.repeat(4096)}"}\n`)
  })

  const forged: Readonly<Record<string, (dir: string) => Promise<void>>> = {
    deleted: (dir) => unlink(join(dir, 'writer.epoch')),
    'set back': async (dir) => writeEpoch(nodeFs, dir, { ...(await numberOf(dir)), epoch: 1, closed: true }),
  }
  for (const [how, forge] of Object.entries(forged))
    it(`${how}: a file that its unknown writer may have open is copied, not taken over`, async () => {
      const dir = await written()
      const [again, last] = [fileStore(dir, options), receipts.at(-1)!]
      await again.append('acme', next.slice(0, 1), refOf(last))
      await again.close()
      const name = (await segmentsIn(dir)).at(-1)!
      const open = await nodeFs.open(join(folderIn(dir), name), 'a')
      await forge(dir)
      const store = closedAtEnd(fileStore(dir, options))
      const more = testReceipts({ chainId: 'acme', count: 1, after: next[0]!, label: 'more' })
      await store.append('acme', more, refOf(next[0]!))
      await open.write('what a writer adds that was asleep')
      await open.close()
      expect(await collect(store.read('acme'))).toEqual([...receipts, next[0], ...more])
      expect(await segmentsIn(dir)).not.toContain(name)
    })
})

describe('what is no file', () => {
  it.skipIf(process.platform === 'win32')(
    'keeps no reader and no writer waiting: a named pipe as the next segment',
    async () => {
      const dir = await written()
      const pipe = join(folderIn(dir), `${String(COUNT).padStart(20, '0')}-00000009.jsonl`)
      expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
      const store = closedAtEnd(fileStore(dir, options))
      expect(await store.head('acme')).toEqual(receipts.at(-1))
      expect(await collect(store.read('acme'))).toHaveLength(COUNT)
      await store.append('acme', next, refOf(receipts.at(-1)!))
      expect(await store.head('acme')).toEqual(next[0])
    },
  )

  it.skipIf(process.platform === 'win32')(
    'is an error in the place of a segment, and nothing that anybody waits for',
    async () => {
      const dir = await written()
      const [, second = ''] = await segmentsIn(dir)
      await unlink(join(folderIn(dir), second))
      expect(spawnSync('mkfifo', [join(folderIn(dir), second)]).status).toBe(0)
      const store = closedAtEnd(fileStore(dir, options))
      expect(await failureOf(collect(store.read('acme')))).toMatchObject({
        code: 'STORE_IO',
        details: { reason: 'ESPIPE' },
      })
    },
  )
})

describe('a file that replaces others by its name alone', () => {
  const forged: Readonly<Record<string, (dir: string) => Promise<void>>> = {
    'half a line at the beginning, of a higher epoch': (dir) =>
      writeFile(join(folderIn(dir), '00000000000000000000-00000009.jsonl'), '{'),
    'the first receipts once more, of a higher epoch': (dir) =>
      writeFile(
        join(folderIn(dir), '00000000000000000000-00000009.jsonl'),
        `${receipts.slice(0, 5).map(canonicalize).join('\n')}\n`,
      ),
    'an alien receipt by which the chain is to begin': (dir) =>
      writeFile(
        join(folderIn(dir), '00000000000000000140-00000009-first.jsonl'),
        `${canonicalize({ ...receipts[140]!, prevReceiptHash: `sha256:${'0'.repeat(64)}` })}\n`,
      ),
  }
  for (const [what, forge] of Object.entries(forged))
    it(`hides nothing: ${what}`, async () => {
      const dir = await written()
      const before = await segmentsIn(dir)
      await forge(dir)
      const store = closedAtEnd(fileStore(dir, options))
      for (const call of [() => store.head('acme'), () => store.bounds('acme'), () => collect(store.read('acme'))])
        expect(await failureOf(call())).toMatchObject({ code: 'STORE_CORRUPT' })
      expect(await failureOf(store.append('acme', next, refOf(receipts.at(-1)!)))).toMatchObject({
        code: 'STORE_CORRUPT',
      })
      expect((await collect(store.lines!('acme'))).join('\n')).toContain(receipts.at(-1)!.receiptId)
      expect(await segmentsIn(dir)).toEqual(expect.arrayContaining(before))
      const [listed] = await collect(chainFiles(dir))
      expect(listed!.files.map((file) => basename(file))).toContain(before.at(-1))
      const [verified] = await collect(verifyDirectory(dir, { keyring }))
      expect(['INVALID', 'INCOMPLETE']).toContain(verified!.result.verdict)
      expect(verified!.result.scope.toSeq).toBe(COUNT - 1)
    })

  it('does not lead up to what is removed: nothing is removed', async () => {
    const dir = await written()
    const before = await segmentsIn(dir)
    const forged = testReceipts({ chainId: 'acme', count: 1, after: receipts.at(-1)!, label: 'other' })[0]!
    const alien: DecisionReceipt = { ...forged, prevReceiptHash: `sha256:${'0'.repeat(64)}` as const }
    const name = `${String(COUNT).padStart(20, '0')}-00000009-first.jsonl`
    await writeFile(join(folderIn(dir), name), `${canonicalize(alien)}\n`)
    const store = closedAtEnd(fileStore(dir, options))
    const some = testReceipts({ chainId: 'acme', count: 1, after: alien, label: 'behind' })
    expect(await failureOf(store.append('acme', some, refOf(alien)))).toMatchObject({ code: 'STORE_CORRUPT' })
    expect(await segmentsIn(dir)).toEqual([...before, name])
  })

  it('is what a prune leaves that was killed: then it goes', async () => {
    const dir = await written()
    const [, second] = await segmentsIn(dir)
    const at = Number(second!.slice(0, 20))
    await rename(join(folderIn(dir), second!), join(folderIn(dir), second!.replace('.jsonl', '-first.jsonl')))
    const store = closedAtEnd(fileStore(dir, options))
    await store.append('acme', next, refOf(receipts.at(-1)!))
    expect(await store.bounds('acme')).toEqual({ first: at, last: COUNT })
    expect((await segmentsIn(dir))[0]).toBe(second!.replace('.jsonl', '-first.jsonl'))
  })
})

describe('a file that says how large it is', () => {
  it('an index of gigabytes that no disk holds takes no memory and ends no process', async () => {
    const dir = await written()
    for (const name of await readdir(folderIn(dir))) {
      if (!name.endsWith('.idx')) continue
      const head = Buffer.alloc(48)
      head.write('QUITIDX1', 'latin1')
      head.writeUInt32LE(3_900_000_000, 8)
      head.writeUInt32LE(4_096, 12)
      await writeFile(join(folderIn(dir), name), head)
      await truncate(join(folderIn(dir), name), 4_000_000_000)
    }
    const store = closedAtEnd(fileStore(dir, options))
    expect(await store.get('acme', receipts[7]!.receiptId)).toEqual(receipts[7])
  })

  for (const member of ['timestamp', 'receiptHash', 'prevReceiptHash'])
    it(`a line with an endless ${member} is STORE_CORRUPT, and shown to who judges it`, async () => {
      const dir = await written()
      const [first] = await segmentsIn(dir)
      const file = join(folderIn(dir), first!)
      const lines = (await readFile(file, 'utf8')).split('\n')
      lines[0] = canonicalize({ ...receipts[0]!, [member]: 'x'.repeat(70_000) })
      await writeFile(file, lines.join('\n'))
      const store = closedAtEnd(fileStore(dir, options))
      expect(await failureOf(store.head('acme'))).toMatchObject({ code: 'STORE_CORRUPT', details: { file, line: 1 } })
      expect(await collect(store.lines!('acme'))).toHaveLength(COUNT)
    })
})

describe('a lock that can not be looked at', () => {
  const folderAtItsPlace = async (dir: string) => {
    await rename(join(dir, 'writer.lock'), join(dir, 'elsewhere'))
    await mkdir(join(dir, 'writer.lock'))
  }

  it('is no exception out of a timer', async () => {
    const dir = await temporaryFolder()
    const thrown = vi.fn()
    process.on('uncaughtException', thrown)
    onTestFinished(() => {
      process.off('uncaughtException', thrown)
    })
    const lock = writerLock(dir, nodeFs)
    await lock.hold({ waitMs: 0 })
    await folderAtItsPlace(dir)
    expect(() => lock.stillOurs()).toThrow(/EISDIR/)
    await new Promise((resolve) => setTimeout(resolve, 3 * SIGN_OF_LIFE_MS))
    expect(thrown).not.toHaveBeenCalled()
    expect(() => lock.stillOurs()).toThrow(/EISDIR/)
  })

  it('leaves the first failure to be told, and every append gets its answer', async () => {
    const dir = await temporaryFolder()
    const lock = writerLock(dir, nodeFs)
    await lock.hold({ waitMs: 0 })
    await folderAtItsPlace(dir)
    const failure = Object.assign(new Error('refused'), { code: 'EMFILE', syscall: 'open' })
    expect(writeError(lock, failure, { outcome: 'absent' })).toMatchObject({
      code: 'STORE_IO',
      details: { reason: 'EMFILE', outcome: 'absent' },
    })
  })

  it('one that was replaced between its looks at the lock and at the count leaves its successor the lock', async () => {
    const dir = await temporaryFolder()
    const [file, at] = [join(dir, 'writer.lock'), new Date('2026-03-01T12:00:00.000Z')]
    const lock = writerLock(dir, nodeFs)
    await lock.hold({ waitMs: 0 })
    await utimes(file, at, at)
    expect(lock.stillOurs()).toBe(true)
    // to its first look the lock is as it was
    const successor = JSON.stringify({ token: '0'.repeat(32), pid: 1 })
    await writeFile(file, successor)
    await utimes(file, at, at)
    await writeEpoch(nodeFs, dir, { epoch: 8, token: '0'.repeat(32), closed: false, doubtful: 7 })
    expect(lock.stillOurs()).toBe(false)
    expect(await readFile(file, 'utf8')).toBe(successor)
    await lock.release()
  })

  it('the count of the writers is not set back by one that was replaced while it ended', async () => {
    const dir = await temporaryFolder()
    const token = '0'.repeat(32)
    let writes = 0
    const fs: FileSystem = {
      ...nodeFs,
      renameSync(from, to) {
        // the second time it is the word that this writer ended
        if (basename(to) === 'writer.epoch') writes += 1
        nodeFs.renameSync(from, to)
      },
      async open(...given) {
        if (writes === 1 && basename(String(given[0])).startsWith('.tmp-epoch-')) {
          writes = 2
          await writeFile(join(dir, 'writer.lock'), JSON.stringify({ token, pid: 1 }))
          await writeEpoch(nodeFs, dir, { epoch: 8, token, closed: false, doubtful: 7 })
        }
        return nodeFs.open(...given)
      },
    }
    const store = fileStoreOn(dir, {}, fs)
    await store.append('acme', receipts.slice(0, 1), undefined)
    await store.close()
    expect(await readEpoch(nodeFs, dir)).toEqual({ epoch: 8, token, closed: false, doubtful: 7 })
  })
})

describe('a full segment of a writer that was killed', () => {
  /** Tells which files were made durable, by their path when they were opened; the first calls may fail. */
  function watched(fail = 0) {
    const durable: string[] = []
    let failures = fail
    let meanwhile: () => Promise<void> = async () => undefined
    const fs: FileSystem = {
      ...nodeFs,
      async open(path, flags, mode) {
        const handle = await nodeFs.open(path, flags, mode)
        const { datasync, sync } = handle
        const noted = (call: () => Promise<void>) => async () => {
          if (failures > 0 && String(path).endsWith('.jsonl')) {
            failures -= 1
            await meanwhile()
            throw Object.assign(new Error('refused'), { code: 'EIO', syscall: 'fdatasync' })
          }
          await call.call(handle)
          durable.push(basename(String(path)))
        }
        handle.datasync = noted(datasync)
        handle.sync = noted(sync)
        return handle
      },
    }
    const failNext = (what: () => Promise<void>) => {
      failures = 1
      meanwhile = what
    }
    return { fs, durable, failNext }
  }

  /** One segment, full for who opens it next, whose last lines nobody has made durable. */
  async function killed(): Promise<string> {
    const dir = await temporaryFolder()
    const store = fileStore(dir, { ...options, segmentBytes: 1024 * 1024 })
    await store.append('acme', receipts.slice(0, 60), undefined)
    await store.close()
    const [name] = await segmentsIn(dir)
    await appendFile(join(folderIn(dir), name!), `${receipts.slice(60, 100).map(canonicalize).join('\n')}\n`)
    return dir
  }

  it('so is what a writer could not make durable itself when it lost its lock, and finds again', async () => {
    const dir = await temporaryFolder()
    const { fs, durable, failNext } = watched()
    const store = closedAtEnd(fileStoreOn(dir, options, fs))
    await store.append('acme', receipts.slice(0, 10), undefined)
    failNext(() => unlink(join(dir, 'writer.lock')))
    const again = () => store.append('acme', receipts.slice(10, 12), refOf(receipts[9]!))
    expect(await failureOf(again())).toMatchObject({ code: 'STORE_LOCKED', details: { outcome: 'unknown' } })
    durable.length = 0
    await again()
    // the pages that the system could not write count as written: only other ones can be
    expect(durable.some((name) => name.startsWith('.tmp-segment-'))).toBe(true)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(0, 12))
  })

  it('is made durable before anything is built on it', async () => {
    const dir = await killed()
    const [full] = await segmentsIn(dir)
    const { fs, durable } = watched()
    const store = closedAtEnd(fileStoreOn(dir, options, fs))
    await store.append('acme', receipts.slice(100, 101), refOf(receipts[99]!))
    expect((await segmentsIn(dir))[0]).toBe(full)
    expect(durable).toContain(full)
  })

  it('is written anew where that fails, and then built on', async () => {
    const dir = await killed()
    const [full] = await segmentsIn(dir)
    const { fs, durable } = watched(1)
    const store = closedAtEnd(fileStoreOn(dir, options, fs))
    const again = () => store.append('acme', receipts.slice(99, 101), refOf(receipts[98]!))
    expect(await failureOf(again())).toMatchObject({ code: 'STORE_IO' })
    await again()
    expect(durable).not.toContain(full)
    expect(durable.some((name) => name.startsWith('.tmp-segment-'))).toBe(true)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(0, 101))
  })
})
