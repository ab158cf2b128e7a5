import { createHash } from 'node:crypto'
import { open, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nodeFs } from '../../src/store/file/fs.js'
import { handlePool } from '../../src/store/file/handles.js'
import { indexBuilder } from '../../src/store/file/segment-index/builder.js'
import { keyOf } from '../../src/store/file/segment-index/keys.js'
import { openIndex } from '../../src/store/file/segment-index/open.js'
import {
  type IndexedMember,
  type IndexedReceipt,
  indexedMembers,
  type SegmentEnds,
  type SegmentIndex,
} from '../../src/store/file/segment-index/types.js'
import { varintBytes, varintReader, writeVarint } from '../../src/store/file/segment-index/varint.js'
import { failingFs } from './failing-fs.js'
import { temporaryFolder } from './temporary.js'

type Members = Partial<Record<IndexedMember, string>>

interface Line {
  readonly receiptId: string
  readonly bytes: number
  readonly members: Members
}

const none = { traceId: undefined, sessionId: undefined, subjectId: undefined, action: undefined, eventType: undefined }
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

function receiptsOf(lines: readonly Line[]): IndexedReceipt[] {
  let offset = 0
  return lines.map(({ receiptId, bytes, members }, position) => {
    const receipt = {
      receiptId,
      receiptHash: digestOf(`${position}`),
      prevReceiptHash: digestOf(`${position - 1}`),
      timestamp: new Date(1_760_000_000_000 + position).toISOString(),
      offset,
      bytes,
      members: { ...none, ...members },
    }
    offset += bytes
    return receipt
  })
}

function built(receipts: readonly IndexedReceipt[], firstSeq = 0): Uint8Array {
  const builder = indexBuilder()
  for (const receipt of receipts) builder.push(receipt)
  return builder.finish({ firstSeq, bytes: bytesOf(receipts) })
}

function bytesOf(receipts: readonly IndexedReceipt[]): number {
  return receipts.reduce((sum, { bytes }) => sum + bytes, 0)
}

function pool(fs = nodeFs) {
  const handles = handlePool(fs)
  onTestFinished(() => handles.close())
  return handles
}

async function place(file: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'segment.idx')
  await writeFile(path, file)
  return path
}

async function opened(file: Uint8Array, segment: { firstSeq: number; bytes: number }): Promise<SegmentIndex> {
  const index = await openIndex(pool(), await place(file), segment)
  if (index === undefined || 'beyond' in index) throw new Error('expected a sound index')
  return index
}

/** What a plain search over all receipts finds; an index may add to it only what shares the 32-bit key. */
function positionsWhere(receipts: readonly IndexedReceipt[], fits: (receipt: IndexedReceipt) => boolean): number[] {
  return receipts.flatMap((receipt, position) => (fits(receipt) ? [position] : []))
}

function keysOf(receipt: IndexedReceipt): number[] {
  const keys = [keyOf('receiptId', receipt.receiptId)]
  for (const member of indexedMembers) {
    const value = receipt.members[member]
    if (value !== undefined) keys.push(keyOf(member, value))
  }
  return keys
}

async function expectSame(index: SegmentIndex, receipts: readonly IndexedReceipt[]): Promise<void> {
  for (const [position, { offset, bytes, receiptId }] of receipts.entries()) {
    expect(await index.span(position)).toEqual({ start: offset, end: offset + bytes })
    const found = await index.ofId(receiptId)
    expect(found).toEqual(positionsWhere(receipts, (one) => keysOf(one).includes(keyOf('receiptId', receiptId))))
    expect(found).toContain(position)
  }
  for (const member of indexedMembers) {
    for (const value of new Set(receipts.map(({ members }) => members[member]))) {
      if (value === undefined) continue
      const key = keyOf(member, value)
      const found = await index.ofMember(member, value)
      expect(found).toEqual(positionsWhere(receipts, (one) => keysOf(one).includes(key)))
      expect(found).toEqual(
        expect.arrayContaining(positionsWhere(receipts, ({ members }) => members[member] === value)),
      )
    }
  }
}

const value = fc.oneof(
  fc.constantFrom('', 'allow', 'reject', 'decision', 'trace-1', 'é', '😀', '\0', 'a\0b'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.uuid(),
)

const line: fc.Arbitrary<Line> = fc.record({
  receiptId: fc.oneof(fc.uuid(), fc.constantFrom('019a5977-9300-7000-8000-000000000001', 'no uuid', '')),
  bytes: fc.integer({ min: 1, max: 131_072 }),
  members: fc.record(
    { traceId: value, sessionId: value, subjectId: value, action: value, eventType: value },
    { requiredKeys: [] },
  ),
})

/** The same ids in every run: no two of a test may share a key by chance. */
function idOf(at: number): string {
  const hex = createHash('sha256').update(`id ${at}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** Some receipts of the usual kind. */
function usual(count: number): IndexedReceipt[] {
  const lines = Array.from({ length: count }, (_, at): Line => {
    const members = {
      traceId: `trace-${at >> 1}`,
      ...(at % 3 ? { sessionId: `session-${at >> 4}` } : {}),
      ...(at % 5
        ? {
            subjectId: `hmac-sha256:${createHash('sha256')
              .update(`${at % 40}`)
              .digest('hex')}`,
          }
        : {}),
      action: at % 7 ? 'allow' : 'reject',
      eventType: 'decision',
    }
    return { receiptId: idOf(at), bytes: 600 + (at % 400), members }
  })
  return receiptsOf(lines)
}

describe('an index of a segment', () => {
  it('finds what a plain search finds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 60 }),
        fc.nat(2 ** 52),
        fc.array(value, { maxLength: 5 }),
        async (lines, firstSeq, absent) => {
          const receipts = receiptsOf(lines)
          const index = await opened(built(receipts, firstSeq), { firstSeq, bytes: bytesOf(receipts) })
          await expectSame(index, receipts)
          for (const text of absent) {
            for (const member of indexedMembers) {
              const key = keyOf(member, text)
              expect(await index.ofMember(member, text)).toEqual(
                positionsWhere(receipts, (one) => keysOf(one).includes(key)),
              )
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('says the ends of the segment', async () => {
    const receipts = usual(9)
    const { ...ends } = await opened(built(receipts, 4711), { firstSeq: 4711, bytes: bytesOf(receipts) })
    const ids = receipts.map(({ receiptId }) => receiptId).sort()
    const expected: SegmentEnds = {
      firstSeq: 4711,
      count: 9,
      bytes: bytesOf(receipts),
      prevReceiptHash: digestOf('-1'),
      firstTimestamp: receipts[0]!.timestamp,
      lastReceiptHash: digestOf('8'),
      lastTimestamp: receipts[8]!.timestamp,
      lowestId: ids[0]!,
      highestId: ids[8]!,
    }
    expect(ends).toMatchObject(expected)
  })

  it('answers over many blocks, with lists longer than one', async () => {
    const receipts = usual(12_000)
    const file = built(receipts)
    const index = await opened(file, { firstSeq: 0, bytes: bytesOf(receipts) })
    for (let at = 0; at < receipts.length; at += 211) {
      const { receiptId, offset, bytes, members } = receipts[at]!
      expect(await index.ofId(receiptId)).toContain(at)
      expect(await index.span(at)).toEqual({ start: offset, end: offset + bytes })
      const { traceId, subjectId } = members
      expect(await index.ofMember('traceId', traceId!)).toEqual(
        expect.arrayContaining(positionsWhere(receipts, (one) => one.members.traceId === traceId)),
      )
      if (subjectId !== undefined) {
        expect(await index.ofMember('subjectId', subjectId)).toEqual(
          positionsWhere(receipts, (one) => one.members.subjectId === subjectId),
        )
      }
    }
    expect(await index.ofMember('eventType', 'decision')).toEqual(receipts.map((_, position) => position))
    expect(await index.ofMember('action', 'reject')).toEqual(
      positionsWhere(receipts, ({ members }) => members.action === 'reject'),
    )
    // five values a receipt, two of them in all: far less than a sequence of entries would take
    expect(file.length).toBeLessThan(receipts.length * 40)
  })

  it('keeps no file open', async () => {
    const receipts = usual(50)
    const path = await place(built(receipts))
    const handles = handlePool(nodeFs)
    const index = await openIndex(handles, path, { firstSeq: 0, bytes: bytesOf(receipts) })
    await handles.forget(path)
    await rm(path)
    expect(await (index as SegmentIndex).ofId(receipts[3]!.receiptId)).toBeUndefined()
  })

  it('refuses a position that the segment has not', async () => {
    const receipts = usual(3)
    const index = await opened(built(receipts), { firstSeq: 0, bytes: bytesOf(receipts) })
    await expect(index.span(3)).rejects.toThrow(RangeError)
    await expect(index.span(-1)).rejects.toThrow(RangeError)
    await expect(index.span(0.5)).rejects.toThrow(RangeError)
  })

  it('counts a receipt once whose two members share a key', async () => {
    const [first, second] = sharingKeys()
    const receipts = receiptsOf([
      { receiptId: 'a', bytes: 10, members: { action: first } },
      { receiptId: 'b', bytes: 10, members: { action: first, traceId: second } },
      { receiptId: 'c', bytes: 10, members: {} },
      { receiptId: 'd', bytes: 10, members: { action: 'other', traceId: second } },
    ])
    const index = await opened(built(receipts), { firstSeq: 0, bytes: 40 })
    expect(await index.ofMember('action', first)).toEqual([0, 1, 3])
    const alone = await opened(built(receipts.slice(1, 2).map((one) => ({ ...one, offset: 0 }))), {
      firstSeq: 0,
      bytes: 10,
    })
    expect(await alone.ofMember('traceId', second)).toEqual([0])
  })
})

/** An action and a trace that have one key: found by a search that the birthday paradox makes short. */
function sharingKeys(): readonly [string, string] {
  const actions = new Map<number, string>()
  for (let at = 0; at < 300_000; at += 1) actions.set(keyOf('action', `a${at}`), `a${at}`)
  for (let at = 0; ; at += 1) {
    const action = actions.get(keyOf('traceId', `t${at}`))
    if (action !== undefined) return [action, `t${at}`]
  }
}

describe('an index of another segment', () => {
  it('is none', async () => {
    const receipts = usual(20)
    const bytes = bytesOf(receipts)
    const path = await place(built(receipts, 100))
    const handles = pool()
    expect(await openIndex(handles, path, { firstSeq: 100, bytes })).toMatchObject({ count: 20 })
    expect(await openIndex(handles, path, { firstSeq: 101, bytes })).toBeUndefined()
    expect(await openIndex(handles, path, { firstSeq: 101, bytes: bytes - 1 })).toBeUndefined()
    expect(await openIndex(handles, path, { firstSeq: 100, bytes: bytes + 1 })).toBeUndefined()
    expect(await openIndex(handles, `${path}.not`, { firstSeq: 100, bytes })).toBeUndefined()
  })

  it('tells of a loss where the segment is shorter than it knows', async () => {
    const receipts = usual(20)
    const bytes = bytesOf(receipts)
    const path = await place(built(receipts, 100))
    for (const shorter of [bytes - 1, 1, 0]) {
      expect(await openIndex(pool(), path, { firstSeq: 100, bytes: shorter })).toEqual({
        beyond: expect.objectContaining({ firstSeq: 100, count: 20, bytes, lastReceiptHash: digestOf('19') }),
      })
    }
  })
})

describe('a damaged index', () => {
  const receipts = usual(8)
  const file = built(receipts, 7)
  const segment = { firstSeq: 7, bytes: bytesOf(receipts) }

  /** Every answer is the right one or none. */
  async function expectNoWrongAnswer(path: string): Promise<number> {
    const handles = handlePool(nodeFs)
    try {
      const index = await openIndex(handles, path, segment)
      if (index === undefined) return 1
      if ('beyond' in index) throw new Error('a damaged index must not tell of a loss')
      let silent = 0
      for (const [position, { offset, bytes, receiptId, members }] of receipts.entries()) {
        const span = await index.span(position)
        if (span === undefined) silent += 1
        else expect(span).toEqual({ start: offset, end: offset + bytes })
        const found = await index.ofId(receiptId)
        if (found === undefined) silent += 1
        else expect(found).toEqual([position])
        const traced = await index.ofMember('traceId', members.traceId!)
        if (traced === undefined) silent += 1
        else expect(traced).toEqual(positionsWhere(receipts, (one) => one.members.traceId === members.traceId))
      }
      const every = await index.ofMember('eventType', 'decision')
      if (every === undefined) silent += 1
      else expect(every).toEqual(receipts.map((_, position) => position))
      return silent
    } finally {
      await handles.close()
    }
  }

  it('is found at every byte that is another', async () => {
    const path = await place(file)
    expect(await expectNoWrongAnswer(path)).toBe(0)
    const handle = await open(path, 'r+')
    try {
      for (let at = 0; at < file.length; at += 1) {
        const flipped = file[at]! ^ (1 << (at % 8))
        await handle.write(Uint8Array.of(flipped), 0, 1, at)
        expect(await expectNoWrongAnswer(path), `byte ${at}`).toBeGreaterThan(0)
        await handle.write(file, at, 1, at)
      }
    } finally {
      await handle.close()
    }
    expect(await expectNoWrongAnswer(path)).toBe(0)
  })

  it('is silent only in the blocks that are damaged', async () => {
    const many = usual(1500)
    const content = built(many)
    const blocks = 8
    const lists = indexedMembers.flatMap((member) =>
      [...new Set(many.map(({ members }) => members[member]))]
        .filter((text) => text !== undefined)
        .map((text) => [member, text, positionsWhere(many, ({ members }) => members[member] === text)] as const),
    )
    expect(content.length).toBeGreaterThan(blocks * 4096)
    for (let block = 0; block < blocks; block += 1) {
      const damaged = Uint8Array.from(content)
      const at = content.length - 1 - block * 4096
      damaged[at] = damaged[at]! ^ 0x10
      const index = await opened(damaged, { firstSeq: 0, bytes: bytesOf(many) })
      let silent = 0
      for (const [position, { offset, bytes, receiptId }] of many.entries()) {
        const span = await index.span(position)
        if (span === undefined) silent += 1
        else expect(span).toEqual({ start: offset, end: offset + bytes })
        if (position % 10 > 0) continue
        const found = await index.ofId(receiptId)
        if (found === undefined) silent += 1
        else expect(found).toEqual([position])
      }
      for (const [member, text, positions] of lists) {
        const listed = await index.ofMember(member, text)
        if (listed === undefined) silent += 1
        else expect(listed).toEqual(positions)
      }
      expect(silent, `block ${block} from the end`).toBeGreaterThan(0)
      expect(silent).toBeLessThan(many.length + lists.length)
    }
  })

  it('is none at any other length', async () => {
    const path = await place(file)
    for (let length = file.length - 1; length >= 0; length -= 1) {
      await truncate(path, length)
      expect(await openIndex(pool(), path, segment), `${length} bytes`).toBeUndefined()
    }
    await writeFile(path, Buffer.concat([file, Buffer.alloc(1)]))
    expect(await openIndex(pool(), path, segment)).toBeUndefined()
  })

  it('is silent where it is cut after it was opened', async () => {
    const path = await place(file)
    const index = (await openIndex(pool(), path, segment)) as SegmentIndex
    await truncate(path, (await stat(path)).size - 1)
    expect(await index.ofMember('eventType', 'decision')).toBeUndefined()
  })

  it('is none of another version', async () => {
    const other = Uint8Array.from(file)
    other[7] = '2'.charCodeAt(0)
    expect(await openIndex(pool(), await place(other), segment)).toBeUndefined()
  })

  it('of bytes that are no index is none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, named) => {
        const content = named ? Buffer.concat([Buffer.from('QUITIDX1'), bytes]) : bytes
        expect(await openIndex(pool(), await place(content), segment)).toBeUndefined()
      }),
      { numRuns: 50 },
    )
  })

  it('hides no fault of the system', async () => {
    const path = await place(file)
    const failing = failingFs(({ name }) => (name === 'open' ? { code: 'EACCES', when: 'before' } : undefined))
    await expect(openIndex(pool(failing), path, segment)).rejects.toMatchObject({ code: 'EACCES' })
  })
})

describe('building an index', () => {
  const [first, second] = receiptsOf([
    { receiptId: 'a', bytes: 10, members: {} },
    { receiptId: 'b', bytes: 12, members: {} },
  ]) as [IndexedReceipt, IndexedReceipt]

  it('refuses lines that do not lie one behind the other', () => {
    const builder = indexBuilder()
    expect(() => builder.push(second)).toThrow(RangeError)
    builder.push(first)
    expect(() => builder.push(first)).toThrow(RangeError)
    expect(() => builder.push({ ...second, bytes: 0 })).toThrow(RangeError)
    expect(() => builder.push({ ...second, bytes: 1.5 })).toThrow(RangeError)
    expect(() => builder.push({ ...second, bytes: 2 ** 48 })).toThrow(RangeError)
    expect(builder.count).toBe(1)
    builder.push(second)
    expect(builder.count).toBe(2)
    expect(() => builder.finish({ firstSeq: 0, bytes: 23 })).toThrow(RangeError)
    expect(() => builder.finish({ firstSeq: -1, bytes: 22 })).toThrow(RangeError)
    expect(builder.finish({ firstSeq: 0, bytes: 22 })).toEqual(built([first, second]))
  })

  it('refuses a segment without lines', () => {
    expect(() => indexBuilder().finish({ firstSeq: 0, bytes: 0 })).toThrow(RangeError)
  })

  it('goes on after it was finished', async () => {
    const receipts = usual(30)
    const builder = indexBuilder()
    for (const receipt of receipts.slice(0, 10)) builder.push(receipt)
    builder.finish({ firstSeq: 0, bytes: bytesOf(receipts.slice(0, 10)) })
    for (const receipt of receipts.slice(10)) builder.push(receipt)
    expect(builder.finish({ firstSeq: 0, bytes: bytesOf(receipts) })).toEqual(built(receipts))
  })

  it('says places beyond 4 GiB', async () => {
    const receipts = receiptsOf([
      { receiptId: 'a', bytes: 2 ** 40, members: {} },
      { receiptId: 'b', bytes: 1000, members: {} },
    ])
    const index = await opened(built(receipts), { firstSeq: 0, bytes: 2 ** 40 + 1000 })
    expect(await index.span(0)).toEqual({ start: 0, end: 2 ** 40 })
    expect(await index.span(1)).toEqual({ start: 2 ** 40, end: 2 ** 40 + 1000 })
  })
})

describe('integers in few bytes', () => {
  it('come back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 2 ** 32 - 1 }))), (values) => {
        const bytes = new Uint8Array(values.length * 5)
        let end = 0
        for (const one of values) {
          const next = writeVarint(bytes, one, end)
          expect(next - end).toBe(varintBytes(one))
          end = next
        }
        const reader = varintReader(bytes.subarray(0, end))
        expect(values.map(() => reader.next())).toEqual(values)
        expect(reader.at).toBe(end)
        expect(reader.next()).toBeUndefined()
      }),
    )
  })

  it('are none beyond 32 bits, or cut off', () => {
    expect(varintReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)).next()).toBe(2 ** 32 - 1)
    expect(varintReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x1f)).next()).toBeUndefined()
    expect(varintReader(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x01)).next()).toBeUndefined()
    expect(varintReader(Uint8Array.of(0x80)).next()).toBeUndefined()
  })
})
