import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeFs } from '../../src/store/file/fs.js'
import { handlePool } from '../../src/store/file/handles.js'
import { idIndex } from '../../src/store/file/id-index.js'
import { chainFolder } from '../../src/store/file/layout.js'
import { lineChunks } from '../../src/store/file/lines.js'
import { offsetList } from '../../src/store/file/offsets.js'
import { parseSegmentName, resolveNames, segmentName } from '../../src/store/file/segment-name.js'
import { turns } from '../../src/store/file/turns.js'
import { failingFs } from './failing-fs.js'
import { temporaryFolder } from './temporary.js'

const chainIds = fc.stringMatching(/^[A-Za-z0-9._:@/-]{1,256}$/)

describe('chainFolder', () => {
  it('is a name that every file system takes as it is', () => {
    fc.assert(
      fc.property(chainIds, (chainId) => {
        const name = chainFolder(chainId)
        // no dots, separators, capitals, colons: no traversal, no folding, no device, no trailing dot
        expect(name).toMatch(/^[a-z0-9_]{1,48}-[0-9a-f]{40}$/)
      }),
    )
  })

  it('differs for different chains, also where case or separators are folded', () => {
    fc.assert(
      fc.property(chainIds, chainIds, (a, b) => {
        expect(chainFolder(a) === chainFolder(b)).toBe(a === b)
      }),
    )
    const alike = [
      'acme',
      'Acme',
      'ACME',
      'acme.',
      'acme_',
      'acme-',
      'a/cme',
      'a:cme',
      'a@cme',
      'a.cme',
      'con',
      'CON',
      'nul',
      'x'.repeat(256),
      `${'x'.repeat(255)}X`,
    ]
    expect(new Set(alike.map((chainId) => chainFolder(chainId).toLowerCase())).size).toBe(alike.length)
  })

  it('keeps what a person can read', () => {
    expect(chainFolder('Acme/EU:prod')).toMatch(/^acme_eu_prod-/)
  })
})

describe('handlePool', () => {
  /** A system with room for so many open files. */
  const narrow = (room: number, code: string) => {
    let open = 0
    const fs = failingFs((call) => {
      if (call.name === 'close') open -= 1
      if (call.name !== 'open') return undefined
      if (open >= room) return { code, when: 'before' }
      open += 1
      return undefined
    })
    return { fs, open: () => open }
  }

  it.each(['EMFILE', 'ENFILE'])('closes idle files where the system has no room for another (%s)', async (code) => {
    const folder = await temporaryFolder()
    const { fs, open } = narrow(3, code)
    const pool = handlePool(fs)
    for (let index = 0; index < 10; index += 1) {
      const file = join(folder, String(index))
      await writeFile(file, `text ${index}`)
      expect(await pool.use(file, 'r', ({ handle }) => handle.readFile('utf8'))).toBe(`text ${index}`)
    }
    // what is opened elsewhere gets the room too
    const path = join(folder, '0')
    const others = [await pool.withRoom(() => fs.open(path)), await pool.withRoom(() => fs.open(path))]
    await Promise.all(others.map((handle) => handle.close()))
    await pool.close()
    expect(open()).toBe(0)
  })

  it('keeps as many idle files open as it may, those used last', async () => {
    const folder = await temporaryFolder()
    const { fs, open } = narrow(100, 'EMFILE')
    const pool = handlePool(fs, 3)
    const use = async (name: string) => {
      await writeFile(join(folder, name), name)
      await pool.use(join(folder, name), 'r', async () => undefined)
    }
    for (const name of ['a', 'b', 'c', 'a', 'd', 'e']) {
      await use(name)
      expect(open()).toBeLessThanOrEqual(3)
    }
    const before = fs.calls.filter(({ name }) => name === 'open').length
    for (const name of ['a', 'd', 'e']) await use(name)
    expect(fs.calls.filter(({ name }) => name === 'open').length).toBe(before)
    await pool.close()
    expect(open()).toBe(0)
  })

  it('takes no file from who uses it, and says so where there is no room at all', async () => {
    const folder = await temporaryFolder()
    for (const name of ['a', 'b']) await writeFile(join(folder, name), name)
    const { fs } = narrow(1, 'EMFILE')
    const pool = handlePool(fs)
    await pool.use(join(folder, 'a'), 'r', async ({ handle }) => {
      await expect(pool.use(join(folder, 'b'), 'r', async () => 'used')).rejects.toMatchObject({ code: 'EMFILE' })
      expect(await handle.readFile('utf8')).toBe('a')
    })
    expect(await pool.use(join(folder, 'b'), 'r', async () => 'used')).toBe('used')
    await pool.close()
  })

  it('tries once again only for want of room', async () => {
    let tries = 0
    const pool = handlePool(nodeFs)
    const call = pool.withRoom(() => {
      tries += 1
      return nodeFs.open(join('absent', 'file'))
    })
    await expect(call).rejects.toMatchObject({ code: 'ENOENT' })
    expect(tries).toBe(1)
  })
})

describe('segmentName', () => {
  const epochs = fc.integer({ min: 0, max: 10 ** 9 })

  it('sorts as its seqs do, is read back, and has one spelling', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), epochs, fc.boolean(), fc.maxSafeNat(), (a, epoch, begins, b) => {
        const name = segmentName(a, epoch, begins)
        expect(parseSegmentName(name.name)).toEqual({ ...name, firstSeq: a, epoch, begins })
        if (a < b) expect(name.name < segmentName(b, epoch).name).toBe(true)
      }),
    )
    expect(segmentName(0, 0).name).toBe('00000000000000000000.jsonl')
    expect(segmentName(3, 7).name).toBe('00000000000000000003-00000007.jsonl')
    expect(segmentName(3, 123_456_789, true).name).toBe('00000000000000000003-123456789-first.jsonl')
    for (const name of [
      '1.jsonl',
      '00000000000000000000.jsonl.torn-1',
      '00000000000000000000-00000001.jsonl.idx',
      '00000000000000000000-1.jsonl',
      '00000000000000000000-00000000.jsonl',
      '00000000000000000000-000000001.jsonl',
      '00000000000000000000-first.jsonl',
      '.tmp-segment-1',
      '99999999999999999999.jsonl',
    ]) {
      expect(parseSegmentName(name)).toBeUndefined()
    }
  })
})

describe('resolveNames', () => {
  const resolve = (...names: [number, number, 'first'?][]) => {
    const { row, below, stale } = resolveNames(names.map(([seq, epoch, first]) => segmentName(seq, epoch, !!first)))
    const short = (all: readonly { firstSeq: number; epoch: number }[]) =>
      all.map(({ firstSeq, epoch }) => `${firstSeq}-${epoch}`)
    return { row: short(row), below: short(below), stale: short(stale) }
  }

  it('takes segments one behind the other, in whatever order they are listed', () => {
    expect(resolve([20, 2], [0, 1], [10, 1])).toEqual({ row: ['0-1', '10-1', '20-2'], below: [], stale: [] })
  })

  it('lets the higher epoch count where two begin with the same seq', () => {
    expect(resolve([0, 1], [10, 1], [10, 3])).toEqual({ row: ['0-1', '10-3'], below: [], stale: ['10-1'] })
  })

  it('leaves out what is below the segment that begins the chain', () => {
    expect(resolve([0, 1], [10, 1], [13, 1, 'first'], [20, 2])).toEqual({
      row: ['13-1', '20-2'],
      below: ['0-1', '10-1'],
      stale: [],
    })
    expect(resolve([10, 1], [10, 1, 'first'], [0, 1])).toEqual({ row: ['10-1'], below: ['0-1'], stale: ['10-1'] })
  })

  it('leaves out what a writer that was replaced brings in later', () => {
    // a rotation, a prune, both under an epoch that is over
    expect(resolve([0, 1], [10, 3], [15, 2])).toEqual({ row: ['0-1', '10-3'], below: [], stale: ['15-2'] })
    expect(resolve([0, 1], [10, 3], [15, 2, 'first'], [20, 3])).toEqual({
      row: ['0-1', '10-3', '20-3'],
      below: [],
      stale: ['15-2'],
    })
  })

  it('knows the directories of earlier releases: one file, or two after an interrupted prune', () => {
    expect(resolve([0, 0])).toEqual({ row: ['0-0'], below: [], stale: [] })
    expect(resolve([0, 0], [3, 0])).toEqual({ row: ['3-0'], below: ['0-0'], stale: [] })
    expect(resolve([3, 0], [9, 1])).toEqual({ row: ['3-0', '9-1'], below: [], stale: [] })
  })
})

describe('idIndex', () => {
  it('finds what a Map finds', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid(), { maxLength: 400 }), fc.array(fc.uuid(), { maxLength: 20 }), (ids, others) => {
        const index = idIndex()
        const model = new Map<string, number>()
        for (const [position, id] of ids.entries()) {
          index.push(id)
          if (!model.has(id)) model.set(id, position)
        }
        for (const id of [...ids, ...others]) expect(index.find(id)).toBe(model.get(id))
        for (const id of ['', 'nonsense', (ids[0] ?? '').toUpperCase()]) expect(index.find(id)).toBe(model.get(id))
      }),
      { numRuns: 40 },
    )
  })

  it('tells apart ids that differ in one bit only, in any of their words', () => {
    const index = idIndex()
    const base = '01890a5d-ac96-774b-bcce-b302099a8057'
    const near = [...base].flatMap((digit, at) =>
      digit === '-' ? [] : [base.slice(0, at) + (Number.parseInt(digit, 16) ^ 1).toString(16) + base.slice(at + 1)],
    )
    for (const id of near) index.push(id)
    for (const [position, id] of near.entries()) expect(index.find(id)).toBe(position)
    expect(index.find(base)).toBeUndefined()
  })
})

describe('offsetList', () => {
  it('holds offsets beyond 4 GiB and knows its end', () => {
    const offsets = offsetList()
    for (let index = 0; index < 1_000; index += 1) offsets.push(index * 2 ** 33)
    expect(offsets.length).toBe(1_000)
    expect(offsets.at(999)).toBe(999 * 2 ** 33)
    expect(() => offsets.at(1_000)).toThrow(RangeError)
  })
})

describe('lineChunks', () => {
  it('cuts a file into the lines and the tail that splitting its text gives, from any place', async () => {
    const folder = await temporaryFolder()
    let number = 0
    const lengths = fc.oneof(fc.nat({ max: 40 }), fc.integer({ min: 60_000, max: 128 * 1024 }))
    await fc.assert(
      fc.asyncProperty(fc.array(lengths, { maxLength: 12 }), fc.nat({ max: 200 }), async (sizes, rest) => {
        number += 1
        const file = join(folder, String(number))
        const texts = sizes.map((size, index) => String.fromCharCode(97 + index).repeat(size))
        const content = [...texts, 'z'.repeat(rest)].join('\n')
        await writeFile(file, content)
        const handle = await open(file, 'r')
        try {
          const found: string[] = []
          let tail = { offset: 0, bytes: 0 }
          for await (const chunk of lineChunks(handle, 0)) {
            for (const line of chunk.lines) {
              expect(line.offset).toBe(found.reduce((sum, text) => sum + text.length + 1, 0))
              expect(line.tooLong).toBe(false)
              found.push(line.bytes.toString())
            }
            tail = chunk.tail
          }
          expect(found).toEqual(texts)
          expect(tail).toEqual({ offset: content.length - rest, bytes: rest })
          const from = (texts[0]?.length ?? -1) + 1
          const later: string[] = []
          for await (const chunk of lineChunks(handle, from))
            later.push(...chunk.lines.map(({ bytes }) => bytes.toString()))
          expect(later).toEqual(texts.slice(1))
        } finally {
          await handle.close()
        }
      }),
      { numRuns: 60 },
    )
  })

  it('keeps only the beginning of a line over the limit, and goes on behind it', async () => {
    const file = join(await temporaryFolder(), 'long')
    const limit = 128 * 1024
    await writeFile(
      file,
      `a\n${'b'.repeat(limit)}\n${'c'.repeat(limit + 1)}\n${'d'.repeat(10 * limit)}\ne\n${'f'.repeat(3 * limit)}`,
    )
    const handle = await open(file, 'r')
    const seen: [string, number, boolean][] = []
    let tail = 0
    for await (const chunk of lineChunks(handle, 0)) {
      for (const { bytes, tooLong } of chunk.lines) seen.push([bytes.toString('utf8', 0, 1), bytes.length, tooLong])
      tail = chunk.tail.bytes
    }
    await handle.close()
    expect(seen).toEqual([
      ['a', 1, false],
      ['b', limit, false],
      ['c', limit + 1, true],
      ['d', limit + 1, true],
      ['e', 1, false],
    ])
    expect(tail).toBe(3 * limit)
  })
})

describe('turns', () => {
  it('does one thing after another, also behind a failure, and knows when nothing is left', async () => {
    const row = turns()
    const done: number[] = []
    const work = (id: number) => async () => {
      await new Promise((resolve) => setImmediate(resolve))
      done.push(id)
      if (id === 2) throw new Error('two')
      return id
    }
    const results = Promise.allSettled([1, 2, 3].map((id) => row.run(work(id))))
    await row.idle()
    expect(done).toEqual([1, 2, 3])
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
