import { existsSync, readdirSync } from 'node:fs'
import {
  appendFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { chainFolder } from '../../src/store/file/layout.js'
import { chainFiles, type FileStoreNotice, fileStore } from '../../src/store/file.js'
import { testReceipts } from '../../src/testing/receipts.js'
import { collect, failureOf, refOf, temporaryFolder } from './temporary.js'

/** As the first writer of a directory names it. */
const SEGMENT = '00000000000000000000-00000001.jsonl'
/** As earlier releases did. */
const LEGACY = '00000000000000000000.jsonl'
const receipts = testReceipts({ chainId: 'acme', count: 6, rationale: (seq) => `free text ${seq}` })
const lines = receipts.map(lineOf)
const folderIn = (dir: string) => join(dir, chainFolder('acme'))
/** The newest segment; the one that there would be where there is none. */
function segmentIn(dir: string): string {
  const names = existsSync(folderIn(dir)) ? readdirSync(folderIn(dir)) : []
  const segments = names.filter((name) => name.endsWith('.jsonl')).sort()
  return join(folderIn(dir), segments.at(-1) ?? SEGMENT)
}

/** A closed store that holds the first receipts. */
async function written(count: number): Promise<string> {
  const dir = await temporaryFolder()
  const store = fileStore(dir)
  await store.append('acme', receipts.slice(0, count), undefined)
  await store.close()
  return dir
}

const appendNext = (store: ReturnType<typeof fileStore>, after: number) =>
  store.append('acme', [receipts[after + 1]!], refOf(receipts[after]!))

describe('the files', () => {
  it('are JSON Lines of canonical receipts, and nothing of a closed store lies beside them', async () => {
    const dir = await written(3)
    expect(await readFile(segmentIn(dir), 'utf8')).toBe(
      lines
        .slice(0, 3)
        .map((line) => `${line}\n`)
        .join(''),
    )
    expect(JSON.parse(await readFile(join(folderIn(dir), 'chain.json'), 'utf8'))).toEqual({
      version: 1,
      chainId: 'acme',
    })
    expect((await readdir(dir)).sort()).toEqual([chainFolder('acme'), 'writer.epoch'])
    expect((await readdir(folderIn(dir))).sort()).toEqual([SEGMENT, 'chain.json'])
    expect(await collect(chainFiles(dir))).toEqual([
      { chainId: 'acme', folder: folderIn(dir), files: [segmentIn(dir)] },
    ])
  })

  it('are not made by looking', async () => {
    const dir = join(await temporaryFolder(), 'not', 'there')
    const store = fileStore(dir)
    expect(await store.head('acme')).toBeUndefined()
    expect(await store.prune?.('acme', 1, refOf(receipts[0]!))).toBe(0)
    expect(await store.eraseDetails?.('acme', receipts[0]!.receiptId)).toBe(false)
    expect(await collect(store.chains())).toEqual([])
    await expect(stat(dir)).rejects.toMatchObject({ code: 'ENOENT' })
    await store.append('acme', receipts.slice(0, 1), undefined)
    expect(await store.head('acme')).toEqual(receipts[0])
    await store.close()
  })

  it('are named by the first seq held, also after a prune', async () => {
    const dir = await written(5)
    const store = fileStore(dir)
    await store.prune?.('acme', 3, refOf(receipts[2]!))
    await store.close()
    expect((await readdir(folderIn(dir))).sort()).toEqual(['00000000000000000003-00000002-first.jsonl', 'chain.json'])
  })
})

describe('a file cut off by a crash', () => {
  it('loses only what was not acknowledged, at every byte of its last line, and keeps the rest of it aside', async () => {
    const start = Buffer.byteLength(lines[0]!) + 1
    const next = testReceipts({ chainId: 'acme', count: 1, after: receipts[0], label: 'after the crash' })
    const cutAt = async (dir: string, whole: Buffer, length: number) => {
      await writeFile(segmentIn(dir), whole.subarray(0, length))
      const notices: FileStoreNotice[] = []
      const store = fileStore(dir, { onNotice: (notice) => notices.push(notice) })
      // readers leave the file alone and see whole lines only
      expect(await collect(store.lines!('acme'))).toEqual([lines[0]])
      expect(await store.bounds('acme')).toEqual({ first: 0, last: 0 })
      expect((await stat(segmentIn(dir))).size).toBe(length)
      expect(notices).toEqual([])
      await store.append('acme', next, refOf(receipts[0]!))
      await store.close()
      expect(await readFile(segmentIn(dir), 'utf8')).toBe(`${lines[0]}\n${lineOf(next[0]!)}\n`)
      if (length === start) return expect(notices).toEqual([])
      const aside = `${segmentIn(dir)}.torn-1`
      expect(notices).toEqual([{ code: 'TORN_LINE_SET_ASIDE', chainId: 'acme', file: aside, bytes: length - start }])
      expect(await readFile(aside)).toEqual(whole.subarray(start, length))
      await rm(aside)
    }
    const LANES = 8
    const lane = async (_: unknown, index: number) => {
      const dir = await written(2)
      const whole = await readFile(segmentIn(dir))
      for (let length = start + index; length < whole.length; length += LANES) await cutAt(dir, whole, length)
    }
    await Promise.all(Array.from({ length: LANES }, lane))
  }, 60_000)

  it('may be cut in its first line: the chain is empty again', async () => {
    const dir = await written(1)
    await truncate(segmentIn(dir), 40)
    const store = fileStore(dir, { onNotice: () => undefined })
    expect(await store.head('acme')).toBeUndefined()
    expect(await store.bounds('acme')).toBeUndefined()
    expect(await collect(store.chains())).toEqual([])
    await store.append('acme', receipts.slice(0, 2), undefined)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(0, 2))
    await store.close()
  })

  it('may end in a whole line that is no JSON, or is too long for one: that too was never acknowledged', async () => {
    for (const rubbish of [
      '{"chainId":"acm\0\0\0\0\n',
      '\0'.repeat(300_000),
      `${'x'.repeat(200_000)}\n`,
      '\n',
      Buffer.from([0xff, 0xfe, 10]),
    ]) {
      const dir = await written(2)
      await appendFile(segmentIn(dir), rubbish)
      const notices: FileStoreNotice[] = []
      const store = fileStore(dir, { onNotice: (notice) => notices.push(notice) })
      expect(await store.head('acme')).toEqual(receipts[1])
      await appendNext(store, 1)
      await store.close()
      expect(await readFile(segmentIn(dir), 'utf8')).toBe(
        lines
          .slice(0, 3)
          .map((line) => `${line}\n`)
          .join(''),
      )
      expect(notices.map(({ bytes }) => bytes)).toEqual([Buffer.from(rubbish as string).length])
      expect(await readFile(notices[0]!.file)).toEqual(Buffer.from(rubbish as string))
    }
  })

  it('never overwrites what an earlier crash left aside', async () => {
    const dir = await written(1)
    const store = () => fileStore(dir, { onNotice: () => undefined })
    for (let crash = 1; crash <= 3; crash += 1) {
      await appendFile(segmentIn(dir), `crash ${crash}`)
      const again = store()
      await appendNext(again, crash - 1)
      await again.close()
      const kept = (await readdir(folderIn(dir))).filter((name) => name.includes('.torn-')).sort()
      const texts = await Promise.all(kept.map((name) => readFile(join(folderIn(dir), name), 'utf8')))
      expect(texts).toEqual(Array.from({ length: crash }, (_, index) => `crash ${index + 1}`))
    }
    // also within one process, whose segment keeps its name
    const open = store()
    await appendNext(open, 3)
    for (let crash = 1; crash <= 2; crash += 1) {
      await appendFile(segmentIn(dir), `late ${crash}`)
      await open.append('acme', receipts.slice(0, 1), undefined)
      expect(await readFile(`${segmentIn(dir)}.torn-${crash}`, 'utf8')).toBe(`late ${crash}`)
    }
    await open.close()
  })

  it('is told to the process where nobody listens', async () => {
    const dir = await written(1)
    await appendFile(segmentIn(dir), 'torn')
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const store = fileStore(dir)
    await appendNext(store, 0)
    await store.close()
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('torn-1'), { type: 'QuittanceWarning', code: 'TORN_LINE_SET_ASIDE' }],
    ])
    warn.mockRestore()
  })

  it('does not count in the listing of files when there is nothing but the torn line', async () => {
    const dir = await temporaryFolder()
    await mkdir(folderIn(dir))
    for (const content of ['', '{"chainId":"acme"', '{"chainId":"ac\n']) {
      await writeFile(segmentIn(dir), content)
      expect(await collect(chainFiles(dir))).toEqual([])
    }
  })
})

describe('a file that is not what was written', () => {
  const swap = (all: readonly string[], at: number, line: string) =>
    all.map((one, index) => (index === at ? line : one))
  const foreign = lineOf(testReceipts({ chainId: 'other', count: 3 })[1]!)
  const rival = lineOf(testReceipts({ chainId: 'acme', count: 1, after: receipts[0], label: 'rival' })[0]!)
  const cases: [string, readonly string[], number][] = [
    ['a line that is no JSON before the last', swap(lines, 2, '{"seq":'), 3],
    ['a line that is no UTF-8 before the last', swap(lines, 2, '\ud800'), 3],
    ['an empty line before the last', swap(lines, 2, ''), 3],
    ['a line over the limit before the last', swap(lines, 2, 'x'.repeat(300_000)), 3],
    ['a JSON value that is no receipt', swap(lines, 2, '[]'), 3],
    ['a receipt of another chain', swap(lines, 1, foreign), 2],
    ['a missing line', lines.filter((_, index) => index !== 2), 3],
    ['a line twice', [...lines.slice(0, 3), lines[2]!, ...lines.slice(3)], 4],
    ['two lines swapped', [lines[0]!, lines[2]!, lines[1]!, ...lines.slice(3)], 2],
    ['a missing first line', lines.slice(1), 1],
    ['a receipt that the next one does not link to', swap(lines, 1, rival), 3],
    ['a last receipt that does not link', [...lines.slice(0, 1), rival, rival.replace('"seq":1', '"seq":2')], 3],
    ['a receiptId that is none', swap(lines, 3, lines[3]!.replace(/"receiptId":"[^"]+"/, '"receiptId":"x"')), 4],
    ['a line without a receiptHash', swap(lines, 5, lines[5]!.replace(/"receiptHash":"[^"]+",/, '')), 6],
  ]
  for (const [name, content, line] of cases) {
    it(`is STORE_CORRUPT with file and line, and nothing is appended: ${name}`, async () => {
      const dir = await written(1)
      const bytes = Buffer.concat(
        content.map((one) =>
          one === '\ud800' ? Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22, 10]) : Buffer.from(`${one}\n`),
        ),
      )
      await writeFile(segmentIn(dir), bytes)
      const store = fileStore(dir)
      const expected = { code: 'STORE_CORRUPT', details: { file: segmentIn(dir), line, chainId: 'acme' } }
      for (const call of [
        () => store.head('acme'),
        () => store.bounds('acme'),
        () => store.get('acme', receipts[0]!.receiptId),
        () => collect(store.read('acme')),
        () => store.prune!('acme', 1, refOf(receipts[0]!)),
        () => store.eraseDetails!('acme', receipts[0]!.receiptId),
      ]) {
        expect(await failureOf(call())).toMatchObject(expected)
      }
      const error = await failureOf(store.append('acme', receipts.slice(0, 1), undefined))
      expect(error).toMatchObject(expected)
      expect(error.details.outcome).toBe('absent')
      // a verifier still gets to see it
      expect((await collect(store.lines!('acme'))).length).toBe(content.length)
      await store.close()
      expect(await readFile(segmentIn(dir))).toEqual(bytes)
    })
  }

  it('can be taken up again once it is repaired', async () => {
    const dir = await written(3)
    const good = await readFile(segmentIn(dir))
    await writeFile(segmentIn(dir), Buffer.concat([good.subarray(0, 10), Buffer.from('x'), good.subarray(11)]))
    const store = fileStore(dir)
    expect((await failureOf(appendNext(store, 2))).code).toBe('STORE_CORRUPT')
    await writeFile(segmentIn(dir), good)
    await appendNext(store, 2)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(0, 4))
    await store.close()
  })

  it('is STORE_CORRUPT where folder and chain.json name different chains', async () => {
    const dir = await written(1)
    await writeFile(join(folderIn(dir), 'chain.json'), '{"version":1,"chainId":"other"}\n')
    const store = fileStore(dir)
    expect((await failureOf(collect(store.chains()))).code).toBe('STORE_CORRUPT')
    expect((await failureOf(appendNext(store, 0))).code).toBe('STORE_CORRUPT')
    await writeFile(join(folderIn(dir), 'chain.json'), 'nonsense\n')
    expect((await failureOf(appendNext(store, 0))).code).toBe('STORE_CORRUPT')
    await writeFile(join(folderIn(dir), 'chain.json'), '{"version":2,"chainId":"acme","more":true}\n')
    expect((await failureOf(appendNext(store, 0))).code).toBe('STORE_UNSUPPORTED')
    await store.close()
  })

  it('may lack its chain.json, or have what a crash left of it: the receipts themselves say whose they are', async () => {
    const file = (dir: string) => join(folderIn(dir), 'chain.json')
    for (const spoil of [
      (dir: string) => rm(file(dir)),
      (dir: string) => truncate(file(dir), 0),
      (dir: string) => truncate(file(dir), 9),
    ]) {
      const dir = await written(1)
      const whole = await readFile(file(dir), 'utf8')
      await spoil(dir)
      const store = fileStore(dir)
      expect(await collect(store.chains())).toEqual(['acme'])
      await appendNext(store, 0)
      await store.close()
      expect(await readFile(file(dir), 'utf8')).toBe(whole)
    }
  })

  it('is STORE_CORRUPT where a chain lies in the folder of another', async () => {
    const dir = await written(2)
    await rename(folderIn(dir), join(dir, chainFolder('other')))
    await rm(join(dir, chainFolder('other'), 'chain.json'))
    const store = fileStore(dir)
    expect((await failureOf(collect(store.chains()))).code).toBe('STORE_CORRUPT')
    expect((await failureOf(store.head('other'))).code).toBe('STORE_CORRUPT')
    await store.close()
  })

  it('is noticed by an open store too, whether it was replaced, cut or written to', async () => {
    const dir = await written(2)
    const store = fileStore(dir, { onNotice: () => undefined })
    await appendNext(store, 1)
    // replaced by a copy that is older
    await writeFile(
      `${segmentIn(dir)}.copy`,
      lines
        .slice(0, 2)
        .map((line) => `${line}\n`)
        .join(''),
    )
    await rename(`${segmentIn(dir)}.copy`, segmentIn(dir))
    expect(await failureOf(appendNext(store, 2))).toMatchObject({
      code: 'STORE_CONFLICT',
      details: { actual: refOf(receipts[1]!) },
    })
    await appendNext(store, 1)
    // cut
    await truncate(segmentIn(dir), Buffer.byteLength(`${lines[0]}\n`))
    expect(await failureOf(appendNext(store, 2))).toMatchObject({
      code: 'STORE_CONFLICT',
      details: { actual: refOf(receipts[0]!) },
    })
    await store.append('acme', receipts.slice(1, 3), refOf(receipts[0]!))
    // written to
    await appendFile(segmentIn(dir), `${lines[3]}\n`)
    expect(
      await failureOf(
        store.append(
          'acme',
          testReceipts({ chainId: 'acme', count: 1, after: receipts[2], label: 'late' }),
          refOf(receipts[2]!),
        ),
      ),
    ).toMatchObject({
      code: 'STORE_CONFLICT',
      details: { actual: refOf(receipts[3]!) },
    })
    await appendNext(store, 3)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(0, 5))
    await store.close()
  })

  it('is noticed by readers of an open store too', async () => {
    const dir = await written(3)
    const store = fileStore(dir)
    await appendNext(store, 2)
    const { receiptId } = receipts[1]!
    // the same content in another file
    for (const look of [() => store.get('acme', receiptId), async () => (await collect(store.read('acme')))[1]]) {
      await cp(segmentIn(dir), `${segmentIn(dir)}.copy`)
      await rename(`${segmentIn(dir)}.copy`, segmentIn(dir))
      expect(await look()).toEqual(receipts[1])
    }
    // other content in the same file
    await truncate(segmentIn(dir), Buffer.byteLength(`${lines[0]}\n`))
    expect(await store.get('acme', receipts[3]!.receiptId)).toBeUndefined()
    await rm(segmentIn(dir))
    expect(await store.get('acme', receipts[0]!.receiptId)).toBeUndefined()
    expect(await collect(store.read('acme'))).toEqual([])
    await store.append('acme', receipts.slice(0, 1), undefined)
    expect(await store.get('acme', receipts[0]!.receiptId)).toEqual(receipts[0])
    await store.close()
  })

  it('may be a state value', async () => {
    const dir = await written(1)
    for (const content of ['', 'x', '{}', '{"version":0,"bytes":""}', '{"version":1,"bytes":"*"}']) {
      await writeFile(join(folderIn(dir), 'state-head.json'), content)
      const store = fileStore(dir)
      const error = await failureOf(store.state.get('acme', 'head'))
      expect(error).toMatchObject({ code: 'STORE_CORRUPT', details: { file: join(folderIn(dir), 'state-head.json') } })
      expect(error.cause).toBeUndefined()
      expect((await failureOf(store.state.put('acme', 'head', new Uint8Array(1), 0))).code).toBe('STORE_CORRUPT')
      await store.close()
    }
  })
})

describe('what a killed prune or erasure leaves', () => {
  it('is removed: unfinished files', async () => {
    const dir = await written(2)
    await writeFile(join(folderIn(dir), '.tmp-segment-0011223344556677'), 'half a file')
    await writeFile(join(folderIn(dir), '.tmp-value-0011223344556677'), 'half a value')
    const store = fileStore(dir)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(0, 2))
    await appendNext(store, 1)
    await store.state.put('acme', 'head', new Uint8Array(1), 0)
    await store.close()
    expect((await readdir(folderIn(dir))).sort()).toEqual([
      '00000000000000000000-00000002.jsonl',
      'chain.json',
      'state-head.json',
    ])
  })

  it('is finished: the old file beside the new one', async () => {
    const dir = await written(4)
    const pruning = fileStore(dir)
    // the newest receipt is the one that a ledger writes before it prunes: it holds another seq than its own
    const retention = {
      event: 'prune',
      through: refOf(receipts[2]!),
      count: 3,
      merkleRoot: receipts[2]!.receiptHash,
      policy: 'p1',
      reason: 'expired',
    } as const
    const newest = testReceipts({
      chainId: 'acme',
      count: 1,
      after: receipts[3],
      body: () => ({ eventType: 'retention', retention, action: undefined }),
    })
    await pruning.append('acme', newest, refOf(receipts[3]!))
    const before = await readFile(segmentIn(dir))
    const old = segmentIn(dir)
    await pruning.prune?.('acme', 3, refOf(receipts[2]!))
    await pruning.close()
    await writeFile(old, before)
    const store = fileStore(dir)
    // a reader takes the new one and touches nothing
    expect(await collect(store.read('acme'))).toEqual([receipts[3], ...newest])
    expect((await collect(chainFiles(dir))).flatMap(({ files }) => files)).toEqual([
      join(folderIn(dir), '00000000000000000003-00000002-first.jsonl'),
    ])
    expect(await store.get('acme', receipts[1]!.receiptId)).toBeUndefined()
    const next = testReceipts({ chainId: 'acme', count: 1, after: newest[0] })
    await store.append('acme', next, refOf(newest[0]!))
    await store.close()
    expect((await readdir(folderIn(dir))).sort()).toEqual(['00000000000000000003-00000003-first.jsonl', 'chain.json'])
  })

  it('is finished in a directory of an earlier release, whose files do not say where a chain begins', async () => {
    const text = (some: readonly string[]) => some.map((line) => `${line}\n`).join('')
    const dir = await temporaryFolder()
    await mkdir(folderIn(dir))
    await writeFile(join(folderIn(dir), LEGACY), text(lines.slice(0, 5)))
    await writeFile(join(folderIn(dir), '00000000000000000003.jsonl'), text(lines.slice(3, 5)))
    const store = fileStore(dir)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(3, 5))
    await appendNext(store, 4)
    expect(await store.bounds('acme')).toEqual({ first: 3, last: 5 })
    await store.close()
    expect((await readdir(folderIn(dir))).sort()).toEqual(['00000000000000000003-00000001-first.jsonl', 'chain.json'])
  })

  it('is never mistaken: an older file that the newer one does not contain is STORE_CORRUPT and stays', async () => {
    const text = (some: readonly string[]) => some.map((line) => `${line}\n`).join('')
    const dir = await temporaryFolder()
    await mkdir(folderIn(dir))
    await writeFile(join(folderIn(dir), LEGACY), text(lines.slice(0, 3)))
    await writeFile(join(folderIn(dir), '00000000000000000003.jsonl'), text(lines.slice(3, 5)))
    const store = fileStore(dir)
    expect(await failureOf(appendNext(store, 4))).toMatchObject({
      code: 'STORE_CORRUPT',
      details: { file: join(folderIn(dir), LEGACY) },
    })
    await store.close()
    expect((await readdir(folderIn(dir))).filter((name) => name.endsWith('.jsonl')).length).toBe(2)
  })

  it('is not a file that lost its first receipts', async () => {
    const dir = await written(5)
    const later = join(folderIn(dir), '00000000000000000002.jsonl')
    await rename(segmentIn(dir), later)
    const store = fileStore(dir)
    const corrupt = { code: 'STORE_CORRUPT', details: { line: 1, file: later } }
    expect(await failureOf(store.head('acme'))).toMatchObject(corrupt)
    await writeFile(later, '')
    expect(await failureOf(store.head('acme'))).toMatchObject(corrupt)
    await store.close()
  })
})

describe('a directory that was copied', () => {
  it('opens where it is now', async () => {
    const dir = await written(3)
    const copy = join(await temporaryFolder(), 'copy')
    await cp(dir, copy, { recursive: true })
    await utimes(segmentIn(copy), 0, 0)
    const store = fileStore(copy)
    await appendNext(store, 2)
    expect(await collect(store.read('acme'))).toEqual(receipts.slice(0, 4) as DecisionReceipt[])
    await store.close()
    expect((await stat(segmentIn(dir))).size).toBeLessThan((await stat(segmentIn(copy))).size)
  })
})
