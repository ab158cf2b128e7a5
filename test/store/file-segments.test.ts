import { mkdir, readdir, readFile, rename, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { QuittanceError } from '../../src/errors.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStoreOn } from '../../src/store/file/file-store.js'
import { type FileHandle, nodeFs } from '../../src/store/file/fs.js'
import { chainFolder } from '../../src/store/file/layout.js'
import { chainFiles, type FileStoreNotice, fileStore } from '../../src/store/file.js'
import { matchesQuery } from '../../src/store/query.js'
import type { ReceiptQuery } from '../../src/store/store.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { asAfterCrash, failingFs } from './failing-fs.js'
import { closedAtEnd, collect, failureOf, refOf, temporaryFolder } from './temporary.js'

const SEGMENT_BYTES = 64 * 1024
const COUNT = 180
let receipts: readonly DecisionReceipt[] = []
let lines: readonly string[] = []

beforeAll(() => {
  receipts = testReceipts({
    chainId: 'acme',
    count: COUNT,
    rationale: (seq) => `free text ${seq} ${'x'.repeat(1_000)}`,
    body: (seq) => ({ traceId: `trace-${seq % 7}`, sessionId: `session-${Math.floor(seq / 50)}` }),
  })
  lines = receipts.map(lineOf)
})

const options = { segmentBytes: SEGMENT_BYTES }
const folderIn = (dir: string) => join(dir, chainFolder('acme'))
const namesIn = async (dir: string) => (await readdir(folderIn(dir))).sort()
const segmentsIn = async (dir: string) =>
  (await namesIn(dir)).filter((name) => name.endsWith('.jsonl')).map((name) => join(folderIn(dir), name))
const linesIn = async (file: string) => (await readFile(file, 'utf8')).split('\n').slice(0, -1)
const open = (dir: string, more: object = {}) => closedAtEnd(fileStore(dir, { ...options, ...more }))

/** Appends receipts some at a time. */
async function appendAll(store: ReturnType<typeof fileStore>, some = receipts, size = 10): Promise<void> {
  for (let at = 0; at < some.length; at += size) {
    const batch = some.slice(at, at + size)
    const before = receipts[batch[0]!.seq - 1]
    await store.append('acme', batch, before && refOf(before))
  }
}

/** A closed store whose chain has several segments. */
async function written(): Promise<string> {
  const dir = await temporaryFolder()
  const store = fileStore(dir, options)
  await appendAll(store)
  await store.close()
  return dir
}

const next = (after: DecisionReceipt = receipts.at(-1)!, label = 'next') =>
  testReceipts({ chainId: 'acme', count: 1, after, label })

describe('segments', () => {
  it('end over the size limit, are one behind the other the chain, and have an index but for the last', async () => {
    const dir = await written()
    const files = await segmentsIn(dir)
    expect(files.length).toBeGreaterThan(3)
    const texts = await Promise.all(files.map(linesIn))
    expect(texts.flat()).toEqual(lines)
    for (const [index, file] of files.entries()) {
      expect((await stat(file)).size).toBeLessThanOrEqual(SEGMENT_BYTES)
      const first = JSON.parse(texts[index]![0]!) as DecisionReceipt
      expect(file).toContain(`/${String(first.seq).padStart(20, '0')}-00000001.jsonl`)
    }
    const names = await namesIn(dir)
    expect(names.filter((name) => name.endsWith('.idx')).length).toBe(files.length - 1)
    expect(names.filter((name) => name.startsWith('.'))).toEqual([])
    expect(await collect(chainFiles(dir))).toEqual([{ chainId: 'acme', folder: folderIn(dir), files }])
  })

  it('never divide a batch', async () => {
    const dir = await temporaryFolder()
    const store = open(dir)
    await store.append('acme', receipts.slice(0, 100), undefined)
    await store.append('acme', receipts.slice(100), refOf(receipts[99]!))
    const texts = await Promise.all((await segmentsIn(dir)).map(linesIn))
    expect(texts.map(({ length }) => length)).toEqual([100, COUNT - 100])
  })

  it('answer as one: head, bounds, get, read, lines, query', async () => {
    const dir = await written()
    for (const store of [open(dir), open(await asAfterCrash(dir))]) {
      expect(await store.head('acme')).toEqual(receipts.at(-1))
      expect(await store.bounds('acme')).toEqual({ first: 0, last: COUNT - 1 })
      expect(await collect(store.read('acme'))).toEqual(receipts)
      expect(await collect(store.lines!('acme'))).toEqual(lines)
      for (const [fromSeq, toSeq] of [
        [0, 0],
        [1, 100],
        [57, 58],
        [100, undefined],
        [undefined, 63],
        [COUNT - 1, COUNT + 5],
        [COUNT, undefined],
      ] as const) {
        const range = { fromSeq, toSeq }
        expect(await collect(store.read('acme', range))).toEqual(receipts.slice(fromSeq ?? 0, (toSeq ?? COUNT) + 1))
      }
      for (const receipt of receipts) expect(await store.get('acme', receipt.receiptId)).toEqual(receipt)
      expect(await store.get('acme', '01890a5d-ac96-774b-bcce-b302099a8057')).toBeUndefined()
      expect(await store.get('acme', 'nonsense')).toBeUndefined()
    }
  })

  it('refuse an id that stands in another segment, and take what is repeated for what it is', async () => {
    const dir = await written()
    const store = open(dir)
    const { receiptId } = receipts[5]!
    const again = testReceipts({
      chainId: 'acme',
      count: 1,
      after: receipts.at(-1),
      body: () => ({ receiptId }) as object,
    })
    expect(again[0]!.receiptId).toBe(receiptId)
    expect(await failureOf(store.append('acme', again, refOf(receipts.at(-1)!)))).toMatchObject({
      code: 'STORE_ID_EXISTS',
      details: { seq: 5, receiptId },
    })
    // across the border of two segments, and over the head
    await store.append('acme', receipts.slice(20, 120), refOf(receipts[19]!))
    const more = next()
    await store.append('acme', [...receipts.slice(150), ...more], refOf(receipts[149]!))
    expect(await store.bounds('acme')).toEqual({ first: 0, last: COUNT })
  })

  it('are counted by the epoch of who began them; the last is taken over', async () => {
    const dir = await written()
    const before = (await segmentsIn(dir)).at(-1)!
    const inode = (await stat(before)).ino
    const store = fileStore(dir, options)
    await store.append('acme', next(), refOf(receipts.at(-1)!))
    await store.close()
    const after = (await segmentsIn(dir)).at(-1)!
    expect(after).toBe(before.replace('-00000001', '-00000002'))
    // of a writer that is known to be gone it is enough that the name changes
    expect((await stat(after)).ino).toBe(inode)
    // of one that is not, its file loses its name
    const copy = await asAfterCrash(dir)
    await writeFile(join(copy, 'writer.epoch'), '{"epoch":2,"token":"x","closed":false,"doubtful":-1}\n')
    const old = (await stat((await segmentsIn(copy)).at(-1)!)).ino
    const other = open(copy)
    await other.append('acme', [...next(), ...next(next()[0]!)].slice(0, 1), refOf(receipts.at(-1)!))
    await other.append('acme', next(next()[0]!), refOf(next()[0]!))
    const names = (await segmentsIn(copy)).map((file) => basename(file))
    const name = basename(before).replace('-00000001', '-00000003')
    expect(names).toContain(name)
    expect(names).not.toContain(basename(after))
    const taken = join(folderIn(copy), name)
    expect((await stat(taken)).ino).not.toBe(old)
    expect(await collect(other.read('acme'))).toEqual([...receipts, ...next(), ...next(next()[0]!)])
  })

  it('a lost count of writers is made up for by the names of the segments', async () => {
    const dir = await written()
    for (let round = 0; round < 2; round += 1) {
      await unlink(join(dir, 'writer.epoch'))
      const store = fileStore(dir, options)
      const head = (await store.head('acme'))!
      await store.append('acme', next(head), refOf(head))
      await store.close()
      expect((await segmentsIn(dir)).at(-1)).toContain(`-0000000${round + 2}.jsonl`)
    }
    expect(JSON.parse(await readFile(join(dir, 'writer.epoch'), 'utf8'))).toMatchObject({ epoch: 3 })
  })
})

describe('a query over segments', () => {
  const timeOf = (seq: number) => receipts[seq]!.timestamp
  const queries = (): Omit<ReceiptQuery, 'chainId'>[] => [
    {},
    { limit: 0 },
    { limit: 77 },
    { traceId: 'trace-3' },
    { traceId: 'trace-3', limit: 5 },
    { traceId: 'trace-3', sessionId: 'session-1' },
    { sessionId: 'session-2', action: 'allow' },
    { traceId: 'nobody' },
    { traceId: 'trace' },
    { traceId: '' },
    { traceId: 'tr"ce-\\' },
    { action: 'allow' },
    { eventType: 'decision', limit: 3 },
    { from: timeOf(31) },
    { to: timeOf(31) },
    { from: timeOf(60), to: timeOf(95) },
    { from: timeOf(60), to: timeOf(95), traceId: 'trace-0' },
    { from: timeOf(60), to: timeOf(60) },
    { from: timeOf(COUNT - 2) },
    { from: '2030-01-01T00:00:00.000Z' },
    { to: '2020-01-01T00:00:00.000Z' },
  ]

  it('finds what a look at every receipt finds, with an index and without, by this process and the next', async () => {
    const dir = await written()
    const bare = await asAfterCrash(dir)
    for (const file of await segmentsIn(bare)) await rm(`${file}.idx`, { force: true })
    for (const store of [open(dir), open(bare)]) {
      for (const query of queries()) {
        const asked = { chainId: 'acme', ...query }
        const expected = receipts.filter((receipt) => matchesQuery(receipt, asked)).slice(0, query.limit)
        expect(await collect(store.query!(asked))).toEqual(expected)
      }
      expect(await collect(store.query!({ chainId: 'nobody', traceId: 'trace-3' }))).toEqual([])
    }
  })

  it('reads little of what does not match', async () => {
    const dir = await written()
    let bytes = 0
    const counted = (handle: FileHandle): FileHandle =>
      new Proxy(handle, {
        get(target, property) {
          const member: unknown = Reflect.get(target, property, target)
          if (typeof member !== 'function') return member
          return async (...given: unknown[]) => {
            const result: unknown = await (member as (...all: unknown[]) => unknown).apply(target, given)
            if (property === 'read') bytes += (result as { bytesRead: number }).bytesRead
            return result
          }
        },
      })
    const fs = {
      ...nodeFs,
      open: async (...given: Parameters<typeof nodeFs.open>) => counted(await nodeFs.open(...given)),
    }
    const store = closedAtEnd(fileStoreOn(dir, options, fs))
    await store.head('acme')
    const all = (await Promise.all((await segmentsIn(dir)).map((file) => stat(file)))).reduce(
      (sum, { size }) => sum + size,
      0,
    )
    const last = (await stat((await segmentsIn(dir)).at(-1)!)).size
    bytes = 0
    expect(await store.get('acme', receipts[33]!.receiptId)).toEqual(receipts[33])
    expect(bytes).toBeLessThan(20_000)
    bytes = 0
    expect((await collect(store.query!({ chainId: 'acme', traceId: 'trace-3', sessionId: 'session-1' }))).length).toBe(
      7,
    )
    expect(bytes).toBeLessThan(last + all / 4)
    bytes = 0
    const range = { chainId: 'acme', from: timeOf(40), to: timeOf(44) }
    expect((await collect(store.query!(range))).length).toBe(4)
    expect(bytes).toBeLessThan(SEGMENT_BYTES + 30_000)
  })
})

describe('a directory of an earlier release', () => {
  it('opens and goes on: one file is the first segment', async () => {
    const dir = await temporaryFolder()
    await mkdir(folderIn(dir))
    await writeFile(join(folderIn(dir), '00000000000000000000.jsonl'), lines.map((line) => `${line}\n`).join(''))
    const store = fileStore(dir, options)
    expect(await collect(store.read('acme'))).toEqual(receipts)
    await store.append('acme', next(), refOf(receipts.at(-1)!))
    await store.close()
    // over the limit: it is ended as it is, and indexed
    expect(await namesIn(dir)).toEqual([
      '00000000000000000000.jsonl',
      '00000000000000000000.jsonl.idx',
      `${String(COUNT).padStart(20, '0')}-00000001.jsonl`,
      'chain.json',
    ])
    const again = open(dir)
    expect(await collect(again.read('acme'))).toEqual([...receipts, ...next()])
    expect(await again.get('acme', receipts[17]!.receiptId)).toEqual(receipts[17])
  })
})

describe('prune and erasure over segments', () => {
  it('remove whole segments and write one anew, at every place', async () => {
    const starts = (await segmentsIn(await written())).map((file) => Number(file.slice(-34, -15)))
    for (const beforeSeq of [
      1,
      starts[1]!,
      starts[1]! + 1,
      starts[2]! - 1,
      starts.at(-1)!,
      starts.at(-1)! + 3,
      COUNT - 1,
    ]) {
      const dir = await written()
      const store = fileStore(dir, options)
      expect(await store.prune!('acme', beforeSeq, refOf(receipts[beforeSeq - 1]!))).toBe(beforeSeq)
      const kept = receipts.slice(beforeSeq)
      const check = async (one: ReturnType<typeof fileStore>) => {
        expect(await one.bounds('acme')).toEqual({ first: beforeSeq, last: COUNT - 1 })
        expect(await collect(one.read('acme'))).toEqual(kept)
        for (const receipt of receipts) {
          expect(await one.get('acme', receipt.receiptId)).toEqual(receipt.seq < beforeSeq ? undefined : receipt)
        }
      }
      await check(store)
      expect((await segmentsIn(dir))[0]).toMatch(/-first\.jsonl$/)
      await check(fileStore(await asAfterCrash(dir)))
      await store.append('acme', next(), refOf(receipts.at(-1)!))
      await store.close()
      expect(await collect(fileStore(dir).read('acme'))).toEqual([...kept, ...next()])
      expect((await collect(chainFiles(dir)))[0]!.files).toEqual(await segmentsIn(dir))
      // a beginning that is missing does not pass for one that was pruned
      const [first] = await segmentsIn(dir)
      if ((await segmentsIn(dir)).length > 1) {
        await rm(first!)
        expect((await failureOf(fileStore(dir).head('acme'))).code).toBe('STORE_CORRUPT')
      }
    }
  })

  it('erase the details of one receipt in any segment, and index it again', async () => {
    const dir = await written()
    const store = fileStore(dir, options)
    const seqs = [0, 40, 77, COUNT - 1]
    const erased = receipts.map((receipt) => {
      if (!seqs.includes(receipt.seq)) return receipt
      const { details: _, ...rest } = receipt
      return rest as DecisionReceipt
    })
    for (const seq of seqs) expect(await store.eraseDetails!('acme', receipts[seq]!.receiptId)).toBe(true)
    expect(await store.eraseDetails!('acme', receipts[40]!.receiptId)).toBe(false)
    expect(await collect(store.read('acme'))).toEqual(erased)
    await store.close()
    const again = open(dir)
    for (const receipt of erased) expect(await again.get('acme', receipt.receiptId)).toEqual(receipt)
    expect(await collect(again.read('acme'))).toEqual(erased)
    expect((await namesIn(dir)).filter((name) => name.endsWith('.idx')).length).toBe((await segmentsIn(dir)).length - 1)
  })

  for (const deed of ['prune', 'erase'] as const) {
    it(`killed at each of its calls, leave the old or the new: ${deed}`, async () => {
      const { details: _, ...rest } = receipts[41]!
      const after =
        deed === 'prune'
          ? lines.slice(70)
          : lines.map((line, seq) => (seq === 41 ? lineOf(rest as DecisionReceipt) : line))
      const source = await written()
      for (let number = 1; ; number += 1) {
        const dir = await asAfterCrash(source)
        let calls = 0
        let armed = false
        const fs = failingFs(() => {
          if (!armed) return undefined
          calls += 1
          return calls >= number ? { code: 'EIO', when: 'before' } : undefined
        })
        const store = fileStoreOn(dir, { ...options, onNotice: () => undefined }, fs)
        await store.append('acme', receipts.slice(-1), refOf(receipts.at(-2)!))
        armed = true
        const failed = await (deed === 'prune'
          ? store.prune!('acme', 70, refOf(receipts[69]!))
          : store.eraseDetails!('acme', receipts[41]!.receiptId)
        ).then(
          () => false,
          () => true,
        )
        const over = calls < number
        const copy = await asAfterCrash(dir)
        armed = false
        await store.close()
        const again = fileStore(copy, options)
        const found = await collect(again.lines!('acme'))
        expect([lines, after]).toContainEqual(found)
        if (!failed) expect(found).toEqual(after)
        await again.append('acme', next(), refOf(receipts.at(-1)!))
        expect(await collect(again.lines!('acme'))).toEqual([...found, lineOf(next()[0]!)])
        for (const seq of [0, 41, 69, 70, 100]) {
          const there = found.find((line) => line.includes(receipts[seq]!.receiptId))
          expect(await again.get('acme', receipts[seq]!.receiptId)).toEqual(there && JSON.parse(there))
        }
        await again.close()
        if (over) break
      }
    }, 60_000)
  }
})

describe('an append that fails at each of its calls', () => {
  // what stands there, whether its writer is known to be gone, and how many receipts come
  const cases: [string, number, boolean, number, boolean][] = [
    ['one that ends a segment and begins the next', 30, true, 40, true],
    ['the first of a process, behind a writer that is gone', 4, true, 1, false],
    ['the first of a process, behind a writer that may wake', 4, false, 1, false],
  ]
  for (const [name, count, isGone, more, isWarm] of cases) {
    it(`leaves the old or the new, for good or once: ${name}`, async () => {
      const before = receipts[count - 1]!
      const batch = testReceipts({ chainId: 'acme', count: more, after: before, rationale: () => 'y'.repeat(1_000) })
      const [old, after] = [lines.slice(0, count), [...lines.slice(0, count), ...batch.map(lineOf)]]
      const source = await temporaryFolder()
      const first = fileStore(source, options)
      await appendAll(first, receipts.slice(0, count))
      await first.close()
      if (!isGone) {
        const file = join(source, 'writer.epoch')
        await writeFile(file, (await readFile(file, 'utf8')).replace('"closed":true', '"closed":false'))
      }
      for (const forGood of [true, false]) {
        for (let number = 1; ; number += 1) {
          const dir = await asAfterCrash(source)
          let calls = 0
          let armed = false
          const fs = failingFs(() => {
            if (!armed) return undefined
            calls += 1
            const fails = forGood ? calls >= number : calls === number
            return fails ? { code: 'EIO', when: forGood || number % 2 === 0 ? 'before' : 'after' } : undefined
          })
          const store = fileStoreOn(dir, { ...options, onNotice: () => undefined }, fs)
          if (isWarm) await store.append('acme', receipts.slice(count - 1, count), refOf(receipts[count - 2]!))
          armed = true
          const error = await store.append('acme', batch, refOf(before)).catch((caught: QuittanceError) => caught)
          const over = calls < number
          const copy = await asAfterCrash(dir)
          armed = false
          if (!forGood) {
            // and this very store goes on
            await store.append('acme', batch, refOf(before))
            expect(await collect(store.lines!('acme'))).toEqual(after)
          }
          await store.close()
          const again = fileStore(copy, options)
          const found = await collect(again.lines!('acme'))
          expect([old, after]).toContainEqual(found)
          if (error === undefined) expect(found).toEqual(after)
          else if (error.details.outcome === 'absent') expect(found).toEqual(old)
          await again.append('acme', batch, refOf(before))
          expect(await collect(again.lines!('acme'))).toEqual(after)
          await again.close()
          if (over) break
        }
      }
    }, 60_000)
  }
})

describe('what is damaged in a row of segments', () => {
  const damages: [string, (files: string[]) => Promise<string>][] = [
    [
      'a segment in the middle is gone',
      async (files) => {
        await unlink(files[1]!)
        return files[0]!
      },
    ],
    [
      'the first segment is gone',
      async (files) => {
        await unlink(files[0]!)
        return files[1]!
      },
    ],
    [
      'a segment in the middle is cut at a line',
      async (files) => {
        await cutLine(files[1]!)
        return files[1]!
      },
    ],
    [
      'a segment in the middle is cut within a line',
      async (files) => {
        await truncate(files[1]!, 5_000)
        return files[1]!
      },
    ],
    [
      'a segment in the middle is empty',
      async (files) => {
        await truncate(files[1]!, 0)
        return files[1]!
      },
    ],
    [
      'a bit of a last line in the middle is flipped',
      async (files) => {
        await flip(files[1]!, -700)
        return files[1]!
      },
    ],
    [
      'two segments have each other’s names',
      async (files) => {
        await swapped(files[1]!, files[2]!)
        return files[1]!
      },
    ],
    [
      'a bit of the last segment is flipped',
      async (files) => {
        await flip(files.at(-1)!, 700)
        return files.at(-1)!
      },
    ],
  ]
  const cutLine = async (file: string) =>
    writeFile(
      file,
      (await linesIn(file))
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    )
  const flip = async (file: string, at: number) => {
    const bytes = await readFile(file)
    const index = at < 0 ? bytes.length + at : at
    bytes[index] = bytes[index]! ^ 0x80
    await writeFile(file, bytes)
  }
  const swapped = async (a: string, b: string) => {
    await rename(a, `${a}.x`)
    await rename(b, a)
    await rename(`${a}.x`, b)
  }

  for (const [name, damage] of damages) {
    for (const withIndex of [true, false]) {
      it(`is STORE_CORRUPT with its file, ${withIndex ? 'with' : 'without'} indexes: ${name}`, async () => {
        const dir = await written()
        const files = await segmentsIn(dir)
        if (!withIndex) for (const file of files) await rm(`${file}.idx`, { force: true })
        const file = await damage(files)
        const store = open(dir)
        for (const call of [
          () => store.head('acme'),
          () => store.bounds('acme'),
          () => collect(store.read('acme')),
          () => store.append('acme', next(), refOf(receipts.at(-1)!)),
        ]) {
          expect(await failureOf(call())).toMatchObject({ code: 'STORE_CORRUPT', details: { file, chainId: 'acme' } })
        }
        // a verifier still gets to see what is there
        const rest = (await Promise.all((await segmentsIn(dir)).map(linesIn))).flat().length
        expect((await collect(store.lines!('acme'))).length).toBeGreaterThanOrEqual(rest)
      })
    }
  }

  it('an index that is missing, cut, flipped, or of another segment is not believed, and written anew', async () => {
    const dir = await written()
    const files = await segmentsIn(dir)
    const idx = files.slice(0, -1).map((file) => `${file}.idx`)
    const good = await Promise.all(idx.map((file) => readFile(file)))
    const spoil: (() => Promise<unknown>)[] = [
      () => unlink(idx[0]!),
      () => truncate(idx[1]!, 100),
      () => flip(idx[1]!, 60),
      () => flip(idx[0]!, -3),
      () => swapped(idx[0]!, idx[1]!),
      () => writeFile(idx[0]!, ''),
      () => writeFile(idx[0]!, 'nonsense'),
    ]
    for (const one of spoil) {
      await one()
      const reader = fileStore(dir)
      expect(await collect(reader.read('acme', { fromSeq: 3 }))).toEqual(receipts.slice(3))
      for (const seq of [2, 60, 100]) expect(await reader.get('acme', receipts[seq]!.receiptId)).toEqual(receipts[seq])
      await reader.close()
      const writer = fileStore(dir)
      await writer.append('acme', receipts.slice(0, 1), undefined)
      await writer.close()
      for (const [at, file] of idx.entries()) await writeFile(file, good[at]!)
    }
    await unlink(idx[0]!)
    const writer = fileStore(dir)
    await writer.append('acme', receipts.slice(0, 1), undefined)
    await writer.close()
    expect(await readFile(idx[0]!)).toEqual(good[0])
  })

  it('is found where a line is not the one that was indexed', async () => {
    const dir = await written()
    const [, file] = (await segmentsIn(dir)) as [string, string]
    const whole = await linesIn(file)
    const { receiptId } = JSON.parse(whole[3]!) as DecisionReceipt
    const other = receiptId.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
    await writeFile(file, whole.map((line) => `${line.replace(receiptId, other)}\n`).join(''))
    const store = open(dir)
    const corrupt = { code: 'STORE_CORRUPT', details: { file, line: 4 } }
    expect(await failureOf(store.get('acme', receiptId))).toMatchObject(corrupt)
  })

  it('is accepted by its very name: the last segment is set aside, and the chain goes on behind its last good line', async () => {
    const dir = await written()
    const file = (await segmentsIn(dir)).at(-1)!
    const whole = await linesIn(file)
    const firstSeq = COUNT - whole.length
    const spoiled = whole.map((line, at) => `${at === 3 ? '{"spoiled":' : line}\n`).join('')
    await writeFile(file, spoiled)
    const head = receipts[firstSeq + 2]!
    for (const acceptDamaged of [[], [`${file}.x`], [(await segmentsIn(dir))[0]!]]) {
      const store = fileStore(dir, { ...options, acceptDamaged })
      expect(await failureOf(store.append('acme', next(head), refOf(head)))).toMatchObject({
        code: 'STORE_CORRUPT',
        details: { file, line: 4 },
      })
      await store.close()
    }
    expect(await readFile(file, 'utf8')).toBe(spoiled)
    const notices: FileStoreNotice[] = []
    const onNotice = (notice: FileStoreNotice) => notices.push(notice)
    const store = fileStore(dir, { ...options, acceptDamaged: [file], onNotice })
    expect(await store.head('acme')).toEqual(head)
    await store.append('acme', next(head), refOf(head))
    await store.close()
    const aside = `${file}.damaged-1`
    expect(await readFile(aside, 'utf8')).toBe(spoiled)
    const bytes = Buffer.byteLength(spoiled) - Buffer.byteLength(whole.slice(0, 3).join('\n')) - 1
    expect(notices).toEqual([{ code: 'DAMAGE_SET_ASIDE', chainId: 'acme', file: aside, bytes }])
    // from now on nobody has to say so again
    const again = open(dir)
    expect(await collect(again.read('acme'))).toEqual([...receipts.slice(0, firstSeq + 3), ...next(head)])
  })

  it('is accepted by its very name: one in the middle stays, what can be read of it is read, and no more', async () => {
    const dir = await written()
    const files = await segmentsIn(dir)
    const [, file] = files as [string, string]
    const whole = await linesIn(file)
    const firstSeq = (JSON.parse(whole[0]!) as DecisionReceipt).seq
    await writeFile(file, whole.map((line, at) => `${at === 3 ? '{"spoiled":' : line}\n`).join(''))
    await unlink(`${file}.idx`)
    const store = closedAtEnd(fileStore(dir, { ...options, acceptDamaged: [file] }))
    await store.append('acme', next(), refOf(receipts.at(-1)!))
    expect(await store.head('acme')).toEqual(next()[0])
    expect(await collect(store.read('acme', { toSeq: firstSeq + 2 }))).toEqual(receipts.slice(0, firstSeq + 3))
    const behind = firstSeq + whole.length
    expect(await collect(store.read('acme', { fromSeq: behind }))).toEqual([...receipts.slice(behind), ...next()])
    const seen: number[] = []
    const reading = async () => {
      for await (const { seq } of store.read('acme')) seen.push(seq)
    }
    expect(await failureOf(reading())).toMatchObject({ code: 'STORE_CORRUPT', details: { file, line: 4 } })
    expect(seen).toEqual([...Array(firstSeq + 3).keys()])
    expect((await collect(store.lines!('acme'))).length).toBe(COUNT + 1)
    expect(await store.get('acme', receipts[behind]!.receiptId)).toEqual(receipts[behind])
  })
})

describe('readers of another process', () => {
  it('see every receipt while segments are ended, pruned and erased from under them', async () => {
    const dir = await temporaryFolder()
    const chain = testReceipts({
      chainId: 'acme',
      count: 600,
      rationale: (seq) => `free text ${seq} ${'x'.repeat(1_000)}`,
    })
    const writer = fileStore(dir, options)
    await writer.append('acme', chain.slice(0, 10), undefined)
    // a directory of its own to this process: as another process would see it
    const registry = (globalThis as Record<symbol, unknown>)[Symbol.for('quittance.store.file/2')] as Map<
      string,
      unknown
    >
    const key = [...registry.keys()].find((path) => path.endsWith(dir.slice(-10)))!
    const entry = registry.get(key)
    registry.delete(key)
    const reader = closedAtEnd(fileStore(dir, options))
    expect(await reader.head('acme')).toEqual(chain[9])
    expect(registry.get(key)).not.toBe(entry)
    let done = false
    let acknowledged = 9
    let aimed = 0
    let low = 0
    const reading = async () => {
      let rounds = 0
      while (!done) {
        const [least, gone] = [acknowledged, low]
        const found: DecisionReceipt[] = []
        try {
          for await (const receipt of reader.read('acme')) found.push(receipt)
        } catch (error) {
          expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', details: { reason: 'pruned', retryable: true } })
          continue
        }
        expect(found.map(({ seq }) => seq)).toEqual(found.map((_, at) => found[0]!.seq + at))
        expect(found[0]!.seq).toBeGreaterThanOrEqual(gone)
        expect(found.at(-1)!.seq).toBeGreaterThanOrEqual(least)
        const some = found[found.length >> 1]!
        const got = await reader.get('acme', some.receiptId)
        if (got !== undefined) expect(got.receiptHash).toBe(some.receiptHash)
        else expect(some.seq).toBeLessThan(aimed)
        rounds += 1
      }
      expect(rounds).toBeGreaterThan(3)
    }
    const watching = Promise.all([reading(), reading()])
    for (let at = 10; at < chain.length; at += 10) {
      await writer.append('acme', chain.slice(at, at + 10), refOf(chain[at - 1]!))
      acknowledged = at + 9
      if (at % 150 === 100) {
        aimed = at - 70
        await writer.prune!('acme', aimed, refOf(chain[aimed - 1]!))
        low = aimed
      }
      if (at % 60 === 0) expect(await writer.eraseDetails!('acme', chain[at - 33]!.receiptId)).toBe(true)
    }
    done = true
    await watching
    await writer.close()
  })
})
