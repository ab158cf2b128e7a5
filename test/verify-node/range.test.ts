/** How files are cut up, and what is told of a part of one by whoever sees nothing but that part. */
import { closeSync, openSync, readdirSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { leafHash, receiptLeaf } from '../../src/merkle/index.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { DirectoryChain } from '../../src/verify/node/directory-contents.js'
import { examiner, type Task } from '../../src/verify/node/examining.js'
import { planned } from '../../src/verify/node/plan.js'
import { type FileRange, identityOf, judgeRange, type Manner, type RangeReport } from '../../src/verify/node/range.js'
import {
  chainOf,
  chainStart,
  fileOf,
  keyNamed,
  lineOfLoose,
  linesOf,
  msAfter,
  plainChain,
  resealed,
} from '../verify/support.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-range-'))
})
afterEach(() => rm(dir, { recursive: true }))

const folded: Manner = { itemised: false, leaves: false }

async function put(content: Uint8Array | string, name = 'a.jsonl'): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, content)
  return path
}

function onFile<T>(path: string, look: (fd: number) => T): T {
  const fd = openSync(path, 'r')
  try {
    return look(fd)
  } finally {
    closeSync(fd)
  }
}

const judge = (path: string, range: Partial<FileRange> = {}, manner = folded, buffer?: Buffer) =>
  onFile(path, (fd) => judgeRange(fd, { path, start: 0, end: 0, ...range }, manner, defaultBackend, buffer))

/** `seq+count` of each part, the seq alone where nothing goes on from it. */
const shownParts = (report: RangeReport | undefined) =>
  report?.parts.map(({ examined, rest }) => `${examined.receipt?.seq}${rest === undefined ? '' : `+${rest.count}`}`)

const chain = plainChain(6)
const lines = linesOf(chain)
const bytes = fileOf(lines)
/** Where each line begins, and where the last ends. */
const starts = [...lines.keys(), lines.length].map((at) => fileOf(lines.slice(0, at)).length)

describe('a part of a file', () => {
  test('without more said is all of it: one receipt, and those that go on where it stands', async () => {
    const path = await put(bytes)
    const report = judge(path)
    expect(shownParts(report)).toEqual(['0+5'])
    const last = chain[5] as DecisionReceipt
    const { seq, receiptId, receiptHash, timestamp } = last
    expect(report?.parts[0]?.rest).toEqual({
      at: starts[1],
      count: 5,
      last: { seq, receiptId, receiptHash, timestamp },
      leaves: undefined,
    })
    expect([report?.from, report?.to]).toEqual([0, bytes.length])
    expect(report?.file).toEqual(onFile(path, identityOf))
    expect(report?.file.size).toBe(bytes.length)
  })

  test('has the lines that begin in it, to the end of the last', async () => {
    const path = await put(bytes)
    const file = onFile(path, identityOf)
    const at = (index: number) => starts[index] as number
    const told = (start: number, end: number) => {
      const report = judge(path, { start, end, file })
      return [shownParts(report), report?.from, report?.to]
    }
    expect(told(0, at(2))).toEqual([['0+1'], 0, at(2)])
    expect(told(0, at(2) + 1)).toEqual([['0+2'], 0, at(3)])
    expect(told(at(1), at(2))).toEqual([['1'], at(1), at(2)])
    expect(told(at(1) + 1, at(3))).toEqual([['2'], at(2), at(3)])
    expect(told(at(1) - 1, at(3))).toEqual([['1+1'], at(1), at(3)])
    // no line begins in it
    expect(told(at(1) + 1, at(2))).toEqual([[], at(2), at(2)])
    expect(told(at(1) + 5, at(1) + 9)).toEqual([[], at(1) + 9, at(1) + 9])
  })

  test('is the same however little is read at a time', async () => {
    const path = await put(bytes)
    const file = onFile(path, identityOf)
    const range = { start: (starts[1] as number) + 3, end: bytes.length, file }
    const expected = judge(path, range)
    expect(shownParts(expected)).toEqual(['2+3'])
    for (const size of [1, 7, 100]) expect(judge(path, range, folded, Buffer.alloc(size))).toEqual(expected)
  })

  test('has a last line without newline too', async () => {
    const path = await put(bytes.subarray(0, -1))
    const report = judge(path)
    expect(shownParts(report)).toEqual(['0+4', '5'])
    expect(report?.parts[1]?.examined.problems.map(({ code }) => code)).toEqual(['LINE_UNTERMINATED'])
    expect(report?.to).toBe(bytes.length - 1)
  })

  test('begins with a byte order mark only where the file does', async () => {
    const marked = Buffer.concat([Buffer.from('{}\n\ufeff'), bytes])
    const path = await put(marked)
    const whole = judge(path)
    const file = onFile(path, identityOf)
    const part = judge(path, { start: 3, end: marked.length, file })
    expect(part?.parts).toEqual(whole?.parts.slice(1))
    expect(judge(await put(Buffer.concat([Buffer.from('\ufeff'), bytes])))?.parts[0]?.examined.problems).toMatchObject([
      { code: 'LINE_MALFORMED', message: 'begins with a byte order mark' },
    ])
  })

  test('tells of each receipt no more than where it stands, but of the ledger’s own all', async () => {
    const receipts = chainOf([chainStart(), {}])
    const report = judge(await put(fileOf(linesOf(receipts))))
    expect(report?.parts[0]?.examined.receipt).toEqual(JSON.parse(linesOf(receipts)[0] as string))
    expect(Object.keys(report?.parts[1]?.examined.receipt ?? {}).sort()).toEqual([
      'chainId',
      'eventType',
      'keyId',
      'prevReceiptHash',
      'receiptHash',
      'receiptId',
      'seq',
      'signature',
      'timestamp',
      'version',
    ])
  })

  test('line by line where that is asked', async () => {
    expect(shownParts(judge(await put(bytes), {}, { itemised: true, leaves: false }))).toEqual(
      chain.map(({ seq }) => String(seq)),
    )
  })

  test('with the leaves of those that go on where that is asked', async () => {
    const report = judge(await put(bytes), {}, { itemised: false, leaves: true })
    const leaves = chain.slice(1).map(({ receiptHash, signature }) => leafHash(receiptLeaf(receiptHash, signature)))
    expect(report?.parts[0]?.rest?.leaves).toEqual(Buffer.concat(leaves))
  })

  const other = plainChain(6, { label: 'other' })
  test.each<[string, readonly DecisionReceipt[], string[]]>([
    ['a link that is broken', [chain[0]!, chain[1]!, other[2]!, other[3]!], ['0+1', '2+1']],
    ['a seq left out', [chain[0]!, chain[1]!, chain[3]!, chain[4]!], ['0+1', '3+1']],
    ['another key', chainOf([{}, {}, { by: keyNamed('two') }, { by: keyNamed('two') }]), ['0+1', '2+1']],
    ['a time that goes back', chainOf([{}, {}, { at: msAfter(0) }, {}]), ['0+1', '2+1']],
    ['a time that stands still', chainOf([{}, {}, { at: msAfter(1_000) }, {}]), ['0+3']],
    ['an event of the ledger', chainOf([{}, {}, chainStart(), {}, {}]), ['0+1', '2', '3+1']],
  ])('ends a row of receipts at %s', async (_, receipts, expected) => {
    expect(shownParts(judge(await put(fileOf(linesOf(receipts)))))).toEqual(expected)
  })

  test('ends a row of receipts where all but the seq, or the chain, goes on', async () => {
    for (const changes of [{ seq: 5 }, { chainId: 'other' }]) {
      const third = resealed(chain[2]!, changes)
      const fourth = resealed(chain[3]!, {
        ...changes,
        ...('seq' in changes ? { seq: changes.seq + 1 } : {}),
        prevReceiptHash: third.receiptHash,
      })
      const report = judge(await put(fileOf([...lines.slice(0, 2), lineOfLoose(third), lineOfLoose(fourth)])))
      expect(shownParts(report)).toEqual(['0+1', `${third.seq}+1`])
    }
  })

  test('ends a row of receipts at one whose details are erased', async () => {
    const erased = chainOf([{}, { details: { rationale: 'x' } }, {}, {}]).map(({ details: _, ...rest }) => rest)
    expect(shownParts(judge(await put(fileOf(erased.map(lineOfLoose)))))).toEqual(['0', '1', '2+1'])
  })

  test('ends where there is more to tell than fits into one report, and says where', async () => {
    const bad = `{"x":"${'y'.repeat(60_000)}"}\n`
    const path = await put(bad.repeat(40))
    const report = judge(path)
    expect(report?.parts.length).toBeGreaterThan(10)
    expect(report?.parts.length).toBeLessThan(20)
    expect(report?.to).toBe(bad.length * (report?.parts.length as number))
    const file = onFile(path, identityOf)
    const next = judge(path, { start: report?.to as number, end: bad.length * 40, file })
    expect(next?.from).toBe(report?.to)
  })
})

describe('a part of a file that grows', () => {
  test('ends where the file ended, also within a line that was finished since', async () => {
    const torn = Buffer.concat([fileOf(lines.slice(0, 3)), Buffer.from('{"a')])
    const path = await put(torn)
    const file = onFile(path, identityOf)!
    await appendFile(path, '":1}\n')
    const report = judge(path, { end: torn.length, file }, folded, Buffer.alloc(100))
    expect([report?.to, shownParts(report)]).toEqual([torn.length, ['0+2', 'undefined']])
    expect(report?.parts[1]?.examined.problems.map(({ code }) => code)).toContain('LINE_UNTERMINATED')
  })
})

test('many findings in short lines fill a report too, within what is read at once', async () => {
  const hostile = lineOfLoose({ ...chain[0], checks: Array.from({ length: 2_000 }, () => ({})) })
  const path = await put(`${hostile}\n`.repeat(30))
  expect(hostile.length * 30).toBeLessThan(256 * 1024)
  const report = judge(path)
  const told = report?.parts.length as number
  expect(told).toBeLessThan(10)
  expect(report?.to).toBe((hostile.length + 1) * told)
})

describe('a file that is not the one that was meant has no report', () => {
  test('replaced, shorter, another device, empty, a directory', async () => {
    const path = await put(bytes)
    const file = onFile(path, identityOf)!
    const told = () => judge(path, { end: bytes.length, file })
    expect(told()).toBeDefined()
    for (const change of [{ ino: file.ino + 1n }, { dev: file.dev + 1n }, { size: file.size + 1 }])
      expect(judge(path, { end: bytes.length, file: { ...file, ...change } })).toBeUndefined()
    await appendFile(path, 'more\n')
    expect(told()?.to).toBe(bytes.length)
    await truncate(path, 10)
    expect(told()).toBeUndefined()
    await rename(await put(bytes, 'b.jsonl'), path)
    expect(told()).toBeUndefined()
    expect(onFile(await put('', 'empty'), identityOf)).toBeUndefined()
    expect(judge(await put('', 'empty'))).toBeUndefined()
    expect(onFile(dir, identityOf)).toBeUndefined()
  })
})

describe('a task', () => {
  const examine = (ranges: Task['ranges']) => examiner(defaultBackend)({ ranges, manner: folded })

  test('has a report for each range, none for what can not be opened', async () => {
    const a = await put(bytes)
    const b = await put(fileOf(lines.slice(0, 2)), 'b.jsonl')
    const reports = examine([a, join(dir, 'absent'), b].map((path) => ({ path, start: 0, end: 0 })))
    expect(reports.map(shownParts)).toEqual([['0+5'], undefined, ['0+1']])
  })

  test('sees the ranges of one file as of the file that it opened first, whatever takes its name', async () => {
    const path = await put(bytes)
    const file = onFile(path, identityOf)!
    const end = starts[3] as number
    const work = examiner(defaultBackend)
    expect(work({ ranges: [{ path, start: 0, end, file }], manner: folded }).map(shownParts)).toEqual([['0+2']])
    await rename(await put('other\n', 'b.jsonl'), path)
    const rest = { path, start: end, end: bytes.length, file }
    expect(work({ ranges: [rest], manner: folded }).map(shownParts)).toEqual([['3+2']])
    // a file that nobody looked at is whatever stands there now
    const now = work({ ranges: [{ path, start: 0, end: 0 }, rest], manner: folded })
    expect(now.map((report) => report?.parts.length)).toEqual([1, undefined])
    // and one that is known to be another is opened anew
    const other = onFile(path, identityOf)!
    const again = work({ ranges: [{ path, start: 0, end: other.size, file: other }], manner: folded })
    expect(again.map((report) => report?.parts.length)).toEqual([1])
  })

  // where the system tells which files are open
  test.skipIf(process.platform !== 'linux')('keeps one file open at the most', async () => {
    const paths = await Promise.all(Array.from({ length: 9 }, (_, at) => put(bytes, `${at}.jsonl`)))
    const work = examiner(defaultBackend)
    const open = () => readdirSync('/proc/self/fd').length
    const before = open()
    for (const known of [false, true]) {
      const ranges = paths.map((path) => ({
        path,
        start: 0,
        end: bytes.length,
        ...(known ? { file: onFile(path, identityOf)! } : {}),
      }))
      expect(work({ ranges, manner: folded }).map(shownParts)).toEqual(paths.map(() => ['0+5']))
      expect(open() - before).toBeLessThanOrEqual(1)
    }
  })
})

describe('the plan', () => {
  const shape = { rangeBytes: 100, batchFiles: 3 }
  const fileAt = (path: string, size: number) => ({ name: path, path, bytes: size })
  const chainAt = (...files: DirectoryChain['files']): DirectoryChain => ({ name: 'chain', files })

  async function plan(chains: readonly DirectoryChain[], given = shape) {
    const batches = []
    for await (const batch of planned(chains, given)) {
      batches.push(
        batch.map(({ file, range, opened, endsFile, endsChain }) => {
          const shown = `${file ?? '-'} ${range ? `${range.start}-${range.end}` : 'none'}`
          return `${shown}${opened ? ' open' : ''}${endsFile ? ' file.' : ''}${endsChain ? ' chain.' : ''}`
        }),
      )
      for (const { opened, endsFile } of batch) if (endsFile) await opened?.handle.close()
    }
    return batches
  }

  test('takes small files several at a time, by number and by bytes', async () => {
    const one = (size: number) => chainAt(fileAt('x', size))
    expect(await plan([one(10), one(10), one(10), one(10)])).toEqual([
      ['0 0-10 file. chain.', '0 0-10 file. chain.', '0 0-10 file. chain.'],
      ['0 0-10 file. chain.'],
    ])
    expect(await plan([one(60), one(40), one(10), one(100), one(1)])).toEqual([
      ['0 0-60 file. chain.', '0 0-40 file. chain.'],
      ['0 0-10 file. chain.', '0 0-100 file. chain.'],
      ['0 0-1 file. chain.'],
    ])
  })

  test('ends a chain with its last file, and has a piece also for a chain or a file with nothing in it', async () => {
    expect(await plan([chainAt(fileAt('x', 10), fileAt('y', 0), fileAt('z', 5)), chainAt()])).toEqual([
      ['0 0-10 file.', '1 none file.', '2 0-5 file. chain.'],
      ['- none file. chain.'],
    ])
  })

  test('cuts a large file, and keeps it open until all of it was judged', async () => {
    const path = await put('x'.repeat(250))
    const small = fileAt('x', 10)
    expect(await plan([chainAt(small), chainAt(fileAt(path, 250), small)])).toEqual([
      ['0 0-10 file. chain.', '0 0-100 open'],
      ['0 100-200 open'],
      ['0 200-250 open file.'],
      ['1 0-10 file. chain.'],
    ])
    expect(await plan([chainAt(fileAt(path, 200))])).toHaveLength(3)
    await truncate(path, 200)
    expect(await plan([chainAt(fileAt(path, 200))])).toEqual([['0 0-100 open'], ['0 100-200 open file. chain.']])
  })

  test('leaves to whoever reads it a large file that is not there, or is none', async () => {
    await mkdir(join(dir, 'folder'))
    for (const path of [join(dir, 'absent'), join(dir, 'folder'), await put('', 'empty')])
      expect(await plan([chainAt(fileAt(path, 500), fileAt('x', 1))])).toEqual([['0 none file.', '1 0-1 file. chain.']])
  })
})
